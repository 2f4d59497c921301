#include "rehome/ui/theme.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/str.h"

static const struct {
    const char *name;
    char letter;
} roles[ROLE_COUNT] = {
#define X(id, key, mark, meaning) [ROLE_##id] = {.name = (key), .letter = (mark)},
    THEME_ROLES(X)
#undef X
};

// In the words of a theme file; themes/default.theme says the same.
static const char *const default_looks[ROLE_COUNT] = {
    [ROLE_TEXT] = "default",
    [ROLE_DIM] = "#8a8a8a, 16=brightblack",
    [ROLE_TITLE] = "#5fafff bold, 16=brightblue",
    [ROLE_FRAME] = "#767676, 16=brightblack",
    [ROLE_KEY] = "#d7af5f bold, 16=yellow",
    [ROLE_OK] = "#5faf5f, 16=green",
    [ROLE_SPARE] = "#00afaf, 16=cyan",
    [ROLE_WARN] = "#d7af00, 16=brightyellow, mono=bold",
    [ROLE_CRIT] = "#ff5f5f bold, 16=brightred",
    [ROLE_ORPHAN] = "#ffffff on #d70000 bold, 16=brightwhite/red, mono=bold+reverse",
    [ROLE_SYNC] = "#5fafd7, 16=brightcyan",
    [ROLE_STALE] = "#af87af, 16=magenta",
    [ROLE_MASTER] = "default bold",
    [ROLE_REPLICA] = "default",
    [ROLE_SLOTS] = "#5f87af, 16=blue",
    [ROLE_BANNER] = "#000000 on #d7af00, 16=black/yellow, mono=reverse",
    [ROLE_TARGET] = "#5fd700 bold, 16=brightgreen, mono=bold+underline",
    [ROLE_MOVING] = "#d787ff, 16=brightmagenta, mono=bold",
    [ROLE_CURSOR] = "#ffaf00 bold, 16=brightyellow",
    [ROLE_SELECTED] = "#eeeeee on #3a3a3a, 16=default/default, mono=reverse",
};

// Names in the terminals' order, and the shades that xterm gives them.
static const struct {
    const char *name;
    int32_t rgb;
} named_colours[16] = {
    {"black", 0x000000},       {"red", 0xCD0000},           {"green", 0x00CD00},
    {"yellow", 0xCDCD00},      {"blue", 0x0000EE},          {"magenta", 0xCD00CD},
    {"cyan", 0x00CDCD},        {"white", 0xE5E5E5},         {"brightblack", 0x7F7F7F},
    {"brightred", 0xFF0000},   {"brightgreen", 0x00FF00},   {"brightyellow", 0xFFFF00},
    {"brightblue", 0x5C5CFF},  {"brightmagenta", 0xFF00FF}, {"brightcyan", 0x00FFFF},
    {"brightwhite", 0xFFFFFF},
};

#define COLOURS_WANTED "#rrggbb, default, black, red, ..., brightwhite"

// What is wrong with a piece of a line.
typedef struct {
    const char *wanted; // NULL: nothing is wrong
    StrView got;
} Mistake;

static bool mistake(Mistake *m, const char *wanted, StrView got)
{
    *m = (Mistake){.wanted = wanted, .got = got};
    return false;
}

static int distance(int32_t a, int32_t b)
{
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        int d = (a >> shift & 0xFF) - (b >> shift & 0xFF);
        sum += d * d;
    }
    return sum;
}

static int nearest_16(int32_t colour)
{
    if (colour == COLOUR_DEFAULT) {
        return COLOUR_DEFAULT;
    }
    if (colour >= COLOUR_NAMED) {
        return colour - COLOUR_NAMED;
    }
    int best = 0;
    for (int i = 1; i < (int)ARRAY_LEN(named_colours); i++) {
        if (distance(colour, named_colours[i].rgb) < distance(colour, named_colours[best].rgb)) {
            best = i;
        }
    }
    return best;
}

// xterm's 256 colours: a cube of 6 x 6 x 6 from 16 on, then 24 greys from 232 on.
int theme_nearest_256(int32_t rgb)
{
    static const int levels[6] = {0, 95, 135, 175, 215, 255};
    if (rgb == COLOUR_DEFAULT || rgb >= COLOUR_NAMED) {
        return nearest_16(rgb);
    }
    int index = 16;
    int32_t cube = 0;
    int sum = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        int value = rgb >> shift & 0xFF;
        int best = 0;
        for (int i = 1; i < 6; i++) {
            if (abs(levels[i] - value) < abs(levels[best] - value)) {
                best = i;
            }
        }
        index += best * (shift == 16 ? 36 : shift == 8 ? 6 : 1);
        cube = cube << 8 | levels[best];
        sum += value;
    }
    int step = (sum / 3 - 3) / 10; // greys are 8, 18, ... 238
    step = step < 0 ? 0 : step > 23 ? 23 : step;
    int32_t grey = (8 + 10 * step) * 0x010101;
    return distance(rgb, grey) < distance(rgb, cube) ? 232 + step : index;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    return at == NULL ? -1 : (int)(at - digits);
}

static bool parse_hex(StrView word, int32_t *out)
{
    int32_t rgb = 0;
    if (word.n != 7) {
        return false;
    }
    for (size_t i = 1; i < word.n; i++) {
        int digit = hex_value(word.at[i]);
        if (digit < 0) {
            return false;
        }
        rgb = rgb << 4 | digit;
    }
    *out = rgb;
    return true;
}

static bool parse_name(StrView word, int *out)
{
    if (sv_is(word, "default")) {
        *out = COLOUR_DEFAULT;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(named_colours); i++) {
        if (sv_is(word, named_colours[i].name)) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}

static bool parse_colour(StrView word, int32_t *out)
{
    if (sv_starts(word, "#")) {
        return parse_hex(word, out);
    }
    int index = 0;
    if (!parse_name(word, &index)) {
        return false;
    }
    *out = index == COLOUR_DEFAULT ? COLOUR_DEFAULT : COLOUR_NAMED + index;
    return true;
}

static bool next_word(StrView *rest, StrView *word)
{
    while (sv_next(rest, ' ', word)) {
        *word = sv_trim(*word);
        if (word->n > 0) {
            return true;
        }
    }
    return false;
}

// <fg> [on <bg>] [bold] [underline] [reverse]
static bool parse_colours(StrView text, Style *s, Mistake *m)
{
    StrView word = text;
    if (!next_word(&text, &word) || !parse_colour(word, &s->fg)) {
        return mistake(m, "a colour (" COLOURS_WANTED ")", word);
    }
    while (next_word(&text, &word)) {
        if (sv_is(word, "bold")) {
            s->bold = true;
        } else if (sv_is(word, "underline")) {
            s->underline = true;
        } else if (sv_is(word, "reverse")) {
            s->reverse = true;
        } else if (!sv_is(word, "on")) {
            return mistake(m, "on, bold, underline or reverse", word);
        } else if (!next_word(&text, &word) || !parse_colour(word, &s->bg)) {
            return mistake(m, "a colour behind 'on' (" COLOURS_WANTED ")", word);
        }
    }
    return true;
}

static bool parse_16(StrView text, Style *s, Mistake *m)
{
    StrView bg = text;
    StrView fg = text;
    bool has_bg = sv_cut(&bg, '/', &fg);
    if (!parse_name(fg, &s->fg16) || (has_bg && !parse_name(bg, &s->bg16))) {
        return mistake(m, "16=<colour> or 16=<colour>/<colour> by name", text);
    }
    return true;
}

static bool parse_mono(StrView text, Style *s, Mistake *m)
{
    s->mono_bold = s->mono_underline = s->mono_reverse = false;
    StrView word = text;
    while (sv_next(&text, '+', &word)) {
        if (sv_is(word, "bold")) {
            s->mono_bold = true;
        } else if (sv_is(word, "underline")) {
            s->mono_underline = true;
        } else if (sv_is(word, "reverse")) {
            s->mono_reverse = true;
        } else if (!sv_is(word, "none")) {
            return mistake(m, "mono= and bold, underline, reverse or none, joined by '+'", word);
        }
    }
    return true;
}

// One role's look, the right side of a line.
static bool style_parse(StrView text, Style *out, Mistake *m)
{
    Style s = {.bg = COLOUR_DEFAULT};
    StrView piece = text;
    sv_next(&text, ',', &piece);
    if (!parse_colours(piece, &s, m)) {
        return false;
    }
    s.fg16 = nearest_16(s.fg);
    s.bg16 = nearest_16(s.bg);
    s.mono_bold = s.bold;
    s.mono_underline = s.underline;
    s.mono_reverse = s.reverse;
    while (sv_next(&text, ',', &piece)) {
        piece = sv_trim(piece);
        StrView value = piece;
        StrView key = piece;
        bool ok = sv_cut(&value, '=', &key);
        if (ok && sv_is(key, "16")) {
            ok = parse_16(value, &s, m);
        } else if (ok && sv_is(key, "mono")) {
            ok = parse_mono(value, &s, m);
        } else {
            ok = mistake(m, "16=... or mono=... behind a comma", piece);
        }
        if (!ok) {
            return false;
        }
    }
    *out = s;
    return true;
}

Theme theme_default(void)
{
    Theme theme = {.name = "default"};
    for (int role = 0; role < ROLE_COUNT; role++) {
        Mistake none;
        style_parse(sv(default_looks[role]), &theme.style[role], &none); // the table is tested
    }
    return theme;
}

// A file being read. libinih as packaged does not tell the handler its line: our reader counts.
typedef struct {
    const char *path;
    FILE *file;
    int line;
    Theme theme;
    bool seen[ROLE_COUNT];
    Error *err;
    bool failed; // err holds the first mistake
} Loading;

static bool loading_fail(Loading *l, const char *wanted, StrView got)
{
    if (!l->failed) {
        l->failed = true;
        fail(l->err, ERR_PARSE, "%s:%d: expected %s, got '%.*s'", l->path, l->line, wanted,
             got.n > 80 ? 80 : (int)got.n, got.n == 0 ? "" : got.at);
    }
    return false;
}

static char *read_line(char *line, int size, void *context)
{
    Loading *l = context;
    if (l->failed || fgets(line, size, l->file) == NULL) {
        return NULL;
    }
    l->line++;
    if (strchr(line, '\n') == NULL && !feof(l->file)) {
        loading_fail(l, "a line of less than 200 characters", sv_of(line, 20));
        return NULL;
    }
    return line;
}

static int take_line(void *context, const char *section, const char *name, const char *value)
{
    Loading *l = context;
    if (section[0] != '\0') {
        return loading_fail(l, "no [section] in a theme", sv(section));
    }
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (strcmp(name, roles[role].name) != 0) {
            continue;
        }
        Mistake m;
        if (l->seen[role]) {
            return loading_fail(l, "each role once", sv(name));
        }
        l->seen[role] = true;
        return style_parse(sv(value), &l->theme.style[role], &m) ||
               loading_fail(l, m.wanted, m.got);
    }
    return loading_fail(l, "the name of a role", sv(name));
}

// "themes/night.theme" is called "night".
static void name_from_path(Theme *theme, const char *path)
{
    static const char suffix[] = ".theme";
    ptrdiff_t slash = sv_rfind(sv(path), '/');
    StrView name = sv(path + slash + 1);
    size_t suffix_n = strlen(suffix);
    if (name.n > suffix_n && sv_is(sv_of(name.at + name.n - suffix_n, suffix_n), suffix)) {
        name.n -= suffix_n;
    }
    snprintf(theme->name, sizeof(theme->name), "%.*s", (int)name.n, name.at);
}

bool theme_load(const char *path, Theme *out, Error *err)
{
    Loading l = {.path = path, .theme = theme_default(), .err = err};
    l.file = fopen(path, "re");
    if (l.file == NULL) {
        return fail(err, ERR_IO, "%s: cannot read the theme: %s", path, strerror(errno));
    }
    int bad_line = ini_parse_stream(read_line, &l, take_line, &l);
    bool broken = ferror(l.file) != 0;
    fclose(l.file);
    if (l.failed) {
        return false;
    }
    if (broken) {
        return fail(err, ERR_IO, "%s: cannot read the theme", path); // a directory, say
    }
    if (bad_line != 0) {
        return fail(err, ERR_PARSE, "%s:%d: expected a line such as 'ok = #5faf5f bold'", path,
                    bad_line);
    }
    name_from_path(&l.theme, path);
    *out = l.theme;
    return true;
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

const char *glyph_text(Glyph glyph, bool ascii)
{
    static const char *const glyphs[GLYPH_COUNT][2] = {
#define X(id, utf8, plain) [GLYPH_##id] = {(utf8), (plain)},
        GLYPHS(X)
#undef X
    };
    return glyph < GLYPH_COUNT ? glyphs[glyph][ascii] : "?";
}
