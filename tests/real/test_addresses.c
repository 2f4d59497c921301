// The way to a node: maps, names, and names whose name server is silent, against fakes.
// test_addresses_lab.c has the real servers.
#include "poller_world.h"

#include <ev.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "../../src/redis/resolve.h"
#include "loop.h"
#include "unit/unit.h"

enum { NODES = 3, LIMIT_MS = 30000 };

// Where the nodes say that they are: nobody is there.
static const char *const places[NODES] = {"127.66.0.1:6379@1", "127.66.0.2:6379@1",
                                          "127.66.0.3:6379@1"};

// Everybody is where node of[i] listens, if there is one.
static void start_behind_nat(World *t, const int *of, AddressMap *map)
{
    t->cluster = fake_cluster_start(t->w.loop, NODES);
    for (size_t i = 0; i < NODES; i++) {
        const FakeServer *to = fake_node(t->cluster, (size_t)of[i]);
        char rule[128];
        snprintf(rule, sizeof(rule), "127.66.0.%zu:6379=%s:%d", i + 1, fake_ip(to), fake_port(to));
        assert_true(address_map_add(map, sv(rule), NULL));
        fake_place(t->cluster, i, places[i]);
    }
    seed_with(t, fake_node(t->cluster, 0));
}

static void a_map_says_where_nodes_are(void **state)
{
    World *t = *state;
    AddressMap map = {0};
    start_behind_nat(t, (const int[]){0, 1, 2}, &map);
    watcher_start(&t->w); // without
    expect_words(wait_reach(t, 1, REACH_UNREACHABLE)->why, "cannot connect to 127.66.0.2:6379");
    wait_reach(t, 2, REACH_UNREACHABLE);
    wait_reach(t, 0, REACH_OK); // the seed
    poller_free(t->w.poller);
    t->w.options.map = &map;
    watcher_start(&t->w);
    address_map_done(&map); // the poller has its own
    for (size_t i = 0; i < NODES; i++) {
        const Seen *seen = wait_reach(t, i, REACH_OK);
        char at[64];
        snprintf(at, sizeof(at), "%s:%d", fake_ip(fake_node(t->cluster, i)),
                 fake_port(fake_node(t->cluster, i)));
        assert_string_equal(seen->dialled, at);
        assert_memory_equal(t->w.snapshot->nodes[i].addr, places[i], strlen("127.66.0.1:6379"));
    }
    assert_int_equal(t->w.n_seen, NODES);
}

static void a_wrong_map_is_noticed_and_nothing_is_sent(void **state)
{
    World *t = *state;
    AddressMap map = {0};
    start_behind_nat(t, (const int[]){0, 2, 2}, &map);
    t->w.options.map = &map;
    watcher_start(&t->w);
    const Seen *seen = wait_reach(t, 1, REACH_WRONG_NODE);
    expect_words(seen->why, "another node answers at");
    assert_false(seen->has_info);
    wait_reach(t, 2, REACH_OK);
    const char *argv[] = {"CLUSTER", "REPLICATE", fake_id(t->cluster, 0).hex};
    assert_false(poller_send(t->w.poller, CHANNEL_MOVE, fake_id(t->cluster, 1), 3, argv));
    assert_true(poller_send(t->w.poller, CHANNEL_MOVE, fake_id(t->cluster, 2), 3, argv));
    address_map_done(&map);
}

static void an_announced_name_is_tried_where_the_address_fails(void **state)
{
    World *t = *state;
    char place[80];
    start_cluster(t, NODES);
    t->other = fake_start(t->w.loop, "127.0.0.1", 0);
    snprintf(place, sizeof(place), "127.66.0.3:%d@1,localhost", fake_port(t->other));
    fake_place(t->cluster, 2, place);
    fake_cluster_answers(t->cluster, 2, t->other);
    watcher_start(&t->w);
    assert_memory_equal(wait_reach(t, 2, REACH_OK)->dialled, "127.0.0.1:", 10);
    // And again, when the connection ends.
    fake_listen(t->other, 0);
    fake_cut(t->other);
    wait_reach(t, 2, REACH_UNREACHABLE);
    fake_listen(t->other, 1);
    wait_reach(t, 2, REACH_OK);
    // It stays reached when the name is not announced any more, and tried when it is lost.
    fake_place(t->cluster, 2, places[2]);
    fake_cluster_answers(t->cluster, 2, t->other);
    watcher_rounds(&t->w, 2);
    wait_reach(t, 2, REACH_OK);
    fake_cut(t->other);
    expect_words(wait_reach(t, 2, REACH_UNREACHABLE)->why, "127.");
}

static void a_name_that_nobody_knows_does_not_hide_why_the_address_fails(void **state)
{
    World *t = *state;
    start_cluster(t, NODES);
    fake_place(t->cluster, 2, "127.66.0.3:6379@1,no-such-host.invalid");
    watcher_start(&t->w);
    wait_reach(t, 2, REACH_UNREACHABLE);
    for (int round = 0; round < 10; round++) {
        watcher_rounds(&t->w, 1);
        expect_words(wait_reach(t, 2, REACH_UNREACHABLE)->why, "Connection refused");
    }
}

// --- looking names up ----------------------------------------------------------------------------

enum { MANY = 40 };

// How names are looked up here: one that begins with "silent" is not, until the server is back.
static struct {
    sem_t is_back;
    _Atomic int begun;
    _Atomic int ended;
} server;

static void look_up(const char *host, Resolved *out)
{
    server.begun++;
    if (strncmp(host, "silent", 6) == 0) {
        while (sem_wait(&server.is_back) != 0) {
        }
        sem_post(&server.is_back);
    }
    snprintf(out->ips[0], sizeof(out->ips[0]), "127.0.0.1");
    out->n = 1;
    server.ended++;
}

static void on_found(void *ctx, const Resolved *resolved)
{
    int *found = ctx;
    *found += (int)resolved->n;
}

static bool is_found(void *ctx)
{
    return *(int *)ctx > 0;
}

static bool are_all_found(void *ctx)
{
    return *(int *)ctx == MANY;
}

static bool have_all_ended(void *ctx)
{
    (void)ctx;
    return server.ended == server.begun;
}

static Resolver *open_resolver(World *t)
{
    server.begun = server.ended = 0;
    assert_int_equal(sem_init(&server.is_back, 0, 0), 0);
    return resolver_new(t->w.loop, look_up);
}

static void close_resolver(World *t, Resolver *r)
{
    resolver_free(r);
    sem_post(&server.is_back); // whoever waits lets the next one through
    assert_true(loop_until(t->w.loop, LIMIT_MS, have_all_ended, NULL));
}

static void names_that_hang_hold_up_no_other(void **state)
{
    World *t = *state;
    Resolver *r = open_resolver(t);
    int silent = 0;
    int good = 0;
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof(name), "silent%d.example", i);
        resolve(r, name, on_found, &silent);
    }
    resolve(r, "good.example", on_found, &good);
    assert_true(loop_until(t->w.loop, LIMIT_MS, is_found, &good));
    assert_int_equal(silent, 0);
    good = 0;
    resolve(r, "another.example", on_found, &good);
    assert_true(loop_until(t->w.loop, LIMIT_MS, is_found, &good));
    sem_post(&server.is_back);
    assert_true(loop_until(t->w.loop, LIMIT_MS, are_all_found, &silent));
    close_resolver(t, r);
}

static void who_asks_for_a_name_meanwhile_waits_for_the_same_answer(void **state)
{
    World *t = *state;
    Resolver *r = open_resolver(t);
    int cancelled = 0;
    int found = 0;
    resolve_cancel(resolve(r, "silent.example", on_found, &cancelled));
    for (int i = 0; i < MANY; i++) {
        resolve(r, "silent.example", on_found, &found);
    }
    sem_post(&server.is_back);
    assert_true(loop_until(t->w.loop, LIMIT_MS, are_all_found, &found));
    assert_int_equal(server.begun, 1);
    assert_int_equal(cancelled, 0);
    close_resolver(t, r);
}

static void nobody_waits_at_the_end_for_names_that_hang(void **state)
{
    World *t = *state;
    Resolver *r = open_resolver(t);
    int found = 0;
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof(name), "silent%d.example", i);
        resolve(r, name, on_found, &found);
    }
    resolver_free(r); // comes back at once, and what it leaves behind goes by itself
    assert_int_equal(server.ended, 0);
    sem_post(&server.is_back);
    assert_true(loop_until(t->w.loop, LIMIT_MS, have_all_ended, NULL));
    assert_int_equal(found, 0);
}

TESTS(addresses, CLAIM(a_map_says_where_nodes_are),
      CLAIM(a_wrong_map_is_noticed_and_nothing_is_sent),
      CLAIM(an_announced_name_is_tried_where_the_address_fails),
      CLAIM(a_name_that_nobody_knows_does_not_hide_why_the_address_fails),
      CLAIM(names_that_hang_hold_up_no_other),
      CLAIM(who_asks_for_a_name_meanwhile_waits_for_the_same_answer),
      CLAIM(nobody_waits_at_the_end_for_names_that_hang))
