// kill -9 of rehome in the middle of a move: the next one says what was under way and sees it
// through.
#include "stage.h"

#include <signal.h>
#include <string.h>

// The sync starts only after this, so that there is a middle.
static const char *const slow_sync[] = {"--repl-diskless-sync-delay",
                                        "3",
                                        "--cluster-allow-replica-migration",
                                        "no",
                                        "--enable-debug-command",
                                        "yes",
                                        NULL};

static void a_move_interrupted_by_kill_9_is_told_and_finished_by_the_next_start(void **state)
{
    (void)state;
    LabSpec spec = lab_scenario;
    spec.extra = slow_sync;
    Lab *lab = stage_lab(&spec);
    stage_ask(lab, 7001, (const char *[]){"DEBUG", "POPULATE", "20000", "key", "500", NULL});
    static const char *const act[] = {"watch", "--auto",   "act",  "--grace",
                                      "0",     "--format", "json", NULL};
    Run *first = stage_run(lab, act);
    run_event(first, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(first, "move-started", 7004, LIMIT_MS);
    stage_wait_reply(lab, 7004, "master_port:7001", (const char *[]){"INFO", "replication", NULL});
    run_signal(first, SIGKILL);
    assert_int_equal(run_end(first, LIMIT_MS), 128 + SIGKILL);
    assert_null(run_has_event(first, "move-done", 0));
    Run *second = stage_run(lab, act);
    const json_t *resumed = run_event(second, "move-started", 7004, LIMIT_MS);
    stage_measured("the next start says: %s", word_in(resumed, "text"));
    assert_non_null(strstr(word_in(resumed, "text"), ":7001"));
    run_event(second, "move-done", 7004, LIMIT_MS);
    const char *fence = stage_ask(
        lab, 7004, (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
    assert_non_null(strstr(fence, "no-failover no"));
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(master_of(document, 7004), 7001);
    // REPLICATE was sent once, by the first; the lab itself sent one to make the cluster
    const char *stats = stage_ask(lab, 7004, (const char *[]){"INFO", "commandstats", NULL});
    assert_non_null(strstr(stats, "cmdstat_cluster|replicate:calls=2,"));
    // and the third start has nothing left to tell
    run_signal(second, SIGTERM);
    (void)run_end(second, LIMIT_MS);
    Run *third = stage_run(lab, act);
    run_event(third, "connected", 0, LIMIT_MS);
    (void)stage_check(lab, &status);
    assert_null(run_has_event(third, "move-started", 0));
}

TESTS(interrupted, STAGED(a_move_interrupted_by_kill_9_is_told_and_finished_by_the_next_start))
