// Clusters for tests, told in a few lines. A fixture renders what real servers would answer
// (CLUSTER NODES, INFO, CLUSTER INFO, CONFIG GET) and passes it through the real parsers and
// snapshot_build(), so a test sees what the program would see.
//
//     Fixture *f = fixture_new();
//     int a = fixture_master(f, "127.0.99.170:7001", "0-8191");
//     int b = fixture_master(f, "127.0.99.171:7003", "8192-16383");
//     int r = fixture_replica(f, "127.0.99.172:7008", a);
//     fixture_fail(f, r);
//     Snapshot *s = fixture_snapshot(f, 1000);
//
// Everything not said is healthy: all nodes answer, links are up, offsets are equal, nobody is
// flagged. Nodes keep their number for ever; pointers from fixture_node() are valid until the next
// node is added. With hundreds of nodes make all but some silent: every view is rendered in full.
#ifndef REHOME_TESTS_FIXTURE_H
#define REHOME_TESTS_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/snapshot.h"

// One node: knobs to turn between snapshots. Rendered consistently everywhere: a master's slaveN
// lines follow from its replicas' knobs.
typedef struct {
    NodeId id;    // default: its number, repeated; distinct, and in ascending order
    char ip[256]; // from the address given
    char hostname[256];
    int port;
    int master;             // node number, -1: a master; change it to move or promote
    int heir;               // who took over from it, until it is restored; default -1
    char slots[512];        // masters: "0-5460 6000"; "" none
    char open_slots[256];   // on its own line: "[77->-<id>]"
    uint64_t config_epoch;  // default: 1, 2, ... for masters; a replica shows its master's
    uint64_t current_epoch; // as told in its CLUSTER INFO; default: the highest config epoch
    bool forgotten;         // in nobody's CLUSTER NODES, and not asked
    // what the others say of it
    bool failed; // every view but its own says fail
    bool pfail;  // every view but its own says fail?
    bool handshake;
    bool noaddr;
    bool nofailover;
    // what we get from it
    Reach reach;     // default REACH_OK; anything else: no answers, unless age_ms makes them old
    const char *why; // NULL: in few words, as reach is
    int64_t certificate_ms; // Unix time when it ends; 0: no TLS
    bool silent;        // answers INFO, but gives no CLUSTER NODES (a large cluster asks witnesses)
    bool spared;        // ... because it was not asked for it
    bool no_info;       // gives CLUSTER NODES, but no INFO
    unsigned forbidden; // ASK_..
    unsigned refused;   // as above, by another error
    int64_t age_ms;     // its answers are this old (0: of this round; above 100: of an earlier one)
    // INFO, replica side
    bool link_up; // default true; never shown up while its master is failed
    int64_t link_down_s;
    int64_t last_io_s; // default 0; -1 is shown when the link is down
    bool sync_in_progress;
    int64_t sync_total, sync_read, sync_left; // shown when syncing and > INT64_MIN; default -1
    int64_t offset; // a master's master_repl_offset, a replica's slave_repl_offset; default 1000000
    int64_t lag_s;  // in its master's slaveN line; default 0
    const char *slave_state; // in its master's slaveN line; NULL: follows from link and sync
    bool connected; // default true: listed by its master while its link is up or it is syncing,
                    // unless it is failed and does not answer
    int priority;   // default 100
    // INFO, either side
    bool loading;  // answers -LOADING to CLUSTER NODES and INFO, as Redis does and Valkey does not
    bool starting; // has begun anew and loads: knows of no master yet, and calls itself one
    int64_t loading_total, loading_done, loading_eta_s; // shown when loading; default -1: not shown
    int64_t used_memory;                                // default 1.1 GB
    int64_t maxmemory;                                  // default 0
    int64_t total_system_memory;                        // default 64 GB
    int64_t ops, keys, uptime_s;
    bool bgsave_failed;
    char version[32]; // default "7.0.15"
    bool valkey;
    char zone[32];   // Valkey's availability_zone
    char replid[41]; // default: follows from its master
    char run_id[41]; // default: as its ID; another one after a restart
    // CLUSTER INFO, CONFIG GET
    bool state_fail;         // cluster_state:fail; also told while a slot owner is failed
    bool partial_coverage;   // cluster-require-full-coverage no: a failed slot owner is no reason
    int barrier;             // default 1; -1: does not know the setting
    Tri allow_migration;     // default TRI_YES; TRI_UNKNOWN: does not know the setting
    Tri no_failover;         // default TRI_NO
    int64_t node_timeout_ms; // default 2000
    int validity_factor;     // default 10; -1: does not know the setting
} FixtureNode;

typedef struct Fixture Fixture;

Fixture *fixture_new(void);
void fixture_free(Fixture *f); // NULL is fine; snapshots made from it stay valid

// Each returns the new node's number. addr: "ip:port", "[v6]:port" or "v6:port".
int fixture_master(Fixture *f, const char *addr, const char *slots);
int fixture_replica(Fixture *f, const char *addr, int master);

FixtureNode *fixture_node(Fixture *f, int i);
size_t fixture_count(const Fixture *f);
int fixture_port(const Fixture *f, int port); // number of the node with this port, or -1
NodeId fixture_id(const Fixture *f, int i);
const Node *fixture_seen(const Fixture *f, const Snapshot *s,
                         int i); // node i in s; NULL: not there

// The cluster agrees that it failed, and we cannot reach it / it is back: as it was, but behind
// whoever was promoted in the meantime.
void fixture_fail(Fixture *f, int i);
void fixture_restore(Fixture *f, int i);

// The process is gone or cut off from us, but the others have not noticed.
void fixture_lose(Fixture *f, int i);

// A replica takes over its master's slots with a new epoch; its siblings and the old master follow
// it.
void fixture_promote(Fixture *f, int replica);

// In reporter's view, node has these flags in place of the true ones, the role only when one is
// given; 0 takes it back. NODE_MASTER or NODE_REPLICA alone: healthy. For partitions.
void fixture_view_says(Fixture *f, int reporter, int node, unsigned flags);

// In reporter's view, node is a replica of master (-1: of nobody, "slave -"). For gossip delay.
void fixture_view_master(Fixture *f, int reporter, int node, int master);

// In reporter's view, node is a master that owns these slots with this epoch.
void fixture_view_slots(Fixture *f, int reporter, int node, const char *slots, uint64_t epoch);

// Reporter's view has the node at this port: an address that it had once.
void fixture_view_port(Fixture *f, int reporter, int node, int port);

// Reporter's view leaves the node out.
void fixture_view_omits(Fixture *f, int reporter, int node);

// Pictures from now on have hosts by these labels, which are borrowed; NULL: none.
void fixture_labels(Fixture *f, const Labels *labels);
void fixture_aliases(Fixture *f, const Aliases *aliases); // the same
void fixture_redis_cli(Fixture *f, const char *options);  // as in RoundInput; the same

// The picture at now_ms, of a round that started 100 ms before; wall_ms is 1700000000000 + now_ms.
// Begin at 1000 or later, so that old answers have a time to be from.
Snapshot *fixture_snapshot(Fixture *f, int64_t now_ms);

// The same input for those who feed observations themselves; valid until the next call on f.
const RoundInput *fixture_round(Fixture *f, int64_t now_ms);

// The owner's seven nodes, healthy: masters 7001 7005 7003, replicas 7008 7006 7004 7002. 7002 has
// the smallest ID. fixture_port() finds them.
Fixture *fixture_scenario(void);

#endif
