#include "rehome/ui/ui.h"

#include <stdarg.h>
#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { MIN_W = 60, MIN_H = 15, PANE_MIN_W = 110, WALL_MIN_W = 160, NOTE_MS = 8000 };

// Adding a view: its row here, and its keys in the table of keys.
const View *const views[] = {&tree_view, &hosts_view, &problems_view, &events_view,
                             &automatic_view};
const size_t views_n = ARRAY_LEN(views);

Ui *ui_new(ConfirmMode confirm)
{
    Ui *ui = mem_alloc(sizeof(*ui));
    ui->confirm = confirm;
    ui->keys = &keys_built_in;
    ui->themes = "";
    ui->view = &tree_view;
    ui->event.code = EVENT_CODE_COUNT;
    ui->events_shown.kind = EVENT_KIND_COUNT;
    return ui;
}

void ui_free(Ui *ui)
{
    if (ui != NULL) {
        rows_done(&ui->rows);
        problem_rows_done(&ui->problem_rows);
        node_set_done(&ui->folds.except);
        node_set_done(&ui->marks);
        freeze_end(&ui->freeze);
        pick_done(&ui->pick);
        pick_done(&ui->where);
        why_done(&ui->why);
        why_done(&ui->pane);
        mem_free(ui);
    }
}

void ui_set_columns(Ui *ui, const ColumnSets *sets, const ColumnSet *first)
{
    ui->column_sets = sets;
    ui->columns = (size_t)(first - sets->at);
}

void ui_set_confirm(Ui *ui, ConfirmMode confirm)
{
    ui->confirm = confirm;
}

void ui_set_settings(Ui *ui, const UiSetting *settings, size_t n, const char *themes)
{
    ui->settings = settings;
    ui->n_settings = n;
    ui->themes = themes;
}

void ui_set_keys(Ui *ui, const KeyMap *keys)
{
    ui->keys = keys;
}

void ui_set_undo(Ui *ui, const MoveSpec *spec)
{
    ui->has_undo = spec != NULL;
    if (spec != NULL) {
        ui->undo = *spec;
    }
}

void ui_note(Ui *ui, const Scene *s, Level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ui->note, sizeof(ui->note), format, args);
    va_end(args);
    ui->note_level = level;
    ui->note_until_ms = s->now_ms + NOTE_MS;
}

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
        marks_check(ui, s);
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

void ui_settle(Ui *ui, const Scene *s)
{
    make_rows(ui, s);
    if (s->health == NULL || ui->rows.n == 0) {
        return;
    }
    const Snapshot *p = s->health->snapshot;
    if (!ui->touched) {
        int node = most_urgent(s);
        ui->cursor = p->nodes[node >= 0 ? node : ui->rows.at[0].node].id;
    }
    follow(ui, s);
    ui->cursor_row = cursor_place(ui, p);
    ui->cursor = p->nodes[ui->rows.at[ui->cursor_row].node].id;
    if (ui->view == &problems_view) {
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

static bool is_explaining(const Ui *ui)
{
    return ui->why_ask.kind != WHY_NOTHING;
}

unsigned ui_scope(const Ui *ui)
{
    return ui->line.is_open                  ? (unsigned)IN_COMMAND
           : ui->dialog.kind == DIALOG_HOLD  ? (unsigned)IN_FORM
           : ui->dialog.kind != DIALOG_NONE  ? (unsigned)IN_CONFIRM
           : ui->find.typing != FIND_NOTHING ? (unsigned)IN_FILTER
           : ui->help                        ? (unsigned)IN_HELP
           : ui->pick.active                 ? (unsigned)IN_PICK
           : is_explaining(ui)               ? (unsigned)IN_WHY
           : ui->details                     ? (unsigned)IN_DETAILS
                                             : (unsigned)ui->view->scope;
}

bool ui_refuses_writes(Ui *ui, const Scene *s)
{
    if (s->health == NULL || (s->trouble != NULL && s->trouble[0] != '\0')) {
        ui_note(ui, s, LEVEL_WARNING, "no contact with the cluster: nothing can be moved");
    } else if (s->read_only) {
        ui_note(ui, s, LEVEL_WARNING, "read-only: nothing can be moved");
    } else if (s->move_busy) {
        ui_note(ui, s, LEVEL_WARNING, "a move is under way: one at a time");
    } else {
        return false;
    }
    return true;
}

// Scrolling.

void scroll_clamp(Scroll *scroll, int page, int total)
{
    scroll->page = page > 0 ? page : 0;
    scroll->total = total;
    int last = total - scroll->page;
    scroll->top = scroll->top > last ? last : scroll->top;
    scroll->top = scroll->top < 0 ? 0 : scroll->top;
}

// A list key on a page of lines: true when it was one.
static bool scroll_act(Scroll *scroll, Action action)
{
    int page = scroll->page > 1 ? scroll->page - 1 : 1;
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        scroll->top += action == ACT_ROW_DOWN ? 1 : -1;
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        scroll->top += action == ACT_PAGE_DOWN ? page : -page;
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        scroll->top = action == ACT_FIRST ? 0 : scroll->total;
    } else {
        return false;
    }
    scroll_clamp(scroll, scroll->page, scroll->total);
    return true;
}

void scroll_hint(const Scroll *scroll, bool ascii, char *out, size_t size)
{
    int above = scroll->top;
    int below = scroll->total - scroll->top - scroll->page;
    out[0] = '\0';
    if (above > 0 && below > 0) {
        snprintf(out, size, "%d more above %s %d below", above, glyph_text(GLYPH_DOT, ascii),
                 below);
    } else if (above > 0 || below > 0) {
        snprintf(out, size, "%d more %s", above > 0 ? above : below, above > 0 ? "above" : "below");
    }
}

// Drawing.

static void draw_rule(Canvas *c, int x, int y, int w, const char *title)
{
    enum { LINE = 0x2500, TITLE_AT = 2 };
    canvas_fill(c, (Rect){x, y, w, 1}, ROLE_FRAME, LINE);
    if (title[0] != '\0') {
        canvas_textf(c, x + TITLE_AT, y, w - TITLE_AT, ROLE_DIM, " %s ", title);
    }
}

// The rule below a list: what comes below it at the left, how much of the list is out of sight at
// the right.
static void draw_list_rule(Canvas *c, Rect r, const Scroll *scroll, const char *title, int hidden)
{
    char hint[64];
    draw_rule(c, r.x, r.y, r.w, title);
    scroll_hint(scroll, c->ascii, hint, sizeof(hint));
    if (hint[0] == '\0') {
        return;
    }
    int x = r.x + r.w - text_width(hint) - 4;
    canvas_textf(c, x, r.y, r.w, ROLE_TEXT, " %s ", hint);
    if (hidden > 0) {
        char orphans[32];
        const char *glyph = glyph_text(GLYPH_ORPHAN, c->ascii);
        snprintf(orphans, sizeof(orphans), " %s %d orphaned ", glyph, hidden);
        canvas_text(c, x - text_width(orphans) - 1, r.y, r.w, ROLE_ORPHAN, orphans);
    }
}

// What the tree does not show, and why its rows are not in the usual order.
static void draw_tree_rule(const Ui *ui, const Scene *s, Canvas *c, Rect r, const char *title)
{
    enum { TITLE_AT = 3 };
    draw_list_rule(c, r, &ui->tree, title, tree_hidden_orphans(ui, s));
    int x = r.x + TITLE_AT + (title[0] != '\0' ? text_width(title) + 2 : 0);
    if (ui->order != ORDER_WORST || ui->reverse) {
        x = canvas_textf(c, x, r.y, r.w, ROLE_TEXT, " %s%s ", row_order_text(ui->order),
                         ui->reverse ? ", reversed" : "");
        x++;
    }
    int hidden = ui->rows.hidden_orphans;
    if (hidden > 0) {
        canvas_textf(c, x, r.y, r.w, ROLE_ORPHAN, " %s %d orphan%s filtered out ",
                     glyph_text(GLYPH_ORPHAN, c->ascii), hidden, hidden == 1 ? " is" : "s are");
    }
}

static int events_height(int h)
{
    return h >= 50 ? 8 : h >= 36 ? 5 : h >= 23 ? 3 : h >= 18 ? 2 : 0;
}

static void draw_pane_edge(Canvas *c, int x, int y, int h)
{
    enum { LINE = 0x2502 };
    canvas_fill(c, (Rect){x, y, 1, h}, ROLE_FRAME, LINE);
}

// Tree at the left; details and events at the right on a wall, details beside and events below
// where it is wide, events below where it is not.
static void draw_tree_screen(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    bool wall = c->w >= WALL_MIN_W && c->h >= 30;
    int pane = wall ? c->w * 2 / 5 : c->w >= PANE_MIN_W ? c->w / 3 : 0;
    int events = wall ? 0 : events_height(c->h);
    Rect tree = {r.x, r.y, r.w - pane, r.h - events - 1};
    ui->view->draw(ui, s, c, tree);
    int rule = tree.y + tree.h;
    draw_tree_rule(ui, s, c, (Rect){r.x, rule, wall ? tree.w : r.w, 1}, events > 0 ? "events" : "");
    events_tail_draw(s, c, (Rect){r.x + 1, rule + 1, r.w - 2, events});
    if (pane == 0) {
        return;
    }
    int x = r.x + tree.w;
    int details = wall ? r.h / 2 : tree.h;
    draw_pane_edge(c, x, r.y, tree.h + wall);
    details_draw(ui, s, c, (Rect){x + 2, r.y, pane - 3, details});
    if (wall) {
        draw_rule(c, x + 1, r.y + details, pane - 1, "events");
        events_tail_draw(s, c, (Rect){x + 2, r.y + details + 1, pane - 3, r.h - details - 1});
    }
}

static void draw_body(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    Rect list = {r.x, r.y, r.w, r.h - 1};
    int rule = r.y + r.h - 1;
    if (ui->help) {
        help_draw(ui, c, list);
        draw_list_rule(c, (Rect){r.x, rule, r.w, 1}, &ui->help_page, "", 0);
    } else if (s->health == NULL) {
        trouble_draw(s, c, r);
    } else if (is_explaining(ui)) {
        why_draw(ui, s, c, (Rect){list.x + 1, list.y, list.w - 2, list.h});
        draw_list_rule(c, (Rect){r.x, rule, r.w, 1}, &ui->why_page, "", 0);
    } else if (ui->details) {
        details_draw(ui, s, c, (Rect){list.x + 1, list.y, list.w - 2, list.h});
        draw_list_rule(c, (Rect){r.x, rule, r.w, 1}, &ui->details_page, "", 0);
    } else if (ui->view == &tree_view) {
        draw_tree_screen(ui, s, c, r);
    } else {
        ui->view->draw(ui, s, c, list);
        static const Scroll told_above = {0};
        const Scroll *scroll = ui->view == &events_view ? &ui->events
                               : ui->view == &problems_view
                                   ? ui->problem_rows.n > 0 ? &told_above : &ui->problems
                               : ui->view == &hosts_view ? &ui->hosts_grid
                                                         : &ui->decisions;
        draw_list_rule(c, (Rect){r.x, rule, r.w, 1}, scroll, "", 0);
    }
}

void ui_draw(Ui *ui, const Scene *s, Canvas *c)
{
    ui->w = c->w;
    ui->h = c->h;
    if (freeze_draw(ui, s, c)) {
        return;
    }
    canvas_clear(c);
    pick_check(ui, s);
    dialog_check(ui, s);
    why_check(ui, s);
    ui_settle(ui, s);
    if (c->w < MIN_W || c->h < MIN_H) {
        small_draw(ui, s, c);
    } else {
        header_draw(ui, s, c);
        draw_body(ui, s, c, (Rect){0, 2, c->w, c->h - 4});
        message_draw(ui, s, c, c->h - 2);
        footer_draw(ui, s, c, c->h - 1);
    }
    dialog_draw(ui, s, c);
    freeze_take(ui, s, c);
    command_line_draw(ui, s, c);
}

// Keys.

static Request move_selected(Ui *ui, const Scene *s)
{
    int node = ui_selected(ui, s);
    if (ui_refuses_writes(ui, s) || node < 0) {
        return (Request){0};
    }
    if (bulk_marks_orphans(ui, s)) {
        return bulk_one_each(ui, s);
    }
    if (ui->marks.n > 0) {
        ui->details = false;
        pick_start_marked(ui, s);
        return (Request){0};
    }
    if (s->health->of[node].is_master) {
        return dialog_best(ui, s, node);
    }
    ui->details = false;
    pick_start(ui, s, node);
    return (Request){0};
}

static Request demo_request(const Ui *ui, const Scene *s, RequestKind kind)
{
    int node = ui_selected(ui, s);
    if (!s->demo || node < 0) {
        return (Request){0};
    }
    return (Request){.kind = kind, .node = ui->cursor};
}

static Request stop_move(Ui *ui, const Scene *s)
{
    if (!s->move_busy) {
        ui_note(ui, s, LEVEL_INFO, "no move is under way");
        return (Request){0};
    }
    size_t waiting = s->queue != NULL ? queue_count(s->queue, QUEUED_WAITS) : 0;
    if (waiting > 0) {
        ui_note(ui, s, LEVEL_INFO,
                "stopping: %zu move%s will not be made; what was sent is followed to its end",
                waiting, plural((long)waiting));
    } else if (s->asking == NULL) {
        ui_note(ui, s, LEVEL_INFO, "stopping: what was sent already is followed to its end");
    }
    return (Request){.kind = REQUEST_STOP_MOVE};
}

static Request release_brake(Ui *ui, const Scene *s)
{
    if (s->automatic == NULL || !s->automatic->brake) {
        ui_note(ui, s, LEVEL_INFO, "the brake is not on");
        return (Request){0};
    }
    if (s->read_only) {
        ui_note(ui, s, LEVEL_WARNING, "read-only: nothing can be held or released");
        return (Request){0};
    }
    return (Request){
        .kind = REQUEST_END_HOLD,
        .subject = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL},
    };
}

static bool open_view(Ui *ui, Action action)
{
    for (size_t i = 0; i < views_n; i++) {
        if (views[i]->opens == action) {
            ui->view = views[i];
            ui->help = false;
            ui->details = false;
            why_close(ui);
            pick_stop(ui);
            return true;
        }
    }
    return false;
}

static Request act_on_cluster(Ui *ui, const Scene *s, Action action)
{
    if (action == ACT_MOVE) {
        return move_selected(ui, s);
    }
    if (action == ACT_MOVE_URGENT || action == ACT_UNDO) {
        if (ui_refuses_writes(ui, s)) {
            return (Request){0};
        }
        return action == ACT_UNDO ? dialog_undo(ui, s) : dialog_urgent(ui, s);
    }
    if (action == ACT_AUTO) {
        return dialog_auto(ui, s);
    }
    if (action == ACT_EXPLAIN && ui_selected(ui, s) >= 0) {
        why_open(ui, (WhyAsk){.kind = WHY_NODE, .node = ui->cursor});
    }
    if (action == ACT_WHATIF && ui_selected(ui, s) >= 0) {
        why_open(ui, (WhyAsk){.kind = WHY_LOSS, .node = ui->cursor});
    }
    if (action == ACT_STOP_MOVE) {
        return stop_move(ui, s);
    }
    if (action == ACT_RELEASE_BRAKE) {
        return release_brake(ui, s);
    }
    if (action == ACT_PAUSE) {
        return dialog_hold(ui, s, -1);
    }
    if (action == ACT_DOWNTIME && ui_selected(ui, s) >= 0) {
        return dialog_hold(ui, s, ui_selected(ui, s));
    }
    if (action == ACT_DEMO_KILL || action == ACT_DEMO_RESTART) {
        return demo_request(ui, s,
                            action == ACT_DEMO_KILL ? REQUEST_DEMO_KILL : REQUEST_DEMO_RESTART);
    }
    return (Request){0};
}

// Keys that mean the same everywhere but in dialogs; false: not one of them.
static bool act_anywhere(Ui *ui, const Scene *s, Action action, Request *out)
{
    if (action == ACT_QUIT) {
        *out = dialog_quit(ui, s);
    } else if (action == ACT_REFRESH) {
        out->kind = REQUEST_REFRESH;
    } else if (action == ACT_REDRAW) {
        out->kind = REQUEST_REDRAW;
    } else if (action == ACT_SUSPEND) {
        out->kind = REQUEST_SUSPEND;
    } else if (action == ACT_THEME) {
        out->kind = REQUEST_THEME;
    } else if (action == ACT_FREEZE) {
        freeze_start(ui, s);
    } else if (action == ACT_COMMAND) {
        command_line_open(ui);
    } else if (action == ACT_HELP) {
        ui->help = !ui->help;
        ui->help_page = (Scroll){0};
    } else {
        return open_view(ui, action);
    }
    return true;
}

static bool act_on_page(Ui *ui, Action action)
{
    if (ui->help) {
        if (action == ACT_CANCEL) {
            ui->help = false;
            return true;
        }
        return scroll_act(&ui->help_page, action);
    }
    if (is_explaining(ui)) {
        if (action == ACT_CANCEL || action == ACT_EXPLAIN || action == ACT_WHATIF) {
            why_close(ui);
            return true;
        }
        return scroll_act(&ui->why_page, action);
    }
    if (ui->details) {
        if (action == ACT_CANCEL || action == ACT_DETAILS) {
            ui->details = false;
            ui->details_page = (Scroll){0};
            return true;
        }
        return scroll_act(&ui->details_page, action);
    }
    return false;
}

static Action lookup(const Ui *ui, const Scene *s, uint32_t key)
{
    unsigned scope = ui_scope(ui);
    return keys_lookup(ui->keys, key, s->demo && scope == IN_TREE ? scope | IN_DEMO : scope);
}

// Who looked at an old picture decided on it: the key only brings the present one. It may still
// leave, or go to the shell.
static Request thaw(Ui *ui, const Scene *s, uint32_t key)
{
    Request out = {0};
    Action action = lookup(ui, s, key);
    if (action == ACT_REDRAW || action == ACT_SUSPEND) {
        act_anywhere(ui, s, action, &out);
        return out;
    }
    freeze_end(&ui->freeze);
    if (action == ACT_QUIT) {
        act_anywhere(ui, s, action, &out);
    } else {
        ui_note(ui, s, LEVEL_INFO, "live again");
    }
    return out;
}

Request ui_act(Ui *ui, const Scene *s, Action action)
{
    Request out = {0};
    if (action == ACT_NONE || act_anywhere(ui, s, action, &out) || act_on_page(ui, action) ||
        s->health == NULL) {
        return out;
    }
    if (ui->pick.active) {
        pick_act(ui, s, action, &out);
        return out;
    }
    if (!ui->details && ui->view->act(ui, s, action, &out)) {
        return out;
    }
    return act_on_cluster(ui, s, action);
}

Request ui_key(Ui *ui, const Scene *s, uint32_t key)
{
    Request out = {0};
    unsigned meant_for = ui_scope(ui);
    pick_check(ui, s);
    dialog_check(ui, s);
    why_check(ui, s);
    ui_settle(ui, s);
    if (ui_scope(ui) != meant_for) {
        return out; // what the key was meant for has just gone
    }
    if (ui->freeze.since_ms != 0) {
        return thaw(ui, s, key);
    }
    if (ui->dialog.kind != DIALOG_NONE) {
        return dialog_key(ui, s, key);
    }
    if (ui->find.typing != FIND_NOTHING) {
        ui->note[0] = '\0';
        find_key(ui, s, key);
        return (Request){.kind = key == KEY_IS_CTRL_L ? REQUEST_REDRAW : REQUEST_NONE};
    }
    ui->touched = ui->touched || s->health != NULL;
    ui->note[0] = '\0';
    if (ui->line.is_open) {
        return command_line_key(ui, s, key);
    }
    return ui_act(ui, s, lookup(ui, s, key));
}

// Time.

// Our move ended since the last tick: say how.
static void tell_end(Ui *ui, const Scene *s)
{
    bool busy = move_in_flight(s) != NULL;
    bool ended = ui->was_busy && !busy && s->move != NULL && move_is_over(s->move);
    ui->was_busy = busy;
    if (!ended) {
        return;
    }
    const Move *m = s->move;
    char took[16];
    format_seconds(took, sizeof(took), m->ended_ms - m->started_ms);
    if (m->state == MOVE_DONE) {
        ui_note(ui, s, LEVEL_GOOD, "%s is in sync with %s after %s", m->spec.replica_addr,
                m->spec.target_addr, took);
    } else {
        ui_note(ui, s, LEVEL_CRITICAL, "%s: %s", m->state == MOVE_REFUSED ? "refused" : "failed",
                m->why);
    }
}

Request ui_tick(Ui *ui, const Scene *s)
{
    pick_check(ui, s);
    dialog_check(ui, s);
    why_check(ui, s);
    ui_settle(ui, s);
    tell_end(ui, s);
    return dialog_tick(ui, s);
}

int64_t ui_wake_ms(const Ui *ui, const Scene *s)
{
    enum { CLOCK_MS = 1000, COUNTDOWN_STEP_MS = 200 };
    if (ui->dialog.counting) {
        int64_t over = ui->dialog.opened_ms + COUNTDOWN_MS;
        int64_t next = s->now_ms + COUNTDOWN_STEP_MS;
        return next < over ? next : over > s->now_ms ? over : s->now_ms + 1;
    }
    if (s->health != NULL) {
        return s->now_ms + CLOCK_MS;
    }
    return ui->note[0] != '\0' && ui->note_until_ms > s->now_ms ? ui->note_until_ms : 0;
}
