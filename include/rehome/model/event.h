// Events: what changed between two snapshots, in words, and who did it.
#ifndef REHOME_MODEL_EVENT_H
#define REHOME_MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/node_id.h"
#include "rehome/model/snapshot.h"

typedef enum { LEVEL_INFO, LEVEL_GOOD, LEVEL_WARNING, LEVEL_CRITICAL } Level;
typedef enum {
    BY_NOBODY,
    BY_US,
    BY_SERVER,
    BY_OTHER
} EventBy; // BY_SERVER is a guess and is worded so

// The names are part of the contract of `watch --format json`.
#define EVENT_CODES(X)                                                                             \
    X(CONNECTED, "connected")                                                                      \
    X(LOST, "lost")                                                                                \
    X(NODE_ADDED, "node-added")                                                                    \
    X(NODE_GONE, "node-gone")                                                                      \
    X(REPLICA_SUSPECTED, "replica-suspected")                                                      \
    X(REPLICA_FAILED, "replica-failed")                                                            \
    X(REPLICA_BACK, "replica-back")                                                                \
    X(REPLICA_MOVED, "replica-moved")                                                              \
    X(REPLICA_LINK_DOWN, "replica-link-down")                                                      \
    X(REPLICA_IN_SYNC, "replica-in-sync")                                                          \
    X(MASTER_SUSPECTED, "master-suspected")                                                        \
    X(MASTER_FAILED, "master-failed")                                                              \
    X(MASTER_BACK, "master-back")                                                                  \
    X(FAILOVER, "failover")                                                                        \
    X(SLOTS_LOST, "slots-lost")                                                                    \
    X(SLOTS_COVERED, "slots-covered")                                                              \
    X(VIEWS_DISAGREE, "views-disagree")                                                            \
    X(VIEWS_AGREE, "views-agree")                                                                  \
    X(STATE, "cluster-state")                                                                      \
    X(ORPHANED, "orphaned")                                                                        \
    X(AT_RISK, "at-risk")                                                                          \
    X(PROTECTED, "protected")                                                                      \
    X(UNREACHABLE, "unreachable")                                                                  \
    X(REACHABLE, "reachable")                                                                      \
    X(MOVE_STARTED, "move-started")                                                                \
    X(MOVE_STEP, "move-step")                                                                      \
    X(MOVE_DONE, "move-done")                                                                      \
    X(MOVE_FAILED, "move-failed")                                                                  \
    X(REFUSED, "refused")                                                                          \
    X(HOOK, "hook")                                                                                \
    X(AUTO_MODE, "auto-mode")                                                                      \
    X(DECISION, "decision")                                                                        \
    X(LEASE, "lease")                                                                              \
    X(BRAKE, "brake")                                                                              \
    X(PAUSE, "pause")                                                                              \
    X(DOWNTIME, "downtime")                                                                        \
    X(AUDIT, "audit")

typedef enum {
#define X(name, text) EVENT_##name,
    EVENT_CODES(X)
#undef X
        EVENT_CODE_COUNT
} EventCode;

typedef struct {
    EventCode code;
    Level level;
    EventBy by;
    int64_t wall_ms; // Unix time
    NodeId node;     // the node it is about; none: the cluster
    char addr[64];   // its address, clean; "" when none
    char text[256];  // one plain sentence, clean, without time
} Event;

const char *event_code_text(EventCode code);
const char *event_by_text(EventBy by); // "us" "server" "other" "" for nobody

// Receives events one by one; the event is borrowed for the call.
typedef void EventSink(void *ctx, const Event *event);

// Fill in everything but the text's arguments; node may be NULL. Shared by all who make events.
Event event_make(EventCode code, Level level, int64_t wall_ms, const Node *node, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

// Our own move in flight or just finished, so that the diff can say "by us".
typedef struct {
    NodeId replica; // none: no move
    NodeId target;
} OwnMove;

// Topology changes from before to after, worst first. before may be NULL (first round: nothing).
void snapshot_diff(const Snapshot *before, const Snapshot *after, const OwnMove *own,
                   EventSink *sink, void *ctx);

#endif
