// Nodes with an address on each of several networks: each is known to the others by the one they
// meet it at. That stays so for ever, and is no harm.
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"

#include "rehome/base/mem.h"
#include "rehome/redis/ask.h"
#include "sides.h"
#include "stage.h"

// Three masters, with a cable between each two of them.
static const struct {
    Side side;
    int port;
    const char *first_slot;
    const char *last_slot;
} nodes[] = {
    {SIDE_A, 7001, "0", "5460"},
    {SIDE_B, 7002, "5461", "10922"},
    {SIDE_NONE, 7003, "10923", "16383"},
};

enum { NODES = ARRAY_LEN(nodes), ANSWER_MS = 2000, RETRY_MS = 20, LOOK_MS = 500 };

// Where the one in the row reaches the one in the column.
static const char *const addresses[NODES][NODES] = {
    {"10.77.1.1", "10.77.2.1", "10.78.1.1"},
    {"10.77.1.1", "10.77.2.1", "10.78.2.1"},
    {"10.78.1.2", "10.78.2.2", "10.78.1.1"},
};

static StrBuf reply;

static void wait_reply(size_t i, const char *text, const char *const *words)
{
    const char *argv[8];
    int argc = 0;
    while (words[argc] != NULL) {
        argv[argc] = words[argc];
        argc++;
    }
    int64_t limit = clock_ms() + LIMIT_MS;
    sides_enter(nodes[i].side);
    for (;;) {
        strbuf_clear(&reply);
        bool ok = ask(addresses[i][i], nodes[i].port, NULL, ANSWER_MS, &reply, argc, argv, NULL);
        if (ok && strstr(strbuf_text(&reply), text) != NULL) {
            return;
        }
        if (clock_ms() >= limit) {
            fail_msg("waited for :%d to say \"%s\": %s", nodes[i].port, text, strbuf_text(&reply));
        }
        (void)poll(NULL, 0, RETRY_MS); // before asking again
    }
}

static void start_server(size_t i)
{
    char folder[300];
    char port[8];
    char epoch[8];
    snprintf(folder, sizeof(folder), "%s/%d", stage_folder(), nodes[i].port);
    snprintf(port, sizeof(port), "%d", nodes[i].port);
    snprintf(epoch, sizeof(epoch), "%zu", i + 1);
    assert_int_equal(mkdir(folder, 0700), 0);
    sides_enter(nodes[i].side);
    stage_other((const char *[]){"redis-server", "--port", port, "--dir", folder, "--logfile",
                                 "server.log", "--save", "", "--cluster-enabled", "yes",
                                 "--protected-mode", "no", "--cluster-node-timeout", "5000", NULL});
    wait_reply(i, "PONG", (const char *[]){"PING", NULL});
    wait_reply(i, "OK", (const char *[]){"CLUSTER", "SET-CONFIG-EPOCH", epoch, NULL});
    const char *slots[] = {"CLUSTER", "ADDSLOTSRANGE", nodes[i].first_slot, nodes[i].last_slot,
                           NULL};
    wait_reply(i, "OK", slots);
}

// Each knows the others where it reaches them.
static void start_cluster(void)
{
    for (size_t i = 0; i < NODES; i++) {
        start_server(i);
    }
    for (size_t i = 0; i < NODES; i++) {
        for (size_t of = i + 1; of < NODES; of++) {
            char port[8];
            snprintf(port, sizeof(port), "%d", nodes[of].port);
            wait_reply(i, "OK", (const char *[]){"CLUSTER", "MEET", addresses[i][of], port, NULL});
        }
    }
    for (size_t i = 0; i < NODES; i++) {
        for (size_t of = 0; of < NODES; of++) {
            char line[48];
            snprintf(line, sizeof(line), "%s:%d@", addresses[i][of], nodes[of].port);
            if (of != i) {
                wait_reply(i, line, (const char *[]){"CLUSTER", "NODES", NULL});
            }
        }
        wait_reply(i, "cluster_state:ok", (const char *[]){"CLUSTER", "INFO", NULL});
    }
}

static Run *look(const char *format)
{
    sides_enter(SIDE_NONE);
    Run *run =
        stage_run(NULL, (const char *[]){"check", "--format", format, "10.78.1.1:7003", NULL});
    run_end(run, LIMIT_MS);
    return run;
}

static const json_t *said(const json_t *found, size_t i)
{
    return json_array_get(json_object_get(found, "says"), i);
}

// Nothing but addresses differs: of each node two, and why is told.
static bool is_settled(const json_t *document)
{
    const json_t *views = json_object_get(document, "views");
    const json_t *all = json_object_get(views, "disagreements");
    if (number_in(views, "told") != NODES || json_array_size(all) != NODES) {
        return false;
    }
    for (size_t i = 0; i < NODES; i++) {
        const json_t *found = json_array_get(all, i);
        const json_t *voice = json_array_get(json_object_get(said(found, 1), "by"), 0);
        if (strcmp(word_in(found, "topic"), "address") != 0 ||
            json_array_size(json_object_get(found, "says")) != 2 ||
            strcmp(word_in(voice, "reason"),
                   "an old address, or it meets the node on another network") != 0) {
            return false;
        }
    }
    return true;
}

static void nodes_on_several_networks_differ_in_addresses_and_hold_nothing_back(void **state)
{
    (void)state;
    stage_needs_settings((const char *[]){"--cluster-allow-replica-migration", "no", NULL});
    sides_open();
    sides_open_beside();
    start_cluster();
    int64_t limit = clock_ms() + LIMIT_MS;
    Run *run = look("json");
    while (run_json(run) == NULL || !is_settled(run_json(run))) {
        if (clock_ms() >= limit) {
            fail_msg("waited for addresses alone to differ: %s%s", run_out(run), run_err(run));
        }
        (void)poll(NULL, 0, LOOK_MS); // before looking again
        run = look("json");
    }
    assert_null(finding_with(run_json(run), "views-disagree"));
    assert_non_null(
        strstr(run_out(look("text")), "Holds no move back by itself: 3 of 3 slot owners agree"));
}

static int clear(void **state)
{
    (void)stage_clear(state);
    sides_leave();
    strbuf_done(&reply);
    return 0;
}

TESTS(networks,
      cmocka_unit_test_teardown(nodes_on_several_networks_differ_in_addresses_and_hold_nothing_back,
                                clear))
