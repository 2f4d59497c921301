// Files with something wrong in them: --check-theme names each line and what is wrong with it.
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/ui/theme.h"

typedef struct {
    char folder[64];
    char path[128];
} Place;

static Place place_new(void)
{
    Place p = {.folder = "/tmp/rehome-themes-XXXXXX"};
    assert_non_null(mkdtemp(p.folder));
    return p;
}

static void place_write(Place *p, const char *name, const char *text)
{
    snprintf(p->path, sizeof(p->path), "%s/%s.theme", p->folder, name);
    FILE *file = fopen(p->path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void place_remove(Place *p, const char *const *names)
{
    for (; *names != NULL; names++) {
        snprintf(p->path, sizeof(p->path), "%s/%s.theme", p->folder, *names);
        assert_int_equal(unlink(p->path), 0);
    }
    assert_int_equal(rmdir(p->folder), 0);
}

static void assert_found(const char *text, const char *const *says, size_t n_lines)
{
    Place p = place_new();
    StrBuf found = {0};
    place_write(&p, "broken", text);
    bool ok = theme_check(p.path, NULL, &found);
    size_t lines = 0;
    for (const char *at = strbuf_text(&found); *at != '\0'; at++) {
        lines += *at == '\n';
    }
    bool said = true;
    for (; *says != NULL; says++) {
        said = said && strstr(strbuf_text(&found), *says) != NULL;
    }
    if (ok != (n_lines == 0) || lines != n_lines || !said) {
        fail_msg("%s\nfound %zu:\n%s", text, lines, strbuf_text(&found));
    }
    strbuf_done(&found);
    place_remove(&p, (const char *const[]){"broken", NULL});
}

#define FOUND(n, text, ...) assert_found(text, (const char *const[]){__VA_ARGS__, NULL}, n)

static void each_bad_line_is_told_not_only_the_first(void **state)
{
    (void)state;
    FOUND(4, "ok = purpel\nokay = red\nwarn\n\ncrit = red, mono=loud\n",
          "broken.theme:1: expected a colour", "broken.theme:2: expected the name of a role",
          "broken.theme:3: expected a line such as", "broken.theme:5: expected mono=");
    FOUND(2, "ok = purpel\ncrit = #5fafff bold, glyph=●\n", "broken.theme:1: expected a colour",
          "broken.theme:2: ok and crit have the same glyph");
    FOUND(1, "[roles]\n", "broken.theme:1: expected no [section]");
}

static void an_empty_file_is_the_built_in_theme_and_fine(void **state)
{
    (void)state;
    FOUND(0, "", "");
    FOUND(0, "# nothing\n", "");
}

static void faint_text_is_told_where_the_background_is_known(void **state)
{
    (void)state;
    FOUND(2, "background = #000000\nok = #404040\n", "broken.theme:2: ok: #404040 on #000000 has a",
          "(selected)", "wanted is 4.5:1");
    FOUND(0, "background = default\nselected = default reverse\nok = #404040\n", "");
    FOUND(1, "banner = #777777 on #888888, mono=reverse\n", "broken.theme:1: banner: #777777 on");
    // A line may be fainter than a letter.
    FOUND(0, "background = #000000\nselected = default reverse\nframe = #666666\n", "");
    FOUND(1, "background = #000000\nselected = default reverse\ndim = #666666\n", "3.66:1");
}

// #0073ff on black has 4.9:1, the #005fff that is nearest to it 4.1:1.
static void faint_in_256_colours_is_told(void **state)
{
    (void)state;
    FOUND(1, "background = #000000\nselected = default reverse\nok = #0073ff\n",
          "a contrast of 4.90:1", "with 256 colours 4.08:1");
}

static void what_only_colour_tells_apart_is_told(void **state)
{
    (void)state;
    FOUND(1, "crit = #ff7474 bold, glyph=●\n", "ok and crit have the same glyph, ●");
    FOUND(1, "crit = #ff7474 bold, ascii=!\n", "crit and orphan have the same ascii, !");
    FOUND(1, "banner = #000000 on #d7af00, mono=none\n", "banner looks like text without colours");
    FOUND(2, "orphan = #ffffff on #d70000, mono=bold\n", "orphan looks like crit",
          "orphan looks like warn");
    FOUND(1, "selected = #eeeeee on #303030\n", "selected looks like text without colours");
}

// --- what is inherited -------------------------------------------------------------------------

static void what_is_not_said_is_inherited(void **state)
{
    (void)state;
    Place p = place_new();
    const char *const folders[] = {p.folder, NULL};
    Theme theme;
    Error err = {0};
    StrBuf warnings = {0};
    place_write(&p, "above", "inherits = dark\nok = #010203, glyph=+\nwarn = #040506\n");
    place_write(&p, "below", "about = mine\ninherits = above\nwarn = #070809\nbogus = 1\n");
    assert_true(theme_load(p.path, folders, &theme, &warnings, &err));
    assert_string_equal(theme.name, "below");
    assert_string_equal(theme.about, "mine");
    assert_int_equal(theme.style[ROLE_OK].fg, 0x010203);
    assert_int_equal(theme.style[ROLE_WARN].fg, 0x070809);
    assert_int_equal(theme.style[ROLE_KEY].fg, theme_default().style[ROLE_KEY].fg);
    assert_string_equal(theme.mark[ROLE_OK].utf8, "+");
    assert_non_null(strstr(strbuf_text(&warnings), "below.theme:4: expected the name of a role"));
    strbuf_done(&warnings);
    place_remove(&p, (const char *const[]){"above", "below", NULL});
}

static void a_circle_of_heirs_ends(void **state)
{
    (void)state;
    Place p = place_new();
    const char *const folders[] = {p.folder, NULL};
    Theme theme = {.name = "untouched"};
    Error err = {0};
    place_write(&p, "one", "inherits = other\n");
    place_write(&p, "other", "inherits = one\n");
    assert_false(theme_load(p.path, folders, &theme, NULL, &err));
    assert_non_null(strstr(err.text, "one.theme:1: expected the name of another theme"));
    assert_string_equal(theme.name, "untouched");
    // The installed theme of the same name is no circle; here it is the built-in one.
    place_write(&p, "dark", "inherits = dark\nok = #010203\n");
    assert_true(theme_load(p.path, folders, &theme, NULL, &err));
    assert_int_equal(theme.style[ROLE_OK].fg, 0x010203);
    place_remove(&p, (const char *const[]){"one", "other", "dark", NULL});
}

static void marks_of_a_theme_are_drawn_until_the_next(void **state)
{
    (void)state;
    Theme theme = theme_default();
    snprintf(theme.mark[ROLE_ORPHAN].utf8, sizeof(theme.mark[ROLE_ORPHAN].utf8), "◆");
    snprintf(theme.mark[ROLE_ORPHAN].ascii, sizeof(theme.mark[ROLE_ORPHAN].ascii), "A");
    glyphs_use(&theme);
    assert_string_equal(glyph_text(GLYPH_ORPHAN, false), "◆");
    assert_string_equal(glyph_text(GLYPH_ORPHAN, true), "A");
    assert_string_equal(glyph_text(GLYPH_OK, false), "●");
    theme = theme_default();
    glyphs_use(&theme);
    assert_string_equal(glyph_text(GLYPH_ORPHAN, false), "▲");
    assert_string_equal(glyph_text(GLYPH_ORPHAN, true), "!");
}

TESTS(theme_check, cmocka_unit_test(each_bad_line_is_told_not_only_the_first),
      cmocka_unit_test(an_empty_file_is_the_built_in_theme_and_fine),
      cmocka_unit_test(faint_text_is_told_where_the_background_is_known),
      cmocka_unit_test(faint_in_256_colours_is_told),
      cmocka_unit_test(what_only_colour_tells_apart_is_told),
      cmocka_unit_test(what_is_not_said_is_inherited), cmocka_unit_test(a_circle_of_heirs_ends),
      cmocka_unit_test(marks_of_a_theme_are_drawn_until_the_next))
