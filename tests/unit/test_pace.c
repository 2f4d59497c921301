// How often the screen is painted, on a clock of the test's.
#include "unit.h"

#include "rehome/ui/pace.h"

typedef struct {
    Pace pace;
    bool in_motion;
    int frames;
} Screen;

// The loop of the dashboard, asked every 10 ms.
static void pass(Screen *s, int64_t from_ms, int64_t to_ms, int64_t second_ms)
{
    for (int64_t now = from_ms; now < to_ms; now += 10) {
        if (second_ms > 0 && now % second_ms == 0) {
            pace_want(&s->pace, FRAME_CLOCK);
        }
        int64_t due = pace_due_ms(&s->pace, s->in_motion);
        if (due != 0 && now >= due) {
            pace_drawn(&s->pace, now);
            s->frames++;
        }
    }
}

static void nothing_is_painted_when_nothing_happens(void **state)
{
    (void)state;
    Screen s = {0};
    pass(&s, 1000, 60000, 0);
    assert_int_equal(s.frames, 0);
}

static void whatever_happens_there_are_at_most_thirty_frames_a_second(void **state)
{
    (void)state;
    Screen s = {0};
    for (int64_t now = 1000; now < 11000; now += 10) {
        pace_want(&s.pace, FRAME_NEWS);
        pass(&s, now, now + 10, 0);
    }
    assert_in_range(s.frames, 200, 300);
}

static void a_slow_line_gets_a_fifth_of_the_clocks(void **state)
{
    (void)state;
    Screen fast = {0};
    Screen slow = {.pace.is_slow = true};
    pass(&fast, 10000, 70000, 1000);
    pass(&slow, 10000, 70000, 1000);
    assert_int_equal(fast.frames, 60);
    assert_int_equal(slow.frames, 12);
}

static void a_slow_line_gets_a_countdown_and_a_move_each_second(void **state)
{
    (void)state;
    Screen s = {.pace.is_slow = true, .in_motion = true};
    pass(&s, 10000, 20000, 200);
    assert_int_equal(s.frames, 10);
}

static void news_reach_a_slow_line_within_half_a_second(void **state)
{
    (void)state;
    Screen s = {.pace = {.is_slow = true, .drawn_ms = 10000}};
    pace_want(&s.pace, FRAME_NEWS);
    pace_want(&s.pace, FRAME_CLOCK); // what is less urgent puts nothing off
    assert_int_equal(pace_due_ms(&s.pace, false), 10500);
    pace_drawn(&s.pace, 10500);
    for (int64_t now = 10510; now < 20500; now += 10) { // many at once are one frame
        pace_want(&s.pace, FRAME_NEWS);
        pass(&s, now, now + 10, 0);
    }
    assert_in_range(s.frames, 19, 20);
}

static void a_key_is_answered_at_once_on_any_line(void **state)
{
    (void)state;
    Screen s = {.pace = {.is_slow = true, .drawn_ms = 10000}};
    pace_want(&s.pace, FRAME_NOW);
    assert_in_range(pace_due_ms(&s.pace, false), 10000, 10050);
}

TESTS(pace, cmocka_unit_test(nothing_is_painted_when_nothing_happens),
      cmocka_unit_test(whatever_happens_there_are_at_most_thirty_frames_a_second),
      cmocka_unit_test(a_slow_line_gets_a_fifth_of_the_clocks),
      cmocka_unit_test(a_slow_line_gets_a_countdown_and_a_move_each_second),
      cmocka_unit_test(news_reach_a_slow_line_within_half_a_second),
      cmocka_unit_test(a_key_is_answered_at_once_on_any_line))
