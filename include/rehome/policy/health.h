// How every node is doing: the words of the product (working replica, orphaned, at risk, spare)
// computed from one snapshot, with how long each has held.
#ifndef REHOME_POLICY_HEALTH_H
#define REHOME_POLICY_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/event.h"
#include "rehome/model/snapshot.h"
#include "rehome/policy/hold.h"
#include "rehome/policy/host_loss.h"

typedef enum {
    STATE_PROTECTED, // at least one working replica
    STATE_AT_RISK, // none working, but one is on its way (linking, syncing, loading) or unverified
    STATE_ORPHANED,
    STATE_FAILED, // the master itself is FAIL
    STATE_EMPTY,  // owns no slots
} MasterState;

typedef enum {
    ORPHAN_NOT,
    ORPHAN_BARE,    // no replica is listed
    ORPHAN_LOST,    // every listed replica is FAIL
    ORPHAN_CUT_OFF, // a replica is alive, but its link has been down for longer than cut_off_ms
} OrphanKind;

typedef enum {
    REPLICA_WORKING,
    REPLICA_LINKING, // link down for a short while, or connecting
    REPLICA_SYNCING,
    REPLICA_LOADING,
    REPLICA_LINK_DOWN,  // link down for longer than cut_off_ms
    REPLICA_FAILED,     // FAIL by the cluster
    REPLICA_UNVERIFIED, // listed, not failed, but we cannot ask it
} ReplicaState;

const char *master_state_text(MasterState state); // the contract's words: "protected" "at-risk" ...
const char *orphan_kind_text(OrphanKind kind);    // "" "bare" "lost" "cut-off"
const char *
replica_state_text(ReplicaState state); // "working" "linking" ... "link-down" "unverified"

// What may hold for a node beside its state.
typedef enum {
    NODE_IS_DETACHED,    // a replica of a replica, or of nobody that is known
    NODE_IS_GHOST,       // listed without an address, or by some of the masters only
    NODE_IS_NO_FAILOVER, // a replica that is forbidden to take over, not by our own move
    NODE_IS_CLOSED,      // refuses a question other than that for its settings
    NODE_IS_TOO_SMALL,   // its maxmemory is less than what its master uses
    NODE_CONDITION_COUNT
} NodeCondition;

typedef struct {
    bool is_master;
    // masters
    MasterState master;
    OrphanKind
        orphan;  // also told while it is at risk only because our own move is about to help it
    int working; // working replicas
    int spares;  // working replicas that may take over, above the floor; 0 on a failed master
    int unverified;
    int coming; // linking, syncing or loading, or on its way by its own word though not listed yet
    int64_t host_alone_ms; // since when every working replica shares its host; 0: not so
    // Every replica that is listed for it has failed, or none is: since when, as far as we have
    // seen; 0: not so
    int64_t bare_ms;
    int64_t bare_after_ms;  // the look before that began; 0: it was so when we first looked
    int64_t bare_before_ms; // the look before it was so the last time before; 0: none that we saw
    int64_t covered_ms;     // when we saw that it is so no longer; 0: it is, or never was
    // replicas
    ReplicaState replica;
    bool same_host;     // as its master, both hosts known
    int64_t lag_bytes;  // master's offset minus its own; -1 unknown
    int64_t lag_s;      // seconds since its last ACK, by the master; -1 unknown
    int sync_permille;  // 0..1000 of the transfer or load under way; -1 unknown or none
    int64_t sync_eta_s; // -1 unknown
    bool arriving;      // our own move brings it to this master
    int64_t fail_ms;    // since when the cluster calls it failed, whatever we think; 0: it does not
    int64_t not_failed_ms; // the last look began in which most slot owners told their views, and it
                           // had not failed; 0: none
    int64_t fail_after_ms; // not_failed_ms then; 0: it was so when we first looked
    int64_t moved_ms;      // when we saw it begin to follow its master; 0: it has done so all along
    int64_t back_ms;       // when we saw that the cluster no longer calls it failed; 0: it does, or
                           // never did
    int64_t link_down_ms;  // since when its link is down and nothing is on its way; 0: it is not
    // both
    int64_t since_ms; // when the present state began, as far as we have seen; for linking and
                      // link-down: when the link went down
    int64_t after_ms; // masters: the look before that began; 0: it was so when we first looked
    int64_t condition_ms[NODE_CONDITION_COUNT]; // since when, as far as we have seen; 0: not so
    const Hold *downtime; // that covers it, the longest; NULL: none. Automatic mode leaves it alone
} NodeHealth;

// Zero stands for the default everywhere.
typedef struct {
    int floor;          // replicas a donor keeps; < 1: max(1, the cluster's barrier)
    int64_t cut_off_ms; // a link down for longer than this counts as cut off; default 10 s
    int64_t fresh_ms;   // a node whose last answer is older cannot be asked; default 3 s (3 rounds)
    bool spread;        // plans help masters whose every working replica shares their host, too
    OwnMove moving;     // our move in flight: its target is at risk, not orphaned
    NodeId passed_over; // a candidate that the gate refused: plans take others first; none: no one
    const Holds *holds; // all that are kept; what of them holds here is in the health, as a copy
} HealthOptions;

// What may hold for the cluster as a whole.
typedef enum {
    CLUSTER_SLOTS_UNCOVERED,
    CLUSTER_STATE_FAIL,
    CLUSTER_VIEWS_DISAGREE,
    CLUSTER_OPEN_SLOTS,
    CLUSTER_HOST_UNSAFE,
    CLUSTER_HOST_MAJORITY,   // one of several hosts takes the majority with it
    CLUSTER_MIGRATION_MIXED, // the switch or the barrier differs
    CLUSTER_HANDSHAKE,
    CLUSTER_VERSIONS_MIXED,
    CLUSTER_CONDITION_COUNT
} ClusterCondition;

typedef struct Health {
    const Snapshot *snapshot; // borrowed; the health lives in its arena
    NodeHealth *of;           // parallel to snapshot->nodes
    HealthOptions options;    // in force, without zeroes
    int floor;                // in force
    int orphaned;
    int at_risk;
    int failed_masters; // that still own slots
    int spares;
    HostSafety hosts;
    int64_t since_ms[CLUSTER_CONDITION_COUNT]; // when it began, as far as we have seen; 0: not so
    const Hold *holds;                         // in force in this cluster, in no order
    size_t n_holds;
    const Hold *brake; // of these; NULL: none
    const Hold *pause;
    int in_downtime;    // nodes
    const char *unkept; // why no hold can be kept; "" when it can
} Health;

// before: the previous round's health, for how long things have held; NULL at first.
// The result lives in s->arena and must not outlive s; before is not referenced afterwards.
const Health *health_assess(const Snapshot *s, const Health *before, const HealthOptions *options);

// When the present state began, by what the servers say where we have not seen it begin: who looks
// for the first time has seen nothing. For people; what acts goes by what was seen. Monotonic, and
// may lie before the clock's beginning.
int64_t health_told_since_ms(const Health *h, int node);

// orphaned / at-risk / protected events between two healths, and pause / downtime. before may be
// NULL: then every orphan is told, and everything that holds.
void health_diff(const Health *before, const Health *after, EventSink *sink, void *ctx);

// How much of its dataset a node has loaded: 0..1000, -1 where it does not say.
int health_loading_permille(const NodeInfo *info);

// Is this replica one that counts as being on its way or unknown, so that nobody else should come?
bool replica_blocks_rescue(ReplicaState state);

#endif
