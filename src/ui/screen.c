// The whole screen: what stands where at which size.
#include <stdio.h>

#include "hosts_pane.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { MIN_W = 60, MIN_H = 15, PANE_MIN_W = 110, WALL_MIN_W = 160, WALL_MIN_H = 30 };

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

static void draw_pane_edge(Canvas *c, int x, int y, int h)
{
    enum { LINE = 0x2502 };
    canvas_fill(c, (Rect){x, y, 1, h}, ROLE_FRAME, LINE);
}

// Lines of events below the tree: some in any case, more of them where the tree leaves room.
static int events_height(const Ui *ui, int screen_h, Rect r)
{
    int least = screen_h >= 36 ? 5 : screen_h >= 23 ? 3 : screen_h >= 18 ? 2 : 0;
    int room = r.h - 2 - ui->rows.n;
    room = room < r.h / 3 ? room : r.h / 3;
    return least > 0 && room > least ? room : least;
}

static void draw_details_pane(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    draw_pane_edge(c, r.x, r.y, r.h);
    details_draw(ui, s, c, (Rect){r.x + 2, r.y, r.w - 3, r.h});
}

// Tree above and events below; beside them, where it is wide, details.
static void draw_tree_screen(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    int pane = c->w >= PANE_MIN_W ? c->w / 3 : 0;
    Rect left = {r.x, r.y, r.w - pane, r.h};
    int events = events_height(ui, c->h, left);
    Rect tree = {left.x, left.y, left.w - (pane > 0), left.h - events - 1};
    int rule = tree.y + tree.h;
    ui->view->draw(ui, s, c, tree);
    draw_tree_rule(ui, s, c, (Rect){left.x, rule, left.w, 1}, events > 0 ? "events" : "");
    events_tail_draw(s, c, (Rect){left.x + 1, rule + 1, left.w - 2, events});
    if (pane > 0) {
        draw_details_pane(ui, s, c, (Rect){r.x + left.w, r.y, pane, r.h});
    }
}

// The lines of a wall: of the tree with the grid below it, and of what stands at the right.
typedef struct {
    int tree;
    int grid; // 0: none
    bool grid_is_left;
    int details;
} WallLines;

static WallLines wall_lines(const Ui *ui, const Scene *s, int h)
{
    enum { DETAILS_LEAST = 16, EVENTS_LEAST = 8, RULES = 2 };
    WallLines lines = {.tree = h - 1, .details = h / 2};
    int grid = hosts_pane_height(s->health);
    if (h - 1 - ui->rows.n > grid + RULES) {
        bool is_short = ui->rows.n < h / 2 && h - 1 - h / 2 >= grid;
        lines.grid = grid;
        lines.grid_is_left = true;
        lines.tree = is_short ? h / 2 : h - 1 - grid; // the two rules in one line, if they can be
    } else if (h - grid - RULES >= DETAILS_LEAST + EVENTS_LEAST) {
        int rest = h - grid - RULES;
        lines.grid = grid;
        lines.details = rest - EVENTS_LEAST > rest / 2 ? rest / 2 : DETAILS_LEAST;
    }
    return lines;
}

// Tree, grid and events side by side, and details. The grid is below the tree if that leaves room.
static void draw_wall(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { RIGHT_FIFTHS = 2 };
    WallLines lines = wall_lines(ui, s, r.h);
    int pane = r.w * RIGHT_FIFTHS / 5;
    Rect tree = {r.x, r.y, r.w - pane - 1, lines.tree};
    Rect right = {r.x + r.w - pane, r.y, pane, r.h};
    int selected = ui_selected(ui, s);
    int y = r.y + lines.tree;
    ui->view->draw(ui, s, c, tree);
    draw_tree_rule(ui, s, c, (Rect){r.x, y, tree.w + 1, 1}, lines.grid_is_left ? "hosts" : "");
    draw_pane_edge(c, right.x, right.y, right.h);
    details_draw(ui, s, c, (Rect){right.x + 2, right.y, pane - 3, lines.details});
    Rect grid = {r.x + 1, y + 1, tree.w - 1, lines.grid};
    y = right.y + lines.details;
    if (lines.grid > 0 && !lines.grid_is_left) {
        draw_rule(c, right.x + 1, y, pane - 1, "hosts");
        grid = (Rect){right.x + 2, y + 1, pane - 3, lines.grid};
        y += 1 + lines.grid;
    }
    if (lines.grid > 0) {
        hosts_pane_draw(s, selected, c, grid);
    }
    draw_rule(c, right.x + 1, y, pane - 1, "events");
    events_tail_draw(s, c, (Rect){right.x + 2, y + 1, pane - 3, r.y + r.h - y - 1});
}

Scroll *screen_scroll(Ui *ui, const Scene *s)
{
    // what lies above goes first
    const struct {
        bool is_shown;
        Scroll *scroll;
    } all[] = {
        {ui->help, &ui->help_page},
        {s->health == NULL, NULL},
        {ui_is_explaining(ui), &ui->why_page},
        {ui->details, &ui->details_page},
        {ui->view == &tree_view, &ui->tree},
        {ui->view == &events_view, &ui->events},
        {ui->view == &hosts_view, &ui->hosts_grid},
        {ui->view == &problems_view, &ui->problems},
        {true, &ui->decisions},
    };
    size_t i = 0;
    while (!all[i].is_shown) {
        i++;
    }
    return all[i].scroll;
}

void screen_list_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    if (ui->help) {
        help_draw(ui, c, r);
    } else if (ui_is_explaining(ui)) {
        why_draw(ui, s, c, (Rect){r.x + 1, r.y, r.w - 2, r.h});
    } else if (ui->details) {
        details_draw(ui, s, c, (Rect){r.x + 1, r.y, r.w - 2, r.h});
    } else {
        ui->view->draw(ui, s, c, r);
    }
}

static bool is_tree_screen(const Ui *ui)
{
    return !ui->help && !ui_is_explaining(ui) && !ui->details && ui->view == &tree_view;
}

static void draw_body(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    static const Scroll told_above = {0};
    const Scroll *scroll = screen_scroll(ui, s);
    if (scroll == NULL) {
        trouble_draw(s, c, r);
    } else if (is_tree_screen(ui)) {
        bool is_wall = c->w >= WALL_MIN_W && c->h >= WALL_MIN_H;
        (is_wall ? draw_wall : draw_tree_screen)(ui, s, c, r);
    } else {
        screen_list_draw(ui, s, c, (Rect){r.x, r.y, r.w, r.h - 1});
        bool is_told = scroll == &ui->problems && ui->problem_rows.n > 0;
        draw_list_rule(c, (Rect){r.x, r.y + r.h - 1, r.w, 1}, is_told ? &told_above : scroll, "",
                       0);
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
    ui->spots.n = 0;
    pick_check(ui, s);
    dialog_check(ui, s);
    why_check(ui, s);
    ui_settle(ui, s);
    bool is_small = c->w < MIN_W || c->h < MIN_H;
    if (is_small && ui_is_explaining(ui)) { // nothing else has room beside it
        why_draw(ui, s, c, (Rect){0, 0, c->w, c->h});
    } else if (is_small) {
        small_draw(ui, s, c);
    } else {
        header_draw(ui, s, c);
        int timeline = s->replay != NULL ? 1 : 0;
        draw_body(ui, s, c, (Rect){0, 2, c->w, c->h - 4 - timeline});
        if (s->replay != NULL) {
            timeline_draw(s, c, c->h - 3);
        }
        bool is_quiet = !message_draw(ui, s, c, c->h - 2);
        footer_draw(ui, s, c, c->h - 1, is_quiet);
    }
    dialog_draw(ui, s, c);
    freeze_take(ui, s, c, !is_small);
    command_line_draw(ui, s, c);
}
