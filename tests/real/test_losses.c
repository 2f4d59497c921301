// More than one thing wrong at once.
#include "stage.h"

#include "shape.h"

#include <stdio.h>
#include <string.h>

enum { SPARES = 3 };

static void lose_replica_of(Lab *lab, Run *watch, int i)
{
    run_mark(watch);
    lab_kill(lab, stage_port(lab, 7101 + i));
    run_event(watch, "orphaned", 7001 + i, LIMIT_MS);
}

static void
ten_masters_survive_three_losses_and_the_fourth_is_told_that_no_spare_is_left(void **state)
{
    (void)state;
    LabSpec spec = lab_scenario;
    Arena *arena = arena_new();
    const Shape ten = {.masters = 10, .replicas = 1, .spares = SPARES, .hosts = 60};
    spec.nodes = shape_nodes(&ten, arena, &spec.n);
    spec.extra = (const char *[]){"--cluster-allow-replica-migration", "no", NULL};
    Lab *lab = stage_lab(&spec);
    arena_free(arena);
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    for (int i = 5; i < 5 + SPARES; i++) {
        lose_replica_of(lab, watch, i);
        const json_t *done = run_event(watch, "move-done", 0, LIMIT_MS);
        stage_measured("loss %d: %s", i - 4, word_in(done, "text"));
        run_event(watch, "protected", 7001 + i, LIMIT_MS);
    }
    lose_replica_of(lab, watch, 9);
    const json_t *decision = run_event(watch, "decision", 7010, LIMIT_MS);
    assert_non_null(strstr(word_in(decision, "text"), "spare"));
    assert_null(run_has_event(watch, "move-started", 0));
    Run *plan = stage_run(lab, (const char *[]){"plan", "--format", "json", NULL});
    assert_int_equal(run_end(plan, LIMIT_MS), 0); // nothing that could be done
    const json_t *document = run_json(plan);
    assert_int_equal(number_in(document, "orphaned"), 1);
    assert_int_equal(number_in(document, "spares"), 0);
    assert_int_equal(json_array_size(json_object_get(document, "moves")), 0);
    const json_t *refused = json_array_get(json_object_get(document, "refused"), 0);
    assert_string_equal(word_in(refused, "target"), lab_id(lab, stage_port(lab, 7010)));
    assert_string_equal(word_in(refused, "rule"), "no-spare");
    int status;
    (void)stage_check(lab, &status);
    assert_int_equal(status, 2);
}

static void an_orphan_is_healed_while_another_shard_is_lost_altogether(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7006)); // both copies of :7005's slots
    lab_kill(lab, stage_port(lab, 7005));
    stage_wait_reply(lab, 7003, "cluster_state:fail", (const char *[]){"CLUSTER", "INFO", NULL});
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    run_event(watch, "move-done", 7004, LIMIT_MS);
    run_event(watch, "protected", 7001, LIMIT_MS);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 2);
    assert_string_equal(word_in(json_object_get(document, "cluster"), "state"), "fail");
    assert_string_equal(word_in(master_in(document, 7005), "state"), "failed");
    assert_int_equal(master_of(document, 7004), 7001);
}

static const LabNode three_replicas_at_one[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7003, .master = -1, .slots = "5461-10922"},
    {.host = 172, .port = 7005, .master = -1, .slots = "10923-16383"},
    {.host = 172, .port = 7008, .master = 0},
    {.host = 173, .port = 7002, .master = 1},
    {.host = 174, .port = 7004, .master = 1},
    {.host = 175, .port = 7010, .master = 1},
    {.host = 171, .port = 7006, .master = 2},
};

// The port among :7002 :7004 :7010 whose node ID is the smallest: the one the server would take.
static int smallest_id(const Lab *lab)
{
    int smallest = 7002;
    for (int port = 7004; port <= 7010; port += 6) {
        if (strcmp(lab_id(lab, stage_port(lab, port)), lab_id(lab, stage_port(lab, smallest))) <
            0) {
            smallest = port;
        }
    }
    return smallest;
}

static void a_dead_spare_with_the_smallest_id_does_not_stand_in_the_way(void **state)
{
    (void)state;
    LabSpec spec = lab_scenario;
    spec.nodes = three_replicas_at_one;
    spec.n = 8;
    Lab *lab = stage_lab(&spec);
    int dead = smallest_id(lab);
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, dead));
    run_event(watch, "replica-failed", dead, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    run_event(watch, "move-done", 0, LIMIT_MS);
    run_event(watch, "protected", 7001, LIMIT_MS);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(master_of(document, dead), 7003);
}

TESTS(losses, STAGED(ten_masters_survive_three_losses_and_the_fourth_is_told_that_no_spare_is_left),
      STAGED(an_orphan_is_healed_while_another_shard_is_lost_altogether),
      STAGED(a_dead_spare_with_the_smallest_id_does_not_stand_in_the_way))
