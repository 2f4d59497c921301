// Nodes that do not stay where they are, on real servers: an ID has an address, and may have
// another.
#include <stdio.h>
#include <string.h>

#include "poller_world.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/redis/ask.h"
#include "stage.h"

enum { ANSWER_MS = 5000 };

static const LabNode nodes[] = {
    {.host = 171, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 171, .port = 7003, .master = -1, .slots = "10923-16383"},
};

// Several behind one name, too.
static const char *const named[] = {"--cluster-announce-hostname", "localhost",
                                    "--cluster-preferred-endpoint-type", "unknown-endpoint", NULL};

static struct {
    Lab *lab;
    int port; // where a node is to answer
} there;

static void tell(const Lab *lab, int port, const char *says, int argc, const char **argv)
{
    StrBuf reply = {0};
    bool ok = ask(lab_ip(lab, 0), port, NULL, ANSWER_MS, &reply, argc, argv, NULL);
    if (!ok || strcmp(strbuf_text(&reply), says) != 0) {
        fail_msg(":%d to %s %s: %s", port, argv[0], argv[1], ok ? strbuf_text(&reply) : "nothing");
    }
    strbuf_done(&reply);
}

// The bus stays where it was: it is the clients' port that changes.
static void move_to(const Lab *lab, int port, int bus, int to)
{
    char text[8];
    snprintf(text, sizeof(text), "%d", bus);
    tell(lab, port, "OK", 4, (const char *[]){"CONFIG", "SET", "cluster-announce-bus-port", text});
    snprintf(text, sizeof(text), "%d", to);
    tell(lab, port, "OK", 4, (const char *[]){"CONFIG", "SET", "port", text});
}

static void cut_clients(const Lab *lab, int port)
{
    StrBuf reply = {0};
    const char *argv[] = {"CLIENT", "KILL", "TYPE", "normal"};
    assert_true(ask(lab_ip(lab, 0), port, NULL, ANSWER_MS, &reply, 4, argv, NULL));
    strbuf_done(&reply);
}

static bool is_there(void *ctx)
{
    const World *t = ctx;
    const Seen *seen = watcher_node(&t->w, t->id);
    const Snapshot *s = t->w.snapshot;
    int node = s != NULL ? snapshot_find(s, t->id) : -1;
    return seen != NULL && node >= 0 && seen->reach == REACH_OK &&
           s->nodes[node].port == there.port && strcmp(seen->dialled, s->nodes[node].addr) == 0;
}

static void wait_there(World *t, size_t node, int port)
{
    assert_true(node_id_parse(sv(lab_id(there.lab, node)), &t->id));
    there.port = port;
    watcher_until(&t->w, is_there, t);
}

static bool has_answer(void *ctx)
{
    const World *t = ctx;
    return t->w.answers > t->count;
}

static void assert_speaks_to(World *t, size_t node)
{
    const char *argv[] = {"CLUSTER", "MYID"};
    assert_true(node_id_parse(sv(lab_id(there.lab, node)), &t->id));
    t->count = t->w.answers;
    assert_true(poller_send(t->w.poller, CHANNEL_MOVE, t->id, 2, argv));
    watcher_until(&t->w, has_answer, t);
    assert_string_equal(t->w.answer, lab_id(there.lab, node));
}

static void who_moves_is_found_and_who_takes_its_address_is_not_mistaken_for_it(void **state)
{
    World *t = *state;
    LabSpec spec = {.nodes = nodes, .n = ARRAY_LEN(nodes), .node_timeout_ms = 2000, .extra = named};
    there.lab = stage_lab(&spec);
    watcher_seed(&t->w, lab_addr(there.lab, 0));
    watcher_start(&t->w);
    wait_there(t, 2, 7003);
    assert_int_equal(snapshot_name(t->w.snapshot, "localhost:7003", NULL),
                     snapshot_find(t->w.snapshot, t->id));
    move_to(there.lab, 7003, 17003, 7103);
    cut_clients(there.lab, 7103);
    wait_there(t, 2, 7103);
    assert_speaks_to(t, 2);
    move_to(there.lab, 7002, 17002, 7003);
    cut_clients(there.lab, 7003);
    cut_clients(there.lab, 7103);
    wait_there(t, 1, 7003);
    wait_there(t, 2, 7103);
    assert_speaks_to(t, 1);
    assert_speaks_to(t, 2);
}

static void who_has_met_nobody_is_where_it_was_found(void **state)
{
    World *t = *state;
    char addr[64];
    const char *const server[] = {
        "redis-server", "--port",       "7001",       "--bind", stage_ip(),
        "--dir",        stage_folder(), "--save",     "",       "--cluster-enabled",
        "yes",          "--logfile",    "lonely.log", NULL};
    stage_other(server);
    snprintf(addr, sizeof(addr), "%s:7001", stage_ip());
    watcher_seed(&t->w, addr);
    watcher_start(&t->w);
    watcher_until(&t->w, all_answer, t);
    assert_int_equal(t->w.snapshot->n_nodes, 1);
    assert_string_equal(t->w.snapshot->nodes[0].addr, addr);
    assert_string_equal(t->w.snapshot->nodes[0].host, stage_ip());
}

static int tear_down(void **state)
{
    int status = poller_tear_down(state);
    return stage_clear(state) + status;
}

#define MOVING(claim) cmocka_unit_test_setup_teardown(claim, poller_set_up, tear_down)

TESTS(addresses_change, MOVING(who_moves_is_found_and_who_takes_its_address_is_not_mistaken_for_it),
      MOVING(who_has_met_nobody_is_where_it_was_found))
