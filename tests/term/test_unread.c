// A terminal that takes nothing, because it is not read from (a line that hangs) or held (XOFF),
// stops nothing but itself.
#include "../unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"
#include "rehome/base/mem.h"

enum { LONG_MS = 60000 };

static const char *program(void)
{
    const char *path = getenv("REHOME_BIN");
    return path != NULL ? path : pty_beside("rehome");
}

static void stop_terminal(Pty *p, bool by_hold)
{
    if (by_hold) {
        pty_hold(p, true);
        pty_keys(p, "Ctrl-L");
    } else {
        assert_true(pty_fill(p, "Ctrl-L"));
    }
}

// --- automatic mode ----------------------------------------------------------------------------

static bool follows(const Lab *lab, int replica, int master)
{
    StrBuf reply = {0};
    char wanted[80];
    const char *argv[] = {"CLUSTER", "NODES", NULL};
    snprintf(wanted, sizeof(wanted), "myself,slave %s",
             lab_id(lab, (size_t)lab_by_port(lab, master)));
    bool found = lab_ask(lab, (size_t)lab_by_port(lab, replica), 5000, &reply, argv) &&
                 strstr(strbuf_text(&reply), wanted) != NULL;
    strbuf_done(&reply);
    return found;
}

// Who was moved is held by a fence until it is in sync, so the move was seen through.
static bool no_fence_is_on(const Lab *lab)
{
    bool on = false;
    const char *argv[] = {"CONFIG", "GET", "cluster-replica-no-failover", NULL};
    for (size_t i = 0; i < lab_size(lab); i++) {
        StrBuf reply = {0};
        lab_ask(lab, i, 5000, &reply, argv);
        on = on || strstr(strbuf_text(&reply), "yes") != NULL;
        strbuf_done(&reply);
    }
    return !on;
}

static bool is_healed(Pty *p, void *context)
{
    const Lab *lab = context;
    (void)p;
    return (follows(lab, 7004, 7001) || follows(lab, 7002, 7001)) && no_fence_is_on(lab);
}

static void heal_unseen(bool by_hold)
{
    Lab *lab = drive_lab();
    const char *argv[] = {program(), lab_addr(lab, 0), "--auto", "act", "--grace", "0", NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 160, .h = 50});
    assert_non_null(p);
    drive_wait_long(p, "1 spare");
    stop_terminal(p, by_hold);
    lab_kill(lab, (size_t)lab_by_port(lab, 7008));
    assert_true(pty_wait_unread(p, is_healed, lab, LONG_MS));
    assert_false(pty_takes(p));
    pty_hold(p, false);
    drive_wait_long(p, "0 orphaned");
    drive_wait_long(p, "0 spares");
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_false(pty_alt_screen(p));
    pty_end(p);
    lab_free(lab);
}

static void automatic_mode_goes_on_while_nobody_reads(void **state)
{
    (void)state;
    heal_unseen(false);
}

static void automatic_mode_goes_on_while_the_terminal_is_held(void **state)
{
    (void)state;
    heal_unseen(true);
}

// --- leaving -----------------------------------------------------------------------------------

static void a_signal_ends_it_all_the_same(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGTERM, SIGINT, SIGHUP, SIGABRT};
    Pty *p[ARRAY_LEN(signals)];
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        const char *argv[] = {program(), "127.0.0.1:1", NULL};
        p[i] = pty_start(&(PtyStart){.argv = argv, .w = 160, .h = 50});
        assert_non_null(p[i]);
        assert_true(pty_wait(p[i], "No cluster to show"));
        stop_terminal(p[i], i % 2 == 0);
        pty_signal(p[i], signals[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        assert_true(pty_wait_exit_unread(p[i]));
        assert_int_equal(pty_status(p[i]), signals[i] == SIGABRT ? 128 + SIGABRT : 0);
        pty_end(p[i]);
    }
}

static void a_key_ends_it_all_the_same(void **state)
{
    (void)state;
    const char *argv[] = {program(), "127.0.0.1:1", NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    assert_true(pty_wait(p, "No cluster to show"));
    stop_terminal(p, false);
    pty_keys(p, "q");
    assert_true(pty_wait_exit_unread(p));
    assert_int_equal(pty_status(p), 0);
    pty_end(p);
}

static bool exists(Pty *p, void *context)
{
    (void)p;
    return access(context, F_OK) == 0;
}

// What it has not taken by then is lost, maybe from the middle of a sequence on, which then takes
// the beginning of what the shell says.
static void suspended_and_back_the_screen_is_whole(void **state)
{
    (void)state;
    struct termios modes;
    char mark[] = "/tmp/rehome-unread-XXXXXX";
    char command[8300];
    int fd = mkstemp(mark);
    assert_true(fd >= 0);
    close(fd);
    unlink(mark);
    snprintf(command, sizeof(command),
             "%s; : > %s; echo xxx the shell has it; read x; fg; echo status $?",
             pty_beside("term_driver"), mark);
    const char *argv[] = {"/bin/sh", "-mc", command, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 120, .h = 40});
    assert_non_null(p);
    assert_true(pty_wait(p, "corner"));
    assert_true(pty_fill(p, "r"));
    pty_keys(p, "Ctrl-Z");
    assert_true(pty_wait_unread(p, exists, mark, PTY_DEADLINE_MS));
    unlink(mark);
    assert_true(pty_wait(p, "the shell has it"));
    assert_true(pty_modes(p, &modes));
    assert_true((modes.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
    pty_send(p, "\n");
    assert_true(pty_wait(p, "last Ctrl-Z"));
    assert_true(pty_wait(p, "corner"));
    assert_true(pty_wait_gone(p, "the shell has it"));
    assert_true(pty_alt_screen(p));
    assert_false(pty_cursor_visible(p));
    pty_keys(p, "q");
    assert_true(pty_wait(p, "status 0"));
    assert_false(pty_alt_screen(p));
    assert_true(pty_cursor_visible(p));
    pty_end(p);
}

TESTS(unread, cmocka_unit_test(automatic_mode_goes_on_while_nobody_reads),
      cmocka_unit_test(automatic_mode_goes_on_while_the_terminal_is_held),
      cmocka_unit_test(a_signal_ends_it_all_the_same), cmocka_unit_test(a_key_ends_it_all_the_same),
      cmocka_unit_test(suspended_and_back_the_screen_is_whole))
