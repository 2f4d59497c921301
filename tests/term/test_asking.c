// Questions of the commands that have no screen: whoever presses Ctrl-C gets away.
#include "../unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

#include "pty.h"
#include "rehome/app/lab.h"

static const char *program(void)
{
    const char *path = getenv("REHOME_BIN");
    return path != NULL ? path : pty_beside("rehome");
}

static bool has_echo(Pty *p)
{
    struct termios modes;
    assert_true(pty_modes(p, &modes));
    return (modes.c_lflag & ECHO) != 0;
}

// A shell that stays, so that the modes of the line can be looked at afterwards.
static void a_password_that_is_not_given_leaves_the_echo_on(void **state)
{
    (void)state;
    char command[4200];
    snprintf(command, sizeof(command),
             "trap : INT; '%s' check --askpass 127.0.0.1:1; echo status $?; read x", program());
    const char *argv[] = {"/bin/sh", "-c", command, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    assert_true(pty_wait(p, "Password:"));
    assert_false(has_echo(p));
    pty_keys(p, "Ctrl-C");
    assert_true(pty_wait(p, "status 3")); // it could not look
    assert_true(has_echo(p));
    pty_end(p);
}

static bool has_written(const Pty *p, const char *bytes)
{
    size_t n = 0;
    const char *at = pty_output(p, &n);
    return memmem(at, n, bytes, strlen(bytes)) != NULL;
}

// Nor, in base64, to the clipboard.
static void a_password_that_is_given_is_on_no_screen(void **state)
{
    (void)state;
    Error err = {0};
    LabSpec spec = lab_scenario;
    spec.pass = "t0p-Secret-w0rd";
    Lab *lab = lab_start(&spec, NULL, NULL, &err);
    if (lab == NULL) {
        fail_msg("%s", err.text);
    }
    const char *argv[] = {program(), "--askpass", lab_addr(lab, 0), NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 120, .h = 40});
    assert_non_null(p);
    assert_true(pty_wait(p, "Password:"));
    pty_send(p, "t0p-Secret-w0rd\r");
    assert_true(pty_wait(p, "0 orphaned"));
    pty_keys(p, "3");
    assert_true(pty_wait(p, "what helps"));
    pty_keys(p, "C");
    assert_true(pty_wait(p, "copied"));
    pty_keys(p, "5");
    assert_true(pty_wait(p, "In charge"));
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_false(has_written(p, "t0p-Secret"));
    assert_false(has_written(p, "dDBwLVNlY3Jld")); // the same in base64
    pty_end(p);
    lab_free(lab);
}

static void a_move_that_is_asked_about_is_called_off(void **state)
{
    (void)state;
    Error err = {0};
    Lab *lab = lab_start(&lab_scenario, NULL, NULL, &err);
    if (lab == NULL) {
        fail_msg("%s", err.text);
    }
    const char *argv[] = {program(), "move", ":7004", ":7001", lab_addr(lab, 0), NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    assert_true(pty_wait(p, "Type y to do it:"));
    pty_keys(p, "Ctrl-C");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 1);
    assert_true(pty_contains(p, "nothing was moved"));
    pty_end(p);
    lab_free(lab);
}

static Pty *ask_to_heal(Lab *lab)
{
    const char *argv[] = {program(), "heal", "--spread", lab_addr(lab, 0), NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 120, .h = 40});
    assert_non_null(p);
    assert_true(pty_wait(p, "One after the other. Type y to do it:"));
    assert_true(pty_contains(p, "host-safe NO -> YES"));
    return p;
}

static void a_plan_that_is_asked_about_is_called_off_or_made(void **state)
{
    (void)state;
    Error err = {0};
    Lab *lab = lab_start(&lab_scenario, NULL, NULL, &err);
    if (lab == NULL) {
        fail_msg("%s", err.text);
    }
    Pty *p = ask_to_heal(lab);
    pty_keys(p, "n Enter");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 1);
    assert_true(pty_contains(p, "nothing was moved"));
    pty_end(p);
    p = ask_to_heal(lab); // it is as it was
    pty_keys(p, "y Enter");
    assert_true(pty_wait(p, "host-safe NO (127.0."));
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_true(pty_contains(p, "plan: the move is done"));
    pty_end(p);
    lab_free(lab);
}

TESTS(asking, cmocka_unit_test(a_password_that_is_not_given_leaves_the_echo_on),
      cmocka_unit_test(a_password_that_is_given_is_on_no_screen),
      cmocka_unit_test(a_move_that_is_asked_about_is_called_off),
      cmocka_unit_test(a_plan_that_is_asked_about_is_called_off_or_made))
