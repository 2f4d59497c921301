// Automatic mode: what it is doing and why, what it may, who else may act, and what it decided so
// far.

#include "automatic_fields.h"
#include "automatic_table.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { PANE_MIN_W = 110, WALL_MIN_W = 160 };

static uint64_t kept(const Scene *s)
{
    return s->decisions->n < DECISIONS_KEPT ? s->decisions->n : DECISIONS_KEPT;
}

static int row_of(const Ui *ui, const Scene *s)
{
    if (ui->decision == SERIAL_NOW) {
        return AUTOMATIC_NOW;
    }
    if (ui->decision == SERIAL_CHARGE) {
        return AUTOMATIC_CHARGE;
    }
    uint64_t back = s->decisions->n - ui->decision;
    uint64_t last = kept(s) > 0 ? kept(s) - 1 : 0;
    return AUTOMATIC_DECISIONS + (int)(back < last ? back : last);
}

// --- the lower part: decisions so far

static void draw_decision(const AutomaticPen *p, const Decision *d, int row)
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
    automatic_mark(p, row, p->y, 1);
}

static void draw_decisions(Ui *ui, AutomaticPen *p, int h)
{
    Scroll *scroll = &ui->decisions;
    int n = (int)kept(p->s);
    int at = p->row - AUTOMATIC_DECISIONS;
    scroll_place(scroll, (Rect){p->x - 1, p->y, p->w + 1, h}, n);
    if (at < scroll->top) {
        scroll->top = at;
    }
    if (at >= scroll->top + scroll->page) {
        scroll->top = at - scroll->page + 1;
    }
    scroll_clamp(scroll, h, n);
    for (int i = 0; i < h && scroll->top + i < n; i++) {
        int back = scroll->top + i;
        draw_decision(p, decisions_back(p->s->decisions, (uint64_t)back),
                      AUTOMATIC_DECISIONS + back);
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
        char key[KEY_NAME_SIZE];
        keys_first(ui->keys, ACT_EXPLAIN, IN_AUTO, key, sizeof(key));
        canvas_textf(c, r.x + 2, r.y + r.h - 1, r.w - 3, ROLE_DIM, "more%s%s on \"in charge\"",
                     *key != '\0' ? ": " : "", key);
    }
    page_done(&page);
}

static void draw_rule(const AutomaticPen *p, int w, const char *title)
{
    enum { LINE = 0x2500 };
    canvas_fill(p->c, (Rect){p->x - 1, p->y, w, 1}, ROLE_FRAME, LINE);
    canvas_textf(p->c, p->x + 1, p->y, w, ROLE_DIM, " %s ", title);
}

static void automatic_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { DECISIONS_MIN = 4, CANDIDATES_MAX = 12 };
    int pane = r.w >= WALL_MIN_W ? r.w * 2 / 5 : r.w >= PANE_MIN_W ? r.w / 3 : 0;
    AutomaticPen p = {
        .s = s,
        .keys = ui->keys,
        .c = c,
        .x = r.x + 1,
        .w = r.w - pane - 2,
        .y = r.y,
        .spots = &ui->spots,
        .row = row_of(ui, s),
        .tall = r.h >= 30,
    };
    int bottom = r.y + r.h;
    automatic_fields_draw(&p);
    p.y++;
    int room = bottom - p.y - 2 - DECISIONS_MIN; // a rule, and a line of air before it
    Rect table = {p.x, p.y, p.w, room < CANDIDATES_MAX + 2 ? room : CANDIDATES_MAX + 2};
    p.y += automatic_table_draw(s, ui->keys, c, table) + 1;
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
    int last = AUTOMATIC_DECISIONS - 1 + (int)kept(s);
    row = row < 0 ? 0 : row > last ? last : row;
    ui->decision = automatic_serial(s, row);
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
        go_to_row(ui, s, action == ACT_FIRST ? 0 : AUTOMATIC_DECISIONS + (int)kept(s));
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

static bool automatic_choose(Ui *ui, const Scene *s, const Spot *spot)
{
    bool was_there = ui->decision == spot->of.decision;
    ui->decision = spot->of.decision;
    go_to_row(ui, s, row_of(ui, s)); // one that is not kept any more gives way to the oldest
    return was_there;
}

const View automatic_view = {
    .name = "auto",
    .scope = IN_AUTO,
    .opens = ACT_VIEW_AUTO,
    .draw = automatic_draw,
    .act = automatic_act,
    .choose = automatic_choose,
};
