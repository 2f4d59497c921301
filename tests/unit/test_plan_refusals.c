#include "unit.h"

#include "plan_try.h"

static void only_a_working_replica_goes(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7102)->sync_in_progress = true;
    fixture_lose(w.f, fixture_port(w.f, 7103));
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7102, "not-working", "it is syncing");
    assert_plan_refused(&w, &t, 7103, "not-working", "it is unverified");
    // Neither counts for its donor.
    assert_plan_refused(&w, &t, 7202, "donor-floor",
                        "its master 10.0.0.2:7002 would keep 0 working, the floor is 1");
    assert_int_equal(t.chosen, -1);
    assert_string_equal(t.refused_rule, "no-spare");
    assert_string_equal(t.reason, "2 masters have no spare to give: every donor is at its floor "
                                  "of 1; 2 replicas are not working");
    watch_done(&w);
}

static void the_floor_is_kept(void **state)
{
    (void)state;
    Watch w = two_donors();
    w.options.floor = 2;
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_int_equal(t.chosen, -1);
    assert_plan_refused(&w, &t, 7102, "donor-floor",
                        "its master 10.0.0.2:7002 would keep 1 working, the floor is 2");
    assert_string_equal(t.reason,
                        "2 masters have no spare to give: every donor is at its floor of 2");
    watch_done(&w);
}

static void the_donors_own_list_has_to_confirm_it(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7202)->connected = false;
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7102, "donor-list",
                        "its master 10.0.0.2:7002 itself lists 0 others online, the floor is 1");
    assert_true(plan_candidate_at(&w, &t, 7202)->legal); // 7102 is listed
    knob(&w, 7202)->connected = true;
    knob(&w, 7202)->slave_state = "send_bulk";
    watch_round(&w, 2000);
    t = plan_target(w.h, watch_index(&w, 7001));
    assert_false(plan_candidate_at(&w, &t, 7102)->legal);
    assert_true(plan_candidate_at(&w, &t, 7202)->legal); // 7102 is online
    watch_done(&w);
}

// Behind NAT a master lists its replicas by addresses that nobody else knows.
static void a_list_of_strange_addresses_is_counted_with_care(void **state)
{
    (void)state;
    Watch w = two_donors();
    Snapshot *s = NULL;
    const struct {
        int lines;
        bool legal;
    } rows[] = {{2, true}, {1, false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        s = fixture_snapshot(w.f, 1000);
        int donor = snapshot_find(s, watch_id(&w, 7002));
        NodeInfo *info = (NodeInfo *)(uintptr_t)&s->nodes[donor].says->info;
        SlaveLine lines[2] = {{.ip = "172.17.0.1", .port = 31001, .state = SLAVE_ONLINE},
                              {.ip = "172.17.0.1", .port = 31002, .state = SLAVE_ONLINE}};
        info->slaves = lines;
        info->n_slaves = (size_t)rows[i].lines;
        const Health *h = health_assess(s, NULL, NULL);
        PlanCandidate c = plan_pair(h, snapshot_find(s, watch_id(&w, 7102)),
                                    snapshot_find(s, watch_id(&w, 7001)));
        assert_int_equal(c.legal, rows[i].legal);
        snapshot_free(s);
    }
    watch_done(&w);
}

static void a_donor_that_cannot_be_asked_gives_nothing(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7002)->no_info = true;
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7102, "donor-unknown",
                        "its master 10.0.0.2:7002 cannot be asked what it would keep");
    watch_done(&w);
}

static void a_failed_donor_needs_its_replicas_itself(void **state)
{
    (void)state;
    Watch w = two_donors();
    watch_fail(&w, 7002);
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    const PlanCandidate *c = plan_candidate_at(&w, &t, 7102);
    assert_false(c->legal);
    assert_string_equal(c->refused_rule, "not-working"); // its link is down with its master
    watch_done(&w);

    w = two_donors(); // failed for the others, though its own replicas still reach it
    fixture_view_says(w.f, fixture_port(w.f, 7001), fixture_port(w.f, 7002), NODE_FAIL);
    fixture_view_says(w.f, fixture_port(w.f, 7003), fixture_port(w.f, 7002), NODE_FAIL);
    watch_round(&w, 1000);
    t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7102, "donor-failed",
                        "its master 10.0.0.2:7002 has failed and may need it");
    watch_done(&w);
}

static void a_replica_that_cannot_find_the_target_is_no_help(void **state)
{
    (void)state;
    Watch w = two_donors();
    fixture_view_says(w.f, fixture_port(w.f, 7102), fixture_port(w.f, 7001), NODE_NOADDR);
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7102, "no-address", "it has no address for 10.0.0.1:7001");
    watch_done(&w);
}

static void a_replica_that_may_never_be_promoted_is_no_help(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7102)->nofailover = true;
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7102, "nofailover", "it is flagged nofailover");
    assert_plan_refused(&w, &t, 7202, "donor-floor", // nor to whom it would be all that is left
                        "its master 10.0.0.2:7002 would keep 0 working, the floor is 1; "
                        "10.0.0.4:7102 may not take over");
    watch_done(&w);
}

static void the_dataset_has_to_fit(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7001)->used_memory = 5000;
    knob(&w, 7102)->maxmemory = 4999;
    knob(&w, 7202)->maxmemory = 5000;
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7102, "too-small",
                        "its maxmemory is 4999 bytes, the target uses 5000");
    assert_true(plan_candidate_at(&w, &t, 7202)->legal);
    assert_true(plan_candidate_at(&w, &t, 7103)->legal); // without a limit
    watch_done(&w);
}

static void a_replica_of_a_replica_has_no_donor(void **state)
{
    (void)state;
    Watch w = two_donors();
    fixture_replica(w.f, "10.0.0.9:7302", fixture_port(w.f, 7102));
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_plan_refused(&w, &t, 7302, "no-donor", "it follows 10.0.0.4:7102, which is no master");
    watch_done(&w);
}

TESTS(plan_refusals, cmocka_unit_test(only_a_working_replica_goes),
      cmocka_unit_test(a_replica_that_cannot_find_the_target_is_no_help),
      cmocka_unit_test(the_floor_is_kept), cmocka_unit_test(the_donors_own_list_has_to_confirm_it),
      cmocka_unit_test(a_list_of_strange_addresses_is_counted_with_care),
      cmocka_unit_test(a_donor_that_cannot_be_asked_gives_nothing),
      cmocka_unit_test(a_failed_donor_needs_its_replicas_itself),
      cmocka_unit_test(a_replica_that_may_never_be_promoted_is_no_help),
      cmocka_unit_test(the_dataset_has_to_fit),
      cmocka_unit_test(a_replica_of_a_replica_has_no_donor))
