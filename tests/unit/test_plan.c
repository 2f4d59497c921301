#include "unit.h"

#include <stdio.h>

#include "plan_try.h"

// --- the owner's scenario

static void the_spare_on_another_host_goes_to_the_orphan(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    assert_int_equal(plan_make(watch_round(&w, 1000)).n, 0);
    watch_fail(&w, 7008);
    watch_rounds(&w, 1);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 1);
    assert_int_equal(plan.n_moves, 1);
    const PlanTarget *t = &plan.at[0];
    assert_int_equal(watch_port(&w, t->target), 7001);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7004); // not 7002, which the server would take
    assert_int_equal(t->cost_bytes, INT64_C(1229) << 20);
    assert_string_equal(t->refused_rule, "");
    assert_string_equal(
        t->reason, "127.0.99.171:7004: on another host than the target; 127.0.99.171:7003 keeps "
                   "127.0.99.170:7002 on another host");

    assert_int_equal(t->n, 3); // all but its own
    assert_int_equal(t->n_left_out, 0);
    assert_int_equal(watch_port(&w, t->candidates[0].donor), 7003);
    assert_int_equal(watch_port(&w, t->candidates[1].replica), 7002);
    assert_true(t->candidates[1].legal);
    assert_string_equal(t->candidates[1].why,
                        "on the target's own host 127.0.99.170; 127.0.99.171:7003 would keep "
                        "replicas on its own host only; its master has 1 spare; no sync is served "
                        "on its host; lag 0 B");
    assert_string_equal(t->candidates[0].why,
                        "on another host than the target; 127.0.99.171:7003 keeps "
                        "127.0.99.170:7002 on another host; its master has 1 spare; no sync is "
                        "served on its host; lag 0 B");
    assert_plan_refused(&w, t, 7006, "donor-floor",
                        "its master 127.0.99.172:7005 would keep 0 working, the floor is 1");
    assert_string_equal(plan_command(w.h->snapshot, t->candidates[0].replica, t->target),
                        "redis-cli -h 127.0.99.171 -p 7004 CLUSTER REPLICATE "
                        "7f3c91d2a40b5e68c1fd29e07b6a835410de9c27");
    watch_done(&w);
}

static void a_dead_spare_with_the_smallest_id_is_in_nobodys_way(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int third = fixture_replica(f, "127.0.99.172:7010", fixture_port(f, 7003));
    fixture_node(f, third)->id = (NodeId){"0000000000000000000000000000000000000001"};
    Watch w = watch_new(f);
    watch_fail(&w, 7008);
    watch_fail(&w, 7010);
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7004);
    assert_plan_refused(&w, &plan.at[0], 7010, "not-working", "it is failed");
    watch_done(&w);
}

static void a_shard_lost_altogether_does_not_keep_a_spare_from_the_others(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7005);
    watch_fail(&w, 7006);
    watch_fail(&w, 7008);
    watch_round(&w, 1000);
    assert_false(w.h->snapshot->state_ok);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 1);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7004);
    watch_done(&w);
}

static void a_promoted_replica_left_alone_gets_a_spare(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7001);
    fixture_promote(w.f, fixture_port(w.f, 7008));
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 1);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7008);
    // On .172 now: both spares are elsewhere, but without 7002 all would be on one host.
    assert_int_equal(plan_chosen(&w, &plan, 0), 7004);
    watch_done(&w);
}

static void the_fourth_loss_finds_no_spare_and_says_so(void **state)
{
    (void)state;
    Watch w = watch_new(ten_masters());
    for (int port = 7104; port <= 7106; port++) {
        watch_fail(&w, port);
    }
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 3);
    assert_int_equal(plan.n_moves, 3);
    bool used[3] = {false};
    for (size_t i = 0; i < 3; i++) {
        // From 7001, 7002 and 7003 one each: the replica or its sibling.
        int donor = watch_port(&w, plan.at[i].candidates[0].donor) - 7001;
        assert_in_range(donor, 0, 2);
        assert_false(used[donor]);
        used[donor] = true;
    }
    watch_fail(&w, 7107);
    watch_rounds(&w, 1);
    plan = plan_make(w.h);
    assert_int_equal(plan.n, 4);
    assert_int_equal(plan.n_moves, 3);
    assert_int_equal(plan.at[3].chosen, -1);
    assert_int_equal(watch_port(&w, plan.at[3].target), 7007);
    assert_string_equal(plan.at[3].refused_rule, "no-spare");
    assert_string_equal(plan.at[3].reason,
                        "6 masters have no spare to give: every donor is at its floor of 1; "
                        "3 spares are promised to more urgent masters; "
                        "3 replicas are not working");
    watch_done(&w);
}

static void two_spares_of_one_donor_go_to_two_orphans_but_not_the_third(void **state)
{
    (void)state;
    Fixture *f = well_placed();
    fixture_master(f, "10.0.0.4:7004", "");
    int donor = fixture_port(f, 7003);
    fixture_replica(f, "10.0.0.5:7201", donor);
    fixture_replica(f, "10.0.0.6:7202", donor);
    Watch w = watch_new(f);
    snprintf(knob(&w, 7002)->slots, 128, "5461-8000");
    snprintf(knob(&w, 7004)->slots, 128, "8001-10921");
    watch_fail(&w, 7101);
    watch_fail(&w, 7102);
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 3);
    assert_int_equal(plan.n_moves, 2);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7001);
    assert_int_equal(watch_port(&w, plan.at[1].target), 7004);
    assert_int_equal(watch_port(&w, plan.at[2].target), 7002);
    assert_int_equal(plan_chosen(&w, &plan, 0), 7201); // of 7103, 7201 and 7202: other host than .1
    assert_int_equal(plan_chosen(&w, &plan, 1), 7103);
    assert_int_equal(plan.at[2].chosen, -1);
    assert_plan_refused(&w, &plan.at[1], 7201, "promised",
                        "it is promised to a more urgent master");
    assert_plan_refused(&w, &plan.at[2], 7202, "donor-floor",
                        "its master 10.0.0.3:7003 would keep 0 working, the floor is 1");
    watch_done(&w);
}

static void the_most_urgent_comes_first(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    fixture_master(f, "10.0.0.1:7001", "0-999");
    fixture_master(f, "10.0.0.2:7002", "1000-4999");
    fixture_master(f, "10.0.0.3:7003", "5000-5999");
    fixture_master(f, "10.0.0.4:7004", "6000-6999");
    int last = fixture_master(f, "10.0.0.5:7005", "7000-16383");
    fixture_replica(f, "10.0.0.6:7105", last);
    int held = fixture_replica(f, "10.0.0.6:7101", 0);
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    fixture_fail(f, held);
    watch_rounds(&w, 1);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 4);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7002); // most slots
    assert_int_equal(watch_port(&w, plan.at[1].target), 7003); // longer than 7001; ID before 7004
    assert_int_equal(watch_port(&w, plan.at[2].target), 7004);
    assert_int_equal(watch_port(&w, plan.at[3].target), 7001);
    watch_done(&w);
}

// --- the rest

static void the_rules_have_names_and_words(void **state)
{
    (void)state;
    assert_string_equal(plan_rule_text(PLAN_RULE_OTHER_HOST), "other-host");
    assert_string_equal(plan_rule_text(PLAN_RULE_LAG), "lag");
    assert_string_equal(plan_rule_words(PLAN_RULE_OTHER_HOST), "on another host than the target");
}

static void a_command_line_holds_nothing_that_a_shell_would_run(void **state)
{
    (void)state;
    Watch w = two_donors();
    put_on_host(&w, 7102, "-x;reboot#$(a)");
    put_on_host(&w, 7103, "fd00::1");
    watch_round(&w, 1000);
    const Snapshot *s = w.h->snapshot;
    assert_string_equal(plan_dial(s, watch_index(&w, 7102)), "-h _x_reboot___a_ -p 7102");
    assert_string_equal(plan_dial(s, watch_index(&w, 7103)), "-h fd00::1 -p 7103");
    assert_string_equal(plan_contact(s, watch_index(&w, 7103)), "fd00::1:7103");
    assert_string_equal(plan_name(s, watch_index(&w, 7001)), "10.0.0.1:7001");
    assert_string_equal(plan_name(s, watch_index(&w, 7103)), watch_id(&w, 7103).hex);
    watch_done(&w);
}

static void a_long_plan_keeps_only_the_best_of_each(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    char addr[64];
    char slots[32];
    for (int i = 0; i < 40; i++) {
        snprintf(addr, sizeof(addr), "10.0.1.%d:%d", i + 1, 7000 + i);
        snprintf(slots, sizeof(slots), "%d-%d", i * 400, i * 400 + 399);
        fixture_master(f, addr, slots);
    }
    for (int i = 0; i < 20; i++) { // the first ten have two each
        snprintf(addr, sizeof(addr), "10.0.2.%d:%d", i + 1, 7100 + i);
        fixture_replica(f, addr, i / 2);
    }
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 30);
    assert_int_equal(plan.n_moves, 10);
    bool used[100] = {false};
    for (size_t i = 0; i < plan.n; i++) {
        assert_int_equal(plan.at[i].n, PLAN_TRACE_SHORT);
        assert_int_equal(plan.at[i].n_left_out, 20 - PLAN_TRACE_SHORT);
        if (plan.at[i].chosen >= 0) {
            int replica = plan.at[i].candidates[plan.at[i].chosen].replica;
            assert_false(used[replica]);
            used[replica] = true;
        }
    }
    assert_string_equal(plan.at[29].reason,
                        "10 masters have no spare to give: every donor is at its floor of 1; "
                        "10 spares are promised to more urgent masters");
    assert_int_equal(plan_target(w.h, plan.at[29].target).n, 20);
    watch_done(&w);
}

static void a_cluster_without_other_replicas_says_so(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    fixture_master(f, "10.0.0.1:7001", "0-16383");
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    assert_string_equal(plan_make(w.h).at[0].reason, "there is no other replica in the cluster");
    watch_done(&w);
}

TESTS(plan, cmocka_unit_test(the_spare_on_another_host_goes_to_the_orphan),
      cmocka_unit_test(a_dead_spare_with_the_smallest_id_is_in_nobodys_way),
      cmocka_unit_test(a_shard_lost_altogether_does_not_keep_a_spare_from_the_others),
      cmocka_unit_test(a_promoted_replica_left_alone_gets_a_spare),
      cmocka_unit_test(the_fourth_loss_finds_no_spare_and_says_so),
      cmocka_unit_test(two_spares_of_one_donor_go_to_two_orphans_but_not_the_third),
      cmocka_unit_test(the_most_urgent_comes_first),
      cmocka_unit_test(the_rules_have_names_and_words),
      cmocka_unit_test(a_command_line_holds_nothing_that_a_shell_would_run),
      cmocka_unit_test(a_long_plan_keeps_only_the_best_of_each),
      cmocka_unit_test(a_cluster_without_other_replicas_says_so))
