// What changed and who did it: the last lines below the tree, and a view of its own.
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { PANE_MIN_W = 110, BY_X = 9, WHAT_X = 17, LINE_CODE = 0x2500 };

static void brief_text(const Scene *s, const Event *e, char *out, size_t size)
{
    if (s->health != NULL) {
        short_text(s->health->snapshot, e->text, out, size);
    } else {
        snprintf(out, size, "%s", e->text);
    }
}

static Role role_of(const Event *e)
{
    return e->by == BY_US ? ROLE_MOVING : level_role(e->level);
}

static void draw_what(const Scene *s, const Event *e, Canvas *c, int x, int y, int w)
{
    char text[sizeof(e->text)];
    Role role = role_of(e);
    int at = canvas_text(c, x, y, w, role, glyph_text(level_glyph(e->level), c->ascii));
    brief_text(s, e, text, sizeof(text));
    draw_cut(c, at + 1, y, x + w - at - 1, role, text);
}

// The latest of this session, as many as fit.
void events_tail_draw(const Scene *s, Canvas *c, Rect r)
{
    size_t n = s->n_events - s->n_events_before;
    size_t shown = r.h <= 0 ? 0 : n < (size_t)r.h ? n : (size_t)r.h;
    for (size_t i = 0; i < shown; i++) {
        char clock[16];
        const Event *e = &s->events[s->n_events - shown + i];
        int y = r.y + (int)i;
        int at =
            canvas_text(c, r.x, y, r.w, ROLE_DIM, format_wall(clock, sizeof(clock), e->wall_ms));
        draw_what(s, e, c, at + 1, y, r.x + r.w - at - 1);
    }
    if (n == 0 && r.h > 0) {
        canvas_text(c, r.x, r.y, r.w, ROLE_DIM, "nothing has happened yet");
    }
}

// --- the list

static void draw_line(const Scene *s, const EventLine *line, Canvas *c, int x, int y, int w)
{
    char text[64];
    const Event *e = &s->events[line->event];
    if (line->kind == EVENT_LINE) {
        bool is_earlier = (size_t)line->event < s->n_events_before;
        canvas_text(c, x, y, w, ROLE_DIM, format_wall(text, sizeof(text), e->wall_ms));
        Role role = e->by == BY_US ? ROLE_MOVING : ROLE_TEXT;
        canvas_text(c, x + BY_X, y, WHAT_X - BY_X - 1, role, event_by_text(e->by));
        draw_what(s, e, c, x + WHAT_X, y, w - WHAT_X);
        if (is_earlier) {
            canvas_mark(c, (Rect){x, y, w, 1}, CELL_DIM);
        }
        return;
    }
    canvas_fill(c, (Rect){x, y, w, 1}, ROLE_FRAME, LINE_CODE);
    canvas_textf(c, x + 2, y, w - 2, ROLE_TITLE, " %s%s ",
                 format_day(text, sizeof(text), e->wall_ms),
                 line->kind == EVENT_LINE_SESSION ? ", this session" : "");
}

static void draw_head(const Ui *ui, const Scene *s, const EventLines *lines, Canvas *c, int x,
                      int y, int w)
{
    const EventFilter *shown = &ui->events_shown;
    bool all = shown->kind == EVENT_KIND_COUNT && node_id_is_none(shown->node);
    char name[NAME_MAX_BYTES] = "all nodes";
    char text[160];
    if (!node_id_is_none(shown->node)) {
        short_name_of(s->health->snapshot, shown->node, "", name, sizeof(name));
    }
    snprintf(text, sizeof(text), "%s %s %s %s %d of %zu",
             shown->kind == EVENT_KIND_COUNT ? "all kinds" : event_kind_text(shown->kind),
             glyph_text(GLYPH_DOT, c->ascii), name, glyph_text(GLYPH_DOT, c->ascii), lines->shown,
             s->n_events);
    canvas_text(c, x, y, w, ROLE_DIM, "time");
    canvas_text(c, x + BY_X, y, w, ROLE_DIM, "by");
    canvas_text(c, x + WHAT_X, y, w, ROLE_DIM, "what");
    canvas_right(c, x + w, y, w - WHAT_X - 6, all ? ROLE_DIM : ROLE_BANNER, text);
}

static void draw_list(Ui *ui, const Scene *s, const EventLines *lines, Canvas *c, Rect r)
{
    Scroll *scroll = &ui->events;
    int at = event_lines_find(lines, s, &ui->event);
    draw_head(ui, s, lines, c, r.x + 1, r.y, r.w - 2);
    scroll_place(scroll, (Rect){r.x, r.y + 1, r.w, r.h - 1}, lines->n);
    if (ui->event.code == EVENT_CODE_COUNT) {
        scroll->top = scroll->total - scroll->page;
    }
    scroll->top = at >= 0 && at < scroll->top        ? at
                  : at >= scroll->top + scroll->page ? at - scroll->page + 1
                                                     : scroll->top;
    scroll_clamp(scroll, r.h - 1, lines->n);
    for (int i = 0; i < scroll->page && scroll->top + i < lines->n; i++) {
        int y = r.y + 1 + i;
        const EventLine *line = &lines->at[scroll->top + i];
        draw_line(s, line, c, r.x + 1, y, r.w - 2);
        if (line->kind == EVENT_LINE) {
            spot_add(&ui->spots, (Rect){r.x, y, r.w, 1})->of.event = s->events[line->event];
        }
        if (scroll->top + i == at) {
            canvas_text(c, r.x, y, 1, ROLE_CURSOR, glyph_text(GLYPH_CURSOR, c->ascii));
            canvas_mark(c, (Rect){r.x + 1, y, r.w - 1, 1}, CELL_REVERSE);
        }
    }
    if (lines->n == 0) {
        canvas_text(c, r.x + 1, r.y + 1, r.w - 1, ROLE_DIM,
                    s->n_events == 0 ? "nothing has happened yet" : "nothing of this kind");
    }
}

// --- the selected one

static const char *who_words(EventBy by)
{
    switch (by) {
    case BY_US:
        return "us: a key here, or automatic mode";
    case BY_SERVER:
        return "server: probably the servers' own replica migration: nobody says so, but it looks "
               "like it";
    case BY_OTHER:
        return "other: a person, or another program";
    case BY_NOBODY:
        break;
    }
    return "nobody did it: it happened";
}

static void add_node(Page *page, const Scene *s, const Event *e)
{
    const Snapshot *p = s->health->snapshot;
    int node = snapshot_find(p, e->node);
    if (node_id_is_none(e->node)) {
        page_add(page, ROLE_DIM, "about", ROLE_TEXT, "the whole cluster");
        return;
    }
    page_add(page, ROLE_DIM, "about", ROLE_TEXT, node >= 0 ? p->nodes[node].addr : e->addr);
    if (node < 0) {
        page_add(page, ROLE_DIM, "now", ROLE_STALE, "no longer part of the cluster");
        return;
    }
    Words w = node_words(s, node);
    page_addf(page, "now", w.role, "%s, %s", s->health->of[node].is_master ? "master" : "replica",
              w.text);
}

static void draw_selected(const Scene *s, const Event *e, Canvas *c, Rect r)
{
    enum { LEFT_WIDTH = 10 };
    Page page = {.width = r.w, .left_w = LEFT_WIDTH};
    char text[sizeof(e->text)];
    char day[16];
    char clock[16];
    char ago[16];
    brief_text(s, e, text, sizeof(text));
    page_wide(&page, role_of(e), text);
    page_blank(&page);
    int64_t age = s->wall_ms - e->wall_ms;
    page_addf(&page, "when", ROLE_TEXT, "%s %s", format_day(day, sizeof(day), e->wall_ms),
              format_wall(clock, sizeof(clock), e->wall_ms));
    page_addf(&page, "", ROLE_DIM, "%s ago",
              age < 3600000 ? format_seconds(ago, sizeof(ago), age)
                            : format_clock(ago, sizeof(ago), age));
    page_add(&page, ROLE_DIM, "by", ROLE_TEXT, who_words(e->by));
    page_addf(&page, "kind", ROLE_TEXT, "%s (%s)", event_kind_text(event_kind(e->code)),
              event_code_text(e->code));
    add_node(&page, s, e);
    page_draw(&page, c, r, 0);
    page_done(&page);
}

static void events_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { EDGE = 0x2502 };
    EventLines lines = event_lines(s, &ui->events_shown);
    int at = event_lines_find(&lines, s, &ui->event);
    int pane = r.w >= PANE_MIN_W ? r.w / 3 : 0;
    draw_list(ui, s, &lines, c, (Rect){r.x, r.y, r.w - pane, r.h});
    if (pane > 0) {
        int x = r.x + r.w - pane;
        canvas_fill(c, (Rect){x, r.y, 1, r.h}, ROLE_FRAME, EDGE);
        if (at >= 0) {
            draw_selected(s, &s->events[lines.at[at].event], c, (Rect){x + 2, r.y, pane - 3, r.h});
        }
    }
    event_lines_done(&lines);
}

// --- keys

static void go_to_line(Ui *ui, const Scene *s, const EventLines *lines, int line)
{
    if (line == event_lines_step(lines, line, lines->n) && line >= 0) {
        ui->event = (Event){.code = EVENT_CODE_COUNT}; // the newest, and those that come
    } else if (line >= 0) {
        ui->event = s->events[lines->at[line].event];
    }
}

static void jump(Ui *ui, const Scene *s, const Event *e)
{
    if (e == NULL || s->health == NULL) {
        return;
    }
    if (node_id_is_none(e->node)) {
        ui_note(ui, s, LEVEL_INFO, "this event is about the whole cluster");
    } else if (snapshot_find(s->health->snapshot, e->node) < 0) {
        ui_note(ui, s, LEVEL_WARNING, "%s is no longer part of the cluster", e->addr);
    } else {
        ui_select(ui, e->node);
        ui->view = &tree_view;
        ui_settle(ui, s);
    }
}

// An event of automatic mode is explained as it was decided; everything else by how its node is
// now.
static void explain(Ui *ui, const Scene *s, const Event *e)
{
    for (uint64_t back = 0; e != NULL && back < DECISIONS_KEPT; back++) {
        const Decision *d = decisions_back(s->decisions, back);
        bool same = d != NULL && node_id_eq(d->what.target, e->node) &&
                    strncmp(d->what.text, e->text, sizeof(e->text) - 1) == 0;
        if (same && (e->code == EVENT_DECISION || e->code == EVENT_BRAKE)) {
            why_open(ui, (WhyAsk){.kind = WHY_DECISION, .serial = d->serial});
            return;
        }
    }
    if (e == NULL || node_id_is_none(e->node)) {
        why_open(ui, (WhyAsk){.kind = WHY_NOW});
    } else {
        why_open(ui, (WhyAsk){.kind = WHY_NODE, .node = e->node});
    }
}

static void narrow_to_node(Ui *ui, const Scene *s, const Event *e)
{
    EventFilter *shown = &ui->events_shown;
    if (!node_id_is_none(shown->node)) {
        shown->node = (NodeId){0};
    } else if (e == NULL || node_id_is_none(e->node)) {
        ui_note(ui, s, LEVEL_INFO, "this event is about the whole cluster");
    } else {
        ui->event = *e;
        shown->node = e->node;
    }
}

static void next_kind(Ui *ui, const Event *e)
{
    EventFilter *shown = &ui->events_shown;
    if (e != NULL && ui->event.code != EVENT_CODE_COUNT) {
        ui->event = *e;
    }
    shown->kind = shown->kind == EVENT_KIND_COUNT ? (EventKind)0 : (EventKind)(shown->kind + 1);
}

static bool events_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    (void)out;
    EventLines lines = event_lines(s, &ui->events_shown);
    int at = event_lines_find(&lines, s, &ui->event);
    const Event *e = at >= 0 ? &s->events[lines.at[at].event] : NULL;
    int page = ui->events.page > 1 ? ui->events.page - 1 : 1;
    bool taken = true;
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        go_to_line(ui, s, &lines, event_lines_step(&lines, at, action == ACT_ROW_DOWN ? 1 : -1));
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        go_to_line(ui, s, &lines,
                   event_lines_step(&lines, at, action == ACT_PAGE_DOWN ? page : -page));
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        go_to_line(ui, s, &lines,
                   event_lines_step(&lines, at, action == ACT_LAST ? lines.n : -lines.n));
    } else if (action == ACT_EVENT_KIND) {
        next_kind(ui, e);
    } else if (action == ACT_EVENT_NODE) {
        narrow_to_node(ui, s, e);
    } else if (action == ACT_EXPLAIN) {
        explain(ui, s, e);
    } else if (action == ACT_DETAILS || action == ACT_CHOOSE) {
        jump(ui, s, e);
    } else if (action == ACT_CANCEL) {
        ui->view = &tree_view;
    } else {
        taken = false;
    }
    event_lines_done(&lines);
    return taken;
}

static bool events_choose(Ui *ui, const Scene *s, const Spot *spot)
{
    EventLines lines = event_lines(s, &ui->events_shown);
    int was = event_lines_find(&lines, s, &ui->event);
    int line = event_lines_find(&lines, s, &spot->of.event);
    go_to_line(ui, s, &lines, line);
    event_lines_done(&lines);
    return line == was;
}

const View events_view = {
    .name = "events",
    .scope = IN_EVENTS,
    .opens = ACT_VIEW_EVENTS,
    .draw = events_draw,
    .act = events_act,
    .choose = events_choose,
};
