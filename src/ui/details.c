// Everything worth knowing about the selected node: beside the tree, or over the whole screen.
#include <stdio.h>
#include <string.h>

#include "details_sheet.h"
#include "rehome/base/text.h"
#include "remedy.h"
#include "words.h"

static void add_state(Sheet *t)
{
    char why[40];
    Words w = node_words(t->s, t->node);
    orphan_words(t->s->health, t->node, why, sizeof(why));
    page_addf(&t->page, "state", w.role, "%s%s%s", w.text, why[0] != '\0' ? ", " : "", why);
    if (t->nh->downtime != NULL) {
        char words[320];
        hold_words(words, sizeof(words), t->nh->downtime, t->s->wall_ms);
        page_add(&t->page, ROLE_DIM, "held", ROLE_BANNER, words);
    }
    if (node_has(t->n, NODE_FAIL) || node_has(t->n, NODE_PFAIL)) {
        char suspect[24] = "";
        if (t->n->fail_views > 0 && t->n->pfail_views > 0) {
            snprintf(suspect, sizeof(suspect), ", %d fail?", t->n->pfail_views);
        }
        bool only_suspected = t->n->fail_views == 0;
        page_addf(&t->page, "views", ROLE_WARN, "%d of %d masters say %s%s",
                  only_suspected ? t->n->pfail_views : t->n->fail_views, t->n->views,
                  only_suspected ? "fail?" : "fail", suspect);
    }
}

// Its own view of the cluster is another one than that of most.
static void add_dissent(Sheet *t)
{
    char key[KEY_NAME_SIZE];
    if (snapshot_view_differs(t->p, t->node)) {
        keys_first(t->ui->keys, ACT_OPINION, IN_DETAILS, key, sizeof(key));
        page_addf(&t->page, "its view", ROLE_WARN, "differs from most%s%s",
                  key[0] != '\0' ? ", see " : "", key);
    }
}

void details_add_wide(Sheet *t, Role role, const char *text)
{
    char brief[400];
    short_text(t->p, text, brief, sizeof(brief));
    page_wide(&t->page, role, brief);
}

// What is wrong with this node, and what to do about it.
static void add_findings(Sheet *t)
{
    const Findings *f = t->s->findings;
    for (size_t i = 0; f != NULL && i < f->n; i++) {
        if (node_id_eq(f->at[i].node, t->n->id)) {
            page_blank(&t->page);
            details_add_wide(t, level_role(f->at[i].severity), f->at[i].text);
            char remedy[400];
            remedy_text(t->ui->keys, t->s, &f->at[i], remedy, sizeof(remedy));
            page_wide(&t->page, ROLE_TEXT, remedy);
        }
    }
}

// How it was over the last half hour, as far as there is room: the newest at the right.
static void add_history(Sheet *t)
{
    static const struct {
        Glyph glyph;
        Role role;
    } signs[] = {
        [WAS_NOT_SEEN] = {GLYPH_SLOT_NONE, ROLE_DIM}, [WAS_WELL] = {GLYPH_OK, ROLE_OK},
        [WAS_COMING] = {GLYPH_SYNC, ROLE_SYNC},       [WAS_UNKNOWN] = {GLYPH_UNKNOWN, ROLE_STALE},
        [WAS_CUT_OFF] = {GLYPH_LINK_DOWN, ROLE_CRIT}, [WAS_ORPHANED] = {GLYPH_ORPHAN, ROLE_ORPHAN},
        [WAS_FAILED] = {GLYPH_FAILED, ROLE_CRIT},
    };
    Was was[HISTORY_CELLS];
    uint8_t roles[HISTORY_CELLS];
    char text[4 * HISTORY_CELLS + 1];
    int room = t->page.width - t->page.left_w;
    int n = room < HISTORY_CELLS ? room : HISTORY_CELLS;
    if (t->s->history == NULL || n < 1) {
        return;
    }
    history_of(t->s->history, t->n->id, was);
    int first = HISTORY_CELLS - n;
    while (first < HISTORY_CELLS - 1 && was[first] == WAS_NOT_SEEN) {
        first++;
    }
    size_t used = 0;
    for (int i = first; i < HISTORY_CELLS; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
                                 glyph_text(signs[was[i]].glyph, t->ascii));
        roles[i - first] = (uint8_t)signs[was[i]].role;
    }
    page_add_signs(&t->page, "history", text, roles);
    page_addf(&t->page, "", ROLE_DIM, "%d s each, the last is now", HISTORY_CELL_MS / 1000);
}

static void fill(Sheet *t)
{
    enum { ROLE_WORD = 9 }; // "  replica"
    const char *alias = t->n->alias;
    const char *gap = alias[0] != '\0' ? "  " : "";
    int room = t->page.width - ROLE_WORD - text_width(alias) - text_width(gap);
    const char *addr = text_width(t->n->addr) <= room ? t->n->addr : t->n->brief;
    page_title(&t->page, arena_printf(page_arena(&t->page), "%s%s%s  %s", alias, gap, addr,
                                      t->nh->is_master ? "master" : "replica"));
    if (addr != t->n->addr) {
        page_add(&t->page, ROLE_DIM, "address", ROLE_TEXT, t->n->addr);
    }
    add_state(t);
    add_dissent(t);
    add_history(t);
    if (t->ui->view != &problems_view) { // which says it already
        add_findings(t);
    }
    // What is urgent comes first: beside the tree there may be no room for the rest.
    bool urgent = t->nh->is_master && t->nh->master == STATE_ORPHANED;
    if (urgent) {
        details_add_moves(t);
    }
    details_add_facts(t);
    page_add(&t->page, ROLE_DIM, "id", ROLE_TEXT, t->n->id.hex);
    if (!urgent) {
        details_add_moves(t);
    }
}

// Beside a list: from the first line on, and how to see what there is no room for.
static void draw_beginning(const Sheet *t, Canvas *c, Rect r)
{
    int hidden = t->page.n - r.h;
    page_draw(&t->page, c, (Rect){r.x, r.y, r.w, r.h - (hidden > 0)}, 0);
    if (hidden > 0) {
        char key[KEY_NAME_SIZE];
        keys_first(t->ui->keys, ACT_DETAILS, ui_scope(t->ui), key, sizeof(key));
        canvas_textf(c, r.x, r.y + r.h - 1, r.w, ROLE_DIM, "%d more lines%s%s", hidden + 1,
                     key[0] != '\0' ? ": " : "", key);
    }
}

void details_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { LEFT_WIDTH = 10 };
    int node = ui_selected(ui, s);
    if (node < 0) {
        return;
    }
    const Snapshot *p = s->health->snapshot;
    Sheet t = {
        .ui = ui,
        .s = s,
        .p = p,
        .n = &p->nodes[node],
        .nh = &s->health->of[node],
        .node = node,
        .ascii = c->ascii,
        .page = {.width = r.w, .left_w = LEFT_WIDTH},
    };
    fill(&t);
    if (ui->details) {
        scroll_place(&ui->details_page, r, t.page.n);
        page_draw(&t.page, c, r, ui->details_page.top);
    } else {
        draw_beginning(&t, c, r);
    }
    page_done(&t.page);
}
