// Finding a cluster and keeping it in sight, against fakes that fail on demand. test_poller_lab.c
// has the real servers.
#include "poller_world.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "unit/unit.h"

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

TESTS(poller, CLAIM(first_round_is_complete), CLAIM(tries_seeds_in_turn),
      CLAIM(says_why_no_seed_works), CLAIM(what_hangs_at_first_is_found_later),
      CLAIM(names_are_resolved), CLAIM(says_which_name_is_unknown),
      CLAIM(what_has_no_address_is_said_so), CLAIM(what_returns_is_seen_again),
      CLAIM(nodes_come_and_go), CLAIM(a_seed_has_two_addresses),
      CLAIM(when_all_are_lost_the_seeds_are_asked_again), CLAIM(can_be_freed_at_any_moment))
