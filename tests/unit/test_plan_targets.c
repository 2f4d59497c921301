#include "unit.h"

#include "plan_try.h"

// --- targets

static void an_orphan_that_cannot_be_asked_gets_nothing(void **state)
{
    (void)state;
    Watch w = two_donors();
    fixture_lose(w.f, fixture_port(w.f, 7001));
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 1);
    assert_int_equal(plan.n_moves, 0);
    assert_string_equal(plan.at[0].refused_rule, "not-reachable");
    assert_string_equal(plan.at[0].reason, "10.0.0.1:7001 cannot be asked: Connection refused");
    watch_done(&w);
}

static void a_lost_connection_ends_it_though_the_last_word_is_fresh(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7001)->age_ms = 500;
    knob(&w, 7001)->reach = REACH_LATE;
    watch_round(&w, 1000);
    assert_int_equal(plan_make(w.h).n_moves, 1);
    knob(&w, 7001)->reach = REACH_UNREACHABLE;
    watch_round(&w, 2000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n_moves, 0);
    assert_string_equal(plan.at[0].refused_rule, "not-reachable");
    watch_done(&w);
}

static void a_master_with_unknown_or_coming_replicas_is_not_in_the_plan(void **state)
{
    (void)state;
    Watch w = two_donors();
    int r = fixture_replica(w.f, "10.0.0.9:7101", fixture_port(w.f, 7001));
    fixture_lose(w.f, r);
    watch_round(&w, 1000);
    assert_int_equal(plan_make(w.h).n, 0);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_int_equal(t.chosen, -1);
    assert_string_equal(t.refused_rule, "unverified");
    assert_string_equal(t.reason,
                        "10.0.0.9:7101 is unverified: nobody else may come before that is settled");
    fixture_restore(w.f, r);
    fixture_node(w.f, r)->sync_in_progress = true;
    watch_round(&w, 2000);
    t = plan_target(w.h, watch_index(&w, 7001));
    assert_string_equal(t.refused_rule, "coming");
    assert_int_equal(plan_make(w.h).n, 0);
    watch_done(&w);
}

static void a_protected_master_may_be_given_another_one_by_hand(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7005));
    assert_int_equal(watch_port(&w, t.candidates[t.chosen].replica), 7004);
    assert_string_equal(t.refused_rule, "");
    watch_done(&w);
}

static void what_our_move_takes_is_not_given_twice(void **state)
{
    (void)state;
    Watch w = two_donors();
    fixture_master(w.f, "10.0.0.8:7004", ""); // takes what moves now
    w.options.moving = (OwnMove){watch_id(&w, 7102), watch_id(&w, 7004)};
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_plan_refused(&w, &plan.at[0], 7102, "moving", "our move of it is not finished");
    assert_plan_refused(&w, &plan.at[0], 7202, "donor-floor",
                        "its master 10.0.0.2:7002 would keep 0 working, the floor is 1");
    assert_int_equal(plan_chosen(&w, &plan, 0), 7103);
    // Once it has arrived its old master's count is what is left, and no less.
    fixture_replica(w.f, "10.0.0.9:7302", fixture_port(w.f, 7002));
    knob(&w, 7102)->master = fixture_port(w.f, 7004);
    watch_round(&w, 2000);
    plan = plan_make(w.h);
    assert_true(plan_candidate_at(&w, &plan.at[0], 7202)->legal);
    watch_done(&w);
}

static void what_has_arrived_counts_for_its_new_master(void **state)
{
    (void)state;
    Watch w = two_donors();
    w.options.floor = 2;
    fixture_replica(w.f, "10.0.0.8:7303", fixture_port(w.f, 7003));
    w.options.moving = (OwnMove){watch_id(&w, 7303), watch_id(&w, 7003)};
    watch_round(&w, 1000);
    assert_true(watch_node(&w, 7303)->arriving);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_true(plan_candidate_at(&w, &t, 7103)->legal); // 7203 and 7303 stay
    watch_done(&w);
}

static void the_target_of_our_move_is_given_nothing_else(void **state)
{
    (void)state;
    Watch w = two_donors();
    w.options.moving = (OwnMove){watch_id(&w, 7102), watch_id(&w, 7001)};
    watch_round(&w, 1000);
    assert_int_equal(plan_make(w.h).n, 0);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_int_equal(t.chosen, -1);
    assert_string_equal(t.refused_rule, "moving");
    watch_done(&w);
}

// --- one replica picked up

static PlanCandidate pair(const Watch *w, int replica, int target)
{
    return plan_pair(w->h, watch_index(w, replica), watch_index(w, target));
}

static void a_replica_picked_up_lights_up_its_legal_targets(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_master(f, "127.0.99.173:7009", "");
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    PlanCandidate c = pair(&w, 7004, 7005);
    assert_true(c.legal);
    assert_string_equal(c.refused_rule, "");
    assert_string_not_equal(c.why, "");
    assert_true(pair(&w, 7002, 7001).legal); // same host: worse, not illegal
    assert_int_equal(pair(&w, 7002, 7001).value[PLAN_RULE_OTHER_HOST], 2);
    assert_true(pair(&w, 7002, 7009).legal); // an empty one, to be filled later

    c = pair(&w, 7004, 7003);
    assert_false(c.legal);
    assert_string_equal(c.refused_rule, "already-there");
    assert_string_equal(c.refused, "it follows 127.0.99.171:7003 already");
    c = pair(&w, 7004, 7006);
    assert_string_equal(c.refused_rule, "not-a-master");
    c = pair(&w, 7006, 7001);
    assert_string_equal(c.refused_rule, "donor-floor");
    c = pair(&w, 7001, 7003);
    assert_string_equal(c.refused_rule, "not-a-replica");

    knob(&w, 7001)->loading = true;
    fixture_lose(w.f, fixture_port(w.f, 7009));
    watch_fail(&w, 7005);
    watch_rounds(&w, 1);
    assert_string_equal(pair(&w, 7004, 7001).refused_rule, "loading");
    assert_string_equal(pair(&w, 7004, 7009).refused_rule, "not-reachable");
    assert_string_equal(pair(&w, 7004, 7005).refused_rule, "failed");
    watch_done(&w);
}

TESTS(plan_targets, cmocka_unit_test(an_orphan_that_cannot_be_asked_gets_nothing),
      cmocka_unit_test(a_lost_connection_ends_it_though_the_last_word_is_fresh),
      cmocka_unit_test(a_master_with_unknown_or_coming_replicas_is_not_in_the_plan),
      cmocka_unit_test(a_protected_master_may_be_given_another_one_by_hand),
      cmocka_unit_test(what_our_move_takes_is_not_given_twice),
      cmocka_unit_test(what_has_arrived_counts_for_its_new_master),
      cmocka_unit_test(the_target_of_our_move_is_given_nothing_else),
      cmocka_unit_test(a_replica_picked_up_lights_up_its_legal_targets))
