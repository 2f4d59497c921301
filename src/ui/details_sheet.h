// The details of one node while they are written down.
#ifndef REHOME_UI_DETAILS_SHEET_H
#define REHOME_UI_DETAILS_SHEET_H

#include "page.h"
#include "view.h"

typedef struct {
    Ui *ui;
    const Scene *s;
    const Snapshot *p;
    const Node *n;
    const NodeHealth *nh;
    int node;
    bool ascii;
    Page page;
} Sheet;

// A sentence with short names, over the whole width.
void details_add_wide(Sheet *t, Role role, const char *text);

// What it is and what it says of itself. What it said long ago is marked as that.
void details_add_facts(Sheet *t);

// Who could come to this master, or where this replica could go, with the reasons.
void details_add_moves(Sheet *t);

#endif
