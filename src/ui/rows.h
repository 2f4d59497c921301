// The tree as a list of rows: masters in the chosen order, each followed by its replicas; without
// what is filtered out or folded away.
#ifndef REHOME_UI_ROWS_H
#define REHOME_UI_ROWS_H

#include "filter.h"
#include "node_set.h"
#include "rehome/ui/scene.h"

typedef enum {
    ROW_MASTER,
    ROW_REPLICA,
    ROW_STRAY, // a replica of nobody we can show
    ROW_NOTE,  // "no replica" below a bare orphan; the cursor passes over it
} RowKind;

typedef struct {
    RowKind kind;
    int node;     // index into the snapshot; of a note: its master
    bool last;    // the last one below its master
    bool context; // not wanted itself: shown for what is below it, or because the cursor is on it
    int folded;   // of a master: replicas below it that are out of sight
} Row;

// Orders of masters: enum, how it is called. Of numbers the greatest is first.
#define ROW_ORDERS(X)                                                                              \
    X(WORST, "worst first")                                                                        \
    X(SLOTS, "slot order")                                                                         \
    X(NAME, "by name")                                                                             \
    X(MEMORY, "by memory")                                                                         \
    X(OPS, "by load")                                                                              \
    X(LAG, "by lag")

typedef enum {
#define X(name, text) ORDER_##name,
    ROW_ORDERS(X)
#undef X
        ORDER_COUNT
} RowOrder;

const char *row_order_text(RowOrder order);

// Which masters are folded: all but those, or only those.
typedef struct {
    bool all;
    NodeSet except;
} Folds;

typedef struct {
    RowOrder order;
    bool reverse;
    const Filter *filter; // NULL: everything
    bool problems;        // only masters that are not protected, with their replicas
    const Folds *folds;   // not in force with a filter, nor at a master that is not well
    NodeId keep;          // shown even if it is not wanted; none: nobody
} RowsAsk;

typedef struct {
    int master; // index into the snapshot
    int place;  // in slot order: of equals the first comes first
    int64_t value;
    const char *name; // decides between equal values; NULL: nothing does
    bool reverse;     // ... the other way round
} RowKey;

typedef struct {
    Row *at;
    int n;
    size_t cap;
    int shown;          // nodes that were wanted, in sight or folded
    int total;          // nodes there are
    int hidden_orphans; // not wanted, and not shown for another reason
    bool *placed;       // scratch: which nodes have a row or are folded
    size_t placed_cap;
    RowKey *keys; // scratch: masters in order
    size_t keys_cap;
} Rows;

// Of equals in the chosen order the first in slot order comes first, so that rows stay put.
void rows_build(Rows *rows, const Health *h, const RowsAsk *ask);
void rows_done(Rows *rows);

void folds_set(Folds *folds, NodeId master, bool folded);
void folds_set_all(Folds *folds, bool folded);

// Failed with slots, orphaned or at risk: what `problems` shows, and what no fold hides.
bool master_is_unwell(const Health *h, int node);

int rows_find(const Rows *rows, const Snapshot *s, NodeId id);
// The nearest row with a node at or after row, else before it; -1: there is none.
int rows_nearest(const Rows *rows, int row);

// The next row with a node in this direction (1 or -1); row itself when there is none.
int rows_step(const Rows *rows, int row, int direction);

#endif
