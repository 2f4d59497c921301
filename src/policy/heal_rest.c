// What a way of moves comes to: the plan as it is told, and what remains at its end.
#include <string.h>

#include "heal_work.h"
#include "plan_work.h"
#include "word.h"

static void add_rest(HealPlan *out, HealRest *rest, HealRest one)
{
    rest[out->n_rest++] = one;
}

static const char *rule_of_failed(const Health *h, int master, const char **text)
{
    const Snapshot *s = h->snapshot;
    int heirs = word_heirs(s, master);
    *text =
        heirs > 0
            ? arena_printf(s->arena,
                           "%s has failed; %d replica%s may yet take over, and until then "
                           "nothing is moved",
                           s->nodes[master].addr, heirs, heirs == 1 ? "" : "s")
            : arena_printf(s->arena, "%s has failed, and nobody is left to take over its %d slots",
                           s->nodes[master].addr, s->nodes[master].slot_count);
    return "failed";
}

static void add_masters(HealPlan *out, HealRest *rest)
{
    const Health *h = out->after;
    const Snapshot *s = h->snapshot;
    Plan plan = plan_make(h);
    for (size_t i = 0; i < plan.n; i++) {
        const PlanTarget *t = &plan.at[i];
        if (t->chosen < 0) {
            add_rest(
                out, rest,
                (HealRest){t->target, "", t->refused_rule, t->reason, t->purpose != PURPOSE_HEAL});
        }
    }
    for (size_t i = 0; i < s->n_masters; i++) {
        int master = s->masters[i];
        HealRest one = {.master = master, .host = ""};
        if (h->of[master].master == STATE_AT_RISK) {
            one.text = plan_waits_for(h, master, PURPOSE_HEAL, &one.rule);
            add_rest(out, rest, one);
        } else if (h->of[master].master == STATE_FAILED && node_is_owner(&s->nodes[master])) {
            one.rule = rule_of_failed(h, master, &one.text);
            add_rest(out, rest, one);
        }
    }
}

static void add_hosts(HealPlan *out, HealRest *rest)
{
    const Health *h = out->after;
    const Snapshot *s = h->snapshot;
    if (h->hosts.n == 1) {
        add_rest(out, rest,
                 (HealRest){-1, h->hosts.at[0].host, "host",
                            arena_printf(s->arena, "every node is on %s: there is no other host",
                                         h->hosts.at[0].host),
                            true});
        return;
    }
    for (size_t i = 0; i < h->hosts.n; i++) {
        const HostLoss *loss = &h->hosts.at[i];
        if (!loss->majority_kept && loss->masters > 0) {
            const char *text =
                arena_printf(s->arena,
                             "%s holds %d of %zu masters, so that its loss leaves no majority: no "
                             "move of a replica cures that, a failover to another host does",
                             loss->host, loss->masters, s->n_owners);
            add_rest(out, rest, (HealRest){-1, loss->host, "majority", text, true});
        }
    }
}

// "...; then it can give :7102 to :7001": what a step is for shows only later.
static void tell_steps(HealPlan *out, HealMove *moves)
{
    const Snapshot *s = out->before->snapshot;
    for (size_t i = 0; i < out->n; i++) {
        size_t k = i + 1;
        while (k < out->n && moves[k].donor != moves[i].target) {
            k++;
        }
        if (moves[i].purpose == PURPOSE_STEP && k < out->n) {
            moves[i].reason =
                arena_printf(s->arena, "%s; then it can give %s to %s", moves[i].reason,
                             s->nodes[moves[k].replica].addr, s->nodes[moves[k].target].addr);
        }
    }
}

const HealPlan *heal_play_plan(const HealPlay *p, bool spread)
{
    Arena *arena = p->first->snapshot->arena;
    HealPlan *out = arena_alloc(arena, sizeof(*out));
    HealMove *moves = arena_array(arena, p->n, sizeof(*moves));
    const Snapshot *s = p->now->snapshot;
    HealRest *rest = arena_array(arena, 2 * s->n_masters + p->now->hosts.n + 1, sizeof(*rest));
    memcpy(moves, p->at, p->n * sizeof(*moves));
    *out = (HealPlan){
        .arena = arena,
        .before = p->first,
        .after = p->now,
        .spread = spread,
        .moves = moves,
        .n = p->n,
        .rest = rest,
    };
    for (size_t i = 0; i < p->n; i++) {
        bool known = moves[i].cost_bytes >= 0 && out->cost_bytes >= 0;
        out->cost_bytes = known ? out->cost_bytes + moves[i].cost_bytes : -1;
    }
    tell_steps(out, moves);
    add_masters(out, rest);
    if (spread) {
        add_hosts(out, rest);
    }
    return out;
}
