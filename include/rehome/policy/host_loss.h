// What the loss of a host would cost, and whether any single loss is survivable.
#ifndef REHOME_POLICY_HOST_LOSS_H
#define REHOME_POLICY_HOST_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/model/snapshot.h"

struct Health;

typedef struct {
    const char *host;   // label
    int nodes;          // on it and not failed
    int masters;        // slot owners on it and not failed
    int slots_lost;     // slots left without a working copy
    int shards_lost;    // masters whose every working copy is there
    int left_alone;     // masters elsewhere that lose their last working replica
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

// What is lost when exactly these nodes (indices) die together; host is "".
HostLoss host_loss_of(const Snapshot *s, const struct Health *h, const int *nodes, size_t n);

#endif
