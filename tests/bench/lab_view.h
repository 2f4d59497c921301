// What the servers of a lab say of themselves and of each other: all are asked at the same moment,
// so that one look is one moment, and as often as one likes.
#ifndef REHOME_TESTS_BENCH_LAB_VIEW_H
#define REHOME_TESTS_BENCH_LAB_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/app/lab.h"
#include "rehome/base/arena.h"
#include "rehome/model/info.h"
#include "rehome/model/nodes.h"

enum { LAB_VIEW_NODES = 32 };

struct redisContext;

typedef struct {
    Lab *lab;
    Arena *arena; // of the last look
    struct redisContext *to[LAB_VIEW_NODES];
    NodeId id[LAB_VIEW_NODES];
    NodesView view[LAB_VIEW_NODES]; // of the last look
    NodeInfo info[LAB_VIEW_NODES];  // its section on replication
} LabView;

void lab_view_open(LabView *v, Lab *lab);
void lab_view_close(LabView *v);

// Whoever died is let go, whoever came back is dialled again.
void lab_view_look(LabView *v);

// By the last look. A node is its index in the lab; what it says of itself is NULL when it is down.
const NodeLine *lab_view_own(const LabView *v, size_t i);
const NodeLine *lab_view_line(const LabView *v, size_t reporter, size_t of); // NULL: none
bool lab_view_is_master(const LabView *v, size_t i);
ptrdiff_t lab_view_master(const LabView *v, size_t i); // of a replica, by its own word; -1: none
size_t lab_view_count(const LabView *v, size_t of, NodeFlag flag); // reporters that give it
size_t lab_view_up(const LabView *v);                              // nodes that answered

// Replicas that say that they follow it and that their link is up.
size_t lab_view_working(const LabView *v, size_t master);

// The replica says so, and the master has it online.
bool lab_view_in_sync(const LabView *v, size_t replica);

#endif
