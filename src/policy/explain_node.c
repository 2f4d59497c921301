// Explanations by what a node is: an orphan, another master, a replica; and of the latest decision.
#include <stdio.h>

#include "explain_work.h"
#include "plan_work.h"
#include "rehome/base/text.h"
#include "rehome/policy/opinion.h"
#include "word.h"

// Of two steps the first: the second has to wait for it.
static const PlanTarget *target_of(const Plan *plan, int node)
{
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->at[i].target == node || plan->at[i].for_target == node) {
            return &plan->at[i];
        }
    }
    return NULL;
}

// --- automatic mode

static const AutoCheck *first_held(const AutoCheck checks[AUTO_RULE_COUNT])
{
    for (int i = 0; i < AUTO_RULE_COUNT; i++) {
        if (!checks[i].passed) {
            return &checks[i];
        }
    }
    return NULL;
}

static void add_verdict(Explanation *e, const Automatic *a, const AutoCheck *held)
{
    if (held != NULL && a->mode == AUTO_OFF) {
        explain_add(e, EXPLAIN_HELD, 1, "", "Nothing is done by itself: automatic mode is off.");
    } else if (held != NULL) {
        explain_add(e, EXPLAIN_HELD, 1, "", "Nothing is done now (%s): %s.", held->rule,
                    held->text);
    } else if (a->mode == AUTO_ACT) {
        explain_add(e, EXPLAIN_GOOD, 1, "", "Nothing holds it back: automatic mode acts.");
    } else {
        explain_add(e, EXPLAIN_GOOD, 1, "",
                    "Nothing holds it back, but automatic mode only observes.");
    }
}

static void add_checks(Explanation *e, const AutoCheck checks[AUTO_RULE_COUNT])
{
    explain_add(e, EXPLAIN_TITLE, 0, "", "What has to hold before it acts");
    for (int i = 0; i < AUTO_RULE_COUNT; i++) {
        if (checks[i].asked) {
            explain_add(e, checks[i].passed ? EXPLAIN_GOOD : EXPLAIN_HELD, 1, checks[i].rule, "%s",
                        checks[i].text);
        }
    }
}

// The decision is about another orphan: this one waits for its turn.
static void add_other(Explanation *e, const Health *h, const Automatic *a, int node)
{
    int other = node_id_is_none(a->last.target) ? -1 : snapshot_find(h->snapshot, a->last.target);
    if (other >= 0 && other != node) {
        explain_add(e, EXPLAIN_TEXT, 1, "", "The present decision is about %s: %s.",
                    h->snapshot->nodes[other].addr, a->last.text);
    }
}

static void explain_needy(Explanation *e, const Health *h, const Automatic *a, const PlanTarget *t)
{
    explain_target_head(e, h, t);
    if (a != NULL) {
        AutoCheck checks[AUTO_RULE_COUNT];
        auto_check(a, h, t, checks);
        add_verdict(e, a, first_held(checks));
        add_other(e, h, a, t->target);
        add_checks(e, checks);
    }
    if (a == NULL || t->chosen >= 0) { // the rules have said already why there is none
        explain_add(e, EXPLAIN_TITLE, 0, "", "The best move");
        explain_choice(e, h, t);
    }
    explain_add(e, EXPLAIN_TITLE, 0, "", "Candidates, by rules in this order, less is better");
    explain_candidates(e, h, t);
}

// --- other masters

static void explain_spares(Explanation *e, const Health *h, int master)
{
    const Snapshot *s = h->snapshot;
    const Node *m = &s->nodes[master];
    PlanWork work = plan_work(h, HEED_ALL);
    if (m->n_replicas > 0) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "Could it give one away?");
    }
    for (size_t i = 0; i < m->n_replicas; i++) {
        int r = m->replicas[i];
        PlanVerdict v = plan_replica_verdict(&work, r);
        bool may = v.rule[0] == '\0';
        explain_add(e, may ? EXPLAIN_POSSIBLE : EXPLAIN_REFUSED, 1, "", "%s %s", s->nodes[r].addr,
                    may ? "may go" : "may not");
        if (!may) {
            explain_add(e, EXPLAIN_TEXT, 2, v.rule, "%s", v.text);
        }
    }
    plan_work_done(&work);
}

static void explain_failed(Explanation *e, const Health *h, int master)
{
    const Node *m = &h->snapshot->nodes[master];
    int heirs = word_heirs(h->snapshot, master);
    int too_old = -1;
    for (size_t i = 0; i < m->n_replicas && too_old < 0; i++) {
        bool is = !node_has(&h->snapshot->nodes[m->replicas[i]], NODE_FAIL) &&
                  word_is_too_old(h->snapshot, m->replicas[i]);
        too_old = is ? m->replicas[i] : -1;
    }
    if (m->slot_count == 0) {
        explain_add(e, EXPLAIN_TEXT, 1, "", "It owns no slots: nothing has to be saved.");
    } else if (heirs > 0) {
        explain_add(e, EXPLAIN_HELD, 1, "",
                    "%d replica%s may take over: that is the servers' election, rehome never "
                    "promotes. Until it is settled nothing is moved.",
                    heirs, plural(heirs));
    } else if (too_old >= 0) {
        explain_add(e, EXPLAIN_HELD, 1, "",
                    "%s lives, but its link was lost too long ago for the servers to elect it "
                    "(cluster-replica-validity-factor %d), and no other node has the data: nothing "
                    "that could be moved here would help. When the master is gone for good a "
                    "person can promote it: redis-cli %s CLUSTER FAILOVER FORCE",
                    h->snapshot->nodes[too_old].addr,
                    h->snapshot->nodes[too_old].says->settings.validity_factor,
                    plan_dial(h->snapshot, too_old));
    } else {
        explain_add(e, EXPLAIN_HELD, 1, "",
                    "No replica is left to take over its slots, and no other node has its data: "
                    "nothing that could be moved here would help.");
    }
}

static void explain_master(Explanation *e, const Health *h, int master)
{
    const NodeHealth *nh = &h->of[master];
    const Node *m = &h->snapshot->nodes[master];
    explain_head(e, h, master);
    switch (nh->master) {
    case STATE_FAILED:
        explain_failed(e, h, master);
        return;
    case STATE_EMPTY:
        explain_add(e, EXPLAIN_TEXT, 1, "", "It owns no slots: it needs no replica.");
        break;
    case STATE_AT_RISK:
        explain_add(e, EXPLAIN_HELD, 1, "", "Nobody is sent: %s.", plan_target(h, master).reason);
        return;
    case STATE_PROTECTED:
    case STATE_ORPHANED: // only when no plan was made for it yet
        explain_add(e, EXPLAIN_GOOD, 1, "",
                    "Nothing has to be done: %d of its %zu replica%s work%s.", nh->working,
                    m->n_replicas, plural(m->n_replicas), nh->working == 1 ? "s" : "");
        break;
    }
    if (nh->host_alone_ms != 0) {
        explain_add(e, EXPLAIN_HELD, 1, "",
                    "All that work are on its own host %s: automatic mode changes that only with "
                    "--spread, and where there is another host.",
                    m->host);
    }
    explain_add(e, EXPLAIN_TEXT, 1, "", "Spares: %d (working replicas above the floor of %d).",
                nh->spares, h->floor);
    explain_spares(e, h, master);
}

// --- replicas

static void explain_for(Explanation *e, const Health *h, const PlanTarget *t, int replica)
{
    const char *target = h->snapshot->nodes[t->target].addr;
    for (size_t i = 0; i < t->n; i++) {
        if (t->candidates[i].replica == replica) {
            explain_add(e, EXPLAIN_TITLE, 0, "", "For %s", target);
            explain_candidate(e, h, t, i);
            return;
        }
    }
    if (h->snapshot->nodes[replica].master != t->target) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "For %s", target);
        explain_add(e, EXPLAIN_TEXT, 1, "", "It is not among the %zu best.", t->n);
    }
}

static void explain_replica(Explanation *e, const Health *h, const Plan *plan, const Automatic *a,
                            int replica)
{
    const Snapshot *s = h->snapshot;
    const Node *r = &s->nodes[replica];
    explain_add(e, EXPLAIN_TITLE, 0, "", "%s %s, replica of %s", r->addr,
                replica_state_text(h->of[replica].replica),
                r->master >= 0 ? s->nodes[r->master].addr : "nobody we know");
    PlanWork work = plan_work(h, HEED_ALL);
    PlanVerdict v = plan_replica_verdict(&work, replica);
    plan_work_done(&work);
    if (v.rule[0] != '\0') {
        explain_add(e, EXPLAIN_HELD, 1, "", "It is no spare (%s): %s.", v.rule, v.text);
    } else {
        explain_add(e, EXPLAIN_GOOD, 1, "",
                    "It is a spare: without it %s keeps %d working, the floor is %d.",
                    s->nodes[r->master].addr, word_stand_ins(h, r->master, replica), h->floor);
    }
    int64_t cooling = a == NULL ? 0 : auto_cooling_ms(a, r->id, s->now_ms);
    if (cooling > 0) {
        char left[32];
        explain_add(e, EXPLAIN_HELD, 1, "",
                    "It took part in a move: automatic mode leaves it alone for %s.",
                    format_seconds(left, sizeof(left), cooling));
    }
    if (plan->n == 0) {
        explain_add(e, EXPLAIN_TEXT, 1, "", "Nobody needs it: no master is orphaned.");
    }
    for (size_t i = 0; i < plan->n; i++) {
        explain_for(e, h, &plan->at[i], replica);
    }
}

void explain_node(Explanation *e, const Health *h, const Plan *plan, const Automatic *a, int node)
{
    const PlanTarget *t = target_of(plan, node);
    if (!h->of[node].is_master) {
        explain_replica(e, h, plan, a, node);
    } else if (t != NULL) {
        explain_needy(e, h, a, t);
    } else {
        explain_master(e, h, node);
    }
    opinion_explain_node(e, h, node);
}

// The orphan that the latest decision is about, or the most urgent one; -1: there is none.
static int decided_target(const Health *h, const Plan *plan, const Automatic *a)
{
    int target = node_id_is_none(a->last.target) ? -1 : snapshot_find(h->snapshot, a->last.target);
    return target >= 0 ? target : plan->n > 0 ? plan->at[0].target : -1;
}

void explain_rules(Explanation *e, const Health *h, const Plan *plan, const Automatic *a)
{
    int target = decided_target(h, plan, a);
    AutoCheck checks[AUTO_RULE_COUNT];
    auto_check(a, h, target >= 0 ? target_of(plan, target) : NULL, checks);
    add_checks(e, checks);
}

void explain_decision(Explanation *e, const Health *h, const Plan *plan, const Automatic *a)
{
    int target = decided_target(h, plan, a);
    if (target >= 0) {
        explain_node(e, h, plan, a, target);
        return;
    }
    explain_add(e, EXPLAIN_TITLE, 0, "", "Nothing to do: no master is orphaned");
    explain_rules(e, h, plan, a);
}
