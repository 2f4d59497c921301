// The program itself on a terminal: without a cluster, and with the demo's real servers.
#include "../unit/unit.h"
#include "drive.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pty.h"
#include "rehome/base/mem.h"

static const char *program(void)
{
    const char *path = getenv("REHOME_BIN");
    return path != NULL ? path : pty_beside("rehome");
}

// Nothing answers at port 1.
static Pty *start_lonely(const PtyStart *how, const char *option)
{
    const char *argv[] = {program(), "127.0.0.1:1", option, NULL};
    PtyStart start = *how;
    start.argv = argv;
    Pty *p = pty_start(&start);
    assert_non_null(p);
    return p;
}

static void quit(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_false(pty_alt_screen(p));
    assert_true(pty_cursor_visible(p));
    pty_end(p);
}

static void a_cluster_that_is_not_there_is_told(void **state)
{
    (void)state;
    Pty *p = start_lonely(&(PtyStart){0}, NULL);
    assert_true(pty_wait(p, "127.0.0.1:1"));
    assert_true(pty_wait(p, "No cluster to show"));
    quit(p);
}

static void every_size_is_drawn(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {300, 100}, {2, 2}, {59, 14}, {1, 50}, {200, 1}};
    Pty *p = start_lonely(&(PtyStart){.w = 1, .h = 1}, NULL);
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            pty_resize(p, sizes[i][0], sizes[i][1]);
        }
        pty_resize(p, 80, 24);
        assert_true(pty_wait(p, "127.0.0.1:1"));
    }
    quit(p);
}

static void no_color_means_none(void **state)
{
    (void)state;
    static const char *const env[] = {"NO_COLOR=1", NULL};
    Pty *p = start_lonely(&(PtyStart){.env = env}, NULL);
    assert_true(pty_wait(p, "No cluster to show"));
    for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 80; x++) {
            PtyCell cell = pty_cell(p, x, y);
            assert_int_equal(cell.fg, PTY_DEFAULT);
            assert_int_equal(cell.bg, PTY_DEFAULT);
        }
    }
    quit(p);
}

static void ascii_is_kept_to(void **state)
{
    (void)state;
    Pty *p = start_lonely(&(PtyStart){0}, "--ascii");
    assert_true(pty_wait(p, "No cluster to show"));
    size_t n = 0;
    const char *bytes = pty_output(p, &n);
    for (size_t i = 0; i < n; i++) {
        assert_in_range((unsigned char)bytes[i], 0, 0x7E);
    }
    quit(p);
}

static void signals_restore_the_terminal(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGABRT};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        Pty *p = start_lonely(&(PtyStart){0}, NULL);
        assert_true(pty_wait(p, "No cluster to show"));
        assert_true(pty_alt_screen(p));
        pty_signal(p, signals[i]);
        assert_true(pty_wait_exit(p));
        assert_false(pty_alt_screen(p));
        assert_true(pty_cursor_visible(p));
        pty_end(p);
    }
}

// The owner's story: a replica dies, its master is orphaned, one key gives it a spare.
static void one_key_heals_an_orphan(void **state)
{
    (void)state;
    const char *argv[] = {program(), "demo", NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    drive_wait_long(p, "0 orphaned");
    drive_wait_long(p, "1 spare");
    for (int port = 7001; port <= 7008; port++) {
        char text[16];
        snprintf(text, sizeof(text), ":%d", port);
        assert_int_equal(pty_contains(p, text), port != 7007);
    }
    pty_keys(p, "g j K"); // :7008, below :7001 at the top
    drive_wait_long(p, "ORPHANED");
    assert_true(pty_wait(p, "1 orphaned"));
    pty_keys(p, "M");
    drive_wait_long(p, "Esc stops it");
    pty_keys(p, "Esc");
    assert_true(pty_wait_gone(p, "Esc stops it"));
    assert_true(pty_contains(p, "1 orphaned"));
    pty_keys(p, "M");
    assert_true(pty_wait(p, "Esc stops it"));
    pty_keys(p, "y");
    drive_wait_long(p, "0 orphaned");
    pty_resize(p, 120, 40);
    drive_wait_long(p, "u undo");
    quit(p);
}

// The line is dead, with SIGHUP and where a shell has it ignored (nohup): reading says so then.
static void a_lost_terminal_ends_it_in_order(void **state)
{
    (void)state;
    static const char *const traps[] = {":", "trap '' HUP"};
    for (size_t i = 0; i < ARRAY_LEN(traps); i++) {
        char command[600];
        snprintf(command, sizeof(command), "%s; exec '%s' 127.0.0.1:1", traps[i], program());
        const char *argv[] = {"/bin/sh", "-c", command, NULL};
        Pty *p = pty_start(&(PtyStart){.argv = argv});
        assert_non_null(p);
        assert_true(pty_wait(p, "No cluster to show"));
        pty_hang_up(p);
        assert_true(pty_wait_exit(p));
        assert_int_equal(pty_status(p), 0);
        pty_end(p);
    }
}

// The terminal goes in the middle of a move: no crash, and the demo takes its servers along.
static void a_terminal_lost_in_a_move_ends_it_in_order(void **state)
{
    (void)state;
    const char *argv[] = {program(), "demo", NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    drive_wait_long(p, "1 spare");
    pty_keys(p, "g j K");
    drive_wait_long(p, "ORPHANED");
    pty_keys(p, "M");
    drive_wait_long(p, "Esc stops it");
    pty_keys(p, "y");
    pty_hang_up(p);
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    pty_end(p);
}

// Its words are for us, and its terminal is not ours.
static void a_hook_that_thinks_is_told_and_never_seen(void **state)
{
    (void)state;
    const char *argv[] = {program(),
                          "demo",
                          "--before-move",
                          "echo GARBAGE; echo GARBAGE >&2; echo GARBAGE > /dev/tty; sleep 100000",
                          "--hook-timeout",
                          "1000",
                          NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    drive_wait_long(p, "1 spare");
    pty_keys(p, "g j K");
    drive_wait_long(p, "1 orphaned");
    pty_keys(p, "M");
    drive_wait_long(p, "Esc stops it");
    pty_keys(p, "y");
    drive_wait_long(p, "asking before_move 2");
    assert_true(pty_wait(p, "before_move → :7001"));
    pty_keys(p, "X");
    assert_true(pty_wait_gone(p, "asking before_move"));
    assert_true(pty_wait(p, "stopped before anything was sent"));
    assert_false(pty_contains(p, "GARBAGE"));
    quit(p);
}

TESTS(dashboard, cmocka_unit_test(a_cluster_that_is_not_there_is_told),
      cmocka_unit_test(every_size_is_drawn), cmocka_unit_test(no_color_means_none),
      cmocka_unit_test(ascii_is_kept_to), cmocka_unit_test(signals_restore_the_terminal),
      cmocka_unit_test(one_key_heals_an_orphan), cmocka_unit_test(a_lost_terminal_ends_it_in_order),
      cmocka_unit_test(a_terminal_lost_in_a_move_ends_it_in_order),
      cmocka_unit_test(a_hook_that_thinks_is_told_and_never_seen))
