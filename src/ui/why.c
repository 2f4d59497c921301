#include "why.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "rehome/policy/charge.h"
#include "rehome/policy/opinion.h"
#include "rehome/policy/whatif.h"
#include "view.h"
#include "words.h"

static bool is_fresh(const Why *why, const Scene *s, WhyAsk ask)
{
    return why->text.arena != NULL && why->health == s->health &&
           why->round == s->health->snapshot->round && why->mode == s->automatic->mode &&
           why->brake == s->automatic->brake && why->decisions == s->decisions->n &&
           why->ask.kind == ask.kind && why->ask.serial == ask.serial &&
           strcmp(why->ask.host, ask.host) == 0 && node_id_eq(why->ask.node, ask.node);
}

static void add_head(Explanation *e, const Decision *d)
{
    char clock[16];
    explain_add(e, EXPLAIN_TITLE, 0, "", "At %s automatic mode (%s) %s",
                format_wall(clock, sizeof(clock), d->wall_ms), auto_mode_text(d->mode),
                verdict_words(d->what.verdict));
}

static void add_loss(Explanation *e, const Health *h, WhyAsk ask)
{
    const HostLoss *host = ask.host[0] != '\0' ? host_loss_find(&h->hosts, ask.host) : NULL;
    int node = snapshot_find(h->snapshot, ask.node);
    char what[HOLD_HOST_SIZE + 16]; // an address, too
    if (ask.host[0] != '\0') {
        snprintf(what, sizeof(what), "host %s", ask.host);
    } else if (node >= 0) {
        snprintf(what, sizeof(what), "%s", h->snapshot->nodes[node].addr);
    }
    const WhatIf *answer = host != NULL ? whatif_ask(h, what, host->members, host->n_members)
                                        : whatif_ask(h, what, &node, node >= 0);
    whatif_explain(e, answer);
    whatif_free(answer);
    if (host != NULL) {
        HostPairs pairs = host_pairs(h, e->arena);
        host_pairs_explain(e, &pairs, ask.host);
    }
}

static void add_views(Explanation *e, const Health *h)
{
    Opinions o = opinions_find(h, e->arena);
    opinions_explain(e, h, &o);
}

static void write_text(Explanation *e, const Scene *s, WhyAsk ask)
{
    const Health *h = s->health;
    const Decision *d;
    switch (ask.kind) {
    case WHY_NODE:
        explain_node(e, h, s->plan, s->automatic, snapshot_find(h->snapshot, ask.node));
        break;
    case WHY_NOW:
        explain_decision(e, h, s->plan, s->automatic);
        break;
    case WHY_DECISION:
        d = decisions_find(s->decisions, ask.serial);
        if (d != NULL) {
            add_head(e, d);
            for (size_t i = 0; i < d->why.n; i++) {
                const ExplainLine *line = &d->why.at[i];
                explain_add(e, line->kind, line->indent, line->left, "%s", line->text);
            }
        }
        break;
    case WHY_CHARGE:
        explain_charge(e, h, s->automatic, s->user);
        break;
    case WHY_LOSS:
        add_loss(e, h, ask);
        break;
    case WHY_VIEWS:
        add_views(e, h);
        break;
    case WHY_PANE:
        explain_rules(e, h, s->plan, s->automatic);
        explain_charge(e, h, s->automatic, s->user);
        break;
    case WHY_NOTHING:
        break;
    }
}

const Explanation *why_text(Why *why, const Scene *s, WhyAsk ask)
{
    if (!is_fresh(why, s, ask)) {
        why_done(why);
        *why = (Why){
            .ask = ask,
            .health = s->health,
            .round = s->health->snapshot->round,
            .decisions = s->decisions->n,
            .mode = s->automatic->mode,
            .brake = s->automatic->brake,
            .text = {.arena = arena_new()},
        };
        write_text(&why->text, s, ask);
    }
    return &why->text;
}

void why_done(Why *why)
{
    arena_free(why->text.arena);
    *why = (Why){0};
}

// --- lines

static const struct {
    Role role;      // of the text
    Role left_role; // of the mark and the word at the left
    Glyph glyph;
    const char *mark; // in place of a glyph
} looks[] = {
    [EXPLAIN_TITLE] = {ROLE_TITLE, ROLE_TITLE, GLYPH_OK, ""},
    [EXPLAIN_TEXT] = {ROLE_TEXT, ROLE_DIM, GLYPH_OK, ""},
    [EXPLAIN_GOOD] = {ROLE_TEXT, ROLE_OK, GLYPH_OK, NULL},
    [EXPLAIN_HELD] = {ROLE_WARN, ROLE_WARN, GLYPH_WARN, NULL},
    [EXPLAIN_NOTE] = {ROLE_TEXT, ROLE_DIM, GLYPH_DOT, NULL},
    [EXPLAIN_BAD] = {ROLE_CRIT, ROLE_CRIT, GLYPH_FAILED, NULL},
    [EXPLAIN_CHOSEN] = {ROLE_OK, ROLE_OK, GLYPH_OK, ">"},
    [EXPLAIN_POSSIBLE] = {ROLE_TEXT, ROLE_TEXT, GLYPH_OK, "+"},
    [EXPLAIN_REFUSED] = {ROLE_DIM, ROLE_DIM, GLYPH_OK, "-"},
    [EXPLAIN_COMMAND] = {ROLE_KEY, ROLE_KEY, GLYPH_OK, "$"},
};

static void add_line(Page *page, const Snapshot *p, const ExplainLine *line, bool ascii)
{
    char text[1024];
    char full[1100];
    char left[64];
    if (line->kind == EXPLAIN_COMMAND) { // stays as it is typed
        snprintf(text, sizeof(text), "%s", line->text);
    } else {
        short_text(p, line->text, text, sizeof(text));
    }
    const char *mark = looks[line->kind].mark;
    mark = mark != NULL ? mark : glyph_text(looks[line->kind].glyph, ascii);
    const char *gap = *mark != '\0' ? " " : "";
    if (line->left[0] == '\0') {
        snprintf(full, sizeof(full), "%s%s%s", mark, gap, text);
        page_wide(page, looks[line->kind].role, full);
        return;
    }
    int indent = line->indent > 1 ? 2 * (line->indent - 1) : 0;
    snprintf(left, sizeof(left), "%*s%s%s%s", indent, "", mark, gap, line->left);
    page_add(page, looks[line->kind].left_role, left, looks[line->kind].role, text);
}

void why_fill(Page *page, const Snapshot *p, const Explanation *e, bool ascii)
{
    for (size_t i = 0; i < e->n; i++) {
        const ExplainLine *line = &e->at[i];
        if (line->kind != EXPLAIN_TITLE) {
            add_line(page, p, line, ascii);
            continue;
        }
        char text[256];
        short_text(p, line->text, text, sizeof(text));
        if (page->n > 0) {
            page_blank(page);
        }
        page_title(page, i == 0 && text_width(line->text) <= page->width ? line->text : text);
    }
}

// --- the page

void why_open(Ui *ui, WhyAsk ask)
{
    ui->why_ask = ask;
    ui->why_page = (Scroll){0};
}

void why_close(Ui *ui)
{
    why_open(ui, (WhyAsk){0});
}

void why_check(Ui *ui, const Scene *s)
{
    const WhyAsk *ask = &ui->why_ask;
    if (ask->kind == WHY_NOTHING) {
        return;
    }
    if (s->health == NULL || s->automatic == NULL || s->decisions == NULL) {
        why_close(ui);
    } else if ((ask->kind == WHY_NODE || (ask->kind == WHY_LOSS && ask->host[0] == '\0')) &&
               snapshot_find(s->health->snapshot, ask->node) < 0) {
        ui_note(ui, s, LEVEL_WARNING, "it is no longer part of the cluster");
        why_close(ui);
    } else if (ask->kind == WHY_DECISION && decisions_find(s->decisions, ask->serial) == NULL) {
        ui_note(ui, s, LEVEL_INFO, "that decision is too long ago: it is not kept any more");
        why_close(ui);
    }
}

// As wide as it takes: "120 say" behind its mark.
static int views_left(const Explanation *e)
{
    enum { MARK = 2, GAP = 1 };
    size_t widest = 0;
    for (size_t i = 0; i < e->n; i++) {
        size_t n = strlen(e->at[i].left);
        widest = n > widest ? n : widest;
    }
    return MARK + (int)widest + GAP;
}

void why_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { LEFT_WIDTH = 18 };
    WhyKind kind = ui->why_ask.kind;
    const Explanation *text = why_text(&ui->why, s, ui->why_ask);
    Page page = {.width = r.w,
                 .left_w = kind == WHY_LOSS    ? WHY_LOSS_LEFT
                           : kind == WHY_VIEWS ? views_left(text)
                                               : LEFT_WIDTH};
    why_fill(&page, s->health->snapshot, text, c->ascii);
    scroll_place(&ui->why_page, r, page.n);
    page_draw(&page, c, r, ui->why_page.top);
    page_done(&page);
}
