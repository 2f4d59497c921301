// Step 6 of the owner's scenario: the commonest way to become an orphan.
#include "stage.h"

static void a_promoted_replica_left_alone_gets_a_spare(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7001));
    run_event(watch, "failover", 7008, LIMIT_MS);
    const json_t *orphaned = run_event(watch, "orphaned", 7008, LIMIT_MS);
    const json_t *started =
        run_event(watch, "move-started", 7004, LIMIT_MS); // the other is on .170
    const json_t *done = run_event(watch, "move-done", 7004, LIMIT_MS);
    stage_measured("promoted and alone -> move started %d ms -> in sync %d ms",
                   ms_between(orphaned, started), ms_between(started, done));
    // the old master comes back as a replica of its successor
    run_mark(watch);
    assert_true(lab_restart(lab, stage_port(lab, 7001), NULL));
    run_event(watch, "replica-back", 7001, LIMIT_MS);
    stage_wait_reply(lab, 7001, "master_link_status:up",
                     (const char *[]){"INFO", "replication", NULL});
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(master_of(document, 7001), 7008);
    assert_int_equal(number_in(master_in(document, 7008), "spares"), 1);
}

TESTS(promotion, STAGED(a_promoted_replica_left_alone_gets_a_spare))
