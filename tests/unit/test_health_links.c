#include "unit.h"

#include <stdio.h>

#include "watch.h"

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

static void a_process_that_has_begun_anew_gets_the_time_again(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = 40;
    watch_round(&w, 100000);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINK_DOWN);
    snprintf(knob(&w, 7008)->run_id, 41, "%040d", 1);
    knob(&w, 7008)->link_down_s = 1;
    watch_rounds(&w, 1);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    assert_int_equal(watch_node(&w, 7001)->master, STATE_AT_RISK);
    watch_rounds(&w, 9);
    assert_int_equal(watch_node(&w, 7008)->replica, REPLICA_LINKING);
    watch_rounds(&w, 1);
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
    snprintf(knob(&w, 7006)->replid, 41, "%040d", 1);
    watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7008)->lag_s, -1);
    assert_int_equal(watch_node(&w, 7006)->lag_bytes, -1); // another history
    knob(&w, 7008)->connected = true;
    knob(&w, 7008)->slave_state = "send_bulk"; // its count means nothing then
    watch_round(&w, 3000);
    assert_int_equal(watch_node(&w, 7008)->lag_s, -1);
    watch_done(&w);
}

// The server's count starts with the loss of the link, and goes on when it is sent elsewhere.
static void a_new_master_is_new_hope(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7004)->link_up = false;
    knob(&w, 7004)->link_down_s = 40;
    watch_round(&w, 1000);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_LINK_DOWN);
    knob(&w, 7004)->master = fixture_port(w.f, 7001);
    knob(&w, 7004)->link_down_s = 41;
    watch_round(&w, 2000);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_LINKING);
    watch_round(&w, 12000);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_LINKING);
    watch_round(&w, 13000);
    assert_int_equal(watch_node(&w, 7004)->replica, REPLICA_LINK_DOWN);
    watch_done(&w);
}

TESTS(health_links, cmocka_unit_test(a_new_master_is_new_hope),
      cmocka_unit_test(a_short_interruption_of_the_link_is_waited_for),
      cmocka_unit_test(a_link_long_down_is_seen_at_first_sight),
      cmocka_unit_test(without_the_servers_count_our_own_clock_decides),
      cmocka_unit_test(after_a_failed_sync_the_link_gets_its_time_again),
      cmocka_unit_test(a_process_that_has_begun_anew_gets_the_time_again),
      cmocka_unit_test(an_absurd_count_of_seconds_is_survived),
      cmocka_unit_test(a_sync_shows_its_progress),
      cmocka_unit_test(huge_progress_numbers_do_not_overflow),
      cmocka_unit_test(a_load_shows_its_progress),
      cmocka_unit_test(lag_is_told_in_bytes_and_seconds))
