#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/policy/plan.h"
#include "watch.h"

static const PlanCandidate *candidate(const Watch *w, const PlanTarget *t, int port)
{
    for (size_t i = 0; i < t->n; i++) {
        if (watch_port(w, t->candidates[i].replica) == port) {
            return &t->candidates[i];
        }
    }
    return NULL;
}

// The port of what goes to the i-th target; -1: nothing.
static int chosen(const Watch *w, const Plan *plan, size_t i)
{
    assert_true(i < plan->n);
    const PlanTarget *t = &plan->at[i];
    return t->chosen >= 0 ? watch_port(w, t->candidates[t->chosen].replica) : -1;
}

static void assert_refused(const Watch *w, const PlanTarget *t, int port, const char *rule,
                           const char *text)
{
    const PlanCandidate *c = candidate(w, t, port);
    assert_non_null(c);
    assert_false(c->legal);
    assert_string_equal(c->refused_rule, rule);
    assert_string_equal(c->refused, text);
}

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
    assert_int_equal(chosen(&w, &plan, 0), 7004); // not 7002, which the server would take
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
    assert_refused(&w, t, 7006, "donor-floor",
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
    assert_int_equal(chosen(&w, &plan, 0), 7004);
    assert_refused(&w, &plan.at[0], 7010, "not-working", "it is failed");
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
    assert_int_equal(chosen(&w, &plan, 0), 7004);
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
    assert_int_equal(chosen(&w, &plan, 0), 7004);
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
    strcpy(knob(&w, 7002)->slots, "5461-8000");
    strcpy(knob(&w, 7004)->slots, "8001-10921");
    watch_fail(&w, 7101);
    watch_fail(&w, 7102);
    watch_round(&w, 1000);
    Plan plan = plan_make(w.h);
    assert_int_equal(plan.n, 3);
    assert_int_equal(plan.n_moves, 2);
    assert_int_equal(watch_port(&w, plan.at[0].target), 7001);
    assert_int_equal(watch_port(&w, plan.at[1].target), 7004);
    assert_int_equal(watch_port(&w, plan.at[2].target), 7002);
    assert_int_equal(chosen(&w, &plan, 0), 7201); // of 7103, 7201 and 7202: other host than .1
    assert_int_equal(chosen(&w, &plan, 1), 7103);
    assert_int_equal(plan.at[2].chosen, -1);
    assert_refused(&w, &plan.at[1], 7201, "promised", "it is promised to a more urgent master");
    assert_refused(&w, &plan.at[2], 7202, "donor-floor",
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

// --- each rule of the order

// One orphan 7001 on 10.0.0.1, and two donors, 7002 and 7003 on hosts of their own, with two
// replicas each: 7102 and 7202, 7103 and 7203. All on different hosts: a tie until IDs decide.
static Watch two_donors(void)
{
    Fixture *f = fixture_new();
    fixture_master(f, "10.0.0.1:7001", "0-5460");
    int b = fixture_master(f, "10.0.0.2:7002", "5461-10922");
    int c = fixture_master(f, "10.0.0.3:7003", "10923-16383");
    fixture_replica(f, "10.0.0.4:7102", b);
    fixture_replica(f, "10.0.0.5:7202", b);
    fixture_replica(f, "10.0.0.6:7103", c);
    fixture_replica(f, "10.0.0.7:7203", c);
    return watch_new(f);
}

static int choice(Watch *w)
{
    watch_round(w, w->now_ms + 1000);
    Plan plan = plan_make(w->h);
    return chosen(w, &plan, 0);
}

static void put(const Watch *w, int port, const char *ip)
{
    strcpy(knob(w, port)->ip, ip);
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
    put(&w, 7102, "10.0.0.1");
    assert_int_equal(choice(&w), 7202);
    put(&w, 7202, "10.0.0.1");
    // 7103 is now the only one but 7203; give these every other disadvantage.
    put(&w, 7103, "10.0.0.3");
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
        put(&w, port, "10.0.0.1");
    }
    put(&w, 7203, "10.0.0.1");
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
    put(&w, 7202, "10.0.0.2"); // without 7102, 7002 has its replicas on its own host only
    assert_int_equal(choice(&w), 7202);
    watch_round(&w, 9000);
    Plan plan = plan_make(w.h);
    assert_int_equal(candidate(&w, &plan.at[0], 7102)->value[PLAN_RULE_DONOR_DIVERSE], 1);
    assert_int_equal(candidate(&w, &plan.at[0], 7202)->value[PLAN_RULE_DONOR_DIVERSE], 0);
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
    put(&w, 7102, "10.0.0.2");
    put(&w, 7202, "10.0.0.2");
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
    strcpy(knob(&w, 7203)->replid, "0123456789012345678901234567890123456789");
    assert_int_equal(choice(&w), 7103); // what is not known is the worst
    knob(&w, 7102)->offset = (INT64_C(64) << 20) - 5;
    knob(&w, 7202)->offset = INT64_C(64) << 20;
    assert_int_equal(choice(&w), 7102); // a few bytes are noise
    watch_done(&w);
}

// --- refusals

static void only_a_working_replica_goes(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7102)->sync_in_progress = true;
    fixture_lose(w.f, fixture_port(w.f, 7103));
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_refused(&w, &t, 7102, "not-working", "it is syncing");
    assert_refused(&w, &t, 7103, "not-working", "it is unverified");
    // Neither counts for its donor.
    assert_refused(&w, &t, 7202, "donor-floor",
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
    assert_refused(&w, &t, 7102, "donor-floor",
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
    assert_refused(&w, &t, 7102, "donor-list",
                   "its master 10.0.0.2:7002 itself lists 0 others online, the floor is 1");
    assert_true(candidate(&w, &t, 7202)->legal); // 7102 is listed
    knob(&w, 7202)->connected = true;
    knob(&w, 7202)->slave_state = "send_bulk";
    watch_round(&w, 2000);
    t = plan_target(w.h, watch_index(&w, 7001));
    assert_false(candidate(&w, &t, 7102)->legal);
    assert_true(candidate(&w, &t, 7202)->legal); // 7102 is online
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
    assert_refused(&w, &t, 7102, "donor-unknown",
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
    const PlanCandidate *c = candidate(&w, &t, 7102);
    assert_false(c->legal);
    assert_string_equal(c->refused_rule, "not-working"); // its link is down with its master
    watch_done(&w);

    w = two_donors(); // failed for the others, though its own replicas still reach it
    fixture_view_says(w.f, fixture_port(w.f, 7001), fixture_port(w.f, 7002), NODE_FAIL);
    fixture_view_says(w.f, fixture_port(w.f, 7003), fixture_port(w.f, 7002), NODE_FAIL);
    watch_round(&w, 1000);
    t = plan_target(w.h, watch_index(&w, 7001));
    assert_refused(&w, &t, 7102, "donor-failed",
                   "its master 10.0.0.2:7002 has failed and may need it");
    watch_done(&w);
}

static void a_replica_that_may_never_be_promoted_is_no_help(void **state)
{
    (void)state;
    Watch w = two_donors();
    knob(&w, 7102)->nofailover = true;
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_refused(&w, &t, 7102, "nofailover", "it is flagged nofailover");
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
    assert_refused(&w, &t, 7102, "too-small", "its maxmemory is 4999 bytes, the target uses 5000");
    assert_true(candidate(&w, &t, 7202)->legal);
    assert_true(candidate(&w, &t, 7103)->legal); // without a limit
    watch_done(&w);
}

static void a_replica_of_a_replica_has_no_donor(void **state)
{
    (void)state;
    Watch w = two_donors();
    fixture_replica(w.f, "10.0.0.9:7302", fixture_port(w.f, 7102));
    watch_round(&w, 1000);
    PlanTarget t = plan_target(w.h, watch_index(&w, 7001));
    assert_refused(&w, &t, 7302, "no-donor", "it follows 10.0.0.4:7102, which is no master");
    watch_done(&w);
}

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
    assert_refused(&w, &plan.at[0], 7102, "moving", "it is being moved by us");
    assert_refused(&w, &plan.at[0], 7202, "donor-floor",
                   "its master 10.0.0.2:7002 would keep 0 working, the floor is 1");
    assert_int_equal(chosen(&w, &plan, 0), 7103);
    // Once it has arrived its old master's count is what is left, and no less.
    fixture_replica(w.f, "10.0.0.9:7302", fixture_port(w.f, 7002));
    knob(&w, 7102)->master = fixture_port(w.f, 7004);
    watch_round(&w, 2000);
    plan = plan_make(w.h);
    assert_true(candidate(&w, &plan.at[0], 7202)->legal);
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
    assert_true(candidate(&w, &t, 7103)->legal); // 7203 and 7303 stay
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
    put(&w, 7102, "-x;reboot#$(a)");
    put(&w, 7103, "fd00::1");
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
      cmocka_unit_test(at_a_tie_the_smallest_id_goes),
      cmocka_unit_test(another_host_than_the_targets_comes_before_everything),
      cmocka_unit_test(an_unknown_host_is_better_than_the_same_and_worse_than_another),
      cmocka_unit_test(a_donor_that_stays_spread_comes_next),
      cmocka_unit_test(a_donor_that_had_nothing_elsewhere_loses_nothing),
      cmocka_unit_test(the_donor_with_most_spares_comes_next),
      cmocka_unit_test(a_host_that_serves_a_sync_comes_last_but_for_lag),
      cmocka_unit_test(the_smallest_lag_comes_last), cmocka_unit_test(only_a_working_replica_goes),
      cmocka_unit_test(the_floor_is_kept), cmocka_unit_test(the_donors_own_list_has_to_confirm_it),
      cmocka_unit_test(a_list_of_strange_addresses_is_counted_with_care),
      cmocka_unit_test(a_donor_that_cannot_be_asked_gives_nothing),
      cmocka_unit_test(a_failed_donor_needs_its_replicas_itself),
      cmocka_unit_test(a_replica_that_may_never_be_promoted_is_no_help),
      cmocka_unit_test(the_dataset_has_to_fit),
      cmocka_unit_test(a_replica_of_a_replica_has_no_donor),
      cmocka_unit_test(an_orphan_that_cannot_be_asked_gets_nothing),
      cmocka_unit_test(a_master_with_unknown_or_coming_replicas_is_not_in_the_plan),
      cmocka_unit_test(a_protected_master_may_be_given_another_one_by_hand),
      cmocka_unit_test(what_our_move_takes_is_not_given_twice),
      cmocka_unit_test(what_has_arrived_counts_for_its_new_master),
      cmocka_unit_test(the_target_of_our_move_is_given_nothing_else),
      cmocka_unit_test(a_replica_picked_up_lights_up_its_legal_targets),
      cmocka_unit_test(the_rules_have_names_and_words),
      cmocka_unit_test(a_command_line_holds_nothing_that_a_shell_would_run),
      cmocka_unit_test(a_long_plan_keeps_only_the_best_of_each),
      cmocka_unit_test(a_cluster_without_other_replicas_says_so))
