#include "rows.h"

#include <string.h>

#include "rehome/base/mem.h"

// Order of classes when the worst comes first. A dead master that owns nothing any more (its
// replica took over) is history, not an emergency.
enum { CLASS_COUNT = 5, CLASS_ANY = -1 };

static int class_of(const Node *n, const NodeHealth *nh)
{
    switch (nh->master) {
    case STATE_FAILED:
        return n->slot_count > 0 ? 0 : 4;
    case STATE_ORPHANED:
        return 1;
    case STATE_AT_RISK:
        return 2;
    case STATE_EMPTY:
        return 4;
    case STATE_PROTECTED:
        break;
    }
    return 3;
}

static void add(Rows *rows, RowKind kind, int node, bool last)
{
    rows->at = mem_grow(rows->at, &rows->cap, (size_t)rows->n + 1, sizeof(*rows->at));
    rows->at[rows->n++] = (Row){.kind = kind, .node = node, .last = last};
    if (kind != ROW_NOTE) {
        rows->placed[node] = true;
    }
}

static void add_master(Rows *rows, const Health *h, int node)
{
    const Node *n = &h->snapshot->nodes[node];
    add(rows, ROW_MASTER, node, false);
    for (size_t i = 0; i < n->n_replicas; i++) {
        add(rows, ROW_REPLICA, n->replicas[i], i + 1 == n->n_replicas);
    }
    if (h->of[node].master == STATE_ORPHANED && n->n_replicas == 0) {
        add(rows, ROW_NOTE, node, true);
    }
}

static void add_masters(Rows *rows, const Health *h, int class)
{
    const Snapshot *s = h->snapshot;
    for (size_t i = 0; i < s->n_masters; i++) {
        int node = s->masters[i];
        if (class == CLASS_ANY || class_of(&s->nodes[node], &h->of[node]) == class) {
            add_master(rows, h, node);
        }
    }
}

void rows_build(Rows *rows, const Health *h, bool slot_order)
{
    rows->n = 0;
    if (h == NULL) {
        return;
    }
    size_t n = h->snapshot->n_nodes;
    rows->placed = mem_grow(rows->placed, &rows->placed_cap, n, sizeof(*rows->placed));
    memset(rows->placed, 0, n * sizeof(*rows->placed));
    if (slot_order) {
        add_masters(rows, h, CLASS_ANY);
    }
    for (int class = 0; class < CLASS_COUNT && !slot_order; class ++) {
        add_masters(rows, h, class);
    }
    for (size_t i = 0; i < n; i++) {
        if (!rows->placed[i]) {
            add(rows, ROW_STRAY, (int)i, false);
        }
    }
}

void rows_done(Rows *rows)
{
    mem_free(rows->at);
    mem_free(rows->placed);
    *rows = (Rows){0};
}

static bool row_is_node(const Row *row)
{
    return row->kind != ROW_NOTE;
}

int rows_find(const Rows *rows, const Snapshot *s, NodeId id)
{
    for (int i = 0; i < rows->n && !node_id_is_none(id); i++) {
        if (row_is_node(&rows->at[i]) && node_id_eq(s->nodes[rows->at[i].node].id, id)) {
            return i;
        }
    }
    return -1;
}

int rows_nearest(const Rows *rows, int row)
{
    if (rows->n == 0) {
        return -1;
    }
    int at = row < 0 ? 0 : row >= rows->n ? rows->n - 1 : row;
    for (int i = at; i < rows->n; i++) {
        if (row_is_node(&rows->at[i])) {
            return i;
        }
    }
    while (at >= 0 && !row_is_node(&rows->at[at])) {
        at--;
    }
    return at;
}

int rows_step(const Rows *rows, int row, int direction)
{
    for (int i = row + direction; i >= 0 && i < rows->n; i += direction) {
        if (row_is_node(&rows->at[i])) {
            return i;
        }
    }
    return row;
}
