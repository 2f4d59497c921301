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

// Once a round, as the rows.
static void measure(Ui *ui, const Snapshot *p, int width)
{
    if (ui->name_w_for == width && ui->measured == p) {
        return;
    }
    if (ui->name_w_for != width) {
        ui->name_w_for = width;
        ui->name_w = ui->brief_w = 0;
    }
    for (size_t i = 0; i < p->n_nodes; i++) {
        int name = text_width(node_title(&p->nodes[i]));
        int brief = text_width(node_title_in(&p->nodes[i], 0));
        ui->name_w = name > ui->name_w ? name : ui->name_w;
        ui->brief_w = brief > ui->brief_w ? brief : ui->brief_w;
    }
    ui->ranges_w = ranges_width(p);
    ui->measured = p;
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
const ColumnSet *columns_of(const Ui *ui)
{
    return ui->column_sets != NULL ? &ui->column_sets->at[ui->columns] : NULL;
}

static void tree_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    const Snapshot *p = s->health->snapshot;
    measure(ui, p, r.w);
    scroll_place(&ui->tree, r, ui->rows.n);
    keep_cursor_in_view(ui);
    bool brief = ui->name_w > columns_name_most(r.w);
    int name_w = brief ? ui->brief_w : ui->name_w;
    RowPen pen = {
        .ui = ui,
        .s = s,
        .p = p,
        .c = c,
        .k = columns_for(r.x, r.w, name_w, ui->ranges_w, columns_of(ui)),
        .name_w = brief ? 0 : name_w,
    };
    for (int i = 0; i < r.h && ui->tree.top + i < ui->rows.n; i++) {
        pen.y = r.y + i;
        tree_row_draw(&pen, ui->tree.top + i, r);
        const Row *row = &ui->rows.at[ui->tree.top + i];
        if (row->kind != ROW_NOTE) {
            spot_add(&ui->spots, (Rect){r.x, pen.y, r.w, 1})->of.node = p->nodes[row->node].id;
        }
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

const View tree_view = {
    .name = "tree",
    .scope = IN_TREE,
    .opens = ACT_VIEW_TREE,
    .draw = tree_draw,
    .act = tree_act,
    .choose = tree_choose,
};
