// kill -9 of rehome in the middle of a move: the next one says what was under way and sees it
// through.
#include "hold.h"
#include "stage.h"

#include <signal.h>
#include <stdio.h>
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

typedef struct {
    const char *write; // it dies at this one
    bool behind;       // when it has just been made; else right before
    const char *next;  // what the next start tells of the move: how it ended; NULL: nothing
    bool moved;
} Death;

// Every write of a move in its order, journal and server in turn.
static const Death deaths[] = {
    {" fence maybe ", false, NULL, false},
    {" fence maybe ", true, "move-failed", false},
    {"no-failover\r\n$3\r\nyes", true, "move-failed", false},
    {" replicate set ", false, "move-failed", false},
    {" replicate set ", true, "move-failed", false},
    {"REPLICATE\r\n", true, "move-done", true},
    {" unfence set ", false, "move-done", true},
    {" unfence set ", true, "move-done", true},
    {"no-failover\r\n$2\r\nno", true, "move-done", true},
    {" done lifted ", true, NULL, true},
};

static void die_in_a_move(const Lab *lab, const char *target, const Death *death)
{
    Run *move = stage_run(lab, (const char *[]){"move", ":7002", target, "--yes", NULL});
    hold_before(move, death->write);
    if (death->behind) {
        hold_behind(move);
    }
    run_signal(move, SIGKILL);
    assert_int_equal(run_end(move, LIMIT_MS), 128 + SIGKILL);
}

static void see_it_through(const Lab *lab, const Death *death)
{
    // nothing of its own within an hour
    Run *next = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "3600",
                                                "--format", "json", NULL});
    run_event(next, "connected", 0, LIMIT_MS);
    if (death->next != NULL) {
        run_event(next, "move-started", 7002, LIMIT_MS);
        const json_t *end = run_event(next, death->next, 7002, LIMIT_MS);
        stage_measured("%s", word_in(end, "text"));
    } else {
        int status;
        (void)stage_check(lab, &status);
        assert_null(run_has_event(next, "move-started", 0));
    }
    run_signal(next, SIGTERM);
    assert_int_equal(run_end(next, LIMIT_MS), 0);
}

static void wherever_a_move_is_killed_the_next_start_leaves_no_fence(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    int from = 7003;
    int to = 7005;
    for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
        char target[8];
        snprintf(target, sizeof(target), ":%d", to);
        die_in_a_move(lab, target, &deaths[i]);
        see_it_through(lab, &deaths[i]);
        const char *fence = stage_ask(
            lab, 7002, (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
        assert_non_null(strstr(fence, "no-failover no"));
        char follows[24];
        snprintf(follows, sizeof(follows), "master_port:%d", deaths[i].moved ? to : from);
        stage_wait_reply(lab, 7002, "master_link_status:up",
                         (const char *[]){"INFO", "replication", NULL});
        assert_non_null(
            strstr(stage_ask(lab, 7002, (const char *[]){"INFO", "replication", NULL}), follows));
        if (deaths[i].moved) {
            int was = from;
            from = to;
            to = was;
        }
    }
}

TESTS(interrupted, STAGED(a_move_interrupted_by_kill_9_is_told_and_finished_by_the_next_start),
      STAGED(wherever_a_move_is_killed_the_next_start_leaves_no_fence))
