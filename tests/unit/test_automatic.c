#include "unit.h"

#include <string.h>

#include "rehome/policy/automatic.h"
#include "watch.h"

typedef struct {
    Watch w;
    Automatic a;
    AutoDecision d;
    bool changed;
    bool busy;
} Run;

static Run run_of(Fixture *f, AutoMode mode)
{
    Run r = {.w = watch_new(f)};
    auto_init(&r.a, mode, auto_limits_default());
    return r;
}

static void step(Run *r, int64_t now_ms)
{
    watch_round(&r->w, now_ms);
    Plan plan = plan_make(r->w.h);
    r->d = auto_decide(&r->a, r->w.h, &plan, r->busy, &r->changed);
}

static void steps(Run *r, int n)
{
    for (int i = 0; i < n; i++) {
        step(r, r->w.now_ms + 1000);
    }
}

static void done(Run *r)
{
    watch_done(&r->w);
}

static void assert_decision(const Run *r, AutoVerdict verdict, const char *rule, const char *text)
{
    assert_int_equal(r->d.verdict, verdict);
    assert_string_equal(r->d.rule, rule);
    assert_string_equal(r->d.text, text);
}

// Who moves where, as ports.
static void assert_move(const Run *r, int replica, int donor, int target)
{
    assert_string_equal(r->d.replica.hex, watch_id(&r->w, replica).hex);
    assert_string_equal(r->d.donor.hex, watch_id(&r->w, donor).hex);
    assert_string_equal(r->d.target.hex, watch_id(&r->w, target).hex);
}

static void moved(Run *r, bool manual, bool ok)
{
    auto_moved(&r->a, r->d.replica, r->d.donor, r->d.target, manual, ok, r->w.now_ms);
}

// The scenario watched for five seconds, then :7008 dies at 6000.
static Run orphan_at_6000(AutoMode mode)
{
    Run r = run_of(fixture_scenario(), mode);
    steps(&r, 5);
    watch_fail(&r.w, 7008);
    steps(&r, 1);
    return r;
}

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
    steps(&r, 5);
    assert_decision(&r, AUTO_DECIDE_NOTHING, "", "");
    assert_false(r.changed);
    done(&r);
}

static void switched_off_it_decides_nothing(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_OFF);
    steps(&r, 20);
    assert_decision(&r, AUTO_DECIDE_NOTHING, "", "");
    done(&r);
}

static void it_waits_out_the_grace_and_then_acts(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.170:7001: orphaned for 0.0s, acting at 10s");
    assert_true(r.changed);
    assert_string_equal(r.d.target.hex, watch_id(&r.w, 7001).hex);
    steps(&r, 4);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.170:7001: orphaned for 4.0s, acting at 10s");
    assert_false(r.changed); // told once, though the text goes on
    assert_string_equal(r.a.last.text, r.d.text);
    step(&r, 15999);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WAIT);
    step(&r, 16000);
    assert_decision(&r, AUTO_DECIDE_ACT, "",
                    "giving 127.0.99.170:7001 127.0.99.171:7004: on another host than the target; "
                    "127.0.99.171:7003 keeps 127.0.99.170:7002 on another host");
    assert_move(&r, 7004, 7003, 7001);
    assert_true(r.changed);
    done(&r);
}

static void observing_it_says_the_same_and_does_nothing(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_OBSERVE);
    steps(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WOULD);
    assert_string_equal(r.d.rule, "");
    const char *start = "would give 127.0.99.170:7001 127.0.99.171:7004: ";
    assert_memory_equal(r.d.text, start, strlen(start));
    assert_move(&r, 7004, 7003, 7001);
    assert_true(r.changed);
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WOULD);
    assert_false(r.changed);
    auto_set_mode(&r.a, AUTO_ACT);
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_true(r.changed);
    done(&r);
}

static void no_grace_is_allowed(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    r.a.limits.grace_ms = 0;
    steps(&r, 5);
    watch_fail(&r.w, 7008);
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void a_gap_starts_the_grace_anew(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    steps(&r, 8);
    fixture_restore(r.w.f, fixture_port(r.w.f, 7008));
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    watch_fail(&r.w, 7008); // at 16000
    steps(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WAIT);
    steps(&r, 1);
    assert_int_equal(r.w.now_ms, 26000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void young_views_do_not_count(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    r.a.limits.grace_ms = 0;
    watch_fail(&r.w, 7008);
    steps(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "young", "looked at the cluster for 1 of 3 rounds");
    steps(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "young", "looked at the cluster for 2 of 3 rounds");
    assert_false(r.changed);
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    auto_young(&r.a); // the connection was lost
    steps(&r, 2);
    assert_string_equal(r.d.rule, "young");
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void after_being_away_the_grace_starts_anew(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    steps(&r, 5);
    auto_young(&r.a);
    step(&r, 3600000); // asleep for an hour: nobody saw it orphaned all the time
    step(&r, 3601000);
    step(&r, 3602000);
    assert_string_equal(r.d.rule, "grace");
    step(&r, 3609999);
    assert_string_equal(r.d.rule, "grace");
    step(&r, 3610000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void one_move_at_a_time(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    steps(&r, 9);
    r.busy = true;
    steps(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "busy", "a move is under way: one at a time");
    r.busy = false;
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

// Each of these makes the round unsettled.
typedef void Change(Run *r);

static void slots_disagree(Run *r)
{
    fixture_view_slots(r->w.f, fixture_port(r->w.f, 7005), fixture_port(r->w.f, 7003), "6826-12000",
                       3);
}

static void epochs_disagree(Run *r)
{
    knob(&r->w, 7003)->current_epoch = 9;
}

static void handshake(Run *r)
{
    fixture_view_says(r->w.f, fixture_port(r->w.f, 7005), fixture_port(r->w.f, 7006),
                      NODE_HANDSHAKE);
}

static void fresh_view(Run *r)
{
    fixture_view_master(r->w.f, fixture_port(r->w.f, 7003), fixture_port(r->w.f, 7006), -1);
}

static void failover_due(Run *r)
{
    watch_fail(&r->w, 7005);
}

static void state_fail(Run *r)
{
    knob(&r->w, 7005)->state_fail = true;
}

static void nobody_tells(Run *r)
{
    for (int port = 7001; port <= 7005; port += 2) {
        knob(&r->w, port)->silent = true;
    }
}

static void it_does_not_act_on_views_that_are_not_settled(void **state)
{
    (void)state;
    static const struct {
        Change *change;
        const char *rule;
        const char *text;
    } rows[] = {
        {slots_disagree, "views-disagree",
         "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots"},
        {epochs_disagree, "views-disagree",
         "127.0.99.170:7001 is at epoch 3, 127.0.99.171:7003 at 9"},
        {handshake, "unknowns", "1 node is in handshake"},
        {fresh_view, "unknowns", "1 replica is without a known master in some view"},
        {nobody_tells, "unknowns", "no slot owner has told its view"},
        {failover_due, "failover",
         "a failover is due: 127.0.99.172:7005 has failed and has 1 live replica"},
        {state_fail, "cluster-state",
         "127.0.99.172:7005 says cluster_state:fail and no slot is lost"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Run r = orphan_at_6000(AUTO_ACT);
        rows[i].change(&r);
        steps(&r, 20);
        assert_decision(&r, AUTO_DECIDE_WAIT, rows[i].rule, rows[i].text);
        done(&r);
    }
}

static void the_grace_counts_from_when_all_agree(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    steps(&r, 7);
    epochs_disagree(&r);
    steps(&r, 1); // 14000
    knob(&r.w, 7003)->current_epoch = 0;
    step(&r, 15000);
    step(&r, 24999);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.170:7001: orphaned for 9.9s, acting at 10s");
    step(&r, 25000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void a_shard_lost_for_good_does_not_stop_it(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    watch_fail(&r.w, 7005);
    watch_fail(&r.w, 7006);
    steps(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7004, 7003, 7001);
    done(&r);
}

static void a_promoted_replica_is_given_a_spare(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    steps(&r, 5);
    watch_fail(&r.w, 7001);
    steps(&r, 2);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    fixture_promote(r.w.f, fixture_port(r.w.f, 7008));
    steps(&r, 10);
    assert_string_equal(r.d.rule, "grace");
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7004, 7003, 7008);
    done(&r);
}

static void without_a_spare_it_says_why(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    steps(&r, 5);
    watch_fail(&r.w, 7008);
    watch_fail(&r.w, 7006);
    knob(&r.w, 7002)->forgotten = true;
    steps(&r, 20);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "no-spare",
                    "2 orphans, no legal donor for 127.0.99.170:7001: 1 master has no spare to "
                    "give: every donor is at its floor of 1; 1 replica is not working");
    assert_string_equal(r.d.target.hex, watch_id(&r.w, 7001).hex);
    assert_false(r.changed);
    done(&r);
}

static void it_cools_down_after_a_try(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    steps(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    moved(&r, false, false); // failed, at 16000
    steps(&r, 1);
    assert_decision(&r, AUTO_DECIDE_WAIT, "cool-down",
                    "127.0.99.170:7001: 127.0.99.170:7001 took part in a move, cooling down for "
                    "59s");
    assert_true(r.changed);
    step(&r, 75999);
    assert_string_equal(r.d.rule, "cool-down");
    step(&r, 76000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void donor_and_replica_cool_down_too(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        Run r = orphan_at_6000(AUTO_ACT);
        steps(&r, 9);
        NodeId other = watch_id(&r.w, 7006);
        auto_moved(&r.a, who == 0 ? watch_id(&r.w, 7004) : other,
                   who == 1 ? watch_id(&r.w, 7003) : other, watch_id(&r.w, 7005), false, true,
                   15000);
        steps(&r, 1);
        assert_string_equal(r.d.rule, "cool-down");
        step(&r, 75000);
        assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
        done(&r);
    }
}

static void while_one_waits_the_next_one_is_helped(void **state)
{
    (void)state;
    // Both orphaned, one spare: the plan promises it to the one with more slots.
    Fixture *f = fixture_scenario();
    Run r = run_of(f, AUTO_ACT);
    steps(&r, 5);
    watch_fail(&r.w, 7006);
    steps(&r, 10); // 7005 for 9 s
    watch_fail(&r.w, 7008);
    strcpy(knob(&r.w, 7005)->slots, "5461-6825 12288-16000");
    strcpy(knob(&r.w, 7001)->slots, "0-5460 16001-16383");
    steps(&r, 1);
    Plan plan = plan_make(r.w.h);
    assert_int_equal(plan.n, 2);
    assert_int_equal(watch_port(&r.w, plan.at[0].target), 7001);
    assert_int_equal(plan.at[1].chosen, -1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_move(&r, 7004, 7003, 7005);
    done(&r);
}

static void too_many_moves_within_an_hour_trip_the_brake(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.cool_down_ms = 0;
    r.a.limits.max_moves_per_hour = 2;
    steps(&r, 10);
    moved(&r, false, true);
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    moved(&r, true, true); // by hand: does not count
    assert_int_equal(auto_tries_last_hour(&r.a, r.w.now_ms), 1);
    steps(&r, 12);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    moved(&r, false, false); // a failed one does
    assert_int_equal(auto_tries_last_hour(&r.a, r.w.now_ms), 2);
    steps(&r, 1);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "cap",
                    "2 moves within an hour, the limit is 2; the brake is on until a person "
                    "releases it");
    assert_true(r.a.brake);
    assert_string_equal(r.a.brake_why, "2 moves within an hour, the limit is 2");
    steps(&r, 1);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "brake",
                    "1 orphan, but the brake is on (2 moves within an hour, the limit is 2): a "
                    "person has to release it");
    // It stays, also after the hour.
    step(&r, 2 * 3600000);
    assert_string_equal(r.d.rule, "brake");
    auto_release(&r.a);
    assert_false(r.a.brake);
    assert_string_equal(r.a.brake_why, "");
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void a_released_brake_forgets_what_tripped_it(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.cool_down_ms = 0;
    r.a.limits.max_moves_per_hour = 1;
    steps(&r, 10);
    moved(&r, false, false);
    steps(&r, 1);
    assert_true(r.a.brake);
    auto_release(&r.a);
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    moved(&r, false, false);
    steps(&r, 1);
    assert_true(r.a.brake);
    done(&r);
}

static void tries_are_forgotten_after_an_hour(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.max_moves_per_hour = 1;
    steps(&r, 10); // 16000
    moved(&r, false, true);
    assert_int_equal(auto_tries_last_hour(&r.a, 16000 + 3599999), 1);
    assert_int_equal(auto_tries_last_hour(&r.a, 16000 + 3600000), 0);
    step(&r, 16000 + 3600000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_false(r.a.brake);
    done(&r);
}

static void the_history_is_a_ring(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    steps(&r, 1);
    for (int i = 0; i < 3 * AUTO_HISTORY; i++) {
        auto_moved(&r.a, watch_id(&r.w, 7004), watch_id(&r.w, 7003), watch_id(&r.w, 7001), false,
                   true, 1000);
    }
    assert_int_equal(auto_tries_last_hour(&r.a, 1000), AUTO_HISTORY);
    auto_release(&r.a);
    assert_int_equal(auto_tries_last_hour(&r.a, 1000), 0);
    done(&r);
}

static void a_person_at_work_starts_its_clocks_anew(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    steps(&r, 9); // 15000
    auto_moved(&r.a, watch_id(&r.w, 7006), (NodeId){{0}}, (NodeId){{0}}, true, true, 15000);
    steps(&r, 1);
    assert_string_equal(r.d.rule, "grace");
    steps(&r, 9);
    assert_string_equal(r.d.rule, "grace");
    steps(&r, 1); // 26000
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    // And it does not touch what the person has just moved.
    auto_moved(&r.a, watch_id(&r.w, 7004), watch_id(&r.w, 7003), watch_id(&r.w, 7001), true, true,
               26000);
    step(&r, 30000);
    step(&r, 41000);
    assert_string_equal(r.d.rule, "cool-down");
    done(&r);
}

static void the_order_of_holding_back_is_fixed(void **state)
{
    (void)state;
    // Everything holds it back; taken away one by one, the next one shows.
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    watch_fail(&r.w, 7008);
    r.a.brake = true;
    strcpy(r.a.brake_why, "a person");
    r.busy = true;
    epochs_disagree(&r);
    r.a.limits.max_moves_per_hour = 1;
    auto_moved(&r.a, watch_id(&r.w, 7004), (NodeId){{0}}, (NodeId){{0}}, false, true, 1000);
    steps(&r, 1);
    assert_string_equal(r.d.rule, "brake");
    r.a.brake = false;
    steps(&r, 1);
    assert_string_equal(r.d.rule, "busy");
    auto_young(&r.a);
    r.busy = false;
    steps(&r, 1);
    assert_string_equal(r.d.rule, "young");
    steps(&r, 2);
    assert_string_equal(r.d.rule, "views-disagree");
    knob(&r.w, 7003)->current_epoch = 0;
    steps(&r, 1);
    assert_string_equal(r.d.rule, "grace");
    steps(&r, 10);
    assert_string_equal(r.d.rule, "cool-down");
    r.a.limits.cool_down_ms = 0;
    steps(&r, 1);
    assert_string_equal(r.d.rule, "cap");
    auto_release(&r.a);
    steps(&r, 1);
    assert_string_equal(r.d.rule, "");
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    auto_set_mode(&r.a, AUTO_OFF);
    r.a.brake = true;
    steps(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_NOTHING);
    done(&r);
}

static void changed_may_be_left_out(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    Plan plan = plan_make(r.w.h);
    auto_decide(&r.a, r.w.h, &plan, false, NULL);
    done(&r);
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
      cmocka_unit_test(it_does_not_act_on_views_that_are_not_settled),
      cmocka_unit_test(the_grace_counts_from_when_all_agree),
      cmocka_unit_test(a_shard_lost_for_good_does_not_stop_it),
      cmocka_unit_test(a_promoted_replica_is_given_a_spare),
      cmocka_unit_test(without_a_spare_it_says_why), cmocka_unit_test(it_cools_down_after_a_try),
      cmocka_unit_test(donor_and_replica_cool_down_too),
      cmocka_unit_test(while_one_waits_the_next_one_is_helped),
      cmocka_unit_test(too_many_moves_within_an_hour_trip_the_brake),
      cmocka_unit_test(a_released_brake_forgets_what_tripped_it),
      cmocka_unit_test(tries_are_forgotten_after_an_hour), cmocka_unit_test(the_history_is_a_ring),
      cmocka_unit_test(a_person_at_work_starts_its_clocks_anew),
      cmocka_unit_test(the_order_of_holding_back_is_fixed),
      cmocka_unit_test(changed_may_be_left_out))
