// Orphans that the server never heals: a master that never had a replica, one whose last replica
// was moved away or forgotten, and any in a cluster whose migration is switched off.
#include "stage.h"

#include <string.h>

static const LabNode one_never_covered[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7003, .master = -1, .slots = "5461-10922"},
    {.host = 172, .port = 7005, .master = -1, .slots = "10923-16383"},
    {.host = 172, .port = 7004, .master = 1},
    {.host = 170, .port = 7002, .master = 1},
    {.host = 170, .port = 7006, .master = 2},
};

static Run *heal(const Lab *lab)
{
    return stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
}

static void a_master_that_never_had_a_replica_gets_one(void **state)
{
    (void)state;
    LabSpec spec = lab_scenario;
    spec.nodes = one_never_covered;
    spec.n = 6;
    Lab *lab = stage_lab(&spec);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 2);
    assert_string_equal(word_in(master_in(document, 7001), "orphan_kind"), "bare");
    Run *watch = heal(lab);
    run_event(watch, "orphaned", 7001, LIMIT_MS); // told at the first look
    run_event(watch, "move-done", 7004, LIMIT_MS);
    document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(master_of(document, 7004), 7001);
}

static void a_master_whose_last_replica_was_moved_away_gets_one(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    const char *target = lab_id(lab, stage_port(lab, 7003));
    stage_wait_reply(lab, 7008, "OK", (const char *[]){"CLUSTER", "REPLICATE", target, NULL});
    static const int masters[] = {7001, 7003, 7005};
    for (size_t i = 0; i < 3; i++) { // until all believe it
        stage_wait_reply(lab, masters[i], lab_id(lab, stage_port(lab, 7008)),
                         (const char *[]){"CLUSTER", "REPLICAS", target, NULL});
    }
    Run *watch = heal(lab);
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    run_event(watch, "move-done", 0, LIMIT_MS);
    run_event(watch, "protected", 7001, LIMIT_MS);
    int status;
    assert_int_equal(number_in(stage_check(lab, &status), "orphaned"), 0);
}

static void a_master_whose_dead_replica_was_forgotten_gets_one(void **state)
{
    (void)state;
    LabSpec spec = lab_scenario;
    Lab *lab = stage_lab(&spec);
    const char *gone = lab_id(lab, stage_port(lab, 7008));
    lab_kill(lab, stage_port(lab, 7008));
    for (size_t i = 0; i < lab_size(lab); i++) {
        if (lab_port(lab, i) != 7008) {
            stage_wait_reply(lab, lab_port(lab, i), "OK",
                             (const char *[]){"CLUSTER", "FORGET", gone, NULL});
        }
    }
    stage_wait_reply_without(lab, 7003, gone, (const char *[]){"CLUSTER", "NODES", NULL});
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 2);
    assert_string_equal(word_in(master_in(document, 7001), "orphan_kind"), "bare");
    Run *watch = heal(lab);
    run_event(watch, "move-done", 7004, LIMIT_MS);
    run_event(watch, "protected", 7001, LIMIT_MS);
}

static void an_orphan_is_healed_with_the_servers_migration_switched_off(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_true(
        json_is_false(json_object_get(json_object_get(document, "cluster"), "server_migration")));
    Run *watch = heal(lab);
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "move-done", 7004, LIMIT_MS);
    run_event(watch, "protected", 7001, LIMIT_MS);
}

TESTS(bare, STAGED(a_master_that_never_had_a_replica_gets_one),
      STAGED(a_master_whose_last_replica_was_moved_away_gets_one),
      STAGED(a_master_whose_dead_replica_was_forgotten_gets_one),
      STAGED(an_orphan_is_healed_with_the_servers_migration_switched_off))
