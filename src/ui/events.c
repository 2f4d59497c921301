// What changed and who did it: the last lines below the tree, and a view of its own.
#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

static void draw_event(const Scene *s, const Event *e, Canvas *c, int x, int y, int w)
{
    char text[sizeof(e->text)];
    char clock[16];
    int end = x + w;
    int at = canvas_text(c, x, y, w, ROLE_DIM, format_wall(clock, sizeof(clock), e->wall_ms));
    Role role = e->by == BY_US ? ROLE_MOVING : level_role(e->level);
    at = canvas_text(c, at + 1, y, end - at - 1, role, glyph_text(level_glyph(e->level), c->ascii));
    if (s->health != NULL) {
        short_text(s->health->snapshot, e->text, text, sizeof(text));
    } else {
        snprintf(text, sizeof(text), "%s", e->text);
    }
    draw_cut(c, at + 1, y, end - at - 1, role, text);
}

void events_tail_draw(const Scene *s, Canvas *c, Rect r)
{
    size_t shown = s->n_events < (size_t)(r.h > 0 ? r.h : 0) ? s->n_events : (size_t)r.h;
    for (size_t i = 0; i < shown; i++) {
        draw_event(s, &s->events[s->n_events - shown + i], c, r.x, r.y + (int)i, r.w);
    }
    if (s->n_events == 0 && r.h > 0) {
        canvas_text(c, r.x, r.y, r.w, ROLE_DIM, "nothing has happened yet");
    }
}

static bool same_event(const Event *a, const Event *b)
{
    return a->code == b->code && a->wall_ms == b->wall_ms && node_id_eq(a->node, b->node) &&
           strcmp(a->text, b->text) == 0;
}

// The selected event; the ring drops its oldest, so it is looked for, not counted. -1: none.
static int selected(const Ui *ui, const Scene *s)
{
    int last = (int)s->n_events - 1;
    if (ui->event.code == EVENT_CODE_COUNT) {
        return last;
    }
    for (int i = last; i >= 0; i--) {
        if (same_event(&s->events[i], &ui->event)) {
            return i;
        }
    }
    return last < 0 ? -1 : 0;
}

static void events_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    Scroll *scroll = &ui->events;
    int at = selected(ui, s);
    scroll_clamp(scroll, r.h, (int)s->n_events);
    if (ui->event.code == EVENT_CODE_COUNT) {
        scroll->top = scroll->total - scroll->page;
    }
    if (at < scroll->top) {
        scroll->top = at;
    }
    if (at >= scroll->top + scroll->page) {
        scroll->top = at - scroll->page + 1;
    }
    scroll_clamp(scroll, r.h, (int)s->n_events);
    for (int i = 0; i < r.h && scroll->top + i < (int)s->n_events; i++) {
        int y = r.y + i;
        draw_event(s, &s->events[scroll->top + i], c, r.x + 1, y, r.w - 2);
        if (scroll->top + i == at) {
            canvas_text(c, r.x, y, 1, ROLE_CURSOR, glyph_text(GLYPH_CURSOR, c->ascii));
            canvas_mark(c, (Rect){r.x + 1, y, r.w - 1, 1}, CELL_REVERSE);
        }
    }
    if (s->n_events == 0) {
        canvas_text(c, r.x + 1, r.y, r.w - 1, ROLE_DIM, "nothing has happened yet");
    }
}

static void go_to_event(Ui *ui, const Scene *s, int at)
{
    int last = (int)s->n_events - 1;
    if (at >= last) {
        ui->event = (Event){.code = EVENT_CODE_COUNT};
    } else if (last >= 0) {
        ui->event = s->events[at < 0 ? 0 : at];
    }
}

static void jump(Ui *ui, const Scene *s)
{
    int at = selected(ui, s);
    if (at < 0 || s->health == NULL) {
        return;
    }
    const Event *e = &s->events[at];
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
static void explain(Ui *ui, const Scene *s)
{
    int at = selected(ui, s);
    const Event *e = at < 0 ? NULL : &s->events[at];
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

static bool events_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    (void)out;
    int at = selected(ui, s);
    int page = ui->events.page > 1 ? ui->events.page - 1 : 1;
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        go_to_event(ui, s, at + (action == ACT_ROW_DOWN ? 1 : -1));
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        go_to_event(ui, s, at + (action == ACT_PAGE_DOWN ? page : -page));
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        go_to_event(ui, s, action == ACT_FIRST ? 0 : (int)s->n_events);
    } else if (action == ACT_EXPLAIN) {
        explain(ui, s);
    } else if (action == ACT_DETAILS || action == ACT_CHOOSE) {
        jump(ui, s);
    } else if (action == ACT_CANCEL) {
        ui->view = &tree_view;
    } else {
        return false;
    }
    return true;
}

const View events_view = {
    .name = "events",
    .scope = IN_EVENTS,
    .opens = ACT_VIEW_EVENTS,
    .draw = events_draw,
    .act = events_act,
};
