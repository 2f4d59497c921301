// Automatic mode with --spread: the same clocks and brakes, after the orphans.
#include "unit.h"

#include "auto_run.h"

// The owner's cluster, healthy: :7005 is on one host with its only replica since 1000.
static Run alone_since_1000(AutoMode mode)
{
    Run r = run_of(fixture_scenario(), mode);
    r.w.options.spread = true;
    run_round(&r, 1000);
    return r;
}

// 7001 on .1 with both of its replicas; nobody else has one to spare.
static Run crowded_since_1000(void)
{
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-5460");
    int b = fixture_master(f, "10.0.0.2:7002", "5461-10922");
    int c = fixture_master(f, "10.0.0.3:7003", "10923-16383");
    fixture_replica(f, "10.0.0.1:7101", a);
    fixture_replica(f, "10.0.0.1:7201", a);
    fixture_replica(f, "10.0.0.3:7102", b);
    fixture_replica(f, "10.0.0.2:7103", c);
    Run r = run_of(f, AUTO_ACT);
    r.w.options.spread = true;
    run_round(&r, 1000);
    return r;
}

// What was decided is done.
static void make_decided(Run *r)
{
    const Snapshot *s = r->w.h->snapshot;
    int replica = s->nodes[snapshot_find(s, r->d.replica)].port;
    int target = s->nodes[snapshot_find(s, r->d.target)].port;
    run_moved(r, false);
    knob(&r->w, replica)->master = fixture_port(r->w.f, target);
}

static void it_spreads_only_when_asked(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 20);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    run_done(&r);
}

static void it_waits_for_its_grace_and_acts_once(void **state)
{
    (void)state;
    Run r = alone_since_1000(AUTO_ACT);
    run_rounds(&r, 9); // 10000
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.172:7005: on one host with all its replicas for 9.0s, acting at 10s");
    assert_string_equal(r.d.target.hex, watch_id(&r.w, 7005).hex);
    run_rounds(&r, 1);
    assert_decision(
        &r, AUTO_DECIDE_ACT, "",
        "giving 127.0.99.172:7005 the replica 127.0.99.171:7004: on another host than the target; "
        "127.0.99.171:7003 keeps 127.0.99.170:7002 on another host");
    assert_move(&r, 7004, 7003, 7005);
    assert_int_equal(r.d.purpose, PURPOSE_SPREAD);
    make_decided(&r);
    run_rounds(&r, 120);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    run_done(&r);
}

static void observing_it_says_what_it_would_do(void **state)
{
    (void)state;
    Run r = alone_since_1000(AUTO_OBSERVE);
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WOULD);
    assert_move(&r, 7004, 7003, 7005);
    run_done(&r);
}

static void orphans_and_masters_at_risk_come_first(void **state)
{
    (void)state;
    Run r = alone_since_1000(AUTO_ACT);
    run_rounds(&r, 9);
    watch_fail(&r.w, 7008); // 7001 is orphaned, and takes the spare
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.170:7001: orphaned for 0.0s, acting at 10s");
    knob(&r.w, 7004)->maxmemory = 1; // nobody may be spared for 7001, but 7005 would not have him
    knob(&r.w, 7002)->maxmemory = 1; // either
    knob(&r.w, 7005)->used_memory = 1;
    run_rounds(&r, 20);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_BLOCKED); // though :7004 could go to 7005
    assert_string_equal(r.d.target.hex, watch_id(&r.w, 7001).hex);
    fixture_restore(r.w.f, fixture_port(r.w.f, 7008));
    knob(&r.w, 7008)->sync_in_progress = true;
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "orphans-first",
                    "127.0.99.172:7005: 0 orphaned and 1 at risk come first");
    knob(&r.w, 7008)->sync_in_progress = false;
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7004, 7003, 7005);
    run_done(&r);
}

static void two_steps_are_one_repair(void **state)
{
    (void)state;
    Run r = crowded_since_1000();
    run_rounds(&r, 5);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "10.0.0.1:7001: on one host with all its replicas for 5.0s, acting at 10s");
    run_rounds(&r, 5);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7101, 7001, 7002);
    assert_int_equal(r.d.purpose, PURPOSE_STEP);
    assert_string_equal(r.d.for_target.hex, watch_id(&r.w, 7001).hex);
    r.busy = true;
    run_rounds(&r, 3);
    assert_string_equal(r.d.rule, "busy");
    r.busy = false;
    auto_moved(&r.a, watch_id(&r.w, 7101), watch_id(&r.w, 7001), watch_id(&r.w, 7002), false,
               r.w.now_ms);
    knob(&r.w, 7101)->master = fixture_port(r.w.f, 7002);
    run_rounds(&r, 1); // the step does not make its own cure wait until it has cooled down
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7102, 7002, 7001);
    assert_int_equal(r.d.purpose, PURPOSE_SPREAD);
    assert_true(node_id_is_none(r.d.for_target));
    make_decided(&r);
    run_rounds(&r, 120);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    assert_int_equal(auto_tries_last_hour(&r.a, r.w.now_ms), 2); // both count
    run_done(&r);
}

static void a_step_that_failed_cools_down_like_everything(void **state)
{
    (void)state;
    Run r = crowded_since_1000();
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_moved(&r, false); // it is where it was
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "cool-down");
    run_rounds(&r, 59);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7101, 7001, 7002);
    run_done(&r);
}

static void a_persons_move_is_no_step(void **state)
{
    (void)state;
    Run r = crowded_since_1000();
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_moved(&r, true);
    knob(&r.w, 7101)->master = fixture_port(r.w.f, 7002);
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "grace"); // from the beginning
    run_rounds(&r, 20);
    assert_string_equal(r.d.rule, "cool-down");
    run_done(&r);
}

static void what_only_an_exchange_cures_is_left_to_a_person(void **state)
{
    (void)state;
    Run r = crowded_since_1000();
    fixture_node(r.w.f, fixture_port(r.w.f, 7201))->forgotten = true;
    run_rounds(&r, 20);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "exchange",
                    "10.0.0.1:7001 is on one host with all its replicas: only an exchange of "
                    "10.0.0.1:7101 and 10.0.0.2:7103 would cure it, and one of their masters would "
                    "have no replica while it syncs: automatic mode does not do that");
    run_done(&r);
}

static void the_brake_is_told_without_orphans(void **state)
{
    (void)state;
    Run r = alone_since_1000(AUTO_ACT);
    r.a.limits.max_moves_per_hour = 1;
    auto_moved(&r.a, (NodeId){{0}}, (NodeId){{0}}, (NodeId){{0}}, false, 1000);
    run_rounds(&r, 10);
    assert_string_equal(r.d.rule, "cap");
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "brake",
                    "the brake is on (1 moves within an hour, the limit is 1): a person has to "
                    "release it");
    run_done(&r);
}

TESTS(automatic_spread, cmocka_unit_test(it_spreads_only_when_asked),
      cmocka_unit_test(it_waits_for_its_grace_and_acts_once),
      cmocka_unit_test(observing_it_says_what_it_would_do),
      cmocka_unit_test(orphans_and_masters_at_risk_come_first),
      cmocka_unit_test(two_steps_are_one_repair),
      cmocka_unit_test(a_step_that_failed_cools_down_like_everything),
      cmocka_unit_test(a_persons_move_is_no_step),
      cmocka_unit_test(what_only_an_exchange_cures_is_left_to_a_person),
      cmocka_unit_test(the_brake_is_told_without_orphans))
