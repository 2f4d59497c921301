// The owner's scenario, steps 1 to 4: what a person sees, and what automatic mode does.
#include "stage.h"

#include <string.h>

static void the_scenario_is_seen_as_it_is(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 1); // nothing critical, but hosts carry both copies of a shard
    assert_int_equal(number_in(document, "schema"), 1);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(number_in(document, "spares"), 1);
    assert_true(json_is_false(json_object_get(document, "host_safe")));
    assert_int_equal(number_in(json_object_get(document, "cluster"), "slots_covered"), 16384);
    assert_int_equal(number_in(json_object_get(document, "cluster"), "known_nodes"), 7);
    assert_string_equal(word_in(json_object_get(document, "cluster"), "state"), "ok");
    assert_int_equal(number_in(master_in(document, 7003), "spares"), 1);
    assert_int_equal(number_in(master_in(document, 7001), "spares"), 0);
    static const int pairs[][2] = {{7008, 7001}, {7006, 7005}, {7004, 7003}, {7002, 7003}};
    for (size_t i = 0; i < 4; i++) {
        const json_t *replica = replica_in(document, pairs[i][0]);
        assert_int_equal(master_of(document, pairs[i][0]), pairs[i][1]);
        assert_string_equal(word_in(replica, "state"), "working");
        assert_string_equal(word_in(replica, "link"), "up");
    }
    assert_true(json_is_true(json_object_get(replica_in(document, 7004), "same_host")));
    assert_true(json_is_false(json_object_get(replica_in(document, 7002), "same_host")));
}

static void check_text_says(const Lab *lab, const char *text)
{
    Run *check = stage_run(lab, (const char *[]){"check", NULL});
    (void)run_end(check, LIMIT_MS);
    if (strstr(run_out(check), text) == NULL) {
        fail_msg("check does not say \"%s\":\n%s%s", text, run_out(check), run_err(check));
    }
}

static void a_killed_replica_leaves_its_master_visibly_orphaned(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    Run *watch = stage_run(lab, (const char *[]){"watch", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 2);
    assert_int_equal(number_in(document, "orphaned"), 1);
    assert_string_equal(word_in(master_in(document, 7001), "state"), "orphaned");
    assert_string_equal(word_in(master_in(document, 7001), "orphan_kind"), "lost");
    assert_string_equal(word_in(replica_in(document, 7008), "state"), "failed");
    check_text_says(lab, "0 additional replica(s)");
    check_text_says(lab, "orphaned");
    assert_null(run_has_event(watch, "move-started", 0)); // nobody asked for it
}

static void the_plan_names_the_spare_on_the_other_host(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    Run *healthy = stage_run(lab, (const char *[]){"plan", "--format", "json", NULL});
    assert_int_equal(run_end(healthy, LIMIT_MS), 0);
    Run *watch = stage_run(lab, (const char *[]){"watch", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    Run *plan = stage_run(lab, (const char *[]){"plan", "--format", "json", NULL});
    assert_int_equal(run_end(plan, LIMIT_MS), 4);
    const json_t *moves = json_object_get(run_json(plan), "moves");
    assert_int_equal(json_array_size(moves), 1);
    const json_t *move = json_array_get(moves, 0);
    assert_string_equal(word_in(move, "replica"), lab_id(lab, stage_port(lab, 7004)));
    assert_string_equal(word_in(move, "donor"), lab_id(lab, stage_port(lab, 7003)));
    assert_string_equal(word_in(move, "target"), lab_id(lab, stage_port(lab, 7001)));
    assert_non_null(strstr(word_in(move, "command"), "CLUSTER REPLICATE"));
}

static void measure(const json_t *orphaned, const json_t *started, const json_t *done)
{
    stage_measured("orphan told -> move started %d ms -> verified in sync %d ms",
                   ms_between(orphaned, started), ms_between(started, done));
}

static void the_right_spare_is_sent_and_the_old_replica_comes_back_as_a_spare(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario); // the server's own migration is on, as people have it
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    const json_t *orphaned = run_event(watch, "orphaned", 7001, LIMIT_MS);
    const json_t *started = run_event(watch, "move-started", 7004, LIMIT_MS);
    const json_t *done = run_event(watch, "move-done", 7004, LIMIT_MS);
    measure(orphaned, started, done);
    run_event(watch, "protected", 7001, LIMIT_MS);
    const json_t *moved = run_event(watch, "replica-moved", 7004, LIMIT_MS);
    assert_string_equal(word_in(moved, "by"), "us");
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(master_of(document, 7004), 7001);
    assert_int_equal(master_of(document, 7002), 7003);
    assert_string_equal(word_in(replica_in(document, 7004), "state"), "working");
    // step 4
    run_mark(watch);
    assert_true(lab_restart(lab, stage_port(lab, 7008), NULL));
    run_event(watch, "replica-back", 7008, LIMIT_MS);
    stage_wait_reply(lab, 7008, "master_link_status:up",
                     (const char *[]){"INFO", "replication", NULL});
    document = stage_check(lab, &status);
    assert_int_equal(master_of(document, 7008), 7001);
    assert_int_equal(number_in(master_in(document, 7001), "spares"), 1);
    assert_null(run_has_event(watch, "move-started", 0));
}

static void the_fence_is_down_after_the_move_and_the_next_loss_is_seen_at_once(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "move-done", 7004, LIMIT_MS);
    const char *fence = stage_ask(
        lab, 7004, (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
    assert_non_null(strstr(fence, "no-failover no"));
    run_mark(watch);
    lab_kill(lab, stage_port(lab, 7004));
    run_event(watch, "orphaned", 7001, LIMIT_MS); // though a move to it has just ended
}

TESTS(scenario, STAGED(the_scenario_is_seen_as_it_is),
      STAGED(a_killed_replica_leaves_its_master_visibly_orphaned),
      STAGED(the_plan_names_the_spare_on_the_other_host),
      STAGED(the_right_spare_is_sent_and_the_old_replica_comes_back_as_a_spare),
      STAGED(the_fence_is_down_after_the_move_and_the_next_loss_is_seen_at_once))
