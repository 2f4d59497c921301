// A* over "which working replica follows whom". No move cures more than one master, so the number
// of those that need one is a lower bound of the moves to come. Replicas on one host with the same
// limit of memory are alike: a state says how many of each kind follow which master.
#include "heal_search.h"

#include <stdlib.h>
#include <string.h>

#include "plan_work.h"
#include "rehome/base/mem.h"
#include "word.h"

enum { MASTERS_MAX = 64, REPLICAS_MAX = 96, STATES_MAX = 8192, SLOTS = 4 * STATES_MAX };

typedef struct {
    int node;
    int host; // first node with the same label; -1: not known
    int64_t maxmemory;
    int64_t lag;
    const NodeId *id;
} Movable;

typedef struct {
    int node;
    int host;
    bool may_get;
    bool counts; // it needs a replica on another host, and may get one
    int64_t bytes;
    int gives_less; // working replicas that do not count for what it keeps
    int working;    // of those that do not move; of them on another host, and on its own
    int off;
    int same;
} Family;

typedef struct {
    uint8_t at[REPLICAS_MAX]; // by movable: its master; in order among those that are alike
    int16_t moves;
    int16_t parent; // -1: none
    uint8_t kind;   // the move that led here: the first of those that are alike, and whom it left
    uint8_t from;
    uint8_t to;
    bool closed;
    int64_t bytes;
    int exposed; // lower bound of the moves to come
} State;

typedef struct {
    const Health *h;
    Movable replicas[REPLICAS_MAX];
    size_t n_replicas;
    Family masters[MASTERS_MAX];
    size_t n_masters;
    int fixed_orphans; // that may get nobody now
    int fixed_alone;
    State *states;
    size_t n_states;
    int16_t *slots; // hash table of states, -1: free
    int16_t *heap;
    size_t n_heap;
    int best; // state, by its score
    HealScore score;
} Search;

typedef struct {
    int working[MASTERS_MAX];
    int off[MASTERS_MAX];
    int same[MASTERS_MAX];
} Counts;

int heal_score_compare(const HealScore *a, const HealScore *b)
{
    if (a->orphans != b->orphans) {
        return a->orphans < b->orphans ? -1 : 1;
    }
    if (a->alone != b->alone) {
        return a->alone < b->alone ? -1 : 1;
    }
    if (a->moves != b->moves) {
        return a->moves < b->moves ? -1 : 1;
    }
    return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

// --- the model

static int host_number(const Snapshot *s, int node)
{
    const char *host = s->nodes[node].host;
    for (int i = 0; host[0] != '\0' && i <= node; i++) {
        if (strcmp(s->nodes[i].host, host) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_other(int a, int b)
{
    return a >= 0 && b >= 0 && a != b;
}

static bool is_same(int a, int b)
{
    return a >= 0 && a == b;
}

static bool may_move(PlanWork *w, int replica)
{
    const Health *h = w->h;
    int donor = h->snapshot->nodes[replica].master;
    PlanVerdict verdict = plan_replica_verdict(w, replica);
    if (verdict.rule[0] == '\0') {
        return true;
    }
    // That its donor has too few is what may change.
    bool too_few =
        strcmp(verdict.rule, "donor-floor") == 0 || strcmp(verdict.rule, "donor-list") == 0;
    return too_few && h->of[replica].downtime == NULL && h->of[donor].downtime == NULL &&
           word_is_fresh(h->snapshot, donor, h->options.fresh_ms);
}

static int count_online(const NodeSays *says)
{
    int n = 0;
    for (size_t i = 0; says != NULL && says->has_info && i < says->info.n_slaves; i++) {
        n += says->info.slaves[i].state == SLAVE_ONLINE;
    }
    return n;
}

static bool may_get(const PlanWork *w, int master)
{
    MasterState state = w->h->of[master].master;
    MovePurpose purpose = state == STATE_ORPHANED ? PURPOSE_HEAL : PURPOSE_STEP;
    const char *rule;
    return (state == STATE_ORPHANED || state == STATE_PROTECTED) &&
           plan_target_verdict(w, master).rule[0] == '\0' &&
           plan_waits_for(w->h, master, purpose, &rule) == NULL;
}

static void add_master(Search *x, const PlanWork *w, int master)
{
    const Snapshot *s = x->h->snapshot;
    const Node *m = &s->nodes[master];
    const NodeHealth *health = &x->h->of[master];
    int in_downtime = 0;
    for (size_t i = 0; i < m->n_replicas; i++) {
        const NodeHealth *r = &x->h->of[m->replicas[i]];
        in_downtime += r->replica == REPLICA_WORKING && r->downtime != NULL;
    }
    int unlisted = health->working - count_online(m->says);
    Family f = {
        .node = master,
        .host = host_number(s, master),
        .may_get = may_get(w, master),
        .bytes = m->says != NULL && m->says->has_info && m->says->info.used_memory > 0
                     ? m->says->info.used_memory
                     : 0,
        .gives_less = unlisted > in_downtime ? unlisted : in_downtime,
    };
    bool orphaned = health->master == STATE_ORPHANED;
    bool needs = orphaned || plan_is_alone(x->h, master);
    f.counts = f.may_get || (health->master == STATE_PROTECTED && !needs);
    x->fixed_orphans += !f.counts && orphaned;
    x->fixed_alone += !f.counts && needs && !orphaned;
    x->masters[x->n_masters++] = f;
}

static int compare_movables(const void *a, const void *b)
{
    const Movable *x = a;
    const Movable *y = b;
    if (x->host != y->host) {
        return x->host < y->host ? -1 : 1;
    }
    if (x->maxmemory != y->maxmemory) {
        return x->maxmemory < y->maxmemory ? -1 : 1;
    }
    if (x->lag != y->lag) {
        return x->lag < y->lag ? -1 : 1;
    }
    return node_id_cmp(*x->id, *y->id);
}

static bool are_alike(const Search *x, size_t a, size_t b)
{
    return x->replicas[a].host == x->replicas[b].host &&
           x->replicas[a].maxmemory == x->replicas[b].maxmemory;
}

static int family_of(const Search *x, int master)
{
    for (size_t i = 0; i < x->n_masters; i++) {
        if (x->masters[i].node == master) {
            return (int)i;
        }
    }
    return -1;
}

static void add_fixed(Search *x, int replica, int family)
{
    Family *f = &x->masters[family];
    int host = host_number(x->h->snapshot, replica);
    f->working++;
    f->off += is_other(host, f->host);
    f->same += is_same(host, f->host);
}

// False: the cluster is too large for it.
static bool model(Search *x)
{
    const Snapshot *s = x->h->snapshot;
    if (s->n_masters > MASTERS_MAX) {
        return false;
    }
    PlanWork w = plan_work(x->h, HEED_ALL);
    for (size_t i = 0; i < s->n_masters; i++) {
        add_master(x, &w, s->masters[i]);
    }
    bool fits = true;
    for (int i = 0; i < (int)s->n_nodes && fits; i++) {
        int family = x->h->of[i].replica == REPLICA_WORKING && !x->h->of[i].is_master
                         ? family_of(x, s->nodes[i].master)
                         : -1;
        if (family < 0) {
            continue;
        }
        if (!may_move(&w, i)) {
            add_fixed(x, i, family);
            continue;
        }
        fits = x->n_replicas < REPLICAS_MAX;
        if (fits) {
            const NodeInfo *info = &s->nodes[i].says->info;
            int64_t lag = x->h->of[i].lag_bytes;
            x->replicas[x->n_replicas++] = (Movable){
                .node = i,
                .host = host_number(s, i),
                .maxmemory = info->maxmemory > 0 ? info->maxmemory : INT64_MAX,
                .lag = lag >= 0 ? lag >> 20 : INT64_MAX,
                .id = &s->nodes[i].id,
            };
        }
    }
    plan_work_done(&w);
    qsort(x->replicas, x->n_replicas, sizeof(*x->replicas), compare_movables);
    return fits;
}

// --- states

static void sort_alike(const Search *x, State *s)
{
    for (size_t i = 1; i < x->n_replicas; i++) {
        for (size_t k = i; k > 0 && are_alike(x, k, k - 1) && s->at[k] < s->at[k - 1]; k--) {
            uint8_t at = s->at[k];
            s->at[k] = s->at[k - 1];
            s->at[k - 1] = at;
        }
    }
}

static Counts count(const Search *x, const State *s)
{
    Counts c = {.working = {0}};
    for (size_t m = 0; m < x->n_masters; m++) {
        c.working[m] = x->masters[m].working;
        c.off[m] = x->masters[m].off;
        c.same[m] = x->masters[m].same;
    }
    for (size_t i = 0; i < x->n_replicas; i++) {
        int m = s->at[i];
        c.working[m]++;
        c.off[m] += is_other(x->replicas[i].host, x->masters[m].host);
        c.same[m] += is_same(x->replicas[i].host, x->masters[m].host);
    }
    return c;
}

static HealScore score_of(const Search *x, const State *s, const Counts *c)
{
    HealScore score = {x->fixed_orphans, x->fixed_alone, s->moves, s->bytes};
    for (size_t m = 0; m < x->n_masters; m++) {
        if (x->masters[m].counts) {
            score.orphans += c->working[m] == 0;
            score.alone += c->working[m] > 0 && c->same[m] == c->working[m];
        }
    }
    return score;
}

static bool goes_first(const Search *x, int16_t a, int16_t b)
{
    const State *s = &x->states[a];
    const State *t = &x->states[b];
    int moves = s->moves + s->exposed - t->moves - t->exposed;
    if (moves != 0) {
        return moves < 0;
    }
    if (s->bytes != t->bytes) {
        return s->bytes < t->bytes;
    }
    return s->moves != t->moves ? s->moves > t->moves : a < b;
}

static void swap(int16_t *a, int16_t *b)
{
    int16_t c = *a;
    *a = *b;
    *b = c;
}

static void push(Search *x, int16_t state)
{
    size_t i = x->n_heap++;
    x->heap[i] = state;
    while (i > 0 && goes_first(x, x->heap[i], x->heap[(i - 1) / 2])) {
        swap(&x->heap[i], &x->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static int16_t pop(Search *x)
{
    int16_t first = x->heap[0];
    x->heap[0] = x->heap[--x->n_heap];
    for (size_t i = 0;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < x->n_heap && goes_first(x, x->heap[child + 1], x->heap[child])) {
            child++;
        }
        if (child >= x->n_heap || !goes_first(x, x->heap[child], x->heap[i])) {
            return first;
        }
        swap(&x->heap[child], &x->heap[i]);
        i = child;
    }
}

static int16_t *slot_of(const Search *x, const State *s)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < x->n_replicas; i++) {
        hash = (hash ^ s->at[i]) * 1099511628211U;
    }
    size_t i = hash % SLOTS;
    while (x->slots[i] >= 0 && memcmp(x->states[x->slots[i]].at, s->at, x->n_replicas) != 0) {
        i = (i + 1) % SLOTS;
    }
    return &x->slots[i];
}

// The same state by a cheaper way takes the place of one that still waits. None that was gone on
// from is met cheaper: the lower bound is such that the first way there is a shortest one.
static void meet(Search *x, const State *s)
{
    int16_t *slot = slot_of(x, s);
    if (*slot >= 0) {
        State *old = &x->states[*slot];
        bool better = s->moves < old->moves || (s->moves == old->moves && s->bytes < old->bytes);
        if (old->closed || !better) {
            return;
        }
    }
    if (x->n_states == STATES_MAX) {
        return;
    }
    if (*slot >= 0) {
        x->states[*slot].closed = true;
    }
    *slot = (int16_t)x->n_states++;
    State *new = &x->states[*slot];
    *new = *s;
    Counts c = count(x, s);
    HealScore score = score_of(x, s, &c);
    new->exposed = score.orphans + score.alone - x->fixed_orphans - x->fixed_alone;
    if (heal_score_compare(&score, &x->score) < 0) {
        x->score = score;
        x->best = *slot;
    }
    push(x, *slot);
}

// By the plan's rules: an orphan takes whoever is to be had, everybody else somebody from another
// host whose donor stays as spread as it was.
static bool is_legal(const Search *x, const Counts *c, size_t replica, int from, int to)
{
    const Movable *r = &x->replicas[replica];
    const Family *d = &x->masters[from];
    const Family *t = &x->masters[to];
    if (from == to || !t->may_get || r->maxmemory < t->bytes ||
        c->working[from] - d->gives_less - 1 < x->h->floor) {
        return false;
    }
    if (c->working[to] == 0) {
        return true;
    }
    bool last_off = c->off[from] == 1 && is_other(r->host, d->host);
    return is_other(r->host, t->host) && !last_off;
}

static void expand(Search *x, int16_t at)
{
    const State from = x->states[at];
    Counts c = count(x, &from);
    for (size_t i = 0; i < x->n_replicas; i++) {
        if (i > 0 && are_alike(x, i, i - 1) && from.at[i] == from.at[i - 1]) {
            continue;
        }
        for (int to = 0; to < (int)x->n_masters; to++) {
            if (!is_legal(x, &c, i, from.at[i], to)) {
                continue;
            }
            State next = from;
            next.closed = false;
            next.at[i] = (uint8_t)to;
            next.moves++;
            next.bytes += x->masters[to].bytes;
            next.parent = at;
            next.kind = (uint8_t)i;
            next.from = from.at[i];
            next.to = (uint8_t)to;
            sort_alike(x, &next);
            meet(x, &next);
        }
    }
}

static void run(Search *x, size_t most)
{
    State start = {.parent = -1};
    for (size_t i = 0; i < x->n_replicas; i++) {
        start.at[i] = (uint8_t)family_of(x, x->h->snapshot->nodes[x->replicas[i].node].master);
    }
    sort_alike(x, &start);
    meet(x, &start);
    while (x->n_heap > 0) {
        int16_t at = pop(x);
        State *s = &x->states[at];
        if (s->closed) {
            continue;
        }
        if (s->exposed == 0 || x->n_states == STATES_MAX) {
            return; // the cheapest way there is, or as far as we look
        }
        s->closed = true;
        if ((size_t)s->moves < most) {
            expand(x, at);
        }
    }
}

// Of those that are alike and follow the same master, one that has moved already goes on; else the
// best one goes.
static int take(const Search *x, int *at, bool *moved, const State *s)
{
    int found = -1;
    for (size_t i = 0; i < x->n_replicas; i++) {
        if (are_alike(x, i, s->kind) && at[i] == s->from && (found < 0 || moved[i])) {
            found = (int)i;
            if (moved[i]) {
                break;
            }
        }
    }
    at[found] = s->to;
    moved[found] = true;
    return found;
}

static size_t trace(const Search *x, HealPair *out)
{
    int at[REPLICAS_MAX];
    bool moved[REPLICAS_MAX] = {false};
    const State *way[HEAL_MOVES_MAX];
    size_t n = 0;
    for (const State *s = &x->states[x->best]; s->parent >= 0; s = &x->states[s->parent]) {
        way[n++] = s;
    }
    for (size_t i = 0; i < x->n_replicas; i++) {
        at[i] = family_of(x, x->h->snapshot->nodes[x->replicas[i].node].master);
    }
    for (size_t i = 0; i < n; i++) {
        const State *s = way[n - 1 - i];
        out[i] = (HealPair){x->replicas[take(x, at, moved, s)].node, x->masters[s->to].node};
    }
    return n;
}

size_t heal_search(const Health *h, HealPair *out, size_t most, HealScore *score)
{
    Search *x = mem_alloc(sizeof(*x));
    x->h = h;
    x->score = (HealScore){INT32_MAX, INT32_MAX, 0, 0};
    size_t n = 0;
    if (model(x)) {
        x->states = mem_array(STATES_MAX, sizeof(*x->states));
        x->slots = mem_array(SLOTS, sizeof(*x->slots));
        x->heap = mem_array(STATES_MAX, sizeof(*x->heap));
        memset(x->slots, -1, SLOTS * sizeof(*x->slots));
        run(x, most < HEAL_MOVES_MAX ? most : HEAL_MOVES_MAX);
        n = trace(x, out);
        mem_free(x->states);
        mem_free(x->slots);
        mem_free(x->heap);
    }
    *score = x->score;
    mem_free(x);
    return n;
}
