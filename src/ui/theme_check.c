#include <string.h>

#include "rehome/base/mem.h"
#include "theme_parts.h"

// WCAG 2.1, 1.4.3 (text) and 1.4.11 (what is no text).
static double wanted_contrast(Role role)
{
    return role == ROLE_FRAME || role == ROLE_SLOTS ? 3.0 : 4.5;
}

static bool is_known(int32_t colour)
{
    return colour >= 0 && colour < COLOUR_NAMED;
}

static void check_contrast(const ThemeReading *r, Role role, bool selected, StrBuf *problems)
{
    const Theme *t = &r->theme;
    Style s = theme_style(t, role, selected);
    int32_t bg = s.bg == COLOUR_DEFAULT ? t->background : s.bg;
    Style plain = theme_style(t, role, false);
    if (selected && s.bg == plain.bg && s.fg == plain.fg) {
        return; // said already
    }
    if (!is_known(s.fg) || !is_known(bg)) {
        return; // the terminal's own shades, which nobody here knows
    }
    double exact = theme_contrast(s.fg, bg);
    double nearest = theme_contrast(theme_rgb_of_256(theme_nearest_256(s.fg)),
                                    theme_rgb_of_256(theme_nearest_256(bg)));
    double wanted = wanted_contrast(role);
    if (exact >= wanted && nearest >= wanted) {
        return;
    }
    strbuf_addf(problems,
                "%s:%d: %s: #%06x on #%06x%s has a contrast of %.2f:1, with 256 colours %.2f:1; "
                "wanted is %.1f:1\n",
                r->path, r->line_of[role], theme_role_name(role), (unsigned)s.fg, (unsigned)bg,
                selected ? " (selected)" : "", exact, nearest, wanted);
}

// Marks stand where another role's mark could stand as well, so no two may be alike.
static void check_marks(const ThemeReading *r, StrBuf *problems)
{
    const Theme *t = &r->theme;
    for (int b = 0; b < ROLE_COUNT; b++) {
        for (int a = 0; a < b; a++) {
            if (theme_role_glyph((Role)a) == GLYPH_COUNT ||
                theme_role_glyph((Role)b) == GLYPH_COUNT) {
                continue;
            }
            for (int ascii = 0; ascii < 2; ascii++) {
                const char *mark = theme_mark(t, (Role)b, ascii);
                if (strcmp(theme_mark(t, (Role)a, ascii), mark) == 0) {
                    int last = r->line_of[a] > r->line_of[b] ? r->line_of[a] : r->line_of[b];
                    strbuf_addf(problems,
                                "%s:%d: %s and %s have the same %s, %s: only colour would tell "
                                "them apart\n",
                                r->path, last, theme_role_name((Role)a), theme_role_name((Role)b),
                                ascii ? "ascii" : "glyph", mark);
                }
            }
        }
    }
}

// Roles that share a place with no mark or word of their own to say which it is, or that have to
// be seen from afar, with those they would be taken for.
static const struct {
    Role role, other;
} pairs[] = {
    {ROLE_ORPHAN, ROLE_TEXT},     {ROLE_ORPHAN, ROLE_OK},    {ROLE_ORPHAN, ROLE_SPARE},
    {ROLE_ORPHAN, ROLE_WARN},     {ROLE_ORPHAN, ROLE_CRIT},  {ROLE_ORPHAN, ROLE_SYNC},
    {ROLE_ORPHAN, ROLE_STALE},    {ROLE_WARN, ROLE_OK},      {ROLE_CRIT, ROLE_OK},
    {ROLE_BANNER, ROLE_TEXT},     {ROLE_BANNER, ROLE_TITLE}, {ROLE_SELECTED, ROLE_TEXT},
    {ROLE_TARGET, ROLE_TEXT},     {ROLE_TARGET, ROLE_OK},    {ROLE_TARGET, ROLE_MASTER},
    {ROLE_TARGET, ROLE_SELECTED}, {ROLE_KEY, ROLE_TEXT},     {ROLE_MOVING, ROLE_SYNC},
};

static bool same_mono(const Style *a, const Style *b)
{
    return a->mono_bold == b->mono_bold && a->mono_underline == b->mono_underline &&
           a->mono_reverse == b->mono_reverse;
}

static void check_mono(const ThemeReading *r, StrBuf *problems)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        Role a = pairs[i].role;
        Role b = pairs[i].other;
        if (same_mono(&r->theme.style[a], &r->theme.style[b])) {
            int last = r->line_of[a] > r->line_of[b] ? r->line_of[a] : r->line_of[b];
            strbuf_addf(problems, "%s:%d: %s looks like %s without colours: give it mono=...\n",
                        r->path, last, theme_role_name(a), theme_role_name(b));
        }
    }
}

bool theme_check(const char *path, const char *const *folders, StrBuf *problems)
{
    Error err = {0};
    size_t before = problems->n;
    ThemeReading r = {
        .path = path,
        .folders = folders,
        .theme = theme_default(),
        .problems = problems,
        .warnings = problems,
        .err = &err,
    };
    theme_read(&r); // what could not be read stays as it was, and is looked at as that
    for (int role = 0; role < ROLE_COUNT; role++) {
        check_contrast(&r, (Role)role, false, problems);
        check_contrast(&r, (Role)role, true, problems);
    }
    check_marks(&r, problems);
    check_mono(&r, problems);
    return problems->n == before;
}
