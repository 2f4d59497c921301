// What the loss of a host would cost, and whether any single loss is survivable.
#ifndef REHOME_POLICY_HOST_LOSS_H
#define REHOME_POLICY_HOST_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/model/snapshot.h"

struct Health;

typedef struct {
    const char *host;   // label; a node's address when its host is not known
    const int *members; // the nodes meant, by index: of a host those that have not failed
    size_t n_members;
    int nodes;          // on it and not failed
    int masters;        // slot owners on it and not failed
    int slots_lost;     // slots left without a working copy
    int shards_lost;    // masters whose every working copy is there
    int slots_stuck;    // slots whose working copies are all forbidden to take over (nofailover)
    int left_alone;     // masters elsewhere that lose their last working replica
    int failovers;      // masters that die and have a working replica that may take over
    int promoted_alone; // of these, the ones that leave a single copy
    bool majority_kept; // the slot owners that remain are a majority
} HostLoss;

typedef struct {
    bool safe;          // no single host's loss costs a slot or the majority
    const char *worst;  // the host whose loss costs most; "" when safe
    const HostLoss *at; // every host, worst first; in the snapshot's arena
    size_t n;
} HostSafety;

// Needs health's node states (not its hosts field). The result lives in the snapshot's arena.
HostSafety host_safety(const Snapshot *s, const struct Health *h);

// What is lost when exactly these nodes (indices) die together; host is "", members is nodes.
HostLoss host_loss_of(const Snapshot *s, const struct Health *h, const int *nodes, size_t n);

// No slot is lost or stuck, and the majority is kept: the cluster goes on by itself.
bool host_loss_is_survived(const HostLoss *loss);

// "5461 slots LOST, 1 without replica" or "safe, 1 failover": what it costs, worst first. Returns
// out.
char *host_loss_text(const HostLoss *loss, char *out, size_t size);

const HostLoss *host_loss_find(const HostSafety *safety, const char *host); // NULL: no such host

// Where a node is: its host, or its own address when that is not known. A HostLoss has this name.
const char *host_of(const Node *node);

// Two hosts that cost more together than one by one.
typedef struct {
    const HostLoss *a;
    const HostLoss *b;
    int slots_lost;     // beyond what each of them costs alone
    bool majority_lost; // which neither costs alone
} HostPair;

typedef struct {
    const HostPair *at; // worst first; in the given arena
    size_t n;
    bool too_many; // beyond HOST_PAIRS_MAX hosts pairs are not looked at
} HostPairs;

enum { HOST_PAIRS_MAX = 100 };

HostPairs host_pairs(const struct Health *h, Arena *arena);

#endif
