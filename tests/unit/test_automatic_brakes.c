#include "unit.h"

#include <stdio.h>

#include "auto_run.h"
#include "rehome/base/mem.h"

static void it_cools_down_after_a_try(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_moved(&r, false); // failed, at 16000
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "cool-down",
                    "127.0.99.170:7001: 127.0.99.170:7001 took part in a move, cooling down for "
                    "59s");
    assert_true(r.changed);
    run_round(&r, 75999);
    assert_string_equal(r.d.rule, "cool-down");
    run_round(&r, 76000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

static void donor_and_replica_cool_down_too(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        Run r = orphan_at_6000(AUTO_ACT);
        run_rounds(&r, 9);
        NodeId other = watch_id(&r.w, 7006);
        auto_moved(&r.a, who == 0 ? watch_id(&r.w, 7004) : other,
                   who == 1 ? watch_id(&r.w, 7003) : other, watch_id(&r.w, 7005), false, 15000);
        run_rounds(&r, 1);
        assert_string_equal(r.d.rule, "cool-down");
        run_round(&r, 75000);
        assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
        run_done(&r);
    }
}

// Nothing was written, so it is no try: only its target rests, and not for long.
static void after_a_refusal_it_looks_again_soon(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.max_moves_per_hour = 1;
    run_rounds(&r, 10); // 16000
    for (int i = 0; i < 3 * AUTO_REFUSALS; i++) {
        auto_refused(&r.a, r.d.target, AUTO_REFUSER_GATE, r.w.now_ms);
    }
    assert_int_equal(auto_tries_last_hour(&r.a, r.w.now_ms), 0);
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "refused",
                    "127.0.99.170:7001: the gate refused, looking again in 4.0s");
    run_rounds(&r, 4); // 21000
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    auto_refused(&r.a, watch_id(&r.w, 7005), AUTO_REFUSER_GATE, r.w.now_ms);
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

// Whoever decided that does not change his mind within seconds.
static void after_a_veto_it_asks_again_after_a_minute(void **state)
{
    (void)state;
    static const struct {
        AutoRefuser by;
        const char *says;
    } rows[] = {
        {AUTO_REFUSER_HOOK, "127.0.99.170:7001: the hook said no, looking again in 59s"},
        {AUTO_REFUSER_PERSON, "127.0.99.170:7001: it was stopped by hand, looking again in 59s"},
        {AUTO_REFUSER_FENCE, "127.0.99.170:7001: the fence it requires could not be set, looking "
                             "again in 59s"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Run r = orphan_at_6000(AUTO_ACT);
        run_rounds(&r, 10); // 16000
        auto_refused(&r.a, r.d.target, rows[i].by, r.w.now_ms);
        run_rounds(&r, 1);
        assert_decision(&r, AUTO_DECIDE_WAIT, "refused", rows[i].says);
        run_rounds(&r, 58);
        assert_int_equal(r.d.verdict, AUTO_DECIDE_WAIT);
        run_rounds(&r, 1); // 76000
        assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
        run_done(&r);
    }
}

static void while_one_waits_the_next_one_is_helped(void **state)
{
    (void)state;
    // Both orphaned, one spare: the plan promises it to the one with more slots.
    Fixture *f = fixture_scenario();
    Run r = run_of(f, AUTO_ACT);
    run_rounds(&r, 5);
    watch_fail(&r.w, 7006);
    run_rounds(&r, 10); // 7005 for 9 s
    watch_fail(&r.w, 7008);
    snprintf(knob(&r.w, 7005)->slots, 128, "5461-6825 12288-16000");
    snprintf(knob(&r.w, 7001)->slots, 128, "0-5460 16001-16383");
    run_rounds(&r, 1);
    Plan plan = plan_make(r.w.h);
    assert_int_equal(plan.n, 2);
    assert_int_equal(watch_port(&r.w, plan.at[0].target), 7001);
    assert_int_equal(plan.at[1].chosen, -1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7004, 7003, 7005);
    run_done(&r);
}

static void too_many_moves_within_an_hour_trip_the_brake(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.cool_down_ms = 0;
    r.a.limits.max_moves_per_hour = 2;
    run_rounds(&r, 10);
    run_moved(&r, false);
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_moved(&r, true); // by hand: does not count
    assert_int_equal(auto_tries_last_hour(&r.a, r.w.now_ms), 1);
    run_rounds(&r, 12);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_moved(&r, false); // a failed one does
    assert_int_equal(auto_tries_last_hour(&r.a, r.w.now_ms), 2);
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "cap",
                    "2 moves within an hour, the limit is 2; the brake is on until a person "
                    "releases it");
    assert_true(r.a.brake);
    assert_string_equal(r.a.brake_why, "2 moves within an hour, the limit is 2");
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "brake",
                    "1 orphan, but the brake is on (2 moves within an hour, the limit is 2): a "
                    "person has to release it");
    // It stays, also after the hour.
    run_round(&r, 2 * 3600000);
    assert_string_equal(r.d.rule, "brake");
    auto_release(&r.a);
    assert_false(r.a.brake);
    assert_string_equal(r.a.brake_why, "");
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

static void a_released_brake_forgets_what_tripped_it(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.cool_down_ms = 0;
    r.a.limits.max_moves_per_hour = 1;
    run_rounds(&r, 10);
    run_moved(&r, false);
    run_rounds(&r, 1);
    assert_true(r.a.brake);
    auto_release(&r.a);
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_moved(&r, false);
    run_rounds(&r, 1);
    assert_true(r.a.brake);
    run_done(&r);
}

static void tries_are_forgotten_after_an_hour(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.max_moves_per_hour = 1;
    run_rounds(&r, 10); // 16000
    run_moved(&r, false);
    assert_int_equal(auto_tries_last_hour(&r.a, 16000 + 3599999), 1);
    assert_int_equal(auto_tries_last_hour(&r.a, 16000 + 3600000), 0);
    run_round(&r, 16000 + 3600000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_false(r.a.brake);
    run_done(&r);
}

static void the_history_is_a_ring(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 1);
    for (int i = 0; i < 3 * AUTO_HISTORY; i++) {
        auto_moved(&r.a, watch_id(&r.w, 7004), watch_id(&r.w, 7003), watch_id(&r.w, 7001), false,
                   1000);
    }
    assert_int_equal(auto_tries_last_hour(&r.a, 1000), AUTO_HISTORY);
    auto_release(&r.a);
    assert_int_equal(auto_tries_last_hour(&r.a, 1000), 0);
    run_done(&r);
}

static void a_person_at_work_starts_its_clocks_anew(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 9); // 15000
    auto_moved(&r.a, watch_id(&r.w, 7006), (NodeId){{0}}, (NodeId){{0}}, true, 15000);
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "grace");
    run_rounds(&r, 9);
    assert_string_equal(r.d.rule, "grace");
    run_rounds(&r, 1); // 26000
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    // And it does not touch what the person has just moved.
    auto_moved(&r.a, watch_id(&r.w, 7004), watch_id(&r.w, 7003), watch_id(&r.w, 7001), true, 26000);
    run_round(&r, 30000);
    run_round(&r, 41000);
    assert_string_equal(r.d.rule, "cool-down");
    run_done(&r);
}

static void the_order_of_holding_back_is_fixed(void **state)
{
    (void)state;
    // Everything holds it back; taken away one by one, the next one shows.
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    watch_fail(&r.w, 7008);
    r.a.brake = true;
    snprintf(r.a.brake_why, sizeof(r.a.brake_why), "a person");
    r.busy = true;
    run_epochs_disagree(&r);
    r.a.limits.max_moves_per_hour = 1;
    auto_moved(&r.a, watch_id(&r.w, 7004), (NodeId){{0}}, (NodeId){{0}}, false, 1000);
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "brake");
    r.a.brake = false;
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "busy");
    auto_young(&r.a);
    r.busy = false;
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "young");
    run_rounds(&r, 2);
    assert_string_equal(r.d.rule, "views-disagree");
    knob(&r.w, 7003)->current_epoch = 0;
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "grace");
    run_rounds(&r, 10);
    assert_string_equal(r.d.rule, "cool-down");
    r.a.limits.cool_down_ms = 0;
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "cap");
    auto_release(&r.a);
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "");
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    auto_set_mode(&r.a, AUTO_OFF);
    r.a.brake = true;
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    run_done(&r);
}

TESTS(automatic_brakes, cmocka_unit_test(it_cools_down_after_a_try),
      cmocka_unit_test(donor_and_replica_cool_down_too),
      cmocka_unit_test(after_a_refusal_it_looks_again_soon),
      cmocka_unit_test(after_a_veto_it_asks_again_after_a_minute),
      cmocka_unit_test(while_one_waits_the_next_one_is_helped),
      cmocka_unit_test(too_many_moves_within_an_hour_trip_the_brake),
      cmocka_unit_test(a_released_brake_forgets_what_tripped_it),
      cmocka_unit_test(tries_are_forgotten_after_an_hour), cmocka_unit_test(the_history_is_a_ring),
      cmocka_unit_test(a_person_at_work_starts_its_clocks_anew),
      cmocka_unit_test(the_order_of_holding_back_is_fixed))
