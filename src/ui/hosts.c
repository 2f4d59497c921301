// Hosts: what the loss of each would cost, and where the copies of each shard are.
#include <stdio.h>
#include <string.h>

#include "host_table.h"
#include "hosts_grid.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { BESIDE_MIN_W = 110, BESIDE_MIN_H = 24, NAME_MAX_W = 28, EDGE = 3, EDGE_CODE = 0x2502 };

// The place in by_loss of the host under the cursor; it stays at the worst until a key is pressed.
static int place_of(Ui *ui, const HostTable *t)
{
    int host = ui->host[0] != '\0' ? host_table_find(t, ui->host) : -1;
    for (int i = 0; i < t->n_hosts && host >= 0; i++) {
        if (t->by_loss[i] == host) {
            return i;
        }
    }
    ui->host[0] = '\0'; // it has gone
    return 0;
}

static void go_to_host(Ui *ui, const HostTable *t, int host)
{
    host = host < 0 ? 0 : host >= t->n_hosts ? t->n_hosts - 1 : host;
    snprintf(ui->host, sizeof(ui->host), "%s", t->hosts[host].name);
}

static void go_to_place(Ui *ui, const HostTable *t, int place)
{
    place = place < 0 ? 0 : place >= t->n_hosts ? t->n_hosts - 1 : place;
    go_to_host(ui, t, t->by_loss[place]);
}

// --- what each costs

static int names_width(const HostTable *t)
{
    int widest = 4;
    for (int i = 0; i < t->n_hosts; i++) {
        int width = text_width(t->hosts[i].brief);
        widest = width > widest ? width : widest;
    }
    return widest < NAME_MAX_W ? widest : NAME_MAX_W;
}

static void draw_cost(const HostRow *row, Canvas *c, int x, int y, int w, int name_w)
{
    char text[160];
    bool dead = row->loss == NULL;
    bool safe = !dead && host_loss_is_survived(row->loss);
    int end = x + w;
    Role role = dead ? ROLE_DIM : safe ? ROLE_OK : ROLE_CRIT;
    Glyph glyph = dead ? GLYPH_FAILED : safe ? GLYPH_OK : GLYPH_WARN;
    canvas_text(c, x, y, 1, role, glyph_text(glyph, c->ascii));
    canvas_text_middle(c, x + 2, y, name_w, dead ? ROLE_DIM : ROLE_TEXT, row->brief);
    int at = x + 2 + name_w + 2;
    canvas_textf(c, at, y, end - at, ROLE_DIM, "%dM %dR", row->masters, row->replicas);
    at += 8;
    if (dead) {
        snprintf(text, sizeof(text), "all its nodes have failed");
    } else {
        host_loss_text(row->loss, text, sizeof(text));
    }
    draw_cut(c, at, y, end - at, safe ? ROLE_TEXT : role, text);
}

static void draw_costs(Ui *ui, const HostTable *t, int place, Canvas *c, Rect r)
{
    Scroll *scroll = &ui->hosts;
    int name_w = names_width(t);
    char hint[64] = "";
    canvas_text(c, r.x + 3, r.y, r.w - 3, ROLE_DIM, "host");
    canvas_text(c, r.x + 3 + name_w + 2, r.y, r.w, ROLE_DIM, "nodes");
    canvas_text(c, r.x + 3 + name_w + 10, r.y, r.w, ROLE_DIM, "if it died");
    scroll_clamp(scroll, r.h - 1, t->n_hosts);
    scroll->top = place < scroll->top                   ? place
                  : place >= scroll->top + scroll->page ? place - scroll->page + 1
                                                        : scroll->top;
    scroll_hint(scroll, c->ascii, hint, sizeof(hint));
    canvas_right(c, r.x + r.w, r.y, r.w / 2, ROLE_TEXT, hint);
    for (int i = 0; i < scroll->page && scroll->top + i < t->n_hosts; i++) {
        int y = r.y + 1 + i;
        draw_cost(&t->hosts[t->by_loss[scroll->top + i]], c, r.x + 1, y, r.w - 1, name_w);
        Spot *spot = spot_add(&ui->spots, (Rect){r.x, y, r.w, 1});
        snprintf(spot->of.host, sizeof(spot->of.host), "%s",
                 t->hosts[t->by_loss[scroll->top + i]].name);
        if (scroll->top + i == place) {
            canvas_text(c, r.x, y, 1, ROLE_CURSOR, glyph_text(GLYPH_CURSOR, c->ascii));
            canvas_mark(c, (Rect){r.x + 1, y, r.w - 1, 1}, CELL_REVERSE);
        }
    }
}

static void verdict_text(const HostTable *t, char *out, size_t size)
{
    const HostSafety *hosts = &t->h->hosts;
    const HostLoss *worst = &hosts->at[0];
    if (hosts->n == 0) {
        snprintf(out, size, "not host-safe: every node has failed");
    } else if (hosts->n == 1) {
        snprintf(out, size, "not host-safe: everything is on one host");
    } else if (hosts->safe && t->unsafe == 0) {
        snprintf(out, size, "host-safe: whichever host dies, all slots go on being served");
    } else if (hosts->safe) {
        snprintf(out, size, "host-safe, but if %s died slots would wait for a person (nofailover)",
                 worst->host);
    } else if (t->unsafe > 1) {
        snprintf(out, size, "not host-safe: %d of %zu hosts must not be lost", t->unsafe, hosts->n);
    } else if (worst->slots_lost > 0) {
        snprintf(out, size, "not host-safe: the loss of %s alone would cost %d slots", worst->host,
                 worst->slots_lost);
    } else {
        snprintf(out, size, "not host-safe: the loss of %s alone would take the majority with it",
                 worst->host);
    }
}

static void draw_verdict(const Ui *ui, const Scene *s, const HostTable *t, Canvas *c, int x, int y,
                         int w)
{
    char text[HOLD_HOST_SIZE + 100];
    char hint[64] = "";
    char key[KEY_NAME_SIZE];
    if (ui->has_plan && !s->read_only && !s->move_busy) {
        keys_first(ui->keys, ACT_HEAL, IN_HOSTS, key, sizeof(key));
        snprintf(hint, sizeof(hint), "%s shows what helps", key);
    }
    bool safe = t->h->hosts.safe && t->unsafe == 0;
    Role role = safe ? ROLE_OK : ROLE_WARN;
    char brief[sizeof(text)];
    verdict_text(t, text, sizeof(text));
    short_text(t->h->snapshot, text, brief, sizeof(brief));
    int at = canvas_text(c, x, y, w, role, glyph_text(safe ? GLYPH_OK : GLYPH_WARN, c->ascii));
    draw_cut(c, at + 1, y, w - 2, role, brief);
    if (at + 1 + text_width(brief) + 2 + text_width(hint) <= x + w) {
        canvas_right(c, x + w, y, text_width(hint), ROLE_KEY, hint);
    }
}

// --- the screen

// The page of `x`, as far as it fits.
static void draw_answer(Ui *ui, const Scene *s, const HostTable *t, int host, Canvas *c, Rect r)
{
    WhyAsk ask = {.kind = WHY_LOSS};
    snprintf(ask.host, sizeof(ask.host), "%s", t->hosts[host].name);
    Page page = {.width = r.w, .left_w = WHY_LOSS_LEFT};
    why_fill(&page, t->h->snapshot, why_text(&ui->pane, s, ask), c->ascii);
    page_draw(&page, c, r, 0);
    page_done(&page);
}

static int costs_width(const HostTable *t)
{
    enum { AROUND = 13, COST_WIDTH = 36 };
    return names_width(t) + AROUND + COST_WIDTH;
}

// And below its last row what the signs mean, with a line between them if there is one to spare.
static void draw_grid(const HostsGrid *g, Canvas *c, Rect r)
{
    int rows = g->t->n_shards + 1;
    hosts_grid_draw(g, c, (Rect){r.x, r.y, r.w, r.h - 1});
    hosts_legend_draw(c, r.x, r.y + (rows + 1 < r.h ? rows + 1 : r.h - 1), r.w);
}

// Grid at the left, costs and the page of `x` at the right.
static void draw_beside(Ui *ui, const Scene *s, const HostsGrid *g, int place, Canvas *c, Rect r)
{
    int most = r.w - EDGE - costs_width(g->t);
    int grid_w = hosts_grid_width(g->t);
    grid_w = grid_w < most ? grid_w : most;
    draw_grid(g, c, (Rect){r.x, r.y, grid_w, r.h});
    Rect right = {r.x + grid_w + EDGE, r.y, r.w - grid_w - EDGE, r.h};
    int costs = g->t->n_hosts + 1 < r.h / 2 ? g->t->n_hosts + 1 : r.h / 2;
    canvas_fill(c, (Rect){right.x - 2, r.y, 1, r.h}, ROLE_FRAME, EDGE_CODE);
    draw_costs(ui, g->t, place, c, (Rect){right.x - 1, right.y, right.w + 1, costs});
    draw_answer(ui, s, g->t, g->selected, c,
                (Rect){right.x, r.y + costs + 1, right.w, r.h - costs - 1});
}

// Costs and the page of `x` above, a grid of many hosts below.
static void draw_above(Ui *ui, const Scene *s, const HostsGrid *g, int place, Canvas *c, Rect r)
{
    int rows = g->t->n_shards + 1;
    int grid_h = rows < r.h / 2 ? rows : r.h / 2;
    int top_h = r.h - grid_h - 2;
    int costs_w = costs_width(g->t);
    Rect right = {r.x + costs_w + EDGE, r.y, r.w - costs_w - EDGE, top_h};
    canvas_fill(c, (Rect){right.x - 2, r.y, 1, top_h}, ROLE_FRAME, EDGE_CODE);
    draw_costs(ui, g->t, place, c, (Rect){r.x - 1, r.y, costs_w + 1, top_h});
    draw_answer(ui, s, g->t, g->selected, c, right);
    draw_grid(g, c, (Rect){r.x, r.y + top_h + 1, r.w, grid_h + 1});
}

static void draw_stacked(Ui *ui, const HostsGrid *g, int place, Canvas *c, Rect r)
{
    enum { LINES_AROUND = 4 }; // two headers, a blank line, the legend
    int room = r.h - LINES_AROUND;
    int spare = room - g->t->n_shards;
    int costs = spare > room / 2 ? spare : room / 2;
    costs = g->t->n_hosts < costs ? g->t->n_hosts : costs;
    draw_costs(ui, g->t, place, c, (Rect){r.x - 1, r.y, r.w + 1, costs + 1});
    int top = r.y + costs + 2;
    draw_grid(g, c, (Rect){r.x, top, r.w, r.y + r.h - top});
}

static void hosts_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    HostTable t = host_table(s->health);
    if (t.n_hosts > 0) {
        int place = place_of(ui, &t);
        int host = t.by_loss[place];
        const HostLoss *loss = t.hosts[host].loss;
        const WhatIf *answer =
            whatif_ask(s->health, t.hosts[host].name, loss != NULL ? loss->members : NULL,
                       loss != NULL ? loss->n_members : 0);
        HostsGrid g = {s, &t, answer, host, &ui->hosts_left, &ui->hosts_grid, &ui->spots};
        draw_verdict(ui, s, &t, c, r.x + 1, r.y, r.w - 2);
        Rect below = {r.x + 1, r.y + 2, r.w - 2, r.h - 2};
        bool roomy = c->w >= BESIDE_MIN_W && c->h >= BESIDE_MIN_H;
        if (roomy && hosts_grid_min_width(&t) <= below.w - EDGE - costs_width(&t)) {
            draw_beside(ui, s, &g, place, c, below);
        } else if (roomy) {
            draw_above(ui, s, &g, place, c, below);
        } else {
            below.y -= r.h < 20;
            below.h += r.h < 20;
            draw_stacked(ui, &g, place, c, below);
        }
        whatif_free(answer);
    }
    host_table_done(&t);
    if (s->trouble != NULL && s->trouble[0] != '\0') {
        canvas_mark(c, r, CELL_DIM); // how it was when we last knew
    }
}

static void page_grid(Ui *ui, int direction)
{
    int page = ui->hosts_grid.page > 1 ? ui->hosts_grid.page - 1 : 1;
    ui->hosts_grid.top += direction * page;
    scroll_clamp(&ui->hosts_grid, ui->hosts_grid.page, ui->hosts_grid.total);
}

static void ask_about(Ui *ui, const HostTable *t, int host)
{
    WhyAsk ask = {.kind = WHY_LOSS};
    snprintf(ask.host, sizeof(ask.host), "%s", t->hosts[host].name);
    why_open(ui, ask);
}

static bool hosts_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    (void)out;
    HostTable t = host_table(s->health);
    int place = place_of(ui, &t);
    if (t.n_hosts == 0) {
        host_table_done(&t);
        return false;
    }
    bool taken = true;
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        go_to_place(ui, &t, place + (action == ACT_ROW_DOWN ? 1 : -1));
    } else if (action == ACT_LEFT || action == ACT_RIGHT) {
        go_to_host(ui, &t, t.by_loss[place] + (action == ACT_RIGHT ? 1 : -1));
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        go_to_place(ui, &t, action == ACT_FIRST ? 0 : t.n_hosts - 1);
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        page_grid(ui, action == ACT_PAGE_DOWN ? 1 : -1);
    } else if (action == ACT_WHATIF || action == ACT_CHOOSE) {
        ask_about(ui, &t, t.by_loss[place]);
    } else if (action == ACT_CANCEL) {
        ui->view = &tree_view;
    } else {
        taken = false;
    }
    host_table_done(&t);
    return taken;
}

static bool hosts_choose(Ui *ui, const Scene *s, const Spot *spot)
{
    HostTable t = host_table(s->health);
    bool was_there =
        t.n_hosts > 0 && strcmp(t.hosts[t.by_loss[place_of(ui, &t)]].name, spot->of.host) == 0;
    int host = host_table_find(&t, spot->of.host);
    if (host >= 0) {
        go_to_host(ui, &t, host);
    }
    host_table_done(&t);
    return was_there;
}

const View hosts_view = {
    .name = "hosts",
    .scope = IN_HOSTS,
    .opens = ACT_VIEW_HOSTS,
    .draw = hosts_draw,
    .act = hosts_act,
    .choose = hosts_choose,
};
