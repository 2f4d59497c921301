// Copying by OSC 52: what goes to the terminal, and to which kind.
#include "../unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "rehome/base/mem.h"

static bool has_written(const Pty *p, const char *bytes)
{
    size_t n = 0;
    const char *at = pty_output(p, &n);
    return memmem(at, n, bytes, strlen(bytes)) != NULL;
}

static Pty *start_scene(const char *term, const char *const *env)
{
    const char *argv[] = {pty_beside("scene_driver"), "--healthy", NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .term = term, .env = env});
    assert_non_null(p);
    assert_true(pty_wait(p, "0 orphaned"));
    return p;
}

static void leave(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    pty_end(p);
}

// Of each length modulo three.
static void an_address_goes_to_the_clipboard(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "tmux-256color", "screen-256color"};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        Pty *p = start_scene(terms[i], NULL);
        pty_keys(p, "w");
        assert_true(pty_wait(p, "copied (OSC 52) 127.0.99.170:7001"));
        assert_true(has_written(p, "\x1b]52;c;MTI3LjAuOTkuMTcwOjcwMDE=\a"));
        pty_keys(p, "W");
        assert_true(pty_wait(p, "copied (OSC 52) 7f3c91d2a40b5e68c1fd29e07b6a835410de9c27"));
        assert_true(has_written(p, "\x1b]52;c;N2YzYzkxZDJhNDBiNWU2OGMxZmQyOWUwN2I2YTgzNTQxMGRlO"
                                   "WMyNw==\a"));
        leave(p);
    }
}

static void screen_is_asked_to_pass_it_on(void **state)
{
    (void)state;
    static const char *const screen[] = {"STY=1234.pts-0.host", NULL};
    static const char *const tmux[] = {"STY=1234.pts-0.host", "TMUX=/tmp/tmux-0/default,1,0", NULL};
    Pty *p = start_scene("screen", screen);
    pty_keys(p, "w");
    assert_true(pty_wait(p, "copied"));
    assert_true(has_written(p, "\x1bP\x1b]52;c;MTI3LjAuOTkuMTcwOjcwMDE=\a\x1b\\"));
    leave(p);
    p = start_scene("screen", tmux);
    pty_keys(p, "w");
    assert_true(pty_wait(p, "copied"));
    assert_false(has_written(p, "\x1bP"));
    leave(p);
}

static void a_console_has_no_clipboard(void **state)
{
    (void)state;
    static const char *const terms[] = {"linux", "vt100"};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        Pty *p = start_scene(terms[i], NULL);
        pty_keys(p, "w");
        assert_true(pty_wait(p, "not copied"));
        assert_false(has_written(p, "]52;"));
        leave(p);
    }
}

TESTS(copy, cmocka_unit_test(an_address_goes_to_the_clipboard),
      cmocka_unit_test(screen_is_asked_to_pass_it_on), cmocka_unit_test(a_console_has_no_clipboard))
