// The whole sequence of moves to the end: the fewest, each legal when its turn comes, and what is
// left.
#include "unit.h"

#include <string.h>

#include "plan_try.h"
#include "rehome/policy/heal_plan.h"

static Watch looked_at(Fixture *f)
{
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    return w;
}

static void assert_move(const Watch *w, const HealPlan *p, size_t i, int replica, int target,
                        MovePurpose purpose)
{
    assert_true(i < p->n);
    assert_int_equal(watch_port(w, p->moves[i].replica), replica);
    assert_int_equal(watch_port(w, p->moves[i].target), target);
    assert_int_equal(p->moves[i].purpose, purpose);
}

static HealStep accepted(const HealPlan *p, size_t i)
{
    const Node *nodes = p->before->snapshot->nodes;
    return (HealStep){nodes[p->moves[i].replica].id, nodes[p->moves[i].target].id,
                      p->moves[i].purpose};
}

// 7001 on .1 with 7101 there, 7002 on .2 with 7102 on .1, 7003 on .3 with 7103 and 7203 on .2; the
// spares are on the wrong host for whoever needs one, so that a chain has to do.
static Fixture *chained(void)
{
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-5460");
    int b = fixture_master(f, "10.0.0.2:7002", "5461-10922");
    int c = fixture_master(f, "10.0.0.3:7003", "10923-16383");
    fixture_replica(f, "10.0.0.1:7101", a);
    fixture_replica(f, "10.0.0.3:7102", b);
    fixture_replica(f, "10.0.0.1:7103", c);
    fixture_replica(f, "10.0.0.1:7203", c);
    return f;
}

// --- what is found

static void one_move_makes_the_owners_cluster_host_safe(void **state)
{
    (void)state;
    Watch w = looked_at(fixture_scenario());
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 1);
    assert_move(&w, p, 0, 7004, 7005, PURPOSE_SPREAD);
    assert_false(p->before->hosts.safe);
    assert_true(p->after->hosts.safe);
    assert_int_equal(p->n_rest, 0);
    assert_true(p->moves[0].now);
    assert_int_equal(p->cost_bytes, INT64_C(1126) << 20);
    assert_string_equal(p->moves[0].command, "redis-cli -h 127.0.99.171 -p 7004 CLUSTER REPLICATE "
                                             "b58e0f4c6d21937ae85c40f1d37b92066ec8a15d");
    heal_plan_free(p);
    watch_done(&w);
}

static void without_spreading_orphans_are_all_that_is_healed(void **state)
{
    (void)state;
    Watch w = looked_at(fixture_scenario());
    const HealPlan *p = heal_plan_make(w.h, false);
    assert_int_equal(p->n, 0);
    assert_int_equal(p->n_rest, 0);
    assert_false(p->after->hosts.safe);
    heal_plan_free(p);
    watch_fail(&w, 7008);
    watch_rounds(&w, 1);
    p = heal_plan_make(w.h, false);
    assert_int_equal(p->n, 1);
    assert_move(&w, p, 0, 7004, 7001, PURPOSE_HEAL);
    assert_int_equal(p->n_rest, 0);
    heal_plan_free(p);
    watch_done(&w);
}

// The spare itself would leave 7005 with nobody to help it.
static void the_orphan_gets_another_one_where_that_helps_both(void **state)
{
    (void)state;
    Watch w = looked_at(fixture_scenario());
    watch_fail(&w, 7008);
    watch_rounds(&w, 1);
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 2);
    assert_move(&w, p, 0, 7004, 7005, PURPOSE_SPREAD);
    assert_move(&w, p, 1, 7006, 7001, PURPOSE_HEAL);
    assert_true(p->moves[0].now);
    assert_false(p->moves[1].now); // until 7004 works, 7006 is all that 7005 has
    assert_true(p->after->hosts.safe);
    assert_int_equal(p->n_rest, 0);
    heal_plan_free(p);
    watch_done(&w);
}

static void ten_masters_are_healed_until_the_spares_run_out(void **state)
{
    (void)state;
    Watch w = looked_at(ten_masters());
    for (int i = 3; i < 7; i++) {
        watch_fail(&w, 7101 + i);
    }
    watch_rounds(&w, 1);
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 3);
    assert_int_equal(p->after->orphaned, 1);
    assert_false(p->after->hosts.safe);
    assert_int_equal(p->n_rest, 1);
    assert_string_equal(p->rest[0].rule, "no-spare");
    assert_false(p->rest[0].only_host_safe);
    heal_plan_free(p);
    watch_done(&w);
}

static void a_chain_goes_from_its_far_end(void **state)
{
    (void)state;
    Watch w = looked_at(chained());
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 2);
    assert_int_equal(watch_port(&w, p->moves[0].target), 7002);
    assert_int_equal(p->moves[0].purpose, PURPOSE_STEP);
    assert_move(&w, p, 1, 7102, 7001, PURPOSE_SPREAD);
    assert_true(p->after->hosts.safe);
    assert_non_null(
        strstr(p->moves[0].reason, "; then it can give 10.0.0.3:7102 to 10.0.0.1:7001"));
    heal_plan_free(p);
    watch_done(&w);
}

// Two steps before the cure: more than automatic mode plans at a time.
static void a_chain_may_be_longer_than_two(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-4000");
    int b = fixture_master(f, "10.0.0.2:7002", "4001-8000");
    int c = fixture_master(f, "10.0.0.3:7003", "8001-12000");
    int d = fixture_master(f, "10.0.0.4:7004", "12001-16383");
    fixture_replica(f, "10.0.0.1:7101", a); // needs one from elsewhere
    fixture_node(f, fixture_replica(f, "10.0.0.3:7102", b))->maxmemory = 0;
    fixture_node(f, fixture_replica(f, "10.0.0.2:7103", c))->maxmemory = 500;
    fixture_node(f, fixture_replica(f, "10.0.0.2:7104", d))->maxmemory = 500;
    fixture_node(f, fixture_replica(f, "10.0.0.2:7204", d))->maxmemory = 500;
    fixture_node(f, fixture_replica(f, "10.0.0.1:7203", c))->maxmemory = 700;
    fixture_node(f, fixture_port(f, 7103))->forgotten = true;
    fixture_node(f, a)->used_memory = 1000;
    fixture_node(f, b)->used_memory = 600;
    fixture_node(f, c)->used_memory = 400;
    fixture_node(f, d)->used_memory = 400;
    Watch w = looked_at(f);
    // 7204 fits only 7003, 7203 only that and 7002, 7102 everybody.
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 3);
    assert_int_equal(watch_port(&w, p->moves[0].target), 7003);
    assert_move(&w, p, 1, 7203, 7002, PURPOSE_STEP);
    assert_move(&w, p, 2, 7102, 7001, PURPOSE_SPREAD);
    assert_true(p->after->hosts.safe);
    assert_int_equal(p->cost_bytes, 2000);
    heal_plan_free(p);
    watch_done(&w);
}

// --- what is left

static void an_exchange_without_a_spare_is_named_and_left(void **state)
{
    (void)state;
    Watch w = looked_at(chained());
    watch_fail(&w, 7203); // the only spare
    watch_rounds(&w, 1);
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 0);
    assert_int_equal(p->n_rest, 1);
    assert_string_equal(p->rest[0].rule, "exchange");
    assert_non_null(strstr(p->rest[0].text, "only an exchange of 10.0.0.1:7101 and 10.0.0.3:7102"));
    assert_true(p->rest[0].only_host_safe);
    heal_plan_free(p);
    watch_done(&w);
}

static void a_host_with_the_majority_of_masters_is_named(void **state)
{
    (void)state;
    Watch w = looked_at(well_placed());
    put_on_host(&w, 7002, "10.0.0.1");
    put_on_host(&w, 7101, "10.0.0.3");
    put_on_host(&w, 7102, "10.0.0.3");
    watch_rounds(&w, 1);
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 0);
    assert_false(p->after->hosts.safe);
    assert_int_equal(p->n_rest, 1);
    assert_string_equal(p->rest[0].rule, "majority");
    assert_string_equal(p->rest[0].text,
                        "10.0.0.1 holds 2 of 3 masters, so that its loss leaves no majority: no "
                        "move of a replica cures that, a failover to another host does");
    heal_plan_free(p);
    watch_done(&w);
}

static void what_is_not_known_is_waited_for(void **state)
{
    (void)state;
    Watch w = looked_at(fixture_scenario());
    fixture_lose(w.f, fixture_port(w.f, 7008));
    watch_rounds(&w, 4);
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 1); // 7005 is spread all the same
    assert_int_equal(p->n_rest, 1);
    assert_string_equal(p->rest[0].rule, "unverified");
    assert_int_equal(watch_port(&w, p->rest[0].master), 7001);
    heal_plan_free(p);
    watch_done(&w);
}

static void a_healthy_cluster_needs_nothing(void **state)
{
    (void)state;
    Watch w = looked_at(well_placed());
    const HealPlan *p = heal_plan_make(w.h, true);
    assert_int_equal(p->n, 0);
    assert_int_equal(p->n_rest, 0);
    assert_true(p->after->hosts.safe);
    heal_plan_free(p);
    watch_done(&w);
}

// --- an accepted plan, later

static void an_accepted_plan_holds_while_nothing_but_its_own_moves_happens(void **state)
{
    (void)state;
    char why[200] = "";
    Watch w = looked_at(fixture_scenario());
    watch_fail(&w, 7008);
    watch_rounds(&w, 1);
    const HealPlan *p = heal_plan_make(w.h, true);
    HealStep steps[] = {accepted(p, 0), accepted(p, 1)};
    heal_plan_free(p);
    for (int i = 0; i < 3; i++) {
        knob(&w, 7004)->offset -= 3 << 20; // lag is no reason
        watch_rounds(&w, 1);
        p = heal_plan_renew(w.h, true, steps, 2, why, sizeof(why));
        assert_non_null(p);
        assert_int_equal(p->n, 2);
        heal_plan_free(p);
    }
    knob(&w, 7004)->master = fixture_port(w.f, 7005); // the first is done
    watch_rounds(&w, 1);
    p = heal_plan_renew(w.h, true, steps + 1, 1, why, sizeof(why));
    assert_non_null(p);
    assert_move(&w, p, 0, 7006, 7001, PURPOSE_HEAL);
    assert_true(p->moves[0].now);
    assert_true(p->after->hosts.safe);
    heal_plan_free(p);
    watch_done(&w);
}

static void an_accepted_plan_ends_with_what_it_was_for(void **state)
{
    (void)state;
    char why[200] = "";
    Watch w = looked_at(fixture_scenario());
    watch_fail(&w, 7008);
    watch_rounds(&w, 1);
    const HealPlan *p = heal_plan_make(w.h, true);
    HealStep steps[] = {accepted(p, 0), accepted(p, 1)};
    heal_plan_free(p);
    fixture_restore(w.f, fixture_port(w.f, 7008));
    watch_rounds(&w, 1);
    assert_null(heal_plan_renew(w.h, true, steps, 2, why, sizeof(why)));
    assert_string_equal(why, "127.0.99.170:7001 is protected now");
    // And so it does when a replica that it counts on is not what it was.
    watch_fail(&w, 7008);
    fixture_lose(w.f, fixture_port(w.f, 7004));
    watch_rounds(&w, 4);
    assert_null(heal_plan_renew(w.h, true, steps, 2, why, sizeof(why)));
    assert_string_equal(why, "127.0.99.171:7004 may not go to 127.0.99.172:7005: it is unverified");
    watch_done(&w);
}

static void an_accepted_plan_ends_when_a_new_one_would_reach_more(void **state)
{
    (void)state;
    char why[200] = "";
    Watch w = looked_at(fixture_scenario());
    const HealPlan *p = heal_plan_make(w.h, true);
    HealStep step = accepted(p, 0);
    heal_plan_free(p);
    watch_fail(&w, 7008); // another orphan, whom the spare could help, too
    watch_rounds(&w, 1);
    assert_null(heal_plan_renew(w.h, true, &step, 1, why, sizeof(why)));
    assert_string_equal(why, "the cluster has changed: a new plan of 2 moves covers more");
    // Or the same with less.
    Watch other = looked_at(chained());
    p = heal_plan_make(other.h, true);
    HealStep steps[] = {accepted(p, 0), accepted(p, 1)};
    heal_plan_free(p);
    fixture_replica(other.f, "10.0.0.2:7303", fixture_port(other.f, 7003));
    watch_rounds(&other, 1);
    assert_null(heal_plan_renew(other.h, true, steps, 2, why, sizeof(why)));
    assert_string_equal(why, "the cluster has changed: 1 move would do now");
    watch_done(&other);
    watch_done(&w);
}

static void whether_there_is_a_plan_is_seen_at_a_glance(void **state)
{
    (void)state;
    Watch w = looked_at(fixture_scenario());
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n_moves, 0);
    assert_true(heal_plan_exists(w.h, &plan));
    watch_done(&w);
    w = looked_at(chained());
    plan = plan_make(w.h);
    assert_true(heal_plan_exists(w.h, &plan)); // in two steps
    watch_fail(&w, 7203);
    watch_rounds(&w, 1);
    plan = plan_make(w.h);
    assert_false(heal_plan_exists(w.h, &plan));
    watch_done(&w);
    w = looked_at(well_placed());
    plan = plan_make(w.h);
    assert_false(heal_plan_exists(w.h, &plan));
    watch_done(&w);
}

TESTS(heal_plan, cmocka_unit_test(one_move_makes_the_owners_cluster_host_safe),
      cmocka_unit_test(without_spreading_orphans_are_all_that_is_healed),
      cmocka_unit_test(the_orphan_gets_another_one_where_that_helps_both),
      cmocka_unit_test(ten_masters_are_healed_until_the_spares_run_out),
      cmocka_unit_test(a_chain_goes_from_its_far_end),
      cmocka_unit_test(a_chain_may_be_longer_than_two),
      cmocka_unit_test(an_exchange_without_a_spare_is_named_and_left),
      cmocka_unit_test(a_host_with_the_majority_of_masters_is_named),
      cmocka_unit_test(what_is_not_known_is_waited_for),
      cmocka_unit_test(a_healthy_cluster_needs_nothing),
      cmocka_unit_test(an_accepted_plan_holds_while_nothing_but_its_own_moves_happens),
      cmocka_unit_test(an_accepted_plan_ends_with_what_it_was_for),
      cmocka_unit_test(an_accepted_plan_ends_when_a_new_one_would_reach_more),
      cmocka_unit_test(whether_there_is_a_plan_is_seen_at_a_glance))
