#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dialog_parts.h"
#include "preview.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { BOX_MAX_W = 80, LEFT_WIDTH = 6, SMALL_W = 60, SMALL_H = 15, TREE_MAX = 6 };

static int64_t left_ms(const Dialog *d, const Scene *s)
{
    int64_t left = d->opened_ms + COUNTDOWN_MS - s->now_ms;
    return left < 0 ? 0 : left > COUNTDOWN_MS ? COUNTDOWN_MS : left;
}

// The address, where it leaves room for a few words behind it; the command line has it anyway.
static const char *address_of(const Page *page, const Cast *cast, int node)
{
    enum { WORDS_BEHIND = 26 };
    const Node *n = &cast->p->nodes[node];
    return text_width(n->addr) <= page->width - page->left_w - WORDS_BEHIND ? n->addr : n->brief;
}

static void add_nodes(Page *page, const Cast *cast)
{
    const NodeHealth *dh = &cast->s->health->of[cast->donor];
    const NodeHealth *th = &cast->s->health->of[cast->target];
    Words state = master_words(cast->s, cast->target);
    page_addf(page, "move", ROLE_REPLICA, "%s", address_of(page, cast, cast->replica));
    page_addf(page, "from", ROLE_TEXT, "%s   keeps %d working replica%s",
              address_of(page, cast, cast->donor), dh->working - 1, plural(dh->working - 1));
    page_addf(page, "to", state.role == ROLE_ORPHAN ? ROLE_ORPHAN : ROLE_TEXT, "%s   %s",
              address_of(page, cast, cast->target),
              th->master == STATE_ORPHANED ? state.text
              : th->master == STATE_EMPTY  ? "which owns no slots: nothing to protect"
                                           : "which has working ones already");
}

// What keeps the donor on another host than its own, once the replica has left.
static bool donor_stays_diverse(const Cast *cast)
{
    const Node *d = &cast->p->nodes[cast->donor];
    for (size_t i = 0; i < d->n_replicas; i++) {
        const NodeHealth *rh = &cast->s->health->of[d->replicas[i]];
        if (d->replicas[i] != cast->replica && rh->replica == REPLICA_WORKING && !rh->same_host) {
            return true;
        }
    }
    return false;
}

static void add_risks(Page *page, const Cast *cast)
{
    const Node *r = &cast->p->nodes[cast->replica];
    const Node *t = &cast->p->nodes[cast->target];
    const char *left = "risk";
    if (r->host[0] != '\0' && strcmp(r->host, t->host) == 0) {
        page_addf(page, left, ROLE_WARN, "SAME HOST as %s: losing %s takes both copies",
                  cast->target_name, r->host);
        left = "";
    }
    if (!donor_stays_diverse(cast)) {
        page_addf(page, left, ROLE_WARN, "what %s keeps is on its own host", cast->donor_name);
        left = "";
    }
    page_addf(page, left, ROLE_TEXT, "until it is in sync, %s protects neither master",
              cast->replica_name);
}

// The key that commits. Esc needs no asking after: it always stops.
static const char *yes_key(const Ui *ui, char *out, size_t size)
{
    return keys_first(ui->keys, ACT_CONFIRM, IN_CONFIRM, out, size);
}

void dialog_countdown(const Ui *ui, const Scene *s, Canvas *c, int x, int y, int w)
{
    const Dialog *d = &ui->dialog;
    char text[80];
    char yes[KEY_NAME_SIZE];
    yes_key(ui, yes, sizeof(yes));
    int64_t left = left_ms(d, s);
    if (d->counting) {
        snprintf(text, sizeof(text), "in %" PRId64 " s   Esc stops it%s%s%s", (left + 999) / 1000,
                 d->wrong_key ? ", " : "", d->wrong_key ? yes : "", d->wrong_key ? " is now" : "");
    } else {
        snprintf(text, sizeof(text), "%s moves %s, Esc does not", yes,
                 d->kind == DIALOG_MOVE ? "it" : "them");
    }
    int width = text_width(text);
    if (d->counting && w - width - 4 > 4) {
        int bar = w - 31;
        bar = bar < 4 ? 4 : bar;
        canvas_text(c, x, y, 1, ROLE_DIM, glyph_text(GLYPH_BAR_LEFT, c->ascii));
        canvas_bar(c, x + 1, y, bar, ROLE_MOVING,
                   (int)((COUNTDOWN_MS - left) * 1000 / COUNTDOWN_MS));
        canvas_text(c, x + 1 + bar, y, 1, ROLE_DIM, glyph_text(GLYPH_BAR_RIGHT, c->ascii));
        x += bar + 3;
        w -= bar + 3;
    }
    canvas_text(c, x, y, w, d->wrong_key ? ROLE_BANNER : ROLE_KEY, text);
}

Rect dialog_box(Canvas *c, int w, int h, Role frame, const char *title)
{
    int top = (c->h - h) / 2;
    Rect box = {(c->w - w) / 2, top < 2 && h + 3 <= c->h ? 2 : top, w, h};
    canvas_mark(c, (Rect){0, 2, c->w, c->h - 3}, CELL_DIM); // not the header, nor the keys
    canvas_fill(c, box, ROLE_TEXT, ' ');
    for (int y = box.y; y < box.y + box.h; y++) { // what was marked below shows no more
        for (int x = box.x; x < box.x + box.w; x++) {
            c->cells[(size_t)y * (size_t)c->w + (size_t)x].flags = 0;
        }
    }
    canvas_box(c, box, frame, title);
    return (Rect){box.x + 2, box.y + 1, box.w - 4, box.h - 2};
}

int dialog_width(const Canvas *c)
{
    return c->w < BOX_MAX_W ? c->w : BOX_MAX_W; // no slivers of what is below at its sides
}

static void title_of(const Dialog *d, const Cast *cast, char *out, size_t size)
{
    if (d->spec.origin == ORIGIN_UNDO) {
        snprintf(out, size, "Undo: %s back to %s", cast->replica_name, cast->target_name);
    } else if (d->spec.purpose == PURPOSE_HEAL) {
        snprintf(out, size, "Give %s the spare %s", cast->target_name, cast->replica_name);
    } else {
        snprintf(out, size, "Move %s to %s", cast->replica_name, cast->target_name);
    }
}

static void fill_move(Page *page, const Dialog *d, const Cast *cast)
{
    char cost[16];
    add_nodes(page, cast);
    char why[sizeof(d->reason)];
    short_text(cast->p, d->reason, why, sizeof(why));
    first_clauses(why, page->width - page->left_w);
    page_add(page, ROLE_DIM, "why", ROLE_TEXT, why);
    page_addf(page, "cost", ROLE_TEXT, "copies %s from %s, which forks for it",
              format_bytes(cost, sizeof(cost), d->cost_bytes), cast->target_name);
    add_risks(page, cast);
}

static void draw_move(const Ui *ui, const Scene *s, Canvas *c)
{
    const Dialog *d = &ui->dialog;
    Cast cast;
    if (!cast_of(s, &d->spec, &cast)) {
        return;
    }
    int w = dialog_width(c);
    Page text = {.width = w - 4, .left_w = LEFT_WIDTH};
    Page command = {.width = w - 4};
    fill_move(&text, d, &cast);
    page_wide(&command, ROLE_DIM, d->command);

    int fixed = text.n + command.n + 1;
    int tree = preview_height(&cast);
    tree = tree > 2 * TREE_MAX ? 2 * TREE_MAX : tree;
    int most = c->h > 20 ? c->h - 3 : c->h; // the header and the keys stay in sight
    int room = most - 2 - fixed;
    int gaps = room - tree >= 3 ? 3 : room - tree >= 0 ? room - tree : 0;
    tree = tree <= room ? tree : room < 8 ? 0 : room; // half a tree explains nothing
    int h = fixed + tree + gaps + 2;
    h = h > most ? most : h;

    char title[160];
    title_of(d, &cast, title, sizeof(title));
    Rect in = dialog_box(c, w, h, ROLE_MOVING, title);
    int y = in.y + page_draw(&text, c, (Rect){in.x, in.y, in.w, in.h - 1}, 0) + (gaps > 0);
    if (tree > 0) {
        preview_draw(&cast, c, (Rect){in.x, y, in.w, tree});
        y += tree + (gaps > 1);
    }
    page_draw(&command, c, (Rect){in.x, y, in.w, in.y + in.h - 1 - y}, 0);
    dialog_countdown(ui, s, c, in.x, in.y + in.h - 1, in.w);
    page_done(&text);
    page_done(&command);
}

static void draw_page(Canvas *c, Page *page, Role frame, const char *title)
{
    int h = page->n + 2 < c->h ? page->n + 2 : c->h;
    Rect in = dialog_box(c, page->width + 4, h, frame, title);
    page_draw(page, c, in, 0);
    page_done(page);
}

static void draw_refused(const Ui *ui, const Scene *s, Canvas *c)
{
    const Dialog *d = &ui->dialog;
    Page page = {.width = dialog_width(c) - 4, .left_w = 22};
    char name[NAME_MAX_BYTES];
    char title[160];
    short_name_of(s->health->snapshot, d->spec.target, d->spec.target_addr, name, sizeof(name));
    snprintf(title, sizeof(title), "No spare for %s", name);
    page_wide(&page, ROLE_WARN, d->reason);
    if (d->n_refusals > 0) {
        page_blank(&page);
    }
    int shown = d->n_refusals < DIALOG_REFUSALS ? d->n_refusals : DIALOG_REFUSALS;
    int widest = 0;
    for (int i = 0; i < shown; i++) {
        int width = text_width(d->refusal[i].who);
        widest = width > widest ? width : widest;
    }
    page.left_w = widest + 2 < page.width / 2 ? widest + 2 : page.width / 2;
    for (int i = 0; i < shown; i++) {
        char text[sizeof(d->refusal[i].text)];
        short_text(s->health->snapshot, d->refusal[i].text, text, sizeof(text));
        page_add(&page, ROLE_REPLICA, d->refusal[i].who, ROLE_TEXT, text);
    }
    if (d->n_refusals > shown) {
        page_addf(&page, "", ROLE_DIM, "and %d more", d->n_refusals - shown);
    }
    page_blank(&page);
    page_wide(&page, ROLE_KEY, "any key closes this");
    draw_page(c, &page, ROLE_WARN, title);
}

// The last line of a question: what y does, and what Esc.
static void add_answers(Page *page, const Ui *ui, const char *words)
{
    char text[96];
    char yes[KEY_NAME_SIZE];
    snprintf(text, sizeof(text), "%s %s", yes_key(ui, yes, sizeof(yes)), words);
    page_wide(page, ui->dialog.wrong_key ? ROLE_BANNER : ROLE_KEY, text);
}

static void draw_auto(const Ui *ui, const Scene *s, Canvas *c)
{
    const Automatic *a = s->automatic;
    int w = dialog_width(c) < 64 ? dialog_width(c) : 64;
    Page page = {.width = w - 4, .left_w = LEFT_WIDTH + 3};
    char grace[16];
    page_wide(&page, ROLE_TEXT, "rehome will move spares to orphaned masters by itself.");
    page_blank(&page);
    page_addf(&page, "waits", ROLE_TEXT, "%s after a master became orphaned",
              format_seconds(grace, sizeof(grace), a->limits.grace_ms));
    page_addf(&page, "at most", ROLE_TEXT, "%d move%s an hour, then it stops itself",
              a->limits.max_moves_per_hour, plural(a->limits.max_moves_per_hour));
    page_addf(&page, "never", ROLE_TEXT, "promotes, forgets, resets or flushes");
    if (s->health != NULL && s->health->snapshot->server_migration == TRI_YES) {
        page_addf(&page, "note", ROLE_WARN, "the servers' own migration is ON: both may act");
    }
    page_blank(&page);
    add_answers(&page, ui, "lets it act, Esc goes on observing");
    draw_page(c, &page, ROLE_WARN, "Automatic mode: act");
}

static void draw_quit(const Ui *ui, const Scene *s, Canvas *c)
{
    int w = dialog_width(c) < 64 ? dialog_width(c) : 64;
    Page page = {.width = w - 4, .left_w = LEFT_WIDTH};
    page_wide(&page, ROLE_TEXT,
              "A move is under way. The servers go on with it without us, but nobody verifies the "
              "outcome "
              "until rehome runs again.");
    if (s->queue != NULL && queue_count(s->queue, QUEUED_WAITS) > 0) {
        page_wide(&page, ROLE_WARN, "What waits in the queue will not be made.");
    }
    page_blank(&page);
    add_answers(&page, ui, "leaves, Esc stays");
    draw_page(c, &page, ROLE_WARN, "Leave now?");
}

static void draw_hold(const Ui *ui, Canvas *c)
{
    int w = dialog_width(c) < 76 ? dialog_width(c) : 76;
    const HoldForm *form = &ui->dialog.form;
    Rect in = dialog_box(c, w, hold_form_height(form) + 2, ROLE_WARN,
                         form->scope == OF_ALL ? "Pause automatic mode" : "Downtime");
    hold_form_draw(form, c, in);
}

static const char *end_words(const Dialog *d)
{
    return d->held.kind == HOLD_PAUSE ? "lets automatic mode go on, Esc leaves it paused"
                                      : "ends the downtime, Esc leaves it";
}

static void draw_end_hold(const Ui *ui, Canvas *c)
{
    const Dialog *d = &ui->dialog;
    int w = dialog_width(c) < 64 ? dialog_width(c) : 64;
    Page page = {.width = w - 4, .left_w = LEFT_WIDTH};
    page_wide(&page, ROLE_TEXT, d->reason);
    page_blank(&page);
    add_answers(&page, ui, end_words(d));
    draw_page(c, &page, ROLE_WARN, d->held.kind == HOLD_PAUSE ? "Go on?" : "End the downtime?");
}

// One line at the bottom, for screens without room for a box.
static void draw_prompt(const Ui *ui, const Scene *s, Canvas *c)
{
    const Dialog *d = &ui->dialog;
    char text[256] = "";
    char yes[KEY_NAME_SIZE];
    Cast cast;
    yes_key(ui, yes, sizeof(yes));
    switch (d->kind) {
    case DIALOG_MOVE:
        if (cast_of(s, &d->spec, &cast)) {
            int seconds = (int)((left_ms(d, s) + 999) / 1000);
            if (d->counting) {
                snprintf(text, sizeof(text), "Esc stops! %d s: %s %s %s", seconds,
                         cast.replica_name, glyph_text(GLYPH_ARROW, c->ascii), cast.target_name);
            } else {
                snprintf(text, sizeof(text), "%s/Esc? %s %s %s", yes, cast.replica_name,
                         glyph_text(GLYPH_ARROW, c->ascii), cast.target_name);
            }
        }
        break;
    case DIALOG_QUEUE:
    case DIALOG_HEAL:
        if (d->counting) {
            int seconds = (int)((left_ms(d, s) + 999) / 1000);
            snprintf(text, sizeof(text), "Esc stops! %d s: %d move%s", seconds, ui->bulk.n,
                     plural(ui->bulk.n));
        } else {
            snprintf(text, sizeof(text), "%s/Esc? %d move%s", yes, ui->bulk.n, plural(ui->bulk.n));
        }
        break;
    case DIALOG_REFUSED:
        snprintf(text, sizeof(text), "%s", d->reason);
        break;
    case DIALOG_AUTO:
        snprintf(text, sizeof(text), "%s/Esc? automatic mode acts", yes);
        break;
    case DIALOG_QUIT:
        snprintf(text, sizeof(text), "%s/Esc? a move is under way: leave", yes);
        break;
    case DIALOG_HOLD:
        hold_form_line(&d->form, c, c->h - 1);
        return;
    case DIALOG_END_HOLD:
        snprintf(text, sizeof(text), "%s/Esc? end it: %s", yes, d->reason);
        break;
    case DIALOG_NONE:
        return;
    }
    canvas_fill(c, (Rect){0, c->h - 1, c->w, 1}, ROLE_BANNER, ' ');
    canvas_text(c, 0, c->h - 1, c->w, ROLE_BANNER, text);
}

void dialog_draw(Ui *ui, const Scene *s, Canvas *c)
{
    if (ui->dialog.kind == DIALOG_NONE) {
        return;
    }
    if (c->w < SMALL_W || c->h < SMALL_H) {
        draw_prompt(ui, s, c);
        return;
    }
    switch (ui->dialog.kind) {
    case DIALOG_MOVE:
        draw_move(ui, s, c);
        break;
    case DIALOG_QUEUE:
        bulk_draw(ui, s, c);
        break;
    case DIALOG_HEAL:
        review_draw(ui, s, c);
        break;
    case DIALOG_REFUSED:
        draw_refused(ui, s, c);
        break;
    case DIALOG_AUTO:
        draw_auto(ui, s, c);
        break;
    case DIALOG_QUIT:
        draw_quit(ui, s, c);
        break;
    case DIALOG_HOLD:
        draw_hold(ui, c);
        break;
    case DIALOG_END_HOLD:
        draw_end_hold(ui, c);
        break;
    case DIALOG_NONE:
        break;
    }
}
