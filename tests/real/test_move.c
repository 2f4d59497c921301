// `rehome move`: one move by hand.
#include "stage.h"

#include <string.h>

static void a_move_by_hand_ends_when_the_replica_is_in_sync(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Run *dry = stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--dry-run", NULL});
    assert_int_equal(run_end(dry, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(dry), "dry run"));
    int status;
    assert_int_equal(master_of(stage_check(lab, &status), 7002), 7003);
    Run *move = stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--yes", NULL});
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    // A server tells of its own setting a moment after it was changed.
    stage_wait_reply_without(lab, 7002, "nofailover", (const char *[]){"CLUSTER", "NODES", NULL});
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(master_of(document, 7002), 7005);
    assert_string_equal(word_in(replica_in(document, 7002), "state"), "working");
    assert_int_equal(number_in(master_in(document, 7005), "spares"), 1);
}

static void assert_refused(const Lab *lab, const char *replica, const char *master, int status,
                           const char *says)
{
    Run *move = stage_run(lab, (const char *[]){"move", replica, master, "--yes", NULL});
    assert_int_equal(run_end(move, LIMIT_MS), status);
    if (strstr(run_err(move), says) == NULL) {
        fail_msg("move %s %s does not say \"%s\": %s", replica, master, says, run_err(move));
    }
}

static void a_move_that_would_bare_its_donor_is_refused(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    assert_refused(lab, ":7006", ":7001", 1, "7005");
    assert_refused(lab, ":7001", ":7003", 2, "is a master");
    assert_refused(lab, ":7002", ":7006", 2, "is a replica");
    assert_refused(lab, ":7002", ":9999", 2, "9999");
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(master_of(document, 7006), 7005);
    assert_int_equal(master_of(document, 7002), 7003);
    Run *unasked = stage_run(lab, (const char *[]){"move", ":7002", ":7005", NULL});
    assert_int_equal(run_end(unasked, LIMIT_MS), 2); // stdin is no terminal
    assert_int_equal(master_of(stage_check(lab, &status), 7002), 7003);
}

TESTS(move, STAGED(a_move_by_hand_ends_when_the_replica_is_in_sync),
      STAGED(a_move_that_would_bare_its_donor_is_refused))
