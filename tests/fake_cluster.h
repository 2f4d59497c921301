// Many fake servers that answer as one cluster would: CLUSTER MYID, NODES, INFO and INFO. Enough
// for those who ask; nothing in it ever changes by itself.
#ifndef REHOME_TESTS_FAKE_CLUSTER_H
#define REHOME_TESTS_FAKE_CLUSTER_H

#include <stddef.h>

#include "fake_server.h"
#include "rehome/model/node_id.h"

typedef struct FakeCluster FakeCluster;

// n masters, each with its share of the slots, each on an address of its own.
FakeCluster *fake_cluster_start(struct ev_loop *loop, size_t n);
void fake_cluster_stop(FakeCluster *c); // NULL is fine

FakeServer *fake_node(FakeCluster *c, size_t i);
NodeId fake_id(const FakeCluster *c, size_t i);

// In everybody's CLUSTER NODES: these flags, this address. NULL takes it back.
void fake_flag(FakeCluster *c, size_t i, const char *flags); // "master,fail"
void fake_place(FakeCluster *c, size_t i, const char *addr); // ":0@0"

// Node i's answers, given by another server (it moved there).
void fake_cluster_answers(FakeCluster *c, size_t i, FakeServer *server);

int fake_cluster_asked(const FakeCluster *c, const char *command); // of all nodes together

#endif
