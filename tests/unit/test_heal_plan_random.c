// Small random clusters: what the plan to the end reaches, and with how many moves, is what a
// search through every legal order of moves finds as well, by a model of its own. And each move is
// made, so that nobody is found below the floor at any time.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "plan_try.h"
#include "rehome/policy/heal_plan.h"

enum { CLUSTERS = 2500, MASTERS = 4, REPLICAS = 6, ALL = 4096 };

typedef struct {
    uint64_t state;
} Random;

static int random_below(Random *r, int n)
{
    r->state = r->state * 6364136223846793005U + 1442695040888963407U;
    return (int)((uint32_t)(r->state >> 33) % (uint32_t)n);
}

// --- every order of moves

typedef struct {
    int masters, replicas, floor;
    int master_host[MASTERS];
    int replica_host[REPLICAS];
    int at[REPLICAS];
} Small;

typedef struct {
    int orphans, alone, moves;
} Reached;

static int count_at(const Small *c, int master, bool off_only)
{
    int n = 0;
    for (int r = 0; r < c->replicas; r++) {
        n += c->at[r] == master && (!off_only || c->replica_host[r] != c->master_host[master]);
    }
    return n;
}

static Reached look(const Small *c, int moves)
{
    Reached out = {.moves = moves};
    for (int m = 0; m < c->masters; m++) {
        int n = count_at(c, m, false);
        out.orphans += n == 0;
        out.alone += n > 0 && count_at(c, m, true) == 0;
    }
    return out;
}

static bool is_worse(Reached a, Reached b)
{
    return a.orphans != b.orphans ? a.orphans > b.orphans
           : a.alone != b.alone   ? a.alone > b.alone
                                  : a.moves > b.moves;
}

static bool may_go(const Small *c, int r, int to)
{
    int from = c->at[r];
    if (from == to || count_at(c, from, false) - 1 < c->floor) {
        return false;
    }
    if (count_at(c, to, false) == 0) {
        return true;
    }
    bool is_off = c->replica_host[r] != c->master_host[from];
    return c->replica_host[r] != c->master_host[to] && !(is_off && count_at(c, from, true) == 1);
}

static int number_of(const Small *c)
{
    int n = 0;
    for (int r = 0; r < c->replicas; r++) {
        n = n * MASTERS + c->at[r];
    }
    return n;
}

static void take_number(Small *c, int n)
{
    for (int r = c->replicas - 1; r >= 0; r--) {
        c->at[r] = n % MASTERS;
        n /= MASTERS;
    }
}

// Breadth first, through all there is.
static Reached search_all(Small c)
{
    static int queue[ALL];
    static int moves[ALL];
    int n = 0;
    memset(moves, -1, sizeof(moves));
    int start = number_of(&c);
    moves[start] = 0;
    queue[n++] = start;
    Reached best = look(&c, 0);
    for (int i = 0; i < n; i++) {
        int now = queue[i];
        take_number(&c, now);
        Reached here = look(&c, moves[now]);
        best = is_worse(best, here) ? here : best;
        for (int r = 0; r < c.replicas; r++) {
            int from = c.at[r];
            for (int to = 0; to < c.masters; to++) {
                if (!may_go(&c, r, to)) {
                    continue;
                }
                c.at[r] = to;
                int next = number_of(&c);
                if (moves[next] < 0) {
                    moves[next] = moves[now] + 1;
                    queue[n++] = next;
                }
                c.at[r] = from;
            }
        }
    }
    return best;
}

// --- the same as a cluster

static Small random_small(Random *r)
{
    int hosts = 2 + random_below(r, 3);
    Small c = {
        .masters = 2 + random_below(r, MASTERS - 1),
        .replicas = 2 + random_below(r, REPLICAS - 1),
        .floor = 1 + (random_below(r, 6) == 0),
    };
    for (int m = 0; m < c.masters; m++) {
        c.master_host[m] = random_below(r, hosts);
    }
    for (int i = 0; i < c.replicas; i++) {
        c.at[i] = random_below(r, c.masters);
        bool same = random_below(r, 2) == 0;
        c.replica_host[i] = same ? c.master_host[c.at[i]] : random_below(r, hosts);
    }
    return c;
}

static Watch cluster_of(const Small *c)
{
    Fixture *f = fixture_new();
    char addr[64];
    int share = SLOT_COUNT / c->masters;
    for (int m = 0; m < c->masters; m++) {
        char slots[32];
        snprintf(slots, sizeof(slots), "%d-%d", m * share,
                 m == c->masters - 1 ? SLOT_COUNT - 1 : (m + 1) * share - 1);
        snprintf(addr, sizeof(addr), "10.0.0.%d:%d", c->master_host[m] + 1, 7001 + m);
        fixture_master(f, addr, slots);
    }
    for (int r = 0; r < c->replicas; r++) {
        snprintf(addr, sizeof(addr), "10.0.0.%d:%d", c->replica_host[r] + 1, 7101 + r);
        fixture_replica(f, addr, c->at[r]);
    }
    Watch w = watch_new(f);
    w.options.floor = c->floor;
    watch_round(&w, 1000);
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

static void make_moves(Watch *w, const HealPlan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const HealMove *m = &p->moves[i];
        int donor = watch_port(w, m->donor);
        assert_int_equal(knob(w, watch_port(w, m->replica))->master, fixture_port(w->f, donor));
        knob(w, watch_port(w, m->replica))->master = fixture_port(w->f, watch_port(w, m->target));
        watch_rounds(w, 1);
        assert_true(watch_node(w, donor)->working >= w->h->floor);
    }
}

static uint64_t latest_seed;

static int tell_latest(void **state)
{
    (void)state;
    print_message("the last cluster was that of seed %llu\n", (unsigned long long)latest_seed);
    return 0;
}

static void nothing_legal_reaches_more_or_the_same_with_less(void **state)
{
    (void)state;
    Random r = {.state = 20260202};
    int made_safe = 0;
    int longest = 0;
    for (int i = 0; i < CLUSTERS; i++) {
        latest_seed = r.state;
        Small c = random_small(&r);
        Watch w = cluster_of(&c);
        if (w.h->hosts.n < 2) {
            watch_done(&w);
            continue;
        }
        Reached best = search_all(c);
        const HealPlan *p = heal_plan_make(w.h, true);
        bool was_safe = w.h->hosts.safe;
        make_moves(&w, p);
        assert_int_equal(w.h->orphaned, best.orphans);
        assert_int_equal(count_alone(&w), best.alone);
        assert_int_equal(p->n, best.moves);
        assert_int_equal(p->after->hosts.safe, w.h->hosts.safe);
        made_safe += !was_safe && w.h->hosts.safe;
        longest = (int)p->n > longest ? (int)p->n : longest;
        heal_plan_free(p);
        watch_done(&w);
    }
    print_message("%d clusters made host-safe, %d moves at most\n", made_safe, longest);
    assert_in_range(made_safe, 100, CLUSTERS);
    assert_in_range(longest, 4, HEAL_MOVES_MAX);
}

TESTS(heal_plan_random,
      cmocka_unit_test_teardown(nothing_legal_reaches_more_or_the_same_with_less, tell_latest))
