// Masters that share a host with all their replicas: what automatic mode does about it with
// --spread, and what it leaves to a person.
#include "stage.h"

#include <string.h>

static const LabNode crowded[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7003, .master = -1, .slots = "5461-10922"},
    {.host = 172, .port = 7005, .master = -1, .slots = "10923-16383"},
    {.host = 172, .port = 7006, .master = 1},
    {.host = 171, .port = 7008, .master = 2},
    {.host = 170, .port = 7002, .master = 0},
    {.host = 170, .port = 7004, .master = 0}, // the spare comes last, to be left out
};

static Lab *crowded_lab(size_t n)
{
    LabSpec spec = lab_scenario;
    spec.nodes = crowded;
    spec.n = n;
    return stage_lab(&spec);
}

static Run *spread(const Lab *lab)
{
    return stage_run(lab, (const char *[]){"watch", "--auto", "act", "--spread", "--grace", "0",
                                           "--format", "json", NULL});
}

static const json_t *plan_of(const Lab *lab, int expected_status)
{
    Run *plan = stage_run(lab, (const char *[]){"plan", "--spread", "--format", "json", NULL});
    assert_int_equal(run_end(plan, LIMIT_MS), expected_status);
    return run_json(plan);
}

static int port_of(const Lab *lab, const char *id)
{
    for (size_t i = 0; i < lab_size(lab); i++) {
        if (strcmp(lab_id(lab, i), id) == 0) {
            return lab_port(lab, i);
        }
    }
    fail_msg("no node has the ID %s", id);
    return 0;
}

static void assert_move(const Lab *lab, const json_t *move, int replica, int donor, int target,
                        int helped)
{
    assert_string_equal(word_in(move, "replica"), lab_id(lab, stage_port(lab, replica)));
    assert_string_equal(word_in(move, "donor"), lab_id(lab, stage_port(lab, donor)));
    assert_string_equal(word_in(move, "target"), lab_id(lab, stage_port(lab, target)));
    assert_string_equal(word_in(move, "for"), lab_id(lab, stage_port(lab, helped)));
    assert_string_equal(word_in(move, "purpose"), "spread");
}

// Nothing is left to be done, nothing more is done, and at no time was a master without a working
// replica.
static void assert_done(const Lab *lab, Run *watch)
{
    // Redis 6.0 tells that a fence is off not at once, but from its next cron on.
    for (size_t i = 0; i < lab_size(lab); i++) {
        stage_wait_reply_without(lab, lab_port(lab, i), "myself,slave,nofailover",
                                 (const char *[]){"CLUSTER", "NODES", NULL});
    }
    run_mark(watch);
    assert_int_equal(json_array_size(json_object_get(plan_of(lab, 0), "moves")), 0);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 0);
    assert_true(json_is_true(json_object_get(document, "host_safe")));
    assert_null(run_has_event(watch, "move-started", 0));
    assert_null(strstr(run_out(watch), "\"orphaned\""));
    assert_null(strstr(run_out(watch), "\"at-risk\""));
}

static void a_spare_from_another_host_is_moved_once(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Run *plain = stage_run(lab, (const char *[]){"plan", NULL});
    assert_int_equal(run_end(plain, LIMIT_MS), 0); // nobody asked for it
    const json_t *moves = json_object_get(plan_of(lab, 4), "moves");
    assert_int_equal(json_array_size(moves), 1);
    assert_move(lab, json_array_get(moves, 0), 7004, 7003, 7005, 7005);
    Run *watch = spread(lab);
    run_event(watch, "move-started", 7004, LIMIT_MS);
    run_event(watch, "move-done", 7004, LIMIT_MS);
    assert_done(lab, watch);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(master_of(document, 7004), 7005);
    assert_int_equal(master_of(document, 7002), 7003);
    assert_int_equal(master_of(document, 7006), 7005);
    assert_int_equal(master_of(document, 7008), 7001);
}

static void two_replicas_change_places_in_two_steps(void **state)
{
    (void)state;
    Lab *lab = crowded_lab(7);
    const json_t *moves = json_object_get(plan_of(lab, 4), "moves");
    assert_int_equal(json_array_size(moves), 2);
    const json_t *first = json_array_get(moves, 0);
    const json_t *second = json_array_get(moves, 1);
    assert_true(json_is_false(json_object_get(first, "after_previous")));
    assert_true(json_is_true(json_object_get(second, "after_previous")));
    Run *watch = spread(lab);
    // IDs decide who goes: the plan is kept to.
    int going = port_of(lab, word_in(first, "replica"));
    int coming = port_of(lab, word_in(second, "replica"));
    int helper = port_of(lab, word_in(first, "target"));
    assert_move(lab, first, going, 7001, helper, 7001);
    assert_move(lab, second, coming, helper, 7001, 7001);
    run_event(watch, "move-done", going, LIMIT_MS);
    run_event(watch, "move-started", coming, LIMIT_MS); // without a cool-down in between
    run_event(watch, "move-done", coming, LIMIT_MS);
    assert_done(lab, watch);
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(master_of(document, going), helper);
    assert_int_equal(master_of(document, coming), 7001);
    assert_int_equal(number_in(master_in(document, 7001), "working"), 2);
}

static void an_exchange_without_a_spare_is_named_and_not_made(void **state)
{
    (void)state;
    Lab *lab = crowded_lab(6);
    const json_t *document = plan_of(lab, 0);
    const json_t *why = json_array_get(json_object_get(document, "refused"), 0);
    assert_string_equal(word_in(why, "rule"), "exchange");
    assert_non_null(strstr(word_in(why, "text"), ":7002"));
    Run *watch = spread(lab);
    const json_t *decision = run_event(watch, "decision", 7001, LIMIT_MS);
    assert_non_null(strstr(word_in(decision, "text"), "automatic mode does not do that"));
    assert_null(run_has_event(watch, "move-started", 0));
}

TESTS(spread, STAGED(a_spare_from_another_host_is_moved_once),
      STAGED(two_replicas_change_places_in_two_steps),
      STAGED(an_exchange_without_a_spare_is_named_and_not_made))
