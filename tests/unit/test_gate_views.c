#include "unit.h"

#include <stdio.h>

#include "gate_try.h"

// --- IDENTITY

static void donor_wrong(Try *t)
{
    knob(&t->w, 7003)->reach = REACH_WRONG_NODE;
}

static void target_unconfirmed(Try *t)
{
    knob(&t->w, 7001)->age_ms = 1000;
}

static void nobody(Try *t)
{
    t->ask.donor = (NodeId){{0}};
}

static void stranger(Try *t)
{
    t->ask.replica = (NodeId){"abcdefabcdefabcdefabcdefabcdefabcdefabcd"};
}

static void all_three_confirm_their_ids(void **state)
{
    (void)state;
    assert_change_refused(try_replica_silent, GATE_IDENTITY,
                          "replica 127.0.99.171:7004 does not answer: Connection refused");
    assert_change_refused(
        donor_wrong, GATE_IDENTITY,
        "donor 127.0.99.171:7003 does not answer: another node answers at this address");
    assert_change_refused(try_target_late, GATE_IDENTITY,
                          "target 127.0.99.170:7001 does not answer: no answer in time");
    assert_change_refused(target_unconfirmed, GATE_IDENTITY,
                          "target 127.0.99.170:7001 has not confirmed its ID since the decision");
    assert_change_refused(nobody, GATE_IDENTITY, "donor (none) is not known to the cluster");
    assert_change_refused(stranger, GATE_IDENTITY, "replica abcdefab is not known to the cluster");
}

// --- MAJORITY

static void most_owners_have_to_answer_twice(void **state)
{
    (void)state;
    Try t = try_scenario();
    fixture_lose(t.w.f, fixture_port(t.w.f, 7005));
    try_rounds(&t);
    assert_true(t.verdict.open); // 2 of 3 are enough
    assert_gate_passed(&t, GATE_MAJORITY, "2 of 3 slot owners answered directly, twice");
    try_done(&t);

    t = try_scenario();
    knob(&t.w, 7005)->silent = true;
    knob(&t.w, 7003)->silent = true;
    watch_round(&t.w, 2000);
    knob(&t.w, 7005)->silent = false;
    knob(&t.w, 7003)->silent = false;
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_MAJORITY,
                        "1 of 3 slot owners answered directly in the first round, "
                        "more than half are needed");
    try_done(&t);

    t = try_scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7005)->silent = true;
    knob(&t.w, 7003)->silent = true;
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_MAJORITY,
                        "1 of 3 slot owners answered directly in the second round, "
                        "more than half are needed");
    try_done(&t);
}

static void half_of_the_owners_is_not_enough(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    snprintf(fixture_node(f, fixture_port(f, 7003))->slots, 128, "6826-10000");
    fixture_master(f, "127.0.99.173:7009", "10001-12287");
    Try t = try_of(f);
    fixture_lose(f, fixture_port(f, 7005));
    fixture_lose(f, fixture_port(f, 7009));
    try_rounds(&t);
    assert_gate_refused(&t, GATE_MAJORITY,
                        "2 of 4 slot owners answered directly in the first round, "
                        "more than half are needed");
    try_done(&t);
}

static void answers_from_before_the_decision_do_not_count(void **state)
{
    (void)state;
    Try t = try_scenario();
    watch_round(&t.w, 2000);
    watch_round(&t.w, 3000);
    t.ask.decided_ms = 1950; // the first round's answers are of that very millisecond
    try_check(&t);
    assert_gate_refused(&t, GATE_MAJORITY,
                        "0 of 3 slot owners answered directly in the first round, "
                        "more than half are needed");
    t.ask.decided_ms = 1949;
    try_check(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

static void the_second_round_has_to_be_asked_after_the_first(void **state)
{
    (void)state;
    Try t = try_scenario();
    watch_round(&t.w, 2000);
    watch_round(&t.w, 2049); // its answers are of 1999
    try_check(&t);
    assert_false(t.verdict.open);
    assert_string_equal(t.verdict.check[GATE_MAJORITY].text,
                        "0 of 3 slot owners answered directly in the second round, more than half "
                        "are needed");
    try_done(&t);

    t = try_scenario();
    watch_round(&t.w, 2000);
    gate_check(&t.ask, t.w.h, t.w.h, &t.verdict);
    assert_false(t.verdict.open);
    try_done(&t);
}

static void rounds_in_the_wrong_order_are_not_two_rounds(void **state)
{
    (void)state;
    Try t = try_scenario();
    watch_round(&t.w, 3050);
    watch_round(&t.w, 3000); // asked later by a clock that went back
    gate_check(&t.ask, t.w.h, t.w.before, &t.verdict);
    assert_gate_refused(&t, GATE_AGREEMENT, "these are not two rounds running");
    try_done(&t);
}

// --- each answer by itself has to be new

// What a node says in the last round, to make one answer of it older than the others.
static NodeSays *says(const Try *t, int port)
{
    const Node *n = &t->w.h->snapshot->nodes[watch_index(&t->w, port)];
    return (NodeSays *)(uintptr_t)n->says;
}

static void every_single_answer_has_to_be_new(void **state)
{
    (void)state;
    const struct {
        int port;
        GateRule rule;
        const char *text;
    } infos[] = {
        {7001, GATE_TARGET, "127.0.99.170:7001 has not told its INFO since the decision"},
        {7003, GATE_DONOR, "127.0.99.171:7003 has not told its INFO since the decision"},
        {7002, GATE_DONOR, "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003"},
        {7004, GATE_CANDIDATE, "127.0.99.171:7004 has not told its INFO since the decision"},
    };
    Try t = try_scenario();
    try_rounds(&t);
    for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
        int64_t told_ms = says(&t, infos[i].port)->info_ms;
        says(&t, infos[i].port)->info_ms = 1999; // the first round ended at 2000
        try_check(&t);
        assert_gate_refused(&t, infos[i].rule, infos[i].text);
        says(&t, infos[i].port)->info_ms = told_ms;
    }
    says(&t, 7001)->info_ms = 1999;
    try_check(&t);
    assert_false(t.verdict.check[GATE_TARGET_READY].passed);
    assert_false(t.verdict.check[GATE_ROOM].passed);
    says(&t, 7001)->info_ms = 2950;

    says(&t, 7001)->view_ms = 1999;
    says(&t, 7003)->cluster_ms = 1999;
    try_check(&t);
    assert_gate_refused(&t, GATE_MAJORITY,
                        "1 of 3 slot owners answered directly in the second round, "
                        "more than half are needed");
    says(&t, 7003)->cluster_ms = 2950;
    try_check(&t);
    assert_true(t.verdict.open);

    says(&t, 7003)->identity_ms = 1999;
    try_check(&t);
    assert_gate_refused(&t, GATE_IDENTITY,
                        "donor 127.0.99.171:7003 has not confirmed its ID since the decision");
    try_done(&t);
}

static void masters_have_to_say_so_themselves(void **state)
{
    (void)state;
    Try t = try_scenario();
    try_rounds(&t);
    says(&t, 7001)->info.is_master = false; // its role changed after it had told its view
    try_check(&t);
    assert_gate_refused(&t, GATE_TARGET, "127.0.99.170:7001 says itself that it is a replica");
    says(&t, 7001)->info.is_master = true;
    says(&t, 7004)->info.is_master = true;
    try_check(&t);
    assert_gate_refused(&t, GATE_CANDIDATE, "127.0.99.171:7004 is a master");
    try_done(&t);
}

static void a_failed_donor_is_named_as_such(void **state)
{
    (void)state;
    Try t = try_scenario();
    t.ask.force = true; // AGREEMENT has refused already: a failover is due
    fixture_view_says(t.w.f, fixture_port(t.w.f, 7001), fixture_port(t.w.f, 7003), NODE_FAIL);
    fixture_view_says(t.w.f, fixture_port(t.w.f, 7005), fixture_port(t.w.f, 7003), NODE_FAIL);
    try_rounds(&t);
    assert_false(t.verdict.check[GATE_AGREEMENT].passed);
    assert_false(t.verdict.check[GATE_DONOR].passed);
    assert_string_equal(t.verdict.check[GATE_DONOR].text, "127.0.99.171:7003 has failed");
    try_done(&t);
}

TESTS(gate_views, cmocka_unit_test(all_three_confirm_their_ids),
      cmocka_unit_test(most_owners_have_to_answer_twice),
      cmocka_unit_test(half_of_the_owners_is_not_enough),
      cmocka_unit_test(answers_from_before_the_decision_do_not_count),
      cmocka_unit_test(the_second_round_has_to_be_asked_after_the_first),
      cmocka_unit_test(rounds_in_the_wrong_order_are_not_two_rounds),
      cmocka_unit_test(every_single_answer_has_to_be_new),
      cmocka_unit_test(masters_have_to_say_so_themselves),
      cmocka_unit_test(a_failed_donor_is_named_as_such))
