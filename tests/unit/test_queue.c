// Several moves one after the other: what is next, and what becomes of the rest.
#include "rehome/action/queue.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static MoveSpec move_to(int n)
{
    MoveSpec spec = {.origin = ORIGIN_MANUAL};
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), ":%d", n);
    snprintf(spec.target_addr, sizeof(spec.target_addr), ":7000");
    return spec;
}

static Queue queue_of(size_t n, QueueKind kind)
{
    MoveSpec specs[QUEUE_MAX];
    Queue q = {.n = 0};
    Error err = {0};
    for (size_t i = 0; i < n; i++) {
        specs[i] = move_to((int)i + 1);
    }
    assert_true(queue_start(&q, specs, n, kind, &err));
    return q;
}

static void is_next(Queue *q, const char *replica)
{
    const MoveSpec *spec = queue_begin_next(q);
    assert_non_null(spec);
    assert_string_equal(spec->replica_addr, replica);
}

static void says(const Queue *q, const char *words)
{
    char text[320];
    queue_words(q, text, sizeof(text));
    assert_string_equal(text, words);
}

static void the_next_begins_when_the_one_before_is_done(void **state)
{
    (void)state;
    Queue q = queue_of(2, QUEUE_STOPS);
    assert_int_equal(queue_place(&q), 1);
    is_next(&q, ":1");
    assert_null(queue_begin_next(&q));
    assert_int_equal(queue_place(&q), 1);
    queue_end_one(&q, QUEUED_DONE, "");
    assert_true(queue_is_on(&q));
    is_next(&q, ":2");
    assert_int_equal(queue_place(&q), 2);
    queue_end_one(&q, QUEUED_DONE, "");
    assert_false(queue_is_on(&q));
    assert_null(queue_begin_next(&q));
    says(&q, "all 2 moves are done");
    queue_done(&q);
}

static void what_is_refused_or_fails_stops_the_rest(void **state)
{
    (void)state;
    static const QueuedState ends[] = {QUEUED_REFUSED, QUEUED_FAILED};
    for (size_t i = 0; i < 2; i++) {
        Queue q = queue_of(4, QUEUE_STOPS);
        is_next(&q, ":1");
        queue_end_one(&q, QUEUED_DONE, "");
        is_next(&q, ":2");
        queue_end_one(&q, ends[i], "no room");
        assert_false(queue_is_on(&q));
        assert_null(queue_begin_next(&q));
        says(&q, i == 0 ? "1 of 4 moves done, 1 refused (:2 to :7000: no room), 2 not begun"
                        : "1 of 4 moves done, 1 failed (:2 to :7000: no room), 2 not begun");
        queue_done(&q);
    }
}

static void a_queue_that_goes_on_passes_over_it(void **state)
{
    (void)state;
    Queue q = queue_of(3, QUEUE_GOES_ON);
    is_next(&q, ":1");
    queue_end_one(&q, QUEUED_REFUSED, "no room");
    is_next(&q, ":2");
    queue_end_one(&q, QUEUED_REFUSED, "no room either");
    is_next(&q, ":3");
    queue_end_one(&q, QUEUED_DONE, "");
    assert_false(queue_is_on(&q));
    says(&q, "1 of 3 moves done, 2 refused (:1 to :7000: no room; and others)");
    queue_done(&q);
}

static void dropping_leaves_the_one_that_moves(void **state)
{
    (void)state;
    Queue q = queue_of(3, QUEUE_STOPS);
    is_next(&q, ":1");
    queue_drop(&q, "");
    assert_true(queue_is_on(&q));
    assert_null(queue_begin_next(&q));
    queue_end_one(&q, QUEUED_DONE, "");
    assert_false(queue_is_on(&q));
    says(&q, "1 of 3 moves done, 2 not begun");
    queue_done(&q);
}

static void one_queue_at_a_time_and_none_without_end(void **state)
{
    (void)state;
    Error err = {0};
    Queue q = queue_of(1, QUEUE_STOPS);
    MoveSpec specs[QUEUE_MAX + 1] = {move_to(9)};
    assert_false(queue_start(&q, specs, 1, QUEUE_STOPS, &err));
    assert_non_null(strstr(err.text, "under way"));
    is_next(&q, ":1");
    queue_end_one(&q, QUEUED_DONE, "");
    says(&q, "the move is done");
    assert_false(queue_start(&q, specs, 0, QUEUE_STOPS, &err));
    assert_false(queue_start(&q, specs, QUEUE_MAX + 1, QUEUE_STOPS, &err));
    assert_true(queue_start(&q, specs, 1, QUEUE_STOPS, &err)); // the next one
    is_next(&q, ":9");
    queue_done(&q);
}

static void an_end_without_a_move_is_nothing(void **state)
{
    (void)state;
    Queue q = {.n = 0};
    queue_end_one(&q, QUEUED_FAILED, "x");
    queue_drop(&q, "");
    assert_false(queue_is_on(&q));
    assert_int_equal(queue_place(&q), 0);
    queue_done(&q);
}

TESTS(queue, cmocka_unit_test(the_next_begins_when_the_one_before_is_done),
      cmocka_unit_test(what_is_refused_or_fails_stops_the_rest),
      cmocka_unit_test(a_queue_that_goes_on_passes_over_it),
      cmocka_unit_test(dropping_leaves_the_one_that_moves),
      cmocka_unit_test(one_queue_at_a_time_and_none_without_end),
      cmocka_unit_test(an_end_without_a_move_is_nothing))
