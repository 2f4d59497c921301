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
    *f = (Freeze){0};
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
    draw_cut(c, x + 1, y, c->w - x - 2, ROLE_BANNER, "any key thaws, no more");
}

static void copy_cells(const Canvas *from, Canvas *to)
{
    canvas_clear(to);
    for (int y = 0; y < from->h && y < to->h; y++) {
        for (int x = 0; x < from->w && x < to->w; x++) {
            to->cells[(size_t)y * (size_t)to->w + (size_t)x] =
                from->cells[(size_t)y * (size_t)from->w + (size_t)x];
        }
    }
}

bool freeze_draw(Ui *ui, const Scene *s, Canvas *c)
{
    if (ui->freeze.picture == NULL) {
        return false;
    }
    copy_cells(ui->freeze.picture, c);
    draw_mark(ui, s, c);
    return true;
}

void freeze_take(Ui *ui, const Scene *s, Canvas *c)
{
    if (ui->freeze.since_ms == 0) {
        return;
    }
    ui->freeze.picture = canvas_new(c->w, c->h, c->ascii);
    copy_cells(c, ui->freeze.picture);
    draw_mark(ui, s, c);
}
