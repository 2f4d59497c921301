// before_move, a person's own command that is asked before each move. It says yes or no, in no time
// or after a while; to be killed and to take too long are a no.
//
// veto: what is written is of a move that it has said yes to, and it has been asked about nothing
//   since; but for what an earlier process of ours began, which is seen through.
#include "history.h"

enum { TIMEOUT_MS = 5000 };

bool hook_ask(void *ctx, const MoveSpec *spec)
{
    Instance *in = ctx;
    History *h = in->h;
    bool is_late = chance(&h->random, 5);
    bool is_quick = chance(&h->random, 60);
    in->asks_hook = true;
    in->asked = *spec;
    in->allowed = (MoveSpec){.replica = {.hex = ""}};
    // When all faults are over, so is whatever it had against a move.
    in->hook_allows = h->calm_ms != 0 || (!is_late && chance(&h->random, 75));
    in->hook_ms = h->w.now_ms + (is_late ? TIMEOUT_MS : pick(&h->random, is_quick ? 100 : 3000));
    return true;
}

void hook_cancel(void *ctx)
{
    Instance *in = ctx;
    in->asks_hook = false;
}

void hook_tick(Instance *in)
{
    World *w = &in->h->w;
    if (!in->asks_hook || w->now_ms < in->hook_ms) {
        return;
    }
    in->asks_hook = false;
    if (in->hook_allows) {
        in->allowed = in->asked;
        in->allowed_ms = in->look_ms;
    }
    tell(w, "before_move says %s", in->hook_allows ? "yes" : "no");
    pilot_hook_answer(in->pilot, in->hook_allows, in->hook_allows ? "" : "before_move says no",
                      w->now_ms);
}

void judge_hook(Instance *in, const Command *c)
{
    const MoveSpec *spec = &instance_move(in)->spec;
    if (in->h->has_hook && !instance_move(in)->resumed &&
        (!node_id_eq(spec->replica, in->allowed.replica) ||
         !node_id_eq(spec->target, in->allowed.target))) {
        history_breaks(in->h, "veto", "%s is sent to %d without a yes of before_move", c->text,
                       port_of(c->node));
    }
}
