// The mouse on terminals: asked for only when it is wanted, given back whenever the terminal is.
#include "../unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "rehome/base/mem.h"

enum { MOUSE = 1000, IN_DIGITS = 1006, LEFT = 1, WHEEL_UP = 4, WHEEL_DOWN = 5 };

static Pty *start_scene(const char *term)
{
    const char *argv[] = {pty_beside("scene_driver"), NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .term = term, .w = 100});
    assert_non_null(p);
    assert_true(pty_wait(p, "ORPHANED"));
    return p;
}

static void leave(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_false(pty_mode_is_set(p, MOUSE));
    assert_false(pty_mode_is_set(p, IN_DIGITS));
    pty_end(p);
}

static void the_mouse_is_the_terminals_until_a_key_takes_it(void **state)
{
    (void)state;
    Pty *p = start_scene(NULL);
    assert_false(pty_mode_is_set(p, MOUSE));
    pty_send(p, "\x1b[<0;3;6M"); // another program left it on: nothing happens
    pty_keys(p, "F2");
    assert_true(pty_wait(p, "MOUSE"));
    assert_true(pty_contains(p, "▶▲ 127.0.99.170:7001"));
    assert_true(pty_mode_is_set(p, MOUSE) && pty_mode_is_set(p, IN_DIGITS));
    assert_true(pty_click(p, "127.0.99.172:7006", LEFT));
    assert_true(pty_wait(p, "▶└─ ● 127.0.99.172:7006"));
    assert_true(pty_click(p, "3 problems", LEFT));
    assert_true(pty_wait(p, "what helps"));
    pty_keys(p, "? F2");
    assert_true(pty_wait_gone(p, "MOUSE"));
    assert_false(pty_mode_is_set(p, MOUSE));
    leave(p);
}

static void the_wheel_and_the_other_way_to_tell(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "tmux-256color", "screen-256color"};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        Pty *p = start_scene(terms[i]);
        pty_keys(p, "F2");
        assert_true(pty_wait(p, "MOUSE"));
        pty_click(p, "ORPHANED", WHEEL_DOWN);
        assert_true(pty_wait(p, "▶└─ ● 127.0.99.172:7006"));
        pty_click(p, "ORPHANED", WHEEL_UP);
        assert_true(pty_wait(p, "▶▲"));
        pty_send(p, "\x1b[M !&"); // button, column and line as characters: the sixth line
        assert_true(pty_wait(p, "▶└─ ● 127.0.99.172:7006"));
        pty_send(p, "\x1b[<0;99999999999999999999;1M\x1b[<0;;M\x1b[<M\x1b[<0;1M\x1b[<0;0;0M");
        pty_keys(p, "k");
        assert_true(pty_wait(p, "▶● 127.0.99.172:7005"));
        leave(p);
    }
}

static void no_click_says_yes(void **state)
{
    (void)state;
    Pty *p = start_scene(NULL);
    pty_keys(p, "F2 m");
    assert_true(pty_wait(p, "y moves it"));
    pty_click(p, "y moves it", LEFT);
    assert_true(pty_wait(p, "nothing was sent"));
    assert_false(pty_contains(p, "asked:"));
    leave(p);
}

static void a_terminal_without_a_mouse_says_so(void **state)
{
    (void)state;
    const char *path = getenv("REHOME_BIN");
    const char *argv[] = {path != NULL ? path : pty_beside("rehome"), "127.0.0.1:1", "--mouse",
                          NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .term = "vt100"});
    assert_true(pty_wait(p, "this terminal does not tell of its mouse"));
    leave(p);
    p = pty_start(&(PtyStart){.argv = argv});
    assert_true(pty_wait(p, "the mouse is on"));
    assert_true(pty_mode_is_set(p, MOUSE));
    leave(p);
}

// The shell has its mouse back, and after fg we have it again.
static void the_shell_gets_the_mouse_back(void **state)
{
    (void)state;
    char command[4200];
    snprintf(command, sizeof(command), "%s; echo the shell has it; read x; fg; echo status $?",
             pty_beside("scene_driver"));
    const char *argv[] = {"/bin/sh", "-mc", command, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 100});
    assert_true(pty_wait(p, "ORPHANED"));
    pty_keys(p, "F2");
    assert_true(pty_wait(p, "MOUSE"));
    pty_keys(p, "Ctrl-Z");
    assert_true(pty_wait(p, "the shell has it"));
    assert_false(pty_mode_is_set(p, MOUSE));
    pty_send(p, "\n");
    assert_true(pty_wait(p, "MOUSE"));
    assert_true(pty_mode_is_set(p, MOUSE) && pty_mode_is_set(p, IN_DIGITS));
    pty_click(p, "4 events", LEFT);
    assert_true(pty_wait(p, "all kinds"));
    pty_keys(p, "q");
    assert_true(pty_wait(p, "status 0"));
    assert_false(pty_mode_is_set(p, MOUSE));
    pty_end(p);
}

static void a_killed_program_leaves_no_mouse_behind(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP, SIGABRT};
    const char *path = getenv("REHOME_BIN");
    const char *argv[] = {path != NULL ? path : pty_beside("rehome"), "127.0.0.1:1", "--mouse",
                          NULL};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        Pty *p = pty_start(&(PtyStart){.argv = argv});
        assert_true(pty_wait(p, "No cluster to show"));
        assert_true(pty_mode_is_set(p, MOUSE));
        pty_signal(p, signals[i]);
        assert_true(pty_wait_exit(p));
        assert_false(pty_mode_is_set(p, MOUSE));
        assert_false(pty_mode_is_set(p, IN_DIGITS));
        pty_end(p);
    }
}

TESTS(mouse, cmocka_unit_test(the_mouse_is_the_terminals_until_a_key_takes_it),
      cmocka_unit_test(the_wheel_and_the_other_way_to_tell), cmocka_unit_test(no_click_says_yes),
      cmocka_unit_test(a_terminal_without_a_mouse_says_so),
      cmocka_unit_test(the_shell_gets_the_mouse_back),
      cmocka_unit_test(a_killed_program_leaves_no_mouse_behind))
