// Hosts and what is on them, in the order of their names: what the hosts view draws.
#ifndef REHOME_UI_HOST_TABLE_H
#define REHOME_UI_HOST_TABLE_H

#include "rehome/policy/health.h"

typedef struct {
    const char *name;     // borrowed from the snapshot
    const char *brief;    // the same, in few cells
    const HostLoss *loss; // NULL: every node on it has failed
    int masters;          // slot owners, alive
    int replicas;         // and whatever else, alive
    int failed;
} HostRow;

// A shard, or at the end whoever belongs to none.
typedef struct {
    int master; // -1: nodes of no shard
    const int *nodes;
    size_t n_nodes; // the master first
} ShardRow;

typedef struct {
    Arena *arena;
    const Health *h;
    const HostRow *hosts;
    int n_hosts;
    const int *by_loss; // hosts, worst first, those that have failed at the end
    const int *host_of; // by node
    const ShardRow *shards;
    int n_shards;
    int unsafe; // hosts that must not be lost
} HostTable;

HostTable host_table(const Health *h); // host_table_done() at the end
void host_table_done(HostTable *t);

int host_table_find(const HostTable *t, const char *name); // -1: not there

#endif
