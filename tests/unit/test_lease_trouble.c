// The lease where answers are lost, and where the key or its server is not as it should be.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "lease_world.h"
#include "rehome/base/mem.h"

static void without_answers_it_runs_out_and_the_other_takes_it(void **state)
{
    (void)state;
    static const int ways[] = {0, 1};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        LeaseWorld w;
        lease_give_to_ash(&w);
        w.lost[ASH] = ways[i] == 0;
        w.unsent[ASH] = ways[i] == 1;
        lease_pass(&w, 7000);
        assert_false(world_may_write(&w, ASH));
        assert_memory_equal(w.news, "lease lost: ", 12);
        assert_int_equal(w.level, LEVEL_WARNING);
        lease_pass(&w, 4000);
        assert_true(world_may_write(&w, BIRCH));
        w.lost[ASH] = w.unsent[ASH] = false;
        lease_pass(&w, 1000);
        assert_int_equal(world_state(&w, ASH), LEASE_OTHERS);
        lease_world_done(&w);
    }
}

static void a_taking_whose_answer_was_lost_is_found_out_by_looking(void **state)
{
    LeaseWorld *w = *state;
    lease_want(w->lease[ASH], true, w->now_ms);
    lease_run(w, ASH); // proves EVAL and takes it
    lease_want(w->lease[ASH], false, w->now_ms);
    lease_run(w, ASH);
    assert_string_equal(w->value, "");
    lease_want(w->lease[ASH], true, w->now_ms);
    while (w->taken < 2) {
        w->deaf[ASH] = strncmp(w->last[ASH], "GETRANGE", 8) == 0; // the next one is the SET
        w->now_ms += 10;
        LeaseCommand c;
        if (lease_step(w->lease[ASH], w->now_ms, &c)) {
            bool ok;
            char reply[300];
            lease_serve(w, &c, &ok, reply, sizeof(reply));
            if (strcmp(c.argv[0], "SET") == 0) {
                lease_late(w->lease[ASH], w->now_ms + 2000);
            } else {
                lease_reply(w->lease[ASH], ok, reply, w->now_ms);
            }
        }
    }
    w->deaf[ASH] = false;
    w->now_ms += 2000;
    assert_int_equal(world_state(w, ASH), LEASE_UNKNOWN);
    lease_run(w, ASH);
    assert_int_equal(world_state(w, ASH), LEASE_UNKNOWN); // a pause first
    w->now_ms += 500;
    lease_look(w, ASH);
    lease_run(w, ASH);
    assert_memory_equal(w->last[ASH], "EVAL", 4); // never the SET again
    assert_int_equal(world_state(w, ASH), LEASE_SETTLING);
    assert_int_equal(w->taken, 2);
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
        assert_int_equal(world_state(&w, BIRCH), LEASE_OTHERS);
        assert_null(strchr(world_words(&w, BIRCH), '\x1b'));
        assert_null(strchr(lease_holder(w.lease[ASH], w.now_ms), '\x1b'));
        assert_lease_says(&w, BIRCH, "never expires: DEL it");
        lease_world_done(&w);
    }
}

static void a_foreign_word_in_the_key_is_told_as_it_stands(void **state)
{
    LeaseWorld *w = *state;
    memset(w->value, 'a', sizeof(w->value) - 1);
    w->ends_ms = w->now_ms + 60000;
    lease_want_all(w);
    lease_pass(w, 1000);
    assert_lease_says(w, ASH, "lease held by whoever wrote \"aaaa");
    assert_int_equal(lease_age_ms(w->lease[ASH], w->now_ms), -1);
    lease_pass(w, 60000);
    assert_int_equal(w->taken, 1); // it expired
}

static void an_empty_value_is_told_too(void **state)
{
    LeaseWorld *w = *state;
    LeaseCommand c;
    lease_want(w->lease[ASH], true, w->now_ms);
    for (int i = 0; i < 20; i++) {
        w->now_ms += 500;
        while (lease_step(w->lease[ASH], w->now_ms, &c)) {
            const char *reply = strcmp(c.argv[0], "EVAL") == 0 ? "0" : "";
            lease_reply(w->lease[ASH], true, reply, w->now_ms);
        }
    }
    assert_lease_says(w, ASH, "with nothing in it");
}

static void whoever_may_not_extend_does_not_take(void **state)
{
    LeaseWorld *w = *state;
    w->no_eval = true;
    lease_want_all(w);
    lease_pass(w, 60000);
    assert_int_equal(w->taken, 0);
    assert_lease_says(w, ASH, "127.0.99.170:7001 knows no EVAL");
    int asked = w->asked;
    lease_pass(w, 15000);
    assert_in_range(w->asked - asked, 2,
                    8); // what only a person can change is not asked all the time
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
        {"ERR The user executing the script can't run this command or subcommand script: 0ed4e18d",
         "grant it ~rehome:lease +getrange"},
        {"ERR ACL failure in script: User u has no permissions to run the 'get' command script: 0e",
         "grant it ~rehome:lease +getrange"},
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
        lease_give_to_ash(&w);
        w.error = troubles[i].error;
        lease_pass(&w, 10000);
        for (int k = 0; k < LEASES; k++) {
            assert_int_equal(world_state(&w, k), LEASE_UNKNOWN);
            assert_false(world_may_write(&w, k));
            assert_lease_says(&w, k, troubles[i].words);
        }
        w.error = NULL;
        lease_pass(&w, 30000);
        assert_true(world_may_write(&w, ASH) || world_may_write(&w, BIRCH));
        lease_world_done(&w);
    }
}

TESTS(lease_trouble, cmocka_unit_test(without_answers_it_runs_out_and_the_other_takes_it),
      FRESH(a_taking_whose_answer_was_lost_is_found_out_by_looking),
      cmocka_unit_test(what_is_not_ours_is_never_written),
      FRESH(a_foreign_word_in_the_key_is_told_as_it_stands), FRESH(an_empty_value_is_told_too),
      FRESH(whoever_may_not_extend_does_not_take),
      cmocka_unit_test(an_error_is_no_lease_and_says_what_to_do))
