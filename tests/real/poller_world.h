// A poller and the cluster of fakes that it looks at, for tests of the poller.
#ifndef REHOME_TESTS_REAL_POLLER_WORLD_H
#define REHOME_TESTS_REAL_POLLER_WORLD_H

#include "fake_cluster.h"
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

int poller_set_up(void **state); // of each test; rounds follow each other quickly
int poller_tear_down(void **state);

#define CLAIM(claim) cmocka_unit_test_setup_teardown(claim, poller_set_up, poller_tear_down)

void seed_with(World *t, const FakeServer *server);
void start_cluster(World *t, size_t n); // seen through its first node
void see_all(World *t);                 // start, and wait until all answer

// Conditions of watcher_until(); the second looks for World.count full rounds.
bool all_answer(void *ctx);
bool is_full(void *ctx);

const Seen *wait_reach(World *t, size_t node, Reach reach);
void expect_words(const char *text, const char *words);

#endif
