#include "term_palette.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>

#include "rehome/base/strbuf.h"
#include "rehome/ui/theme.h"

enum { FIRST = 16, ENTRIES = 256 };

static struct {
    const char *initc; // NULL: entries cannot be set
    bool taken[ENTRIES];
    int32_t rgb[ENTRIES];
    StrBuf set, reset;
} palette;

static bool is_promised(void)
{
    const char *promise = getenv("COLORTERM");
    return promise != NULL && (strcmp(promise, "truecolor") == 0 || strcmp(promise, "24bit") == 0);
}

void palette_start(const char *initc)
{
    // What is taken back entry by entry is xterm's: others could only take back all of them, and
    // with them what somebody's shell has set.
    static const char xterms[] = "\033]4;";
    bool is_xterms = initc != NULL && strncmp(initc, xterms, sizeof(xterms) - 1) == 0;
    palette.initc = is_xterms && is_promised() ? initc : NULL;
    memset(palette.taken, 0, sizeof(palette.taken));
    strbuf_clear(&palette.set);
    strbuf_clear(&palette.reset);
}

static int square(int a, int b)
{
    return (a - b) * (a - b);
}

static int distance(int32_t a, int32_t b)
{
    return square(a >> 16 & 0xFF, b >> 16 & 0xFF) + square(a >> 8 & 0xFF, b >> 8 & 0xFF) +
           square(a & 0xFF, b & 0xFF);
}

// The nearest entry that is this colour's or nobody's.
static int find_entry(int32_t rgb)
{
    int best = theme_nearest_256(rgb);
    int least = -1;
    for (int i = FIRST; i < ENTRIES; i++) {
        int d = distance(rgb, theme_rgb_of_256(i));
        if (palette.taken[i] && palette.rgb[i] == rgb) {
            return i;
        }
        if (!palette.taken[i] && (least < 0 || d < least)) {
            best = i;
            least = d;
        }
    }
    return best;
}

// Thousandths that a terminal's division brings back to the same byte.
static long thousandths(int32_t byte)
{
    return ((long)byte * 1000 + 254) / 255;
}

static void set_entry(int index, int32_t rgb)
{
    palette.taken[index] = true;
    palette.rgb[index] = rgb;
    if (theme_rgb_of_256(index) == rgb) {
        return; // as it is
    }
    strbuf_add(&palette.set,
               tparm(palette.initc, (long)index, thousandths(rgb >> 16 & 0xFF),
                     thousandths(rgb >> 8 & 0xFF), thousandths(rgb & 0xFF), 0L, 0L, 0L, 0L, 0L));
    strbuf_addf(&palette.reset, "\033]104;%d\007", index);
}

int palette_index(int32_t rgb)
{
    if (palette.initc == NULL || rgb == COLOUR_DEFAULT || rgb >= COLOUR_NAMED) {
        return theme_nearest_256(rgb);
    }
    int index = find_entry(rgb);
    if (!palette.taken[index]) {
        set_entry(index, rgb);
    }
    return index;
}

const char *palette_set_text(void)
{
    return strbuf_text(&palette.set);
}

const char *palette_reset_text(void)
{
    return strbuf_text(&palette.reset);
}

void palette_stop(void)
{
    palette_start(NULL);
    strbuf_done(&palette.set);
    strbuf_done(&palette.reset);
}
