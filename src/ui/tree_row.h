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
    int y;
} RowPen;

void tree_row_draw(const RowPen *pen, int index, Rect r);

// As many whole ranges as fit into width cells: "5461-6825 +1".
void ranges_brief(SlotRanges ranges, int width, char *out, size_t size);

// The set that is shown.
const ColumnSet *columns_of(const Ui *ui);

// The tree's keys.
bool tree_act(Ui *ui, const Scene *s, Action action, Request *out);

#endif
