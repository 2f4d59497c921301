// Finds a number by a node's ID. Borrows the IDs.
#ifndef REHOME_SRC_MODEL_ID_INDEX_H
#define REHOME_SRC_MODEL_ID_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/model/node_id.h"

// Zero-initialise it; id_index_done() frees it.
typedef struct {
    struct IdEntry *entries; // a power of two of them, at most half in use
    size_t n_entries;
    size_t n; // in use
} IdIndex;

bool id_index_add(IdIndex *index, const NodeId *id, int number); // false: there already
int id_index_find(const IdIndex *index, const NodeId *id);       // -1: not there
void id_index_done(IdIndex *index);

#endif
