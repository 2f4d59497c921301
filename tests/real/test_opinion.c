// Views of real servers that differ, and stay so until somebody mends it.
#include "clock.h"
#include "stage.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_MS = 500 };

// What `check` says of this topic now; NULL: that all say the same.
static const json_t *disagreement(const Lab *lab, const char *topic)
{
    int status;
    const json_t *views = json_object_get(stage_check(lab, &status), "views");
    const json_t *all = json_object_get(views, "disagreements");
    for (size_t i = 0; i < json_array_size(all); i++) {
        if (strcmp(word_in(json_array_get(all, i), "topic"), topic) == 0) {
            return json_array_get(all, i);
        }
    }
    return NULL;
}

// Who is too busy to tell its view in one look tells it in another.
static const json_t *find(const Lab *lab, const char *topic)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    const json_t *found;
    while ((found = disagreement(lab, topic)) == NULL) {
        if (clock_ms() >= limit) {
            fail_msg("waited for views to differ in %s", topic);
        }
        (void)poll(NULL, 0, RETRY_MS); // before looking again
    }
    return found;
}

// All have told their view, and it is the same.
static void wait_agreement(const Lab *lab)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    for (;;) {
        int status;
        const json_t *views = json_object_get(stage_check(lab, &status), "views");
        size_t left = json_array_size(json_object_get(views, "disagreements"));
        int told = number_in(views, "told");
        if (left == 0 && told == (int)lab_size(lab)) {
            assert_int_equal(number_in(views, "differ"), 0);
            return;
        }
        if (clock_ms() >= limit) {
            fail_msg("waited for %zu views to agree: %d told theirs, %zu disagreements",
                     lab_size(lab), told, left);
        }
        (void)poll(NULL, 0, RETRY_MS); // before looking again
    }
}

static const json_t *said(const json_t *found, size_t i)
{
    return json_array_get(json_object_get(found, "says"), i);
}

// The only one that says what is said second.
static const json_t *dissenter(const json_t *found, const Lab *lab, int port)
{
    const json_t *by = json_object_get(said(found, 1), "by");
    assert_int_equal(json_array_size(by), 1);
    const json_t *voice = json_array_get(by, 0);
    assert_string_equal(word_in(voice, "id"), lab_id(lab, stage_port(lab, port)));
    stage_measured("%s: most %s, %s %s: %s", word_in(found, "about"),
                   word_in(said(found, 0), "word"), word_in(voice, "addr"),
                   word_in(said(found, 1), "word"), word_in(voice, "reason"));
    return voice;
}

// All but this one (0: all) wait a day for an answer, so that nothing changes by itself meanwhile.
static void make_patient(const Lab *lab, int but)
{
    for (size_t i = 0; i < lab_size(lab); i++) {
        const char *limit_ms = lab_port(lab, i) == but ? "5000" : "86400000";
        stage_wait_reply(lab, lab_port(lab, i), "OK",
                         (const char *[]){"CONFIG", "SET", "cluster-node-timeout", limit_ms, NULL});
    }
}

static void a_node_that_was_reset_is_named_until_it_is_met_again(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    make_patient(lab, 0);
    stage_wait_reply(lab, 7002, "OK", (const char *[]){"CLUSTER", "RESET", "SOFT", NULL});
    const json_t *found = find(lab, "members");
    assert_string_equal(word_in(said(found, 0), "word"), "7 nodes");
    assert_string_equal(word_in(said(found, 1), "word"), "1 node");
    assert_string_equal(word_in(dissenter(found, lab, 7002), "reason"),
                        "it knows nobody but itself: it was reset, or never met the others");
    char port[8];
    size_t first = stage_port(lab, 7001);
    snprintf(port, sizeof(port), "%d", lab_port(lab, first));
    stage_wait_reply(lab, 7002, "OK",
                     (const char *[]){"CLUSTER", "MEET", lab_ip(lab, first), port, NULL});
    wait_agreement(lab);
}

static void who_suspects_alone_is_named_and_holds_nothing_back(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    make_patient(lab, 7003);
    assert_true(lab_signal(lab, stage_port(lab, 7008), SIGSTOP));
    stage_wait_reply(lab, 7003, "slave,fail?", (const char *[]){"CLUSTER", "NODES", NULL});
    const json_t *found = find(lab, "state");
    assert_string_equal(word_in(said(found, 0), "word"), "alive");
    assert_string_equal(word_in(said(found, 1), "word"), "fail?");
    assert_non_null(strstr(word_in(dissenter(found, lab, 7003), "reason"),
                           "its own suspicion, no majority shares it"));
    Run *run = stage_run(lab, (const char *[]){"check", NULL});
    run_end(run, LIMIT_MS);
    run_wait_out(run, ">>> Second opinion: 1 of 6 views differ", LIMIT_MS);
    run_wait_out(run, "Holds no move back by itself: 3 of 3 slot owners agree", LIMIT_MS);
    assert_true(lab_signal(lab, stage_port(lab, 7008), SIGCONT));
    wait_agreement(lab);
}

TESTS(opinion, STAGED(a_node_that_was_reset_is_named_until_it_is_met_again),
      STAGED(who_suspects_alone_is_named_and_holds_nothing_back))
