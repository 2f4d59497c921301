// The whole dashboard on each terminal and in each locale: every cell is there, glyphs are those of
// the locale, colours as many as the terminal has, and it is left as it was found.
#include "../unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "picture.h"
#include "rehome/base/mem.h"
#include "unit/screen.h"

static Pty *start_scene(const PtyStart *how, const char *option)
{
    const char *argv[] = {pty_beside("scene_driver"), option, NULL};
    PtyStart start = *how;
    start.argv = argv;
    Pty *p = pty_start(&start);
    assert_non_null(p);
    return p;
}

// What should be on the screen after these keys, drawn here.
static Canvas *draw_expected(Stage *st, const char *keys, int w, int h, bool ascii)
{
    Ui *ui = ui_new(CONFIRM_ASK);
    Canvas *c = canvas_new(w, h, ascii);
    screen_press(ui, &st->scene, keys);
    ui_draw(ui, &st->scene, c);
    ui_free(ui);
    return c;
}

static void assert_left_as_found(Pty *p)
{
    struct termios modes;
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_false(pty_alt_screen(p));
    assert_true(pty_cursor_visible(p));
    assert_false(pty_mode_is_set(p, 2004)); // pasted text is marked
    assert_false(pty_mode_is_set(p, 1000)); // clicks are told
    assert_false(pty_mode_is_set(p, 1006));
    assert_true(pty_is_plain(p));
    if (pty_modes(p, &modes)) {
        assert_true((modes.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
    }
    pty_end(p);
}

static bool is_there(Pty *p, void *context)
{
    const Canvas *c = context;
    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            if (pty_cell(p, x, y).code != c->cells[(size_t)y * (size_t)c->w + (size_t)x].code) {
                return false;
            }
        }
    }
    return true;
}

static void assert_shows(Pty *p, Canvas *c, const char *golden)
{
    pty_wait_until(p, is_there, c, PTY_DEADLINE_MS);
    assert_true(golden != NULL ? picture_equal(p, c, golden) : picture_is_complete(p, c));
}

// --- terminals ---------------------------------------------------------------------------------

static void the_dashboard_is_whole_on_every_terminal(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color",  "xterm", "tmux-256color", "screen",
                                        "screen-256color", "linux", "vt100"};
    static const char *const locales[] = {"C.UTF-8", "C", "POSIX"};
    Stage *st = stage_orphaned();
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        for (size_t k = 0; k < ARRAY_LEN(locales); k++) {
            bool ascii = k > 0;
            char name[80];
            snprintf(name, sizeof(name), "term-%s.txt", terms[i]);
            print_message("TERM=%s LC_ALL=%s\n", terms[i], locales[k]);
            Pty *p = start_scene(&(PtyStart){.term = terms[i], .locale = locales[k]}, NULL);
            Canvas *c = draw_expected(st, "", 80, 24, ascii);
            assert_shows(p, c, i > 0 ? NULL : ascii ? "term-ascii-80x24.txt" : "term-80x24.txt");
            assert_true(picture_looks_equal(p, c, name));
            pty_keys(p, "q");
            assert_left_as_found(p);
            canvas_free(c);
        }
    }
    stage_free(st);
}

// What they cannot do is an error that says what to do instead, and nothing was touched.
static void a_terminal_that_cannot_is_told_so(void **state)
{
    (void)state;
    static const char *const terms[] = {"dumb", "unknown", "no-such-terminal", ""};
    const char *program = getenv("REHOME_BIN");
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        const char *argv[] = {program != NULL ? program : pty_beside("rehome"), "127.0.0.1:1",
                              NULL};
        Pty *p = pty_start(&(PtyStart){.argv = argv, .term = terms[i], .w = 250});
        assert_non_null(p);
        assert_true(pty_wait_exit(p));
        assert_int_equal(pty_status(p), 2);
        assert_true(pty_contains(p, terms[i][0] == '\0' ? "TERM is not set" : terms[i]));
        assert_true(pty_contains(p, "set TERM"));
        assert_true(pty_contains(p, "`rehome check`"));
        size_t n = 0;
        assert_null(strchr(pty_output(p, &n), '\x1b'));
        pty_end(p);
    }
}

// Nobody reads for a while, in the middle of a frame, and keys are pressed all the same.
static void who_is_read_from_again_shows_what_is_there_now(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    Canvas *c = draw_expected(st, "3", 160, 50, false);
    Pty *p = start_scene(&(PtyStart){.w = 160, .h = 50}, NULL);
    Pty *other = start_scene(&(PtyStart){.w = 160, .h = 50}, NULL);
    assert_true(pty_wait(p, "1 tree"));
    assert_true(pty_fill(p, "Ctrl-L"));
    pty_keys(p, "3");
    pty_keys(other, "3");
    assert_shows(other, c, NULL);
    assert_shows(p, c, NULL);
    assert_true(picture_same(p, other));
    pty_keys(p, "q");
    assert_left_as_found(p);
    pty_end(other);
    canvas_free(c);
    stage_free(st);
}

// --- names -------------------------------------------------------------------------------------

static void wide_names_keep_columns_straight(void **state)
{
    (void)state;
    static const char *const keys[] = {"2", "Enter", "e"};
    Stage *st = stage_names();
    Pty *p = start_scene(&(PtyStart){0}, "--names");
    Canvas *c = draw_expected(st, "", 80, 24, false);
    assert_shows(p, c, "term-names-80x24.txt");
    canvas_free(c);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        pty_keys(p, keys[i]);
        c = draw_expected(st, keys[i], 80, 24, false);
        assert_shows(p, c, NULL);
        canvas_free(c);
        pty_keys(p, "Esc");
    }
    // Whatever the width, a wide character is whole or not there.
    for (int w = 30; w < 130; w += 7) {
        pty_resize(p, w, 24);
        c = draw_expected(st, "", w, 24, false);
        assert_shows(p, c, NULL);
        canvas_free(c);
    }
    size_t n = 0;
    const char *bytes = pty_output(p, &n);
    assert_null(memmem(bytes, n, "\x1b]0;gotcha", 10));
    static const char turned[] = {'\xe2', '\x80', '\xae'}; // around, what follows
    assert_null(memmem(bytes, n, turned, sizeof(turned)));
    pty_keys(p, "q");
    assert_left_as_found(p);
    stage_free(st);
}

// --- sizes -------------------------------------------------------------------------------------

static void a_storm_of_sizes_ends_in_a_clean_screen(void **state)
{
    (void)state;
    static const int edges[][2] = {{1, 1},    {2, 2},   {59, 14}, {500, 150}, {60, 15},  {80, 1},
                                   {1, 200},  {59, 15}, {60, 14}, {109, 40},  {110, 23}, {160, 29},
                                   {160, 30}, {40, 8},  {20, 5},  {3, 60}};
    Pty *p = start_scene(&(PtyStart){0}, NULL);
    assert_true(pty_wait(p, "ORPHANED"));
    for (int i = 0; i < 200; i++) {
        const int *edge = edges[(size_t)i % ARRAY_LEN(edges)];
        bool is_edge = i % 3 != 0;
        pty_resize(p, is_edge ? edge[0] : 1 + i * 37 % 300, is_edge ? edge[1] : 1 + i * 11 % 90);
        pty_keys(p, i % 5 == 0 ? "j" : i % 7 == 0 ? "3" : i % 11 == 0 ? "1" : "");
        pty_wait_rest(p, i % 10 == 0 ? 20 : 1);
    }
    // libvterm deletes no character in a line that a resize has added, and curses does so for what
    // keys change: these are painted anew.
    pty_keys(p, "1 g Ctrl-L");
    static const int last[][2] = {{80, 24}, {1, 1}, {59, 14}, {120, 40}, {500, 150}};
    Stage *st = stage_orphaned();
    for (size_t i = 0; i < ARRAY_LEN(last); i++) {
        pty_resize(p, last[i][0], last[i][1]);
        Canvas *c = draw_expected(st, "1 g", last[i][0], last[i][1], false);
        assert_shows(p, c, NULL);
        Pty *fresh = start_scene(&(PtyStart){.w = last[i][0], .h = last[i][1]}, NULL);
        pty_keys(fresh, "1 g");
        assert_shows(fresh, c, NULL);
        assert_true(picture_same(p, fresh));
        canvas_free(c);
        pty_keys(fresh, "q");
        assert_left_as_found(fresh);
    }
    stage_free(st);
    pty_keys(p, "q");
    assert_left_as_found(p);
}

// --- the shell and back ------------------------------------------------------------------------

static void the_shell_has_the_terminal_until_fg(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "tmux-256color", "screen", "linux",
                                        "vt100"};
    Stage *st = stage_orphaned();
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        print_message("TERM=%s\n", terms[i]);
        char command[4200];
        snprintf(command, sizeof(command), "%s; echo the shell has it; read x; fg; echo status $?",
                 pty_beside("scene_driver"));
        const char *argv[] = {"/bin/sh", "-mc", command, NULL};
        Pty *p = pty_start(&(PtyStart){.argv = argv, .term = terms[i]});
        assert_non_null(p);
        assert_true(pty_wait(p, "ORPHANED"));
        pty_keys(p, "Ctrl-Z");
        assert_true(pty_wait(p, "the shell has it"));
        assert_false(pty_alt_screen(p));
        assert_true(pty_cursor_visible(p));
        assert_false(pty_mode_is_set(p, 2004));
        pty_resize(p, 100, 30);
        pty_send(p, "\n");
        Canvas *c = draw_expected(st, "", 100, 30, false);
        assert_shows(p, c, NULL);
        canvas_free(c);
        pty_keys(p, "q");
        assert_true(pty_wait(p, "status 0"));
        assert_false(pty_alt_screen(p));
        pty_end(p);
    }
    stage_free(st);
}

TESTS(terminals, cmocka_unit_test(the_dashboard_is_whole_on_every_terminal),
      cmocka_unit_test(a_terminal_that_cannot_is_told_so),
      cmocka_unit_test(who_is_read_from_again_shows_what_is_there_now),
      cmocka_unit_test(wide_names_keep_columns_straight),
      cmocka_unit_test(a_storm_of_sizes_ends_in_a_clean_screen),
      cmocka_unit_test(the_shell_has_the_terminal_until_fg))
