#include "term_looks.h"

#include "term_palette.h"

typedef enum { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_DIRECT } Depth;

// Of the one terminal of the process.
static struct {
    Depth depth;
    int plain_fg; // of text, in the eight colours
    Look look[ROLE_COUNT];
    Look selected[ROLE_COUNT]; // of cells marked CELL_REVERSE
} looks;

static Depth depth_of(bool no_color)
{
    if (no_color || !has_colors()) {
        return DEPTH_MONO;
    }
    // COLORTERM=truecolor with xterm-256color does not make curses able to say so: see
    // term_palette.h.
    if (COLORS > 256 && tigetflag("RGB") == 1) {
        return DEPTH_DIRECT;
    }
    return COLORS >= 256 ? DEPTH_256 : COLORS >= 16 ? DEPTH_16 : DEPTH_8;
}

static attr_t attrs_of(bool bold, bool underline, bool reverse)
{
    return (bold ? A_BOLD : A_NORMAL) | (underline ? A_UNDERLINE : A_NORMAL) |
           (reverse ? A_REVERSE : A_NORMAL);
}

// Such terminals have the numbers below 8 for the first named colours, and none for the others.
static int direct_colour(int32_t rgb)
{
    enum { BRIGHT = 8, ALMOST_BLACK = 0x010101 };
    if (rgb >= COLOUR_NAMED + BRIGHT) {
        return theme_rgb_of_256(rgb - COLOUR_NAMED);
    }
    return rgb >= COLOUR_NAMED ? rgb - COLOUR_NAMED : rgb >= 0 && rgb < BRIGHT ? ALMOST_BLACK : rgb;
}

// A theme's colour in curses' numbers. Eight colours have no bright ones: bold makes them, but for
// bright black, which could end as black on black and becomes dim instead.
static int colour_of(int32_t rgb, int named, bool is_fg, attr_t *attrs)
{
    enum { BRIGHT = 8 };
    switch (looks.depth) {
    case DEPTH_DIRECT:
        return direct_colour(rgb);
    case DEPTH_256:
        return palette_index(rgb);
    case DEPTH_8:
        if (named < BRIGHT) {
            return named;
        }
        if (is_fg) {
            *attrs |= named == BRIGHT ? A_DIM : A_BOLD;
        }
        return is_fg && named == BRIGHT ? looks.plain_fg : named - BRIGHT;
    case DEPTH_16:
    case DEPTH_MONO:
        break;
    }
    return named;
}

static Look look_of(const Style *s, int pair)
{
    if (looks.depth == DEPTH_MONO) {
        return (Look){.attrs = attrs_of(s->mono_bold, s->mono_underline, s->mono_reverse)};
    }
    Look look = {.attrs = attrs_of(s->bold, s->underline, s->reverse)};
    int fg = colour_of(s->fg, s->fg16, true, &look.attrs);
    int bg = colour_of(s->bg, s->bg16, false, &look.attrs);
    bool is_plain = fg == COLOUR_DEFAULT && bg == COLOUR_DEFAULT;
    if (!is_plain && pair < COLOR_PAIRS && init_extended_pair(pair, fg, bg) == OK) {
        look.pair = (short)pair;
    }
    return look;
}

static bool has_background(const Style *s)
{
    return (looks.depth >= DEPTH_256 ? s->bg : s->bg16) != COLOUR_DEFAULT;
}

// The cursor's row: on a background of its own where the theme has one, so that colours stay what
// they are; otherwise reversed, without colours, as a red letter would turn into an orphan's block.
// What is a block stays one; without any colour it stands out by not being reversed.
static Look selected_of(const Theme *theme, Role role, int pair)
{
    Style s = theme_style(theme, role, true);
    if (looks.depth == DEPTH_MONO) {
        Look look = looks.look[role];
        look.attrs ^= A_REVERSE;
        return look;
    }
    if (has_background(&theme->style[ROLE_SELECTED])) {
        return look_of(&s, pair);
    }
    if (role != ROLE_TEXT && (s.reverse || has_background(&theme->style[role]))) {
        return looks.look[role];
    }
    Look look = looks.look[ROLE_TEXT];
    look.attrs = looks.look[role].attrs ^ A_REVERSE;
    return look;
}

void looks_start(bool no_color)
{
    looks.depth = depth_of(no_color);
}

void looks_take(const Theme *theme, const char *initc)
{
    enum { BRIGHT = 8 };
    palette_start(looks.depth == DEPTH_256 ? initc : NULL);
    int text = theme->style[ROLE_TEXT].fg16;
    looks.plain_fg = text < BRIGHT ? text : text - BRIGHT;
    for (int role = 0; role < ROLE_COUNT; role++) {
        Style s = theme_style(theme, (Role)role, false);
        Look look = look_of(&s, 1 + role);
        if (role == ROLE_DIM && look.attrs == A_NORMAL && look.pair == 0) {
            look.attrs = A_DIM; // no colour to be less loud with
        }
        looks.look[role] = look;
        looks.selected[role] = selected_of(theme, (Role)role, 1 + ROLE_COUNT + role);
    }
}

Look looks_cell(const Cell *cell)
{
    size_t role = (cell->flags & CELL_DIM) != 0 ? ROLE_DIM
                  : cell->role < ROLE_COUNT     ? cell->role
                                                : ROLE_TEXT;
    return (cell->flags & CELL_REVERSE) != 0 ? looks.selected[role] : looks.look[role];
}
