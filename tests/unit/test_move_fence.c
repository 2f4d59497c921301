// The fence at both ends of a move: what each answer leads to.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "move_world.h"
#include "rehome/base/mem.h"

static void switched_off_no_fence_is_set_and_the_start_says_so(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig.w.spec.fencing = FENCE_OFF;
    rig_start(&rig);
    assert_non_null(strstr(strbuf_text(&rig.events), "(manual, without a fence)"));
    rig_look_until(&rig, MOVE_GATE);
    assert_int_equal(rig_state(&rig), MOVE_REPLICATE);
    assert_int_equal(rig.writes, 1);
    assert_int_equal(rig.replicates, 1);
    rig_done(&rig);
}

static void what_the_setting_says_decides_about_the_fence(void **state)
{
    (void)state;
    static const struct {
        bool ok;
        const char *reply;
        Fence fence; // MAYBE: it is being set
        const char *log;
    } rows[] = {
        {true, "no", FENCE_MAYBE, SET_FENCE},
        {true, "cluster-replica-no-failover no", FENCE_MAYBE, SET_FENCE},
        {true, "cluster-replica-no-failover no\n", FENCE_MAYBE, SET_FENCE},
        {true, "cluster-replica-no-failover no?", FENCE_MAYBE, SET_FENCE},
        {true, "yes", FENCE_WAS_SET, REPLICATE("was")},
        {true, "cluster-replica-no-failover yes?", FENCE_WAS_SET, REPLICATE("was")},
        {true, "", FENCE_DENIED, REPLICATE("denied")},
        {true, "cluster-replica-no-failover", FENCE_DENIED, REPLICATE("denied")},
        {true, "if-empty", FENCE_DENIED, REPLICATE("denied")},
        {false, "NOPERM no permissions", FENCE_DENIED, REPLICATE("denied")},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Rig rig;
        rig_init(&rig, false);
        rig_pass_gate(&rig);
        strbuf_clear(&rig.log);
        rig_reply(&rig, rows[i].ok, rows[i].reply);
        assert_int_equal(runner_move(rig.r)->fence, rows[i].fence);
        rig_expect(&rig, rows[i].log);
        rig_done(&rig);
    }
}

static void without_permission_it_says_so_and_goes_on(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    strbuf_clear(&rig.log);
    rig_reply(&rig, false, "NOPERM User w has no permissions to run the 'config|set' command");
    rig_expect(&rig, REPLICATE("denied"));
    assert_non_null(strstr(strbuf_text(&rig.events), "not fenced (NOPERM User w has no"));
    world_follow(&rig.w, rig.w.target);
    world_in_sync(&rig.w);
    rig_ok(&rig);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_DONE); // nothing to lift
    rig_expect(&rig, "round\njournal done denied\n");
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);
}

static void without_the_fence_it_requires_a_move_is_refused(void **state)
{
    (void)state;
    static const struct {
        bool may_read;
        const char *reply;
        const char *why;
    } rows[] = {
        {false, "NOPERM no permissions", "fence: required, but the user lacks +config|get: NOPERM"},
        {true, "NOPERM no permissions", "fence: required, but the user lacks +config|set: NOPERM"},
        {true, "ERR unknown command", "fence: required, but ERR unknown command"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Rig rig;
        rig_init(&rig, false);
        rig.w.spec.fencing = FENCE_REQUIRE;
        rig_pass_gate(&rig);
        if (rows[i].may_read) {
            rig_reply(&rig, true, "no");
        }
        rig_reply(&rig, false, rows[i].reply);
        assert_int_equal(rig_state(&rig), MOVE_REFUSED);
        assert_non_null(strstr(rig_why(&rig), rows[i].why));
        assert_int_equal(rig.replicates, 0);
        assert_false(rig_unfinished(&rig, NULL));
        rig_done(&rig);
    }
}

static void a_server_without_the_setting_cannot_give_the_fence_required(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig.w.spec.fencing = FENCE_REQUIRE;
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "");
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    assert_string_equal(rig_why(&rig), "fence: required, but the server has no such setting");
    assert_int_equal(rig.writes, 0);
    rig_done(&rig);
}

// Its own, or somebody else's.
static void any_fence_is_the_one_required(void **state)
{
    (void)state;
    static const char *const found[] = {"no", "yes"};
    for (size_t i = 0; i < ARRAY_LEN(found); i++) {
        Rig rig;
        rig_init(&rig, false);
        rig.w.spec.fencing = FENCE_REQUIRE;
        rig_pass_gate(&rig);
        rig_reply(&rig, true, found[i]);
        if (i == 0) {
            rig_ok(&rig);
        }
        assert_int_equal(rig_state(&rig), MOVE_REPLICATE);
        rig_done(&rig);
    }
}

static void a_fence_of_somebody_else_is_left_alone(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "yes");
    world_follow(&rig.w, rig.w.target);
    world_in_sync(&rig.w);
    rig_ok(&rig);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_DONE);
    assert_int_equal(rig.writes, 1);
    rig_done(&rig);
}

static void valkey_is_fenced_as_redis_is(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    FixtureNode *r = world_replica(&rig.w);
    r->valkey = true;
    snprintf(r->version, sizeof(r->version), "8.1.1");
    rig_start(&rig);
    rig_look(&rig);
    strbuf_clear(&rig.log);
    rig_look(&rig);
    rig_expect(&rig, GET_FENCE);
    rig_done(&rig);
}

static void an_unanswered_fence_is_read_again(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    strbuf_clear(&rig.log);
    rig_lost(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_expect(&rig, GET_FENCE);
    rig_reply(&rig, true, "yes"); // it was set after all, and by us
    assert_int_equal(runner_move(rig.r)->fence, FENCE_SET);
    rig_expect(&rig, REPLICATE("set"));
    rig_done(&rig);

    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    strbuf_clear(&rig.log);
    rig_late(&rig);
    rig_reply(&rig, true, "no"); // not yet, at least: look once more, then it is over
    rig_expect(&rig, GET_FENCE GET_FENCE);
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig_reply(&rig, true, "no");
    rig_expect(&rig, "journal failed lifted\n");
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_non_null(strstr(rig_why(&rig), "nothing was moved"));
    rig_done(&rig);

    rig_init(&rig, false); // set, but by now too much may have happened since the gate was open
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    strbuf_clear(&rig.log);
    rig_late(&rig);
    rig_reply(&rig, true, "yes");
    rig_expect(&rig, GET_FENCE LIFT_FENCE("set"));
    assert_non_null(strstr(rig_why(&rig), "lifting the fence"));
    rig_ok(&rig);
    assert_non_null(strstr(rig_why(&rig), "nothing was moved"));
    rig_done(&rig);

    rig_init(&rig, false); // the same, but it did arrive in the meantime
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    rig_late(&rig);
    rig_reply(&rig, true, "no");
    strbuf_clear(&rig.log);
    rig_reply(&rig, true, "yes");
    rig_expect(&rig, LIFT_FENCE("maybe"));
    rig_ok(&rig);
    rig_expect(&rig, "journal failed lifted\n");
    rig_done(&rig);
}

static void a_fence_nobody_can_tell_of_stays_in_the_journal(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    rig_late(&rig);
    for (int i = 0; i < 40 && runner_is_busy(rig.r); i++) {
        rig_late(&rig);
        rig_tick(&rig, 1000);
    }
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_int_equal(rig.writes, 1);
    assert_non_null(strstr(rig_why(&rig), "FENCE STILL ON"));
    JournalEntry e;
    assert_true(rig_unfinished(&rig, &e));
    assert_int_equal(e.state, MOVE_FENCE);
    assert_int_equal(e.fence, FENCE_MAYBE);
    rig_done(&rig);
}

static void lifting_the_fence_is_tried_again(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_sync(&rig);
    strbuf_clear(&rig.log);
    rig_late(&rig); // unknown: so read
    rig_expect(&rig, "");
    rig_tick(&rig, 1000);
    rig_expect(&rig, GET_FENCE);
    rig_reply(&rig, true, "yes");
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_reply(&rig, false, "LOADING Redis is loading the dataset in memory");
    rig_tick(&rig, 1000);
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_ok(&rig);
    rig_expect(&rig, "journal done lifted\n");
    assert_int_equal(rig_state(&rig), MOVE_DONE);
    rig_done(&rig);

    rig_init(&rig, false);
    rig_sync(&rig);
    rig_late(&rig);
    rig_tick(&rig, 1000);
    strbuf_clear(&rig.log);
    rig_reply(&rig, true, "no"); // it did happen
    rig_expect(&rig, "journal done lifted\n");
    rig_done(&rig);
}

static void a_fence_that_stays_on_is_told_with_the_line_to_type(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    snprintf(rig.w.spec.replica_addr, sizeof(rig.w.spec.replica_addr), "[fd00::1]:7004");
    rig_sync(&rig);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
        rig_reply(&rig, false, "ERR no");
        rig_tick(&rig, 1000);
    }
    assert_int_equal(rig_state(&rig), MOVE_DONE); // moved it is
    assert_int_equal(rig.worst, LEVEL_CRITICAL);
    assert_non_null(strstr(rig_why(&rig), "FENCE STILL ON, lift it: redis-cli -h fd00::1 -p 7004 "
                                          "config set cluster-replica-no-failover no; in sync"));
    JournalEntry e;
    assert_true(rig_unfinished(&rig, &e));
    assert_int_equal(e.state, MOVE_UNFENCE);
    assert_int_equal(e.fence, FENCE_SET);
    rig_done(&rig);
}

TESTS(move_fence, cmocka_unit_test(switched_off_no_fence_is_set_and_the_start_says_so),
      cmocka_unit_test(what_the_setting_says_decides_about_the_fence),
      cmocka_unit_test(without_permission_it_says_so_and_goes_on),
      cmocka_unit_test(a_fence_of_somebody_else_is_left_alone),
      cmocka_unit_test(without_the_fence_it_requires_a_move_is_refused),
      cmocka_unit_test(a_server_without_the_setting_cannot_give_the_fence_required),
      cmocka_unit_test(any_fence_is_the_one_required),
      cmocka_unit_test(valkey_is_fenced_as_redis_is),
      cmocka_unit_test(an_unanswered_fence_is_read_again),
      cmocka_unit_test(a_fence_nobody_can_tell_of_stays_in_the_journal),
      cmocka_unit_test(lifting_the_fence_is_tried_again),
      cmocka_unit_test(a_fence_that_stays_on_is_told_with_the_line_to_type))
