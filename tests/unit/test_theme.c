#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/ui/theme.h"

// Load a theme from text; the file's name is "/tmp/rehome-theme-XXXXXX".
static bool load_text(const char *text, Theme *out, Error *err)
{
    char path[] = "/tmp/rehome-theme-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    bool ok = theme_load(path, NULL, out, NULL, err);
    unlink(path);
    return ok;
}

static void assert_style(const Style *a, const Style *b, const char *role)
{
    bool same = a->fg == b->fg && a->bg == b->bg && a->fg16 == b->fg16 && a->bg16 == b->bg16 &&
                a->bold == b->bold && a->underline == b->underline && a->reverse == b->reverse &&
                a->mono_bold == b->mono_bold && a->mono_underline == b->mono_underline &&
                a->mono_reverse == b->mono_reverse;
    if (!same) {
        fail_msg("%s looks different", role);
    }
}

static void default_theme_is_the_built_in_one(void **state)
{
    (void)state;
    const char *root = getenv("REHOME_ROOT");
    char path[4096];
    snprintf(path, sizeof(path), "%s/themes/dark.theme", root == NULL ? "." : root);
    Theme built_in = theme_default();
    Theme theme;
    Error err = {0};
    if (!theme_load(path, NULL, &theme, NULL, &err)) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(theme.name, built_in.name);
    for (int role = 0; role < ROLE_COUNT; role++) {
        assert_style(&theme.style[role], &built_in.style[role], theme_role_name((Role)role));
    }
}

// A file that leaves a role out would hide that it has no look of its own.
static void default_theme_names_every_role(void **state)
{
    (void)state;
    const char *root = getenv("REHOME_ROOT");
    char path[4096];
    snprintf(path, sizeof(path), "%s/themes/dark.theme", root == NULL ? "." : root);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bool named[ROLE_COUNT] = {false};
    char line[256];
    while (fgets(line, sizeof(line), file) != NULL) {
        StrView rest = sv(line);
        StrView name = rest;
        for (int role = 0; sv_cut(&rest, '=', &name) && role < ROLE_COUNT; role++) {
            named[role] |= sv_is(sv_trim(name), theme_role_name((Role)role));
            rest = sv(line);
        }
    }
    fclose(file);
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (!named[role]) {
            fail_msg("%s is missing", theme_role_name((Role)role));
        }
    }
}

static void default_theme_assumes_no_background(void **state)
{
    (void)state;
    Theme theme = theme_default();
    for (int role = 0; role < ROLE_COUNT; role++) {
        const Style *s = &theme.style[role];
        if (s->bg == COLOUR_DEFAULT) {
            // Black or white on whatever the terminal has may be black on black.
            assert_true(s->fg != 0x000000 && s->fg != 0xFFFFFF);
            assert_true(s->fg16 != 0 && s->fg16 != 7 && s->fg16 != 15);
        } else {
            assert_true(s->fg != COLOUR_DEFAULT);
            assert_true((s->fg16 == COLOUR_DEFAULT) == (s->bg16 == COLOUR_DEFAULT));
            assert_true(s->bg16 != COLOUR_DEFAULT || role == ROLE_SELECTED);
        }
    }
}

static void line_says_colours_and_attributes(void **state)
{
    (void)state;
    Theme theme;
    Error err = {0};
    const char *text = "# a comment\n"
                       "\n"
                       "ok = #5FAF5f on default bold underline, 16=green/black, mono=bold+reverse\n"
                       "warn=yellow on #101010   reverse ; a remark\r\n"
                       "crit =  default, mono=none\n"
                       "orphan = #ff0000 bold, mono=none";
    if (!load_text(text, &theme, &err)) {
        fail_msg("%s", err.text);
    }
    Style ok = {.fg = 0x5FAF5F,
                .bg = COLOUR_DEFAULT,
                .fg16 = 2,
                .bg16 = 0,
                .bold = true,
                .underline = true,
                .mono_bold = true,
                .mono_reverse = true};
    Style warn = {.fg = COLOUR_NAMED + 3,
                  .bg = 0x101010,
                  .fg16 = 3,
                  .bg16 = 0,
                  .reverse = true,
                  .mono_reverse = true};
    Style crit = {
        .fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT, .fg16 = COLOUR_DEFAULT, .bg16 = COLOUR_DEFAULT};
    Style orphan = {
        .fg = 0xFF0000, .bg = COLOUR_DEFAULT, .fg16 = 9, .bg16 = COLOUR_DEFAULT, .bold = true};
    assert_style(&theme.style[ROLE_OK], &ok, "ok");
    assert_style(&theme.style[ROLE_WARN], &warn, "warn");
    assert_style(&theme.style[ROLE_CRIT], &crit, "crit");
    assert_style(&theme.style[ROLE_ORPHAN], &orphan, "orphan");
    Theme built_in = theme_default();
    assert_style(&theme.style[ROLE_TITLE], &built_in.style[ROLE_TITLE], "title");
}

static void mistakes_name_the_line_and_what_was_expected(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        const char *says;
    } cases[] = {
        {"ok = purpel\n", 1,
         "expected a colour (#rrggbb, default, black, red, ..., brightwhite), got 'purpel'"},
        {"ok = #12345\n", 1, "a colour"},
        {"ok = #12345g\n", 1, "got '#12345g'"},
        {"ok =\n", 1, "a colour"},
        {"ok = red on\n", 1, "behind 'on'"},
        {"ok = red on blink\n", 1, "behind 'on'"},
        {"\n\nok = red blink\n", 3, "bold, underline or reverse, got 'blink'"},
        {"ok = red, 16=#ff0000\n", 1, "by name, got '#ff0000'"},
        {"ok = red, 16=red/pink\n", 1, "got 'red/pink'"},
        {"ok = red, mono=bold+dim\n", 1, "got 'dim'"},
        {"title = red, glyph=x\n", 1, "no glyph for this role, which has none, got 'glyph=x'"},
        {"ok = red, glyph=xy\n", 1, "one character of one column, got 'xy'"},
        {"ok = red, glyph=\xe6\x97\xa5\n", 1, "one character of one column"},
        {"ok = red, glyph=\n", 1, "one character of one column"},
        {"ok = red, ascii=\xe2\x97\x8f\n", 1, "a 7-bit character"},
        {"ok = red, blink=1\n", 1, "behind a comma, got 'blink=1'"},
        {"background = yellow\n", 1, "background = #rrggbb or default, got 'yellow'"},
        {"inherits = no-such\n", 1, "the name of another theme to inherit, got 'no-such'"},
        {"inherits = ../../etc/passwd\n", 1, "the name of another theme"},
        {"ok = red\ninherits = dark\n", 2, "inherits before background and the roles"},
        {"ok = red,\n ,\n", 2, "each role once"},
        {"ok = red\nok = red\n", 2, "each role once"},
        {"ok = red\n[dark]\nwarn = red\n", 2, "no [section]"},
        {"ok = red\nwarn\n", 2, "expected a line such as"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Theme theme = {.name = "untouched"};
        Error err = {0};
        char line[32];
        snprintf(line, sizeof(line), ":%d: expected", cases[i].line);
        bool ok = load_text(cases[i].text, &theme, &err);
        if (ok || strstr(err.text, line) == NULL || strstr(err.text, cases[i].says) == NULL) {
            fail_msg("case %d: %s", (int)i, ok ? "was accepted" : err.text);
        }
        assert_int_equal(err.code, ERR_PARSE);
        assert_string_equal(theme.name, "untouched");
    }
}

static void long_line_is_a_mistake_not_two_lines(void **state)
{
    (void)state;
    char text[600];
    snprintf(text, sizeof(text), "ok = red,%400s16=green\n", "");
    Theme theme;
    Error err = {0};
    assert_false(load_text(text, &theme, &err));
    assert_non_null(strstr(err.text, ":1: expected a line of less than"));
}

static void files_that_cannot_be_read_are_told(void **state)
{
    (void)state;
    Theme theme;
    Error err = {0};
    assert_false(theme_load("/nonexistent/x.theme", NULL, &theme, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.text, "/nonexistent/x.theme"));
    assert_false(theme_load("/tmp", NULL, &theme, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(theme_load("/nonexistent/x.theme", NULL, &theme, NULL, NULL));
}

static void nearest_of_256_is_exact_where_it_can_be(void **state)
{
    (void)state;
    assert_int_equal(theme_nearest_256(0x000000), 16);
    assert_int_equal(theme_nearest_256(0xFFFFFF), 231);
    assert_int_equal(theme_nearest_256(0xFF8700), 208);
    assert_int_equal(theme_nearest_256(0x8A8A8A), 245);
    assert_int_equal(theme_nearest_256(0x080808), 232);
    assert_int_equal(theme_nearest_256(0xEEEEEE), 255);
    assert_int_equal(theme_nearest_256(0x5FAF5F), 71);
    assert_int_equal(theme_nearest_256(COLOUR_NAMED + 3), 3);
    assert_int_equal(theme_nearest_256(COLOUR_DEFAULT), COLOUR_DEFAULT);
    for (int32_t rgb = 0; rgb <= 0xFFFFFF; rgb += 0x010307) {
        assert_in_range(theme_nearest_256(rgb), 16, 255);
    }
}

static void letters_of_roles_differ(void **state)
{
    (void)state;
    for (int a = 0; a < ROLE_COUNT; a++) {
        for (int b = a + 1; b < ROLE_COUNT; b++) {
            assert_int_not_equal(theme_role_letter((Role)a), theme_role_letter((Role)b));
            assert_string_not_equal(theme_role_name((Role)a), theme_role_name((Role)b));
        }
    }
}

// Both columns of the table are as wide, one row apart: layouts are the same in ASCII.
static void glyphs_are_narrow_and_have_an_ascii_form(void **state)
{
    (void)state;
    for (int glyph = 0; glyph < GLYPH_COUNT; glyph++) {
        const char *ascii = glyph_text((Glyph)glyph, true);
        assert_in_range(text_width(glyph_text((Glyph)glyph, false)), 1, 2);
        assert_in_range(strlen(ascii), 1, 2);
        for (const char *at = ascii; *at != '\0'; at++) {
            assert_in_range(*at, ' ', '~');
        }
    }
}

TESTS(theme, cmocka_unit_test(default_theme_is_the_built_in_one),
      cmocka_unit_test(default_theme_names_every_role),
      cmocka_unit_test(default_theme_assumes_no_background),
      cmocka_unit_test(line_says_colours_and_attributes),
      cmocka_unit_test(mistakes_name_the_line_and_what_was_expected),
      cmocka_unit_test(long_line_is_a_mistake_not_two_lines),
      cmocka_unit_test(files_that_cannot_be_read_are_told),
      cmocka_unit_test(nearest_of_256_is_exact_where_it_can_be),
      cmocka_unit_test(letters_of_roles_differ),
      cmocka_unit_test(glyphs_are_narrow_and_have_an_ascii_form))
