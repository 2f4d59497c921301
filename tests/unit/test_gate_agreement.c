#include "unit.h"

#include <stdio.h>

#include "gate_try.h"
#include "rehome/base/mem.h"

static void epochs_disagree(Try *t)
{
    knob(&t->w, 7003)->current_epoch = 9;
}

static void handshake(Try *t)
{
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7006),
                      NODE_HANDSHAKE);
}

static void fresh_view(Try *t)
{
    fixture_view_master(t->w.f, fixture_port(t->w.f, 7003), fixture_port(t->w.f, 7006), -1);
}

static void state_fail(Try *t)
{
    knob(&t->w, 7005)->state_fail = true;
}

static void failover_due(Try *t)
{
    watch_fail(&t->w, 7005); // 7006 lives
}

static void target_failed_for_one(Try *t)
{
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7001), NODE_FAIL);
}

static void target_has_another_for_one(Try *t)
{
    // 7006 cannot be asked, and one view has it behind the target.
    fixture_lose(t->w.f, fixture_port(t->w.f, 7006));
    fixture_view_master(t->w.f, fixture_port(t->w.f, 7003), fixture_port(t->w.f, 7006),
                        fixture_port(t->w.f, 7001));
}

static void the_owners_have_to_agree(void **state)
{
    (void)state;
    assert_change_refused(
        try_slots_disagree, GATE_AGREEMENT,
        "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots "
        "(first round)");
    assert_change_refused(epochs_disagree, GATE_AGREEMENT,
                          "127.0.99.170:7001 is at epoch 3, 127.0.99.171:7003 at 9 (first round)");
    assert_change_refused(handshake, GATE_AGREEMENT, "1 node is in handshake (first round)");
    assert_change_refused(fresh_view, GATE_AGREEMENT,
                          "1 replica is without a known master in some view (first round)");
    assert_change_refused(
        failover_due, GATE_AGREEMENT,
        "a failover is due: 127.0.99.172:7005 has failed and has 1 live replica (first round)");
    assert_change_refused(state_fail, GATE_AGREEMENT,
                          "127.0.99.172:7005 says cluster_state:fail and no slot is lost; 3 of 3 "
                          "slot owners answer us (first round)");
    assert_change_refused(target_failed_for_one, GATE_AGREEMENT,
                          "127.0.99.172:7005 sees the target as failed (first round)");
    assert_change_refused(
        target_has_another_for_one, GATE_AGREEMENT,
        "127.0.99.171:7003 sees 127.0.99.172:7006 following the target (first round)");
}

static void every_owner_has_to_know_a_target_without_slots(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int target = fixture_master(f, "127.0.99.173:7009", "");
    Try t = try_of(f);
    t.ask.purpose = PURPOSE_MANUAL;
    t.ask.target = watch_id(&t.w, 7009);
    try_rounds(&t);
    assert_true(t.verdict.open);
    fixture_view_omits(f, fixture_port(f, 7005), target);
    try_rounds(&t);
    assert_gate_refused(&t, GATE_AGREEMENT,
                        "127.0.99.172:7005 does not know the target (first round)");
    fixture_view_master(f, fixture_port(f, 7001), target, fixture_port(f, 7003));
    try_rounds(&t);
    assert_gate_refused(&t, GATE_AGREEMENT,
                        "127.0.99.170:7001 sees the target as no master (first round)");
    try_done(&t);
}

static void they_have_to_agree_in_the_second_round_too(void **state)
{
    (void)state;
    static const struct {
        TryChange *change;
        const char *text;
    } rows[] = {
        {try_slots_disagree,
         "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots "
         "(second round)"},
        {epochs_disagree, "127.0.99.170:7001 is at epoch 3, 127.0.99.171:7003 at 9 (second round)"},
        {handshake, "1 node is in handshake (second round)"},
        {state_fail, "127.0.99.172:7005 says cluster_state:fail and no slot is lost; 3 of 3 slot "
                     "owners answer us "
                     "(second round)"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Try t = try_scenario();
        watch_round(&t.w, 2000);
        rows[i].change(&t);
        watch_round(&t.w, 3000);
        try_check(&t);
        assert_gate_refused(&t, GATE_AGREEMENT, rows[i].text);
        try_done(&t);
    }
}

static void nothing_may_change_between_the_rounds(void **state)
{
    (void)state;
    Try t = try_scenario();
    watch_round(&t.w, 2000);
    for (size_t i = 0; i < fixture_count(t.w.f); i++) {
        fixture_node(t.w.f, (int)i)->current_epoch = 8;
    }
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_AGREEMENT, "the epoch went from 3 to 8 between the two rounds");
    try_done(&t);

    t = try_scenario();
    watch_round(&t.w, 2000);
    snprintf(knob(&t.w, 7003)->slots, 128, "6826-12000");
    snprintf(knob(&t.w, 7005)->slots, 128, "5461-6825 12001-16383");
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_AGREEMENT, "slots changed their owner between the two rounds");
    try_done(&t);

    t = try_scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7006)->master = fixture_port(t.w.f, 7003);
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_AGREEMENT,
                        "127.0.99.172:7006 changed its master between the two rounds");
    try_done(&t);

    t = try_scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7006)->master = -1; // reset by somebody
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_AGREEMENT,
                        "127.0.99.172:7006 changed its role between the two rounds");
    try_done(&t);

    t = try_scenario();
    watch_round(&t.w, 2000);
    fixture_replica(t.w.f, "127.0.99.172:7010", fixture_port(t.w.f, 7005));
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_AGREEMENT, "127.0.99.172:7010 joined between the two rounds");
    try_done(&t);

    t = try_scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7006)->forgotten = true;
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_AGREEMENT, "127.0.99.172:7006 left between the two rounds");
    try_done(&t);
}

static void a_shard_lost_for_good_is_no_reason_against_it(void **state)
{
    (void)state;
    Try t = try_scenario();
    watch_fail(&t.w, 7005);
    watch_fail(&t.w, 7006);
    try_rounds(&t);
    assert_false(t.w.h->snapshot->state_ok);
    assert_true(t.verdict.open);
    assert_gate_passed(&t, GATE_MAJORITY, "2 of 3 slot owners answered directly, twice");
    assert_gate_passed(&t, GATE_AGREEMENT,
                       "slots, masters and epoch 3 the same for all, twice; 5461 slots "
                       "are lost for good");
    try_done(&t);
}

// The servers' own figure: 12 times the node timeout of 2 s, once the 20 s that pings may take are
// taken off.
static void a_replica_too_old_to_be_elected_is_not_waited_for(void **state)
{
    (void)state;
    static const struct {
        int64_t link_down_s;
        int validity_factor;
        bool waits;
    } rows[] = {
        {43, 10, true},
        {44, 10, false},
        {44, 11, true},
        {4000, 0, true},  // any age
        {4000, -1, true}, // unknown
        {-1, 10, false},  // no link since it was started
        {4000000, INT32_MAX, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Try t = try_scenario();
        watch_fail(&t.w, 7005);
        FixtureNode *heir = knob(&t.w, 7006);
        heir->link_up = false;
        heir->link_down_s = rows[i].link_down_s;
        heir->validity_factor = rows[i].validity_factor;
        try_rounds(&t);
        assert_int_equal(t.verdict.open, !rows[i].waits);
        try_done(&t);
    }
    Try t = try_scenario();
    watch_fail(&t.w, 7005);
    knob(&t.w, 7006)->link_up = false;
    knob(&t.w, 7006)->link_down_s = -1;
    try_rounds(&t);
    assert_true(t.verdict.open);
    fixture_lose(t.w.f, fixture_port(t.w.f, 7006)); // only its own word of now counts
    try_rounds(&t);
    assert_false(t.verdict.open);
    try_done(&t);
}

// Without an address it is suspected by nobody, and both sides of a cut would count it to theirs.
static void who_is_cut_off_from_most_owners_is_a_reason_also_then(void **state)
{
    (void)state;
    static const unsigned flags[] = {NODE_PFAIL, NODE_NOADDR};
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        Try t = try_scenario();
        watch_fail(&t.w, 7005);
        watch_fail(&t.w, 7006);
        fixture_view_says(t.w.f, fixture_port(t.w.f, 7003), fixture_port(t.w.f, 7001), flags[i]);
        try_rounds(&t);
        assert_gate_refused(&t, GATE_AGREEMENT,
                            "127.0.99.171:7003 is not with the majority: 1 of 3 slot owners are "
                            "well in its view (first round)");
        try_done(&t);
    }
}

static void slots_without_an_owner_are_no_reason_against_it(void **state)
{
    (void)state;
    Try t = try_scenario();
    snprintf(knob(&t.w, 7003)->slots, 128, "6826-12000");
    for (size_t i = 0; i < fixture_count(t.w.f); i++) {
        fixture_node(t.w.f, (int)i)->state_fail = true;
    }
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

static void a_settled_failover_is_no_obstacle(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    Try t = try_of(f);
    fixture_restore(f, fixture_port(f, 7008));
    fixture_fail(f, fixture_port(f, 7001));
    fixture_promote(f, fixture_port(f, 7008));
    t.ask.target = watch_id(&t.w, 7008);
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

static void assert_no_obstacle_when(TryChange *change)
{
    Try t = try_scenario();
    failover_due(&t);
    change(&t);
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

static void heir_must_not(Try *t)
{
    knob(&t->w, 7006)->nofailover = true;
}

// It got a new ID, say; the old one has no address any more, and servers call no such node failed.
static void heir_has_no_address(Try *t)
{
    fixture_lose(t->w.f, fixture_port(t->w.f, 7006));
    knob(&t->w, 7006)->noaddr = true;
}

// Nobody will take over where the only replica must not, or no vote could reach it.
static void a_failover_that_cannot_come_is_no_obstacle(void **state)
{
    (void)state;
    assert_no_obstacle_when(heir_must_not);
    assert_no_obstacle_when(heir_has_no_address);
}

static void a_replica_that_left_the_target_itself_does_not_stand_in_the_way(void **state)
{
    (void)state;
    Try t = try_scenario();
    // It was moved away; one view has not heard of it yet.
    fixture_view_master(t.w.f, fixture_port(t.w.f, 7005), fixture_port(t.w.f, 7006),
                        fixture_port(t.w.f, 7001));
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

TESTS(gate_agreement, cmocka_unit_test(the_owners_have_to_agree),
      cmocka_unit_test(every_owner_has_to_know_a_target_without_slots),
      cmocka_unit_test(they_have_to_agree_in_the_second_round_too),
      cmocka_unit_test(nothing_may_change_between_the_rounds),
      cmocka_unit_test(a_shard_lost_for_good_is_no_reason_against_it),
      cmocka_unit_test(a_replica_too_old_to_be_elected_is_not_waited_for),
      cmocka_unit_test(who_is_cut_off_from_most_owners_is_a_reason_also_then),
      cmocka_unit_test(slots_without_an_owner_are_no_reason_against_it),
      cmocka_unit_test(a_settled_failover_is_no_obstacle),
      cmocka_unit_test(a_failover_that_cannot_come_is_no_obstacle),
      cmocka_unit_test(a_replica_that_left_the_target_itself_does_not_stand_in_the_way))
