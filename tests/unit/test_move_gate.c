// The machine at the gate: which rounds count, what is waited for, and what is refused.
#include "unit.h"

#include <string.h>

#include "move_world.h"
#include "rehome/base/mem.h"

static void set_age(Rig *rig, int64_t age_ms)
{
    for (size_t i = 0; i < fixture_count(rig->w.f); i++) {
        fixture_node(rig->w.f, (int)i)->age_ms = age_ms;
    }
}

static void look_after(Rig *rig, int64_t ms)
{
    world_look(&rig->w, ms);
    runner_round(rig->r, rig->w.before, rig->w.health, rig->w.now_ms);
}

static void answers_older_than_the_decision_do_not_count(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    set_age(&rig, 200);
    rig_look(&rig); // ended after the decision, but was answered before it
    rig_look(&rig);
    assert_int_equal(runner_move(rig.r)->gate_rounds, 0);
    assert_non_null(strstr(rig_why(&rig), "has not told its INFO anew"));
    set_age(&rig, 0);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_expect(&rig, "round\nround\nround\nround\n" GET_FENCE);
    rig_done(&rig);
}

static void a_round_without_all_views_is_not_complete(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    FixtureNode *other = fixture_node(rig.w.f, fixture_port(rig.w.f, 7005));
    rig_look(&rig);
    other->silent = true; // a large cluster asks witnesses only, in between
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    assert_non_null(strstr(rig_why(&rig), "127.0.99.172:7005 has not told its view anew"));
    other->silent = false;
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_done(&rig);
}

static void views_are_wanted_of_those_who_were_asked_for_them(void **state)
{
    (void)state;
    static const int replicas[] = {7008, 7006, 7004, 7002};
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    for (size_t i = 0; i < ARRAY_LEN(replicas); i++) {
        fixture_node(rig.w.f, fixture_port(rig.w.f, replicas[i]))->spared = true;
    }
    FixtureNode *one = fixture_node(rig.w.f, fixture_port(rig.w.f, 7001));
    FixtureNode *other = fixture_node(rig.w.f, fixture_port(rig.w.f, 7005));
    one->spared = true;
    other->spared = true;
    rig_look(&rig);
    rig_look(&rig);
    assert_int_equal(runner_move(rig.r)->gate_rounds, 0);
    assert_non_null(strstr(rig_why(&rig), "only 1 of 3 slot owners were asked for their view"));
    other->spared = false;
    rig_look(&rig);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_done(&rig);
}

static void the_second_round_is_newer_than_the_first(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    rig_look(&rig);
    int64_t first_ms = rig.w.now_ms;
    world_look(&rig.w, 100);
    NodeId id = fixture_id(rig.w.f, fixture_port(rig.w.f, 7005));
    Node *other = &rig.w.latest->nodes[snapshot_find(rig.w.latest, id)];
    NodeSays says = *other->says;
    says.view_ms = first_ms - 1; // since the decision, but what the first round had already
    other->says = &says;
    runner_round(rig.r, rig.w.before, rig.w.health, rig.w.now_ms);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    assert_non_null(strstr(rig_why(&rig), "the second round is not complete: 127.0.99.172:7005"));
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_done(&rig);
}

static void two_rounds_at_the_same_moment_are_one(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    set_age(&rig, -49); // answered 1 ms before the round ended
    rig_start(&rig);
    look_after(&rig, 10);
    look_after(&rig, 49);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    rig_expect(&rig, "round\nround\n");
    assert_int_equal(runner_wake_ms(rig.r), rig.w.now_ms + 50);
    rig_tick(&rig, 49);
    rig_expect(&rig, "");
    rig_tick(&rig, 1);
    rig_expect(&rig, "round\n");
    look_after(&rig, 2);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_done(&rig);
}

static void the_same_health_twice_is_one_round(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    rig_look(&rig);
    rig.w.now_ms += 100;
    runner_round(rig.r, rig.w.health, rig.w.health, rig.w.now_ms);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    rig_done(&rig);
}

static void a_gate_without_rounds_refuses_in_the_end(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    rig_tick(&rig, 1999);
    rig_expect(&rig, "round\n");
    rig_tick(&rig, 1); // asked again
    rig_expect(&rig, "round\n");
    set_age(&rig, 60000);
    for (int i = 0; i < 79; i++) {
        rig_look(&rig);
    }
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    assert_non_null(strstr(rig_why(&rig), "majority: no two complete rounds in 10 s; "));
    assert_false(runner_move(rig.r)->verdict.open);
    assert_int_equal(runner_move(rig.r)->verdict.refused_by, GATE_MAJORITY);
    rig_done(&rig);
}

// Views that differ settle, and so does what the servers are about to do: neither is refused before
// the gate's time is over, and nothing is sent before it opens.
static void what_time_may_cure_is_waited_for(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    FixtureNode *donor = fixture_node(rig.w.f, rig.w.donor);
    donor->state_fail = true;
    rig_start(&rig);
    rig_look(&rig);
    rig_look(&rig);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    assert_non_null(strstr(rig_why(&rig), "waiting at the gate: 127.0.99.171:7003 says"));
    donor->state_fail = false;
    rig_look_until(&rig, MOVE_GATE);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_done(&rig);
}

static void what_time_does_not_cure_is_refused_by_its_rule(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    fixture_node(rig.w.f, rig.w.donor)->state_fail = true;
    rig_start(&rig);
    rig_look_every(&rig, 100, 9900);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    rig_look_every(&rig, 100, 100);
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    assert_int_equal(runner_move(rig.r)->verdict.refused_by, GATE_AGREEMENT);
    assert_int_equal(rig.writes, 0);
    rig_done(&rig);
}

// The servers were quicker: no need to wait until their views agree on it.
static void nothing_is_waited_for_when_the_need_has_gone(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    fixture_node(rig.w.f, rig.w.donor)->state_fail = true;
    fixture_restore(rig.w.f, fixture_port(rig.w.f, 7008));
    rig_start(&rig);
    rig_look(&rig);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    assert_int_equal(runner_move(rig.r)->verdict.refused_by, GATE_TARGET);
    rig_done(&rig);
}

static void nothing_is_sent_on_old_evidence(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig.w.now_ms += 1500;
    rig_reply(&rig, true, "no");
    rig.w.now_ms += 1500;
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_non_null(strstr(rig_why(&rig), "the gate was checked 3.0s ago"));
    rig_expect(&rig,
               "round\nround\n" GET_FENCE SET_FENCE LIFT_FENCE("set") "journal failed lifted\n");
    rig_done(&rig);
}

static void what_is_told_while_the_fence_is_set_shuts_the_gate_again(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    fixture_node(rig.w.f, rig.w.target)->bgsave_failed = true;
    rig_look(&rig);
    rig_reply(&rig, true, "no");
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    assert_non_null(strstr(rig_why(&rig), "the gate shut again: target-ready: the last bgsave"));
    assert_int_equal(rig.writes, 0);
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);

    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    fixture_node(rig.w.f, rig.w.target)->bgsave_failed = true;
    rig_look(&rig);
    strbuf_clear(&rig.log);
    rig_ok(&rig);
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    assert_int_equal(rig.replicates, 0);
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);
}

static void what_is_not_told_while_the_fence_is_set_shuts_no_gate(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    for (size_t i = 0; i < fixture_count(rig.w.f); i++) {
        fixture_node(rig.w.f, (int)i)->silent = (int)i != rig.w.target; // a large cluster
    }
    rig_look(&rig);
    rig_look(&rig);
    rig_reply(&rig, true, "no");
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_REPLICATE);
    rig_done(&rig);
}

TESTS(move_gate, cmocka_unit_test(answers_older_than_the_decision_do_not_count),
      cmocka_unit_test(a_round_without_all_views_is_not_complete),
      cmocka_unit_test(views_are_wanted_of_those_who_were_asked_for_them),
      cmocka_unit_test(the_second_round_is_newer_than_the_first),
      cmocka_unit_test(two_rounds_at_the_same_moment_are_one),
      cmocka_unit_test(the_same_health_twice_is_one_round),
      cmocka_unit_test(a_gate_without_rounds_refuses_in_the_end),
      cmocka_unit_test(what_time_may_cure_is_waited_for),
      cmocka_unit_test(nothing_is_waited_for_when_the_need_has_gone),
      cmocka_unit_test(what_time_does_not_cure_is_refused_by_its_rule),
      cmocka_unit_test(nothing_is_sent_on_old_evidence),
      cmocka_unit_test(what_is_told_while_the_fence_is_set_shuts_the_gate_again),
      cmocka_unit_test(what_is_not_told_while_the_fence_is_set_shuts_no_gate))
