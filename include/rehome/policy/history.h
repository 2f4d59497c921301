// How each node was over the last half hour: one sign for each half minute, the worst of it.
#ifndef REHOME_POLICY_HISTORY_H
#define REHOME_POLICY_HISTORY_H

#include "rehome/policy/health.h"

// From good to bad.
typedef enum {
    WAS_NOT_SEEN, // we did not look, or it was no part of the cluster
    WAS_WELL,     // protected, working, or without slots
    WAS_COMING,   // at risk with a replica on its way; linking, syncing, loading
    WAS_UNKNOWN,  // suspected, or it could not be asked
    WAS_CUT_OFF,  // its replication link was down
    WAS_ORPHANED,
    WAS_FAILED,
    WAS_COUNT
} Was;

enum { HISTORY_CELLS = 60, HISTORY_CELL_MS = 30000 };

typedef struct History History; // some 100 bytes a node

History *history_new(void);
void history_free(History *h); // NULL is fine

// A round ended. Nodes that are gone are forgotten.
void history_add(History *history, const Health *h);

// Oldest first, the last one is now; all WAS_NOT_SEEN when we know nothing of it.
void history_of(const History *history, NodeId node, Was out[HISTORY_CELLS]);

#endif
