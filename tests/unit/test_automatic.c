#include "unit.h"

#include <string.h>

#include "auto_run.h"

static void modes_have_names(void **state)
{
    (void)state;
    AutoMode mode = AUTO_OFF;
    assert_string_equal(auto_mode_text(AUTO_OFF), "off");
    assert_string_equal(auto_mode_text(AUTO_OBSERVE), "observe");
    assert_string_equal(auto_mode_text(AUTO_ACT), "act");
    assert_true(auto_mode_parse("act", &mode));
    assert_int_equal(mode, AUTO_ACT);
    assert_true(auto_mode_parse("off", &mode));
    assert_int_equal(mode, AUTO_OFF);
    assert_false(auto_mode_parse("on", &mode));
    assert_int_equal(mode, AUTO_OFF);
}

static void limits_have_defaults_and_bounds(void **state)
{
    (void)state;
    AutoLimits limits = auto_limits_default();
    assert_int_equal(limits.grace_ms, 10000);
    assert_int_equal(limits.max_moves_per_hour, 6);
    assert_int_equal(limits.cool_down_ms, 60000);
    assert_int_equal(limits.young_rounds, 3);
    Automatic a;
    auto_init(&a, AUTO_ACT, (AutoLimits){-1, 0, -1, 0});
    assert_int_equal(a.limits.grace_ms, 0);
    assert_int_equal(a.limits.max_moves_per_hour, 1);
    assert_int_equal(a.limits.cool_down_ms, 0);
    assert_int_equal(a.limits.young_rounds, 1);
    auto_init(&a, AUTO_ACT, (AutoLimits){0, 1000, 0, 1});
    assert_int_equal(a.limits.max_moves_per_hour, AUTO_HISTORY);
}

static void without_an_orphan_there_is_nothing_to_decide(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    assert_decision(&r, AUTO_DECIDE_NOTHING, "", "");
    assert_false(r.changed);
    run_done(&r);
}

static void switched_off_it_decides_nothing(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_OFF);
    run_rounds(&r, 20);
    assert_decision(&r, AUTO_DECIDE_NOTHING, "", "");
    run_done(&r);
}

static void it_waits_out_the_grace_and_then_acts(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.170:7001: orphaned for 0.0s, acting at 10s");
    assert_true(r.changed);
    assert_string_equal(r.d.target.hex, watch_id(&r.w, 7001).hex);
    run_rounds(&r, 4);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.170:7001: orphaned for 4.0s, acting at 10s");
    assert_false(r.changed); // told once, though the text goes on
    assert_string_equal(r.a.last.text, r.d.text);
    run_round(&r, 15999);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WAIT);
    run_round(&r, 16000);
    assert_decision(
        &r, AUTO_DECIDE_ACT, "",
        "giving 127.0.99.170:7001 the replica 127.0.99.171:7004: on another host than the target; "
        "127.0.99.171:7003 keeps 127.0.99.170:7002 on another host");
    assert_move(&r, 7004, 7003, 7001);
    assert_true(r.changed);
    run_done(&r);
}

static void observing_it_says_the_same_and_does_nothing(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_OBSERVE);
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WOULD);
    assert_string_equal(r.d.rule, "");
    const char *start = "would give 127.0.99.170:7001 the replica 127.0.99.171:7004: ";
    assert_memory_equal(r.d.text, start, strlen(start));
    assert_move(&r, 7004, 7003, 7001);
    assert_true(r.changed);
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WOULD);
    assert_false(r.changed);
    auto_set_mode(&r.a, AUTO_ACT);
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_true(r.changed);
    run_done(&r);
}

static void no_grace_is_allowed(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    r.a.limits.grace_ms = 0;
    run_rounds(&r, 5);
    watch_fail(&r.w, 7008);
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

static void a_gap_starts_the_grace_anew(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 8);
    fixture_restore(r.w.f, fixture_port(r.w.f, 7008));
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    watch_fail(&r.w, 7008); // at 16000
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WAIT);
    run_rounds(&r, 1);
    assert_int_equal(r.w.now_ms, 26000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

static void young_views_do_not_count(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    r.a.limits.grace_ms = 0;
    watch_fail(&r.w, 7008);
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "young", "looked at the cluster for 1 of 3 rounds");
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "young", "looked at the cluster for 2 of 3 rounds");
    assert_false(r.changed);
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    auto_young(&r.a); // the connection was lost
    run_rounds(&r, 2);
    assert_string_equal(r.d.rule, "young");
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

static void after_being_away_the_grace_starts_anew(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 5);
    auto_young(&r.a);
    run_round(&r, 3600000); // asleep for an hour: nobody saw it orphaned all the time
    run_round(&r, 3601000);
    run_round(&r, 3602000);
    assert_string_equal(r.d.rule, "grace");
    run_round(&r, 3609999);
    assert_string_equal(r.d.rule, "grace");
    run_round(&r, 3610000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

static void one_move_at_a_time(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 9);
    r.busy = true;
    run_rounds(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "busy", "a move is under way: one at a time");
    r.busy = false;
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

static void a_shard_lost_for_good_does_not_stop_it(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    watch_fail(&r.w, 7005);
    watch_fail(&r.w, 7006);
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7004, 7003, 7001);
    run_done(&r);
}

static void a_promoted_replica_is_given_a_spare(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    watch_fail(&r.w, 7001);
    run_rounds(&r, 2);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    fixture_promote(r.w.f, fixture_port(r.w.f, 7008));
    run_rounds(&r, 10);
    assert_string_equal(r.d.rule, "grace");
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7004, 7003, 7008);
    run_done(&r);
}

static void without_a_spare_it_says_why(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    watch_fail(&r.w, 7008);
    watch_fail(&r.w, 7006);
    knob(&r.w, 7002)->forgotten = true;
    run_rounds(&r, 20);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "no-spare",
                    "2 orphans, no legal donor for 127.0.99.170:7001: 1 master has no spare to "
                    "give: every donor is at its floor of 1; 1 replica is not working");
    assert_string_equal(r.d.target.hex, watch_id(&r.w, 7001).hex);
    assert_false(r.changed);
    run_done(&r);
}

static void changed_may_be_left_out(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    Plan plan = plan_make(r.w.h);
    auto_decide(&r.a, r.w.h, &plan, false, NULL);
    run_done(&r);
}

TESTS(automatic, cmocka_unit_test(modes_have_names),
      cmocka_unit_test(limits_have_defaults_and_bounds),
      cmocka_unit_test(without_an_orphan_there_is_nothing_to_decide),
      cmocka_unit_test(switched_off_it_decides_nothing),
      cmocka_unit_test(it_waits_out_the_grace_and_then_acts),
      cmocka_unit_test(observing_it_says_the_same_and_does_nothing),
      cmocka_unit_test(no_grace_is_allowed), cmocka_unit_test(a_gap_starts_the_grace_anew),
      cmocka_unit_test(young_views_do_not_count),
      cmocka_unit_test(after_being_away_the_grace_starts_anew),
      cmocka_unit_test(one_move_at_a_time),
      cmocka_unit_test(a_shard_lost_for_good_does_not_stop_it),
      cmocka_unit_test(a_promoted_replica_is_given_a_spare),
      cmocka_unit_test(without_a_spare_it_says_why), cmocka_unit_test(changed_may_be_left_out))
