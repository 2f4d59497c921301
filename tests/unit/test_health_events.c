#include "unit.h"

#include "rehome/base/mem.h"
#include "watch.h"

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

TESTS(health_events, cmocka_unit_test(becoming_orphaned_at_risk_and_protected_is_told_once),
      cmocka_unit_test(at_first_every_orphan_is_told_worst_first),
      cmocka_unit_test(orphans_are_told_before_risks))
