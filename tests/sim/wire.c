// What is between a process of ours and the nodes: commands on their way; and all else that the
// pilot asks of its world.
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "history.h"

enum { REQUEST_MS = 2000 };

// --- commands

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

int find_node(const World *w, const char *hex)
{
    for (int i = 0; i < w->n; i++) {
        if (strcmp(w->node[i].id.hex, hex) == 0) {
            return i;
        }
    }
    return -1;
}

static void answer(Command *c, bool ok, const char *text)
{
    c->ok = ok;
    snprintf(c->reply, sizeof(c->reply), "%s", text);
}

static void execute_replicate(Instance *in, Command *c)
{
    World *w = &in->h->w;
    int target = find_node(w, c->text + strlen("CLUSTER REPLICATE "));
    if (target < 0 || !w->node[c->at].view[target].known) {
        answer(c, false, "ERR Unknown node");
    } else if (!w->node[c->at].view[target].is_master || target == c->at) {
        answer(c, false, "ERR I can only replicate a master, not a replica.");
    } else if (is_owner(w, c->at)) {
        answer(c, false, "ERR To set a master the node must be empty.");
    } else {
        judge_replicate(in, c, target);
        if (master_of(w, c->at) != target) {
            node_follow(w, c->at, target, LEFT_US);
        }
        answer(c, true, "OK");
    }
}

static void execute(Instance *in, Command *c)
{
    World *w = &in->h->w;
    c->at = w->place[c->place].node;
    SimNode *n = &w->node[c->at];
    bool loads = n->link == LINK_LOADING;
    if (starts(c->text, "CLUSTER REPLICATE")) {
        loads ? answer(c, false, "LOADING") : execute_replicate(in, c);
    } else if (w->config_denied) {
        answer(c, false, "NOPERM");
    } else if (starts(c->text, "CONFIG GET")) {
        answer(c, true, n->fence ? "yes" : "no");
    } else {
        n->fence = strstr(c->text, " yes") != NULL;
        n->fence_is_us = n->fence && c->at == c->node; // else it got a new ID in the meantime
        answer(c, true, "OK");
    }
    tell(w, "%d answers %s: %s%s", port_of(c->at), c->text, c->reply,
         c->is_mute ? " (which is lost)" : "");
}

static bool is_executed(const Command *c)
{
    return c->at >= 0;
}

// Its process is gone, or another one runs there.
static bool is_cut(const World *w, const Command *c)
{
    return w->place[c->place].node < 0 || w->place[c->place].serial != c->serial;
}

// What no longer is of interest to anybody goes.
static void sweep(Instance *in)
{
    int kept = 0;
    for (int i = 0; i < in->n_commands; i++) {
        const Command *c = &in->command[i];
        if (!c->answered || (!is_executed(c) && !c->is_lost)) {
            in->command[kept++] = *c;
        }
    }
    in->n_commands = kept;
}

static void deliver(Instance *in, Command *c)
{
    int64_t now_ms = in->h->w.now_ms;
    bool broken = !is_executed(c) && is_cut(&in->h->w, c);
    bool came = is_executed(c) && !c->is_mute && now_ms >= c->reply_ms;
    if (!came && !broken && now_ms - c->sent_ms < REQUEST_MS) {
        return;
    }
    c->answered = true;
    if (in->pilot == NULL) {
        return;
    }
    char reply[sizeof(c->reply)];
    snprintf(reply, sizeof(reply), "%s", c->reply);
    bool ok = c->ok;
    if (came) {
        pilot_reply(in->pilot, ok, reply, now_ms);
    } else {
        pilot_late(in->pilot, now_ms);
    }
}

void wire_tick(Instance *in)
{
    World *w = &in->h->w;
    for (int i = 0; i < in->n_commands; i++) {
        Command *c = &in->command[i];
        if (is_executed(c) || c->is_lost) {
            continue;
        }
        if (is_cut(w, c)) {
            c->is_lost = true;
            continue;
        }
        // What lies in a hung server's pipe is read when it goes on, in order.
        int who = w->place[c->place].node;
        if (w->now_ms >= c->execute_ms && node_is_awake(w, who) && !w->node[who].cut_off) {
            execute(in, c);
        }
    }
    if (instance_is_frozen(in)) {
        return;
    }
    for (int i = 0; i < in->n_commands; i++) {
        if (!in->command[i].answered) {
            deliver(in, &in->command[i]);
            break; // answers come in order
        }
    }
    sweep(in);
}

static void ask_round(void *ctx, bool full)
{
    Instance *in = ctx;
    in->wants_round = true;
    in->wants_full = in->wants_full || full;
}

static void note_move(const Instance *in, Command *c)
{
    const MoveSpec *spec = &instance_move(in)->spec;
    c->donor = find_node(&in->h->w, spec->donor.hex);
    c->purpose = spec->purpose;
    c->is_automatic = spec->origin == ORIGIN_AUTO;
    c->accepts_risk = spec->accept_risk;
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Instance *in = ctx;
    History *h = in->h;
    int i = find_node(&h->w, node.hex);
    if (i < 0 || !peer_serves(in, i) || in->n_commands == COMMANDS_MAX) {
        return false;
    }
    Command *c = &in->command[in->n_commands];
    *c = (Command){
        .node = i,
        .at = -1,
        .place = in->peer[i].place,
        .serial = in->peer[i].serial,
        .sent_ms = h->w.now_ms,
        .evidence_ms = in->evidence_ms,
    };
    size_t n = 0;
    for (int k = 0; k < argc; k++) {
        n += (size_t)snprintf(c->text + n, sizeof(c->text) - n, "%s%s", k > 0 ? " " : "", argv[k]);
    }
    unsigned slow = h->w.is_slow ? 600 : 0;
    c->execute_ms = h->w.now_ms + pick(&h->random, 10) + (slow > 0 ? pick(&h->random, slow) : 0);
    c->reply_ms = c->execute_ms + pick(&h->random, 10) + (slow > 0 ? pick(&h->random, slow) : 0);
    c->is_lost = h->w.is_slow && chance(&h->random, 10);
    c->is_mute = h->w.is_slow && chance(&h->random, 15);
    if (h->is_unheard && starts(c->text, "CLUSTER REPLICATE")) {
        c->is_lost = !h->is_mute_only;
        c->is_mute = h->is_mute_only;
        h->is_unheard = false;
    }
    bool write = strcmp(argv[1], "GET") != 0;
    if (write && !in->has_line) {
        history_breaks(h, "journal-first", "%s was sent without a journal line before it", c->text);
    }
    in->has_line = false;
    note_move(in, c);
    if (write && c->is_automatic && instance_move(in)->state != MOVE_UNFENCE) {
        judge_lease(in, c->text);
    }
    if (write && instance_move(in)->state != MOVE_UNFENCE) {
        judge_hook(in, c);
    }
    if (starts(c->text, "CLUSTER REPLICATE")) {
        judge_send(in, c, find_node(&h->w, argv[2]));
    }
    tell(&h->w, "we send %s to %d%s", c->text, port_of(i), c->is_lost ? " (which is lost)" : "");
    in->n_commands++;
    return true;
}

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    (void)err;
    Instance *in = ctx;
    in->open_replica = find_node(&in->h->w, replica.hex);
    return true;
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    Instance *in = ctx;
    if (in->h->disk_full) {
        return fail(err, ERR_IO, "the disk is full");
    }
    strbuf_add(&in->journal[in->open_replica], line);
    in->has_line = true;
    if (in->freeze_ms > 0) {
        in->frozen_until_ms = in->h->w.now_ms + in->freeze_ms;
        in->freeze_ms = 0;
        history_go_on_without(in);
    }
    return true;
}

static void close_journal(void *ctx)
{
    Instance *in = ctx;
    in->open_replica = -1;
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    Instance *in = ctx;
    int i = find_node(&in->h->w, replica.hex);
    if (i < 0 || !instance_unfinished(in, i, out)) {
        return false;
    }
    in->open_replica = i;
    return true;
}

static int64_t now_ms(void *ctx)
{
    const Instance *in = ctx;
    return in->h->w.now_ms;
}

static int64_t wall_ms(void *ctx)
{
    const Instance *in = ctx;
    return sim_wall_ms(&in->h->w);
}

static void on_event(void *ctx, const Event *event)
{
    Instance *in = ctx;
    tell(&in->h->w, "we: %s: %s", event_code_text(event->code), event->text);
}

static void decided(void *ctx, const AutoDecision *d)
{
    Instance *in = ctx;
    if (d->verdict != AUTO_DECIDE_ACT) {
        return;
    }
    if (pilot_is_busy(in->pilot)) {
        history_breaks(in->h, "one-move", "automatic mode wanted a second move: %s", d->text);
    }
    judge_choice(in, d);
}

static void move_over(void *ctx, const Move *m)
{
    Instance *in = ctx;
    in->sent_replicates = 0;
    if (m->state == MOVE_DONE) {
        judge_done(in, m);
    }
}

PilotWorld instance_world(Instance *in)
{
    bool keeps = in->h->keeps;
    return (PilotWorld){
        .ctx = in,
        .send_lease = in->h->has_lease ? lease_send : NULL,
        .holds = keeps ? kept_holds : NULL,
        .keep_brake = keeps ? kept_brake : NULL,
        .keep_try = keeps ? kept_try : NULL,
        .ask_hook = in->h->has_hook ? hook_ask : NULL,
        .cancel_hook = hook_cancel,
        .ask_round = ask_round,
        .send = send_command,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = on_event,
        .decided = decided,
        .move_over = move_over,
    };
}
