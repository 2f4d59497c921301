// Screens that have no tree: too small for it, or without a cluster.
#include <stdio.h>

#include "page.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

static void draw_counts(const Scene *s, Canvas *c)
{
    const Health *h = s->health;
    const Snapshot *p = h->snapshot;
    bool lost = p->state_known && !p->state_ok;
    int x = 0;
    if (c->w >= 16) {
        x = canvas_text(c, x, 0, c->w, lost ? ROLE_CRIT : ROLE_OK, lost ? "FAIL" : "OK") + 1;
    }
    const char *glyph = glyph_text(h->orphaned > 0 ? GLYPH_ORPHAN : GLYPH_OK, c->ascii);
    Role role = h->orphaned > 0 ? ROLE_ORPHAN : ROLE_OK;
    x = canvas_textf(c, x, 0, c->w - x, role, c->w >= 16 ? "%s %d orphaned" : "%s%d", glyph,
                     h->orphaned);
    size_t denied = 0;
    size_t silent = count_silent(h, &denied);
    char words[32];
    snprintf(words, sizeof(words), "%zu %s", silent > 0 ? silent : denied,
             silent > 0 ? "silent" : "denied");
    if (silent + denied > 0 && x + 2 + text_width(words) <= c->w) {
        x = canvas_text(c, x + 2, 0, c->w - x - 2, ROLE_WARN, words);
    }
    char counts[64];
    snprintf(counts, sizeof(counts), "%zuM %zuR  %d spare%s", p->n_masters, p->n_replicas,
             h->spares, plural(h->spares));
    if (x + 2 + text_width(counts) <= c->w) {
        canvas_text(c, x + 2, 0, c->w - x - 2, ROLE_TEXT, counts);
    }
}

// "▲ :7001 ORPHANED 00:12 its replica failed", as much of it as fits whole.
static void draw_orphan(const Scene *s, Canvas *c, int y, int node)
{
    char name[NAME_MAX_BYTES];
    char why[40];
    Words w = master_words(s, node);
    short_name(s->health->snapshot, node, name, sizeof(name));
    orphan_words(s->health, node, why, sizeof(why));
    int x = canvas_textf(c, 0, y, c->w, w.role, "%s ", glyph_text(w.glyph, c->ascii));
    x = canvas_text_middle(c, x, y, c->w - x, w.role, name);
    const char *more[] = {w.text, why};
    for (size_t i = 0; i < 2; i++) {
        if (x + 1 + text_width(more[i]) <= c->w) {
            x = canvas_textf(c, x, y, c->w - x, w.role, " %s", more[i]);
        }
    }
}

// The last line: what was said last, or how to see more. False: it stays free.
static bool draw_hint(const Ui *ui, const Scene *s, Canvas *c)
{
    char text[64];
    if (ui->note[0] != '\0' && s->now_ms < ui->note_until_ms) {
        draw_cut(c, 0, c->h - 1, c->w, level_role(ui->note_level), ui->note);
        return true;
    }
    if (s->replay != NULL) {
        char clock[16];
        snprintf(text, sizeof(text), "REPLAY %s %s", format_wall(clock, sizeof(clock), s->wall_ms),
                 s->replay->speed);
        canvas_fill(c, (Rect){0, c->h - 1, c->w, 1}, ROLE_BANNER, ' ');
        draw_cut(c, 0, c->h - 1, c->w, ROLE_BANNER, text);
        return true;
    }
    if (s->health->pause != NULL) {
        char words[320];
        canvas_fill(c, (Rect){0, c->h - 1, c->w, 1}, ROLE_BANNER, ' ');
        draw_cut(c, 0, c->h - 1, c->w, ROLE_BANNER,
                 hold_words(words, sizeof(words), s->health->pause, s->wall_ms));
        return true;
    }
    snprintf(text, sizeof(text), "enlarge to 60x15 for the tree (now %dx%d)", c->w, c->h);
    if (text_width(text) > c->w) {
        snprintf(text, sizeof(text), "enlarge to 60x15");
    }
    if (text_width(text) <= c->w) {
        canvas_text(c, 0, c->h - 1, c->w, ROLE_DIM, text);
    }
    return text_width(text) <= c->w;
}

void small_draw(const Ui *ui, const Scene *s, Canvas *c)
{
    if (s->health == NULL) {
        trouble_draw(s, c, (Rect){0, 0, c->w, c->h});
        return;
    }
    draw_counts(s, c);
    bool hint = c->h > 1 && draw_hint(ui, s, c);
    for (size_t i = 0; i < s->plan->n_orphans && 1 + (int)i < c->h - hint; i++) {
        draw_orphan(s, c, 1 + (int)i, s->plan->at[i].target);
    }
}

void trouble_draw(const Scene *s, Canvas *c, Rect r)
{
    enum { WIDEST = 68 };
    int width = r.w - 2 < WIDEST ? r.w - 2 : WIDEST;
    Page page = {.width = width > 1 ? width : 1};
    bool trouble = s->trouble != NULL && s->trouble[0] != '\0';
    page_wide(&page, trouble ? ROLE_WARN : ROLE_TITLE,
              trouble ? "No cluster to show" : "Looking for the cluster");
    page_blank(&page);
    if (trouble) {
        page_wide(&page, ROLE_TEXT, s->trouble);
        page_blank(&page);
    }
    if (s->seeds != NULL && s->seeds[0] != '\0') {
        char text[512];
        snprintf(text, sizeof(text), "trying %s", s->seeds);
        page_wide(&page, ROLE_DIM, text);
    }
    page_wide(&page, ROLE_DIM, "q quits");
    int h = page.n < r.h ? page.n : r.h;
    int x = r.x + (r.w - page.width) / 2;
    page_draw(&page, c, (Rect){x, r.y + (r.h - h) / 2, page.width, h}, 0);
    page_done(&page);
}
