#include "unit.h"

#include <string.h>

#include "rehome/base/mem.h"
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

static void a_short_interruption_of_the_link_is_waited_for(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = 4;
    watch_round(&w, 20000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    assert_int_equal(watch_node(&w, 7008)->since_ms, 16000);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    assert_int_equal(watch_node(&w, 7001)->coming, 1);
    watch_round(&w, 26000); // exactly 10 s
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    watch_round(&w, 26001);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINK_DOWN);
    assert_int_equal(watch_node(&w, 7008)->since_ms, 16000);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_ORPHANED);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_CUT_OFF);
    assert_int_equal(watch_node(&w, 7001)->since_ms, 26001);
    watch_done(&w);
}

static void a_link_long_down_is_seen_at_first_sight(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = 40;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINK_DOWN);
    assert_int_equal(watch_node(&w, 7001)->orphan, ORPHAN_CUT_OFF);
    watch_done(&w);
}

static void without_the_servers_count_our_own_clock_decides(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    w.options.cut_off_ms = 3000;
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = -1;
    watch_round(&w, 1000);
    watch_rounds(&w, 3);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINK_DOWN);
    watch_done(&w);
}

static void after_a_failed_sync_the_link_gets_its_time_again(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->sync_in_progress = true;
    watch_round(&w, 100000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_SYNCING);
    knob(&w, 7008)->sync_in_progress = false;
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = 60;
    watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    watch_rounds(&w, 9);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    watch_rounds(&w, 2);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINK_DOWN);
    watch_done(&w);
}

static void an_absurd_count_of_seconds_is_survived(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = INT64_MAX;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    watch_done(&w);
}

static void a_sync_shows_its_progress(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    FixtureNode *r = knob(&w, 7008);
    r->sync_in_progress = true;
    r->sync_total = 1000;
    r->sync_read = 250;
    r->sync_left = 750;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_SYNCING);
    assert_int_equal(watch_node(&w, 7008)->sync_permille, 250);
    assert_int_equal(watch_node(&w, 7008)->lag_bytes, -1);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    r->sync_read = -1; // before 6.2 only what is left
    watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7008)->sync_permille, 250);
    r->sync_total = 0; // diskless
    r->sync_left = -1;
    watch_round(&w, 3000);
    assert_int_equal(watch_node(&w, 7008)->sync_permille, -1);
    assert_int_equal(watch_node(&w, 7008)->sync_eta_s, -1);
    watch_done(&w);
}

static void huge_progress_numbers_do_not_overflow(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    FixtureNode *r = knob(&w, 7008);
    r->sync_in_progress = true;
    r->sync_total = INT64_MAX;
    r->sync_read = INT64_MAX / 2;
    watch_round(&w, 1000);
    assert_in_range(watch_node(&w, 7008)->sync_permille, 499, 501);
    r->sync_read = INT64_MAX;
    r->sync_total = 5;
    watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7008)->sync_permille, 1000);
    watch_done(&w);
}

static void a_load_shows_its_progress(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    FixtureNode *r = knob(&w, 7008);
    r->loading = true;
    r->loading_total = 2000;
    r->loading_done = 1500;
    r->loading_eta_s = 7;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LOADING);
    assert_int_equal(watch_node(&w, 7008)->sync_permille, 750);
    assert_int_equal(watch_node(&w, 7008)->sync_eta_s, 7);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    watch_done(&w);
}

static void lag_is_told_in_bytes_and_seconds(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->offset = 1000000 - 4096;
    knob(&w, 7008)->lag_s = 3;
    knob(&w, 7006)->offset = 1000000 + 50; // asked a moment after its master
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7008)->lag_bytes, 4096);
    assert_int_equal(watch_node(&w, 7008)->lag_s, 3);
    assert_int_equal(watch_node(&w, 7006)->lag_bytes, 0);
    knob(&w, 7008)->connected = false; // its master does not list it
    strcpy(knob(&w, 7006)->replid, "0123456789012345678901234567890123456789");
    watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7008)->lag_s, -1);
    assert_int_equal(watch_node(&w, 7006)->lag_bytes, -1); // another history
    knob(&w, 7008)->connected = true;
    knob(&w, 7008)->slave_state = "send_bulk"; // its count means nothing then
    watch_round(&w, 3000);
    assert_int_equal(watch_node(&w, 7008)->lag_s, -1);
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

// --- events

typedef struct {
    size_t n;
    Event at[16];
} Told;

static void keep(void *ctx, const Event *event)
{
    Told *told = ctx;
    assert_true(told->n < ARRAY_LEN(told->at));
    told->at[told->n++] = *event;
}

static Told diff(const Watch *w)
{
    Told told = {0};
    health_diff(w->before, w->h, keep, &told);
    return told;
}

static void becoming_orphaned_at_risk_and_protected_is_told_once(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    assert_int_equal(diff(&w).n, 0);
    watch_fail(&w, 7008);
    watch_rounds(&w, 1);
    Told told = diff(&w);
    assert_int_equal(told.n, 1);
    assert_int_equal(told.at[0].code, EVENT_ORPHANED);
    assert_int_equal(told.at[0].level, LEVEL_CRITICAL);
    assert_true(node_id_eq(told.at[0].node, watch_id(&w, 7001)));
    assert_string_equal(
        told.at[0].text,
        "master 127.0.99.170:7001 is orphaned: its only replica 127.0.99.172:7008 failed");
    watch_rounds(&w, 1);
    assert_int_equal(diff(&w).n, 0);
    fixture_restore(w.f, fixture_port(w.f, 7008));
    knob(&w, 7008)->sync_in_progress = true;
    watch_rounds(&w, 1);
    told = diff(&w);
    assert_int_equal(told.n, 1);
    assert_int_equal(told.at[0].code, EVENT_AT_RISK);
    assert_string_equal(told.at[0].text, "master 127.0.99.170:7001 is at risk: no working replica, "
                                         "127.0.99.172:7008 is syncing");
    knob(&w, 7008)->sync_in_progress = false;
    watch_rounds(&w, 1);
    told = diff(&w);
    assert_int_equal(told.n, 1);
    assert_int_equal(told.at[0].code, EVENT_PROTECTED);
    assert_int_equal(told.at[0].level, LEVEL_GOOD);
    assert_string_equal(told.at[0].text,
                        "master 127.0.99.170:7001 is protected again by 127.0.99.172:7008");
    watch_done(&w);
}

static void at_first_every_orphan_is_told_worst_first(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    Watch w = watch_new(f);
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = 40;
    knob(&w, 7006)->forgotten = true;
    knob(&w, 7002)->failed = true;
    knob(&w, 7004)->failed = true;
    watch_round(&w, 1000);
    Told told = diff(&w);
    assert_int_equal(told.n, 3);
    assert_string_equal(told.at[0].text, "master 127.0.99.170:7001 is orphaned: 127.0.99.172:7008 "
                                         "is alive, but its replication link is down");
    assert_string_equal(told.at[1].text, "master 127.0.99.172:7005 is orphaned: it has no replica");
    assert_string_equal(told.at[2].text,
                        "master 127.0.99.171:7003 is orphaned: all of its 2 replicas failed");
    watch_done(&w);
}

static void orphans_are_told_before_risks(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    knob(&w, 7008)->sync_in_progress = true;
    watch_fail(&w, 7006);
    watch_rounds(&w, 1);
    Told told = diff(&w);
    assert_int_equal(told.n, 2);
    assert_int_equal(told.at[0].code, EVENT_ORPHANED);
    assert_int_equal(told.at[1].code, EVENT_AT_RISK);
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
      cmocka_unit_test(an_answer_counts_for_three_seconds),
      cmocka_unit_test(another_node_at_its_address_is_no_answer),
      cmocka_unit_test(suspicion_alone_does_not_unmake_a_replica),
      cmocka_unit_test(a_replica_that_the_cluster_calls_failed_is_failed_though_it_answers),
      cmocka_unit_test(a_short_interruption_of_the_link_is_waited_for),
      cmocka_unit_test(a_link_long_down_is_seen_at_first_sight),
      cmocka_unit_test(without_the_servers_count_our_own_clock_decides),
      cmocka_unit_test(after_a_failed_sync_the_link_gets_its_time_again),
      cmocka_unit_test(an_absurd_count_of_seconds_is_survived),
      cmocka_unit_test(a_sync_shows_its_progress),
      cmocka_unit_test(huge_progress_numbers_do_not_overflow),
      cmocka_unit_test(a_load_shows_its_progress),
      cmocka_unit_test(lag_is_told_in_bytes_and_seconds),
      cmocka_unit_test(the_floor_comes_from_the_barrier_or_from_us),
      cmocka_unit_test(a_failed_master_and_an_empty_one_are_no_orphans),
      cmocka_unit_test(a_failed_master_has_no_spares_to_give),
      cmocka_unit_test(a_promoted_replica_stands_alone),
      cmocka_unit_test(how_long_is_carried_on_and_a_gap_starts_anew),
      cmocka_unit_test(nodes_keep_their_clock_when_others_move_them_in_the_list),
      cmocka_unit_test(the_target_of_our_move_is_at_risk_and_keeps_its_clock),
      cmocka_unit_test(our_own_replica_may_look_failed_while_it_loads),
      cmocka_unit_test(a_replica_just_moved_away_is_known_to_neither),
      cmocka_unit_test(all_replicas_on_the_masters_host_are_noticed_with_how_long),
      cmocka_unit_test(what_holds_for_the_cluster_is_timed),
      cmocka_unit_test(becoming_orphaned_at_risk_and_protected_is_told_once),
      cmocka_unit_test(at_first_every_orphan_is_told_worst_first),
      cmocka_unit_test(orphans_are_told_before_risks),
      cmocka_unit_test(a_cluster_without_nodes_has_no_health_to_speak_of))
