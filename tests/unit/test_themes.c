// The themes that come with the program, each of them by the same claims.
#include "unit.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/ui/words.h"
#include "rehome/base/mem.h"
#include "rehome/ui/theme.h"
#include "screen.h"

static const char *folder(void)
{
    static char path[4096];
    const char *root = getenv("REHOME_ROOT");
    snprintf(path, sizeof(path), "%s/themes", root == NULL ? "." : root);
    return path;
}

static Theme theme_named(const char *name)
{
    Theme theme;
    Error err = {0};
    StrBuf warnings = {0};
    char path[4200];
    const char *const folders[] = {folder(), NULL};
    snprintf(path, sizeof(path), "%s/%s.theme", folder(), name);
    if (!theme_load(path, folders, &theme, &warnings, &err) || warnings.n > 0) {
        fail_msg("%s%s", err.text, strbuf_text(&warnings));
    }
    strbuf_done(&warnings);
    return theme;
}

// For each file in themes/.
static void for_each(void (*claim)(const Theme *theme, const char *path))
{
    DIR *dir = opendir(folder());
    assert_non_null(dir);
    int n = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[4400];
        char name[256];
        const char *dot = strstr(entry->d_name, ".theme");
        if (dot == NULL) {
            continue;
        }
        snprintf(name, sizeof(name), "%.*s", (int)(dot - entry->d_name), entry->d_name);
        snprintf(path, sizeof(path), "%s/%s", folder(), entry->d_name);
        print_message("%s\n", name);
        Theme theme = theme_named(name);
        claim(&theme, path);
        n++;
    }
    closedir(dir);
    assert_in_range(n, 9, 100);
}

static void claim_clean(const Theme *theme, const char *path)
{
    const char *const folders[] = {folder(), NULL};
    StrBuf problems = {0};
    if (!theme_check(path, folders, &problems)) {
        fail_msg("%s", strbuf_text(&problems));
    }
    strbuf_done(&problems);
    assert_in_range(strlen(theme->about), 1, 50);
}

static void each_is_clean_by_the_check_of_themes(void **state)
{
    (void)state;
    for_each(claim_clean);
}

// Whether it paints its page or not: in 16 colours it does the same, or some of the text would be
// the page's colour.
static void claim_same_page(const Theme *theme, const char *path)
{
    (void)path;
    for (int role = 0; role < ROLE_COUNT; role++) {
        Style s = theme_style(theme, (Role)role, false);
        if (role != ROLE_SELECTED) {
            assert_int_equal(s.bg == COLOUR_DEFAULT, s.bg16 == COLOUR_DEFAULT);
        }
        assert_true(s.bg16 == COLOUR_DEFAULT || s.fg16 != s.bg16);
        if (s.bg16 != COLOUR_DEFAULT) {
            assert_int_not_equal(s.fg16, COLOUR_DEFAULT);
        }
        s = theme_style(theme, (Role)role, true);
        // Of 8 colours the bright ones are the others once more, but for bright black.
        if (s.bg16 != COLOUR_DEFAULT && s.fg16 != 8 && s.fg16 % 8 == s.bg16 % 8) {
            fail_msg("%s is %d on %d in the cursor's row", theme_role_name((Role)role), s.fg16,
                     s.bg16);
        }
    }
}

static void each_has_a_page_in_16_colours_when_it_has_one(void **state)
{
    (void)state;
    for_each(claim_same_page);
}

static void claim_whole_row(const Theme *theme, const char *path)
{
    (void)path;
    const Style *row = &theme->style[ROLE_SELECTED];
    for (int role = 0; role < ROLE_COUNT && row->bg != COLOUR_DEFAULT; role++) {
        bool is_block = role != ROLE_TEXT && theme->style[role].bg != COLOUR_DEFAULT;
        assert_true(is_block || theme_style(theme, (Role)role, true).bg == row->bg);
    }
}

static void each_shows_the_cursors_row_without_holes(void **state)
{
    (void)state;
    for_each(claim_whole_row);
}

// By its own words the loudest thing on the screen: no other state is drawn as an orphan is.
static void claim_orphan_alone(const Theme *theme, const char *path)
{
    (void)path;
    static const Role others[] = {ROLE_OK, ROLE_SPARE, ROLE_WARN, ROLE_CRIT, ROLE_SYNC, ROLE_STALE};
    Style orphan = theme_style(theme, ROLE_ORPHAN, false);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        Style other = theme_style(theme, others[i], false);
        assert_true(orphan.bg != other.bg || orphan.reverse != other.reverse);
        assert_true(orphan.bg16 != other.bg16 || orphan.reverse != other.reverse);
    }
}

static void each_shows_an_orphan_as_a_block(void **state)
{
    (void)state;
    for_each(claim_orphan_alone);
}

// The first word of a state: "ORPHANED" of "ORPHANED 00:12".
static bool same_word(const char *a, const char *b)
{
    size_t n = strcspn(a, " ");
    return n == strcspn(b, " ") && strncmp(a, b, n) == 0;
}

static void assert_told_apart(const Scene *s, int a, int b)
{
    Words one = master_words(s, a);
    Words other = master_words(s, b);
    if (same_word(one.text, other.text)) {
        fail_msg("both are '%s'", one.text);
    }
    for (int ascii = 0; ascii < 2; ascii++) {
        assert_string_not_equal(glyph_text(one.glyph, ascii), glyph_text(other.glyph, ascii));
    }
}

static void claim_states_apart(const Theme *theme, const char *path)
{
    (void)path;
    Stage *st = stage_all_states();
    const Scene *s = &st->scene;
    const Health *h = s->health;
    size_t pairs = 0;
    glyphs_use(theme);
    for (int a = 0; a < (int)h->snapshot->n_nodes; a++) {
        for (int b = 0; b < a; b++) {
            const NodeHealth *one = &h->of[a];
            const NodeHealth *other = &h->of[b];
            if (one->is_master && other->is_master && one->master != other->master &&
                one->master != STATE_EMPTY && other->master != STATE_EMPTY) {
                assert_told_apart(s, a, b);
                pairs++;
            }
        }
    }
    assert_in_range(pairs, 10, 1000);
    Theme usual = theme_default();
    glyphs_use(&usual);
    stage_free(st);
}

static void each_tells_states_apart_by_mark_and_by_word(void **state)
{
    (void)state;
    for_each(claim_states_apart);
}

// --- colours as others see them ------------------------------------------------------------------

typedef struct {
    double at[3];
} Triple;

static double to_linear(int byte)
{
    double c = byte / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

// Machado, Oliveira and Fernandes 2009, severity 1.0; of linear RGB.
static const double deuteranopia[3][3] = {{0.367322, 0.860646, -0.227968},
                                          {0.280085, 0.672501, 0.047413},
                                          {-0.011820, 0.042940, 0.968881}};
static const double protanopia[3][3] = {{0.152286, 1.052583, -0.204868},
                                        {0.114503, 0.786281, 0.099216},
                                        {-0.003882, -0.048116, 1.051998}};
static const double tritanopia[3][3] = {{1.255528, -0.076749, -0.178779},
                                        {-0.078411, 0.930809, 0.147602},
                                        {0.004733, 0.691367, 0.303900}};

static Triple multiply(const double m[3][3], Triple v)
{
    Triple out = {{0}};
    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < 3; i++) {
            out.at[row] += m[row][i] * v.at[i];
        }
    }
    return out;
}

static double lab_curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

// CIE 1976 L*a*b*, D65, of what such eyes see; eyes: NULL for those of most.
static Triple seen_by(const double eyes[3][3], int32_t rgb)
{
    static const double to_xyz[3][3] = {{0.412456, 0.357576, 0.180438},
                                        {0.212673, 0.715152, 0.072175},
                                        {0.019334, 0.119192, 0.950304}};
    static const double white[3] = {0.95047, 1.0, 1.08883};
    Triple linear = {
        {to_linear(rgb >> 16 & 0xFF), to_linear(rgb >> 8 & 0xFF), to_linear(rgb & 0xFF)}};
    if (eyes != NULL) {
        linear = multiply(eyes, linear);
    }
    for (int i = 0; i < 3; i++) {
        linear.at[i] = fmin(fmax(linear.at[i], 0), 1);
    }
    Triple xyz = multiply(to_xyz, linear);
    double f[3];
    for (int i = 0; i < 3; i++) {
        f[i] = lab_curve(xyz.at[i] / white[i]);
    }
    return (Triple){{116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}};
}

static double difference(const double eyes[3][3], int32_t a, int32_t b)
{
    Triple one = seen_by(eyes, a);
    Triple other = seen_by(eyes, b);
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        sum += (one.at[i] - other.at[i]) * (one.at[i] - other.at[i]);
    }
    return sqrt(sum);
}

static void the_yardstick_of_colours_is_right(void **state)
{
    (void)state;
    assert_in_range((int)(difference(NULL, 0x000000, 0xFFFFFF) * 10), 999, 1001);
    assert_in_range((int)(difference(NULL, 0xFF0000, 0x00FF00) * 10), 1700, 1712); // 170.6
    assert_in_range((int)(theme_contrast(0x000000, 0xFFFFFF) * 100), 2099, 2100);
    assert_in_range((int)(theme_contrast(0x777777, 0xFFFFFF) * 100), 447, 448); // the famous 4.48
    // What such eyes confuse is near for them, and far for others.
    assert_true(difference(deuteranopia, 0xA08000, 0x60A000) * 2 <
                difference(NULL, 0xA08000, 0x60A000));
}

// Some 2.3 is the least that anybody sees, 20 cannot be missed side by side.
static void assert_far_apart(const char *name, const double eyes[3][3])
{
    enum { FAR = 25 };
    static const Role states[] = {ROLE_OK, ROLE_WARN, ROLE_CRIT};
    Theme theme = theme_named(name);
    for (size_t a = 0; a < ARRAY_LEN(states); a++) {
        for (size_t b = 0; b < a; b++) {
            int32_t one = theme.style[states[a]].fg;
            int32_t other = theme.style[states[b]].fg;
            double exact = difference(eyes, one, other);
            double nearest = difference(eyes, theme_rgb_of_256(theme_nearest_256(one)),
                                        theme_rgb_of_256(theme_nearest_256(other)));
            print_message("%s: %s and %s differ by %.0f, with 256 colours by %.0f\n", name,
                          theme_role_name(states[a]), theme_role_name(states[b]), exact, nearest);
            assert_true(exact >= FAR && nearest >= FAR);
        }
    }
}

static void states_differ_for_eyes_without_red_and_green(void **state)
{
    (void)state;
    assert_far_apart("deuteranopia", deuteranopia);
    assert_far_apart("deuteranopia", protanopia);
}

static void states_differ_for_eyes_without_blue_and_yellow(void **state)
{
    (void)state;
    assert_far_apart("tritanopia", tritanopia);
}

TESTS(themes, cmocka_unit_test(each_is_clean_by_the_check_of_themes),
      cmocka_unit_test(each_has_a_page_in_16_colours_when_it_has_one),
      cmocka_unit_test(each_shows_the_cursors_row_without_holes),
      cmocka_unit_test(each_shows_an_orphan_as_a_block),
      cmocka_unit_test(each_tells_states_apart_by_mark_and_by_word),
      cmocka_unit_test(the_yardstick_of_colours_is_right),
      cmocka_unit_test(states_differ_for_eyes_without_red_and_green),
      cmocka_unit_test(states_differ_for_eyes_without_blue_and_yellow))
