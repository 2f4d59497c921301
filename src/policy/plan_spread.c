// Masters whose every working replica shares their host. The direct cure is a spare from another
// host. Where there is none, two moves may do: somebody's spare goes to a master that has a replica
// on another host but cannot do without it, and then that one comes. At no time is a master below
// its floor, and none is left with replicas on its own host only that was not so before.
#include "plan_work.h"

#include <string.h>

#include "rehome/base/mem.h"
#include "word.h"

bool plan_is_alone(const Health *h, int master)
{
    return h->of[master].master == STATE_PROTECTED && h->of[master].host_alone_ms != 0 &&
           h->hosts.n > 1;
}

// --- in two steps

// The master that is given somebody, so that it can give another one away.
typedef struct {
    int by;              // -1: nobody
    bool makes_exchange; // what it is given comes from the target
    PlanCandidate gives;
} Step;

// What would come to this master; -1: nobody. The target's own spare is better than a third one's.
static int comes_to(PlanWork *w, int master, int target, const int *spares, size_t n)
{
    const Snapshot *s = w->h->snapshot;
    int found = -1;
    for (size_t i = 0; i < n; i++) {
        bool own = s->nodes[spares[i]].master == target;
        if (s->nodes[spares[i]].master != master && (found < 0 || own) &&
            plan_judge(w, spares[i], master, PURPOSE_STEP).legal) {
            found = spares[i];
            if (own) {
                break;
            }
        }
    }
    return found;
}

// The same that plan_for() asks of a target.
static bool may_take_part(const PlanWork *w, int master)
{
    const char *rule;
    return w->h->of[master].master == STATE_PROTECTED &&
           plan_target_verdict(w, master).rule[0] == '\0' &&
           plan_waits_for(w->h, master, PURPOSE_STEP, &rule) == NULL;
}

static bool is_better(const PlanWork *w, const Step *a, const Step *b)
{
    if (b->by < 0 || a->makes_exchange != b->makes_exchange) {
        return b->by < 0 || a->makes_exchange;
    }
    for (int i = 0; i < PLAN_RULE_COUNT; i++) {
        if (a->gives.value[i] != b->gives.value[i]) {
            return a->gives.value[i] < b->gives.value[i];
        }
    }
    const Node *nodes = w->h->snapshot->nodes;
    return node_id_cmp(nodes[a->gives.replica].id, nodes[b->gives.replica].id) < 0;
}

// The best that this master could give once `comes` works for it.
static void try_step(PlanWork *w, int by, int comes, int target, Step *best)
{
    const Snapshot *s = w->h->snapshot;
    const Node *m = &s->nodes[by];
    plan_lend(w, comes, by);
    for (size_t i = 0; i < m->n_replicas; i++) {
        Step step = {
            .by = by,
            .makes_exchange = s->nodes[comes].master == target,
            .gives = plan_judge(w, m->replicas[i], target, PURPOSE_SPREAD),
        };
        if (step.gives.legal && is_better(w, &step, best)) {
            *best = step;
        }
    }
    plan_lend(w, -1, -1);
}

static Step find_step(PlanWork *w, int target)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    Step best = {.by = -1};
    if (h->spares == 0) {
        return best;
    }
    int *spares = mem_array(s->n_nodes, sizeof(*spares));
    size_t n = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (!node_is_master(&s->nodes[i]) && plan_replica_verdict(w, (int)i).rule[0] == '\0') {
            spares[n++] = (int)i;
        }
    }
    for (size_t i = 0; i < s->n_masters && n > 0; i++) {
        int by = s->masters[i];
        int comes = by != target && may_take_part(w, by) ? comes_to(w, by, target, spares, n) : -1;
        if (comes >= 0) {
            try_step(w, by, comes, target, &best);
        }
    }
    mem_free(spares);
    return best;
}

bool plan_has_step(PlanWork *w, int target)
{
    return find_step(w, target).by >= 0;
}

static void add_step(PlanWork *w, PlanList *list, int by, int target)
{
    const Snapshot *s = w->h->snapshot;
    PlanTarget first = plan_for(w, &(PlanAsk){by, PURPOSE_STEP, target, list->kept});
    int comes = first.candidates[first.chosen].replica;
    PlanTarget *at = &list->at[list->n];
    plan_add(w, list, &first);
    plan_lend(w, comes, by);
    PlanTarget second = plan_for(w, &(PlanAsk){target, PURPOSE_SPREAD, -1, list->kept});
    second.after_previous = true;
    plan_add(w, list, &second);
    plan_lend(w, -1, -1);
    at->reason = arena_printf(s->arena, "%s; then it can give %s to %s", first.reason,
                              s->nodes[second.candidates[second.chosen].replica].addr,
                              s->nodes[target].addr);
}

// --- what is left to a person

// Two replicas that would have to change places though neither master can do without its own; -1:
// none.
typedef struct {
    int own;
    int other;
} Exchange;

static bool is_at_its_floor(PlanWork *w, int replica)
{
    return strcmp(plan_replica_verdict(w, replica).rule, "donor-floor") == 0;
}

static Exchange find_exchange(PlanWork *w, int target)
{
    const Snapshot *s = w->h->snapshot;
    const Node *t = &s->nodes[target];
    for (size_t i = 0; i < s->n_nodes; i++) {
        int other = (int)i;
        int by = node_is_master(&s->nodes[i]) ? -1 : s->nodes[i].master;
        if (by < 0 || by == target || !word_other_host(&s->nodes[other], t) ||
            !is_at_its_floor(w, other) || !plan_fits(s, other, target) || !may_take_part(w, by)) {
            continue;
        }
        for (size_t k = 0; k < t->n_replicas; k++) {
            int own = t->replicas[k];
            if (word_other_host(&s->nodes[own], &s->nodes[by]) && is_at_its_floor(w, own) &&
                plan_fits(s, own, by)) {
                return (Exchange){own, other};
            }
        }
    }
    return (Exchange){-1, -1};
}

static void explain_exchange(PlanWork *w, PlanTarget *t)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    Exchange e = find_exchange(w, t->target);
    if (e.own < 0) {
        return;
    }
    const char *state =
        h->floor == 1 ? "no replica"
                      : arena_printf(s->arena, "less than its floor of %d replicas", h->floor);
    t->refused_rule = "exchange";
    t->reason =
        arena_printf(s->arena,
                     "only an exchange of %s and %s would cure it, and one of their masters "
                     "would have %s while it syncs: automatic mode does not do that",
                     s->nodes[e.own].addr, s->nodes[e.other].addr, state);
}

// What one move cures goes first: then the second move of a step, once it has become such a one, is
// not planned away, and every step is followed by a cure.
void plan_spread(PlanWork *w, PlanList *list, const int *targets, size_t n)
{
    PlanTarget *left = mem_array(n, sizeof(*left));
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++) {
        PlanTarget t = plan_for(w, &(PlanAsk){targets[i], PURPOSE_SPREAD, -1, list->kept});
        if (t.chosen >= 0) {
            plan_add(w, list, &t);
        } else {
            left[n_left++] = t;
        }
    }
    for (size_t i = 0; i < n_left; i++) {
        bool may = strcmp(left[i].refused_rule, "no-spare") == 0;
        Step step = may ? find_step(w, left[i].target) : (Step){.by = -1};
        if (step.by >= 0) {
            add_step(w, list, step.by, left[i].target);
            continue;
        }
        if (may) {
            explain_exchange(w, &left[i]);
        }
        plan_add(w, list, &left[i]);
    }
    mem_free(left);
}
