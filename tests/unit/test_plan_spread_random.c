// Small random clusters, with orphans, floors, full hosts and memory limits: whatever the plan says
// is done, move by move, until it wants nothing more.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "plan_try.h"
#include "rehome/policy/gate.h"

enum { CLUSTERS = 3000, PAST_THE_GATE = 10, HOSTS = 4, MASTERS = 6, MOVES_MAX = 60 };

typedef struct {
    uint64_t state;
} Random;

static int random_below(Random *r, int n)
{
    r->state = r->state * 6364136223846793005U + 1442695040888963407U;
    return (int)((uint32_t)(r->state >> 33) % (uint32_t)n);
}

// Few hosts, and half of the replicas on their master's.
static int random_host(Random *r, int hosts, int of_master)
{
    return of_master != 0 && random_below(r, 2) == 0 ? of_master : 1 + random_below(r, hosts);
}

static Watch random_cluster(Random *r)
{
    Fixture *f = fixture_new();
    int masters = 2 + random_below(r, MASTERS - 1);
    int hosts = 1 + random_below(r, HOSTS);
    int share = SLOT_COUNT / masters;
    char addr[64];
    int host_of[MASTERS];
    for (int i = 0; i < masters; i++) {
        char slots[32];
        snprintf(slots, sizeof(slots), "%d-%d", i * share,
                 i == masters - 1 ? SLOT_COUNT - 1 : (i + 1) * share - 1);
        host_of[i] = random_host(r, hosts, 0);
        snprintf(addr, sizeof(addr), "10.0.0.%d:%d", host_of[i], 7001 + i);
        fixture_node(f, fixture_master(f, addr, slots))->used_memory = 1000 + random_below(r, 3);
    }
    int port = 7101;
    for (int i = 0; i < masters; i++) {
        for (int k = random_below(r, 10) == 0 ? 0 : 1 + random_below(r, 3); k > 0; k--) {
            snprintf(addr, sizeof(addr), "10.0.0.%d:%d", random_host(r, hosts, host_of[i]), port++);
            int replica = fixture_replica(f, addr, i);
            fixture_node(f, replica)->maxmemory = random_below(r, 8) == 0 ? 1001 : 0;
            if (random_below(r, 20) == 0) {
                fixture_fail(f, replica);
            }
        }
    }
    Watch w = watch_new(f);
    w.options.floor = 1 + (random_below(r, 5) == 0);
    w.options.spread = true;
    return w;
}

static int count_alone(const Watch *w)
{
    int n = 0;
    for (size_t i = 0; i < w->h->snapshot->n_masters; i++) {
        n += w->h->of[w->h->snapshot->masters[i]].host_alone_ms != 0;
    }
    return n;
}

static const PlanTarget *first_move(const Plan *plan)
{
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->at[i].chosen >= 0 && !plan->at[i].after_previous) {
            return &plan->at[i];
        }
    }
    return NULL;
}

static void assert_gate_opens(Watch *w, const PlanTarget *t)
{
    const Node *nodes = w->h->snapshot->nodes;
    GateAsk ask = {
        .replica = nodes[t->candidates[t->chosen].replica].id,
        .donor = nodes[t->candidates[t->chosen].donor].id,
        .target = nodes[t->target].id,
        .purpose = t->purpose,
        .decided_ms = w->now_ms,
    };
    w->options.moving = (OwnMove){ask.replica, ask.target};
    watch_rounds(w, 2);
    w->options.moving = (OwnMove){0};
    GateVerdict verdict;
    gate_check(&ask, w->before, w->h, &verdict);
    // Its words on the race with the servers' own moves are no matter of the plan.
    if (!verdict.open && verdict.refused_by != GATE_SERVER_RACE) {
        fail_msg("%s: %s", gate_rule_text(verdict.refused_by),
                 verdict.check[verdict.refused_by].text);
    }
}

// Ports, for what is true of the next round.
typedef struct {
    int replica, donor, target;
    MovePurpose purpose;
    int for_target;
    int next; // after a step: the replica that should go to for_target
} Made;

static Made make_move(const Watch *w, const PlanTarget *t)
{
    const PlanCandidate *c = &t->candidates[t->chosen];
    Made made = {
        .replica = watch_port(w, c->replica),
        .donor = watch_port(w, c->donor),
        .target = watch_port(w, t->target),
        .purpose = t->purpose,
        .for_target = watch_port(w, t->for_target),
    };
    if (t->purpose == PURPOSE_STEP) {
        const PlanTarget *second = t + 1;
        assert_true(second->after_previous);
        assert_int_equal(second->target, t->for_target);
        assert_int_equal(second->candidates[second->chosen].donor, t->target);
        made.next = watch_port(w, second->candidates[second->chosen].replica);
    }
    knob(w, made.replica)->master = fixture_port(w->f, made.target);
    return made;
}

// A step must be followed by the cure that it was for; nobody may have got worse.
static void assert_made_well(const Watch *w, const Made *made, int alone_before, const Plan *next)
{
    assert_true(watch_node(w, made->donor)->working >= w->h->floor);
    if (made->purpose == PURPOSE_HEAL) {
        return;
    }
    int alone = count_alone(w);
    assert_int_equal(alone, made->purpose == PURPOSE_SPREAD ? alone_before - 1 : alone_before);
    if (made->purpose == PURPOSE_SPREAD) {
        assert_int_equal(watch_node(w, made->target)->host_alone_ms, 0);
        return;
    }
    const PlanTarget *t = first_move(next);
    assert_non_null(t);
    assert_int_equal(t->purpose, PURPOSE_SPREAD);
    assert_int_equal(watch_port(w, t->target), made->for_target);
    assert_int_equal(watch_port(w, t->candidates[t->chosen].replica), made->next);
}

typedef struct {
    int moves[PURPOSE_COUNT];
    int exchanges; // left to a person
} Tally;

static void play(Watch *w, bool past_the_gate, Tally *tally)
{
    watch_round(w, 1000);
    Plan plan = plan_make(w->h);
    int moves = 0;
    const PlanTarget *t;
    while ((t = first_move(&plan)) != NULL) {
        assert_true(++moves < MOVES_MAX);
        tally->moves[t->purpose]++;
        if (past_the_gate) {
            assert_gate_opens(w, t);
            watch_rounds(w, 1);
            plan = plan_make(w->h); // the same view, the same answer
            t = first_move(&plan);
            assert_non_null(t);
        }
        int alone = count_alone(w);
        Made made = make_move(w, t);
        watch_rounds(w, 1);
        plan = plan_make(w->h);
        assert_made_well(w, &made, alone, &plan);
    }
    assert_int_equal(plan.n_moves, 0);
    for (size_t i = 0; i < plan.n; i++) {
        tally->exchanges += strcmp(plan.at[i].refused_rule, "exchange") == 0;
    }
}

static uint64_t latest_seed;

static int tell_latest(void **state)
{
    (void)state;
    print_message("the last cluster was that of seed %llu\n", (unsigned long long)latest_seed);
    return 0;
}

static void doing_what_the_plan_says_ends_and_nobody_gets_worse(void **state)
{
    (void)state;
    Random r = {.state = 20260101};
    Tally tally = {{0}, 0};
    for (int i = 0; i < CLUSTERS; i++) {
        latest_seed = r.state;
        Watch w = random_cluster(&r);
        play(&w, i % PAST_THE_GATE == 0, &tally);
        watch_done(&w);
    }
    print_message("%d healed, %d spread, %d steps, %d exchanges left\n", tally.moves[PURPOSE_HEAL],
                  tally.moves[PURPOSE_SPREAD], tally.moves[PURPOSE_STEP], tally.exchanges);
    // All kinds were met often.
    assert_in_range(tally.moves[PURPOSE_HEAL], 100, INT32_MAX);
    assert_in_range(tally.moves[PURPOSE_SPREAD], 500, INT32_MAX);
    assert_in_range(tally.moves[PURPOSE_STEP], 50, INT32_MAX);
    assert_in_range(tally.exchanges, 100, INT32_MAX);
}

TESTS(plan_spread_random,
      cmocka_unit_test_teardown(doing_what_the_plan_says_ends_and_nobody_gets_worse, tell_latest))
