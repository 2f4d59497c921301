#include "unit.h"

#include "rehome/policy/history.h"
#include "watch.h"

static Was last(const History *history, NodeId node, int back)
{
    Was was[HISTORY_CELLS];
    history_of(history, node, was);
    return was[HISTORY_CELLS - 1 - back];
}

static void each_half_minute_keeps_its_worst(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    History *history = history_new();
    history_add(history, watch_round(&w, 30000));
    NodeId master = watch_id(&w, 7001);
    NodeId replica = watch_id(&w, 7008);
    assert_int_equal(last(history, replica, 0), WAS_WELL);
    assert_int_equal(last(history, replica, 1), WAS_NOT_SEEN);
    fixture_fail(w.f, fixture_port(w.f, 7008));
    history_add(history, watch_round(&w, 40000));
    assert_int_equal(last(history, replica, 0), WAS_FAILED);
    assert_int_equal(last(history, master, 0), WAS_ORPHANED);
    fixture_restore(w.f, fixture_port(w.f, 7008));
    history_add(history, watch_round(&w, 50000));
    assert_int_equal(last(history, replica, 0), WAS_FAILED);
    history_add(history, watch_round(&w, 60000));
    assert_int_equal(last(history, replica, 0), WAS_WELL);
    assert_int_equal(last(history, replica, 1), WAS_FAILED);
    assert_int_equal(last(history, master, 1), WAS_ORPHANED);
    history_free(history);
    watch_done(&w);
}

static void what_was_half_an_hour_ago_is_forgotten(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    History *history = history_new();
    history_add(history, watch_round(&w, 30000));
    NodeId id = watch_id(&w, 7008);
    history_add(history, watch_round(&w, 30000 + 59 * 30000));
    assert_int_equal(last(history, id, 59), WAS_WELL);
    assert_int_equal(last(history, id, 58), WAS_NOT_SEEN);
    history_add(history, watch_round(&w, 30000 + 60 * 30000));
    assert_int_equal(last(history, id, 59), WAS_NOT_SEEN);
    assert_int_equal(last(history, id, 1), WAS_WELL);
    history_add(history, watch_round(&w, INT64_C(90000000)));
    assert_int_equal(last(history, id, 0), WAS_WELL);
    assert_int_equal(last(history, id, 1), WAS_NOT_SEEN);
    history_free(history);
    watch_done(&w);
}

static void nodes_that_come_and_go_keep_their_own(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    History *history = history_new();
    fixture_fail(w.f, fixture_port(w.f, 7008));
    history_add(history, watch_round(&w, 30000));
    NodeId gone = watch_id(&w, 7006);
    NodeId failed = watch_id(&w, 7008);
    knob(&w, 7006)->forgotten = true;
    fixture_replica(w.f, "127.0.99.1:7000", fixture_port(w.f, 7001));
    history_add(history, watch_round(&w, 60000));
    assert_int_equal(last(history, gone, 1), WAS_NOT_SEEN);
    assert_int_equal(last(history, failed, 1), WAS_FAILED);
    assert_int_equal(last(history, watch_id(&w, 7000), 0), WAS_WELL);
    assert_int_equal(last(history, watch_id(&w, 7000), 1), WAS_NOT_SEEN);
    history_free(history);
    watch_done(&w);
}

TESTS(history, cmocka_unit_test(each_half_minute_keeps_its_worst),
      cmocka_unit_test(what_was_half_an_hour_ago_is_forgotten),
      cmocka_unit_test(nodes_that_come_and_go_keep_their_own))
