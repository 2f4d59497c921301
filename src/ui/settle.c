// Brings the rows and the cursor up to the present picture.
#include "view.h"

// The most urgent orphan; -1: none.
static int most_urgent(const Scene *s)
{
    return s->plan != NULL && s->plan->n_orphans > 0 ? s->plan->at[0].target : -1;
}

void ui_reshape(Ui *ui)
{
    ui->rows_for.is_stale = true;
}

// What is gone, or cannot be moved any more as it was when it was marked.
static void marks_check(Ui *ui, const Scene *s)
{
    for (size_t i = ui->marks.n; i-- > 0;) {
        NodeId id = ui->marks.at[i];
        int node = s->health != NULL ? snapshot_find(s->health->snapshot, id) : -1;
        if (node < 0 ||
            (s->health->of[node].is_master && s->health->of[node].master != STATE_ORPHANED)) {
            node_set_drop(&ui->marks, id);
        }
    }
}

// Whoever the cursor is on stays in sight when the next round makes it something that is filtered
// out: no key may meet another node than the one that was looked at.
static void make_rows(Ui *ui, const Scene *s)
{
    RowsFor now = {
        .health = s->health,
        .round = s->health != NULL ? s->health->snapshot->round : 0,
        .picking = ui->pick.active,
    };
    RowsFor *was = &ui->rows_for;
    bool is_new = now.health != was->health || now.round != was->round;
    if (!is_new && !was->is_stale && now.picking == was->picking) {
        return;
    }
    RowsAsk ask = {
        .order = ui->order,
        .reverse = ui->reverse,
        .filter = now.picking ? NULL : &ui->find.terms, // a target may be anywhere
        .problems = ui->only_problems && !now.picking,
        .folds = &ui->folds,
    };
    if (!was->is_stale && ui->touched && ui->find.typing == FIND_NOTHING) {
        ask.keep = ui->cursor;
    }
    *was = now;
    if (is_new) {
        ui->measured = NULL;
        marks_check(ui, s);
        ui->has_plan =
            s->health != NULL && !s->health->hosts.safe && heal_plan_exists(s->health, s->plan);
    }
    rows_build(&ui->rows, s->health, &ask);
}

// The worst there is: an orphan, else the first master that is not well; -1: all are.
static int worst_problem(const Ui *ui, const Scene *s)
{
    int node = most_urgent(s);
    for (int i = 0; i < ui->rows.n && node < 0; i++) {
        const Row *row = &ui->rows.at[i];
        if (row->kind == ROW_MASTER && master_is_unwell(s->health, row->node)) {
            node = row->node;
        }
    }
    return node;
}

// Where the cursor's node is, or its master when it is folded away, or what is next to it.
static int cursor_place(const Ui *ui, const Snapshot *p)
{
    int row = rows_find(&ui->rows, p, ui->cursor);
    int node = row < 0 ? snapshot_find(p, ui->cursor) : -1;
    if (node >= 0 && p->nodes[node].master >= 0) {
        row = rows_find(&ui->rows, p, p->nodes[p->nodes[node].master].id);
    }
    return row >= 0 ? row : rows_nearest(&ui->rows, ui->cursor_row);
}

static void follow(Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    int node = worst_problem(ui, s);
    bool is_idle =
        ui->dialog.kind == DIALOG_NONE && !ui->pick.active && ui->find.typing == FIND_NOTHING;
    if (ui->follow && is_idle && node >= 0 && rows_find(&ui->rows, p, p->nodes[node].id) >= 0) {
        ui->cursor = p->nodes[node].id;
    }
}

static void settle_cursor(Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    if (!ui->touched) {
        int node = most_urgent(s);
        ui->cursor = p->nodes[node >= 0 ? node : ui->rows.at[0].node].id;
    }
    follow(ui, s);
    ui->cursor_row = cursor_place(ui, p);
    ui->cursor = p->nodes[ui->rows.at[ui->cursor_row].node].id;
}

void ui_settle(Ui *ui, const Scene *s)
{
    make_rows(ui, s);
    if (s->health == NULL) {
        return;
    }
    if (ui->rows.n > 0) {
        settle_cursor(ui, s);
    }
    if (ui->view == &problems_view) { // which is not filtered
        problems_settle(ui, s);
    }
}

int ui_selected(const Ui *ui, const Scene *s)
{
    if (s->health != NULL && ui->view == &problems_view) {
        return problems_node(ui, s);
    }
    bool is_empty = ui->rows.n == 0; // all is filtered out
    return s->health != NULL && !is_empty ? snapshot_find(s->health->snapshot, ui->cursor) : -1;
}

void ui_select(Ui *ui, NodeId id)
{
    ui->cursor = id;
    ui->touched = true;
}
