// The lease between two instances: who may write when.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "lease_world.h"
#include "rehome/base/mem.h"

enum { ASH, BIRCH };

static LeaseState state_of(const LeaseWorld *w, int i)
{
    return lease_state(w->lease[i], w->now_ms);
}

static bool may_write(const LeaseWorld *w, int i)
{
    return lease_may_write(w->lease[i], w->now_ms);
}

static const char *words_of(const LeaseWorld *w, int i)
{
    static char words[256];
    lease_words(w->lease[i], w->now_ms, words, sizeof(words));
    return words;
}

static void assert_says(const LeaseWorld *w, int i, const char *text)
{
    if (strstr(words_of(w, i), text) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", words_of(w, i), text);
    }
}

// Ash has had it for long enough to count, and birch knows.
static void give_to_ash(LeaseWorld *w)
{
    lease_world_init(w);
    lease_want_all(w);
    lease_run(w, ASH);
    lease_pass(w, 15000);
    assert_true(may_write(w, ASH));
    assert_int_equal(state_of(w, BIRCH), LEASE_OTHERS);
}

static void one_has_it_and_the_other_says_who(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    assert_memory_equal(w.value, "rehome ash 100 ", 15);
    assert_string_equal(lease_holder(w.lease[ASH], w.now_ms), "ours");
    assert_string_equal(lease_holder(w.lease[BIRCH], w.now_ms), "ash:100");
    assert_says(&w, BIRCH, "lease held by ash pid 100 for 15s");
    assert_int_equal(w.taken, 1);
    w.n_news = 0;
    lease_pass(&w, 60000);
    assert_int_equal(w.n_news, 0); // nothing new
    assert_says(&w, BIRCH, "for 1m15s");
    lease_world_done(&w);
}

static void whoever_takes_it_counts_a_whole_ttl_later(void **state)
{
    (void)state;
    LeaseWorld w;
    lease_world_init(&w);
    lease_want_all(&w);
    lease_run(&w, ASH);
    assert_int_equal(state_of(&w, ASH), LEASE_SETTLING);
    assert_says(&w, ASH, "counts in 10s");
    lease_pass(&w, LEASE_TEST_TTL_MS - 100);
    assert_false(may_write(&w, ASH));
    lease_pass(&w, 100);
    assert_true(may_write(&w, ASH));
    assert_string_equal(w.news, "we hold the lease rehome:lease");
    lease_world_done(&w);
}

static void after_its_holder_was_killed_the_other_has_it_with_the_expiry(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    int64_t ends_ms = w.ends_ms;
    lease_pass_one(&w, BIRCH, ends_ms - w.now_ms - 100);
    assert_int_equal(w.taken, 1);
    lease_pass_one(&w, BIRCH, 400);
    assert_int_equal(w.taken, 2);
    assert_true(may_write(&w, BIRCH));
    lease_world_done(&w);
}

static void a_key_that_vanished_before_its_time_counts_only_a_ttl_later(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    w.value[0] = '\0'; // DEL, FLUSHALL, eviction
    lease_pass_one(&w, BIRCH, 1200);
    assert_int_equal(state_of(&w, BIRCH), LEASE_SETTLING);
    assert_true(may_write(&w, ASH)); // it cannot know
    lease_pass(&w, 4000);
    assert_int_equal(state_of(&w, ASH), LEASE_OTHERS);
    lease_pass(&w, 6000);
    assert_true(may_write(&w, BIRCH));
    lease_world_done(&w);
}

static void it_is_good_from_the_sending_and_not_from_the_answer(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    LeaseCommand c;
    while (!lease_step(w.lease[ASH], w.now_ms, &c)) {
        w.now_ms += 10;
    }
    assert_string_equal(c.argv[0], "EVAL");
    int64_t sent_ms = w.now_ms;
    w.now_ms += 1900;
    lease_reply(w.lease[ASH], true, "1", w.now_ms);
    assert_true(lease_may_write(w.lease[ASH], sent_ms + 7999));
    assert_false(lease_may_write(w.lease[ASH], sent_ms + 8000));
    lease_world_done(&w);
}

static void an_answer_that_comes_after_the_end_holds_nothing(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    LeaseCommand c;
    while (!lease_step(w.lease[ASH], w.now_ms, &c)) {
        w.now_ms += 10;
    }
    w.now_ms += 9000; // stopped
    lease_reply(w.lease[ASH], true, "1", w.now_ms);
    assert_false(may_write(&w, ASH));
    lease_run(&w, ASH); // it is asked anew, and begins anew
    assert_int_equal(state_of(&w, ASH), LEASE_SETTLING);
    lease_world_done(&w);
}

static void who_was_stopped_for_a_ttl_has_lost_it_before_anything_else(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    lease_pass_one(&w, BIRCH, 20000);
    assert_true(may_write(&w, BIRCH));
    assert_false(may_write(&w, ASH)); // not a function of its was called in between
    w.n_news = 0;
    lease_run(&w, ASH);
    assert_false(may_write(&w, ASH));
    assert_int_equal(w.n_news, 1);
    assert_int_equal(w.level, LEVEL_WARNING);
    assert_string_equal(w.news, "lease lost: lease held by birch pid 101 for 11s");
    lease_world_done(&w);
}

static void it_is_extended_every_third_of_the_ttl(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    lease_want(w.lease[BIRCH], false, w.now_ms);
    int asked = 0;
    for (int i = 0; i < 300; i++) {
        int before = w.asked;
        lease_pass_one(&w, ASH, 100);
        asked += w.asked - before;
        assert_true(may_write(&w, ASH));
    }
    assert_in_range(asked, 8, 9);
    lease_world_done(&w);
}

static void without_answers_it_runs_out_and_the_other_takes_it(void **state)
{
    (void)state;
    static const int ways[] = {0, 1};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        LeaseWorld w;
        give_to_ash(&w);
        w.lost[ASH] = ways[i] == 0;
        w.unsent[ASH] = ways[i] == 1;
        lease_pass_one(&w, ASH, 9000);
        assert_false(may_write(&w, ASH));
        assert_memory_equal(w.news, "lease lost: ", 12);
        assert_int_equal(w.level, LEVEL_WARNING);
        lease_pass(&w, 4000);
        assert_true(may_write(&w, BIRCH));
        w.lost[ASH] = w.unsent[ASH] = false;
        lease_pass(&w, 1000);
        assert_int_equal(state_of(&w, ASH), LEASE_OTHERS);
        lease_world_done(&w);
    }
}

static void a_taking_whose_answer_was_lost_is_found_out_by_looking(void **state)
{
    (void)state;
    LeaseWorld w;
    lease_world_init(&w);
    lease_want(w.lease[ASH], true, w.now_ms);
    lease_run(&w, ASH); // proves EVAL and takes it
    lease_want(w.lease[ASH], false, w.now_ms);
    lease_run(&w, ASH);
    assert_string_equal(w.value, "");
    lease_want(w.lease[ASH], true, w.now_ms);
    while (w.taken < 2) {
        w.deaf[ASH] = strncmp(w.last[ASH], "GETRANGE", 8) == 0; // the next one is the SET
        w.now_ms += 10;
        LeaseCommand c;
        if (lease_step(w.lease[ASH], w.now_ms, &c)) {
            bool ok;
            char reply[300];
            lease_serve(&w, &c, &ok, reply, sizeof(reply));
            if (strcmp(c.argv[0], "SET") == 0) {
                lease_late(w.lease[ASH], w.now_ms + 2000);
            } else {
                lease_reply(w.lease[ASH], ok, reply, w.now_ms);
            }
        }
    }
    w.deaf[ASH] = false;
    w.now_ms += 2000;
    assert_int_equal(state_of(&w, ASH), LEASE_UNKNOWN);
    lease_run(&w, ASH);
    assert_int_equal(state_of(&w, ASH), LEASE_UNKNOWN); // a pause first
    w.now_ms += 500;
    lease_look(&w, ASH);
    lease_run(&w, ASH);
    assert_memory_equal(w.last[ASH], "EVAL", 4); // never the SET again
    assert_int_equal(state_of(&w, ASH), LEASE_SETTLING);
    assert_int_equal(w.taken, 2);
    lease_world_done(&w);
}

static void what_is_not_ours_is_never_written(void **state)
{
    (void)state;
    static const char *const values[] = {
        "rehome birch 101 1700000000000 0000000000000009", // an earlier process
        "x",
        "\x1b]0;title\x07\n rehome",
        "rehome  1 2 3",
        "rehome \x1b[1m 1 2 3",
        "rehome ash -5 2 3",
        "rehome ash 5 99999999999999999999 3",
        "rehome ash 100",
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        LeaseWorld w;
        lease_world_init(&w);
        snprintf(w.value, sizeof(w.value), "%s", values[i]);
        lease_want_all(&w);
        lease_pass(&w, 30000);
        assert_string_equal(w.value, values[i]);
        assert_int_equal(w.taken, 0);
        assert_int_equal(state_of(&w, BIRCH), LEASE_OTHERS);
        assert_null(strchr(words_of(&w, BIRCH), '\x1b'));
        assert_null(strchr(lease_holder(w.lease[ASH], w.now_ms), '\x1b'));
        assert_says(&w, BIRCH, "never expires: DEL it");
        lease_world_done(&w);
    }
}

static void a_foreign_word_in_the_key_is_told_as_it_stands(void **state)
{
    (void)state;
    LeaseWorld w;
    lease_world_init(&w);
    memset(w.value, 'a', sizeof(w.value) - 1);
    w.ends_ms = w.now_ms + 60000;
    lease_want_all(&w);
    lease_pass(&w, 1000);
    assert_says(&w, ASH, "lease held by whoever wrote \"aaaa");
    assert_int_equal(lease_age_ms(w.lease[ASH], w.now_ms), -1);
    lease_pass(&w, 60000);
    assert_int_equal(w.taken, 1); // it expired
    lease_world_done(&w);
}

static void an_empty_value_is_told_too(void **state)
{
    (void)state;
    LeaseWorld w;
    lease_world_init(&w);
    LeaseCommand c;
    lease_want(w.lease[ASH], true, w.now_ms);
    for (int i = 0; i < 20; i++) {
        w.now_ms += 500;
        while (lease_step(w.lease[ASH], w.now_ms, &c)) {
            const char *reply = strcmp(c.argv[0], "EVAL") == 0 ? "0" : "";
            lease_reply(w.lease[ASH], true, reply, w.now_ms);
        }
    }
    assert_says(&w, ASH, "with nothing in it");
    lease_world_done(&w);
}

static void whoever_may_not_extend_does_not_take(void **state)
{
    (void)state;
    LeaseWorld w;
    lease_world_init(&w);
    w.no_eval = true;
    lease_want_all(&w);
    lease_pass(&w, 60000);
    assert_int_equal(w.taken, 0);
    assert_says(&w, ASH, "127.0.99.170:7001 knows no EVAL");
    int asked = w.asked;
    lease_pass(&w, 15000);
    assert_in_range(w.asked - asked, 2,
                    8); // what only a person can change is not asked all the time
    lease_world_done(&w);
}

typedef struct {
    const char *error;
    const char *words;
} Trouble;

static void an_error_is_no_lease_and_says_what_to_do(void **state)
{
    (void)state;
    static const Trouble troubles[] = {
        {"NOPERM this user has no permissions", "grant it ~rehome:lease +getrange"},
        {"WRONGTYPE Operation against a key", "holds no string: choose another"},
        {"MOVED 1547 127.0.0.1:7003", "has just moved"},
        {"ASK 1547 127.0.0.1:7003", "is being moved"},
        {"CLUSTERDOWN Hash slot not served", "the cluster is down"},
        {"LOADING Redis is loading", "is loading its dataset: wait"},
        {"READONLY You can't write", "has become a replica"},
        {"OOM command not allowed", "raise its maxmemory"},
        {"MISCONF Redis is configured", "cannot save"},
        {"NOREPLICAS Not enough", "min-replicas-to-write"},
        {"BUSY Redis is busy", "SCRIPT KILL"},
        {"ERR something \x1b[2J else", "says: ERR something ?[2J else"},
        {"", "says: "},
    };
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
        LeaseWorld w;
        give_to_ash(&w);
        w.error = troubles[i].error;
        lease_pass(&w, 10000);
        for (int k = 0; k < LEASES; k++) {
            assert_int_equal(state_of(&w, k), LEASE_UNKNOWN);
            assert_false(may_write(&w, k));
            assert_says(&w, k, troubles[i].words);
        }
        w.error = NULL;
        lease_pass(&w, 30000);
        assert_true(may_write(&w, ASH) || may_write(&w, BIRCH));
        lease_world_done(&w);
    }
}

static void promote_owner(LeaseWorld *w, bool keeps_key)
{
    int heir = fixture_port(w->f, 7008);
    fixture_fail(w->f, w->owner);
    fixture_promote(w->f, heir);
    w->owner = heir;
    if (!keeps_key) {
        w->value[0] = '\0';
        w->ends_ms = 0;
    }
}

static void after_a_failover_its_holder_asks_anew_and_waits_a_ttl(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    promote_owner(&w, true);
    assert_true(may_write(&w, ASH));
    lease_look(&w, ASH);
    assert_false(may_write(&w, ASH));
    lease_run(&w, ASH);
    assert_int_equal(state_of(&w, ASH), LEASE_SETTLING);
    lease_pass(&w, LEASE_TEST_TTL_MS - 200);
    assert_false(may_write(&w, ASH));
    lease_pass(&w, 300);
    assert_true(may_write(&w, ASH));
    assert_int_equal(w.taken, 1);
    lease_world_done(&w);
}

static void after_a_failover_that_lost_it_nobody_counts_for_a_ttl(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    promote_owner(&w, false);
    lease_pass_one(&w, BIRCH, 200); // birch is quicker
    assert_int_equal(state_of(&w, BIRCH), LEASE_SETTLING);
    lease_pass(&w, LEASE_TEST_TTL_MS - 400);
    assert_false(may_write(&w, BIRCH));
    assert_false(may_write(&w, ASH));
    lease_pass(&w, 600);
    assert_true(may_write(&w, BIRCH));
    lease_world_done(&w);
}

// Ash has had it at the old owner since, which never told the new one.
static void what_runs_out_right_after_a_failover_may_be_an_older_one(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    promote_owner(&w, false);
    snprintf(w.value, sizeof(w.value), "rehome cedar 102 1700000000000 1");
    w.ends_ms = w.now_ms + 1500;
    lease_pass_one(&w, BIRCH, 3000);
    assert_int_equal(w.taken, 2);
    assert_int_equal(state_of(&w, BIRCH), LEASE_SETTLING);
    assert_true(may_write(&w, ASH)); // it sees the old owner only
    lease_pass_one(&w, BIRCH, LEASE_TEST_TTL_MS - 2000);
    assert_true(may_write(&w, BIRCH));
    lease_world_done(&w);
}

static void a_server_begun_anew_counts_as_another(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    snprintf(fixture_node(w.f, w.owner)->run_id, 41, "%040d", 1);
    lease_look(&w, ASH);
    assert_false(may_write(&w, ASH));
    assert_says(&w, ASH, "is served by 127.0.99.170:7001 anew");
    lease_world_done(&w);
}

static void a_free_key_counts_only_when_a_later_round_shows_the_same_server(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    while (w.now_ms < w.ends_ms) { // ash is gone
        w.now_ms += 100;
        lease_look(&w, BIRCH);
        lease_run(&w, BIRCH);
    }
    for (int i = 0; i < 20 && w.taken < 2; i++) {
        w.now_ms += 100;
        lease_run(&w, BIRCH);
    }
    assert_int_equal(state_of(&w, BIRCH), LEASE_SETTLING);
    assert_says(&w, BIRCH, "with the next round");
    w.now_ms += 300;
    lease_look(&w, BIRCH);
    assert_true(may_write(&w, BIRCH));
    lease_world_done(&w);
}

static void an_answer_of_the_owner_before_is_void(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    LeaseCommand c;
    while (!lease_step(w.lease[ASH], w.now_ms, &c)) {
        w.now_ms += 10;
    }
    promote_owner(&w, true);
    lease_look(&w, ASH);
    lease_reply(w.lease[ASH], true, "1", w.now_ms);
    assert_int_equal(state_of(&w, ASH), LEASE_UNKNOWN);
    assert_true(lease_step(w.lease[ASH], w.now_ms, &c));
    assert_true(node_id_eq(c.node, fixture_id(w.f, w.owner)));
    lease_late(w.lease[ASH], w.now_ms);
    lease_world_done(&w);
}

static void without_an_owner_there_is_nobody_to_ask(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    fixture_fail(w.f, w.owner);
    int asked = w.asked;
    lease_pass(&w, 9000);
    assert_int_equal(w.asked, asked);
    assert_int_equal(lease_wake_ms(w.lease[ASH]), 0);
    assert_says(&w, ASH, "127.0.99.170:7001, which owns slot 1547 of the key, has failed");
    assert_says(&w, BIRCH, "has failed");
    fixture_node(w.f, w.owner)->slots[0] = '\0';
    lease_pass(&w, 200);
    assert_says(&w, ASH, "slot 1547 of the key has no owner");
    lease_world_done(&w);
}

static void it_is_given_back_when_not_wanted(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    lease_want(w.lease[ASH], false, w.now_ms);
    assert_false(may_write(&w, ASH));
    lease_run(&w, ASH);
    assert_memory_equal(w.last[ASH], "EVAL", 4);
    assert_string_equal(w.value, "");
    assert_string_equal(w.news, "nobody holds the lease");
    lease_pass(&w, 12000);
    assert_true(may_write(&w, BIRCH));
    assert_says(&w, ASH, "lease held by birch pid 101");
    lease_world_done(&w);
}

static void giving_back_takes_nothing_from_another(void **state)
{
    (void)state;
    LeaseWorld w;
    give_to_ash(&w);
    snprintf(w.value, sizeof(w.value), "another");
    lease_want(w.lease[ASH], false, w.now_ms);
    lease_run(&w, ASH);
    assert_string_equal(w.value, "another");
    lease_world_done(&w);
}

static void who_does_not_want_it_only_looks(void **state)
{
    (void)state;
    LeaseWorld w;
    lease_world_init(&w);
    lease_pass(&w, 5000);
    assert_string_equal(w.value, "");
    assert_int_equal(state_of(&w, ASH), LEASE_FREE);
    assert_string_equal(w.news, "nobody holds the lease");
    lease_want(w.lease[ASH], true, w.now_ms);
    lease_pass(&w, 2000);
    assert_says(&w, BIRCH, "lease held by ash");
    lease_world_done(&w);
}

static void clocks_that_differ_make_no_negative_age(void **state)
{
    (void)state;
    LeaseWorld w;
    lease_world_init(&w);
    w.skew_ms[BIRCH] = -3600000;
    lease_want_all(&w);
    lease_look(&w, BIRCH);
    lease_run(&w, ASH);
    lease_pass(&w, 3000);
    assert_in_range(lease_age_ms(w.lease[BIRCH], w.now_ms), 0, 3000);
    lease_world_done(&w);
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

static void restart_owner(LeaseWorld *w, uint32_t n, bool keeps_key)
{
    snprintf(fixture_node(w->f, w->owner)->run_id, 41, "%040u", n);
    if (!keeps_key) {
        w->value[0] = '\0';
        w->ends_ms = 0;
    }
}

// Whatever is lost, stopped, restarted or promoted: lease_pass() asserts that never two may write.
static void whatever_happens_never_two_may_write(void **state)
{
    (void)state;
    int held = 0;
    for (uint32_t first = 1; first <= 20; first++) {
        uint32_t seed = first;
        LeaseWorld w;
        lease_world_init(&w);
        for (int i = 0; i < (int)fixture_count(w.f); i++) { // one view is enough, and quick
            fixture_node(w.f, i)->silent = i != fixture_port(w.f, 7003);
        }
        lease_want_all(&w);
        bool promoted = false;
        for (uint32_t step = 0; step < 40; step++) {
            for (int i = 0; i < LEASES; i++) {
                w.lost[i] = draw(&seed, 6) == 0;
                w.deaf[i] = draw(&seed, 6) == 0;
                w.unsent[i] = draw(&seed, 8) == 0;
            }
            uint32_t what = draw(&seed, 30);
            if (what == 0 && !promoted) {
                promoted = true;
                promote_owner(&w, draw(&seed, 2) == 0);
            } else if (what == 1) {
                restart_owner(&w, step, draw(&seed, 2) == 0);
            }
            int64_t ms = 100 + 100 * (int64_t)draw(&seed, 40);
            if (what >= 20) {
                lease_pass_one(&w, (int)draw(&seed, LEASES), ms * 3);
            } else {
                lease_pass(&w, ms);
            }
            held += may_write(&w, ASH) || may_write(&w, BIRCH);
        }
        lease_world_done(&w);
    }
    assert_true(held > 100); // and not because nobody ever may
}

TESTS(lease, cmocka_unit_test(one_has_it_and_the_other_says_who),
      cmocka_unit_test(whoever_takes_it_counts_a_whole_ttl_later),
      cmocka_unit_test(after_its_holder_was_killed_the_other_has_it_with_the_expiry),
      cmocka_unit_test(a_key_that_vanished_before_its_time_counts_only_a_ttl_later),
      cmocka_unit_test(it_is_good_from_the_sending_and_not_from_the_answer),
      cmocka_unit_test(an_answer_that_comes_after_the_end_holds_nothing),
      cmocka_unit_test(who_was_stopped_for_a_ttl_has_lost_it_before_anything_else),
      cmocka_unit_test(it_is_extended_every_third_of_the_ttl),
      cmocka_unit_test(without_answers_it_runs_out_and_the_other_takes_it),
      cmocka_unit_test(a_taking_whose_answer_was_lost_is_found_out_by_looking),
      cmocka_unit_test(what_is_not_ours_is_never_written),
      cmocka_unit_test(a_foreign_word_in_the_key_is_told_as_it_stands),
      cmocka_unit_test(an_empty_value_is_told_too),
      cmocka_unit_test(whoever_may_not_extend_does_not_take),
      cmocka_unit_test(an_error_is_no_lease_and_says_what_to_do),
      cmocka_unit_test(after_a_failover_its_holder_asks_anew_and_waits_a_ttl),
      cmocka_unit_test(after_a_failover_that_lost_it_nobody_counts_for_a_ttl),
      cmocka_unit_test(what_runs_out_right_after_a_failover_may_be_an_older_one),
      cmocka_unit_test(a_server_begun_anew_counts_as_another),
      cmocka_unit_test(a_free_key_counts_only_when_a_later_round_shows_the_same_server),
      cmocka_unit_test(an_answer_of_the_owner_before_is_void),
      cmocka_unit_test(without_an_owner_there_is_nobody_to_ask),
      cmocka_unit_test(it_is_given_back_when_not_wanted),
      cmocka_unit_test(giving_back_takes_nothing_from_another),
      cmocka_unit_test(who_does_not_want_it_only_looks),
      cmocka_unit_test(clocks_that_differ_make_no_negative_age),
      cmocka_unit_test(whatever_happens_never_two_may_write))
