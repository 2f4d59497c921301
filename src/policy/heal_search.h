// The cheapest list of moves, in a small model of the cluster: how many working replicas on which
// host follow which master. For small clusters; whoever asks makes the moves in pictures, where the
// plan's own rules judge them.
#ifndef REHOME_SRC_POLICY_HEAL_SEARCH_H
#define REHOME_SRC_POLICY_HEAL_SEARCH_H

#include "rehome/policy/heal_plan.h"

typedef struct {
    int orphans;
    int alone; // masters on one host with all their replicas
    int moves;
    int64_t bytes; // of the targets' datasets, as far as they are known
} HealScore;

int heal_score_compare(const HealScore *a, const HealScore *b); // less is better

typedef struct {
    int replica; // indices into the snapshot
    int target;
} HealPair;

// The best that at most `most` moves reach, written to out in order; returns how many. *score says
// what they reach, whatever was looked at: a cluster that is too large comes back as it is.
size_t heal_search(const Health *h, HealPair *out, size_t most, HealScore *score);

#endif
