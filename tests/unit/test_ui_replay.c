// A tape in the dashboard: its line, its keys, and that nothing on it can be changed.
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "rehome/base/mem.h"
#include "screen.h"

enum { MINUTE_MS = 60000 };

static const ReplayMark marks[] = {
    {1000, LEVEL_INFO},
    {600000, LEVEL_WARNING},
    {601000, LEVEL_CRITICAL},
    {660000, LEVEL_GOOD},
};

static const SceneReplay replay = {
    .speed = "4x",
    .begin_ms = 1000,
    .end_ms = 20 * MINUTE_MS,
    .round = 12,
    .rounds = 1200,
    .marks = marks,
    .n_marks = ARRAY_LEN(marks),
};

static Stage *on_tape(Stage *st)
{
    st->scene.replay = &replay;
    st->scene.read_only = true;
    return st;
}

static Desk *desk_on_tape(void)
{
    Desk *d = desk_new(on_tape(orphaned()), CONFIRM_COUNTDOWN);
    screen(d);
    return d;
}

static void the_line_of_a_tape_shows_where_we_are_and_what_happened_where(void **state)
{
    (void)state;
    Stage *st = on_tape(stage_orphaned());
    screen_at_three_sizes("replay", st, "");
    screen_at("replay-small", st, "", 50, 10);
    screen_at("replay-events", st, "4", 80, 24);
    stage_free(st);
}

static void every_key_of_a_tape_asks_for_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        Action action;
    } cases[] = {
        {"Space", ACT_PLAY},   {"]", ACT_NEXT_EVENT}, {"[", ACT_PREVIOUS_EVENT},
        {".", ACT_STEP},       {",", ACT_STEP_BACK},  {">", ACT_FASTER},
        {"<", ACT_SLOWER},     {")", ACT_MINUTE_ON},  {"(", ACT_MINUTE_BACK},
        {"^", ACT_TAPE_BEGIN}, {"$", ACT_TAPE_END},
    };
    static const char *const places[] = {"1", "2", "3", "4", "5", "Enter"};
    Desk *d = desk_on_tape();
    for (size_t p = 0; p < ARRAY_LEN(places); p++) {
        key(d, places[p]);
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            Request r = key(d, cases[i].key);
            assert_int_equal(r.kind, REQUEST_REPLAY);
            assert_int_equal(r.action, cases[i].action);
        }
    }
    desk_free(d);
}

static Request type(Desk *d, const char *keys)
{
    Request r = {0};
    StrView rest = sv(keys);
    StrView one;
    while (sv_next(&rest, ' ', &one)) {
        char name[KEY_NAME_SIZE];
        snprintf(name, sizeof(name), "%.*s", (int)one.n, one.at);
        r = key(d, name);
    }
    return r;
}

// The desk's clock: now_ms 0 is 22:13:20 by the wall.
static void a_time_of_day_is_found_on_a_tape(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    Desk *d = desk_on_tape();
    Request r = type(d, ": s e e k Space 2 2 : 2 0 Enter");
    assert_int_equal(r.kind, REQUEST_SEEK);
    assert_int_equal(r.at_ms, 400000);
    r = type(d, ": s e e k Space 2 2 : 2 0 : 3 0 Enter");
    assert_int_equal(r.at_ms, 430000);
    r = type(d, ": s e e k Space 2 2 : 1 3 Enter"); // the minute it begins in
    assert_int_equal(r.kind, REQUEST_SEEK);
    assert_int_equal(type(d, ": s e e k Space 0 3 : 1 2 Enter").kind, REQUEST_NONE);
    assert_true(shows(d, "it goes from 22:13:21 to 22:33:20"));
    type(d, "Esc");
    assert_int_equal(type(d, ": s e e k Space 2 5 : 0 0 Enter").kind, REQUEST_NONE);
    assert_true(shows(d, "not '25:00'"));
    desk_free(d);
}

static void where_text_is_typed_they_are_letters(void **state)
{
    (void)state;
    Desk *d = desk_on_tape();
    key(d, "/");
    assert_int_equal(key(d, ".").kind, REQUEST_NONE);
    assert_int_equal(key(d, "$").kind, REQUEST_NONE);
    desk_free(d);
}

static void without_a_tape_they_are_what_they_were(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    screen(d);
    assert_int_equal(key(d, "Space").kind, REQUEST_NONE); // marks
    assert_int_equal(key(d, "]").kind, REQUEST_NONE);
    assert_false(shows(d, "next event"));
    desk_free(d);
}

static void nothing_on_a_tape_can_be_changed_and_that_is_said(void **state)
{
    (void)state;
    static const char *const keys[] = {"m", "M", "H", "u", "X", "b", "a", "p", "d", "r"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        Desk *d = desk_on_tape();
        assert_int_equal(key(d, keys[i]).kind, REQUEST_NONE);
        assert_false(is_open(d));
        if (!shows(d, "this is a tape")) {
            fail_msg("nothing is said about %s", keys[i]);
        }
        desk_free(d);
    }
}

static void what_is_recorded_of_a_move_holds_nobody_back_from_leaving(void **state)
{
    (void)state;
    Stage *st = on_tape(stage_moving());
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    screen(d);
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT);
    desk_free(d);
}

TESTS(ui_replay, cmocka_unit_test(the_line_of_a_tape_shows_where_we_are_and_what_happened_where),
      cmocka_unit_test(every_key_of_a_tape_asks_for_what_it_says),
      cmocka_unit_test(a_time_of_day_is_found_on_a_tape),
      cmocka_unit_test(where_text_is_typed_they_are_letters),
      cmocka_unit_test(without_a_tape_they_are_what_they_were),
      cmocka_unit_test(nothing_on_a_tape_can_be_changed_and_that_is_said),
      cmocka_unit_test(what_is_recorded_of_a_move_holds_nobody_back_from_leaving))
