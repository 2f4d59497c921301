// A* over "which working replica follows whom". No move cures more than one master, so the number
// of those that need one is a lower bound of the moves to come. Replicas on one host with the same
// limit of memory are alike: a state says how many of each kind follow which master.
#include "heal_search.h"

#include <string.h>

#include "heal_model.h"
#include "rehome/base/mem.h"

enum { STATES_MAX = 8192, SLOTS = 4 * STATES_MAX };

typedef struct {
    uint8_t at[HEAL_REPLICAS_MAX]; // by movable: its master; in order among those that are alike
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
    HealModel m;
    State *states;
    size_t n_states;
    int16_t *slots; // hash table of states, -1: free
    int16_t *heap;
    size_t n_heap;
    int best; // state, by its score
    HealScore score;
} Search;

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

static void sort_alike(const Search *x, State *s)
{
    for (size_t i = 1; i < x->m.n_replicas; i++) {
        for (size_t k = i; k > 0 && heal_model_alike(&x->m, k, k - 1) && s->at[k] < s->at[k - 1];
             k--) {
            uint8_t at = s->at[k];
            s->at[k] = s->at[k - 1];
            s->at[k - 1] = at;
        }
    }
}

static HealScore score_of(const Search *x, const State *s, const HealCounts *c)
{
    HealScore score = {x->m.fixed_orphans, x->m.fixed_alone, s->moves, s->bytes};
    for (size_t m = 0; m < x->m.n_masters; m++) {
        if (x->m.masters[m].counts) {
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
    for (size_t i = 0; i < x->m.n_replicas; i++) {
        hash = (hash ^ s->at[i]) * 1099511628211U;
    }
    size_t i = hash % SLOTS;
    while (x->slots[i] >= 0 && memcmp(x->states[x->slots[i]].at, s->at, x->m.n_replicas) != 0) {
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
    HealCounts c = heal_model_count(&x->m, s->at);
    HealScore score = score_of(x, s, &c);
    new->exposed = score.orphans + score.alone - x->m.fixed_orphans - x->m.fixed_alone;
    if (heal_score_compare(&score, &x->score) < 0) {
        x->score = score;
        x->best = *slot;
    }
    push(x, *slot);
}

static void expand(Search *x, int16_t at)
{
    const State from = x->states[at];
    HealCounts c = heal_model_count(&x->m, from.at);
    for (size_t i = 0; i < x->m.n_replicas; i++) {
        if (i > 0 && heal_model_alike(&x->m, i, i - 1) && from.at[i] == from.at[i - 1]) {
            continue;
        }
        for (int to = 0; to < (int)x->m.n_masters; to++) {
            if (!heal_model_is_legal(&x->m, &c, i, from.at[i], to)) {
                continue;
            }
            State next = from;
            next.closed = false;
            next.at[i] = (uint8_t)to;
            next.moves++;
            next.bytes += x->m.masters[to].bytes;
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
    for (size_t i = 0; i < x->m.n_replicas; i++) {
        start.at[i] = (uint8_t)heal_model_family(
            &x->m, x->m.h->snapshot->nodes[x->m.replicas[i].node].master);
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
    for (size_t i = 0; i < x->m.n_replicas; i++) {
        if (heal_model_alike(&x->m, i, s->kind) && at[i] == s->from && (found < 0 || moved[i])) {
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
    int at[HEAL_REPLICAS_MAX];
    bool moved[HEAL_REPLICAS_MAX] = {false};
    const State *way[HEAL_MOVES_MAX];
    size_t n = 0;
    for (const State *s = &x->states[x->best]; s->parent >= 0; s = &x->states[s->parent]) {
        way[n++] = s;
    }
    for (size_t i = 0; i < x->m.n_replicas; i++) {
        at[i] = heal_model_family(&x->m, x->m.h->snapshot->nodes[x->m.replicas[i].node].master);
    }
    for (size_t i = 0; i < n; i++) {
        const State *s = way[n - 1 - i];
        out[i] = (HealPair){x->m.replicas[take(x, at, moved, s)].node, x->m.masters[s->to].node};
    }
    return n;
}

size_t heal_search(const Health *h, HealPair *out, size_t most, HealScore *score)
{
    Search *x = mem_alloc(sizeof(*x));
    x->m.h = h;
    x->score = (HealScore){INT32_MAX, INT32_MAX, 0, 0};
    size_t n = 0;
    if (heal_model_make(&x->m)) {
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
