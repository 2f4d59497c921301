#include "unit.h"

#include "rehome/base/mem.h"
#include "watch.h"

static void how_long_is_carried_on_and_a_gap_starts_anew(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    watch_rounds(&w, 4);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 1000);
    assert_int_equal(watch_node(&w, 7008)->since_ms, 1000);
    watch_fail(&w, 7008);
    watch_rounds(&w, 3);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 6000);
    assert_int_equal(watch_node(&w, 7008)->since_ms, 6000);
    fixture_restore(w.f, fixture_port(w.f, 7008));
    watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 9000);
    watch_fail(&w, 7008);
    watch_rounds(&w, 2);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 10000);
    knob(&w, 7001)->forgotten = true;
    watch_rounds(&w, 1);
    knob(&w, 7001)->forgotten = false;
    watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 13000);
    watch_done(&w);
}

static void nodes_keep_their_clock_when_others_move_them_in_the_list(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    // A new replica sorts before most of the others.
    fixture_replica(w.f, "127.0.99.100:7000", fixture_port(w.f, 7005));
    watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7004)->since_ms, 1000);
    assert_int_equal(watch_node(&w, 7000)->since_ms, 2000);
    watch_done(&w);
}

static void the_target_of_our_move_is_at_risk_and_keeps_its_clock(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7008);
    watch_round(&w, 1000);
    w.options.moving = (OwnMove){watch_id(&w, 7004), watch_id(&w, 7001)};
    const Health *h = watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_LOST); // what it would be without us
    assert_int_equal(watch_node(&w, 7001)->since_ms, 1000);
    assert_int_equal(h->orphaned, 0);
    w.options.moving = (OwnMove){0};
    watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 1000);
    watch_done(&w);
}

static void our_own_replica_may_look_failed_while_it_loads(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7008);
    FixtureNode *r = knob(&w, 7004);
    r->master = fixture_port(w.f, 7001);
    r->failed = true;
    r->loading = true;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_FAILED);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    w.options.moving = (OwnMove){watch_id(&w, 7004), watch_id(&w, 7001)};
    watch_round(&w, 2000);
    assert_true(watch_node(&w, 7004)->arriving);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_LOADING);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_NOT);
    r->reach = REACH_LATE; // it flushes and answers nobody
    watch_round(&w, 10000);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_UNVERIFIED);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    r->reach = REACH_OK;
    r->loading = false; // in sync, but the others have not seen it yet
    watch_round(&w, 11000);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_LINKING);
    watch_done(&w);
}

// What it says in INFO is newer than its view: it was moved between the two answers.
static void a_replica_just_moved_away_is_known_to_neither(void **state)
{
    (void)state;
    Fixture *before = fixture_scenario();
    Fixture *after = fixture_scenario();
    int replica = fixture_port(after, 7002);
    fixture_fail(before, fixture_port(before, 7008));
    fixture_fail(after, fixture_port(after, 7008));
    fixture_node(after, replica)->master = fixture_port(after, 7001);
    const RoundInput *old = fixture_round(before, 1000);
    const RoundInput *new = fixture_round(after, 1000);
    RoundInput mixed = *old;
    Observation *at = mem_array(mixed.n, sizeof(*at));
    for (size_t i = 0; i < mixed.n; i++) {
        at[i] = old->at[i];
        if (node_id_eq(at[i].id, fixture_id(after, replica))) {
            at[i].info = new->at[i].info;
        }
    }
    mixed.at = at;
    Snapshot *s = snapshot_build(&mixed);
    const Health *h = health_assess(s, NULL, NULL);
    int r = snapshot_find(s, fixture_id(after, replica));
    int target = snapshot_find(s, fixture_id(after, fixture_port(after, 7001)));
    int donor = snapshot_find(s, fixture_id(after, fixture_port(after, 7003)));
    assert_int_equal(s->nodes[r].master, donor);
    assert_int_equal(h->of[r].replica, REPLICA_UNVERIFIED);
    assert_int_equal(h->of[donor].working, 1);
    assert_int_equal(h->of[target].master, STATE_AT_RISK);
    assert_int_equal(h->of[target].coming, 1);
    mem_free(at);
    snapshot_free(s);
    fixture_free(before);
    fixture_free(after);
}

// Its link has been down since long before it came here: while the cluster held it for failed it
// was moved by hand, and now it is back.
static void who_was_moved_while_it_was_failed_is_on_its_way(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    watch_fail(&w, 7002);
    watch_fail(&w, 7008);
    watch_rounds(&w, 1);
    knob(&w, 7002)->master = fixture_port(w.f, 7001);
    watch_rounds(&w, 5);
    fixture_restore(w.f, fixture_port(w.f, 7002));
    knob(&w, 7002)->link_up = false;
    knob(&w, 7002)->link_down_s = 30;
    watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7002)->replica, REPLICA_LINKING);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    watch_rounds(&w, 6);
    assert_int_equal(watch_node(&w, 7002)->replica, REPLICA_LINK_DOWN);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    watch_done(&w);
}

static void all_replicas_on_the_masters_host_are_noticed_with_how_long(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7005)->host_alone_ms, 1000);
    assert_int_equal(watch_node(&w, 7003)->host_alone_ms, 0);
    watch_fail(&w, 7002); // the one elsewhere
    watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7005)->host_alone_ms, 1000);
    assert_int_equal(watch_node(&w, 7003)->host_alone_ms, 2000);
    watch_done(&w);
}

static void what_holds_for_the_cluster_is_timed(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    assert_int_equal(w.h->since_ms[CLUSTER_HOST_UNSAFE], 1000);
    assert_int_equal(w.h->since_ms[CLUSTER_STATE_FAIL], 0);
    watch_fail(&w, 7001);
    watch_round(&w, 2000);
    watch_round(&w, 3000);
    assert_int_equal(w.h->since_ms[CLUSTER_STATE_FAIL], 2000);
    assert_int_equal(w.h->since_ms[CLUSTER_HOST_UNSAFE], 1000);
    fixture_restore(w.f, fixture_port(w.f, 7001));
    watch_round(&w, 4000);
    assert_int_equal(w.h->since_ms[CLUSTER_STATE_FAIL], 0);
    watch_done(&w);
}

// Servers in the fixture heard of a failed node 60 s ago, and of all others half a second ago.
static void what_was_so_at_the_first_look_began_when_the_servers_say(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7008);
    const Health *h = watch_round(&w, 100000);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 100000);
    assert_int_equal(health_told_since_ms(h, watch_index(&w, 7001)), 100000 - 59500);
    assert_int_equal(health_told_since_ms(h, watch_index(&w, 7008)), 100000 - 59500);
    assert_int_equal(health_told_since_ms(h, watch_index(&w, 7003)), 100000);
    watch_fail(&w, 7005);
    h = watch_rounds(&w, 1); // this one was seen
    assert_int_equal(health_told_since_ms(h, watch_index(&w, 7005)), 101000);
    watch_done(&w);
}

static void an_orphan_has_been_one_since_its_last_replica_went(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7004); // 60 s ago
    knob(&w, 7002)->link_up = false;
    knob(&w, 7002)->link_down_s = 30;
    knob(&w, 7008)->forgotten = true;
    const Health *h = watch_round(&w, 100000);
    assert_int_equal(watch_node(&w, 7003)->orphan, ORPHAN_CUT_OFF);
    assert_int_equal(health_told_since_ms(h, watch_index(&w, 7003)), 70000);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_BARE); // nobody knows
    assert_int_equal(health_told_since_ms(h, watch_index(&w, 7001)), 100000);
    watch_done(&w);
}

TESTS(health_time, cmocka_unit_test(what_was_so_at_the_first_look_began_when_the_servers_say),
      cmocka_unit_test(an_orphan_has_been_one_since_its_last_replica_went),
      cmocka_unit_test(how_long_is_carried_on_and_a_gap_starts_anew),
      cmocka_unit_test(nodes_keep_their_clock_when_others_move_them_in_the_list),
      cmocka_unit_test(the_target_of_our_move_is_at_risk_and_keeps_its_clock),
      cmocka_unit_test(our_own_replica_may_look_failed_while_it_loads),
      cmocka_unit_test(a_replica_just_moved_away_is_known_to_neither),
      cmocka_unit_test(who_was_moved_while_it_was_failed_is_on_its_way),
      cmocka_unit_test(all_replicas_on_the_masters_host_are_noticed_with_how_long),
      cmocka_unit_test(what_holds_for_the_cluster_is_timed))
