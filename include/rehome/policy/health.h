// How every node is doing: the words of the product (working replica, orphaned, at risk, spare)
// computed from one snapshot, with how long each has held.
#ifndef REHOME_POLICY_HEALTH_H
#define REHOME_POLICY_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/event.h"
#include "rehome/model/snapshot.h"
#include "rehome/policy/host_loss.h"

typedef enum {
    STATE_PROTECTED, // at least one working replica
    STATE_AT_RISK,   // none working, but one is on its way (linking, syncing, loading) or unverified
    STATE_ORPHANED,
    STATE_FAILED,    // the master itself is FAIL
    STATE_EMPTY,     // owns no slots
} MasterState;

typedef enum {
    ORPHAN_NOT,
    ORPHAN_BARE,    // no replica is listed
    ORPHAN_LOST,    // every listed replica is FAIL
    ORPHAN_CUT_OFF, // a replica is alive, but its link has been down for longer than cut_off_ms
} OrphanKind;

typedef enum {
    REPLICA_WORKING,
    REPLICA_LINKING,    // link down for a short while, or connecting
    REPLICA_SYNCING,
    REPLICA_LOADING,
    REPLICA_LINK_DOWN,  // link down for longer than cut_off_ms
    REPLICA_FAILED,     // FAIL by the cluster
    REPLICA_UNVERIFIED, // listed, not failed, but we cannot ask it
} ReplicaState;

const char *master_state_text(MasterState state);   // the contract's words: "protected" "at-risk" ...
const char *orphan_kind_text(OrphanKind kind);      // "" "bare" "lost" "cut-off"
const char *replica_state_text(ReplicaState state); // "working" "linking" ... "link-down" "unverified"

typedef struct {
    bool is_master;
    // masters
    MasterState master;
    OrphanKind orphan;
    int working;    // working replicas
    int spares;     // working replicas above the floor
    int unverified;
    int coming;     // linking, syncing or loading
    // replicas
    ReplicaState replica;
    bool same_host;        // as its master, both hosts known
    int64_t lag_bytes;     // master's offset minus its own; -1 unknown
    int64_t lag_s;         // seconds since its last ACK, by the master; -1 unknown
    int sync_permille;     // 0..1000 of the transfer or load under way; -1 unknown or none
    int64_t sync_eta_s;    // -1 unknown
    bool arriving;         // our own move brings it to this master
    // both
    int64_t since_ms;      // when the present state began, as far as we have seen
} NodeHealth;

typedef struct {
    int floor;           // replicas a donor keeps; < 1: max(1, the cluster's barrier)
    int64_t cut_off_ms;  // a link down for longer than this counts as cut off; default 10 s
    OwnMove moving;      // our move in flight: its target is at risk, not orphaned
} HealthOptions;

typedef struct Health {
    const Snapshot *snapshot; // borrowed; the health lives in its arena
    NodeHealth *of;           // parallel to snapshot->nodes
    int floor;                // in force
    int orphaned;
    int at_risk;
    int failed_masters;
    int spares;
    HostSafety hosts;
} Health;

// before: the previous round's health, for how long things have held; NULL at first.
// The result lives in s->arena and must not outlive s; before is not referenced afterwards.
const Health *health_assess(const Snapshot *s, const Health *before, const HealthOptions *options);

// orphaned / at-risk / protected events between two healths. before may be NULL: then every orphan
// is told.
void health_diff(const Health *before, const Health *after, EventSink *sink, void *ctx);

// Is this replica one that counts as being on its way or unknown, so that nobody else should come?
bool replica_blocks_rescue(ReplicaState state);

#endif
