// Who is who, what is sent to whom, and what is allowed.
#include "poller_world.h"

#include <stdio.h>
#include <string.h>

#include "unit/unit.h"

static bool has_answer(void *ctx)
{
    return ((World *)ctx)->w.answers > 0;
}

static bool send_to(World *t, size_t node)
{
    return poller_send(t->w.poller, CHANNEL_MOVE, fake_id(t->cluster, node), 2,
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
    assert_false(poller_send(t->w.poller, CHANNEL_MOVE, nobody, 1, (const char *[]){"PING"}));
}

static bool both_answered(void *ctx)
{
    const Watcher *w = &((World *)ctx)->w;
    return w->answers_on[CHANNEL_MOVE] > 0 && w->answers_on[CHANNEL_LEASE] > 0;
}

static void two_channels_do_not_mix(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    NodeId id = fake_id(t->cluster, 1);
    fake_answer(fake_node(t->cluster, 1), "CONFIG GET", "+of the move\r\n");
    fake_answer(fake_node(t->cluster, 1), "PTTL", "+of the lease\r\n");
    assert_true(poller_send(t->w.poller, CHANNEL_LEASE, id, 2, (const char *[]){"PTTL", "k"}));
    assert_true(send_to(t, 1)); // although the other channel waits for an answer there
    assert_false(poller_send(t->w.poller, CHANNEL_LEASE, fake_id(t->cluster, 2), 2,
                             (const char *[]){"PTTL", "k"}));
    watcher_until(&t->w, both_answered, t);
    assert_int_equal(t->w.answers, 2);
    assert_string_equal(t->w.answer_on[CHANNEL_MOVE], "of the move");
    assert_string_equal(t->w.answer_on[CHANNEL_LEASE], "of the lease");
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

static bool has_said_that_it_loads(void *ctx)
{
    World *t = ctx;
    const Seen *seen = watcher_node(&t->w, t->id);
    return seen != NULL && strstr(seen->why, "who answers now loads") != NULL;
}

static void but_not_where_another_answered_last(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    FakeServer *node = fake_node(t->cluster, 1);
    fake_answer_bulk(node, "CLUSTER MYID", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    fake_cut(node);
    wait_reach(t, 1, REACH_WRONG_NODE);
    fake_answer(node, "CLUSTER", "-LOADING Redis is loading the dataset in memory\r\n");
    fake_answer_bulk(node, "INFO", "role:slave\r\nloading:1\r\n");
    t->id = fake_id(t->cluster, 1);
    watcher_until(&t->w, has_said_that_it_loads, t);
    assert_int_equal(watcher_node(&t->w, t->id)->reach, REACH_WRONG_NODE);
    assert_false(watcher_node(&t->w, t->id)->loading);
    fake_cluster_answers(t->cluster, 1, node);
    wait_reach(t, 1, REACH_OK);
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
    assert_int_equal(seen->forbidden, ASK_SETTINGS | ASK_MYID | ASK_INFO);
    assert_false(seen->has_info);
    assert_true(seen->has_nodes);
    expect_words(seen->why, "ACL SETUSER default +cluster|myid +info +config|get");
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
    expect_words(wait_reach(t, 1, REACH_DENIED)->why,
                 "does not allow CLUSTER MYID, INFO, CLUSTER NODES, CLUSTER INFO and CONFIG GET to "
                 "user default: ACL SETUSER default +cluster|myid +info +cluster|nodes");
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
    expect_words(t->w.seen[0].why, "ACL SETUSER default +cluster|nodes");
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

TESTS(poller_access, CLAIM(sends_one_command), CLAIM(two_channels_do_not_mix),
      CLAIM(a_command_without_an_answer_is_late), CLAIM(another_node_at_the_address_is_refused),
      CLAIM(who_loads_is_who_it_was), CLAIM(but_not_where_another_answered_last),
      CLAIM(who_loads_may_still_tell_the_topology), CLAIM(what_is_not_allowed_leaves_the_rest),
      CLAIM(who_is_allowed_nothing_is_denied), CLAIM(a_seed_without_topology_is_denied),
      CLAIM(a_seed_may_bring_its_own_login))
