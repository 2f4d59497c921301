// Servers that stop in the middle of a move (SIGSTOP: connected, and silent): the program neither
// hangs nor sends anybody else, and says how it ended.
#include "clock.h"
#include "hold.h"
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *const no_server_migration[] = {"--cluster-allow-replica-migration", "no", NULL};

static const LabNode many_spares[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 172, .port = 7003, .master = -1, .slots = "10923-16383"},
    {.host = 171, .port = 7011, .master = 0},
    {.host = 172, .port = 7021, .master = 0},
    {.host = 170, .port = 7012, .master = 1},
    {.host = 172, .port = 7022, .master = 1},
    {.host = 173, .port = 7032, .master = 1},
    {.host = 170, .port = 7013, .master = 2},
};

enum { MANY_SPARES = sizeof(many_spares) / sizeof(many_spares[0]) };

static LabSpec spares_left_alone(void)
{
    LabSpec spec = lab_scenario;
    spec.nodes = many_spares;
    spec.n = MANY_SPARES;
    spec.extra = no_server_migration;
    return spec;
}

static Run *start_move(const Lab *lab, const char *replica, const char *master)
{
    return stage_run(lab, (const char *[]){"move", replica, master, "--yes", NULL});
}

static void assert_refused(Run *move, const char *says)
{
    assert_int_equal(run_end(move, LIMIT_MS), 1);
    if (strstr(run_err(move), says) == NULL) {
        fail_msg("it does not say \"%s\": %s", says, run_err(move));
    }
}

// How many CLUSTER REPLICATE a node has had since the lab was made.
static void assert_replicates(const Lab *lab, int port, int sent)
{
    char calls[48];
    snprintf(calls, sizeof(calls), "cmdstat_cluster|replicate:calls=%d,", 1 + sent); // 1: the lab's
    const char *stats = stage_ask(lab, port, (const char *[]){"INFO", "commandstats", NULL});
    if (strstr(stats, calls) == NULL) {
        fail_msg(":%d has not had %d CLUSTER REPLICATE: %s", port, sent, stats);
    }
}

static void a_move_is_refused_while_replica_donor_or_target_is_stopped(void **state)
{
    (void)state;
    LabSpec spec = spares_left_alone();
    Lab *lab = stage_lab(&spec);
    for (size_t i = 0; i < lab_size(lab); i++) { // now that it is up: the cluster will not mind
        stage_wait_reply(lab, lab_port(lab, i), "OK",
                         (const char *[]){"CONFIG", "SET", "cluster-node-timeout", "60000", NULL});
    }
    lab_signal(lab, stage_port(lab, 7001), SIGSTOP);
    lab_signal(lab, stage_port(lab, 7012), SIGSTOP);
    Run *donor = start_move(lab, ":7011", ":7003");
    Run *target = start_move(lab, ":7022", ":7001");
    Run *replica = start_move(lab, ":7012", ":7003");
    assert_refused(donor, ":7001 has not told its INFO since the decision");
    assert_refused(target, ":7001 has not told its INFO since the decision");
    assert_refused(replica, ":7012 has not told its INFO since the decision");
    lab_signal(lab, stage_port(lab, 7001), SIGCONT);
    lab_signal(lab, stage_port(lab, 7012), SIGCONT);
    assert_replicates(lab, 7011, 0);
    assert_replicates(lab, 7022, 0);
    assert_replicates(lab, 7012, 0);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(master_of(document, 7012), 7002);
    assert_string_equal(word_in(replica_in(document, 7012), "state"), "working");
}

// :7013 is lost; automatic mode is about to send, or has sent, a spare to :7003.
static Run *orphan_7003(Lab *lab)
{
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7013));
    return watch;
}

static int started_port(Run *watch)
{
    return addr_port(word_in(run_event(watch, "move-started", 0, LIMIT_MS), "addr"));
}

static void wait_for_sync(const Lab *lab, int replica)
{
    stage_wait_reply(lab, replica, "master_port:7003",
                     (const char *[]){"INFO", "replication", NULL});
    stage_wait_reply(lab, 7003, "state=wait_bgsave", (const char *[]){"INFO", "replication", NULL});
}

static void assert_one_was_sent(const Lab *lab, int replica)
{
    static const int spares[] = {7011, 7021, 7012, 7022, 7032};
    for (size_t i = 0; i < sizeof(spares) / sizeof(spares[0]); i++) {
        assert_replicates(lab, spares[i], spares[i] == replica ? 1 : 0);
    }
    stage_wait_reply(lab, replica, "no-failover no",
                     (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
}

static void assert_healed(const Lab *lab, int replica)
{
    assert_one_was_sent(lab, replica);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(master_of(document, replica), 7003);
    assert_string_equal(word_in(replica_in(document, replica), "state"), "working");
}

static void
a_replica_stopped_right_before_REPLICATE_is_asked_until_it_tells_and_nobody_else_is_sent(
    void **state)
{
    (void)state;
    LabSpec spec = spares_left_alone();
    Lab *lab = stage_lab(&spec);
    Run *watch = orphan_7003(lab);
    hold_before(watch, "REPLICATE\r\n");
    int replica = started_port(watch);
    lab_signal(lab, stage_port(lab, replica), SIGSTOP);
    hold_release(watch);
    run_event(watch, "replica-failed", replica, LIMIT_MS); // its cluster has given it up
    assert_null(run_has_event(watch, "move-failed", 0));
    run_mark(watch);
    lab_signal(lab, stage_port(lab, replica), SIGCONT);
    const json_t *done = run_event(watch, "move-done", replica, LIMIT_MS);
    stage_measured("%s", word_in(done, "text"));
    run_event(watch, "protected", 7003, LIMIT_MS);
    assert_healed(lab, replica);
}

static void a_replica_stopped_while_it_syncs_is_waited_for_and_nobody_else_is_sent(void **state)
{
    (void)state;
    LabSpec spec = spares_left_alone();
    Lab *lab = stage_lab(&spec);
    stage_hold_syncs(lab, 7003, true);
    Run *watch = orphan_7003(lab);
    int replica = started_port(watch);
    wait_for_sync(lab, replica);
    lab_signal(lab, stage_port(lab, replica), SIGSTOP);
    run_event(watch, "replica-failed", replica, LIMIT_MS);
    assert_null(run_has_event(watch, "move-failed", 0));
    lab_signal(lab, stage_port(lab, replica), SIGCONT);
    stage_hold_syncs(lab, 7003, false);
    run_event(watch, "move-done", replica, LIMIT_MS);
    assert_healed(lab, replica);
}

// One of the two owns the slot of "foo", and has what was written there before.
static void wait_for_foo(const Lab *lab, int one, int other)
{
    static const char *const get[] = {"GET", "foo", NULL};
    int64_t limit = clock_ms() + LIMIT_MS;
    while (strstr(stage_ask(lab, one, get), "bar") == NULL &&
           strstr(stage_ask(lab, other, get), "bar") == NULL) {
        if (clock_ms() >= limit) {
            fail_msg("what was written is lost: :%d says %s", other, stage_ask(lab, other, get));
        }
    }
}

static void a_target_stopped_while_its_replica_syncs_loses_nothing(void **state)
{
    (void)state;
    LabSpec spec = spares_left_alone();
    Lab *lab = stage_lab(&spec);
    stage_wait_reply(lab, 7003, "OK", (const char *[]){"SET", "foo", "bar", NULL});
    stage_hold_syncs(lab, 7003, true);
    Run *watch = orphan_7003(lab);
    int replica = started_port(watch);
    wait_for_sync(lab, replica);
    lab_signal(lab, stage_port(lab, 7003), SIGSTOP);
    run_event(watch, "master-failed", 7003, LIMIT_MS);
    run_wait_out(watch, "waiting for it, or for who takes over; the fence stays on", LIMIT_MS);
    assert_null(run_has_event(watch, "failover", 0));
    lab_signal(lab, stage_port(lab, 7003), SIGCONT);
    stage_hold_syncs(lab, 7003, false);
    run_event(watch, "move-done", replica, LIMIT_MS);
    // Before it takes back the FAIL, the cluster may still elect the replica: it is in sync now.
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
    stage_wait_reply(lab, 7001, "cluster_state:ok", (const char *[]){"CLUSTER", "INFO", NULL});
    wait_for_foo(lab, 7003, replica);
    assert_one_was_sent(lab, replica);
}

static void a_donor_stopped_after_REPLICATE_holds_nothing_up(void **state)
{
    (void)state;
    LabSpec spec = spares_left_alone();
    Lab *lab = stage_lab(&spec);
    stage_hold_syncs(lab, 7003, true);
    Run *watch = orphan_7003(lab);
    int replica = started_port(watch);
    wait_for_sync(lab, replica);
    int donor = replica % 10 + 7000;
    lab_signal(lab, stage_port(lab, donor), SIGSTOP);
    run_event(watch, "failover", 0, LIMIT_MS); // one of those it still had
    stage_hold_syncs(lab, 7003, false);
    run_event(watch, "move-done", replica, LIMIT_MS);
    assert_healed(lab, replica);
    lab_signal(lab, stage_port(lab, donor), SIGCONT);
    stage_wait_reply(lab, donor, "role:slave", (const char *[]){"INFO", "replication", NULL});
}

TESTS(hang, STAGED(a_move_is_refused_while_replica_donor_or_target_is_stopped),
      STAGED(
          a_replica_stopped_right_before_REPLICATE_is_asked_until_it_tells_and_nobody_else_is_sent),
      STAGED(a_replica_stopped_while_it_syncs_is_waited_for_and_nobody_else_is_sent),
      STAGED(a_target_stopped_while_its_replica_syncs_loses_nothing),
      STAGED(a_donor_stopped_after_REPLICATE_holds_nothing_up))
