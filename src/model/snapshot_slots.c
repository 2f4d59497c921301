// Who owns which slots. Views tell ranges, and most of them the same ones, so slots are looked at
// by the piece: a run of slots within which no range that anybody tells begins or ends.
#include "rehome/base/mem.h"
#include "snapshot_merge.h"

enum { WORD_BITS = 64, WORDS = SLOT_COUNT / WORD_BITS };

// The higher config epoch wins; a node that gave its view speaks for itself alone, others are
// believed only about the rest.
typedef struct {
    int first; // slot
    int owner; // index; -1: nobody
    uint64_t epoch;
    bool own; // claimed in the owner's own view
} Piece;

struct SlotClaims {
    uint64_t begins[WORDS]; // a bit for each slot: a piece begins here
    int before[WORDS];      // pieces that begin before the first slot of this word
    Piece *at;
    int n;
};

static void begin_piece(SlotClaims *claims, int slot)
{
    if (slot < SLOT_COUNT) {
        claims->begins[slot / WORD_BITS] |= UINT64_C(1) << slot % WORD_BITS;
    }
}

static void cut(SlotClaims *claims, const Merge *m)
{
    begin_piece(claims, 0);
    for (size_t v = 0; v < m->n_views; v++) {
        const NodesView *told = &m->views[v].word->says.view;
        for (size_t i = 0; i < told->n; i++) {
            for (size_t k = 0; k < told->at[i].slots.n; k++) {
                begin_piece(claims, told->at[i].slots.at[k].first);
                begin_piece(claims, told->at[i].slots.at[k].last + 1);
            }
        }
    }
    for (int i = 0; i < WORDS; i++) {
        claims->before[i] = claims->n;
        claims->n += __builtin_popcountll(claims->begins[i]);
    }
    claims->at = mem_array((size_t)claims->n, sizeof(*claims->at));
    int n = 0;
    for (int i = 0; i < WORDS; i++) {
        for (uint64_t left = claims->begins[i]; left != 0; left &= left - 1) {
            int slot = i * WORD_BITS + __builtin_ctzll(left);
            claims->at[n++] = (Piece){.first = slot, .owner = -1};
        }
    }
}

static int piece_of(const SlotClaims *claims, int slot)
{
    uint64_t until = UINT64_MAX >> (WORD_BITS - 1 - slot % WORD_BITS);
    int word = slot / WORD_BITS;
    return claims->before[word] + __builtin_popcountll(claims->begins[word] & until) - 1;
}

static int last_slot(const SlotClaims *claims, int piece)
{
    return (piece + 1 < claims->n ? claims->at[piece + 1].first : SLOT_COUNT) - 1;
}

static void claim(SlotClaims *claims, int owner, const NodeLine *line, bool own)
{
    for (size_t i = 0; i < line->slots.n; i++) {
        int last = piece_of(claims, line->slots.at[i].last);
        for (int p = piece_of(claims, line->slots.at[i].first); p <= last; p++) {
            Piece *held = &claims->at[p];
            if (held->owner < 0 || line->config_epoch > held->epoch ||
                (line->config_epoch == held->epoch && own && !held->own)) {
                held->owner = owner;
                held->epoch = line->config_epoch;
                held->own = own;
            }
        }
    }
}

static void claim_all(SlotClaims *claims, const Merge *m)
{
    for (int i = 0; i < (int)m->s->n_nodes; i++) {
        const NodeLine *own = merge_own_line(m, i);
        if (own != NULL) {
            claim(claims, i, own, true);
            continue;
        }
        for (size_t v = 0; v < m->n_views; v++) {
            if (m->views[v].lines[i] != NULL) {
                claim(claims, i, m->views[v].lines[i], false);
            }
        }
    }
}

// Views of slot owners vote. Without any of them, every view does.
static void choose_voters(Merge *m, const SlotClaims *claims)
{
    bool *owns = mem_array(m->s->n_nodes, sizeof(*owns));
    for (int p = 0; p < claims->n; p++) {
        if (claims->at[p].owner >= 0) {
            owns[claims->at[p].owner] = true;
        }
    }
    bool any = false;
    for (size_t v = 0; v < m->n_views; v++) {
        View *view = &m->views[v];
        // Who does not tell its own role is listed by others only.
        const NodeLine *own = view->reporter < 0 ? NULL : view->lines[view->reporter];
        view->votes = own != NULL && owns[view->reporter] && (own->flags & NODE_MASTER) != 0;
        any = any || view->votes;
    }
    for (size_t v = 0; v < m->n_views && !any; v++) {
        m->views[v].votes = true;
    }
    mem_free(owns);
}

SlotClaims *claims_read(Merge *m)
{
    SlotClaims *claims = mem_alloc(sizeof(*claims));
    cut(claims, m);
    claim_all(claims, m);
    choose_voters(m, claims);
    return claims;
}

// A replica owns no slots: what the views still credit it with went to the master it now follows,
// which is how a server loses its last slot.
static void hand_to_masters(SlotClaims *claims, const Snapshot *s)
{
    for (int p = 0; p < claims->n; p++) {
        Piece *piece = &claims->at[p];
        if (piece->owner >= 0 && !node_is_master(&s->nodes[piece->owner])) {
            int holder = s->nodes[piece->owner].master;
            piece->owner = holder >= 0 && node_is_master(&s->nodes[holder]) ? holder : -1;
        }
    }
}

static bool goes_on(const SlotClaims *claims, int piece)
{
    return piece > 0 && claims->at[piece - 1].owner == claims->at[piece].owner;
}

void claims_settle(Merge *m, SlotClaims *claims)
{
    Snapshot *s = m->s;
    hand_to_masters(claims, s);
    size_t *n_ranges = mem_array(s->n_nodes, sizeof(*n_ranges));
    for (int p = 0; p < claims->n; p++) {
        if (claims->at[p].owner >= 0 && !goes_on(claims, p)) {
            n_ranges[claims->at[p].owner]++;
        }
    }
    SlotRange **ranges = mem_array(s->n_nodes, sizeof(*ranges));
    for (size_t i = 0; i < s->n_nodes; i++) {
        ranges[i] = arena_array(s->arena, n_ranges[i], sizeof(**ranges));
        s->nodes[i].slots.at = ranges[i];
    }
    for (int p = 0; p < claims->n; p++) {
        int owner = claims->at[p].owner;
        if (owner < 0) {
            continue;
        }
        Node *node = &s->nodes[owner];
        int first = claims->at[p].first;
        int last = last_slot(claims, p);
        node->slots.n += goes_on(claims, p) ? 0 : 1;
        SlotRange *range = &ranges[owner][node->slots.n - 1];
        range->first = goes_on(claims, p) ? range->first : (uint16_t)first;
        range->last = (uint16_t)last;
        node->slot_count += last + 1 - first;
    }
    mem_free(ranges);
    mem_free(n_ranges);
    mem_free(claims->at);
    mem_free(claims);
}
