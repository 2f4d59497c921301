// The poller against fake clusters that fail on demand. test_poller_lab.c has the real servers.
#include "unit/unit.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "fake_cluster.h"
#include "rehome/base/mem.h"
#include "watcher.h"

typedef struct {
    Watcher w;
    FakeCluster *cluster;
    FakeServer *other; // a server of no cluster
    FakeServer *third;
    size_t n; // what a condition looks for
    NodeId id;
    Reach reach;
    int count;
} World;

static int set_up(void **state)
{
    World *t = mem_alloc(sizeof(*t));
    watcher_init(&t->w);
    t->w.options.interval_ms = 50;
    t->w.options.fast_interval_ms = 10;
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    World *t = *state;
    watcher_done(&t->w);
    fake_cluster_stop(t->cluster);
    fake_stop(t->other);
    fake_stop(t->third);
    ev_loop_destroy(t->w.loop);
    mem_free(t);
    return 0;
}

static void seed_with(World *t, const FakeServer *server)
{
    watcher_seed_at(&t->w, fake_ip(server), fake_port(server));
}

// The cluster, seen through its first node.
static void start_cluster(World *t, size_t n)
{
    t->cluster = fake_cluster_start(t->w.loop, n);
    seed_with(t, fake_node(t->cluster, 0));
}

static bool all_answer(void *ctx)
{
    World *t = ctx;
    return t->w.n_seen > 0 && watcher_count(&t->w, REACH_OK) == t->w.n_seen;
}

static void see_all(World *t)
{
    watcher_start(&t->w);
    watcher_until(&t->w, all_answer, t);
}

static bool has_reach(void *ctx)
{
    World *t = ctx;
    const Seen *seen = watcher_node(&t->w, t->id);
    return seen != NULL && seen->reach == t->reach;
}

static const Seen *wait_reach(World *t, size_t node, Reach reach)
{
    t->id = fake_id(t->cluster, node);
    t->reach = reach;
    watcher_until(&t->w, has_reach, t);
    return watcher_node(&t->w, t->id);
}

static void expect_words(const char *text, const char *words)
{
    if (strstr(text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    }
}

// --- finding the cluster -------------------------------------------------------------------------

static void first_round_is_complete(void **state)
{
    World *t = *state;
    start_cluster(t, 6);
    watcher_start(&t->w);
    poller_full_round(t->w.poller);
    watcher_rounds(&t->w, 1);
    assert_true(t->w.was_full);
    assert_int_equal(t->w.n_seen, 6);
    assert_int_equal(t->w.snapshot->n_nodes, 6);
    assert_int_equal(t->w.snapshot->n_owners_asked, 6);
    assert_int_equal(t->w.snapshot->slots_covered, 16384);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(t->w.seen[i].reach, REACH_OK);
        assert_true(t->w.seen[i].all_fresh);
        assert_true(t->w.seen[i].has_settings);
        assert_string_equal(t->w.seen[i].why, "");
    }
    assert_string_equal(t->w.name, t->w.seen[0].dialled);
    assert_int_equal(fake_cluster_asked(t->cluster, "CLUSTER NODES"), 6);
    assert_int_equal(fake_cluster_asked(t->cluster, "INFO"), 6);
    assert_int_equal(fake_connections(fake_node(t->cluster, 0)), 1);
}

static void tries_seeds_in_turn(void **state)
{
    World *t = *state;
    t->other = fake_start(t->w.loop, "127.0.0.1", 0);
    fake_listen(t->other, 0); // refuses
    seed_with(t, t->other);
    t->third = fake_start(t->w.loop, "127.0.0.2", 0);
    fake_hang(t->third, 1);
    seed_with(t, t->third);
    start_cluster(t, 3);
    watcher_start(&t->w);
    watcher_rounds(&t->w, 1);
    assert_int_equal(t->w.snapshot->n_nodes, 3);
    assert_int_equal(t->w.n_seen, 3); // the seeds that did not work are of no interest any more
    assert_int_equal(watcher_count(&t->w, REACH_OK), 3);
    assert_string_equal(t->w.name, t->w.seen[0].dialled);
}

static void says_why_no_seed_works(void **state)
{
    World *t = *state;
    t->other = fake_start(t->w.loop, "127.0.0.1", 0);
    fake_listen(t->other, 0);
    seed_with(t, t->other);
    t->third = fake_start(t->w.loop, "127.0.0.2", 0);
    fake_answer(t->third, "CLUSTER", "-ERR This instance has cluster support disabled\r\n");
    fake_answer_bulk(t->third, "INFO", "redis_version:7.0.15\r\n");
    seed_with(t, t->third);
    watcher_seed(&t->w, "rediss://127.0.0.3:6379");
    watcher_start(&t->w);
    poller_full_round(t->w.poller);
    watcher_rounds(&t->w, 1);
    assert_false(t->w.was_full);
    assert_int_equal(t->w.n_seen, 3);
    assert_int_equal(t->w.seen[0].reach, REACH_UNREACHABLE);
    expect_words(t->w.seen[0].why, "Connection refused");
    assert_int_equal(t->w.seen[1].reach, REACH_NO_CLUSTER);
    expect_words(t->w.seen[1].why, "not in cluster mode");
    assert_int_equal(t->w.seen[2].reach, REACH_UNREACHABLE);
    expect_words(t->w.seen[2].why, "TLS");
    assert_int_equal(t->w.snapshot->n_nodes, 0);
}

static void what_hangs_at_first_is_found_later(void **state)
{
    World *t = *state;
    t->w.options.round_deadline_ms = 100;
    start_cluster(t, 3);
    fake_hang(fake_node(t->cluster, 0), 1);
    watcher_start(&t->w);
    poller_full_round(t->w.poller);
    watcher_rounds(&t->w, 2);
    assert_int_equal(t->w.seen[0].reach, REACH_LATE);
    assert_int_equal(t->w.full_rounds, 0);
    expect_words(t->w.seen[0].why, "has not answered yet");
    fake_hang(fake_node(t->cluster, 0), 0);
    watcher_until(&t->w, all_answer, t);
    watcher_rounds(&t->w, 1);
    assert_int_equal(t->w.n_seen, 3);
    assert_true(t->w.full_rounds >= 1); // what was asked for at the start came about
}

static void names_are_resolved(void **state)
{
    World *t = *state;
    t->other = fake_start(t->w.loop, "127.0.0.1", 0);
    t->cluster = fake_cluster_start(t->w.loop, 1);
    fake_place(t->cluster, 0, ":6379@16379"); // has never met anybody
    fake_cluster_answers(t->cluster, 0, t->other);
    watcher_seed_at(&t->w, "localhost", fake_port(t->other));
    see_all(t);
    assert_int_equal(t->w.n_seen, 1);
    assert_int_equal(t->w.snapshot->n_nodes, 1);
    expect_words(t->w.name, "localhost:");
    expect_words(t->w.seen[0].dialled, "127.0.0.1:");
    assert_string_equal(t->w.snapshot->nodes[0].ip, "127.0.0.1");
}

static void says_which_name_is_unknown(void **state)
{
    World *t = *state;
    watcher_seed(&t->w, "no-such-host.invalid:7001");
    watcher_start(&t->w);
    watcher_rounds(&t->w, 1);
    if (t->w.seen[0].reach == REACH_UNREACHABLE) { // a slow resolver is still at it
        expect_words(t->w.seen[0].why, "cannot find the address of no-such-host.invalid");
    }
    assert_string_equal(t->w.seen[0].dialled, "no-such-host.invalid:7001");
}

static void what_has_no_address_is_said_so(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    fake_flag(t->cluster, 2, "master,noaddr,fail");
    fake_place(t->cluster, 2, ":0@0");
    watcher_start(&t->w);
    watcher_rounds(&t->w, 1);
    const Seen *seen = wait_reach(t, 2, REACH_UNREACHABLE);
    expect_words(seen->why, "address is not known");
    assert_int_equal(watcher_count(&t->w, REACH_OK), 2);
}

// --- rounds --------------------------------------------------------------------------------------

static bool enough_are_late(void *ctx)
{
    World *t = ctx;
    return watcher_count(&t->w, REACH_LATE) == t->n;
}

static void ten_hung_of_fifty_hold_nothing(void **state)
{
    World *t = *state;
    t->w.options.round_deadline_ms = 1500; // twenty rounds held by it would take half a minute
    t->w.options.request_timeout_ms = 60000;
    t->w.options.hung_timeout_ms = 60000;
    start_cluster(t, 50);
    see_all(t);
    for (size_t i = 10; i < 20; i++) {
        fake_hang(fake_node(t->cluster, i), 1);
    }
    t->n = 10;
    watcher_until(&t->w, enough_are_late, t);
    assert_int_equal(watcher_count(&t->w, REACH_OK), 40);
    watcher_rounds(&t->w, 20);
    assert_int_equal(watcher_count(&t->w, REACH_OK), 40);
    for (size_t i = 10; i < 20; i++) {
        fake_hang(fake_node(t->cluster, i), 0);
    }
    watcher_until(&t->w, all_answer, t);
}

static void slow_is_not_late_for_ever(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    t->w.options.round_deadline_ms = 1000;
    fake_hang(fake_node(t->cluster, 1), 1);
    wait_reach(t, 1, REACH_LATE);
    // It answers again, but slower than the moment that is granted to those who were late.
    fake_drip(fake_node(t->cluster, 1), 100000, 60);
    fake_hang(fake_node(t->cluster, 1), 0);
    wait_reach(t, 1, REACH_OK);
    watcher_rounds(&t->w, 3);
    assert_int_equal(watcher_node(&t->w, fake_id(t->cluster, 1))->reach, REACH_OK);
}

static void a_lost_connection_starts_a_round(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    start_cluster(t, 3);
    see_all(t);
    fake_listen(fake_node(t->cluster, 1), 0);
    fake_cut(fake_node(t->cluster, 1));
    const Seen *seen = wait_reach(t, 1, REACH_UNREACHABLE);
    assert_true(seen->has_info); // its last words are kept
    assert_int_equal(watcher_count(&t->w, REACH_OK), 2);
}

static void what_returns_is_seen_again(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    fake_listen(fake_node(t->cluster, 0), 0); // the seed itself
    fake_cut(fake_node(t->cluster, 0));
    expect_words(wait_reach(t, 0, REACH_UNREACHABLE)->why, "Connection refused");
    assert_int_equal(t->w.n_seen, 3);
    fake_listen(fake_node(t->cluster, 0), 1);
    assert_string_equal(wait_reach(t, 0, REACH_OK)->why, "");
}

static bool is_full(void *ctx)
{
    World *t = ctx;
    return t->w.full_rounds >= t->count;
}

static void full_rounds_ask_for_everything(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    t->w.options.witnesses = 2;
    start_cluster(t, 5);
    see_all(t);
    int nodes = fake_cluster_asked(t->cluster, "CLUSTER NODES");
    int settings = fake_cluster_asked(t->cluster, "CONFIG GET cluster-*");
    int myids = fake_cluster_asked(t->cluster, "CLUSTER MYID");
    poller_full_round(t->w.poller);
    poller_full_round(t->w.poller);
    t->count = 1;
    watcher_until(&t->w, is_full, t);
    assert_true(t->w.was_full);
    assert_int_equal(fake_cluster_asked(t->cluster, "CLUSTER NODES"), nodes + 5);
    assert_int_equal(fake_cluster_asked(t->cluster, "CONFIG GET"), settings + 5);
    assert_int_equal(fake_cluster_asked(t->cluster, "CLUSTER MYID"), myids + 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(t->w.seen[i].all_fresh);
    }
}

static void hurry_and_interval_take_effect_at_once(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    start_cluster(t, 2);
    see_all(t);
    poller_hurry(t->w.poller, true);
    watcher_rounds(&t->w, 3);
    poller_hurry(t->w.poller, false);
    poller_set_interval(t->w.poller, 5);
    watcher_rounds(&t->w, 3);
}

static void a_few_witnesses_take_turns(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 5;
    t->w.options.witnesses = 4;
    start_cluster(t, 30);
    see_all(t);
    assert_true(fake_cluster_asked(t->cluster, "CLUSTER NODES") < 30);
    assert_int_equal(t->w.snapshot->n_nodes, 30);
    int rounds = t->w.rounds;
    int before = fake_cluster_asked(t->cluster, "CLUSTER NODES");
    watcher_rounds(&t->w, 10);
    int asked = fake_cluster_asked(t->cluster, "CLUSTER NODES") - before;
    assert_in_range(asked, 1, 4 * (t->w.rounds - rounds + 1));
    for (size_t i = 0; i < 30; i++) {
        assert_true(fake_asked(fake_node(t->cluster, i), "CLUSTER NODES") > 0);
        assert_true(fake_asked(fake_node(t->cluster, i), "INFO") >= 10);
    }
    size_t kept = 0; // views of those who were witnesses before are not
    for (size_t i = 0; i < 30; i++) {
        kept += t->w.seen[i].has_nodes ? 1 : 0;
    }
    assert_in_range(kept, 1, 4);
    // Who is in trouble is always asked.
    fake_flag(t->cluster, 7, "master,fail?");
    watcher_rounds(&t->w, 10);
    before = fake_asked(fake_node(t->cluster, 7), "CLUSTER NODES");
    watcher_rounds(&t->w, 5);
    assert_true(fake_asked(fake_node(t->cluster, 7), "CLUSTER NODES") >= before + 5);
}

static void a_first_look_has_witnesses_too(void **state)
{
    World *t = *state;
    t->w.options.witnesses = 4;
    start_cluster(t, 30);
    watcher_start(&t->w);
    watcher_rounds(&t->w, 1);
    assert_int_equal(t->w.n_seen, 30);
    assert_int_equal(t->w.snapshot->n_owners_asked, 1 + 4); // the seed is one
}

static size_t count_spared(const Snapshot *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        n += s->nodes[i].says->view_spared ? 1 : 0;
    }
    return n;
}

static void a_large_clusters_full_round_asks_a_majority_for_views(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    t->w.options.witnesses = 2;
    t->w.options.full_views = 4;
    start_cluster(t, 30);
    see_all(t);
    int nodes = fake_cluster_asked(t->cluster, "CLUSTER NODES");
    int myids = fake_cluster_asked(t->cluster, "CLUSTER MYID");
    int infos = fake_cluster_asked(t->cluster, "INFO");
    poller_full_round(t->w.poller);
    t->count = 1;
    watcher_until(&t->w, is_full, t);
    int asked = fake_cluster_asked(t->cluster, "CLUSTER NODES") - nodes;
    assert_in_range(asked, 16, 20);
    assert_int_equal(fake_cluster_asked(t->cluster, "CLUSTER MYID"), myids + 30);
    assert_int_equal(fake_cluster_asked(t->cluster, "INFO"), infos + 30);
    assert_int_equal(t->w.snapshot->n_owners_asked, asked);
    assert_int_equal(count_spared(t->w.snapshot), 30 - asked);
}

static void a_round_can_be_had_at_once(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    start_cluster(t, 2);
    see_all(t);
    poller_round(t->w.poller);
    watcher_rounds(&t->w, 1);
    assert_false(t->w.was_full);
}

static void half_a_reply_is_no_view(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    fake_cut_after(fake_node(t->cluster, 2), 300); // behind MYID, in the middle of the rest
    fake_cut(fake_node(t->cluster, 2));
    wait_reach(t, 2, REACH_UNREACHABLE);
    watcher_rounds(&t->w, 5);
    fake_cut_after(fake_node(t->cluster, 2), 0);
    wait_reach(t, 2, REACH_OK);
    assert_int_equal(t->w.snapshot->n_bad_lines, 0);
}

static void nodes_come_and_go(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    t->other = fake_start(t->w.loop, "127.0.0.9", 0);
    see_all(t);
    // Everybody now tells of another place for the last one: it is dialled there.
    fake_cluster_answers(t->cluster, 2, t->other);
    char addr[64];
    snprintf(addr, sizeof(addr), "127.0.0.9:%d@1", fake_port(t->other));
    fake_listen(fake_node(t->cluster, 2), 0);
    fake_cut(fake_node(t->cluster, 2));
    wait_reach(t, 2, REACH_UNREACHABLE);
    fake_place(t->cluster, 2, addr);
    fake_cluster_answers(t->cluster, 2, t->other);
    const Seen *seen = wait_reach(t, 2, REACH_OK);
    assert_memory_equal(seen->dialled, "127.0.0.9:", 10);
    assert_int_equal(t->w.n_seen, 3);
}

static bool is_at_home(void *ctx)
{
    World *t = ctx;
    const Seen *seen = watcher_node(&t->w, t->id);
    return seen != NULL && seen->reach == REACH_OK && strncmp(seen->dialled, "127.0.0.1:", 10) != 0;
}

static void a_seed_has_two_addresses(void **state)
{
    World *t = *state;
    t->other = fake_start(t->w.loop, "127.0.0.1", 0);
    t->cluster = fake_cluster_start(t->w.loop, 2);
    seed_with(t, t->other);
    fake_cluster_answers(t->cluster, 0, t->other);
    see_all(t);
    t->id = fake_id(t->cluster, 0);
    assert_false(is_at_home(t)); // the address that worked is kept
    fake_listen(t->other, 0);
    fake_cut(t->other);
    watcher_until(&t->w, is_at_home, t); // the announced one works too
    fake_listen(t->other, 1);
    fake_listen(fake_node(t->cluster, 0), 0);
    fake_cut(fake_node(t->cluster, 0));
    wait_reach(t, 0, REACH_OK);
    assert_int_equal(t->w.n_seen, 2);
}

static bool has_moved(void *ctx)
{
    World *t = ctx;
    const Seen *seen = watcher_node(&t->w, t->id);
    return seen != NULL && seen->reach == REACH_OK && strstr(seen->dialled, "127.0.0.1:") != NULL;
}

static void when_all_are_lost_the_seeds_are_asked_again(void **state)
{
    World *t = *state;
    t->other = fake_start(t->w.loop, "127.0.0.1", 0);
    t->cluster = fake_cluster_start(t->w.loop, 2);
    seed_with(t, t->other); // the first node's outer address
    fake_cluster_answers(t->cluster, 0, t->other);
    see_all(t);
    assert_int_equal(t->w.n_seen, 2);
    for (size_t i = 0; i < 2; i++) {
        fake_listen(fake_node(t->cluster, i), 0);
        fake_cut(fake_node(t->cluster, i));
    }
    fake_listen(t->other, 0);
    fake_cut(t->other);
    wait_reach(t, 0, REACH_UNREACHABLE);
    wait_reach(t, 1, REACH_UNREACHABLE);
    assert_int_equal(t->w.n_seen, 2);
    // Another node answers at the seed's address now, and it knows where it is itself.
    char addr[64];
    snprintf(addr, sizeof(addr), "127.0.0.1:%d@1", fake_port(t->other));
    fake_place(t->cluster, 1, addr);
    fake_cluster_answers(t->cluster, 1, t->other);
    fake_listen(t->other, 1);
    t->id = fake_id(t->cluster, 1);
    watcher_until(&t->w, has_moved, t);
}

// --- who is who, and what is allowed -------------------------------------------------------------

static bool has_answer(void *ctx)
{
    return ((World *)ctx)->w.answers > 0;
}

static bool send_to(World *t, size_t node)
{
    return poller_send(t->w.poller, fake_id(t->cluster, node), 2,
                       (const char *[]){"CONFIG", "GET"});
}

static void sends_one_command(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    watcher_start(&t->w);
    assert_false(send_to(t, 1)); // nobody is known yet
    watcher_until(&t->w, all_answer, t);
    fake_answer(fake_node(t->cluster, 1), "CONFIG GET", "*2\r\n$1\r\na\r\n$5\r\nb\x1b[1m\r\n");
    assert_true(send_to(t, 1));
    assert_false(send_to(t, 2)); // one at a time
    assert_int_equal(t->w.answers, 0);
    watcher_until(&t->w, has_answer, t);
    assert_true(t->w.answer_ok);
    assert_false(t->w.answer_late);
    assert_string_equal(t->w.answer, "a b?[1m");
    t->w.answers = 0;
    fake_answer(fake_node(t->cluster, 1), "CONFIG GET", "-ERR no\r\n");
    assert_true(send_to(t, 1));
    watcher_until(&t->w, has_answer, t);
    assert_false(t->w.answer_ok);
    assert_string_equal(t->w.answer, "ERR no");
    NodeId nobody = {.hex = "ffffffffffffffffffffffffffffffffffffffff"};
    assert_false(poller_send(t->w.poller, nobody, 1, (const char *[]){"PING"}));
}

static void a_command_without_an_answer_is_late(void **state)
{
    World *t = *state;
    t->w.options.request_timeout_ms = 100;
    start_cluster(t, 3);
    see_all(t);
    fake_hang(fake_node(t->cluster, 1), 1);
    assert_true(send_to(t, 1));
    watcher_until(&t->w, has_answer, t);
    assert_true(t->w.answer_late);
    assert_false(send_to(t, 1)); // answers owed
    t->w.answers = 0;
    fake_answer(fake_node(t->cluster, 2), "CONFIG GET", NULL);
    assert_true(send_to(t, 2));
    watcher_rounds(&t->w, 1);
    fake_cut(fake_node(t->cluster, 2));
    watcher_until(&t->w, has_answer, t);
    assert_true(t->w.answer_late);
}

static void another_node_at_the_address_is_refused(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    fake_answer_bulk(fake_node(t->cluster, 1), "CLUSTER MYID",
                     "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    fake_cut(fake_node(t->cluster, 1));
    const Seen *seen = wait_reach(t, 1, REACH_WRONG_NODE);
    expect_words(seen->why, "eeeeeeee instead of 00000000");
    assert_true(node_id_is_none(seen->id));
    assert_false(send_to(t, 1));
    assert_true(send_to(t, 2));
    fake_cluster_answers(t->cluster, 1, fake_node(t->cluster, 1));
    wait_reach(t, 1, REACH_OK);
}

static bool is_loading(void *ctx)
{
    World *t = ctx;
    const Seen *seen = watcher_node(&t->w, t->id);
    return seen != NULL && seen->loading && seen->reach == REACH_OK;
}

static void who_loads_is_who_it_was(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    FakeServer *node = fake_node(t->cluster, 1);
    fake_answer(node, "CLUSTER", "-LOADING Redis is loading the dataset in memory\r\n");
    fake_answer_bulk(node, "INFO", "role:slave\r\nloading:1\r\n");
    fake_cut(node);
    t->id = fake_id(t->cluster, 1);
    watcher_until(&t->w, is_loading, t);
    assert_true(node_id_eq(watcher_node(&t->w, t->id)->id, t->id));
    assert_false(send_to(t, 1)); // not confirmed on this connection
    fake_cluster_answers(t->cluster, 1, node);
    watcher_rounds(&t->w, 3);
    assert_false(watcher_node(&t->w, t->id)->loading);
    assert_true(send_to(t, 1));
}

static void who_loads_may_still_tell_the_topology(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    fake_answer_bulk(fake_node(t->cluster, 1), "INFO", "role:slave\r\nloading:1\r\n"); // Valkey 8
    t->id = fake_id(t->cluster, 1);
    watcher_until(&t->w, is_loading, t);
    watcher_rounds(&t->w, 3);
    assert_true(watcher_node(&t->w, t->id)->loading);
}

static void what_is_not_allowed_leaves_the_rest(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    FakeServer *node = fake_node(t->cluster, 1);
    fake_answer(node, "CONFIG", "-NOPERM this user has no permissions\r\n");
    fake_answer(node, "CLUSTER MYID", "-NOPERM this user has no permissions\r\n");
    fake_answer(node, "INFO", "-NOPERM this user has no permissions\r\n");
    see_all(t);
    const Seen *seen = watcher_node(&t->w, fake_id(t->cluster, 1));
    assert_true(seen->settings_denied);
    assert_false(seen->has_info);
    assert_true(seen->has_nodes);
    expect_words(seen->why, "grant it +info");
    assert_true(node_id_eq(seen->id, fake_id(t->cluster, 1))); // by its view's own line
    assert_true(send_to(t, 1));
    watcher_rounds(&t->w, 5);
    assert_int_equal(fake_asked(node, "CLUSTER MYID"), 1); // not again and again
    assert_int_equal(watcher_node(&t->w, fake_id(t->cluster, 1))->reach, REACH_OK);
}

static void who_is_allowed_nothing_is_denied(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    const char *no = "-NOPERM this user has no permissions\r\n";
    FakeServer *node = fake_node(t->cluster, 1);
    fake_answer(node, "CONFIG", no);
    fake_answer(node, "CLUSTER", no);
    fake_answer(node, "INFO", no);
    watcher_start(&t->w);
    expect_words(wait_reach(t, 1, REACH_DENIED)->why, "grant it +");
    assert_int_equal(watcher_count(&t->w, REACH_OK), 2);
    watcher_rounds(&t->w, 3);
    assert_int_equal(fake_connections(node), 1);
}

static void a_seed_without_topology_is_denied(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    fake_answer(fake_node(t->cluster, 0), "CLUSTER NODES", "-NOPERM no\r\n");
    watcher_start(&t->w);
    watcher_rounds(&t->w, 1);
    assert_int_equal(t->w.seen[0].reach, REACH_DENIED);
    expect_words(t->w.seen[0].why, "grant it +cluster|nodes");
}

static void a_seed_may_bring_its_own_login(void **state)
{
    World *t = *state;
    t->cluster = fake_cluster_start(t->w.loop, 3);
    for (size_t i = 0; i < 3; i++) {
        fake_answer(fake_node(t->cluster, i), "AUTH me secret", "+OK\r\n");
    }
    char seed[100];
    snprintf(seed, sizeof(seed), "redis://me:secret@%s:%d", fake_ip(fake_node(t->cluster, 0)),
             fake_port(fake_node(t->cluster, 0)));
    watcher_seed(&t->w, seed);
    see_all(t);
    assert_int_equal(t->w.n_seen, 3);
    assert_int_equal(fake_cluster_asked(t->cluster, "AUTH me secret"), 3);
    assert_null(strstr(t->w.name, "secret"));
    assert_string_equal(poller_notice(t->w.poller), "");
}

static void can_be_freed_at_any_moment(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    watcher_seed(&t->w, "localhost:1");
    fake_cut_after(fake_node(t->cluster, 2), 300);
    for (int moment = 0; moment < 60; moment++) {
        watcher_start(&t->w);
        for (int i = 0; i < moment; i++) {
            ev_run(t->w.loop, EVRUN_NOWAIT);
        }
        poller_free(t->w.poller);
        t->w.poller = NULL;
    }
    loop_for(t->w.loop, 20);
}

#define CLAIM(claim) cmocka_unit_test_setup_teardown(claim, set_up, tear_down)

TESTS(poller, CLAIM(first_round_is_complete), CLAIM(tries_seeds_in_turn),
      CLAIM(says_why_no_seed_works), CLAIM(what_hangs_at_first_is_found_later),
      CLAIM(names_are_resolved), CLAIM(says_which_name_is_unknown),
      CLAIM(what_has_no_address_is_said_so), CLAIM(ten_hung_of_fifty_hold_nothing),
      CLAIM(slow_is_not_late_for_ever), CLAIM(a_lost_connection_starts_a_round),
      CLAIM(what_returns_is_seen_again), CLAIM(full_rounds_ask_for_everything),
      CLAIM(hurry_and_interval_take_effect_at_once), CLAIM(a_few_witnesses_take_turns),
      CLAIM(a_first_look_has_witnesses_too),
      CLAIM(a_large_clusters_full_round_asks_a_majority_for_views),
      CLAIM(a_round_can_be_had_at_once), CLAIM(half_a_reply_is_no_view), CLAIM(nodes_come_and_go),
      CLAIM(a_seed_has_two_addresses), CLAIM(when_all_are_lost_the_seeds_are_asked_again),
      CLAIM(sends_one_command), CLAIM(a_command_without_an_answer_is_late),
      CLAIM(another_node_at_the_address_is_refused), CLAIM(who_loads_is_who_it_was),
      CLAIM(who_loads_may_still_tell_the_topology), CLAIM(what_is_not_allowed_leaves_the_rest),
      CLAIM(who_is_allowed_nothing_is_denied), CLAIM(a_seed_without_topology_is_denied),
      CLAIM(a_seed_may_bring_its_own_login), CLAIM(can_be_freed_at_any_moment))
