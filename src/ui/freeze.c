#include "freeze.h"

#include <stdio.h>

#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

void freeze_start(Ui *ui, const Scene *s)
{
    ui->freeze.since_ms = s->now_ms;
    ui->freeze.wall_ms = s->wall_ms;
}

void freeze_end(Freeze *f)
{
    canvas_free(f->picture);
    canvas_free(f->tall);
    *f = (Freeze){0};
}

// "j k: 5-20 of 60; others thaw"
static void keys_words(const Ui *ui, char *out, size_t size)
{
    char down[KEY_NAME_SIZE];
    char up[KEY_NAME_SIZE];
    const Scroll *scroll = &ui->freeze.scroll;
    if (ui->freeze.tall == NULL) {
        snprintf(out, size, "any key thaws, no more");
    } else {
        snprintf(out, size, "%s %s: %d-%d of %d; others thaw",
                 keys_first(ui->keys, ACT_ROW_DOWN, IN_TREE, down, sizeof(down)),
                 keys_first(ui->keys, ACT_ROW_UP, IN_TREE, up, sizeof(up)), scroll->top + 1,
                 scroll->top + scroll->page, scroll->total);
    }
}

// An old picture must not hide that things got worse.
static void draw_mark(const Ui *ui, const Scene *s, Canvas *c)
{
    char age[16];
    char since[16];
    char live[96];
    bool lost = s->health == NULL || (s->trouble != NULL && s->trouble[0] != '\0');
    int orphans = lost ? 0 : s->health->orphaned;
    format_clock(age, sizeof(age), s->now_ms - ui->freeze.since_ms);
    format_wall(since, sizeof(since), ui->freeze.wall_ms);
    if (lost) {
        snprintf(live, sizeof(live), "now NO CONTACT");
    } else {
        snprintf(live, sizeof(live), "now %s %d orphaned",
                 glyph_text(orphans > 0 ? GLYPH_ORPHAN : GLYPH_OK, c->ascii), orphans);
    }
    int y = c->h > 1 ? c->h - 2 : 0;
    canvas_fill(c, (Rect){0, y, c->w, 1}, ROLE_BANNER, ' ');
    int x = canvas_textf(c, 1, y, c->w - 1, ROLE_BANNER, "FROZEN %s since %s  ", age, since);
    x = canvas_textf(c, x, y, c->w - x, orphans > 0 ? ROLE_ORPHAN : ROLE_BANNER, " %s ", live);
    char keys[80];
    keys_words(ui, keys, sizeof(keys));
    draw_cut(c, x + 1, y, c->w - x - 2, ROLE_BANNER, keys);
}

// As much of the cells in from at x, y as there is, to a place in to.
static void copy_cells(const Canvas *from, int x, int y, Canvas *to, Rect r)
{
    for (int dy = 0; dy < r.h && y + dy < from->h && r.y + dy < to->h; dy++) {
        for (int dx = 0; dx < r.w && x + dx < from->w && r.x + dx < to->w; dx++) {
            to->cells[(size_t)(r.y + dy) * (size_t)to->w + (size_t)(r.x + dx)] =
                from->cells[(size_t)(y + dy) * (size_t)from->w + (size_t)(x + dx)];
        }
    }
}

bool freeze_draw(Ui *ui, const Scene *s, Canvas *c)
{
    const Freeze *f = &ui->freeze;
    if (f->picture == NULL) {
        return false;
    }
    canvas_clear(c);
    copy_cells(f->picture, 0, 0, c, (Rect){0, 0, f->picture->w, f->picture->h});
    if (f->tall != NULL) {
        copy_cells(f->tall, f->list.x, f->list.y + f->scroll.top, c, f->scroll.at);
    }
    draw_mark(ui, s, c);
    return true;
}

// All of the list at once, at the width that it has on the screen; what was drawn last stays as it
// is known.
static void take_list(Ui *ui, const Scene *s, const Canvas *c)
{
    enum { AROUND_MAX = 64 }; // lines around a list, however tall the screen
    Freeze *f = &ui->freeze;
    Scroll *scroll = screen_scroll(ui, s);
    if (scroll == NULL || scroll->total <= scroll->page) {
        return;
    }
    Scroll hosts = ui->hosts;
    size_t spots = ui->spots.n;
    f->scroll = *scroll;
    f->tall = canvas_new(c->w, scroll->total + AROUND_MAX, c->ascii);
    Rect all = scroll == &ui->tree ? (Rect){scroll->at.x, 0, scroll->at.w, f->tall->h}
                                   : (Rect){0, 0, f->tall->w, f->tall->h};
    screen_list_draw(ui, s, f->tall, all);
    f->list = scroll->at;
    *scroll = f->scroll;
    ui->hosts = hosts;
    ui->spots.n = spots;
}

void freeze_take(Ui *ui, const Scene *s, Canvas *c, bool has_list)
{
    if (ui->freeze.since_ms == 0) {
        return;
    }
    ui->freeze.picture = canvas_new(c->w, c->h, c->ascii);
    copy_cells(c, 0, 0, ui->freeze.picture, (Rect){0, 0, c->w, c->h});
    if (has_list) {
        take_list(ui, s, c);
    }
    draw_mark(ui, s, c);
}

bool freeze_scroll(Freeze *f, Action action)
{
    return f->tall != NULL && scroll_act(&f->scroll, action);
}
