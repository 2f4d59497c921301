// The gate when a move is there to spread: the owner's cluster, healthy, where :7005 has its only
// replica on its own host and :7003 has a spare for it.
#include "unit.h"

#include <stdio.h>

#include "gate_try.h"
#include "plan_try.h"

static Try try_spread(MovePurpose purpose)
{
    Try t = {.w = watch_new(fixture_scenario())};
    watch_round(&t.w, 1000);
    t.ask = (GateAsk){
        .replica = watch_id(&t.w, 7004),
        .donor = watch_id(&t.w, 7003),
        .target = watch_id(&t.w, 7005),
        .purpose = purpose,
        .decided_ms = 1000,
    };
    return t;
}

static void a_master_alone_on_its_host_may_get_one_from_elsewhere(void **state)
{
    (void)state;
    Try t = try_spread(PURPOSE_SPREAD);
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_gate_passed(&t, GATE_TARGET,
                       "127.0.99.172:7005 is a live master with 1 working replica(s)");
    assert_gate_passed(&t, GATE_HOST,
                       "127.0.99.171:7004 is on 127.0.99.171, the target on 127.0.99.172");
    try_done(&t);
}

static void a_master_that_is_spread_already_needs_nobody(void **state)
{
    (void)state;
    Try t = try_spread(PURPOSE_SPREAD);
    put_on_host(&t.w, 7006, "127.0.99.170");
    try_rounds(&t);
    assert_gate_refused(&t, GATE_TARGET,
                        "127.0.99.172:7005 is not alone with its replicas on its host in the first "
                        "round: 1 working, 0 on the way, 0 not known");
    t.ask.purpose = PURPOSE_STEP; // whose target needs nothing itself
    try_check(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

static void a_replica_that_may_be_the_cure_already_is_waited_for(void **state)
{
    (void)state;
    Try t = try_spread(PURPOSE_SPREAD);
    fixture_replica(t.w.f, "127.0.99.170:7010", fixture_port(t.w.f, 7005));
    fixture_lose(t.w.f, fixture_port(t.w.f, 7010));
    try_rounds(&t);
    assert_gate_refused(&t, GATE_TARGET,
                        "127.0.99.172:7005 may not be alone on its host in the first round: 1 "
                        "working, 0 on the way, 1 not known");
    try_done(&t);
}

static void the_targets_own_or_an_unknown_host_is_no_cure(void **state)
{
    (void)state;
    static const MovePurpose purposes[] = {PURPOSE_SPREAD, PURPOSE_STEP};
    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        Try t = try_spread(purposes[i]);
        put_on_host(&t.w, 7004, "127.0.99.172");
        try_rounds(&t);
        assert_gate_refused(&t, GATE_HOST,
                            "127.0.99.172:7004 is not known to be on another host than "
                            "127.0.99.172:7005");
        try_done(&t);
    }
}

static void the_donor_must_not_be_left_alone_on_its_host(void **state)
{
    (void)state;
    static const MovePurpose purposes[] = {PURPOSE_SPREAD, PURPOSE_STEP};
    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        Try t = try_spread(purposes[i]);
        t.ask.replica = watch_id(&t.w, 7002); // :7004 would be left, on the host of :7003
        try_rounds(&t);
        assert_gate_refused(&t, GATE_HOST,
                            "127.0.99.171:7003 would keep no replica on another host than its own");
        put_on_host(&t.w, 7002, "127.0.99.171"); // it is alone already: nothing to lose
        try_rounds(&t);
        assert_true(t.verdict.open);
        try_done(&t);
    }
}

// :7012 was working when it last spoke, which was before the decision.
static void whom_the_donor_is_left_with_has_to_say_so_itself(void **state)
{
    (void)state;
    Try t = try_spread(PURPOSE_SPREAD);
    t.ask.replica = watch_id(&t.w, 7002); // :7004 would be left, on the host of :7003
    int other = fixture_replica(t.w.f, "127.0.99.172:7012", fixture_port(t.w.f, 7003));
    try_rounds(&t);
    assert_true(t.verdict.open);
    fixture_node(t.w.f, other)->reach = REACH_LATE;
    fixture_node(t.w.f, other)->age_ms = 1500;
    try_rounds(&t);
    assert_gate_refused(&t, GATE_HOST,
                        "127.0.99.171:7003 would keep no replica on another host than its own");
    try_done(&t);
}

static void a_person_may_move_it_all_the_same(void **state)
{
    (void)state;
    Try t = try_spread(PURPOSE_MANUAL);
    t.ask.replica = watch_id(&t.w, 7002);
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

TESTS(gate_spread, cmocka_unit_test(a_master_alone_on_its_host_may_get_one_from_elsewhere),
      cmocka_unit_test(a_master_that_is_spread_already_needs_nobody),
      cmocka_unit_test(a_replica_that_may_be_the_cure_already_is_waited_for),
      cmocka_unit_test(the_targets_own_or_an_unknown_host_is_no_cure),
      cmocka_unit_test(the_donor_must_not_be_left_alone_on_its_host),
      cmocka_unit_test(whom_the_donor_is_left_with_has_to_say_so_itself),
      cmocka_unit_test(a_person_may_move_it_all_the_same))
