// Masters that share a host with all their replicas: one move, two, or none.
#include "unit.h"

#include <stdio.h>

#include "plan_try.h"

static Watch spreading(Fixture *f)
{
    Watch w = watch_new(f);
    w.options.spread = true;
    return w;
}

// 7001 on .1 with both of its replicas; 7002 on .2 and 7003 on .3 have each other's host, and
// nothing to spare.
static Fixture *crowded(void)
{
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-5460");
    int b = fixture_master(f, "10.0.0.2:7002", "5461-10922");
    int c = fixture_master(f, "10.0.0.3:7003", "10923-16383");
    fixture_replica(f, "10.0.0.1:7101", a);
    fixture_replica(f, "10.0.0.1:7201", a);
    fixture_replica(f, "10.0.0.3:7102", b);
    fixture_replica(f, "10.0.0.2:7103", c);
    return f;
}

static const PlanTarget *only_target(const Plan *plan, size_t moves)
{
    assert_int_equal(plan->n, 1);
    assert_int_equal(plan->n_orphans, 0);
    assert_int_equal(plan->n_moves, moves);
    assert_int_equal(plan->at[0].purpose, PURPOSE_SPREAD);
    assert_int_equal(plan->at[0].for_target, -1);
    assert_false(plan->at[0].after_previous);
    return &plan->at[0];
}

// --- one move

static void a_spare_on_another_host_is_the_cure_where_it_is_asked_for(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    assert_int_equal(plan_make(w.h).n, 0);
    w.options.spread = true;
    watch_rounds(&w, 1);
    Plan plan = plan_make(w.h);
    const PlanTarget *t = only_target(&plan, 1);
    assert_int_equal(watch_port(&w, t->target), 7005);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7004);
    assert_string_equal(t->reason, "127.0.99.171:7004: on another host than the target; "
                                   "127.0.99.171:7003 keeps 127.0.99.170:7002 on another host");
    assert_plan_refused(&w, t, 7002, "donor-alone",
                        "its master 127.0.99.171:7003 would keep replicas on its own host only");
    assert_plan_refused(&w, t, 7008, "donor-floor",
                        "its master 127.0.99.170:7001 would keep 0 working, the floor is 1");
    watch_done(&w);
}

static void a_spare_on_its_own_or_an_unknown_host_is_none(void **state)
{
    (void)state;
    Watch w = spreading(fixture_scenario());
    put_on_host(&w, 7004, "127.0.99.172");
    put_on_host(&w, 7002, "127.0.99.172");
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    const PlanTarget *t = only_target(&plan, 0);
    assert_plan_refused(&w, t, 7004, "same-host",
                        "it is on 127.0.99.172:7005's own host 127.0.99.172");
    w.h->snapshot->nodes[watch_index(&w, 7004)].host = "";
    plan = plan_make(w.h);
    assert_plan_refused(&w, &plan.at[0], 7004, "host-unknown",
                        "it is on an unknown host, 127.0.99.172:7005 on 127.0.99.172: not known to "
                        "be another host");
    watch_done(&w);
}

static void a_donor_that_is_alone_already_loses_nothing(void **state)
{
    (void)state;
    Watch w = spreading(fixture_scenario());
    put_on_host(&w, 7002, "127.0.99.171"); // now 7003 is alone on .171 with 7002 and 7004
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 2);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7005);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7002); // the smaller ID
    assert_int_equal(watch_port(&w, plan.at[1].target), 7003);
    assert_int_equal(plan.at[1].chosen, -1);
    watch_done(&w);
}

static void orphans_come_first_and_keep_what_they_are_promised(void **state)
{
    (void)state;
    Watch w = spreading(fixture_scenario());
    watch_fail(&w, 7008);
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 2);
    assert_int_equal(plan.n_orphans, 1);
    assert_int_equal(plan.n_moves, 1);
    assert_int_equal(plan.at[0].purpose, PURPOSE_HEAL);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7004);
    assert_int_equal(watch_port(&w, plan.at[1].target), 7005);
    assert_int_equal(plan.at[1].chosen, -1);
    assert_plan_refused(&w, &plan.at[1], 7004, "promised",
                        "it is promised to a more urgent master");
    watch_done(&w);
}

static void a_replica_that_may_be_the_cure_already_is_waited_for(void **state)
{
    (void)state;
    Watch w = spreading(fixture_scenario());
    fixture_replica(w.f, "127.0.99.170:7010", fixture_port(w.f, 7005));
    knob(&w, 7010)->sync_in_progress = true;
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    const PlanTarget *t = only_target(&plan, 0);
    assert_string_equal(t->refused_rule, "coming");
    assert_string_equal(
        t->reason, "127.0.99.170:7010 is syncing: nobody else may come before that is settled");
    knob(&w, 7010)->sync_in_progress = false;
    fixture_lose(w.f, fixture_port(w.f, 7010));
    watch_rounds(&w, 4);
    plan = plan_make(w.h);
    assert_string_equal(only_target(&plan, 0)->refused_rule, "unverified");
    watch_done(&w);
}

static void where_there_is_one_host_only_nobody_is_to_be_spread(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-16383");
    fixture_replica(f, "10.0.0.1:7101", a);
    fixture_replica(f, "10.0.0.1:7201", a);
    Watch w = spreading(f);
    watch_round(&w, 1000);
    assert_int_equal(plan_make(w.h).n, 0);
    watch_done(&w);
}

// --- two moves

static void two_replicas_change_places_where_one_of_the_masters_has_a_spare(void **state)
{
    (void)state;
    Watch w = spreading(crowded());
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 2);
    assert_int_equal(plan.n_moves, 2);
    assert_int_equal(plan.at[0].purpose, PURPOSE_STEP);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7002);
    assert_int_equal(watch_port(&w, plan.at[0].for_target), 7001);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7101);
    assert_string_equal(plan.at[0].reason,
                        "10.0.0.1:7101: on another host than the target; 10.0.0.1:7001 has no "
                        "replica on another host to lose; then it can give 10.0.0.3:7102 to "
                        "10.0.0.1:7001");
    assert_int_equal(plan.at[1].purpose, PURPOSE_SPREAD);
    assert_true(plan.at[1].after_previous);
    assert_int_equal(watch_port(&w, plan.at[1].target), 7001);
    assert_int_equal(plan_chosen(&w, &plan, 1), 7102);
    assert_string_equal(plan.at[1].reason,
                        "10.0.0.3:7102: on another host than the target; 10.0.0.2:7002 keeps "
                        "10.0.0.1:7101 on another host");

    knob(&w, 7101)->master = fixture_port(w.f, 7002); // the first is done
    watch_rounds(&w, 1);
    plan = plan_make(w.h);
    assert_int_equal(watch_port(&w, only_target(&plan, 1)->target), 7001);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7102);
    knob(&w, 7102)->master = fixture_port(w.f, 7001); // and the second
    watch_rounds(&w, 1);
    assert_int_equal(plan_make(w.h).n, 0);
    watch_done(&w);
}

static void a_third_masters_spare_does_it_too_but_the_targets_own_is_better(void **state)
{
    (void)state;
    Fixture *f = crowded();
    int fourth = fixture_master(f, "10.0.0.4:7004", "");
    fixture_replica(f, "10.0.0.1:7004", fourth);
    Watch w = spreading(f);
    int own = fixture_port(w.f, 7201);
    fixture_node(w.f, own)->master = fourth; // nothing to spare at home
    fixture_node(w.f, own)->id = (NodeId){"0000000000000000000000000000000000000001"};
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.at[0].purpose, PURPOSE_STEP);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7201);
    assert_int_equal(plan_chosen(&w, &plan, 1), 7102);

    fixture_replica(w.f, "10.0.0.1:7301", fixture_port(w.f, 7001));
    watch_rounds(&w, 1);
    plan = plan_make(w.h);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7101); // though 7201 has the smallest ID
    assert_true(plan_candidate_at(&w, &plan.at[0], 7201)->legal);
    watch_done(&w);
}

static void no_step_leaves_a_master_alone_on_its_host(void **state)
{
    (void)state;
    Watch w = spreading(crowded());
    put_on_host(&w, 7002, "10.0.0.1"); // it would have nobody but 7101 or 7201, on its own host
    put_on_host(&w, 7003, "10.0.0.1");
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    const PlanTarget *t = only_target(&plan, 0);
    assert_string_equal(t->refused_rule, "no-spare");
    assert_string_equal(t->reason,
                        "2 masters have no spare to give: every donor is at its floor of 1");
    watch_done(&w);
}

static void a_master_that_waits_for_a_replica_takes_no_part(void **state)
{
    (void)state;
    Watch w = spreading(crowded());
    fixture_lose(w.f, fixture_replica(w.f, "10.0.0.1:7202", fixture_port(w.f, 7002)));
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7003); // not 7002
    assert_int_equal(plan_chosen(&w, &plan, 1), 7103);
    watch_done(&w);
}

static void a_master_that_our_move_is_on_its_way_to_takes_no_part(void **state)
{
    (void)state;
    Watch w = spreading(crowded());
    watch_round(&w, 1000);
    w.options.moving = (OwnMove){watch_id(&w, 7101), watch_id(&w, 7002)};
    fixture_replica(w.f, "10.0.0.1:7301", fixture_port(w.f, 7001)); // another spare
    watch_rounds(&w, 1);
    Plan plan = plan_make(w.h);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7003); // not 7002
    w.options.moving.target = watch_id(&w, 7001);
    watch_rounds(&w, 1);
    plan = plan_make(w.h);
    assert_string_equal(only_target(&plan, 0)->refused_rule, "moving");
    watch_done(&w);
}

static void what_one_move_cures_is_planned_before_steps(void **state)
{
    (void)state;
    Fixture *f = crowded();
    int fourth = fixture_master(f, "10.0.0.4:7004", "");
    fixture_replica(f, "10.0.0.4:7104", fourth);
    fixture_replica(f, "10.0.0.1:7204", fourth);
    Watch w = spreading(f);
    snprintf(knob(&w, 7003)->slots, 128, "10923-16000");
    snprintf(knob(&w, 7004)->slots, 128, "16001-16383");
    fixture_node(w.f, fixture_port(w.f, 7204))->master = fixture_port(w.f, 7001);
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    // 7001 has more slots, but takes two moves; any of its spares is a cure for 7004.
    assert_int_equal(plan.n, 3);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7004);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7101);
    assert_int_equal(plan.at[1].purpose, PURPOSE_STEP);
    assert_int_equal(watch_port(&w, plan.at[1].for_target), 7001);
    watch_done(&w);
}

// --- no move

static void an_exchange_without_any_spare_is_left_to_a_person(void **state)
{
    (void)state;
    Watch w = spreading(crowded());
    fixture_node(w.f, fixture_port(w.f, 7201))->forgotten = true;
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    const PlanTarget *t = only_target(&plan, 0);
    assert_string_equal(t->refused_rule, "exchange");
    assert_string_equal(
        t->reason, "only an exchange of 10.0.0.1:7101 and 10.0.0.2:7103 would cure it, and one "
                   "of their masters would have no replica while it syncs: automatic mode "
                   "does not do that");
    watch_done(&w);

    w = spreading(crowded());
    w.options.floor = 2; // 7001 has no spare, the others not even the floor
    watch_round(&w, 1000);
    plan = plan_make(w.h);
    assert_string_equal(
        plan.at[0].reason,
        "only an exchange of 10.0.0.1:7101 and 10.0.0.2:7103 would cure it, and one "
        "of their masters would have less than its floor of 2 replicas while it "
        "syncs: automatic mode does not do that");
    watch_done(&w);
}

static void no_exchange_is_named_that_leaves_the_other_alone(void **state)
{
    (void)state;
    Watch w = spreading(crowded());
    fixture_node(w.f, fixture_port(w.f, 7201))->forgotten = true;
    put_on_host(&w, 7002, "10.0.0.1"); // with 7101 it would be on one host with all its replicas
    put_on_host(&w, 7003, "10.0.0.1");
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_string_equal(only_target(&plan, 0)->refused_rule, "no-spare");
    watch_done(&w);
}

static void why_nobody_may_come_is_told_in_numbers(void **state)
{
    (void)state;
    Watch w = spreading(fixture_scenario());
    put_on_host(&w, 7004, "127.0.99.172");
    put_on_host(&w, 7002, "127.0.99.172");
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_string_equal(only_target(&plan, 0)->reason,
                        "1 master has no spare to give: every donor is at its floor of 1; 2 spares "
                        "are on the master's own host");
    watch_done(&w);
}

TESTS(plan_spread, cmocka_unit_test(a_spare_on_another_host_is_the_cure_where_it_is_asked_for),
      cmocka_unit_test(a_spare_on_its_own_or_an_unknown_host_is_none),
      cmocka_unit_test(a_donor_that_is_alone_already_loses_nothing),
      cmocka_unit_test(orphans_come_first_and_keep_what_they_are_promised),
      cmocka_unit_test(a_replica_that_may_be_the_cure_already_is_waited_for),
      cmocka_unit_test(where_there_is_one_host_only_nobody_is_to_be_spread),
      cmocka_unit_test(two_replicas_change_places_where_one_of_the_masters_has_a_spare),
      cmocka_unit_test(a_third_masters_spare_does_it_too_but_the_targets_own_is_better),
      cmocka_unit_test(no_step_leaves_a_master_alone_on_its_host),
      cmocka_unit_test(a_master_that_waits_for_a_replica_takes_no_part),
      cmocka_unit_test(a_master_that_our_move_is_on_its_way_to_takes_no_part),
      cmocka_unit_test(what_one_move_cures_is_planned_before_steps),
      cmocka_unit_test(an_exchange_without_any_spare_is_left_to_a_person),
      cmocka_unit_test(no_exchange_is_named_that_leaves_the_other_alone),
      cmocka_unit_test(why_nobody_may_come_is_told_in_numbers))
