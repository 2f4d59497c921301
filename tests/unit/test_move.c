// REPLICATE and stopping: what each answer leads to. test_move_*.c have the gate, the fence, the
// sync and what is taken up again.
#include "unit.h"

#include <string.h>

#include "move_world.h"
#include "rehome/base/mem.h"

static void a_replica_that_does_not_answer_is_not_moved(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_late(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_int_equal(rig.writes, 0);
    assert_non_null(strstr(rig_why(&rig), "nothing was moved: the replica does not answer"));
    rig_done(&rig);
}

static void the_servers_refusal_is_told_in_its_words(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_fence(&rig);
    strbuf_clear(&rig.log);
    rig_reply(&rig, false, "ERR I can only replicate a master, not a replica.");
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_ok(&rig);
    rig_expect(&rig, "journal failed lifted\n");
    assert_string_equal(rig_why(&rig),
                        "the server refused: ERR I can only replicate a master, not a replica.");
    rig_done(&rig);
}

static void stopping_before_replicate_moves_nothing(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    rig_look(&rig);
    rig_stop(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_string_equal(rig_why(&rig), "stopped before anything was moved");
    rig_done(&rig);

    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_stop(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    rig_done(&rig);

    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    strbuf_clear(&rig.log);
    rig_stop(&rig); // the fence is on its way: wait what comes of it
    assert_int_equal(rig_state(&rig), MOVE_FENCE);
    rig_ok(&rig);
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_string_equal(rig_why(&rig), "stopped before anything was moved");
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);
}

static void stopping_after_replicate_finishes_it(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_fence(&rig);
    rig_stop(&rig);
    world_follow(&rig.w, rig.w.target);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_look(&rig);
    assert_int_equal(strncmp(rig_why(&rig), "already moved, finishing: ", 26), 0);
    world_in_sync(&rig.w);
    rig_look(&rig);
    rig_stop(&rig);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_DONE);
    rig_done(&rig);
}

TESTS(move, cmocka_unit_test(a_replica_that_does_not_answer_is_not_moved),
      cmocka_unit_test(the_servers_refusal_is_told_in_its_words),
      cmocka_unit_test(stopping_before_replicate_moves_nothing),
      cmocka_unit_test(stopping_after_replicate_finishes_it))
