// The line of a tape: where on it we are, and what happened where.
#include <stdio.h>

#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { MIN_BAR = 10, ROUNDS_FROM = 100 };

static int cell_of(const SceneReplay *r, int64_t at_ms, int w)
{
    int64_t whole = r->end_ms - r->begin_ms;
    int64_t part = at_ms - r->begin_ms;
    if (whole <= 0 || part <= 0) {
        return 0;
    }
    return part >= whole ? w - 1 : (int)((double)part / (double)whole * (w - 1));
}

// Of several events in one place the worst is shown.
static void draw_marks(const SceneReplay *r, Canvas *c, Rect bar)
{
    int cell = -1;
    Level worst = LEVEL_INFO;
    for (size_t i = 0; i < r->n_marks; i++) {
        int at = cell_of(r, r->marks[i].at_ms, bar.w);
        worst = at != cell || r->marks[i].level > worst ? r->marks[i].level : worst;
        cell = at;
        canvas_text(c, bar.x + at, bar.y, 1, level_role(worst),
                    glyph_text(level_glyph(worst), c->ascii));
    }
}

static void draw_bar(const SceneReplay *r, const Scene *s, Canvas *c, Rect bar)
{
    enum { LINE = 0x2500 };
    canvas_fill(c, bar, ROLE_FRAME, c->ascii ? (uint32_t)'-' : LINE);
    draw_marks(r, c, bar);
    canvas_text(c, bar.x + cell_of(r, s->now_ms, bar.w), bar.y, 1, ROLE_CURSOR,
                glyph_text(GLYPH_MARK, c->ascii));
}

void timeline_draw(const Scene *s, Canvas *c, int y)
{
    const SceneReplay *r = s->replay;
    char clock[16];
    char end[32];
    char left[64];
    const char *state = r->is_seeking ? "seeking" : r->is_playing ? "playing" : "paused";
    snprintf(left, sizeof(left), "%-7s %-4s %s", state, r->speed,
             format_wall(clock, sizeof(clock), s->wall_ms));
    format_wall(clock, sizeof(clock), s->wall_ms + (r->end_ms - s->now_ms));
    if (c->w >= ROUNDS_FROM) {
        snprintf(end, sizeof(end), "%s  round %llu of %llu", clock, (unsigned long long)r->round,
                 (unsigned long long)r->rounds);
    } else {
        snprintf(end, sizeof(end), "%s", clock);
    }
    int x = canvas_text(c, 1, y, c->w - 2, r->is_playing ? ROLE_TITLE : ROLE_BANNER, left) + 1;
    int bar = c->w - x - text_width(end) - 2;
    if (bar >= MIN_BAR) {
        draw_bar(r, s, c, (Rect){x, y, bar, 1});
        canvas_text(c, x + bar + 1, y, c->w - x - bar - 2, ROLE_DIM, end);
    }
}
