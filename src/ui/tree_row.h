// One row of the tree.
#ifndef REHOME_UI_TREE_ROW_H
#define REHOME_UI_TREE_ROW_H

#include "columns.h"
#include "view.h"

// What drawing a row needs.
typedef struct {
    const Ui *ui;
    const Scene *s;
    const Snapshot *p;
    Canvas *c;
    Columns k;
    int name_w; // of a name; 0 where not every address fits: all are then called briefly
    int y;
} RowPen;

void tree_row_draw(const RowPen *pen, int index, Rect r);

// As many whole ranges as fit into width cells: "5461-6825 +1".
void ranges_brief(SlotRanges ranges, int width, char *out, size_t size);

// What our own moves do to a replica: moving, about to, or waiting in the queue; false: nothing.
bool tree_draw_move(const RowPen *pen, const Node *n, const NodeHealth *nh);

// The bar and the numbers of a transfer under way.
void tree_draw_transfer(const RowPen *pen, Role role, int permille, const char *numbers);
void tree_add_eta(char *out, size_t size, int64_t eta_s); // " eta 00:12" behind what is there

// The set that is shown.
const ColumnSet *columns_of(const Ui *ui);

// The tree's keys.
bool tree_act(Ui *ui, const Scene *s, Action action, Request *out);
bool tree_choose(Ui *ui, const Scene *s, const Spot *spot);

#endif
