// Problems: what is wrong, by cause and worst first, why it matters, and what to do about it.
#include <stdio.h>

#include "problem_page.h"
#include "rehome/base/text.h"
#include "remedy.h"
#include "words.h"

enum {
    BESIDE_MIN_W = 110,
    DETAILS_MIN_H = 36,
    PAGE_H = 9,
    PAGE_TALL_H = 15,
    TITLE_W = 16,
    SINCE_W = 6
};

static const ProblemRow *selected_row(const Ui *ui)
{
    return ui->problem_rows.n > 0 ? &ui->problem_rows.at[ui->problem_row] : NULL;
}

static void select_row(Ui *ui, int row)
{
    int last = ui->problem_rows.n - 1;
    row = row > last ? last : row;
    ui->problem_row = row < 0 ? 0 : row;
    if (last >= 0) {
        ui->problem = problem_mark(&ui->problem_rows.at[ui->problem_row]);
    }
}

int problems_node(const Ui *ui, const Scene *s)
{
    const ProblemRow *row = selected_row(ui);
    if (row == NULL || row->kind == PROBLEM_GROUP || node_id_is_none(row->first->node)) {
        return -1;
    }
    return snapshot_find(s->health->snapshot, row->first->node);
}

void problems_settle(Ui *ui, const Scene *s)
{
    problem_rows_build(&ui->problem_rows, s->findings, ui->problems_unfolded);
    int row = ui->touched ? problem_rows_find(&ui->problem_rows, &ui->problem) : 0;
    select_row(ui, row >= 0 ? row : ui->problem_row);
    int node = problems_node(ui, s);
    if (node >= 0) {
        ui->cursor = s->health->snapshot->nodes[node].id;
    }
}

// --- the list

typedef struct {
    const Scene *s;
    Canvas *c;
    int x;
    int end;
    int who_w;
    const KeyMap *keys;
} ListPen;

static int who_width(const Scene *s, const ProblemRows *rows)
{
    int widest = 9; // "12 nodes"
    for (int i = 0; i < rows->n; i++) {
        char name[NAME_MAX_BYTES];
        int node = snapshot_find(s->health->snapshot, rows->at[i].first->node);
        if (node >= 0) {
            short_name(s->health->snapshot, node, name, sizeof(name));
            int width = text_width(name);
            widest = width > widest ? width : widest;
        }
    }
    return widest < 24 ? widest : 24;
}

// What the finding is about, and in the last column what helps, or why it matters.
static void row_words(const ListPen *pen, const ProblemRow *row, char *who, size_t who_size,
                      char *rest, size_t rest_size)
{
    const Scene *s = pen->s;
    const Snapshot *p = s->health->snapshot;
    int node = snapshot_find(p, row->first->node);
    if (row->kind == PROBLEM_GROUP) {
        snprintf(who, who_size, "%d nodes", row->n);
        snprintf(rest, rest_size, "%s", finding_why(row->first->code));
        return;
    }
    remedy_words(pen->keys, s, row->first, rest, rest_size);
    if (rest[0] == '\0') {
        snprintf(rest, rest_size, "%s", row->first->command);
    }
    if (node >= 0) {
        short_name(p, node, who, who_size);
    } else {
        snprintf(who, who_size, "cluster");
    }
}

static void draw_row(const ListPen *pen, const ProblemRow *row, int y)
{
    Canvas *c = pen->c;
    char who[NAME_MAX_BYTES];
    char rest[400];
    char clock[16];
    Role role =
        row->first->code == FINDING_ORPHANED ? ROLE_ORPHAN : level_role(row->first->severity);
    int x = pen->x;
    row_words(pen, row, who, sizeof(who), rest, sizeof(rest));
    if (row->kind == PROBLEM_MEMBER) {
        Glyph branch = row->last ? GLYPH_LAST : GLYPH_BRANCH;
        canvas_text(c, x + 2, y, 2, ROLE_FRAME, glyph_text(branch, c->ascii));
    } else {
        if (row->kind == PROBLEM_GROUP) {
            canvas_text(c, x, y, 1, ROLE_KEY, row->folded ? "+" : "-");
        }
        Glyph glyph =
            row->first->code == FINDING_ORPHANED ? GLYPH_ORPHAN : level_glyph(row->first->severity);
        canvas_text(c, x + 2, y, 1, role, glyph_text(glyph, c->ascii));
        canvas_text(c, x + 4, y, TITLE_W, role, finding_title(row->first->code));
    }
    x += 4 + TITLE_W;
    canvas_text_middle(c, x, y, pen->who_w, row->kind == PROBLEM_GROUP ? ROLE_TEXT : role, who);
    x += pen->who_w + 1;
    int64_t ms = pen->s->now_ms - problem_since_ms(row);
    canvas_right(c, x + SINCE_W, y, SINCE_W, ROLE_TEXT,
                 format_clock(clock, sizeof(clock), ms > 0 ? ms : 0));
    x += SINCE_W + 2;
    draw_cut(c, x, y, pen->end - x, row->kind == PROBLEM_GROUP ? ROLE_DIM : ROLE_TEXT, rest);
}

static void draw_list(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    const ProblemRows *rows = &ui->problem_rows;
    Scroll *scroll = &ui->problems;
    char hint[64];
    ListPen pen = {s, c, r.x + 1, r.x + r.w - 1, who_width(s, rows), ui->keys};
    int x = pen.x + 4 + TITLE_W;
    canvas_text(c, pen.x + 4, r.y, r.w, ROLE_DIM, "what");
    canvas_text(c, x, r.y, r.w, ROLE_DIM, "node");
    canvas_right(c, x + pen.who_w + 1 + SINCE_W, r.y, SINCE_W, ROLE_DIM, "for");
    scroll_place(scroll, (Rect){r.x, r.y + 1, r.w, r.h - 1}, rows->n);
    int at = ui->problem_row;
    scroll->top = at < scroll->top                   ? at
                  : at >= scroll->top + scroll->page ? at - scroll->page + 1
                                                     : scroll->top;
    scroll_clamp(scroll, r.h - 1, rows->n);
    scroll_hint(scroll, c->ascii, hint, sizeof(hint));
    canvas_right(c, pen.end, r.y, r.w / 2, ROLE_TEXT, hint);
    x += pen.who_w + SINCE_W + 3;
    const char *helps = "what helps";
    if (x + text_width(helps) + text_width(hint) < pen.end) {
        canvas_text(c, x, r.y, r.w, ROLE_DIM, helps);
    }
    for (int i = 0; i < scroll->page && scroll->top + i < rows->n; i++) {
        int y = r.y + 1 + i;
        draw_row(&pen, &rows->at[scroll->top + i], y);
        spot_add(&ui->spots, (Rect){r.x, y, r.w, 1})->of.problem =
            problem_mark(&rows->at[scroll->top + i]);
        if (scroll->top + i == at) {
            canvas_text(c, r.x, y, 1, ROLE_CURSOR, glyph_text(GLYPH_CURSOR, c->ascii));
            canvas_mark(c, (Rect){r.x + 1, y, r.w - 1, 1}, CELL_REVERSE);
        }
    }
}

// --- the screen

// The explanation at the right, and where there is plenty of room the node's details below it.
static void draw_beside(Ui *ui, const Scene *s, Canvas *c, Rect r, int list_w)
{
    enum { EDGE = 0x2502, RULE = 0x2500 };
    Rect right = {r.x + list_w + 2, r.y, r.w - list_w - 3, r.h};
    draw_list(ui, s, c, (Rect){r.x, r.y, list_w, r.h});
    canvas_fill(c, (Rect){r.x + list_w, r.y, 1, r.h}, ROLE_FRAME, EDGE);
    bool roomy = c->h >= DETAILS_MIN_H && problems_node(ui, s) >= 0;
    int page_h = roomy ? PAGE_TALL_H : r.h;
    problem_page_draw(ui, s, selected_row(ui), c, (Rect){right.x, right.y, right.w, page_h});
    if (roomy) {
        canvas_fill(c, (Rect){right.x - 1, r.y + page_h, right.w + 2, 1}, ROLE_FRAME, RULE);
        details_draw(ui, s, c, (Rect){right.x, r.y + page_h + 1, right.w, r.h - page_h - 1});
    }
}

static void draw_below(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { RULE = 0x2500 };
    int page_h = r.h > 2 * PAGE_H ? PAGE_H : r.h / 2;
    int list_h = r.h - page_h - 1;
    draw_list(ui, s, c, (Rect){r.x, r.y, r.w, list_h});
    canvas_fill(c, (Rect){r.x, r.y + list_h, r.w, 1}, ROLE_FRAME, RULE);
    problem_page_draw(ui, s, selected_row(ui), c,
                      (Rect){r.x + 1, r.y + list_h + 1, r.w - 2, page_h});
}

static void problems_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    if (ui->problem_rows.n == 0) {
        problem_calm_draw(ui, s, c, (Rect){r.x + 1, r.y, r.w - 2, r.h});
    } else if (r.w >= BESIDE_MIN_W) {
        draw_beside(ui, s, c, r, r.w * 3 / 5);
    } else {
        draw_below(ui, s, c, r);
    }
    if (s->trouble != NULL && s->trouble[0] != '\0') {
        canvas_mark(c, r, CELL_DIM); // how it was when we last knew
    }
}

// --- keys

static void fold(Ui *ui)
{
    const ProblemRow *row = selected_row(ui);
    if (row != NULL && row->kind != PROBLEM_SINGLE) {
        ui->problems_unfolded ^= problem_bit(row->first->code, row->first->severity);
    }
}

static bool is_about_hosts(const ProblemRow *row)
{
    return row->first->code == FINDING_HOST_UNSAFE || row->first->code == FINDING_HOST_MAJORITY;
}

// To where something can be done about it, or more is told.
static void jump(Ui *ui, const Scene *s)
{
    const ProblemRow *row = selected_row(ui);
    if (row == NULL) {
        return;
    }
    if (row->kind == PROBLEM_GROUP) {
        fold(ui);
    } else if (is_about_hosts(row)) {
        ui->view = &hosts_view;
    } else if (row->first->code == FINDING_SERVER_MIGRATION_MIXED) {
        why_open(ui, (WhyAsk){.kind = WHY_CHARGE});
    } else if (row->first->code == FINDING_VIEWS_DISAGREE) {
        why_open(ui, (WhyAsk){.kind = WHY_VIEWS});
    } else if (problems_node(ui, s) < 0) {
        ui_note(ui, s, LEVEL_INFO, "this is about the whole cluster");
    } else {
        ui_select(ui, row->first->node);
        ui->view = &tree_view;
        ui_settle(ui, s);
    }
}

static bool wants_move(const ProblemRow *row)
{
    return row != NULL && row->kind != PROBLEM_GROUP &&
           (row->first->code == FINDING_ORPHANED || row->first->code == FINDING_SAME_HOST);
}

static bool is_for_node(Action action)
{
    return action == ACT_COPY_ADDRESS || action == ACT_COPY_ID || action == ACT_MOVE ||
           action == ACT_DOWNTIME || action == ACT_EXPLAIN || action == ACT_WHATIF;
}

const char *problems_command(const Ui *ui)
{
    const ProblemRow *row = selected_row(ui);
    return row != NULL && row->kind != PROBLEM_GROUP ? row->first->command : "";
}

// What Enter does in this row.
static const char *choice_of(const ProblemRow *row, bool has_node)
{
    if (row == NULL) {
        return "";
    }
    if (row->kind == PROBLEM_GROUP) {
        return row->folded ? "unfold" : "fold";
    }
    if (row->first->code == FINDING_VIEWS_DISAGREE) {
        return "who says what";
    }
    if (has_node) {
        return "show node";
    }
    if (is_about_hosts(row)) {
        return "show hosts";
    }
    return row->first->code == FINDING_SERVER_MIGRATION_MIXED ? "who is in charge" : "";
}

const char *problems_label(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    const ProblemRow *row = selected_row(ui);
    bool has_node = problems_node(ui, s) >= 0;
    if ((is_for_node(b->action) && !has_node) || (b->action == ACT_MOVE && !wants_move(row))) {
        return "";
    }
    return b->action == ACT_CHOOSE ? choice_of(row, has_node) : NULL;
}

// Keys for one node on what is not about one, or a move where none helps: say so. False: go on.
static bool refuse(Ui *ui, const Scene *s, Action action)
{
    if (is_for_node(action) && problems_node(ui, s) < 0) {
        ui_note(ui, s, LEVEL_INFO, "this is not about a single node: choose one that is");
        return true;
    }
    if (action == ACT_MOVE && !wants_move(selected_row(ui))) {
        ui_note(ui, s, LEVEL_INFO, "no move helps here: see what to do");
        return true;
    }
    return false;
}

static bool problems_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    int page = ui->problems.page > 1 ? ui->problems.page - 1 : 1;
    int row = ui->problem_row;
    if (ui->problem_rows.n == 0 && (action == ACT_ROW_DOWN || action == ACT_ROW_UP)) {
        ui->problems.top += action == ACT_ROW_DOWN ? 1 : -1; // of what was checked
    } else if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        select_row(ui, row + (action == ACT_ROW_DOWN ? 1 : -1));
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        select_row(ui, row + (action == ACT_PAGE_DOWN ? page : -page));
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        select_row(ui, action == ACT_FIRST ? 0 : ui->problem_rows.n);
    } else if (action == ACT_FOLD_ALL) {
        fold(ui);
    } else if (action == ACT_CHOOSE) {
        jump(ui, s);
    } else if (action == ACT_COPY_COMMAND && problems_command(ui)[0] != '\0') {
        *out = ui_copy(ui, problems_command(ui));
    } else if (action == ACT_COPY_COMMAND) {
        ui_note(ui, s, LEVEL_INFO, "no command line helps here: see what to do");
    } else if (action == ACT_CANCEL) {
        ui->view = &tree_view;
    } else {
        return refuse(ui, s, action);
    }
    return true;
}

static bool problems_choose(Ui *ui, const Scene *s, const Spot *spot)
{
    (void)s;
    int row = problem_rows_find(&ui->problem_rows, &spot->of.problem);
    bool was_there = row == ui->problem_row;
    if (row >= 0) {
        select_row(ui, row);
    }
    return was_there;
}

const View problems_view = {
    .name = "problems",
    .scope = IN_PROBLEMS,
    .opens = ACT_VIEW_PROBLEMS,
    .draw = problems_draw,
    .act = problems_act,
    .choose = problems_choose,
};
