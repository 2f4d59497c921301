#include "rehome/policy/plan.h"

#include <stdlib.h>
#include <string.h>

#include "plan_work.h"
#include "rehome/base/mem.h"

// Legal ones by the rules, then by ID: every instance must reach the same answer from the same
// view. Refused ones keep the snapshot's order.
typedef struct {
    PlanCandidate c;
    bool passed_over;    // the gate has refused it: it may know more than the plan
    bool makes_exchange; // a step's: it comes from the master that the next move is for
    const NodeId *id;
} Ranked;

static int compare_ranked(const void *a, const void *b)
{
    const Ranked *x = a;
    const Ranked *y = b;
    if (x->c.legal != y->c.legal) {
        return x->c.legal ? -1 : 1;
    }
    if (!x->c.legal) {
        return x->c.replica - y->c.replica;
    }
    if (x->passed_over != y->passed_over) {
        return x->passed_over ? 1 : -1;
    }
    if (x->makes_exchange != y->makes_exchange) {
        return x->makes_exchange ? -1 : 1;
    }
    for (int i = 0; i < PLAN_RULE_COUNT; i++) {
        if (x->c.value[i] != y->c.value[i]) {
            return x->c.value[i] < y->c.value[i] ? -1 : 1;
        }
    }
    return node_id_cmp(*x->id, *y->id);
}

const char *plan_waits_for(const Health *h, int target, MovePurpose purpose, const char **rule)
{
    const Snapshot *s = h->snapshot;
    const Node *t = &s->nodes[target];
    const NodeHealth *health = &h->of[target];
    if (node_id_eq(h->options.moving.target, t->id) &&
        !node_id_is_none(h->options.moving.replica)) {
        *rule = "moving";
        return arena_printf(s->arena, "%s is being given a replica by us already", t->addr);
    }
    bool spreads = purpose == PURPOSE_SPREAD || purpose == PURPOSE_STEP;
    bool unclear = spreads && (health->coming > 0 || health->unverified > 0);
    if (health->master != STATE_AT_RISK && !unclear) {
        return NULL;
    }
    for (size_t i = 0; i < t->n_replicas; i++) {
        ReplicaState state = h->of[t->replicas[i]].replica;
        if (replica_blocks_rescue(state)) {
            *rule = state == REPLICA_UNVERIFIED ? "unverified" : "coming";
            return arena_printf(s->arena, "%s is %s: nobody else may come before that is settled",
                                s->nodes[t->replicas[i]].addr, replica_state_text(state));
        }
    }
    *rule = "coming";
    return arena_printf(s->arena, "a replica is on its way to %s", t->addr);
}

PlanTarget plan_for(PlanWork *w, const PlanAsk *ask)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    int target = ask->target;
    PlanTarget out = {
        .target = target,
        .purpose = ask->purpose,
        .for_target = ask->for_target,
        .chosen = -1,
        .cost_bytes = -1,
        .refused_rule = "",
    };
    const NodeSays *says = s->nodes[target].says;
    if (says != NULL && says->has_info) {
        out.cost_bytes = says->info.used_memory;
    }

    Ranked *all = mem_array(s->n_nodes, sizeof(*all));
    size_t n = 0;
    size_t legal = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (!node_is_master(&s->nodes[i]) && s->nodes[i].master != target) {
            all[n].c = plan_judge(w, (int)i, target, ask->purpose);
            all[n].makes_exchange = ask->for_target >= 0 && all[n].c.donor == ask->for_target;
            all[n].id = &s->nodes[i].id;
            all[n].passed_over = node_id_eq(s->nodes[i].id, h->options.passed_over);
            legal += all[n].c.legal;
            n++;
        }
    }
    qsort(all, n, sizeof(*all), compare_ranked);

    out.n = ask->kept > 0 && ask->kept < n ? ask->kept : n;
    out.n_left_out = n - out.n;
    PlanCandidate *candidates = arena_array(s->arena, out.n, sizeof(*candidates));
    for (size_t i = 0; i < out.n; i++) {
        candidates[i] = all[i].c;
        if (candidates[i].legal) {
            plan_put_in_words(w, &candidates[i], target);
        } else if (candidates[i].refused[0] == '\0') {
            candidates[i].refused = plan_host_words(w, &candidates[i], target);
        }
    }
    out.candidates = candidates;

    PlanVerdict verdict = plan_target_verdict(w, target);
    const char *waits = verdict.rule[0] == '\0'
                            ? plan_waits_for(h, target, ask->purpose, &verdict.rule)
                            : verdict.text;
    if (waits != NULL) {
        out.refused_rule = verdict.rule;
        out.reason = waits;
    } else if (legal > 0) {
        out.chosen = 0;
        out.reason = plan_reason(w, &candidates[0]);
    } else {
        PlanCandidate *refused = mem_array(n, sizeof(*refused));
        for (size_t i = 0; i < n; i++) {
            refused[i] = all[i].c;
        }
        out.reason = plan_why_none(w, refused, n, &out.refused_rule);
        mem_free(refused);
    }
    mem_free(all);
    return out;
}

typedef struct {
    int target;
    int slots;
    int64_t since_ms;
    const NodeId *id;
} Urgent;

static int compare_urgent(const void *a, const void *b)
{
    const Urgent *x = a;
    const Urgent *y = b;
    if (x->slots != y->slots) {
        return x->slots > y->slots ? -1 : 1;
    }
    if (x->since_ms != y->since_ms) {
        return x->since_ms < y->since_ms ? -1 : 1;
    }
    return node_id_cmp(*x->id, *y->id);
}

void plan_add(PlanWork *w, PlanList *list, const PlanTarget *t)
{
    list->at[list->n++] = *t;
    if (t->chosen >= 0) {
        plan_promise(w, t->candidates[t->chosen].replica);
        list->n_moves++;
    }
}

static bool is_orphaned(const Health *h, int master)
{
    return h->of[master].master == STATE_ORPHANED;
}

// In the snapshot's arena.
static int *most_urgent_first(const Health *h, bool (*counts)(const Health *h, int master),
                              size_t *n)
{
    const Snapshot *s = h->snapshot;
    Urgent *urgent = mem_array(s->n_masters, sizeof(*urgent));
    *n = 0;
    for (size_t i = 0; i < s->n_masters; i++) {
        int m = s->masters[i];
        const NodeHealth *health = &h->of[m];
        if (counts(h, m)) {
            urgent[(*n)++] = (Urgent){
                .target = m,
                .slots = s->nodes[m].slot_count,
                .since_ms = is_orphaned(h, m) ? health->since_ms : health->host_alone_ms,
                .id = &s->nodes[m].id,
            };
        }
    }
    qsort(urgent, *n, sizeof(*urgent), compare_urgent);
    int *targets = arena_array(s->arena, *n, sizeof(*targets));
    for (size_t i = 0; i < *n; i++) {
        targets[i] = urgent[i].target;
    }
    mem_free(urgent);
    return targets;
}

Plan plan_make(const Health *h)
{
    size_t n_orphans;
    size_t n_alone = 0;
    int *orphans = most_urgent_first(h, is_orphaned, &n_orphans);
    int *alone = h->options.spread ? most_urgent_first(h, plan_is_alone, &n_alone) : NULL;
    PlanList list = {
        .at = arena_array(h->snapshot->arena, n_orphans + 2 * n_alone, sizeof(*list.at)),
        .kept = n_orphans + n_alone > PLAN_TRACE_TARGETS ? PLAN_TRACE_SHORT : 0,
    };
    PlanWork w = plan_work(h, HEED_ALL);
    for (size_t i = 0; i < n_orphans; i++) {
        PlanTarget t = plan_for(&w, &(PlanAsk){orphans[i], PURPOSE_HEAL, -1, list.kept});
        plan_add(&w, &list, &t);
    }
    plan_spread(&w, &list, alone, n_alone);
    plan_work_done(&w);
    return (Plan){.at = list.at, .n = list.n, .n_orphans = n_orphans, .n_moves = list.n_moves};
}

PlanTarget plan_target(const Health *h, int target)
{
    PlanWork w = plan_work(h, HEED_SPARES);
    PlanTarget out = plan_for(&w, &(PlanAsk){target, PURPOSE_MANUAL, -1, 0});
    plan_work_done(&w);
    return out;
}

PlanCandidate plan_pair(const Health *h, int replica, int target)
{
    const Snapshot *s = h->snapshot;
    PlanWork w = plan_work(h, HEED_NOTHING);
    PlanCandidate c = {.replica = replica, .donor = s->nodes[replica].master, .why = ""};
    PlanVerdict verdict = plan_target_verdict(&w, target);
    if (node_is_master(&s->nodes[replica])) {
        c.refused_rule = "not-a-replica";
        c.refused = arena_printf(s->arena, "%s is no replica", s->nodes[replica].addr);
    } else if (s->nodes[replica].master == target) {
        c.refused_rule = "already-there";
        c.refused = arena_printf(s->arena, "it follows %s already", s->nodes[target].addr);
    } else if (verdict.rule[0] != '\0') {
        c.refused_rule = verdict.rule;
        c.refused = verdict.text;
    } else {
        c = plan_judge(&w, replica, target, PURPOSE_MANUAL);
        if (c.legal) {
            plan_put_in_words(&w, &c, target);
            c.why = arena_printf(s->arena, "%s%s", plan_downtime(h, &c, target), c.why);
        }
    }
    plan_work_done(&w);
    return c;
}
