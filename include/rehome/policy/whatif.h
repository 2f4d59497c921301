// What if these nodes died together: what would be lost, what the servers would do about it, and
// what rehome would. A prediction by the servers' own rules (cluster.c, clusterGetSlaveRank and
// clusterHandleSlaveMigration), from one health and without a clock.
#ifndef REHOME_POLICY_WHATIF_H
#define REHOME_POLICY_WHATIF_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/policy/explain.h"
#include "rehome/policy/plan.h"

// What becomes of a shard that loses at least one node, worst first.
#define SHARD_FATES(X)                                                                             \
    X(LOST, "lost")           /* no working copy is left */                                        \
    X(STUCK, "stuck")         /* a working copy is left, and nobody can elect it */                \
    X(ALONE, "alone")         /* the master stays, without a working replica */                    \
    X(TAKEN_OVER, "failover") /* a replica is promoted */                                          \
    X(FEWER, "fewer")         /* the master stays, with fewer replicas */

typedef enum {
#define X(name, text) SHARD_##name,
    SHARD_FATES(X)
#undef X
        SHARD_FATE_COUNT
} ShardFate;

const char *shard_fate_text(ShardFate fate);

typedef struct {
    int master; // index into the health's snapshot, as everywhere here
    ShardFate fate;
    int heir;         // the replica most likely promoted; -1: none
    size_t n_heirs;   // replicas with as much data, one of which it will be
    int working_left; // working replicas once the failover is over
    const char *text; // one clause, without the master's name
} ShardLoss;

// What happens next, in this order.
#define WHATIF_PARTS(X)                                                                            \
    X(MAJORITY, "majority") /* may the servers elect at all */                                     \
    X(FAILOVER, "failover") /* who takes over */                                                   \
    X(STATE, "state")       /* cluster_state afterwards */                                         \
    X(SERVERS, "servers")   /* the servers' own migration */                                       \
    X(REHOME, "rehome")     /* what we would do */

typedef enum {
#define X(name, text) WHATIF_##name,
    WHATIF_PARTS(X)
#undef X
        WHATIF_PART_COUNT
} WhatIfPart;

const char *whatif_part_text(WhatIfPart part);

typedef struct {
    WhatIfPart part;
    Level level;
    const char *text; // one sentence, clean
} WhatIfStep;

typedef struct {
    Arena *arena;         // its own
    const Health *before; // borrowed: the answer must not outlive it
    const char *what;     // who dies, in words
    HostLoss loss;
    const ShardLoss *shards; // worst first
    size_t n_shards;
    bool state_ok; // cluster_state once all is settled
    const WhatIfStep *steps;
    size_t n_steps;
    int server_replica;  // who the servers' own migration would move first; -1: nobody
    int server_target;   // and where to; -1
    const Health *after; // the picture once the servers have settled, before any migration
    Plan plan;           // of that picture: what rehome would do
} WhatIf;

// nodes: indices, each counted once; those that have failed already change nothing. Never NULL.
const WhatIf *whatif_ask(const Health *h, const char *what, const int *nodes, size_t n);
void whatif_free(const WhatIf *w); // NULL is fine

// The answer as a page.
void whatif_explain(Explanation *e, const WhatIf *w);

// The pairs that this host is one of; nothing when there is none.
void host_pairs_explain(Explanation *e, const HostPairs *pairs, const char *host);

// What becomes of this master's shard; NULL: nothing, it loses nobody.
const ShardLoss *whatif_shard(const WhatIf *w, int master);

// The nodes that are meant by a host's label, or else by a node's name (see snapshot_name): their
// number, written to nodes (room for all nodes of the snapshot). 0 and err: nobody is, or several
// nodes are.
size_t whatif_name(const Health *h, const char *text, int *nodes, bool *is_host, Error *err);

#endif
