// src/ui/term.c on terminals of all kinds, through term_driver.
#include "../unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drive.h"
#include "picture.h"
#include "rehome/base/mem.h"
#include "rehome/ui/canvas.h"
#include "rehome/ui/theme.h"

static PtyCell cell_of(Pty *p, Role role, int x_offset)
{
    int i = (int)role;
    return pty_cell(p, i % 3 * 26 + x_offset, 2 + i / 3);
}

enum { PLAIN = 0, MARKED = 10, FAINT = 18 }; // where the driver draws a role's three samples

// --- terminals ---------------------------------------------------------------------------------

static void every_common_terminal_shows_everything(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "xterm",     "screen", "screen-256color",
                                        "tmux-256color",  "linux",     "vt100",  "vt220",
                                        "rxvt-unicode",   "xterm-mono"};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        print_message("TERM=%s\n", terms[i]);
        Pty *p = driver_shown(&(PtyStart){.term = terms[i]}, NULL);
        assert_true(pty_contains(p, "size 80x24 keys 0 last none"));
        for (int role = 0; role < ROLE_COUNT; role++) {
            assert_true(pty_contains(p, theme_role_name((Role)role)));
        }
        assert_int_equal(pty_cell(p, 79, 23).code, 'r');
        assert_int_equal(pty_cell(p, 3, 10).code, 0x65E5); // a wide character in a box's title
        assert_int_equal(pty_cell(p, 4, 10).code, 0);
        pty_keys(p, "j");
        assert_true(pty_wait(p, "keys 1 last j"));
        driver_quit(p);
    }
}

static void unusable_terminals_are_an_error_that_helps(void **state)
{
    (void)state;
    static const char *const terms[] = {"dumb", "no-such-terminal", ""};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        Pty *p = driver_start(&(PtyStart){.term = terms[i], .w = 200}, NULL);
        assert_true(pty_wait_exit(p));
        assert_int_equal(pty_status(p), 2);
        assert_true(pty_contains(p, terms[i][0] == '\0' ? "TERM is not set" : terms[i]));
        assert_true(pty_contains(p, "set TERM"));
        assert_true(pty_contains(p, "rehome check"));
        assert_false(pty_alt_screen(p));
        pty_end(p);
    }
}

static void ascii_locale_gets_ascii(void **state)
{
    (void)state;
    Pty *p = driver_shown(&(PtyStart){.locale = "C"}, NULL);
    size_t n = 0;
    const char *bytes = pty_output(p, &n);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)bytes[i] >= 0x7F) {
            fail_msg("byte %d is 0x%x", (int)i, (unsigned)(unsigned char)bytes[i]);
        }
    }
    assert_true(pty_contains(p, "+- ???? box -"));
    driver_quit(p);
}

// --- colours -----------------------------------------------------------------------------------

static void with_256_colours_the_nearest_are_taken(void **state)
{
    (void)state;
    Theme theme = theme_default();
    Pty *p = driver_shown(&(PtyStart){0}, NULL);
    for (int role = 0; role < ROLE_COUNT; role++) {
        const Style *s = &theme.style[role];
        PtyCell cell = cell_of(p, (Role)role, PLAIN);
        assert_int_equal(cell.fg, theme_nearest_256(s->fg));
        assert_int_equal(cell.bg, theme_nearest_256(s->bg));
        assert_int_equal(cell.bold, s->bold);
        assert_int_equal(cell.underline, s->underline);
        assert_int_equal(cell.reverse, s->reverse);
        PtyCell marked = cell_of(p, (Role)role, MARKED);
        const Style *row = &theme.style[ROLE_SELECTED];
        assert_int_equal(marked.bg, theme_nearest_256(s->bg == COLOUR_DEFAULT ? row->bg : s->bg));
        assert_int_equal(marked.fg, theme_nearest_256(s->fg == COLOUR_DEFAULT ? row->fg : s->fg));
        assert_int_equal(marked.bold, s->bold);
        assert_int_equal(cell_of(p, (Role)role, FAINT).fg,
                         theme_nearest_256(theme.style[ROLE_DIM].fg));
    }
    driver_quit(p);
}

static void with_8_colours_bright_ones_are_bold(void **state)
{
    (void)state;
    Pty *p = driver_shown(&(PtyStart){.term = "xterm"}, NULL);
    PtyCell ok = cell_of(p, ROLE_OK, PLAIN);
    assert_int_equal(ok.fg, 2);
    assert_false(ok.bold);
    assert_true(cell_of(p, ROLE_OK, MARKED).reverse);
    PtyCell crit = cell_of(p, ROLE_CRIT, PLAIN);
    assert_int_equal(crit.fg, 1);
    assert_true(crit.bold);
    PtyCell banner = cell_of(p, ROLE_BANNER, PLAIN);
    assert_int_equal(banner.fg, 0);
    assert_int_equal(banner.bg, 3);
    // Bright black may not become black.
    assert_int_equal(cell_of(p, ROLE_DIM, PLAIN).fg, PTY_DEFAULT);
    driver_quit(p);
}

static void assert_no_colour(Pty *p)
{
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            PtyCell cell = pty_cell(p, x, y);
            assert_int_equal(cell.fg, PTY_DEFAULT);
            assert_int_equal(cell.bg, PTY_DEFAULT);
        }
    }
}

static void without_colours_attributes_speak(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        const char *option;
    } ways[] = {{"xterm-256color", "--no-color"}, {"vt100", NULL}, {"xterm-mono", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        Pty *p = driver_shown(&(PtyStart){.term = ways[i].term}, ways[i].option);
        assert_no_colour(p);
        PtyCell orphan = cell_of(p, ROLE_ORPHAN, PLAIN);
        assert_true(orphan.bold && orphan.reverse);
        assert_true(cell_of(p, ROLE_BANNER, PLAIN).reverse);
        assert_true(cell_of(p, ROLE_TARGET, PLAIN).underline);
        assert_true(cell_of(p, ROLE_OK, MARKED).reverse);
        driver_quit(p);
    }
}

static bool run(const char *program, const char *a, const char *b, const char *c, const char *d)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp(program, program, a, b, c, d, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

// A terminal that Debian's ncurses-base does not describe, made with tic. false: no tic here.
static bool describe_terminal(char *folder, const char *description)
{
    assert_non_null(mkdtemp(folder));
    char path[128];
    snprintf(path, sizeof(path), "%s/source", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(description, file);
    fclose(file);
    return run("tic", "-x", "-o", folder, path);
}

static void remove_folder(const char *folder)
{
    assert_true(run("rm", "-rf", folder, NULL, NULL));
}

static Pty *start_described(char *folder, const char *term, const char *description)
{
    if (!describe_terminal(folder, description)) {
        remove_folder(folder);
        skip();
    }
    char info[128];
    snprintf(info, sizeof(info), "TERMINFO=%s", folder);
    const char *env[] = {info, NULL};
    return driver_shown(&(PtyStart){.term = term, .env = env}, NULL);
}

static void with_16_colours_bright_ones_are_colours(void **state)
{
    (void)state;
    char folder[] = "/tmp/rehome-terminfo-XXXXXX";
    Pty *p = start_described(folder, "xterm-16",
                             "xterm-16|sixteen colours,\n"
                             "\tcolors#16, pairs#256, use=xterm-256color,\n");
    assert_int_equal(cell_of(p, ROLE_OK, PLAIN).fg, 2);
    assert_int_equal(cell_of(p, ROLE_CRIT, PLAIN).fg, 9);
    assert_int_equal(cell_of(p, ROLE_DIM, PLAIN).fg, 8);
    driver_quit(p);
    remove_folder(folder);
}

static void terminals_that_take_rgb_get_the_very_colour(void **state)
{
    (void)state;
    static const char description[] =
        "xterm-rgb|direct colours,\n\tRGB, colors#0x1000000, pairs#0x7FFF,\n"
        "\tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;"
        "%p1%{255}%&%d%;m,\n"
        "\tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;"
        "%p1%{255}%&%d%;m,\n"
        "\tccc@, initc@, use=xterm-256color,\n";
    char folder[] = "/tmp/rehome-terminfo-XXXXXX";
    Pty *p = start_described(folder, "xterm-rgb", description);
    Theme theme = theme_default();
    assert_int_equal(cell_of(p, ROLE_OK, PLAIN).fg, PTY_RGB + theme.style[ROLE_OK].fg);
    assert_int_equal(cell_of(p, ROLE_BANNER, PLAIN).bg, PTY_RGB + theme.style[ROLE_BANNER].bg);
    assert_int_equal(cell_of(p, ROLE_TEXT, PLAIN).fg, PTY_DEFAULT);
    driver_quit(p);
    remove_folder(folder);
}

// --- keys --------------------------------------------------------------------------------------

static void keys_have_their_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Up",        "Down",   "Left",  "Right", "PgUp", "PgDn",     "Home",
        "End",       "F1",     "F10",   "Enter", "Tab",  "Esc",      "Ctrl-C",
        "Backspace", "Ctrl-L", "Space", "G",     "?",    "\xc3\xa9", "\xe6\x97\xa5"};
    Pty *p = driver_shown(&(PtyStart){0}, NULL);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char expected[64];
        pty_keys(p, names[i]);
        snprintf(expected, sizeof(expected), "keys %d last %s", (int)i + 1, names[i]);
        assert_true(pty_wait(p, expected));
    }
    driver_quit(p);
}

static void escape_is_told_from_sequences(void **state)
{
    (void)state;
    Pty *p = driver_shown(&(PtyStart){0}, NULL);
    // Esc and then a key, in one packet as over a slow line, are two keys.
    pty_send(p, "\x1bj");
    assert_true(pty_wait(p, "keys 2 last j"));
    // Sequences we know nothing of do not act as the letters they are made of.
    pty_send(p, "\x1b[99~\x1b[1;5A\x1b[<0;3;4M\x1b[M !!\x1bOz\x1b[I");
    pty_send(p, "k");
    assert_true(pty_wait(p, "keys 3 last k"));
    pty_send(p, "\x1b");
    assert_true(pty_wait(p, "keys 4 last Esc"));
    driver_quit(p);
}

// "My" pasted by mistake would move a replica and confirm it.
static void pasted_text_is_no_command(void **state)
{
    (void)state;
    Pty *p = driver_shown(&(PtyStart){0}, NULL);
    pty_send(p, "\x1b[200~My cluster\r\x1b[A and ");
    pty_send(p, "more\x1b[201~k");
    assert_true(pty_wait(p, "keys 1 last k"));
    // A paste whose end is lost does not lock the keyboard for ever.
    pty_send(p, "\x1b[200~M\x03");
    assert_true(pty_wait(p, "keys 2 last Ctrl-C"));
    driver_quit(p);
}

// What was cut off takes nothing of what follows with it, least of all the mark of a paste.
static void a_paste_behind_broken_bytes_is_a_paste(void **state)
{
    (void)state;
    static const char *const broken[] = {"\x1b[", "\x1b[<;1", "\x1b[1;", "\x1bO",     "\xE2\x96",
                                         "\xE2",  "\xF0",     "\xFF",    "\x1b[\xE2", "\x9B"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        Pty *p = driver_shown(&(PtyStart){0}, NULL);
        char bytes[80];
        snprintf(bytes, sizeof(bytes), "%s\x1b[200~My cluster is M and y\r\x1b[201~k", broken[i]);
        pty_send(p, bytes);
        assert_true(pty_wait(p, "keys 1 last k"));
        driver_quit(p);
    }
}

static void many_keys_at_once_are_all_taken(void **state)
{
    (void)state;
    char keys[501];
    memset(keys, 'j', sizeof(keys) - 1);
    keys[sizeof(keys) - 1] = '\0';
    Pty *p = driver_shown(&(PtyStart){0}, NULL);
    pty_send(p, keys);
    assert_true(pty_wait(p, "keys 500 last j"));
    driver_quit(p);
}

// --- size --------------------------------------------------------------------------------------

static void resize_storm_ends_in_a_clean_screen(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1},   {300, 100}, {2, 50}, {80, 1},   {1, 40},
                                   {59, 14}, {200, 60},  {3, 3},  {132, 43}, {80, 24}};
    Pty *p = driver_shown(&(PtyStart){0}, NULL);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            pty_resize(p, sizes[i][0], sizes[i][1]);
            if (round % 4 == 0 && sizes[i][0] >= 40) { // now and then it may come to rest
                char expected[32];
                snprintf(expected, sizeof(expected), "size %dx%d ", sizes[i][0], sizes[i][1]);
                assert_true(pty_wait(p, expected));
            }
        }
    }
    pty_resize(p, 100, 30);
    assert_true(pty_wait(p, "size 100x30 keys 0"));
    assert_true(pty_wait(p, "corner"));
    pty_keys(p, "j");
    assert_true(pty_wait(p, "██▌")); // the last that the key changes
    Pty *fresh = driver_shown(&(PtyStart){.w = 100, .h = 30}, NULL);
    pty_keys(fresh, "j");
    assert_true(pty_wait(fresh, "██▌"));
    assert_true(picture_same(p, fresh));
    driver_quit(fresh);
    driver_quit(p);
}

static void smallest_screen_works(void **state)
{
    (void)state;
    Pty *p = driver_start(&(PtyStart){.w = 1, .h = 1}, NULL);
    assert_true(pty_wait(p, "c")); // of "corner"
    pty_resize(p, 60, 15);
    assert_true(pty_wait(p, "size 60x15"));
    pty_resize(p, 1, 1);
    pty_keys(p, "j Esc Up");
    pty_resize(p, 60, 15);
    assert_true(pty_wait(p, "keys 3 last Up"));
    driver_quit(p);
}

// --- traffic -----------------------------------------------------------------------------------

static void only_what_changed_is_sent(void **state)
{
    (void)state;
    Pty *p = driver_shown(&(PtyStart){.w = 120, .h = 40}, NULL);
    pty_keys(p, "j");
    assert_true(pty_wait(p, "keys 1 last j"));
    pty_output_clear(p);
    pty_keys(p, "k");
    assert_true(pty_wait(p, "keys 2 last k"));
    // Two letters and two cells of the bar, each with a move and its colours.
    size_t n = 0;
    pty_output(p, &n);
    assert_in_range(n, 1, 120);
    pty_output_clear(p);
    pty_keys(p, "r");
    assert_true(pty_wait(p, "keys 3 last r"));
    assert_true(pty_wait(p, "corner"));
    pty_output(p, &n);
    assert_in_range(n, 500, 10000);
    driver_quit(p);
}

TESTS(screen, cmocka_unit_test(every_common_terminal_shows_everything),
      cmocka_unit_test(unusable_terminals_are_an_error_that_helps),
      cmocka_unit_test(ascii_locale_gets_ascii),
      cmocka_unit_test(with_256_colours_the_nearest_are_taken),
      cmocka_unit_test(with_8_colours_bright_ones_are_bold),
      cmocka_unit_test(without_colours_attributes_speak),
      cmocka_unit_test(with_16_colours_bright_ones_are_colours),
      cmocka_unit_test(terminals_that_take_rgb_get_the_very_colour),
      cmocka_unit_test(keys_have_their_names), cmocka_unit_test(escape_is_told_from_sequences),
      cmocka_unit_test(pasted_text_is_no_command),
      cmocka_unit_test(a_paste_behind_broken_bytes_is_a_paste),
      cmocka_unit_test(many_keys_at_once_are_all_taken),
      cmocka_unit_test(resize_storm_ends_in_a_clean_screen),
      cmocka_unit_test(smallest_screen_works), cmocka_unit_test(only_what_changed_is_sent))
