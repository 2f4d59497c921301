// Themes on terminals: each on each kind, the very colours where they are promised, and `t`.
#include "../unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drive.h"
#include "rehome/base/mem.h"
#include "rehome/ui/theme.h"

static const char *folder(void)
{
    static char path[4096];
    const char *root = getenv("REHOME_ROOT");
    snprintf(path, sizeof(path), "%s/themes", root == NULL ? "." : root);
    return path;
}

static Pty *start_theme(const PtyStart *how, const char *file)
{
    char path[4400];
    snprintf(path, sizeof(path), "%s/%s", folder(), file);
    const char *argv[] = {pty_beside("term_driver"), "--theme", path, NULL};
    PtyStart start = *how;
    start.argv = argv;
    Pty *p = pty_start(&start);
    assert_non_null(p);
    assert_true(pty_wait(p, "corner"));
    return p;
}

static bool has_written(const Pty *p, const char *bytes)
{
    size_t n = 0;
    const char *at = pty_output(p, &n);
    return memmem(at, n, bytes, strlen(bytes)) != NULL;
}

// Letters of their background's colour are there for nobody.
static void assert_legible(Pty *p, const char *what)
{
    for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 80; x++) {
            PtyCell cell = pty_cell(p, x, y);
            if (cell.code > ' ' && cell.fg == cell.bg && cell.fg != PTY_DEFAULT) {
                pty_print(p);
                fail_msg("%s: %d,%d is %d on %d", what, x, y, cell.fg, cell.bg);
            }
        }
    }
}

static void each_theme_is_legible_on_each_terminal(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "xterm", "linux", "vt100"};
    DIR *dir = opendir(folder());
    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strstr(entry->d_name, ".theme") == NULL) {
            continue;
        }
        for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
            char what[300];
            snprintf(what, sizeof(what), "%s on %s", entry->d_name, terms[i]);
            Pty *p = start_theme(&(PtyStart){.term = terms[i]}, entry->d_name);
            assert_legible(p, what);
            driver_quit(p);
        }
    }
    closedir(dir);
}

static void a_painted_page_has_no_holes(void **state)
{
    (void)state;
    Pty *p = start_theme(&(PtyStart){0}, "high-contrast.theme");
    for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 80; x++) {
            PtyCell cell = pty_cell(p, x, y); // 0: right half of a wide character
            assert_true(cell.code == 0 || cell.bg != PTY_DEFAULT);
        }
    }
    driver_quit(p);
    p = start_theme(&(PtyStart){.term = "xterm"}, "light.theme");
    for (int x = 0; x < 80; x++) {
        assert_int_equal(pty_cell(p, x, 20).bg, 7);
    }
    driver_quit(p);
}

// --- the very colours --------------------------------------------------------------------------

static const char *const promised[] = {"COLORTERM=truecolor", NULL};
static const char page_set[] = "\033]4;237;rgb:2E/34/40";
static const char page_reset[] = "\033]104;237\007";

static void promised_colours_are_set_and_taken_back(void **state)
{
    (void)state;
    Pty *p = start_theme(&(PtyStart){.env = promised}, "nord.theme");
    assert_true(has_written(p, page_set));
    assert_int_equal(pty_cell(p, 79, 20).bg, 237); // the nearest, for who does not listen
    assert_false(has_written(p, page_reset));
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_true(has_written(p, page_reset));
    pty_end(p);
}

static void a_crash_takes_colours_back(void **state)
{
    (void)state;
    Pty *p = start_theme(&(PtyStart){.env = promised}, "nord.theme");
    pty_keys(p, "x");
    assert_true(pty_wait_exit(p));
    assert_true(has_written(p, page_reset));
    pty_end(p);
}

static void nobody_is_sent_colours_who_did_not_ask(void **state)
{
    (void)state;
    static const PtyStart starts[] = {
        {.term = "xterm-256color"},
        {.term = "screen-256color", .env = promised},
        {.term = "tmux-256color", .env = promised},
        {.term = "linux", .env = promised},
    };
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        Pty *p = start_theme(&starts[i], "nord.theme");
        assert_false(has_written(p, "\033]4;"));
        pty_keys(p, "q");
        assert_true(pty_wait_exit(p));
        assert_false(has_written(p, "\033]104"));
        pty_end(p);
    }
}

// --- in the dashboard --------------------------------------------------------------------------

// Nothing answers at port 1. home: where one's own themes may be.
static Pty *start_rehome(const char *home, const char *theme)
{
    const char *path = getenv("REHOME_BIN");
    const char *argv[] = {path != NULL ? path : pty_beside("rehome"), "127.0.0.1:1", "--theme",
                          theme, NULL};
    char config[128];
    snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", home);
    const char *env[] = {config, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .env = env});
    assert_non_null(p);
    return p;
}

static void quit(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    pty_end(p);
}

static void t_goes_through_all_themes_and_round_again(void **state)
{
    (void)state;
    static const char *const names[] = {"dark",          "deuteranopia", "gruvbox",
                                        "high-contrast", "light",        "mono",
                                        "nord",          "terminal",     "tritanopia"};
    Pty *p = start_rehome("/nonexistent", "dark");
    assert_true(pty_wait(p, "No cluster to show"));
    for (size_t i = 1; i <= ARRAY_LEN(names); i++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "theme %s:", names[i % ARRAY_LEN(names)]);
        pty_keys(p, "t");
        assert_true(pty_wait(p, expected));
        bool is_painted = pty_cell(p, 40, 12).bg != PTY_DEFAULT;
        assert_int_equal(is_painted, i == 2 || i == 3 || i == 4 || i == 6);
    }
    quit(p);
}

// A home for settings, with the theme "mine" in it.
static const char *const home_parts[] = {"/rehome", "/rehome/themes", "/rehome/themes/mine.theme"};

static void in_home(const char *home, int part, char *path, size_t size)
{
    snprintf(path, size, "%s%s", home, home_parts[part]);
}

static void write_own_theme(const char *home, const char *text)
{
    char path[256];
    for (int part = 0; part < 2; part++) {
        in_home(home, part, path, sizeof(path));
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    }
    in_home(home, 2, path, sizeof(path));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void remove_home(const char *home)
{
    char path[256];
    in_home(home, 2, path, sizeof(path));
    assert_int_equal(unlink(path), 0);
    for (int part = 1; part >= 0; part--) {
        in_home(home, part, path, sizeof(path));
        assert_int_equal(rmdir(path), 0);
    }
    assert_int_equal(rmdir(home), 0);
}

static void a_theme_of_ones_own_is_found_and_its_mistakes_are_told(void **state)
{
    (void)state;
    char home[] = "/tmp/rehome-home-XXXXXX";
    assert_non_null(mkdtemp(home));
    write_own_theme(home, "inherits = nord\nbogus = red\n");
    Pty *p = start_rehome(home, "mine");
    assert_true(pty_wait(p, "mine.theme:2: expected the name of a role, got 'bogus'"));
    assert_int_equal(pty_cell(p, 40, 12).bg, 237); // nord's
    pty_keys(p, "t");
    assert_true(pty_wait(p, "theme mono:"));
    quit(p);
    write_own_theme(home, "ok = purpel\n");
    p = start_rehome(home, "mine");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 2);
    assert_true(pty_contains(p, "mine.theme:1: expected a colour"));
    pty_end(p);
    remove_home(home);
}

TESTS(themes, cmocka_unit_test(each_theme_is_legible_on_each_terminal),
      cmocka_unit_test(a_painted_page_has_no_holes),
      cmocka_unit_test(promised_colours_are_set_and_taken_back),
      cmocka_unit_test(a_crash_takes_colours_back),
      cmocka_unit_test(nobody_is_sent_colours_who_did_not_ask),
      cmocka_unit_test(t_goes_through_all_themes_and_round_again),
      cmocka_unit_test(a_theme_of_ones_own_is_found_and_its_mistakes_are_told))
