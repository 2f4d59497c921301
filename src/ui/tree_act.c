// What the keys of the tree do: the cursor, folds, order, and what is shown at all.
#include "tree_row.h"
#include "words.h"

static void go_to_row(Ui *ui, const Scene *s, int row)
{
    int at = rows_nearest(&ui->rows, row);
    if (at >= 0) {
        ui->cursor_row = at;
        ui->cursor = s->health->snapshot->nodes[ui->rows.at[at].node].id;
    }
}

// A key that moves the cursor; false: it is none.
static bool walk(Ui *ui, const Scene *s, Action action)
{
    int page = ui->tree.page > 1 ? ui->tree.page - 1 : 1;
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
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

// The selected master, or that of the selected replica; -1: none.
static int family_of(const Ui *ui, const Scene *s)
{
    int node = ui_selected(ui, s);
    if (node < 0 || s->health->of[node].is_master) {
        return node;
    }
    return s->health->snapshot->nodes[node].master;
}

static void fold_one(Ui *ui, const Scene *s, bool folded)
{
    int master = family_of(ui, s);
    if (master < 0) {
        return;
    }
    const Node *n = &s->health->snapshot->nodes[master];
    char name[NAME_MAX_BYTES];
    short_name(s->health->snapshot, master, name, sizeof(name));
    if (folded && master_is_unwell(s->health, master)) {
        ui_note(ui, s, LEVEL_INFO, "%s is %s: it stays open", name,
                master_state_text(s->health->of[master].master));
        return;
    }
    if (folded && ui->find.terms.n > 0) {
        ui_note(ui, s, LEVEL_INFO, "nothing is folded while a filter is on");
        return;
    }
    folds_set(&ui->folds, n->id, folded);
    if (folded) {
        ui_select(ui, n->id);
    }
}

static bool is_any_open(const Ui *ui)
{
    for (int i = 0; i < ui->rows.n; i++) {
        if (ui->rows.at[i].kind == ROW_REPLICA) {
            return true;
        }
    }
    return false;
}

// All but one being folded, most people want the last one folded, too.
static void fold_all(Ui *ui, const Scene *s)
{
    bool folded = !ui->folds.all && is_any_open(ui);
    if (folded && ui->find.terms.n > 0) {
        ui_note(ui, s, LEVEL_INFO, "nothing is folded while a filter is on");
        return;
    }
    folds_set_all(&ui->folds, folded);
}

static void clear_limits(Ui *ui)
{
    if (ui->find.terms.n > 0) {
        find_forget(ui, FIND_FILTER);
    } else if (ui->only_problems) {
        ui->only_problems = false;
    } else {
        find_forget(ui, FIND_SEARCH);
    }
}

// A key that changes which rows there are, or their order; false: it is none.
static bool reshape(Ui *ui, const Scene *s, Action action)
{
    if (action == ACT_SORT) {
        ui->order = (RowOrder)((ui->order + 1) % ORDER_COUNT);
    } else if (action == ACT_REVERSE) {
        ui->reverse = !ui->reverse;
    } else if (action == ACT_FOLD || action == ACT_UNFOLD) {
        fold_one(ui, s, action == ACT_FOLD);
    } else if (action == ACT_FOLD_ALL) {
        fold_all(ui, s);
    } else if (action == ACT_ONLY_PROBLEMS) {
        ui->only_problems = !ui->only_problems;
    } else if (action == ACT_CANCEL) {
        clear_limits(ui);
    } else {
        return false;
    }
    ui_reshape(ui);
    ui_settle(ui, s);
    return true;
}

static void toggle_follow(Ui *ui, const Scene *s)
{
    ui->follow = !ui->follow;
    ui_note(ui, s, LEVEL_INFO,
            ui->follow ? "the cursor follows the most urgent problem"
                       : "the cursor stays where it is");
    ui_settle(ui, s);
}

// Only what m could do something with.
static void mark(Ui *ui, const Scene *s)
{
    int node = ui_selected(ui, s);
    if (node < 0) {
        return;
    }
    const NodeHealth *nh = &s->health->of[node];
    NodeId id = s->health->snapshot->nodes[node].id;
    if (nh->is_master && nh->master != STATE_ORPHANED) {
        ui_note(ui, s, LEVEL_INFO, "replicas are marked, and masters that are orphaned");
    } else if (node_set_has(&ui->marks, id)) {
        node_set_drop(&ui->marks, id);
    } else {
        node_set_put(&ui->marks, id);
    }
    go_to_row(ui, s, rows_step(&ui->rows, ui->cursor_row, 1));
    ui->follow = false;
}

// A replica that is picked up goes to masters only.
bool tree_choose(Ui *ui, const Scene *s, const Spot *spot)
{
    int row = rows_find(&ui->rows, s->health->snapshot, spot->of.node);
    if (row < 0 || (ui->pick.active && ui->rows.at[row].kind != ROW_MASTER)) {
        return false;
    }
    bool was_there = node_id_eq(ui->cursor, spot->of.node);
    go_to_row(ui, s, row);
    ui->follow = false;
    return was_there;
}

bool tree_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    (void)out;
    if (walk(ui, s, action)) {
        ui->follow = false;
    } else if (reshape(ui, s, action)) {
        return true;
    } else if (action == ACT_DETAILS) {
        ui->details = !ui->details;
        ui->details_page = (Scroll){0};
    } else if (action == ACT_COLUMNS && ui->column_sets != NULL) {
        ui->columns = (ui->columns + 1) % ui->column_sets->n;
        ui_note(ui, s, LEVEL_INFO, "columns: %s", columns_of(ui)->name);
    } else if (action == ACT_FILTER) {
        find_open(ui, s, FIND_FILTER);
    } else if (action == ACT_SEARCH) {
        ui->follow = false;
        find_open(ui, s, FIND_SEARCH);
    } else if (action == ACT_SEARCH_NEXT || action == ACT_SEARCH_PREVIOUS) {
        ui->follow = false;
        find_step(ui, s, action == ACT_SEARCH_NEXT ? 1 : -1);
    } else if (action == ACT_MARK) {
        mark(ui, s);
    } else if (action == ACT_UNMARK) {
        node_set_clear(&ui->marks);
    } else if (action == ACT_FOLLOW) {
        toggle_follow(ui, s);
    } else {
        return false;
    }
    return true;
}
