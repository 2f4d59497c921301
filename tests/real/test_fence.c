// The master to which a replica is being moved dies before the sync. What the replica holds is
// another shard's data, and nobody may elect it; whoever takes over gets it.
#include "stage.h"

#include <stdio.h>
#include <string.h>

static const char *const no_server_migration[] = {"--cluster-allow-replica-migration", "no", NULL};

// Five, so that two may die.
static const LabNode five_masters[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-3276"},
    {.host = 171, .port = 7002, .master = -1, .slots = "3277-6553"},
    {.host = 172, .port = 7003, .master = -1, .slots = "6554-9830"},
    {.host = 173, .port = 7004, .master = -1, .slots = "9831-13107"},
    {.host = 174, .port = 7005, .master = -1, .slots = "13108-16383"},
    {.host = 174, .port = 7011, .master = 0},
    {.host = 173, .port = 7012, .master = 1},
    {.host = 172, .port = 7022, .master = 1},
    {.host = 171, .port = 7013, .master = 2},
    {.host = 170, .port = 7014, .master = 3},
    {.host = 170, .port = 7015, .master = 4},
};

static Lab *start_lab(void)
{
    LabSpec spec = lab_scenario;
    spec.nodes = five_masters;
    spec.n = sizeof(five_masters) / sizeof(five_masters[0]);
    spec.extra = no_server_migration;
    return stage_lab(&spec);
}

static void wait_for_sync(const Lab *lab, int replica, int target)
{
    char port[24];
    snprintf(port, sizeof(port), "master_port:%d", target);
    stage_wait_reply(lab, replica, port, (const char *[]){"INFO", "replication", NULL});
    stage_wait_reply(lab, target, "state=wait_bgsave",
                     (const char *[]){"INFO", "replication", NULL});
}

static void wait_until_failed(const Lab *lab, int port)
{
    char line[80];
    snprintf(line, sizeof(line), "%s@%d master,fail ", lab_addr(lab, stage_port(lab, port)),
             port + 10000);
    stage_wait_reply(lab, 7003, line, (const char *[]){"CLUSTER", "NODES", NULL});
}

static void assert_no_fence(const Lab *lab, int replica)
{
    stage_wait_reply(lab, replica, "no-failover no",
                     (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
}

// :7001 gets a replica of :7002, and dies before it has given it anything.
static int kill_target(Lab *lab, Run *watch)
{
    run_event(watch, "connected", 0, LIMIT_MS);
    stage_hold_syncs(lab, 7001, true);
    lab_kill(lab, stage_port(lab, 7011));
    int replica = addr_port(word_in(run_event(watch, "move-started", 0, LIMIT_MS), "addr"));
    wait_for_sync(lab, replica, 7001);
    lab_kill(lab, stage_port(lab, 7001));
    wait_until_failed(lab, 7001);
    return replica;
}

static void a_fenced_replica_is_not_elected_with_the_data_of_another_shard(void **state)
{
    (void)state;
    Lab *lab = start_lab();
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    int replica = kill_target(lab, watch);
    // An election that began later is through: that of :7001 would be by now.
    lab_kill(lab, stage_port(lab, 7005));
    stage_wait_reply(lab, 7015, "role:master", (const char *[]){"INFO", "replication", NULL});
    assert_non_null(strstr(stage_ask(lab, replica, (const char *[]){"INFO", "replication", NULL}),
                           "role:slave"));
    run_wait_out(watch, "is FAIL now: waiting for it, or for who takes over; the fence stays on",
                 LIMIT_MS);
    assert_null(run_has_event(watch, "failover", replica));
    // it comes back, and all is as it was meant
    assert_true(lab_restart(lab, stage_port(lab, 7001), NULL));
    run_event(watch, "move-done", replica, LIMIT_MS);
    assert_no_fence(lab, replica);
}

static void the_heir_of_a_dead_target_gets_the_replica(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_hold_syncs(lab, 7005, true);
    Run *move = stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--yes", NULL});
    wait_for_sync(lab, 7002, 7005);
    lab_kill(lab, stage_port(lab, 7005));
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    const char *end = strstr(run_err(move), "in sync with");
    assert_non_null(end);
    assert_non_null(strstr(end, ":7006"));
    assert_no_fence(lab, 7002);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(master_of(document, 7002), 7006);
    assert_string_equal(word_in(replica_in(document, 7002), "state"), "working");
}

// A user as in the README who may move, but for what is taken away here.
static void add_mover(const Lab *lab, const char *without)
{
    for (size_t i = 0; i < lab_size(lab); i++) {
        stage_wait_reply(lab, lab_port(lab, i), "OK",
                         (const char *[]){"ACL", "SETUSER", "mover", "on", ">secret", "resetkeys",
                                          "resetchannels", "-@all", "+info", "+cluster|myid",
                                          "+cluster|nodes", "+cluster|info", "+client|setname",
                                          "+cluster|replicate", "+config|get", "+config|set",
                                          without, NULL});
        stage_ask(lab, lab_port(lab, i), (const char *[]){"CONFIG", "RESETSTAT", NULL});
    }
}

static Run *move_fenced(const Lab *lab, const char *policy)
{
    return stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--yes", "--user", "mover",
                                           "-a", "secret", "--fence", policy, NULL});
}

// What the replica has executed of this command; rejected calls do not count.
static bool has_executed(const Lab *lab, const char *command)
{
    char calls[64];
    snprintf(calls, sizeof(calls), "cmdstat_%s:calls=", command);
    const char *stats = stage_ask(lab, 7002, (const char *[]){"INFO", "commandstats", NULL});
    const char *at = strstr(stats, calls);
    return at != NULL && at[strlen(calls)] != '0';
}

static void a_required_fence_that_is_not_allowed_refuses_the_move(void **state)
{
    (void)state;
    static const char *const rights[] = {"config|get", "config|set"};
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        char without[24];
        char says[80];
        snprintf(without, sizeof(without), "-%s", rights[i]);
        snprintf(says, sizeof(says), "fence: required, but the user lacks +%s: NOPERM", rights[i]);
        add_mover(lab, without);
        Run *move = move_fenced(lab, "require");
        assert_int_equal(run_end(move, LIMIT_MS), 1);
        assert_non_null(strstr(run_err(move), says));
        assert_false(has_executed(lab, "cluster|replicate"));
        assert_false(has_executed(lab, "config|set"));
    }
    // there is nothing for the next start to see through
    Run *next = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "3600",
                                                "--format", "json", NULL});
    run_event(next, "connected", 0, LIMIT_MS);
    int status;
    assert_int_equal(master_of(stage_check(lab, &status), 7002), 7003);
    assert_null(run_has_event(next, "move-started", 0));
    // where it is asked for but not required, the move goes on and says so
    Run *move = move_fenced(lab, "auto");
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    assert_int_equal(master_of(stage_check(lab, &status), 7002), 7005);
}

static void a_required_fence_that_is_allowed_is_set_and_lifted(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    add_mover(lab, "+ping");
    assert_int_equal(run_end(move_fenced(lab, "require"), LIMIT_MS), 0);
    assert_true(has_executed(lab, "config|set"));
    assert_no_fence(lab, 7002);
}

static void without_a_fence_no_setting_is_touched(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    add_mover(lab, "+ping");
    Run *move = move_fenced(lab, "off");
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    assert_non_null(strstr(run_err(move), "(command, without a fence)"));
    assert_true(has_executed(lab, "cluster|replicate"));
    assert_false(has_executed(lab, "config|set"));
}

TESTS(fence, STAGED(a_fenced_replica_is_not_elected_with_the_data_of_another_shard),
      STAGED(the_heir_of_a_dead_target_gets_the_replica),
      STAGED(a_required_fence_that_is_not_allowed_refuses_the_move),
      STAGED(a_required_fence_that_is_allowed_is_set_and_lifted),
      STAGED(without_a_fence_no_setting_is_touched))
