// Findings that a healthy cluster of real servers gets when somebody sets or leaves something.
#include "clock.h"
#include "stage.h"

#include <stdio.h>
#include <string.h>

// The finding of this code in a fresh check; NULL: there is none.
static const json_t *find(const Lab *lab, const char *code)
{
    int status;
    return finding_with(stage_check(lab, &status), code);
}

static const json_t *find_said(const Lab *lab, const char *code, const char *says)
{
    const json_t *finding = find(lab, code);
    if (finding == NULL || strstr(word_in(finding, "text"), says) == NULL) {
        fail_msg("wanted %s with \"%s\", got %s", code, says,
                 finding == NULL ? "none" : word_in(finding, "text"));
    }
    stage_measured("%s: %s\n      %s", code, word_in(finding, "text"), word_in(finding, "remedy"));
    return finding;
}

static void ask_ok(const Lab *lab, int port, const char *const *argv)
{
    stage_wait_reply(lab, port, "OK", argv);
}

static void settings_that_differ_are_found_and_lost_again(void **state)
{
    (void)state;
    stage_needs_settings((const char *[]){"--cluster-allow-replica-migration", "yes", NULL});
    Lab *lab = stage_lab(&lab_scenario);
    static const char *const codes[] = {"server-migration-mixed", "no-failover",
                                        "replica-too-small"};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_null(find(lab, codes[i]));
    }
    ask_ok(lab, 7002,
           (const char *[]){"CONFIG", "SET", "cluster-allow-replica-migration", "no", NULL});
    ask_ok(lab, 7004,
           (const char *[]){"CONFIG", "SET", "cluster-replica-no-failover", "yes", NULL});
    ask_ok(lab, 7008, (const char *[]){"CONFIG", "SET", "maxmemory", "1000000", NULL});
    stage_wait_reply(lab, 7001, "slave,nofailover", (const char *[]){"CLUSTER", "NODES", NULL});
    find_said(lab, "server-migration-mixed", "yes on some nodes and no on others");
    find_said(lab, "replica-too-small", ":7008 has a maxmemory of 977K, its master 127.");
    const json_t *fenced = find_said(lab, "no-failover", ":7004 may not take over");
    assert_string_equal(word_in(fenced, "node"), lab_id(lab, stage_port(lab, 7004)));
    ask_ok(lab, 7002,
           (const char *[]){"CONFIG", "SET", "cluster-allow-replica-migration", "yes", NULL});
    ask_ok(lab, 7004, (const char *[]){"CONFIG", "SET", "cluster-replica-no-failover", "no", NULL});
    ask_ok(lab, 7008, (const char *[]){"CONFIG", "SET", "maxmemory", "0", NULL});
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_null(find(lab, codes[i]));
    }
}

static void a_slot_that_is_on_the_move_is_found_at_both_ends(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    assert_null(find(lab, "open-slots"));
    const char *to = lab_id(lab, stage_port(lab, 7003));
    const char *from = lab_id(lab, stage_port(lab, 7001));
    ask_ok(lab, 7001, (const char *[]){"CLUSTER", "SETSLOT", "42", "MIGRATING", to, NULL});
    find_said(lab, "open-slots", ":7001 is open: migrating");
    ask_ok(lab, 7001, (const char *[]){"CLUSTER", "SETSLOT", "42", "STABLE", NULL});
    ask_ok(lab, 7003, (const char *[]){"CLUSTER", "SETSLOT", "42", "IMPORTING", from, NULL});
    find_said(lab, "open-slots", ":7003 is open: importing");
    ask_ok(lab, 7003, (const char *[]){"CLUSTER", "SETSLOT", "42", "STABLE", NULL});
    assert_null(find(lab, "open-slots"));
}

// A node that is reset gets a new ID: the old one is left in everybody's list.
// The finding of the lab's :7002, when all others have taken its address from its old entry. A
// master that has done so already gets the address back by gossip of one that has not.
static void wait_ghost(const Lab *lab, const char *says)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    do {
        for (size_t i = 0; i < lab_size(lab); i++) {
            if (lab_port(lab, i) != 7002) {
                stage_wait_reply(lab, lab_port(lab, i), "noaddr",
                                 (const char *[]){"CLUSTER", "NODES", NULL});
            }
        }
    } while (find(lab, "ghost") == NULL && clock_ms() < limit);
    find_said(lab, "ghost", says);
}

static void a_node_with_a_new_id_leaves_a_ghost(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    assert_null(find(lab, "ghost"));
    ask_ok(lab, 7002, (const char *[]){"CLUSTER", "RESET", "HARD", NULL});
    char says[64];
    snprintf(says, sizeof(says), "node %.8s has no address any more",
             lab_id(lab, stage_port(lab, 7002)));
    wait_ghost(lab, says);
}

// As after a power cut that took both, and of which only the replica came back.
static void a_replica_that_the_servers_will_not_elect_is_named(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    assert_true(lab_kill(lab, stage_port(lab, 7001)));
    assert_true(lab_kill(lab, stage_port(lab, 7008)));
    Error err = {0};
    assert_true(lab_restart(lab, stage_port(lab, 7008), &err));
    for (size_t i = 0; i < lab_size(lab); i++) {
        if (lab_port(lab, i) != 7001) {
            stage_wait_reply(lab, lab_port(lab, i), "master,fail ",
                             (const char *[]){"CLUSTER", "NODES", NULL});
        }
    }
    // since when it cannot tell: -1, and before 6.2 the seconds since 1970
    stage_wait_reply(lab, 7008, "master_link_status:down",
                     (const char *[]){"INFO", "replication", NULL});
    find_said(lab, "master-failed", ":7008 is too old to be elected");
}

// An empty master that is made a replica takes its own replica along as a replica of a replica. On
// Valkey (8.1.1) that one goes on to the master above as soon as it hears of it.
static void a_replica_whose_master_became_a_replica_is_chained(void **state)
{
    (void)state;
    static const LabNode nodes[] = {
        {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
        {.host = 171, .port = 7002, .master = -1, .slots = "5461-10922"},
        {.host = 172, .port = 7003, .master = -1, .slots = "10923-16383"},
        {.host = 170, .port = 7004, .master = -1},
        {.host = 171, .port = 7005, .master = 3},
    };
    LabSpec spec = lab_scenario;
    spec.nodes = nodes;
    spec.n = 5;
    Lab *lab = stage_lab(&spec);
    assert_null(find(lab, "detached"));
    const char *above = lab_id(lab, stage_port(lab, 7001));
    ask_ok(lab, 7004, (const char *[]){"CLUSTER", "REPLICATE", above, NULL});
    static const int ports[] = {7001, 7002, 7003, 7005};
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        stage_wait_reply(lab, ports[i], above,
                         (const char *[]){"CLUSTER", "REPLICAS", above, NULL});
    }
    if (strstr(stage_ask(lab, 7005, (const char *[]){"INFO", "replication", NULL}),
               "master_port:7001") != NULL) {
        assert_null(find(lab, "detached"));
        return;
    }
    const json_t *chained = find_said(lab, "detached", ":7005 is chained: it follows 127.");
    assert_non_null(strstr(word_in(chained, "remedy"), above));
}

TESTS(findings, STAGED(settings_that_differ_are_found_and_lost_again),
      STAGED(a_slot_that_is_on_the_move_is_found_at_both_ends),
      STAGED(a_node_with_a_new_id_leaves_a_ghost),
      STAGED(a_replica_that_the_servers_will_not_elect_is_named),
      STAGED(a_replica_whose_master_became_a_replica_is_chained))
