// Is the cluster of one mind? Asked of one round's slot owners that answered themselves: the gate
// asks it of both of its rounds, automatic mode of every one.
#ifndef REHOME_SRC_POLICY_SETTLED_H
#define REHOME_SRC_POLICY_SETTLED_H

#include "rehome/policy/health.h"

typedef struct {
    bool is_so;
    const char *rule;   // when not: "unknowns" "views-disagree" "failover" "cluster-state"
    char text[200];     // when not: what was seen
    size_t witnesses;   // slot owners that answered
    uint64_t signature; // of who owns which slots; they all have it
    uint64_t epoch;     // they all have it
    int lost_slots;     // whose every copy is gone: an explanation for cluster_state:fail
} Settled;

// Answers before since_ms do not count.
Settled settled_look(const Snapshot *s, int64_t since_ms);

// How many slot owners there are in this view, and how many of them are well in it, not failed nor
// suspected, nor, in an owner's view, without an address: without more than half of them it is no
// majority's.
size_t settled_count_well(const NodesView *view, size_t *all);

#endif
