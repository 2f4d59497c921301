#include "unit.h"

#include <stdio.h>

#include "plan_try.h"

static int choice(Watch *w)
{
    watch_round(w, w->now_ms + 1000);
    Plan plan = plan_make(w->h);
    return plan_chosen(w, &plan, 0);
}

static void at_a_tie_the_smallest_id_goes(void **state)
{
    (void)state;
    Watch w = two_donors();
    assert_int_equal(choice(&w), 7102);
    knob(&w, 7203)->id = (NodeId){"0000000000000000000000000000000000000001"};
    assert_int_equal(choice(&w), 7203);
    watch_done(&w);
}

static void another_host_than_the_targets_comes_before_everything(void **state)
{
    (void)state;
    Watch w = two_donors();
    put_on_host(&w, 7102, "10.0.0.1");
    assert_int_equal(choice(&w), 7202);
    put_on_host(&w, 7202, "10.0.0.1");
    // 7103 is now the only one but 7203; give these every other disadvantage.
    put_on_host(&w, 7103, "10.0.0.3");
    knob(&w, 7203)->offset = 0;
    knob(&w, 7001)->offset = INT64_C(1) << 40;
    assert_int_equal(choice(&w), 7103);
    watch_done(&w);
}

static void an_unknown_host_is_better_than_the_same_and_worse_than_another(void **state)
{
    (void)state;
    Watch w = two_donors();
    for (int port = 7102; port <= 7103; port++) {
        put_on_host(&w, port, "10.0.0.1");
    }
    put_on_host(&w, 7203, "10.0.0.1");
    knob(&w, 7202)->noaddr = true;
    knob(&w, 7202)->silent = true;
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    const PlanCandidate *c = &plan.at[0].candidates[0];
    assert_int_equal(c->value[PLAN_RULE_OTHER_HOST], 1);
    assert_int_equal(plan.at[0].candidates[1].value[PLAN_RULE_OTHER_HOST], 2);
    watch_done(&w);
}

static void a_donor_that_stays_spread_comes_next(void **state)
{
    (void)state;
    Watch w = two_donors();
    put_on_host(&w, 7202, "10.0.0.2"); // without 7102, 7002 has its replicas on its own host only
    assert_int_equal(choice(&w), 7202);
    watch_round(&w, 9000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan_candidate_at(&w, &plan.at[0], 7102)->value[PLAN_RULE_DONOR_DIVERSE], 1);
    assert_int_equal(plan_candidate_at(&w, &plan.at[0], 7202)->value[PLAN_RULE_DONOR_DIVERSE], 0);
    assert_int_equal(plan.at[0].candidates[3].replica, watch_index(&w, 7102)); // the last
    // More spares do not make up for it.
    fixture_replica(w.f, "10.0.0.2:7302", fixture_port(w.f, 7002));
    fixture_replica(w.f, "10.0.0.2:7402", fixture_port(w.f, 7002));
    assert_int_not_equal(choice(&w), 7102);
    watch_done(&w);
}

static void a_donor_that_had_nothing_elsewhere_loses_nothing(void **state)
{
    (void)state;
    Watch w = two_donors();
    put_on_host(&w, 7102, "10.0.0.2");
    put_on_host(&w, 7202, "10.0.0.2");
    assert_int_equal(choice(&w), 7102);
    watch_round(&w, 9000);
    Plan plan = plan_make(w.h);
    assert_string_equal(plan.at[0].reason,
                        "10.0.0.2:7102: on another host than the target; 10.0.0.2:7002 has no "
                        "replica on another host to lose");
    watch_done(&w);
}

static void the_donor_with_most_spares_comes_next(void **state)
{
    (void)state;
    Watch w = two_donors();
    fixture_replica(w.f, "10.0.0.8:7303", fixture_port(w.f, 7003));
    assert_int_equal(choice(&w), 7103);
    watch_round(&w, 9000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.at[0].candidates[0].value[PLAN_RULE_DONOR_SPARES], -2);
    // Not even a sync or lag changes that.
    knob(&w, 7103)->offset = 0;
    knob(&w, 7203)->offset = 0;
    knob(&w, 7303)->offset = 0;
    knob(&w, 7003)->offset = INT64_C(1) << 30;
    assert_int_equal(choice(&w), 7103);
    watch_done(&w);
}

static void a_host_that_serves_a_sync_comes_last_but_for_lag(void **state)
{
    (void)state;
    Watch w = two_donors();
    // 7004 shares the host of 7102 and is giving its replica a dataset.
    fixture_master(w.f, "10.0.0.4:7004", "");
    int syncing = fixture_replica(w.f, "10.0.0.9:7104", fixture_port(w.f, 7004));
    assert_int_equal(choice(&w), 7102);
    fixture_node(w.f, syncing)->sync_in_progress = true;
    assert_int_equal(choice(&w), 7202);
    fixture_node(w.f, syncing)->loading = true; // still receiving, though its master says online
    assert_int_equal(choice(&w), 7202);
    fixture_node(w.f, syncing)->loading = false;
    fixture_node(w.f, syncing)->sync_in_progress = false;
    fixture_node(w.f, syncing)->slave_state = "wait_bgsave"; // by the master's word only
    assert_int_equal(choice(&w), 7202);
    // The lag is weighed after that.
    for (int port = 7002; port <= 7003; port++) {
        knob(&w, port)->offset = INT64_C(64) << 20;
    }
    knob(&w, 7102)->offset = INT64_C(64) << 20; // none, but on that host
    assert_int_equal(choice(&w), 7202);
    watch_done(&w);
}

static void the_smallest_lag_comes_last(void **state)
{
    (void)state;
    Watch w = two_donors();
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        fixture_node(w.f, (int)i)->offset = INT64_C(64) << 20;
    }
    knob(&w, 7102)->offset -= 3 << 20;
    knob(&w, 7202)->offset -= 2 << 20;
    knob(&w, 7103)->offset -= 1 << 20;
    knob(&w, 7203)->offset -= (1 << 20) - 1; // less than a MiB is nothing
    assert_int_equal(choice(&w), 7203);
    snprintf(knob(&w, 7203)->replid, 41, "%040d", 1);
    assert_int_equal(choice(&w), 7103); // what is not known is the worst
    knob(&w, 7102)->offset = (INT64_C(64) << 20) - 5;
    knob(&w, 7202)->offset = INT64_C(64) << 20;
    assert_int_equal(choice(&w), 7102); // a few bytes are noise
    watch_done(&w);
}

static void whom_the_gate_refused_comes_behind_all_others_and_is_not_lost(void **state)
{
    (void)state;
    Watch w = two_donors();
    put_on_host(&w, 7202, "10.0.0.1");
    w.options.passed_over = watch_id(&w, 7102);
    assert_int_equal(choice(&w), 7103);
    watch_fail(&w, 7103);
    watch_fail(&w, 7203);
    assert_int_equal(choice(&w), 7202); // on the target's own host
    put_on_host(&w, 7202, "10.0.0.5");
    knob(&w, 7202)->maxmemory = 1;
    assert_int_equal(choice(&w), 7102);
    watch_done(&w);
}

TESTS(plan_order, cmocka_unit_test(at_a_tie_the_smallest_id_goes),
      cmocka_unit_test(another_host_than_the_targets_comes_before_everything),
      cmocka_unit_test(an_unknown_host_is_better_than_the_same_and_worse_than_another),
      cmocka_unit_test(a_donor_that_stays_spread_comes_next),
      cmocka_unit_test(a_donor_that_had_nothing_elsewhere_loses_nothing),
      cmocka_unit_test(the_donor_with_most_spares_comes_next),
      cmocka_unit_test(a_host_that_serves_a_sync_comes_last_but_for_lag),
      cmocka_unit_test(the_smallest_lag_comes_last),
      cmocka_unit_test(whom_the_gate_refused_comes_behind_all_others_and_is_not_lost))
