#include "find.h"

#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

// What a search has found, in the order of the tree, also below folds.
typedef struct {
    int *node;
    int n;
    int first; // at or behind the cursor
    int at;    // the cursor itself is this one; -1: it is none
} Hits;

static void add_hit(Hits *hits, const Ui *ui, const Snapshot *p, int node, bool behind, bool here)
{
    if (!filter_finds(ui->find.search, &p->nodes[node])) {
        return;
    }
    if (!behind) {
        hits->first = hits->n + 1;
    }
    if (here) {
        hits->at = hits->n;
        hits->first = hits->n;
    }
    hits->node[hits->n++] = node;
}

static Hits find_hits(Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    Hits hits = {.node = mem_array(p->n_nodes + 1, sizeof(int)), .at = -1};
    int total = 0;
    for (int i = 0; i < ui->rows.n; i++) {
        const Row *row = &ui->rows.at[i];
        if (row->kind == ROW_NOTE) {
            continue;
        }
        add_hit(&hits, ui, p, row->node, i >= ui->cursor_row, i == ui->cursor_row);
        const Node *n = &p->nodes[row->node];
        for (size_t k = 0; row->folded > 0 && k < n->n_replicas; k++) {
            add_hit(&hits, ui, p, n->replicas[k], i >= ui->cursor_row, false);
        }
    }
    for (size_t i = 0; i < p->n_nodes; i++) {
        total += filter_finds(ui->find.search, &p->nodes[i]);
    }
    ui->find.hits = hits.n;
    ui->find.elsewhere = total - hits.n;
    return hits;
}

static void go_to_hit(Ui *ui, const Scene *s, const Hits *hits, int at)
{
    const Snapshot *p = s->health->snapshot;
    const Node *n = &p->nodes[hits->node[at]];
    ui->find.nth = at + 1;
    if (rows_find(&ui->rows, p, n->id) < 0 && n->master >= 0) {
        folds_set(&ui->folds, p->nodes[n->master].id, false);
        ui_reshape(ui);
    }
    ui_select(ui, n->id);
    ui_settle(ui, s);
}

// The hit at the cursor or behind it, while it is typed.
static void search_from(Ui *ui, const Scene *s, NodeId from)
{
    ui_select(ui, from);
    ui_settle(ui, s);
    Hits hits = find_hits(ui, s);
    ui->find.nth = 0;
    if (hits.n > 0) {
        go_to_hit(ui, s, &hits, hits.first < hits.n ? hits.first : 0);
    }
    mem_free(hits.node);
}

void find_step(Ui *ui, const Scene *s, int direction)
{
    if (ui->find.search[0] == '\0') {
        ui_note(ui, s, LEVEL_INFO, "nothing is searched for: begin with /");
        return;
    }
    Hits hits = find_hits(ui, s);
    if (hits.n > 0) {
        int to = direction < 0 ? hits.first - 1 : hits.at >= 0 ? hits.at + 1 : hits.first;
        bool wraps = to < 0 || to >= hits.n;
        to = to < 0 ? hits.n - 1 : to >= hits.n ? 0 : to;
        go_to_hit(ui, s, &hits, to);
        ui_note(ui, s, LEVEL_INFO, "%.60s: hit %d of %d%s", ui->find.search, to + 1, hits.n,
                !wraps          ? ""
                : direction < 0 ? ", on from the bottom"
                                : ", on from the top");
    } else if (ui->find.elsewhere > 0) {
        ui_note(ui, s, LEVEL_WARNING, "%.60s is only in what is filtered out: %d node%s",
                ui->find.search, ui->find.elsewhere, plural(ui->find.elsewhere));
    } else {
        ui_note(ui, s, LEVEL_WARNING, "%.60s is in no node", ui->find.search);
    }
    mem_free(hits.node);
}

void find_open(Ui *ui, const Scene *s, FindKind kind)
{
    Find *f = &ui->find;
    const char *now = kind == FIND_FILTER ? f->filter : f->search;
    f->typing = kind;
    f->from = ui->cursor;
    f->wrong[0] = '\0';
    snprintf(f->before, sizeof(f->before), "%s", now);
    prompt_set(&f->prompt, kind == FIND_FILTER ? now : "");
    if (kind == FIND_SEARCH) {
        f->search[0] = '\0';
        f->nth = f->hits = f->elsewhere = 0;
    }
    ui_settle(ui, s);
}

static void take_filter(Ui *ui, const char *text)
{
    Find *f = &ui->find;
    Error err = {0};
    f->wrong[0] = '\0';
    if (!filter_parse(sv(text), &f->terms, &err)) {
        snprintf(f->wrong, sizeof(f->wrong), "%s", err.text);
        return;
    }
    snprintf(f->filter, sizeof(f->filter), "%s", f->terms.n > 0 ? text : "");
    ui_reshape(ui);
}

void find_forget(Ui *ui, FindKind kind)
{
    if (kind == FIND_FILTER) {
        take_filter(ui, "");
    } else {
        ui->find.search[0] = '\0';
        ui->find.nth = ui->find.hits = ui->find.elsewhere = 0;
    }
}

// From what is only there for what is below it to what was asked for.
static void leave_context(Ui *ui, const Scene *s)
{
    const Rows *rows = &ui->rows;
    for (int i = 0; i < rows->n; i++) {
        const Row *row = &rows->at[(ui->cursor_row + i) % rows->n];
        if (row->kind != ROW_NOTE && !row->context) {
            ui_select(ui, s->health->snapshot->nodes[row->node].id);
            ui_settle(ui, s);
            return;
        }
    }
}

static void edited(Ui *ui, const Scene *s)
{
    Find *f = &ui->find;
    if (f->typing == FIND_FILTER) {
        ui_select(ui, f->from); // back as soon as it is shown again
        take_filter(ui, f->prompt.text);
        ui_settle(ui, s);
        leave_context(ui, s);
        return;
    }
    snprintf(f->search, sizeof(f->search), "%s", f->prompt.text);
    search_from(ui, s, f->from);
}

static void take_back(Ui *ui, const Scene *s)
{
    Find *f = &ui->find;
    if (f->typing == FIND_FILTER) {
        take_filter(ui, f->before);
    } else {
        snprintf(f->search, sizeof(f->search), "%s", f->before);
    }
    f->typing = FIND_NOTHING;
    ui_select(ui, f->from);
    ui_settle(ui, s);
}

void find_key(Ui *ui, const Scene *s, uint32_t key)
{
    Find *f = &ui->find;
    PromptAnswer answer = prompt_key(&f->prompt, key);
    if (answer == PROMPT_CANCEL || key == KEY_IS_CTRL_C) {
        take_back(ui, s);
    } else if (answer == PROMPT_EDITED) {
        edited(ui, s);
    } else if (answer == PROMPT_COMMIT && f->wrong[0] == '\0') {
        f->typing = FIND_NOTHING;
        if (f->search[0] != '\0' && f->nth == 0) {
            find_step(ui, s, 1); // says why there is none
        }
    } else if (f->typing == FIND_SEARCH && f->search[0] != '\0' &&
               (key == KEY_IS_DOWN || key == KEY_IS_TAB)) {
        find_step(ui, s, 1);
    }
}

void find_draw(const Ui *ui, Canvas *c, int x, int y, int w)
{
    const Find *f = &ui->find;
    char told[sizeof(f->wrong)] = "";
    Role role = ROLE_DIM;
    if (f->wrong[0] != '\0') {
        snprintf(told, sizeof(told), "%s", f->wrong);
        role = ROLE_WARN;
    } else if (f->typing == FIND_FILTER) {
        snprintf(told, sizeof(told), "%d of %d", ui->rows.shown, ui->rows.total);
    } else if (f->search[0] != '\0') {
        role = f->hits > 0 ? ROLE_DIM : ROLE_WARN;
        int n = snprintf(told, sizeof(told), "hit %d of %d", f->nth, f->hits);
        if (f->elsewhere > 0) {
            snprintf(told + n, sizeof(told) - (size_t)n, ", %d filtered out", f->elsewhere);
        }
    }
    int at = canvas_text(c, x, y, w, ROLE_KEY, f->typing == FIND_FILTER ? "filter " : "search ");
    enum { TYPED = 24 };
    int room = x + w - at;
    int told_w = text_width(told) < room - TYPED ? text_width(told) : room - TYPED;
    told_w = told_w > 0 ? told_w : 0;
    draw_cut(c, x + w - told_w, y, told_w, role, told);
    prompt_draw(&f->prompt, c, at, y, room - told_w - (told_w > 0), true);
}
