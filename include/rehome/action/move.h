// One move as a pure step function over (state, input, now): gate, journal, fence, REPLICATE,
// verify, unfence, done. No socket, no clock. A time-out means unknown: after an unanswered write
// the next step is a read.
//
// A move that ends without its EFFECT_OVER carrying a journal line has left something behind (a
// fence that could not be lifted, an outcome nobody could tell): its journal stays unfinished, and
// the next start takes it up (journal_resume). A process that leaves while a move is in SYNC does
// the same simply by leaving.
#ifndef REHOME_ACTION_MOVE_H
#define REHOME_ACTION_MOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/policy/gate.h"

typedef enum { ORIGIN_MANUAL, ORIGIN_AUTO, ORIGIN_UNDO, ORIGIN_COMMAND } MoveOrigin;

const char *move_origin_text(MoveOrigin origin); // "manual" "auto" "undo" "command"

// Whether the replica is fenced while it syncs. Valkey needs it as Redis does: from 8.0 on a
// replica that has not synced yet ranks last in an election, but where it stands alone it wins,
// with another shard's data (seen on 8.1.1).
typedef enum {
    FENCE_AUTO,    // where it is allowed; else the move goes on and says so
    FENCE_REQUIRE, // without a fence there is no REPLICATE
    FENCE_OFF,     // never
} FencePolicy;

const char *fence_policy_text(FencePolicy policy); // "auto" "require" "off"
bool fence_policy_parse(const char *text, FencePolicy *out);

typedef struct {
    NodeId replica;
    NodeId donor;
    NodeId target;
    char replica_addr[64]; // for people and for the journal
    char donor_addr[64];
    char target_addr[64];
    MoveOrigin origin;
    MovePurpose purpose;
    bool accept_risk;
    bool force;
    FencePolicy fencing; // not journaled: a resumed move lifts by what was set
} MoveSpec;

// State, what it waits for, how long it may take (ms; 0: no limit of its own).
#define MOVE_STATES(X)                                                                             \
    X(GATE, "gate", "two fresh rounds from every node concerned", 10000)                           \
    X(FENCE_READ, "fence", "what cluster-replica-no-failover is on the replica", 2000)             \
    X(FENCE, "fence", "cluster-replica-no-failover yes on the replica", 2000)                      \
    X(REPLICATE, "replicate", "CLUSTER REPLICATE at the replica", 2000)                            \
    X(ASK, "ask", "whom the replica follows, after an unanswered write", 15000)                    \
    X(SYNC, "sync", "the replica truly in sync with its new master", 0)                            \
    X(UNFENCE, "unfence", "cluster-replica-no-failover back to what it was", 2000)                 \
    X(DONE, "done", "nothing", 0)                                                                  \
    X(REFUSED, "refused", "nothing", 0)                                                            \
    X(FAILED, "failed", "nothing", 0)

typedef enum {
#define X(name, text, waits_for, limit_ms) MOVE_##name,
    MOVE_STATES(X)
#undef X
        MOVE_STATE_COUNT
} MoveState;

const char *move_state_text(MoveState state);

// What the runner has to do next. A ROUND or WAIT leaves an unanswered SEND in force.
typedef enum {
    EFFECT_WAIT,  // nothing; step again with the next input or at until_ms
    EFFECT_ROUND, // ask for a complete fresh round, then step with INPUT_ROUND
    EFFECT_SEND,  // write the journal line (when there is one), then send argv to node
    EFFECT_OVER,  // the move ended; write the journal line when journal is set
} MoveEffectKind;

enum { MOVE_ARGS = 4 };

typedef struct {
    MoveEffectKind kind;
    NodeId node; // SEND: to whom
    int argc;
    const char *argv[MOVE_ARGS]; // SEND: borrowed from the move, valid until the next step
    bool is_write;               // SEND: must be preceded by the journal line
    bool journal;                // a line for the present state must be durable before the effect
    int64_t until_ms;            // step again (INPUT_TICK) at this time at the latest; 0: no limit
} MoveEffect;

typedef enum {
    INPUT_ROUND,  // a round: health. GATE counts complete rounds only, told by their answers' age
    INPUT_REPLY,  // the answer to the last SEND: ok/error and text
    INPUT_LATE,   // no answer in time, or the connection was lost after sending: unknown
    INPUT_UNSENT, // could not be sent at all (no connection, no journal): it did not happen
    INPUT_TICK,   // only time has passed
    INPUT_STOP,   // a person wants it over: before REPLICATE it is dropped; afterwards it is
                  // verified to the end, unless nobody can tell: then it ends as outcome unknown
} MoveInputKind;

typedef struct {
    MoveInputKind kind;
    const Health *health; // ROUND; borrowed for the call
    const Health *before; // ROUND: of the round before, with whatever it knew; NULL: none yet. The
                          // gate compares two rounds running
    bool reply_ok;        // REPLY: not an error
    const char *reply;    // REPLY: status, error text, or for CONFIG GET the value, with or without
                          // its name ("" none); UNSENT: why, may be NULL; clean
} MoveInput;

typedef enum {
    FENCE_NONE,       // not looked at yet
    FENCE_SET,        // by us, and still on
    FENCE_WAS_SET,    // before we came: left as it is
    FENCE_DENIED,     // CONFIG is not allowed, or the server has no such setting
    FENCE_NOT_NEEDED, // FENCE_OFF
    FENCE_MAYBE,      // by us, unanswered: it may be on
    FENCE_LIFTED,     // by us, and off again
} Fence;

bool fence_may_be_ours(Fence fence); // SET or MAYBE: must be lifted before the move is over

// What stands in the way while the replica syncs; the words are in why.
typedef enum {
    TROUBLE_NONE,
    TROUBLE_LINK_DOWN,     // for longer than a minute
    TROUBLE_TARGET_FAILED, // FAIL by the cluster
    TROUBLE_TARGET_SILENT, // we cannot ask it
    TROUBLE_REPLICA_SILENT,
    TROUBLE_UNKNOWN,    // ASK for longer than its limit
    TROUBLE_SYNC_AGAIN, // the full sync began three times or more, and is not over
} MoveTrouble;

// Whom the replica follows by its own word.
typedef enum {
    FOLLOWS_UNKNOWN,
    FOLLOWS_TARGET,
    FOLLOWS_DONOR,
    FOLLOWS_OTHER,
    FOLLOWS_NOBODY
} Follows;

typedef struct Move {
    MoveSpec spec;
    MoveState state;
    int64_t serial; // tells the moves in a journal apart; a resumed one keeps it
    int64_t started_ms;
    int64_t state_ms;      // when the present state began
    int64_t replicated_ms; // when REPLICATE was answered or found to have taken effect; 0: not yet
    int64_t ended_ms;
    int64_t spent_ms[MOVE_STATE_COUNT]; // in each state that is over; at the end they add up to the
                                        // whole, which begins at started_ms
    char reply[120];                    // to REPLICATE, clean; "" as long as none came
    Fence fence;
    bool resumed;        // taken up from the journal of an earlier process
    bool stopping;       // INPUT_STOP came after the write
    bool led_away;       // by somebody else, to goal: ours is the fence until it is in sync there
    int gate_rounds;     // rounds seen in GATE
    GateVerdict verdict; // of the gate, once checked
    // progress, from the replica's own word
    ReplicaState stage;
    int sync_permille;    // -1 unknown
    int64_t sync_bytes;   // -1 unknown
    int64_t total_bytes;  // -1 unknown
    int64_t rate_bytes_s; // -1 unknown
    int64_t eta_s;        // -1 unknown
    MoveTrouble trouble;
    char why[240]; // REFUSED, FAILED: which rule or what happened, and what to do; else what is
                   // going on
    NodeId goal;   // whom it has to be in sync with: spec.target, or who took over its slots
    char goal_addr[64];

    // The machine's own; src/action/move_*.c only.
    bool waiting; // for the answer to a SEND
    int64_t sent_ms;
    int64_t asked_ms;  // when the round in demand was asked for; 0: none is
    int64_t pause_ms;  // nothing to do before then; 0: no pause
    int64_t gate_ms;   // when the evidence was taken on which the gate opened
    bool is_shut;      // a later round tells against it; verdict says why
    int64_t write_ms;  // REPLICATE: when it was sent; resumed: when we began to ask; 0: not sent
    int64_t asking_ms; // ASK: answers must be newer than this to prove that it did not happen
    int goal_slot;     // one slot of the goal, to know who takes it over; -1: none known
    bool reading;      // UNFENCE: CONFIG GET is due, not CONFIG SET
    int tries;         // FENCE_READ after an unanswered FENCE, UNFENCE: vain ones so far
    MoveState end_as;  // UNFENCE: DONE, REFUSED or FAILED once the fence is off
    char end_why[240];
    bool unfinished; // something is left behind: no end in the journal
    Follows seen;    // ASK: what the replica said last, since seen_ms
    NodeId seen_id;
    int64_t seen_ms;
    int64_t heard_ms;   // SYNC: last answer of the replica
    int64_t down_ms;    // SYNC: since when link, sync and load all rest; 0: they do not
    int64_t trouble_ms; // SYNC: since when there is trouble, of whatever kind; 0: there is none
    int n_syncs;        // SYNC: how often it was seen to begin
    int64_t gap_bytes;  // SYNC: distance to the goal's offset in the round before; -1 unknown
    int64_t bytes_ms;   // SYNC: when sync_bytes was measured
} Move;

// Copies spec. decided now.
Move *move_new(const MoveSpec *spec, int64_t now_ms);
void move_free(Move *m); // NULL is fine
bool move_is_over(const Move *m);
bool move_may_wait_in_vain(const Move *m); // the replica answers, but what is missing may not come

// Advance. With the very first call pass INPUT_TICK. Exactly one effect comes back.
MoveEffect move_step(Move *m, const MoveInput *in, int64_t now_ms);

#endif
