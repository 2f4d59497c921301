// Views of real servers that differ, and stay so until somebody mends it.
#include "clock.h"
#include "stage.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_MS = 500 };

// What a look with so many views says of this topic; NULL: that all say the same, or fewer told.
static const json_t *disagreement(const json_t *document, const char *topic, size_t told)
{
    int n = number_in(json_object_get(document, "views"), "told");
    return n == (int)told ? disagreement_about(document, topic) : NULL;
}

// Who is too busy to tell its view in one look tells it in another. The document is the look's.
static const json_t *find(const Lab *lab, const char *topic, size_t told, const json_t **document)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    const json_t *found;
    int status;
    while ((found = disagreement(*document = stage_check(lab, &status), topic, told)) == NULL) {
        if (clock_ms() >= limit) {
            fail_msg("waited for %zu views to differ in %s", told, topic);
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
    const json_t *document;
    const json_t *found = find(lab, "members", lab_size(lab), &document);
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
    const json_t *document;
    const json_t *found = find(lab, "state", lab_size(lab) - 1, &document);
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

// --- forgotten

static const char *const still[] = {"--cluster-allow-replica-migration", "no", NULL};

// With time for nodes that are busy to answer each other.
static Lab *forgetting_lab(void)
{
    LabSpec spec = lab_scenario;
    spec.extra = still;
    spec.node_timeout_ms = 5000;
    return stage_lab(&spec);
}

// From 7.2 on a server tells all others whom it was told to forget.
static void needs_forgetting_alone(const Lab *lab)
{
    const char *info = stage_ask(lab, lab_port(lab, 0), (const char *[]){"INFO", "server", NULL});
    if (strstr(info, "redis_version:7.0.") == NULL) {
        print_message("this redis-server passes on whom it was told to forget\n");
        skip();
    }
}

static void assert_moved_nothing(const Lab *lab, int port)
{
    assert_null(strstr(stage_ask(lab, port, (const char *[]){"INFO", "commandstats", NULL}),
                       "cmdstat_cluster|replicate"));
}

// :7001 is asked first, and does not know that :7005 is there.
static void while_an_owner_has_forgotten_another_nothing_is_moved(void **state)
{
    (void)state;
    Lab *lab = forgetting_lab();
    needs_forgetting_alone(lab);
    size_t lost = stage_port(lab, 7005);
    char port[8];
    snprintf(port, sizeof(port), "%d", lab_port(lab, lost));
    stage_wait_reply(lab, 7008, "OK",
                     (const char *[]){"CLUSTER", "REPLICATE", lab_id(lab, lost), NULL});
    wait_agreement(lab);
    for (size_t i = 0; i < lab_size(lab); i++) {
        stage_ask(lab, lab_port(lab, i), (const char *[]){"CONFIG", "RESETSTAT", NULL});
    }
    stage_wait_reply(lab, 7001, "OK",
                     (const char *[]){"CLUSTER", "FORGET", lab_id(lab, lost), NULL});
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    const json_t *document;
    const json_t *found = find(lab, "known", lab_size(lab), &document);
    assert_string_equal(word_in(said(found, 0), "word"), "member");
    assert_string_equal(word_in(said(found, 1), "word"), "unknown");
    assert_string_equal(word_in(dissenter(found, lab, 7001), "reason"),
                        "it was told to forget it, or never met it");
    assert_non_null(strstr(word_in(finding_with(document, "views-disagree"), "text"),
                           ":7001 sees other slot owners than most; no move is made meanwhile"));
    assert_non_null(strstr(word_in(finding_with(document, "ghost"), "remedy"), "CLUSTER MEET"));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    run_wait_out(watch, "disagree on who owns which slots", LIMIT_MS);
    assert_moved_nothing(lab, 7002);
    assert_moved_nothing(lab, 7004);
    stage_wait_reply(lab, 7001, "OK",
                     (const char *[]){"CLUSTER", "MEET", lab_ip(lab, lost), port, NULL});
    run_event(watch, "move-done", 0, LIMIT_MS);
    run_event(watch, "protected", 7001, LIMIT_MS);
    wait_agreement(lab);
}

// Its replica cannot be told to, and says so too.
static void whom_all_others_have_forgotten_is_told_by_its_own_word(void **state)
{
    (void)state;
    Lab *lab = forgetting_lab();
    const char *lost = lab_id(lab, stage_port(lab, 7005));
    static const int others[] = {7001, 7003, 7008, 7002, 7004};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        stage_ask(lab, others[i], (const char *[]){"CLUSTER", "FORGET", lost, NULL});
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        stage_wait_reply_without(lab, others[i], lost, (const char *[]){"CLUSTER", "NODES", NULL});
    }
    const json_t *document;
    const json_t *found = find(lab, "known", lab_size(lab), &document);
    assert_string_equal(word_in(said(found, 0), "word"), "unknown");
    assert_int_equal(number_in(said(found, 0), "slot_owners"), 2);
    assert_string_equal(word_in(said(found, 1), "word"), "member");
    const json_t *by = json_object_get(said(found, 1), "by");
    assert_int_equal(json_array_size(by), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *voice = json_array_get(by, i);
        int port = addr_port(word_in(voice, "addr"));
        assert_string_equal(word_in(voice, "reason"),
                            port == 7005 ? "itself: most have forgotten it, or never met it"
                                         : "it has not forgotten it, most have; by gossip it may "
                                           "come back to them");
    }
}

TESTS(opinion, STAGED(while_an_owner_has_forgotten_another_nothing_is_moved),
      STAGED(whom_all_others_have_forgotten_is_told_by_its_own_word),
      STAGED(a_node_that_was_reset_is_named_until_it_is_met_again),
      STAGED(who_suspects_alone_is_named_and_holds_nothing_back))
