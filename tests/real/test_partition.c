// The network between two parts of a cluster is cut. From the smaller part nothing may be written,
// whatever it looks like there; in the larger part healing goes on.
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"

#include "rehome/base/mem.h"
#include "rehome/redis/ask.h"
#include "sides.h"
#include "stage.h"

typedef struct {
    Side side;
    int host;
    int port;
    int master; // its port; 0: a master
    const char *first_slot;
    const char *last_slot;
} Place;

// Two of five masters on side A. There :7001 has the spare :7021 and :7012 is the only replica of
// :7002; on side B :7004 has the spare :7024, and the only replica of :7003 is on the other side.
static const Place places[] = {
    {SIDE_A, 1, 7001, 0, "0", "3276"},      {SIDE_A, 2, 7002, 0, "3277", "6553"},
    {SIDE_B, 1, 7003, 0, "6554", "9830"},   {SIDE_B, 2, 7004, 0, "9831", "13107"},
    {SIDE_B, 3, 7005, 0, "13108", "16383"}, {SIDE_B, 1, 7011, 7001, NULL, NULL},
    {SIDE_A, 3, 7021, 7001, NULL, NULL},    {SIDE_A, 3, 7012, 7002, NULL, NULL},
    {SIDE_A, 1, 7013, 7003, NULL, NULL},    {SIDE_B, 1, 7014, 7004, NULL, NULL},
    {SIDE_B, 3, 7024, 7004, NULL, NULL},    {SIDE_B, 2, 7015, 7005, NULL, NULL},
};

enum {
    PLACES = ARRAY_LEN(places),
    PLACES_ON_SIDE_A = 5,
    ANSWER_MS = 2000,
    RETRY_MS = 20,
    LOOK_MS = 500,
};

static struct {
    char ip[PLACES][16];
    char addr[PLACES][24];
    char id[PLACES][41];
    StrBuf reply;
} cluster;

static size_t place_of(int port)
{
    size_t i = 0;
    while (i < PLACES && places[i].port != port) {
        i++;
    }
    assert_true(i < PLACES);
    return i;
}

// The reply, or "" when there is none.
static const char *reply_of(size_t i, const char *const *words)
{
    const char *argv[8];
    int argc = 0;
    while (words[argc] != NULL) {
        argv[argc] = words[argc];
        argc++;
    }
    sides_enter(places[i].side);
    strbuf_clear(&cluster.reply);
    bool ok = ask(cluster.ip[i], places[i].port, NULL, ANSWER_MS, &cluster.reply, argc, argv, NULL);
    return ok ? strbuf_text(&cluster.reply) : "";
}

static void wait_reply(size_t i, const char *text, const char *const *words)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    while (strstr(reply_of(i, words), text) == NULL) {
        if (clock_ms() >= limit) {
            fail_msg("waited for %s to answer %s %s with \"%s\": %s", cluster.addr[i], words[0],
                     words[1] == NULL ? "" : words[1], text, strbuf_text(&cluster.reply));
        }
        (void)poll(NULL, 0, RETRY_MS); // before asking again
    }
}

static void start_server(size_t i)
{
    char folder[300];
    char port[8];
    snprintf(folder, sizeof(folder), "%s/%d", stage_folder(), places[i].port);
    snprintf(port, sizeof(port), "%d", places[i].port);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(cluster.ip[i], sizeof(cluster.ip[i]), "10.77.%d.%d", (int)places[i].side + 1,
             places[i].host);
    snprintf(cluster.addr[i], sizeof(cluster.addr[i]), "%s:%s", cluster.ip[i], port);
    sides_enter(places[i].side);
    // clang-format off
    stage_other((const char *[]){
        "redis-server", "--port", port, "--bind", cluster.ip[i], "--dir", folder,
        "--logfile", "server.log", "--save", "", "--cluster-enabled", "yes",
        "--cluster-announce-ip", cluster.ip[i], "--replica-announce-ip", cluster.ip[i], "--protected-mode", "no", "--cluster-node-timeout", "2000", "--repl-diskless-sync-delay", "0",
        "--cluster-allow-replica-migration", "no", NULL});
    // clang-format on
    wait_reply(i, "PONG", (const char *[]){"PING", NULL});
    snprintf(cluster.id[i], sizeof(cluster.id[i]), "%s",
             reply_of(i, (const char *[]){"CLUSTER", "MYID", NULL}));
}

static void introduce(size_t i)
{
    char epoch[8];
    snprintf(epoch, sizeof(epoch), "%zu", i + 1);
    wait_reply(i, "OK", (const char *[]){"CLUSTER", "SET-CONFIG-EPOCH", epoch, NULL});
    if (places[i].master == 0) {
        wait_reply(i, "OK",
                   (const char *[]){"CLUSTER", "ADDSLOTSRANGE", places[i].first_slot,
                                    places[i].last_slot, NULL});
    }
    for (size_t k = 0; k < i; k++) {
        char port[8];
        snprintf(port, sizeof(port), "%d", places[k].port);
        wait_reply(i, "OK", (const char *[]){"CLUSTER", "MEET", cluster.ip[k], port, NULL});
    }
}

// Does this node know that one in its place?
static bool has_in_place(size_t i, size_t of)
{
    const char *line =
        strstr(reply_of(i, (const char *[]){"CLUSTER", "NODES", NULL}), cluster.id[of]);
    while (line != NULL && strncmp(line + 41, cluster.addr[of], strlen(cluster.addr[of])) != 0) {
        line = strstr(line + 1, cluster.id[of]); // named as a master before
    }
    const char *end = line == NULL ? NULL : strchr(line, '\n');
    if (end == NULL) {
        return false;
    }
    const char *wanted =
        places[of].master == 0 ? "master -" : cluster.id[place_of(places[of].master)];
    return memmem(line, (size_t)(end - line), wanted, strlen(wanted)) != NULL;
}

static void start_cluster(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        start_server(i);
    }
    for (size_t i = 0; i < PLACES; i++) {
        introduce(i);
    }
    for (size_t i = 0; i < PLACES; i++) {
        if (places[i].master != 0) {
            wait_reply(i, "OK",
                       (const char *[]){"CLUSTER", "REPLICATE",
                                        cluster.id[place_of(places[i].master)], NULL});
        }
    }
    int64_t limit = clock_ms() + LIMIT_MS;
    for (size_t i = 0; i < PLACES; i++) {
        for (size_t of = 0; of < PLACES; of++) {
            while (!has_in_place(i, of)) {
                assert_true(clock_ms() < limit);
                (void)poll(NULL, 0, RETRY_MS);
            }
        }
        wait_reply(i, "cluster_state:ok", (const char *[]){"CLUSTER", "INFO", NULL});
        wait_reply(i, places[i].master == 0 ? "state=online" : "master_link_status:up",
                   (const char *[]){"INFO", "replication", NULL});
    }
}

static Run *run_on(Side side, const char *const *words)
{
    const char *argv[16 + PLACES];
    size_t n = 0;
    while (words[n] != NULL) {
        argv[n] = words[n];
        n++;
    }
    for (size_t i = 0; i < PLACES; i++) {
        argv[n++] = cluster.addr[i];
    }
    argv[n] = NULL;
    sides_enter(side);
    return stage_run(NULL, argv);
}

static Run *act_on(Side side)
{
    Run *run = run_on(
        side, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(run, "connected", 0, LIMIT_MS);
    return run;
}

static void assert_nothing_written_on_side_a(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (places[i].side == SIDE_A) {
            const char *stats = reply_of(i, (const char *[]){"INFO", "commandstats", NULL});
            assert_non_null(strstr(stats, "cmdstat_info"));
            assert_null(strstr(stats, "cmdstat_cluster|replicate"));
            assert_null(strstr(stats, "cmdstat_config|set"));
        }
    }
}

static int clear(void **state)
{
    (void)stage_clear(state);
    sides_leave();
    strbuf_done(&cluster.reply);
    return 0;
}

static void assert_no_fence_is_left(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        wait_reply(i, "no-failover no",
                   (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
    }
}

// --- from beside, where both sides are reached

// A look in which all have told their views.
static const json_t *look_at_all(void)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    for (;;) {
        Run *run = run_on(SIDE_NONE, (const char *[]){"check", "--format", "json", NULL});
        run_end(run, LIMIT_MS);
        const json_t *document = run_json(run);
        assert_non_null(document);
        if (number_in(json_object_get(document, "views"), "told") == PLACES) {
            return document;
        }
        if (clock_ms() >= limit) {
            fail_msg("waited for all views: %s", run_out(run));
        }
        (void)poll(NULL, 0, LOOK_MS); // before looking again
    }
}

static const json_t *said(const json_t *found, size_t i)
{
    return json_array_get(json_object_get(found, "says"), i);
}

static bool is_of_side_a(const json_t *voice)
{
    size_t i = place_of(addr_port(word_in(voice, "addr")));
    const char *reason = "on a minority's side: 2 of 5 slot owners are well in its view";
    return places[i].side == SIDE_A && strcmp(word_in(voice, "reason"), reason) == 0;
}

// All of side A, and only these, say so, and why is told. A view that has not heard of the last
// change yet is heard in another look.
static bool is_split(const json_t *document, const char *topic, const char *word)
{
    const json_t *found = disagreement_about(document, topic);
    const json_t *by = json_object_get(said(found, 1), "by");
    if (found == NULL || strcmp(word_in(said(found, 1), "word"), word) != 0 ||
        json_array_size(by) != PLACES_ON_SIDE_A) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(by); i++) {
        if (!is_of_side_a(json_array_get(by, i))) {
            return false;
        }
    }
    stage_measured("%s: most say %s, %zu say %s", word_in(found, "about"),
                   word_in(said(found, 0), "word"), json_array_size(by), word);
    return true;
}

static void assert_both_sides_are_told(void)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    const json_t *document = look_at_all();
    while (!is_split(document, "slots", cluster.addr[place_of(7001)]) ||
           !is_split(document, "state", "fail?")) {
        assert_true(clock_ms() < limit);
        (void)poll(NULL, 0, LOOK_MS); // before looking again
        document = look_at_all();
    }
    const char *most = word_in(said(disagreement_about(document, "slots"), 0), "word");
    assert_string_equal(most, cluster.addr[place_of(7011)]);
    const char *text = word_in(finding_with(document, "views-disagree"), "text");
    stage_measured("from beside: %s", text);
    assert_non_null(strstr(text, "see other slot owners than most; no move is made meanwhile "
                                 "(views-disagree)"));
}

static void assert_nothing_is_moved_from_beside(void)
{
    Run *run = act_on(SIDE_NONE);
    run_wait_out(run, "disagree on who owns which slots", LIMIT_MS);
    run_signal(run, SIGTERM);
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    assert_null(run_has_event(run, "move-started", 0));
    assert_nothing_written_on_side_a();
}

static void wait_agreement_from_beside(void)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    while (number_in(json_object_get(look_at_all(), "views"), "differ") > 0) {
        assert_true(clock_ms() < limit);
        (void)poll(NULL, 0, LOOK_MS); // before looking again
    }
}

static void the_smaller_side_of_a_cut_network_writes_nothing_and_says_why(void **state)
{
    (void)state;
    stage_needs_settings((const char *[]){"--cluster-allow-replica-migration", "no", NULL});
    sides_open();
    sides_open_beside();
    start_cluster();
    Run *a = act_on(SIDE_A);
    Run *b = act_on(SIDE_B);
    for (size_t i = 0; i < PLACES; i++) {
        wait_reply(i, "OK", (const char *[]){"CONFIG", "RESETSTAT", NULL});
    }
    sides_cut();
    run_event(b, "failover", 7011, LIMIT_MS); // the larger part lives on, and is healed
    run_event(b, "move-done", 7024, LIMIT_MS);
    run_signal(b, SIGTERM);
    assert_int_equal(run_end(b, LIMIT_MS), 0);
    wait_reply(place_of(7002), "cluster_state:fail", (const char *[]){"CLUSTER", "INFO", NULL});
    assert_nothing_written_on_side_a();
    assert_both_sides_are_told();
    assert_nothing_is_moved_from_beside();
    // somebody takes the only replica of :7002 away: the whole of side A agrees on the orphan, and
    // has spares
    run_mark(a);
    wait_reply(place_of(7012), "OK",
               (const char *[]){"CLUSTER", "REPLICATE", cluster.id[place_of(7001)], NULL});
    wait_reply(place_of(7012), "OK", (const char *[]){"CONFIG", "RESETSTAT", NULL});
    run_event(a, "orphaned", 7002, LIMIT_MS);
    const json_t *decision = run_event(a, "decision", 0, LIMIT_MS);
    stage_measured("the smaller side says: %s", word_in(decision, "text"));
    assert_non_null(strstr(word_in(decision, "text"), "cluster_state:fail"));
    Run *move = run_on(SIDE_A, (const char *[]){"move", ":7021", ":7002", "--yes", NULL});
    assert_int_equal(run_end(move, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(move), "majority: 2 of 5 slot owners"));
    assert_nothing_written_on_side_a();
    // whole again, the orphan may be healed
    sides_mend();
    run_event(a, "move-done", 0, LIMIT_MS);
    run_event(a, "protected", 7002, LIMIT_MS);
    assert_no_fence_is_left();
    wait_agreement_from_beside();
}

TESTS(partition,
      cmocka_unit_test_teardown(the_smaller_side_of_a_cut_network_writes_nothing_and_says_why,
                                clear))
