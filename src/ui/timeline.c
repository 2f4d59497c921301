// The line of a tape: where on it we are, and what happened where.
#include <stdio.h>
#include <time.h>

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

// "3:12" or "03:12:30"
static bool read_clock(const char *text, struct tm *out)
{
    StrView rest = sv(text);
    StrView part;
    uint64_t number[3] = {0};
    size_t n = 0;
    while (sv_next(&rest, ':', &part)) {
        if (n == 3 || part.n > 2 || !sv_to_u64(part, &number[n]) ||
            number[n] > (n == 0 ? 23 : 59)) {
            return false;
        }
        n++;
    }
    out->tm_hour = (int)number[0];
    out->tm_min = (int)number[1];
    out->tm_sec = (int)number[2];
    return n >= 2;
}

bool timeline_find(const Scene *s, const char *clock, int64_t *at_ms, Error *err)
{
    enum { MINUTE_MS = 60000 };
    const SceneReplay *r = s->replay;
    int64_t clocks_ms = s->wall_ms - s->now_ms; // between the two
    time_t begin_s = (time_t)((r->begin_ms + clocks_ms) / 1000);
    char begin[16];
    char end[16];
    struct tm tm;
    localtime_r(&begin_s, &tm);
    if (!read_clock(clock, &tm)) {
        return fail(err, ERR_USAGE, "a time is 03:12 or 03:12:30, not '%s'", clock);
    }
    // The first time that the tape has it, or the minute it begins in.
    for (int64_t ms = 0; ms - clocks_ms <= r->end_ms; tm.tm_mday++) {
        struct tm day = tm;
        day.tm_isdst = -1;
        ms = (int64_t)mktime(&day) * 1000;
        if (ms - clocks_ms > r->begin_ms - MINUTE_MS && ms - clocks_ms <= r->end_ms) {
            *at_ms = ms - clocks_ms;
            return true;
        }
    }
    return fail(err, ERR_USAGE, "the tape has no %s: it goes from %s to %s", clock,
                format_wall(begin, sizeof(begin), r->begin_ms + clocks_ms),
                format_wall(end, sizeof(end), r->end_ms + clocks_ms));
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
