#include "rehome/ui/theme.h"

#include <string.h>

#include "rehome/base/mem.h"
#include "theme_parts.h"

static const struct {
    const char *name;
    char letter;
} roles[ROLE_COUNT] = {
#define X(id, key, mark, meaning) [ROLE_##id] = {.name = (key), .letter = (mark)},
    THEME_ROLES(X)
#undef X
};

// In the words of a theme file; themes/dark.theme says the same.
static const char *const default_looks[ROLE_COUNT] = {
    [ROLE_TEXT] = "default",
    [ROLE_DIM] = "#9e9e9e, 16=brightblack",
    [ROLE_TITLE] = "#5fafff bold, 16=brightcyan",
    [ROLE_FRAME] = "#808080, 16=brightblack",
    [ROLE_KEY] = "#d7af5f bold, 16=yellow",
    [ROLE_OK] = "#5faf5f, 16=green",
    [ROLE_SPARE] = "#00afaf, 16=cyan",
    [ROLE_WARN] = "#d7af00, 16=brightyellow, mono=bold",
    [ROLE_CRIT] = "#ff7474 bold, 16=brightred",
    [ROLE_ORPHAN] = "#ffffff on #d70000 bold, 16=brightwhite/red, mono=bold+reverse",
    [ROLE_SYNC] = "#5fafd7, 16=brightcyan",
    [ROLE_STALE] = "#c09dc6, 16=magenta",
    [ROLE_MASTER] = "default bold",
    [ROLE_REPLICA] = "default",
    [ROLE_SLOTS] = "#5f87af, 16=cyan",
    [ROLE_BANNER] = "#000000 on #d7af00, 16=black/yellow, mono=reverse",
    [ROLE_TARGET] = "#5fd700 bold, 16=brightgreen, mono=bold+underline",
    [ROLE_MOVING] = "#d787ff, 16=brightmagenta, mono=bold",
    [ROLE_CURSOR] = "#ffaf00 bold, 16=brightyellow",
    [ROLE_SELECTED] = "#eeeeee on #303030, 16=default/default, mono=reverse",
};

enum { DARK_BACKGROUND = 0x1C1C1C };

Theme theme_default(void)
{
    Theme theme = {.name = "dark", .background = DARK_BACKGROUND};
    for (int role = 0; role < ROLE_COUNT; role++) {
        Mistake none; // the table is tested
        theme_parse_look((Role)role, sv(default_looks[role]), &theme.style[role], &theme.mark[role],
                         &none);
    }
    return theme;
}

// What lies below a role: the page, or the cursor's row.
static void lay_on(Style *s, const Style *below)
{
    if (s->bg == COLOUR_DEFAULT) {
        s->bg = below->bg;
        s->fg = s->fg == COLOUR_DEFAULT ? below->fg : s->fg;
    }
    if (s->bg16 == COLOUR_DEFAULT) {
        s->bg16 = below->bg16;
        s->fg16 = s->fg16 == COLOUR_DEFAULT ? below->fg16 : s->fg16;
    }
}

Style theme_style(const Theme *theme, Role role, bool selected)
{
    const Style *row = &theme->style[ROLE_SELECTED];
    Style s = theme->style[role];
    if (selected && role == ROLE_TEXT) {
        s = *row; // what text has is the page's background, which the row covers
    } else if (selected) {
        lay_on(&s, row);
    }
    lay_on(&s, &theme->style[ROLE_TEXT]);
    return s;
}

char theme_role_letter(Role role)
{
    static const char unknown = '?';
    const char *letter = role < ROLE_COUNT ? &roles[role].letter : &unknown;
    return *letter;
}

const char *theme_role_name(Role role)
{
    return role < ROLE_COUNT ? roles[role].name : "?";
}

Glyph theme_role_glyph(Role role)
{
    static const struct {
        Role role;
        Glyph glyph;
    } marks[] = {
        {ROLE_OK, GLYPH_OK},         {ROLE_WARN, GLYPH_WARN}, {ROLE_CRIT, GLYPH_FAILED},
        {ROLE_ORPHAN, GLYPH_ORPHAN}, {ROLE_SYNC, GLYPH_SYNC}, {ROLE_STALE, GLYPH_UNKNOWN},
        {ROLE_CURSOR, GLYPH_CURSOR},
    };
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (marks[i].role == role) {
            return marks[i].glyph;
        }
    }
    return GLYPH_COUNT;
}

static const char *const built_in_glyphs[GLYPH_COUNT][2] = {
#define X(id, utf8, plain) [GLYPH_##id] = {(utf8), (plain)},
    GLYPHS(X)
#undef X
};

// The theme's, where it has one; "": the built-in one.
static Mark glyphs_now[GLYPH_COUNT];

const char *theme_mark(const Theme *theme, Role role, bool ascii)
{
    const char *mark = ascii ? theme->mark[role].ascii : theme->mark[role].utf8;
    return mark[0] != '\0' ? mark : built_in_glyphs[theme_role_glyph(role)][ascii];
}

void glyphs_use(const Theme *theme)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        Glyph glyph = theme_role_glyph((Role)role);
        if (glyph != GLYPH_COUNT) {
            glyphs_now[glyph] = theme->mark[role];
        }
    }
}

const char *glyph_text(Glyph glyph, bool ascii)
{
    if (glyph >= GLYPH_COUNT) {
        return "?";
    }
    const char *now = ascii ? glyphs_now[glyph].ascii : glyphs_now[glyph].utf8;
    return now[0] != '\0' ? now : built_in_glyphs[glyph][ascii];
}
