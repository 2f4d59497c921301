// What an application does with a poller, for tests: takes each round's picture, follows it, and
// keeps the last of everything.
#ifndef REHOME_TESTS_WATCHER_H
#define REHOME_TESTS_WATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"
#include "rehome/redis/poller.h"

typedef struct {
    Reach reach;
    bool loading;
    unsigned forbidden; // ASK_..
    unsigned refused;
    bool has_info;
    bool has_nodes;
    bool has_cluster;
    bool has_settings;
    bool all_fresh; // INFO and CLUSTER NODES and INFO are of this round
    NodeId id;
    NodeId expected;
    char dialled[80];
    char why[320];
} Seen;

typedef struct {
    struct ev_loop *loop;
    PollerOptions options;
    Poller *poller;
    Address seeds[8];
    size_t n_seeds;
    int rounds;
    int full_rounds;
    bool was_full;
    Snapshot *snapshot; // of the last round
    Seen *seen;
    size_t n_seen;
    size_t cap_seen;
    char name[300];
    char trouble[400];
    int answers;
    int answers_on[CHANNELS];
    char answer_on[CHANNELS][400];
    bool answer_late;
    bool answer_ok;
    char answer[400];
} Watcher;

void watcher_init(Watcher *w); // a loop of its own, default options
void watcher_done(Watcher *w);
void watcher_seed(Watcher *w, const char *address);
void watcher_seed_at(Watcher *w, const char *ip, int port);
void watcher_start(Watcher *w); // the poller; all that happens next happens in watcher_until()

// Run until the condition holds; the test fails after a while, saying what was seen last.
void watcher_until(Watcher *w, Condition *holds, void *ctx);
void watcher_rounds(Watcher *w, int n); // until n more rounds have ended

const Seen *watcher_at(const Watcher *w, const char *dialled); // NULL: not seen
const Seen *watcher_node(const Watcher *w, NodeId id);         // by expected, else by own ID
size_t watcher_count(const Watcher *w, Reach reach);

#endif
