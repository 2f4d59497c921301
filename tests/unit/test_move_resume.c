// A move that an earlier process left unfinished: it is seen through or cleared up, and REPLICATE
// is never sent again.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "move_world.h"
#include "rehome/base/mem.h"

typedef enum { AT_DONOR, AT_TARGET, AT_OTHER, AT_TARGET_SYNCING } Where;

static void a_move_is_taken_up_from_each_line(void **state)
{
    (void)state;
    static const struct {
        MoveState state;
        Fence fence;
        Where where;
        const char *value; // of the fence when it is read; NULL: it is not
        MoveState end;
        const char *why;
    } rows[] = {
        {MOVE_FENCE, FENCE_MAYBE, AT_DONOR, "no", MOVE_FAILED, "the move had not happened"},
        {MOVE_FENCE, FENCE_MAYBE, AT_DONOR, "yes", MOVE_FAILED, "the move had not happened"},
        {MOVE_FENCE, FENCE_MAYBE, AT_TARGET, "yes", MOVE_DONE, "in sync with"},
        {MOVE_REPLICATE, FENCE_SET, AT_DONOR, "yes", MOVE_FAILED, "the move had not happened"},
        {MOVE_REPLICATE, FENCE_SET, AT_TARGET, "yes", MOVE_DONE, "in sync with"},
        {MOVE_REPLICATE, FENCE_SET, AT_TARGET_SYNCING, "yes", MOVE_DONE, "in sync with"},
        {MOVE_REPLICATE, FENCE_SET, AT_OTHER, "yes", MOVE_FAILED, "was moved on to"},
        {MOVE_REPLICATE, FENCE_SET, AT_TARGET, "no", MOVE_DONE, "in sync with"}, // restarted
        {MOVE_REPLICATE, FENCE_DENIED, AT_TARGET, NULL, MOVE_DONE, "in sync with"},
        {MOVE_REPLICATE, FENCE_WAS_SET, AT_TARGET, NULL, MOVE_DONE, "in sync with"},
        {MOVE_REPLICATE, FENCE_WAS_SET, AT_DONOR, NULL, MOVE_FAILED, "had not happened"},
        {MOVE_REPLICATE, FENCE_NOT_NEEDED, AT_DONOR, NULL, MOVE_FAILED, "had not happened"},
        {MOVE_UNFENCE, FENCE_SET, AT_TARGET, "yes", MOVE_DONE, "in sync with"},
        {MOVE_UNFENCE, FENCE_SET, AT_TARGET, "no", MOVE_DONE, "in sync with"},
        {MOVE_UNFENCE, FENCE_SET, AT_DONOR, "yes", MOVE_FAILED, "the move had not happened"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Rig rig;
        rig_init(&rig, false);
        JournalEntry entry = {
            .state = rows[i].state,
            .fence = rows[i].fence,
            .spec = rig.w.spec,
            .serial = 42,
        };
        if (rows[i].where != AT_DONOR) {
            world_follow(&rig.w,
                         rows[i].where == AT_OTHER ? fixture_port(rig.w.f, 7005) : rig.w.target);
            world_in_sync(&rig.w);
        }
        if (rows[i].where == AT_TARGET_SYNCING) {
            world_sync(&rig.w, 1, 2);
        }
        rig_resume(&rig, &entry);
        assert_true(runner_move(rig.r)->resumed);
        rig_look_until(&rig, MOVE_ASK);
        if (rows[i].where == AT_TARGET_SYNCING) {
            rig_look_for(&rig, 2000);
            assert_int_equal(rig_state(&rig), MOVE_SYNC);
            world_in_sync(&rig.w);
        }
        if (rig_state(&rig) == MOVE_SYNC) {
            rig_look_until(&rig, MOVE_SYNC);
        }
        if (rows[i].value != NULL) {
            assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
            assert_int_equal(rig.writes, 0);
            rig_reply(&rig, true, rows[i].value);
            if (strcmp(rows[i].value, "yes") == 0) {
                rig_ok(&rig);
            }
        }
        assert_int_equal(rig_state(&rig), rows[i].end);
        assert_non_null(strstr(rig_why(&rig), rows[i].why));
        assert_null(strstr(strbuf_text(&rig.log), "REPLICATE")); // never again
        assert_int_equal(rig.journal_lines, rig.writes + 1);
        assert_int_equal(runner_move(rig.r)->serial, 42);
        assert_false(rig_unfinished(&rig, NULL));
        rig_done(&rig);
    }
}

static void a_resumed_move_can_be_left_again(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    JournalEntry entry = {.state = MOVE_REPLICATE, .fence = FENCE_SET, .spec = rig.w.spec};
    fixture_lose(rig.w.f, rig.w.replica);
    rig_resume(&rig, &entry);
    rig_look_every(&rig, 1000, 30000);
    assert_int_equal(rig_state(&rig), MOVE_ASK);
    rig_stop(&rig);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_int_equal(rig.journal_lines, 0); // the old line still stands for it
    rig_done(&rig);
}

TESTS(move_resume, cmocka_unit_test(a_move_is_taken_up_from_each_line),
      cmocka_unit_test(a_resumed_move_can_be_left_again))
