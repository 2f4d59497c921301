// The machine behind REPLICATE: whom the replica follows, which may be neither of the two.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "move_world.h"

static void an_unanswered_replicate_may_have_happened(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_ask(&rig);
    world_follow(&rig.w, rig.w.target);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    world_in_sync(&rig.w);
    rig_look_until(&rig, MOVE_SYNC);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_DONE);
    rig_done(&rig);
}

static void or_not_but_that_takes_two_answers(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_ask(&rig);
    rig_look(&rig);
    rig_look_for(&rig, 400);
    assert_int_equal(rig_state(&rig), MOVE_ASK);
    rig_look_for(&rig, 200);
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_string_equal(rig_why(&rig),
                        "the move did not happen: it still follows 127.0.99.171:7003");
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);

    rig_begin_ask(&rig); // the write was still in its pipe
    rig_look(&rig);
    world_follow(&rig.w, rig.w.target);
    rig_look_for(&rig, 700);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_done(&rig);

    rig_begin_ask(&rig); // one and the same answer, shown again and again, proves nothing
    rig_look(&rig);
    for (int i = 0; i < 20; i++) {
        world_replica(&rig.w)->age_ms += 100;
        rig_look(&rig);
    }
    assert_int_equal(rig_state(&rig), MOVE_ASK);
    rig_done(&rig);
}

static void an_unknown_outcome_is_never_given_up_silently(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_ask(&rig);
    fixture_lose(rig.w.f, rig.w.replica);
    rig_look_every(&rig, 1000, 14000);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_NONE);
    rig_look_every(&rig, 1000, 60000);
    assert_int_equal(rig_state(&rig), MOVE_ASK);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_UNKNOWN);
    assert_int_equal(strncmp(rig_why(&rig), "unknown for 7", 13), 0);
    assert_non_null(strstr(strbuf_text(&rig.events), "unknown for 15 s whom the replica follows"));
    rig_stop(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_non_null(strstr(rig_why(&rig), "outcome unknown"));
    JournalEntry e;
    assert_true(rig_unfinished(&rig, &e));
    assert_int_equal(e.state, MOVE_REPLICATE);
    assert_true(node_id_eq(runner_own(rig.r).target, rig.w.spec.target)); // it may be on its way
    rig_done(&rig);
}

static void a_replica_that_follows_somebody_else_is_let_go(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_ask(&rig);
    world_follow(&rig.w, fixture_port(rig.w.f, 7005));
    world_in_sync(&rig.w);
    rig_look_until(&rig, MOVE_ASK);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_string_equal(rig_why(&rig), "was moved on to 127.0.99.172:7005 by somebody else");
    rig_done(&rig);

    rig_begin_sync(&rig);
    rig_look_for(&rig, 300);
    world_follow(&rig.w, rig.w.donor);
    world_in_sync(&rig.w);
    rig_look(&rig);
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_ok(&rig);
    assert_string_equal(rig_why(&rig), "was moved on to 127.0.99.171:7003 by somebody else");
    rig_done(&rig);
}

// Whoever took it on may have found our fence and rely on it.
static void and_keeps_its_fence_until_it_is_in_sync_there(void **state)
{
    (void)state;
    Rig rig;
    int other;
    rig_begin_sync(&rig);
    other = fixture_port(rig.w.f, 7005);
    rig_look_for(&rig, 300);
    world_follow(&rig.w, other);
    world_replica(&rig.w)->link_up = false;
    rig_look_for(&rig, 3000);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    assert_string_equal(rig_why(&rig), "was moved on to 127.0.99.172:7005 by somebody else, still "
                                       "fenced: linking");
    rig_expect(&rig, "");
    fixture_fail(rig.w.f, other);
    rig_look(&rig);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_TARGET_FAILED);
    fixture_restore(rig.w.f, other);
    world_replica(&rig.w)->link_up = true;
    rig_look_until(&rig, MOVE_SYNC);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_string_equal(rig_why(&rig), "was moved on to 127.0.99.172:7005 by somebody else");
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);

    rig_begin_ask(&rig); // the same before it was known that it was written
    world_follow(&rig.w, other);
    world_replica(&rig.w)->link_up = false;
    rig_look_until(&rig, MOVE_ASK);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_done(&rig);
}

TESTS(move_ask, cmocka_unit_test(an_unanswered_replicate_may_have_happened),
      cmocka_unit_test(or_not_but_that_takes_two_answers),
      cmocka_unit_test(an_unknown_outcome_is_never_given_up_silently),
      cmocka_unit_test(a_replica_that_follows_somebody_else_is_let_go),
      cmocka_unit_test(and_keeps_its_fence_until_it_is_in_sync_there))
