// Several moves of one wish at a terminal, on real servers: marked replicas, and the whole plan.
#include "../unit/unit.h"

#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pty.h"
#include "rehome/app/lab.h"
#include "rehome/base/mem.h"

// :7001 has two spares; the others have a replica each.
static const LabNode nodes[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 172, .port = 7003, .master = -1, .slots = "10923-16383"},
    {.host = 171, .port = 7011, .master = 0},
    {.host = 172, .port = 7012, .master = 0},
    {.host = 173, .port = 7013, .master = 0},
    {.host = 172, .port = 7021, .master = 1},
    {.host = 170, .port = 7031, .master = 2},
};

static void search(Pty *p, const char *text)
{
    pty_keys(p, "/");
    assert_true(pty_wait(p, "Enter take it"));
    pty_send(p, text);
    pty_keys(p, "Enter");
    assert_true(pty_wait_gone(p, "Enter take it"));
}

static bool follows(const Lab *lab, int replica, int master)
{
    StrBuf reply = {0};
    const char *argv[] = {"CLUSTER", "NODES", NULL};
    bool found = false;
    if (lab_ask(lab, (size_t)lab_by_port(lab, replica), 5000, &reply, argv)) {
        char wanted[80];
        snprintf(wanted, sizeof(wanted), "myself,slave %s",
                 lab_id(lab, (size_t)lab_by_port(lab, master)));
        found = strstr(strbuf_text(&reply), wanted) != NULL;
    }
    strbuf_done(&reply);
    return found;
}

static void marked_replicas_move_one_after_the_other(void **state)
{
    (void)state;
    Error err = {0};
    LabSpec spec = lab_scenario;
    spec.nodes = nodes;
    spec.n = ARRAY_LEN(nodes);
    Lab *lab = lab_start(&spec, NULL, NULL, &err);
    if (lab == NULL) {
        fail_msg("%s", err.text);
    }
    const char *path = getenv("REHOME_BIN");
    const char *argv[] = {path != NULL ? path : pty_beside("rehome"), lab_addr(lab, 0), NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 100, .h = 30});
    assert_non_null(p);
    drive_wait_long(p, "2 spares");
    search(p, ":7011");
    pty_keys(p, "Space");
    assert_true(pty_wait(p, "1 marked"));
    search(p, ":7013");
    pty_keys(p, "Space");
    assert_true(pty_wait(p, "2 marked"));
    pty_keys(p, "m");
    assert_true(pty_wait(p, "2 of 2 may come"));
    pty_keys(p, "G Enter"); // the last master: :7003, or :7002 where :7003 is worse
    assert_true(pty_wait(p, "the first that is refused or fails stops the rest"));
    assert_true(pty_contains(p, "2 moves"));
    int target = pty_contains(p, ":7003, copies") ? 7003 : 7002;
    pty_keys(p, "y");
    drive_wait_long(p, "move 1 of 2: ");
    drive_wait_long(p, "queue: all 2 moves are done");
    assert_true(follows(lab, 7011, target));
    assert_true(follows(lab, 7013, target));
    assert_true(follows(lab, 7012, 7001));
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    pty_end(p);
    lab_free(lab);
}

static void the_whole_plan_is_shown_taken_back_and_made(void **state)
{
    (void)state;
    Lab *lab = drive_lab();
    const char *path = getenv("REHOME_BIN");
    const char *argv[] = {path != NULL ? path : pty_beside("rehome"), lab_addr(lab, 0), NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 80, .h = 24});
    assert_non_null(p);
    drive_wait_long(p, "host-safe NO (..172)  H");
    lab_kill(lab, (size_t)lab_by_port(lab, 7008));
    drive_wait_long(p, "1 orphaned");
    pty_keys(p, "H");
    assert_true(pty_wait(p, "2 moves, host-safe NO"));
    pty_keys(p, "Esc");
    assert_true(pty_wait(p, "stopped, nothing was sent"));
    pty_keys(p, "H");
    assert_true(pty_wait(p, "2 moves, host-safe NO"));
    assert_true(follows(lab, 7004, 7003));
    pty_keys(p, "y");
    drive_wait_long(p, "plan: all 2 moves are done");
    drive_wait_long(p, "host-safe YES");
    assert_true(pty_contains(p, "0 orphaned"));
    assert_true(follows(lab, 7004, 7005));
    assert_true(follows(lab, 7006, 7001));
    pty_keys(p, "H");
    assert_true(pty_wait(p, "nothing to heal: the cluster is host-safe"));
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    pty_end(p);
    lab_free(lab);
}

TESTS(many, cmocka_unit_test(marked_replicas_move_one_after_the_other),
      cmocka_unit_test(the_whole_plan_is_shown_taken_back_and_made))
