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

// What kind of thing happened: by these the view of events can be narrowed.
#define EVENT_KINDS(X)                                                                             \
    X(FAILURE, "failures") /* something broke, or came back */                                     \
    X(MOVE, "moves")       /* of replicas, by whomever */                                          \
    X(AUTOMATIC, "automatic")                                                                      \
    X(CLUSTER, "cluster")

typedef enum {
#define X(name, text) EVENT_KIND_##name,
    EVENT_KINDS(X)
#undef X
        EVENT_KIND_COUNT
} EventKind;

// One row: enum, name (part of the contract of `watch --format json`), kind. From MOVE_STARTED on
// they are about us (event_is_ours).
#define EVENT_CODES(X)                                                                             \
    X(CONNECTED, "connected", CLUSTER)                                                             \
    X(LOST, "lost", FAILURE)                                                                       \
    X(NODE_ADDED, "node-added", CLUSTER)                                                           \
    X(NODE_GONE, "node-gone", CLUSTER)                                                             \
    X(REPLICA_SUSPECTED, "replica-suspected", FAILURE)                                             \
    X(REPLICA_FAILED, "replica-failed", FAILURE)                                                   \
    X(REPLICA_BACK, "replica-back", FAILURE)                                                       \
    X(REPLICA_MOVED, "replica-moved", MOVE)                                                        \
    X(REPLICA_LINK_DOWN, "replica-link-down", FAILURE)                                             \
    X(REPLICA_IN_SYNC, "replica-in-sync", FAILURE)                                                 \
    X(MASTER_SUSPECTED, "master-suspected", FAILURE)                                               \
    X(MASTER_FAILED, "master-failed", FAILURE)                                                     \
    X(MASTER_BACK, "master-back", FAILURE)                                                         \
    X(FAILOVER, "failover", FAILURE)                                                               \
    X(SLOTS_LOST, "slots-lost", FAILURE)                                                           \
    X(SLOTS_COVERED, "slots-covered", FAILURE)                                                     \
    X(VIEWS_DISAGREE, "views-disagree", CLUSTER)                                                   \
    X(VIEWS_AGREE, "views-agree", CLUSTER)                                                         \
    X(STATE, "cluster-state", FAILURE)                                                             \
    X(ORPHANED, "orphaned", FAILURE)                                                               \
    X(AT_RISK, "at-risk", FAILURE)                                                                 \
    X(PROTECTED, "protected", FAILURE)                                                             \
    X(UNREACHABLE, "unreachable", FAILURE)                                                         \
    X(REACHABLE, "reachable", FAILURE)                                                             \
    X(MOVE_STARTED, "move-started", MOVE)                                                          \
    X(MOVE_STEP, "move-step", MOVE)                                                                \
    X(MOVE_DONE, "move-done", MOVE)                                                                \
    X(MOVE_FAILED, "move-failed", MOVE)                                                            \
    X(REFUSED, "refused", MOVE)                                                                    \
    X(QUEUE, "queue", MOVE)                                                                        \
    X(HOOK, "hook", MOVE)                                                                          \
    X(AUTO_MODE, "auto-mode", AUTOMATIC)                                                           \
    X(DECISION, "decision", AUTOMATIC)                                                             \
    X(LEASE, "lease", AUTOMATIC)                                                                   \
    X(BRAKE, "brake", AUTOMATIC)                                                                   \
    X(PAUSE, "pause", AUTOMATIC)                                                                   \
    X(DOWNTIME, "downtime", AUTOMATIC)                                                             \
    X(SETTING, "setting", AUTOMATIC)                                                               \
    X(AUDIT, "audit", AUTOMATIC)                                                                   \
    X(LOG, "log", AUTOMATIC)                                                                       \
    X(TAPE, "tape", AUTOMATIC)

typedef enum {
#define X(name, text, kind) EVENT_##name,
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
EventKind event_kind(EventCode code);
const char *event_kind_text(EventKind kind); // "failures"
const char *event_level_text(Level level);   // "info" "good" "warning" "critical"
const char *event_by_text(EventBy by);       // "us" "server" "other" "" for nobody

// The reverse of the three: code, level and by of the event. false: code or level is no such word,
// and nothing is set.
bool event_words_read(const char *code, const char *level, const char *by, Event *out);

// Is it about what we do or decide? Those that are not can be read off the pictures of two rounds.
bool event_is_ours(EventCode code);

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
