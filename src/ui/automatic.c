// Automatic mode: what it is doing and why, what it may, who else may act, and what it decided so
// far.
#include <stdio.h>
#include <string.h>

#include "automatic_table.h"
#include "rehome/base/text.h"
#include "rehome/policy/charge.h"
#include "view.h"
#include "words.h"

// Rows that the cursor can be on, in this order: the present decision, who is in charge, and the
// decisions so far by their serial, newest first.
enum { ROW_NOW, ROW_CHARGE, ROWS_FIXED };
#define SERIAL_NOW    0
#define SERIAL_CHARGE UINT64_MAX

enum { LABEL_WIDTH = 11, PANE_MIN_W = 110, WALL_MIN_W = 160 };

typedef struct {
    const Ui *ui;
    const Scene *s;
    Canvas *c;
    int x;
    int w;
    int y;
    bool tall; // there is room for long sentences
} Pen;

static uint64_t kept(const Scene *s)
{
    return s->decisions->n < DECISIONS_KEPT ? s->decisions->n : DECISIONS_KEPT;
}

static uint64_t serial_at(const Scene *s, int row)
{
    return row == ROW_NOW      ? SERIAL_NOW
           : row == ROW_CHARGE ? SERIAL_CHARGE
                               : s->decisions->n - (uint64_t)(row - ROWS_FIXED);
}

static int row_of(const Ui *ui, const Scene *s)
{
    if (ui->decision == SERIAL_NOW) {
        return ROW_NOW;
    }
    if (ui->decision == SERIAL_CHARGE) {
        return ROW_CHARGE;
    }
    uint64_t back = s->decisions->n - ui->decision;
    uint64_t last = kept(s) > 0 ? kept(s) - 1 : 0;
    return ROWS_FIXED + (int)(back < last ? back : last);
}

// --- the upper part: fields

// A field's label; returns where its value begins.
static int draw_label(const Pen *p, const char *label)
{
    canvas_text(p->c, p->x, p->y, LABEL_WIDTH - 1, ROLE_DIM, label);
    return p->x + LABEL_WIDTH;
}

// What has been drawn from line y on is this row: the cursor may be on it.
static void mark_row(const Pen *p, int row, int y, int lines)
{
    if (row_of(p->ui, p->s) == row) {
        canvas_text(p->c, p->x - 1, y, 1, ROLE_CURSOR, glyph_text(GLYPH_CURSOR, p->c->ascii));
        canvas_mark(p->c, (Rect){p->x, y, p->w, lines}, CELL_REVERSE);
    }
}

// On as many lines as it needs, but at most so many; the last one is cut.
static void draw_value(Pen *p, int x, Role role, int lines, const char *text)
{
    char brief[512];
    short_text(p->s->health->snapshot, text, brief, sizeof(brief));
    StrView rest = sv(brief);
    int w = p->x + p->w - x;
    for (int i = 1; rest.n > 0; i++) {
        if (i == lines) {
            draw_cut(p->c, x, p->y++, w, role, rest.at);
            return;
        }
        char line[512];
        StrView one = page_wrap(&rest, w);
        snprintf(line, sizeof(line), "%.*s", (int)one.n, one.at);
        canvas_text(p->c, x, p->y++, w, role, line);
    }
}

static void draw_now(Pen *p)
{
    const AutoDecision *d = &p->s->automatic->last;
    int x = draw_label(p, "now");
    Role role = verdict_role(d->verdict);
    char text[320];
    if (d->verdict == AUTO_DECIDE_NOTHING) {
        bool off = p->s->automatic->mode == AUTO_OFF;
        snprintf(text, sizeof(text), "%s%s", verdict_words(d->verdict),
                 p->s->plan->n > 0 && off ? ": automatic mode is off; e says what it would do"
                 : off                    ? ": automatic mode is off"
                                          : ": nothing to do");
    } else if (d->rule[0] != '\0') {
        snprintf(text, sizeof(text), "%s (%s): %s", verdict_words(d->verdict), d->rule, d->text);
    } else {
        snprintf(text, sizeof(text), "%s: %s", verdict_words(d->verdict), d->text);
    }
    int y = p->y;
    draw_value(p, x, role, p->tall ? 3 : 2, text);
    mark_row(p, ROW_NOW, y, p->y - y);
}

static void draw_charge(Pen *p)
{
    Charge charge = charge_look(p->s->health->snapshot);
    StrBuf settings = {0};
    char text[320];
    charge_settings_text(&settings, &charge);
    snprintf(text, sizeof(text), "%s; server migration %s",
             charge_words(&charge, p->s->automatic->mode), strbuf_text(&settings));
    bool differ = (charge.on > 0 && charge.off > 0) || charge.barrier_min != charge.barrier_max;
    int x = draw_label(p, "in charge");
    int y = p->y;
    draw_value(p, x, differ ? ROLE_WARN : ROLE_TEXT, 2, text);
    mark_row(p, ROW_CHARGE, y, p->y - y);
    strbuf_done(&settings);
}

static void draw_limits(Pen *p)
{
    const Automatic *a = p->s->automatic;
    char grace[32];
    char cool[32];
    char text[200];
    const char *dot = glyph_text(GLYPH_DOT, p->c->ascii);
    snprintf(text, sizeof(text), "grace %s %s cool-down %s %s %d of %d moves an hour %s brake %s",
             format_seconds(grace, sizeof(grace), a->limits.grace_ms), dot,
             format_seconds(cool, sizeof(cool), a->limits.cool_down_ms), dot,
             auto_tries_last_hour(a, p->s->now_ms), a->limits.max_moves_per_hour, dot,
             a->brake ? "ON: b releases it" : "off");
    draw_value(p, draw_label(p, "limits"), a->brake ? ROLE_WARN : ROLE_TEXT, 2, text);
}

// The lease that several instances share, when there is one.
static void draw_lease(Pen *p)
{
    const Automatic *a = p->s->automatic;
    if (a->lease[0] != '\0') {
        draw_value(p, draw_label(p, "lease"), a->lacks_lease ? ROLE_WARN : ROLE_TEXT, 1, a->lease);
    }
}

// What people hold it back with; the brake is among the limits.
static void draw_holds(Pen *p)
{
    enum { SHOWN_MAX = 3 };
    const Health *h = p->s->health;
    int shown = 0;
    for (size_t i = 0; i < h->n_holds && shown < SHOWN_MAX; i++) {
        const Hold *hold = &h->holds[i];
        if (hold->on.kind == HOLD_BRAKE) {
            continue;
        }
        char subject[200];
        char words[320];
        char text[540];
        hold_subject_text(subject, sizeof(subject), &hold->on, h->snapshot);
        hold_words(words, sizeof(words), hold, p->s->wall_ms);
        snprintf(text, sizeof(text), "%s %s", subject, words);
        draw_value(p, draw_label(p, shown++ == 0 ? "held" : ""), ROLE_WARN, 1, text);
    }
}

// Nodes that took part in a move and are left alone for a while; nothing when there are none.
static void draw_cooling(Pen *p)
{
    const Snapshot *s = p->s->health->snapshot;
    StrBuf text = {0};
    for (size_t i = 0; i < s->n_nodes; i++) {
        int64_t left = auto_cooling_ms(p->s->automatic, s->nodes[i].id, p->s->now_ms);
        if (left > 0) {
            char name[NAME_MAX_BYTES];
            char seconds[32];
            short_name(s, (int)i, name, sizeof(name));
            strbuf_addf(&text, "%s%s for %s", text.n > 0 ? ", " : "", name,
                        format_seconds(seconds, sizeof(seconds), left));
        }
    }
    if (text.n > 0) {
        draw_value(p, draw_label(p, "cooling"), ROLE_SYNC, 1, strbuf_text(&text));
    }
    strbuf_done(&text);
}

static void draw_last_move(Pen *p)
{
    const Move *m = p->s->move;
    if (m == NULL) {
        return;
    }
    char text[400];
    char took[32];
    char clock[16];
    int64_t until = move_is_over(m) ? m->ended_ms : p->s->now_ms;
    format_seconds(took, sizeof(took), until - m->started_ms);
    if (move_is_over(m)) {
        format_wall(clock, sizeof(clock), p->s->wall_ms - (p->s->now_ms - m->ended_ms));
        snprintf(text, sizeof(text), "%s to %s (%s): %s after %s, at %s%s%s", m->spec.replica_addr,
                 m->spec.target_addr, move_origin_text(m->spec.origin), move_state_text(m->state),
                 took, clock, m->state == MOVE_DONE ? "" : ": ",
                 m->state == MOVE_DONE ? "" : m->why);
    } else {
        snprintf(text, sizeof(text), "%s to %s (%s): %s for %s", m->spec.replica_addr,
                 m->spec.target_addr, move_origin_text(m->spec.origin), move_stage_words(m), took);
    }
    Role role = !move_is_over(m) ? ROLE_MOVING : m->state == MOVE_DONE ? ROLE_TEXT : ROLE_WARN;
    draw_value(p, draw_label(p, move_is_over(m) ? "last move" : "moving"), role, p->tall ? 2 : 1,
               text);
}

// What moved without us: the server by a guess, or somebody else.
static void draw_moved_by_others(Pen *p)
{
    for (size_t i = p->s->n_events; i-- > 0;) {
        const Event *e = &p->s->events[i];
        if (e->code == EVENT_REPLICA_MOVED && (e->by == BY_SERVER || e->by == BY_OTHER)) {
            char text[240];
            char clock[16];
            snprintf(text, sizeof(text), "%s %s", format_wall(clock, sizeof(clock), e->wall_ms),
                     e->text);
            draw_value(p, draw_label(p, "not by us"), ROLE_WARN, 1, text);
            return;
        }
    }
}

// --- the lower part: decisions so far

static void draw_decision(const Pen *p, const Decision *d, int row)
{
    enum { RULE_WIDTH = 14, VERDICT_WIDTH = 10 };
    char clock[16];
    char text[sizeof(d->what.text)];
    int end = p->x + p->w;
    Role role = verdict_role(d->what.verdict);
    int x = canvas_text(p->c, p->x, p->y, p->w, ROLE_DIM,
                        format_wall(clock, sizeof(clock), d->wall_ms)) +
            1;
    canvas_text(p->c, x, p->y, end - x, role, verdict_words(d->what.verdict));
    x += VERDICT_WIDTH;
    draw_cut(p->c, x, p->y, RULE_WIDTH - 1, ROLE_TEXT, d->what.rule);
    x += RULE_WIDTH;
    bool rests = d->what.verdict == AUTO_DECIDE_NOTHING;
    short_text(p->s->health->snapshot, rests ? "nothing to do" : d->what.text, text, sizeof(text));
    draw_cut(p->c, x, p->y, end - x, rests ? ROLE_DIM : ROLE_TEXT, text);
    mark_row(p, row, p->y, 1);
}

static void draw_decisions(Ui *ui, Pen *p, int h)
{
    Scroll *scroll = &ui->decisions;
    int n = (int)kept(p->s);
    int at = row_of(ui, p->s) - ROWS_FIXED;
    scroll_clamp(scroll, h, n);
    if (at < scroll->top) {
        scroll->top = at;
    }
    if (at >= scroll->top + scroll->page) {
        scroll->top = at - scroll->page + 1;
    }
    scroll_clamp(scroll, h, n);
    for (int i = 0; i < h && scroll->top + i < n; i++) {
        int back = scroll->top + i;
        draw_decision(p, decisions_back(p->s->decisions, (uint64_t)back), ROWS_FIXED + back);
        p->y++;
    }
    if (n == 0 && h > 0) {
        canvas_text(p->c, p->x, p->y, p->w, ROLE_DIM, "nothing had to be decided yet");
    }
}

// --- the whole

static void draw_pane(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { LEFT_WIDTH = 17, LINE = 0x2502 };
    canvas_fill(c, (Rect){r.x, r.y, 1, r.h}, ROLE_FRAME, LINE);
    Page page = {.width = r.w - 3, .left_w = LEFT_WIDTH};
    WhyAsk ask = {.kind = WHY_PANE};
    why_fill(&page, s->health->snapshot, why_text(&ui->pane, s, ask), c->ascii);
    bool cut = page.n > r.h;
    page_draw(&page, c, (Rect){r.x + 2, r.y, r.w - 3, r.h - cut}, 0);
    if (cut) {
        canvas_text(c, r.x + 2, r.y + r.h - 1, r.w - 3, ROLE_DIM, "more: e on \"in charge\"");
    }
    page_done(&page);
}

static void draw_rule(const Pen *p, int w, const char *title)
{
    enum { LINE = 0x2500 };
    canvas_fill(p->c, (Rect){p->x - 1, p->y, w, 1}, ROLE_FRAME, LINE);
    canvas_textf(p->c, p->x + 1, p->y, w, ROLE_DIM, " %s ", title);
}

static void automatic_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { DECISIONS_MIN = 4, CANDIDATES_MAX = 12 };
    int pane = r.w >= WALL_MIN_W ? r.w * 2 / 5 : r.w >= PANE_MIN_W ? r.w / 3 : 0;
    Pen p = {
        .ui = ui, .s = s, .c = c, .x = r.x + 1, .w = r.w - pane - 2, .y = r.y, .tall = r.h >= 30};
    int bottom = r.y + r.h;
    draw_now(&p);
    draw_charge(&p);
    draw_limits(&p);
    draw_lease(&p);
    draw_holds(&p);
    draw_cooling(&p);
    draw_last_move(&p);
    draw_moved_by_others(&p);
    p.y++;
    int room = bottom - p.y - 2 - DECISIONS_MIN; // a rule, and a line of air before it
    Rect table = {p.x, p.y, p.w, room < CANDIDATES_MAX + 2 ? room : CANDIDATES_MAX + 2};
    p.y += automatic_table_draw(s, c, table) + 1;
    draw_rule(&p, r.w - pane, "decisions so far");
    p.y++;
    draw_decisions(ui, &p, bottom - p.y);
    if (pane > 0) {
        draw_pane(ui, s, c, (Rect){r.x + r.w - pane, r.y, pane, r.h});
    }
}

// --- keys

static void go_to_row(Ui *ui, const Scene *s, int row)
{
    int last = ROWS_FIXED - 1 + (int)kept(s);
    row = row < 0 ? 0 : row > last ? last : row;
    ui->decision = serial_at(s, row);
}

static WhyAsk ask_of(const Ui *ui)
{
    return ui->decision == SERIAL_NOW      ? (WhyAsk){.kind = WHY_NOW}
           : ui->decision == SERIAL_CHARGE ? (WhyAsk){.kind = WHY_CHARGE}
                                           : (WhyAsk){.kind = WHY_DECISION, .serial = ui->decision};
}

static void jump(Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    NodeId node = s->automatic->last.target;
    const char *addr = "it";
    if (ui->decision == SERIAL_CHARGE) {
        why_open(ui, ask_of(ui));
        return;
    }
    const Decision *d = decisions_find(s->decisions, ui->decision);
    if (d != NULL) {
        node = d->what.target;
        addr = d->addr;
    } else if (node_id_is_none(node) && s->plan->n > 0) {
        node = p->nodes[s->plan->at[0].target].id;
    }
    if (node_id_is_none(node)) {
        ui_note(ui, s, LEVEL_INFO, "this decision is about the whole cluster");
    } else if (snapshot_find(p, node) < 0) {
        ui_note(ui, s, LEVEL_WARNING, "%s is no longer part of the cluster", addr);
    } else {
        ui_select(ui, node);
        ui->view = &tree_view;
        ui_settle(ui, s);
    }
}

static bool automatic_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    (void)out;
    int row = row_of(ui, s);
    int page = ui->decisions.page > 1 ? ui->decisions.page - 1 : 1;
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        go_to_row(ui, s, row + (action == ACT_ROW_DOWN ? 1 : -1));
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        go_to_row(ui, s, row + (action == ACT_PAGE_DOWN ? page : -page));
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        go_to_row(ui, s, action == ACT_FIRST ? 0 : ROWS_FIXED + (int)kept(s));
    } else if (action == ACT_EXPLAIN) {
        go_to_row(ui, s, row); // a decision that is not kept any more gives way to the oldest
        why_open(ui, ask_of(ui));
    } else if (action == ACT_CHOOSE) {
        jump(ui, s);
    } else if (action == ACT_CANCEL) {
        ui->view = &tree_view;
    } else {
        return false;
    }
    return true;
}

const View automatic_view = {
    .name = "auto",
    .scope = IN_AUTO,
    .opens = ACT_VIEW_AUTO,
    .draw = automatic_draw,
    .act = automatic_act,
};
