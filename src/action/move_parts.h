// What the files of the move machine share. move.c dispatches and ends moves, move_gate.c is GATE,
// move_fence.c is FENCE_READ, FENCE, REPLICATE and UNFENCE, move_sync.c is ASK and SYNC,
// move_progress.c puts SYNC into numbers and words.
#ifndef REHOME_ACTION_MOVE_PARTS_H
#define REHOME_ACTION_MOVE_PARTS_H

#include "rehome/action/move.h"

enum {
    GATE_GAP_MS = 50,        // two rounds this far apart: a failover under way shows
    GATE_EVIDENCE_MS = 1000, // nothing is written on evidence older than this, but to lift a fence:
                             // the servers must not come to act themselves in between
                             // (gate_server.c)
    ROUND_AGAIN_MS = 2000,   // a round asked for that did not come is asked for again
    LATE_MARGIN_MS = 500,    // the transport has the same limit and should speak first
    FENCE_TRIES = 3,
    FENCE_PAUSE_MS = 1000, // between two tries
    ASK_EVERY_MS = 250,
    ASK_AGREE_MS = 500,  // "it did not happen" needs two answers this far apart
    SYNC_EVERY_MS = 250, // at first
    SYNC_SLOW_EVERY_MS = 1000,
    SYNC_SLOW_AFTER_MS = 5000,
    SYNC_LINK_DOWN_MS = 60000,  // then it is told as trouble
    SYNC_BEGINNINGS = 3,        // of the full sync; then it is told as trouble
    SYNC_SILENT_MS = 3000,      // no answer for longer than this is told as trouble
    STOP_PATIENCE_MS = 10000,   // stopping, and the replica silent for so long: outcome unknown
    SYNC_CLOSE_BYTES = 1 << 20, // offsets are asked of two nodes at two moments
    SYNC_FRESH_ACK_S = 2,
};

// The one way from state to state; why as in Move.
void move_to(Move *m, MoveState state, int64_t now_ms, const char *why_format, ...)
    __attribute__((format(printf, 4, 5)));
void move_say(Move *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

// How long the present state may take; 0: no limit.
int64_t move_limit_ms(const Move *m);

MoveEffect move_round(Move *m, int64_t now_ms);
MoveEffect move_pause(Move *m, int64_t now_ms, int64_t ms); // then TICK finds pause_ms passed
MoveEffect move_send(Move *m, bool is_write, int64_t now_ms, const char *a, const char *b,
                     const char *c, const char *d); // the first NULL ends the arguments
MoveEffect move_idle(Move *m, int64_t now_ms);      // whatever the present state still waits for

// End as DONE, REFUSED or FAILED. A fence that may be ours is lifted first.
MoveEffect move_end(Move *m, MoveState as, int64_t now_ms, const char *why_format, ...)
    __attribute__((format(printf, 4, 5)));
// The same at once, whatever is left; with m->unfinished set the journal gets no end.
MoveEffect move_finish(Move *m, MoveState as, int64_t now_ms, const char *why);

MoveEffect gate_step(Move *m, const MoveInput *in, int64_t now_ms);
// The gate has opened, and until REPLICATE leaves rounds go on: sets m->is_shut when this one tells
// against the move. Not every round asks for IDs and for all views, so that these are missing tells
// nothing; INFO is asked of everybody, and who of the three does not answer shuts it.
void gate_look_again(Move *m, const Health *before, const Health *h);

MoveEffect fence_enter(Move *m, int64_t now_ms); // FENCE_READ, or REPLICATE where none is needed
MoveEffect fence_read_step(Move *m, const MoveInput *in, int64_t now_ms);
MoveEffect fence_step(Move *m, const MoveInput *in, int64_t now_ms);
MoveEffect replicate_step(Move *m, const MoveInput *in, int64_t now_ms);
MoveEffect unfence_enter(Move *m, int64_t now_ms);
MoveEffect unfence_step(Move *m, const MoveInput *in, int64_t now_ms);

MoveEffect ask_enter(Move *m, int64_t now_ms);
MoveEffect ask_step(Move *m, const MoveInput *in, int64_t now_ms);
MoveEffect sync_enter(Move *m, int64_t now_ms);
MoveEffect sync_step(Move *m, const MoveInput *in, int64_t now_ms);

const Node *move_node(const Health *h, NodeId id); // NULL when it is not listed
bool node_answered(const Node *n);                 // it told us INFO in this round

// Stage, bytes, rate and ETA from what the replica told at info_ms.
void progress_take(Move *m, const NodeInfo *info, int64_t info_ms);
// Fill m->trouble and m->why; replica and goal may be NULL (not listed).
void progress_tell(Move *m, const Node *replica, const Node *goal, int64_t now_ms);

#endif
