#include "unit.h"

#include "watch.h"

static void the_owners_cluster_is_protected(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    const Health *h = watch_round(&w, 1000);
    assert_int_equal(h->orphaned, 0);
    assert_int_equal(h->at_risk, 0);
    assert_int_equal(h->failed_masters, 0);
    assert_int_equal(h->floor, 1);
    assert_int_equal(h->spares, 1);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_PROTECTED);
    assert_int_equal(watch_node(&w, 7001)->working, 1);
    assert_int_equal(watch_node(&w, 7001)->spares, 0);
    assert_int_equal(watch_node(&w, 7003)->working, 2);
    assert_int_equal(watch_node(&w, 7003)->spares, 1);
    assert_int_equal(watch_node(&w, 7002)->replica, REPLICA_WORKING);
    assert_false(watch_node(&w, 7002)->same_host);
    assert_true(watch_node(&w, 7004)->same_host);
    assert_true(watch_node(&w, 7006)->same_host);
    assert_int_equal(watch_node(&w, 7004)->lag_bytes, 0);
    assert_int_equal(watch_node(&w, 7004)->lag_s, 0);
    assert_int_equal(watch_node(&w, 7004)->sync_permille, -1);
    assert_int_equal(watch_node(&w, 7004)->sync_eta_s, -1);
    watch_done(&w);
}

static void the_words_are_the_contracts(void **state)
{
    (void)state;
    assert_string_equal(master_state_text(STATE_PROTECTED), "protected");
    assert_string_equal(master_state_text(STATE_AT_RISK), "at-risk");
    assert_string_equal(master_state_text(STATE_ORPHANED), "orphaned");
    assert_string_equal(master_state_text(STATE_FAILED), "failed");
    assert_string_equal(master_state_text(STATE_EMPTY), "empty");
    assert_string_equal(orphan_kind_text(ORPHAN_NOT), "");
    assert_string_equal(orphan_kind_text(ORPHAN_BARE), "bare");
    assert_string_equal(orphan_kind_text(ORPHAN_LOST), "lost");
    assert_string_equal(orphan_kind_text(ORPHAN_CUT_OFF), "cut-off");
    assert_string_equal(replica_state_text(REPLICA_WORKING), "working");
    assert_string_equal(replica_state_text(REPLICA_LINKING), "linking");
    assert_string_equal(replica_state_text(REPLICA_SYNCING), "syncing");
    assert_string_equal(replica_state_text(REPLICA_LOADING), "loading");
    assert_string_equal(replica_state_text(REPLICA_LINK_DOWN), "link-down");
    assert_string_equal(replica_state_text(REPLICA_FAILED), "failed");
    assert_string_equal(replica_state_text(REPLICA_UNVERIFIED), "unverified");
}

static void only_unknown_and_coming_replicas_block_a_rescue(void **state)
{
    (void)state;
    assert_true(replica_blocks_rescue(REPLICA_LINKING));
    assert_true(replica_blocks_rescue(REPLICA_SYNCING));
    assert_true(replica_blocks_rescue(REPLICA_LOADING));
    assert_true(replica_blocks_rescue(REPLICA_UNVERIFIED));
    assert_false(replica_blocks_rescue(REPLICA_WORKING));
    assert_false(replica_blocks_rescue(REPLICA_LINK_DOWN));
    assert_false(replica_blocks_rescue(REPLICA_FAILED));
}

static void a_master_whose_replicas_all_failed_is_lost(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7008);
    const Health *h = watch_round(&w, 1000);
    assert_int_equal(h->orphaned, 1);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_LOST);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_FAILED);
    watch_done(&w);
}

static void a_master_that_never_had_a_replica_is_bare(void **state)
{
    (void)state;
    Fixture *f = well_placed();
    fixture_node(f, fixture_port(f, 7101))->forgotten = true;
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_BARE);
    watch_done(&w);
}

static void a_replica_that_we_cannot_ask_is_neither_there_nor_missing(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    fixture_lose(w.f, fixture_port(w.f, 7008));
    fixture_lose(w.f, fixture_port(w.f, 7002));
    const Health *h = watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_UNVERIFIED);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    assert_int_equal(watch_node(&w, 7001)->unverified, 1);
    assert_int_equal(watch_node(&w, 7003)->working, 1);
    assert_int_equal(h->spares, 0);
    assert_int_equal(h->orphaned, 0);
    assert_int_equal(h->at_risk, 1);
    watch_done(&w);
}

// Its process has begun anew under another ID, say: nobody pings it, so nobody calls it failed.
static void a_replica_without_an_address_that_does_not_answer_is_gone(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    fixture_lose(w.f, fixture_port(w.f, 7008));
    knob(&w, 7008)->noaddr = true;
    watch_round(&w, 1000);
    watch_rounds(&w, 5);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_FAILED);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_LOST);
    watch_done(&w);
}

static void an_answer_counts_for_three_seconds(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->reach = REACH_LATE;
    knob(&w, 7008)->age_ms = 2950; // and half a round
    watch_round(&w, 10000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_WORKING);
    knob(&w, 7008)->age_ms = 2951;
    watch_round(&w, 11000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_UNVERIFIED);
    w.options.fresh_ms = 15000; // slow rounds
    watch_round(&w, 12000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_WORKING);
    watch_done(&w);
}

static void another_node_at_its_address_is_no_answer(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->reach = REACH_WRONG_NODE;
    knob(&w, 7008)->age_ms = 500;
    watch_round(&w, 10000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_UNVERIFIED);
    watch_done(&w);
}

static void suspicion_alone_does_not_unmake_a_replica(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->pfail = true;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_WORKING);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_PROTECTED);
    watch_done(&w);
}

static void a_replica_that_the_cluster_calls_failed_is_failed_though_it_answers(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->failed = true;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_FAILED);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    watch_done(&w);
}

static void the_floor_comes_from_the_barrier_or_from_us(void **state)
{
    (void)state;
    Watch w = watch_new(ten_masters());
    assert_int_equal(watch_round(&w, 1000)->spares, 3);
    knob(&w, 7001)->barrier = 2;
    assert_int_equal(watch_round(&w, 2000)->floor, 2);
    assert_int_equal(w.h->spares, 0);
    w.options.floor = 1;
    assert_int_equal(watch_round(&w, 3000)->floor, 1);
    assert_int_equal(w.h->spares, 3);
    w.options.floor = 5;
    assert_int_equal(watch_round(&w, 3500)->spares, 0);
    w.options.floor = 0;
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        fixture_node(w.f, (int)i)->barrier = 0; // the server accepts it; a donor still keeps one
    }
    assert_int_equal(watch_round(&w, 4000)->floor, 1);
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        fixture_node(w.f, (int)i)->barrier = -1;
    }
    assert_int_equal(watch_round(&w, 5000)->floor, 1);
    watch_done(&w);
}

static void a_failed_master_and_an_empty_one_are_no_orphans(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_master(f, "127.0.99.173:7009", "");
    Watch w = watch_new(f);
    watch_fail(&w, 7001);
    watch_fail(&w, 7008);
    const Health *h = watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_FAILED);
    assert_int_equal(watch_node(&w, 7009)->master, STATE_EMPTY);
    assert_int_equal(h->orphaned, 0);
    assert_int_equal(h->failed_masters, 1);
    watch_done(&w);
}

static void a_failed_master_has_no_spares_to_give(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7003);
    assert_int_equal(watch_round(&w, 1000)->spares, 0);
    // Its replicas' links are down, and it may be one of them that takes over.
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_LINKING);
    watch_done(&w);

    // Failed for the others, though its own replicas still reach it.
    w = watch_new(fixture_scenario());
    for (int port = 7001; port <= 7005; port += 4) {
        fixture_view_says(w.f, fixture_port(w.f, port), fixture_port(w.f, 7003), NODE_FAIL);
    }
    assert_int_equal(watch_round(&w, 1000)->spares, 0);
    assert_int_equal(watch_node(&w, 7003)->master, STATE_FAILED);
    assert_int_equal(watch_node(&w, 7003)->working, 2);
    watch_done(&w);
}

static void a_promoted_replica_stands_alone(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7001);
    watch_round(&w, 1000);
    fixture_promote(w.f, fixture_port(w.f, 7008));
    const Health *h = watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7008)->master, STATE_ORPHANED);
    assert_int_equal(watch_node(&w, 7008)->orphan, ORPHAN_BARE);
    assert_int_equal(watch_node(&w, 7008)->since_ms, 2000);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_FAILED);
    assert_int_equal(h->failed_masters, 0); // it owns nothing any more
    fixture_restore(w.f, fixture_port(w.f, 7001));
    watch_round(&w, 3000);
    assert_int_equal(watch_node(&w, 7008)->master, STATE_PROTECTED);
    assert_int_equal(watch_node(&w, 7001)->replica, REPLICA_WORKING);
    watch_done(&w);
}

static void a_cluster_without_nodes_has_no_health_to_speak_of(void **state)
{
    (void)state;
    RoundInput nothing = {.now_ms = 1000, .wall_ms = 1000};
    Snapshot *s = snapshot_build(&nothing);
    const Health *h = health_assess(s, NULL, NULL);
    assert_int_equal(h->orphaned, 0);
    assert_int_equal(h->hosts.n, 0);
    for (int i = 0; i < CLUSTER_CONDITION_COUNT; i++) {
        assert_int_equal(h->since_ms[i], 0);
    }
    snapshot_free(s);
}

TESTS(health, cmocka_unit_test(the_owners_cluster_is_protected),
      cmocka_unit_test(the_words_are_the_contracts),
      cmocka_unit_test(only_unknown_and_coming_replicas_block_a_rescue),
      cmocka_unit_test(a_master_whose_replicas_all_failed_is_lost),
      cmocka_unit_test(a_master_that_never_had_a_replica_is_bare),
      cmocka_unit_test(a_replica_that_we_cannot_ask_is_neither_there_nor_missing),
      cmocka_unit_test(a_replica_without_an_address_that_does_not_answer_is_gone),
      cmocka_unit_test(an_answer_counts_for_three_seconds),
      cmocka_unit_test(another_node_at_its_address_is_no_answer),
      cmocka_unit_test(suspicion_alone_does_not_unmake_a_replica),
      cmocka_unit_test(a_replica_that_the_cluster_calls_failed_is_failed_though_it_answers),
      cmocka_unit_test(the_floor_comes_from_the_barrier_or_from_us),
      cmocka_unit_test(a_failed_master_and_an_empty_one_are_no_orphans),
      cmocka_unit_test(a_failed_master_has_no_spares_to_give),
      cmocka_unit_test(a_promoted_replica_stands_alone),
      cmocka_unit_test(a_cluster_without_nodes_has_no_health_to_speak_of))
