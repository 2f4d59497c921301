// The tree: masters, the replicas below them, and how each is doing.
#include <stdio.h>

#include "rehome/base/text.h"
#include "tree_row.h"
#include "words.h"

static int ranges_width(const Snapshot *p)
{
    int widest = 0;
    for (size_t i = 0; i < p->n_owners; i++) {
        SlotRanges ranges = p->nodes[p->masters[i]].slots;
        int width = (int)(ranges.n < 8 ? ranges.n : 8) * 12;
        if (ranges.n == 1) {
            char one[16];
            ranges_brief(ranges, (int)sizeof(one), one, sizeof(one));
            width = text_width(one);
        }
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void measure_names(Ui *ui, const Snapshot *p, int width)
{
    if (ui->name_w_for != width) {
        ui->name_w_for = width;
        ui->name_w = 0;
    }
    for (size_t i = 0; i < p->n_nodes; i++) {
        int name = text_width(node_title(&p->nodes[i]));
        ui->name_w = name > ui->name_w ? name : ui->name_w;
    }
}

static void keep_cursor_in_view(Ui *ui)
{
    Scroll *t = &ui->tree;
    if (ui->cursor_row < t->top) {
        t->top = ui->cursor_row;
    }
    if (ui->cursor_row >= t->top + t->page) {
        t->top = ui->cursor_row - t->page + 1;
    }
}

// NULL: all that there is room for.
static const ColumnSet *columns_of(const Ui *ui)
{
    return ui->column_sets != NULL ? &ui->column_sets->at[ui->columns] : NULL;
}

static void tree_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    const Snapshot *p = s->health->snapshot;
    measure_names(ui, p, r.w);
    scroll_clamp(&ui->tree, r.h, ui->rows.n);
    keep_cursor_in_view(ui);
    RowPen pen = {
        .ui = ui,
        .s = s,
        .p = p,
        .c = c,
        .k = columns_for(r.x, r.w, ui->name_w, ranges_width(p), columns_of(ui)),
    };
    for (int i = 0; i < r.h && ui->tree.top + i < ui->rows.n; i++) {
        pen.y = r.y + i;
        tree_row_draw(&pen, ui->tree.top + i, r);
    }
    if (s->trouble != NULL && s->trouble[0] != '\0') {
        canvas_mark(c, r, CELL_DIM); // how it was when we last knew
    }
}

int tree_hidden_orphans(const Ui *ui, const Scene *s)
{
    int hidden = 0;
    for (int i = 0; i < ui->rows.n; i++) {
        bool shown = i >= ui->tree.top && i < ui->tree.top + ui->tree.page;
        const Row *row = &ui->rows.at[i];
        hidden +=
            !shown && row->kind == ROW_MASTER && s->health->of[row->node].master == STATE_ORPHANED;
    }
    return hidden;
}

static void go_to_row(Ui *ui, const Scene *s, int row)
{
    int at = rows_nearest(&ui->rows, row);
    if (at >= 0) {
        ui->cursor_row = at;
        ui->cursor = s->health->snapshot->nodes[ui->rows.at[at].node].id;
    }
}

static bool tree_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    (void)out;
    int page = ui->tree.page > 1 ? ui->tree.page - 1 : 1;
    if (action == ACT_SORT) {
        ui->slot_order = !ui->slot_order;
        ui_settle(ui, s);
    } else if (action == ACT_COLUMNS && ui->column_sets != NULL) {
        ui->columns = (ui->columns + 1) % ui->column_sets->n;
        ui_note(ui, s, LEVEL_INFO, "columns: %s", columns_of(ui)->name);
    } else if (action == ACT_DETAILS) {
        ui->details = !ui->details;
        ui->details_page = (Scroll){0};
    } else if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        go_to_row(ui, s, rows_step(&ui->rows, ui->cursor_row, action == ACT_ROW_DOWN ? 1 : -1));
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        go_to_row(ui, s, ui->cursor_row + (action == ACT_PAGE_DOWN ? page : -page));
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        go_to_row(ui, s, action == ACT_FIRST ? 0 : ui->rows.n - 1);
    } else {
        return false;
    }
    return true;
}

const View tree_view = {
    .name = "tree",
    .scope = IN_TREE,
    .opens = ACT_VIEW_TREE,
    .draw = tree_draw,
    .act = tree_act,
};
