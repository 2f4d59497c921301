// A set of nodes by their IDs, for what is kept across rounds: marks and folds.
#ifndef REHOME_UI_NODE_SET_H
#define REHOME_UI_NODE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/model/node_id.h"

typedef struct {
    NodeId *at; // sorted
    size_t n;
    size_t cap;
} NodeSet;

// Zero-initialise, node_set_done() at the end.
void node_set_done(NodeSet *set);

bool node_set_has(const NodeSet *set, NodeId id);
void node_set_put(NodeSet *set, NodeId id);
void node_set_drop(NodeSet *set, NodeId id);
void node_set_clear(NodeSet *set);

#endif
