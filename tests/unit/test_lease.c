// The lease between two instances: who may write when.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "lease_world.h"

static void one_has_it_and_the_other_says_who(void **state)
{
    LeaseWorld *w = *state;
    assert_memory_equal(w->value, "rehome ash 100 ", 15);
    assert_string_equal(lease_holder(w->lease[ASH], w->now_ms), "ours");
    assert_string_equal(lease_holder(w->lease[BIRCH], w->now_ms), "ash:100");
    assert_lease_says(w, BIRCH, "lease held by ash pid 100 for 15s");
    char other[64];
    lease_other(w->lease[BIRCH], w->now_ms, other, sizeof(other));
    assert_string_equal(other, "rehome at ash:100");
    lease_other(w->lease[ASH], w->now_ms, other, sizeof(other));
    assert_string_equal(other, "");
    assert_int_equal(w->taken, 1);
    w->n_news = 0;
    lease_pass(w, 60000);
    assert_int_equal(w->n_news, 0); // nothing new
    assert_lease_says(w, BIRCH, "for 1m15s");
}

static void whoever_takes_it_counts_a_whole_ttl_later(void **state)
{
    LeaseWorld *w = *state;
    lease_want_all(w);
    lease_run(w, ASH);
    assert_int_equal(world_state(w, ASH), LEASE_SETTLING);
    assert_lease_says(w, ASH, "counts in 10s");
    lease_pass(w, LEASE_TEST_TTL_MS - 100);
    assert_false(world_may_write(w, ASH));
    lease_pass(w, 100);
    assert_true(world_may_write(w, ASH));
    assert_string_equal(w->news, "we hold the lease rehome:lease");
}

static void after_its_holder_was_killed_the_other_has_it_with_the_expiry(void **state)
{
    LeaseWorld *w = *state;
    int64_t ends_ms = w->ends_ms;
    lease_pass_one(w, BIRCH, ends_ms - w->now_ms - 100);
    assert_int_equal(w->taken, 1);
    lease_pass_one(w, BIRCH, 400);
    assert_int_equal(w->taken, 2);
    assert_true(world_may_write(w, BIRCH));
}

// A third may have had it since, and may still believe in it.
static void who_comes_late_for_what_ran_out_waits_a_whole_ttl(void **state)
{
    LeaseWorld *w = *state;
    lease_pass_one(w, BIRCH, w->ends_ms - w->now_ms - 100);
    w->now_ms = w->ends_ms + 600; // stopped
    lease_pass_one(w, BIRCH, 100);
    assert_int_equal(w->taken, 2);
    assert_int_equal(world_state(w, BIRCH), LEASE_SETTLING);
}

static void who_was_too_slow_does_not_go_by_the_end_before(void **state)
{
    LeaseWorld *w = *state;
    lease_pass_one(w, BIRCH, w->ends_ms - w->now_ms - 100);
    w->now_ms = w->ends_ms + 10;
    LeaseCommand c;
    while (lease_step(w->lease[BIRCH], w->now_ms, &c)) { // the key is free, and then another's
        const char *answer = strcmp(c.argv[0], "EVAL") == 0 ? "0" : "";
        lease_reply(w->lease[BIRCH], true, answer, w->now_ms);
    }
    lease_pass_one(w, BIRCH, 1000); // and is gone again
    assert_int_equal(w->taken, 2);
    assert_int_equal(world_state(w, BIRCH), LEASE_SETTLING);
}

static void a_key_that_vanished_before_its_time_counts_only_a_ttl_later(void **state)
{
    LeaseWorld *w = *state;
    w->value[0] = '\0'; // DEL, FLUSHALL, eviction
    lease_pass_one(w, BIRCH, 1200);
    assert_int_equal(world_state(w, BIRCH), LEASE_SETTLING);
    assert_true(world_may_write(w, ASH)); // it cannot know
    lease_pass(w, 4000);
    assert_int_equal(world_state(w, ASH), LEASE_OTHERS);
    lease_pass(w, 6000);
    assert_true(world_may_write(w, BIRCH));
}

static void it_is_good_from_the_sending_and_not_from_the_answer(void **state)
{
    LeaseWorld *w = *state;
    LeaseCommand c = next_of_ash(w);
    assert_string_equal(c.argv[0], "EVAL");
    int64_t sent_ms = w->now_ms;
    w->now_ms += 1900;
    lease_reply(w->lease[ASH], true, "1", w->now_ms);
    assert_true(lease_may_write(w->lease[ASH], sent_ms + 7999));
    assert_false(lease_may_write(w->lease[ASH], sent_ms + 8000));
}

static void an_answer_that_comes_after_the_end_holds_nothing(void **state)
{
    LeaseWorld *w = *state;
    next_of_ash(w);
    w->now_ms += 9000; // stopped
    lease_reply(w->lease[ASH], true, "1", w->now_ms);
    assert_false(world_may_write(w, ASH));
    lease_run(w, ASH); // it is asked anew, and begins anew
    assert_int_equal(world_state(w, ASH), LEASE_SETTLING);
}

static void who_was_stopped_for_a_ttl_has_lost_it_before_anything_else(void **state)
{
    LeaseWorld *w = *state;
    lease_pass_one(w, BIRCH, 20000);
    assert_true(world_may_write(w, BIRCH));
    assert_false(world_may_write(w, ASH)); // not a function of its was called in between
    w->n_news = 0;
    lease_run(w, ASH);
    assert_false(world_may_write(w, ASH));
    assert_int_equal(w->n_news, 1);
    assert_int_equal(w->level, LEVEL_WARNING);
    assert_string_equal(w->news, "lease lost: lease held by birch pid 101 for 11s");
}

static void it_is_extended_every_third_of_the_ttl(void **state)
{
    LeaseWorld *w = *state;
    lease_want(w->lease[BIRCH], false, w->now_ms);
    int asked = 0;
    for (int i = 0; i < 300; i++) {
        int before = w->asked;
        lease_pass_one(w, ASH, 100);
        asked += w->asked - before;
        assert_true(world_may_write(w, ASH));
    }
    assert_in_range(asked, 8, 9);
}

static void it_is_given_back_when_not_wanted(void **state)
{
    LeaseWorld *w = *state;
    lease_want(w->lease[ASH], false, w->now_ms);
    assert_false(world_may_write(w, ASH));
    lease_run(w, ASH);
    assert_memory_equal(w->last[ASH], "EVAL", 4);
    assert_string_equal(w->value, "");
    assert_string_equal(w->news, "nobody holds the lease");
    lease_pass(w, 12000);
    assert_true(world_may_write(w, BIRCH));
    assert_lease_says(w, ASH, "lease held by birch pid 101");
}

static void giving_back_takes_nothing_from_another(void **state)
{
    LeaseWorld *w = *state;
    snprintf(w->value, sizeof(w->value), "another");
    lease_want(w->lease[ASH], false, w->now_ms);
    lease_run(w, ASH);
    assert_string_equal(w->value, "another");
}

static void who_does_not_want_it_only_looks(void **state)
{
    LeaseWorld *w = *state;
    lease_pass(w, 5000);
    assert_string_equal(w->value, "");
    assert_int_equal(world_state(w, ASH), LEASE_FREE);
    assert_string_equal(w->news, "nobody holds the lease");
    lease_want(w->lease[ASH], true, w->now_ms);
    lease_pass(w, 2000);
    assert_lease_says(w, BIRCH, "lease held by ash");
}

static void clocks_that_differ_make_no_negative_age(void **state)
{
    LeaseWorld *w = *state;
    w->skew_ms[BIRCH] = -3600000;
    lease_want_all(w);
    lease_look(w, BIRCH);
    lease_run(w, ASH);
    lease_pass(w, 3000);
    assert_in_range(lease_age_ms(w->lease[BIRCH], w->now_ms), 0, 3000);
}

TESTS(lease, GIVEN(one_has_it_and_the_other_says_who),
      FRESH(whoever_takes_it_counts_a_whole_ttl_later),
      GIVEN(after_its_holder_was_killed_the_other_has_it_with_the_expiry),
      GIVEN(who_comes_late_for_what_ran_out_waits_a_whole_ttl),
      GIVEN(who_was_too_slow_does_not_go_by_the_end_before),
      GIVEN(a_key_that_vanished_before_its_time_counts_only_a_ttl_later),
      GIVEN(it_is_good_from_the_sending_and_not_from_the_answer),
      GIVEN(an_answer_that_comes_after_the_end_holds_nothing),
      GIVEN(who_was_stopped_for_a_ttl_has_lost_it_before_anything_else),
      GIVEN(it_is_extended_every_third_of_the_ttl), GIVEN(it_is_given_back_when_not_wanted),
      GIVEN(giving_back_takes_nothing_from_another), FRESH(who_does_not_want_it_only_looks),
      FRESH(clocks_that_differ_make_no_negative_age))
