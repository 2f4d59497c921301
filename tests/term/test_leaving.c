// However a program leaves, the terminal is as it was: shown with term_driver.
#include "../unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "rehome/base/mem.h"

enum { MARKED_PASTES = 2004 }; // the mode

static void assert_restored(Pty *p)
{
    struct termios modes;
    assert_false(pty_alt_screen(p));
    assert_true(pty_cursor_visible(p));
    assert_false(pty_mode_is_set(p, MARKED_PASTES));
    if (pty_modes(p, &modes)) {
        assert_true((modes.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
        assert_true((modes.c_iflag & ICRNL) != 0);
        assert_true((modes.c_oflag & OPOST) != 0);
    }
}

static Pty *start_checked(void)
{
    struct termios modes;
    Pty *p = driver_shown(&(PtyStart){0}, NULL);
    assert_true(pty_alt_screen(p));
    assert_false(pty_cursor_visible(p));
    assert_true(pty_mode_is_set(p, MARKED_PASTES));
    assert_true(pty_modes(p, &modes));
    assert_true((modes.c_lflag & (ICANON | ECHO)) == 0);
    return p;
}

static void quitting_restores_the_terminal(void **state)
{
    (void)state;
    Pty *p = start_checked();
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_restored(p);
    assert_true(pty_contains(p, "driver: left in order"));
    assert_false(pty_contains(p, "corner"));
    pty_end(p);
}

static void sigterm_restores_the_terminal(void **state)
{
    (void)state;
    Pty *p = start_checked();
    pty_signal(p, SIGTERM);
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_restored(p);
    assert_true(pty_contains(p, "driver: left in order"));
    pty_end(p);
}

// A shell that stays, so that the modes of the line can be looked at after the crash.
static void crash_restores_the_terminal(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "linux", "vt100"};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        char command[4200];
        snprintf(command, sizeof(command), "ulimit -c 0; %s; echo status $?; read x",
                 pty_beside("term_driver"));
        const char *argv[] = {"/bin/sh", "-c", command, NULL};
        Pty *p = pty_start(&(PtyStart){.argv = argv, .term = terms[i]});
        assert_true(pty_wait(p, "corner"));
        pty_keys(p, "x");
        assert_true(pty_wait(p, "status 139"));
        assert_restored(p);
        pty_end(p);
    }
}

// The shell runs it as a job of its own: a group without a shell above it is never stopped.
static void suspending_gives_the_terminal_back_for_a_while(void **state)
{
    (void)state;
    char command[4200];
    snprintf(command, sizeof(command), "%s; echo the shell has it; read x; fg; echo status $?",
             pty_beside("term_driver"));
    const char *argv[] = {"/bin/sh", "-mc", command, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_true(pty_wait(p, "corner"));
    pty_keys(p, "Ctrl-Z");
    assert_true(pty_wait(p, "the shell has it"));
    assert_restored(p);
    pty_resize(p, 90, 20);
    pty_send(p, "\n");
    assert_true(pty_wait(p, "size 90x20 keys 1 last Ctrl-Z"));
    assert_true(pty_wait(p, "corner"));
    assert_true(pty_alt_screen(p));
    assert_false(pty_cursor_visible(p));
    assert_false(pty_contains(p, "the shell has it"));
    pty_keys(p, "q");
    assert_true(pty_wait(p, "status 0"));
    assert_restored(p);
    pty_end(p);
}

TESTS(leaving, cmocka_unit_test(quitting_restores_the_terminal),
      cmocka_unit_test(sigterm_restores_the_terminal),
      cmocka_unit_test(crash_restores_the_terminal),
      cmocka_unit_test(suspending_gives_the_terminal_back_for_a_while))
