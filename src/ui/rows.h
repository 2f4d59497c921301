// The tree as a list of rows: masters in the chosen order, each followed by its replicas.
#ifndef REHOME_UI_ROWS_H
#define REHOME_UI_ROWS_H

#include "rehome/ui/scene.h"

typedef enum {
    ROW_MASTER,
    ROW_REPLICA,
    ROW_STRAY, // a replica of nobody we can show
    ROW_NOTE,  // "no replica" below a bare orphan; the cursor passes over it
} RowKind;

typedef struct {
    RowKind kind;
    int node;  // index into the snapshot; of a note: its master
    bool last; // the last one below its master
} Row;

typedef struct {
    Row *at;
    int n;
    size_t cap;
    bool *placed; // scratch: which nodes have a row
    size_t placed_cap;
} Rows;

// Worst first, or in slot order; within a class always in slot order, so that rows stay put.
void rows_build(Rows *rows, const Health *h, bool slot_order);
void rows_done(Rows *rows);

int rows_find(const Rows *rows, const Snapshot *s, NodeId id);
// The nearest row with a node at or after row, else before it; -1: there is none.
int rows_nearest(const Rows *rows, int row);

// The next row with a node in this direction (1 or -1); row itself when there is none.
int rows_step(const Rows *rows, int row, int direction);

#endif
