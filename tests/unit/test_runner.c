// The move as it is driven: what is asked, kept and sent, in which order, and what people are told.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "move_world.h"

static void assert_events(const Rig *rig, const char *events)
{
    assert_string_equal(strbuf_text(&rig->events), events);
}

static void a_move_from_start_to_end(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    rig_expect(&rig, "round\n");
    rig_look(&rig);
    rig_expect(&rig, "round\n");
    rig_look(&rig);
    rig_expect(&rig, GET_FENCE);
    rig_reply(&rig, true, "no");
    rig_expect(&rig, SET_FENCE);
    rig_ok(&rig);
    rig_expect(&rig, REPLICATE("set"));
    world_follow(&rig.w, rig.w.target);
    rig_ok(&rig);
    rig_expect(&rig, "round\n");
    rig_look(&rig);
    world_sync(&rig.w, 5 << 20, 12 << 20);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_expect(&rig, "");
    world_in_sync(&rig.w);
    rig_look(&rig);
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_ok(&rig);
    rig_expect(&rig, "journal done lifted\n");
    assert_int_equal(rig_state(&rig), MOVE_DONE);
    assert_false(runner_is_busy(rig.r));
    assert_int_equal(runner_wake_ms(rig.r), 0);
    assert_false(rig_unfinished(&rig, NULL));
    assert_int_equal(rig.worst, LEVEL_GOOD);
    assert_events(
        &rig,
        "move-started moving 127.0.99.171:7004 from 127.0.99.171:7003 to 127.0.99.170:7001 "
        "(manual)\n"
        "move-step 127.0.99.171:7004: the gate is open, asking for cluster-replica-no-failover\n"
        "move-step 127.0.99.171:7004: setting the fence, cluster-replica-no-failover yes\n"
        "move-step 127.0.99.171:7004: fenced, sending CLUSTER REPLICATE\n"
        "move-step 127.0.99.171:7004: follows 127.0.99.170:7001 now, waiting for it to be in sync\n"
        "move-step 127.0.99.171:7004: lifting the fence\n"
        "move-done 127.0.99.171:7004: in sync with 127.0.99.170:7001 after 0.5s, 12M copied\n");
    rig_done(&rig);
}

static void a_refusal_names_the_rule_and_sends_nothing(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    fixture_node(rig.w.f, rig.w.target)->loading = true;
    rig_look(&rig);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    rig_expect(&rig, "round\nround\njournal refused none\n");
    assert_string_equal(rig_why(&rig), "target: 127.0.99.170:7001 is loading its dataset");
    assert_non_null(strstr(strbuf_text(&rig.events), "\nrefused 127.0.99.171:7004: target: "));
    assert_false(rig_unfinished(&rig, NULL));
    assert_int_equal(runner_own(rig.r).replica.hex[0], '\0');
    rig_done(&rig);
}

static void one_move_at_a_time(void **state)
{
    (void)state;
    Rig rig;
    Error err = {0};
    rig_init(&rig, false);
    rig_start(&rig);
    assert_false(runner_start(rig.r, &rig.w.spec, rig.w.now_ms, &err));
    assert_int_equal(err.code, ERR_REFUSED);
    assert_non_null(strstr(err.text, "7004"));
    JournalEntry entry = {.state = MOVE_REPLICATE, .spec = rig.w.spec};
    assert_false(runner_resume(rig.r, &entry, rig.w.now_ms, &err));
    rig_expect(&rig, "round\n");
    rig_stop(&rig);
    assert_false(runner_is_busy(rig.r));
    assert_true(runner_start(rig.r, &runner_move(rig.r)->spec, rig.w.now_ms, &err)); // its own spec
    assert_string_equal(runner_move(rig.r)->spec.replica_addr, "127.0.99.171:7004");
    rig_done(&rig);
}

static void read_only_starts_nothing(void **state)
{
    (void)state;
    Rig rig;
    Error err = {0};
    rig_init(&rig, true);
    assert_true(runner_is_read_only(rig.r));
    assert_false(runner_start(rig.r, &rig.w.spec, rig.w.now_ms, &err));
    assert_int_equal(err.code, ERR_REFUSED);
    JournalEntry entry = {.state = MOVE_UNFENCE, .fence = FENCE_SET, .spec = rig.w.spec};
    assert_false(runner_resume(rig.r, &entry, rig.w.now_ms, &err));
    assert_false(runner_is_busy(rig.r));
    assert_null(runner_move(rig.r));
    rig_look(&rig);
    rig_tick(&rig, 100000);
    rig_expect(&rig, "");
    rig_done(&rig);
}

// The check at the very place of sending: it holds for a move in flight, wherever that is.
static void no_write_leaves_once_writes_are_forbidden(void **state)
{
    (void)state;
    static void (*const until[])(Rig *) = {rig_start, rig_pass_gate, rig_pass_fence, rig_replicate,
                                           rig_sync};
    for (size_t i = 0; i < sizeof(until) / sizeof(until[0]); i++) {
        Rig rig;
        rig_init(&rig, false);
        until[i](&rig);
        int writes = rig.writes;
        bool fenced = rig.writes > 0;
        runner_forbid_writes(rig.r);
        for (int step = 0; step < 60 && runner_is_busy(rig.r); step++) {
            if (rig_state(&rig) == MOVE_FENCE_READ) {
                rig_reply(&rig, true, "no");
            } else if (rig_state(&rig) == MOVE_REPLICATE) {
                world_follow(&rig.w, rig.w.target);
                rig_ok(&rig);
            } else if (rig_state(&rig) == MOVE_SYNC) {
                world_in_sync(&rig.w);
            } else if (rig_state(&rig) == MOVE_UNFENCE) {
                rig_reply(&rig, false, "ERR no"); // to what was sent before, if anything
            }
            rig_look(&rig);
            rig_tick(&rig, 1000);
        }
        assert_false(runner_is_busy(rig.r));
        assert_int_equal(rig.writes, writes);
        assert_int_equal(rig_unfinished(&rig, NULL), fenced);
        rig_done(&rig);
    }
}

static void no_journal_no_write(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig.journal_fails = true;
    rig_reply(&rig, true, "no");
    assert_int_equal(rig.writes, 0);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_non_null(strstr(rig_why(&rig), "no journal: the disk is full"));
    assert_non_null(strstr(rig_why(&rig), "nothing was moved"));
    rig_done(&rig);

    // With the fence on already it can be neither moved nor unfenced: that is said, and stays open.
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    rig.journal_fails = true;
    rig_ok(&rig);
    for (int i = 0; i < 10; i++) {
        rig_tick(&rig, 1000);
    }
    assert_int_equal(rig.writes, 1);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_int_equal(rig.worst, LEVEL_CRITICAL);
    assert_non_null(strstr(rig_why(&rig), "FENCE STILL ON, lift it: redis-cli -h 127.0.99.171 "
                                          "-p 7004 config set cluster-replica-no-failover no; "));
    assert_true(rig_unfinished(&rig, NULL));
    rig_done(&rig);
}

static void what_cannot_be_sent_did_not_happen(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_start(&rig);
    rig_look(&rig);
    rig.cannot_send = true;
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    rig_expect(&rig, "round\nround\nunsent\njournal failed none\n");
    rig_done(&rig);

    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig.cannot_send = true;
    rig_reply(&rig, true, "no");
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_int_equal(runner_move(rig.r)->fence, FENCE_NONE);
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);

    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_reply(&rig, true, "no");
    rig.cannot_send = true;
    rig_ok(&rig); // REPLICATE, then the lifting
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig.cannot_send = false;
    rig_tick(&rig, 1000);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_non_null(strstr(rig_why(&rig), "CLUSTER REPLICATE could not be sent"));
    assert_int_equal(runner_move(rig.r)->write_ms, 0);
    assert_false(rig_unfinished(&rig, NULL));
    rig_done(&rig);
}

static void a_reply_to_something_given_up_is_dropped(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_gate(&rig);
    rig_stop(&rig); // the answer to CONFIG GET is still owed
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    rig_start(&rig);
    rig_look(&rig);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    strbuf_clear(&rig.log);
    rig_reply(&rig, true, "yes"); // the old one
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_reply(&rig, true, "no");
    assert_int_equal(rig_state(&rig), MOVE_FENCE);
    rig_expect(&rig, SET_FENCE);
    // The transport says nothing at all: after the limit and a margin it is late by the clock.
    rig_tick(&rig, 2499);
    assert_int_equal(rig_state(&rig), MOVE_FENCE);
    rig_tick(&rig, 1);
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_late(&rig); // about CONFIG SET: nothing new
    assert_int_equal(rig_state(&rig), MOVE_FENCE_READ);
    rig_expect(&rig, GET_FENCE);
    rig_done(&rig);
}

static void answers_nobody_asked_for_change_nothing(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_ok(&rig);
    rig_late(&rig);
    rig_tick(&rig, 1);
    rig_stop(&rig);
    rig_start(&rig);
    rig_ok(&rig);
    rig_late(&rig);
    assert_int_equal(rig_state(&rig), MOVE_GATE);
    rig_look(&rig);
    rig_look(&rig);
    rig_reply(&rig, true, "no"); // and the count of answers is not upset
    assert_int_equal(rig_state(&rig), MOVE_FENCE);
    rig_done(&rig);
}

static void our_own_move_is_known_for_a_minute(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    assert_int_equal(runner_own(rig.r).replica.hex[0], '\0');
    rig_sync(&rig);
    assert_true(node_id_eq(runner_own(rig.r).target, rig.w.spec.target));
    rig_ok(&rig);
    assert_true(node_id_eq(runner_own(rig.r).replica, rig.w.spec.replica));
    rig_tick(&rig, 59999);
    assert_true(node_id_eq(runner_own(rig.r).replica, rig.w.spec.replica));
    rig_tick(&rig, 1);
    assert_int_equal(runner_own(rig.r).replica.hex[0], '\0');
    rig_done(&rig);

    // What did not happen must not be taken for help on its way.
    rig_init(&rig, false);
    rig_pass_fence(&rig);
    assert_true(node_id_eq(runner_own(rig.r).replica, rig.w.spec.replica));
    rig_reply(&rig, false, "ERR Unknown node");
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_int_equal(runner_own(rig.r).replica.hex[0], '\0');
    rig_done(&rig);
}

static void a_resumed_move_says_what_was_under_way(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    JournalEntry entry = {.state = MOVE_REPLICATE, .fence = FENCE_SET, .spec = rig.w.spec};
    rig_resume(&rig, &entry);
    assert_non_null(strstr(strbuf_text(&rig.events),
                           "move-started a move was under way when the last process ended: "
                           "127.0.99.171:7004 from 127.0.99.171:7003 to 127.0.99.170:7001 "
                           "(replicate, "));
    rig_expect(&rig, "round\n");
    rig_done(&rig);
}

TESTS(runner, cmocka_unit_test(a_move_from_start_to_end),
      cmocka_unit_test(a_refusal_names_the_rule_and_sends_nothing),
      cmocka_unit_test(one_move_at_a_time), cmocka_unit_test(read_only_starts_nothing),
      cmocka_unit_test(no_write_leaves_once_writes_are_forbidden),
      cmocka_unit_test(no_journal_no_write), cmocka_unit_test(what_cannot_be_sent_did_not_happen),
      cmocka_unit_test(a_reply_to_something_given_up_is_dropped),
      cmocka_unit_test(answers_nobody_asked_for_change_nothing),
      cmocka_unit_test(our_own_move_is_known_for_a_minute),
      cmocka_unit_test(a_resumed_move_says_what_was_under_way))
