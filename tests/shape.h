// Clusters of real servers that are too large to be written down node by node.
#ifndef REHOME_TESTS_SHAPE_H
#define REHOME_TESTS_SHAPE_H

#include "rehome/app/lab.h"
#include "rehome/base/arena.h"

typedef struct {
    int masters;
    int replicas; // of each
    int spares;   // one more for so many of the first masters
    int hosts;    // 127.0.N.11 and so on
} Shape;

// For a LabSpec, in the arena. A master's replicas are on the hosts behind its own. Ports: 7001..
// the masters, 7101.. their first replicas, 7201.. their second.
LabNode *shape_nodes(const Shape *shape, Arena *arena, size_t *n);

#endif
