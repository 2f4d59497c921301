// Everything between a picture of the cluster and the wire: what is thought about the picture, what
// automatic mode makes of it, and the move under way. Pure: no clock, no sockets, no files. The
// engine (sockets and files) and the simulator (virtual time) are two worlds around it.
#ifndef REHOME_ACTION_PILOT_H
#define REHOME_ACTION_PILOT_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/action/lease.h"
#include "rehome/action/queue.h"
#include "rehome/action/runner.h"
#include "rehome/policy/automatic.h"
#include "rehome/policy/decisions.h"
#include "rehome/policy/plan.h"

typedef struct {
    AutoMode mode;
    AutoLimits limits;
    int floor;                 // 0: as the cluster's barrier says
    bool spread;               // help masters whose every working replica shares their host, too
    FencePolicy fencing;       // of every move, whatever its spec says
    bool read_only;            // no write can leave, whatever is asked
    const LeaseOptions *lease; // automatic mode acts only with it; borrowed for pilot_new(); NULL:
                               // none
    int64_t hurry_ms;          // for how long a disturbance keeps the rounds fast; 0: default, 30 s
} PilotOptions;

// What the pilot needs from the world. All functions are given ctx; none may call back into the
// pilot before it has returned.
typedef struct {
    void *ctx;
    void (*ask_round)(void *ctx, bool full); // a fresh round as soon as possible; full: with the
                                             // views of a majority
    // As in Transport: false: not sent, will not be; true: exactly one pilot_reply/late follows.
    bool (*send)(void *ctx, NodeId node, int argc, const char **argv);
    // The same for the lease, which has a channel of its own; NULL: there is none to keep.
    bool (*send_lease)(void *ctx, NodeId node, int argc, const char **argv);
    // The journal of a replica's moves: one is open at a time, and nobody else's meanwhile.
    bool (*open_journal)(void *ctx, NodeId replica, Error *err);
    bool (*keep_line)(void *ctx, const char *line, Error *err); // durably, in the open journal
    void (*close_journal)(void *ctx);
    // An unfinished move of this replica that no living process is at; true: its journal is open.
    bool (*find_unfinished)(void *ctx, NodeId replica, JournalEntry *out);
    // May this move be made? Called before anything is looked at or written for it. False: nobody
    // is to be asked. True: exactly one pilot_hook_answer() follows, unless cancel_hook() comes
    // first. NULL: nobody.
    bool (*ask_hook)(void *ctx, const MoveSpec *spec);
    void (*cancel_hook)(void *ctx);
    // What holds automatic mode back, as it is kept now. Borrowed for the call of the pilot that
    // asks. NULL: nothing is kept.
    const Holds *(*holds)(void *ctx);
    // Keep it that the brake is on, and that automatic mode is about to write. Durably; false: it
    // could not be. NULL with holds.
    bool (*keep_brake)(void *ctx, const char *why, Error *err);
    bool (*keep_try)(void *ctx, const MoveSpec *spec, Error *err);
    int64_t (*now_ms)(void *ctx); // the clock of every now_ms, as of this very moment
    int64_t (*wall_ms)(void *ctx);
    EventSink *event;
    // What automatic mode decided, when it is something new or an act. NULL: nobody wants to know.
    void (*decided)(void *ctx, const AutoDecision *decision);
    // Can be put on record what is done, where that was asked for? Asked in every round and right
    // before an act. False: automatic mode must not act; err says why. NULL: nobody asked for it.
    bool (*can_record)(void *ctx, Error *err);
    void (*move_over)(void *ctx, const Move *m); // done, refused or failed. NULL: as above
    // The pictures are a tape's: what pilot_own() said when they were recorded. NULL: they are not.
    void (*taped_moves)(void *ctx, OwnMove *in_flight, OwnMove *written);
} PilotWorld;

typedef struct Pilot Pilot;

Pilot *pilot_new(const PilotOptions *options, const PilotWorld *world);
void pilot_free(Pilot *p); // NULL is fine

// A round found the cluster: s is the picture, and from now on the pilot's.
void pilot_round(Pilot *p, Snapshot *s, int64_t now_ms);

// A round found nobody: the last picture stays, but nothing is done on it any more.
void pilot_lose_contact(Pilot *p);

// The picture before the present one has served: call before building the next one, so that never
// more than two are held.
void pilot_drop_before(Pilot *p);

void pilot_reply(Pilot *p, bool ok, const char *text, int64_t now_ms); // to send()
void pilot_late(Pilot *p, int64_t now_ms);
void pilot_lease_reply(Pilot *p, bool ok, const char *text, int64_t now_ms); // to send_lease()
void pilot_lease_late(Pilot *p, int64_t now_ms);
void pilot_tick(Pilot *p, int64_t now_ms);
int64_t pilot_wake_ms(const Pilot *p); // call pilot_tick() then at the latest; 0: not needed

// To ask_hook(). text: why not, or ""; clean.
void pilot_hook_answer(Pilot *p, bool allowed, const char *text, int64_t now_ms);

// Start a move by hand or by command. It passes hook and gate like every other.
bool pilot_move(Pilot *p, const MoveSpec *spec, int64_t now_ms, Error *err);
// Several, one after the other. Until the last is over no other move begins, of automatic mode
// neither.
bool pilot_queue(Pilot *p, const MoveSpec *specs, size_t n, QueueKind kind, int64_t now_ms,
                 Error *err);
const Queue *pilot_queued(const Pilot *p); // under way, or the last one; empty before the first

// Before the write: dropped; after it: verified to the end. What waits in the queue is dropped.
void pilot_stop_move(Pilot *p, int64_t now_ms);

void pilot_set_mode(Pilot *p, AutoMode mode);
void pilot_set_policy(Pilot *p, AutoLimits limits, int floor, bool spread); // as in PilotOptions
void pilot_release(Pilot *p); // a person releases the brake, which is no longer kept

// We are about to end: gives the lease back, unless a move is under way, which nobody is to meet
// before it would have expired. True: go on feeding pilot_lease_reply/late until it is false.
bool pilot_leave(Pilot *p, int64_t now_ms);

// The present picture; NULL before the first. Borrowed until the next round.
const Health *pilot_health(const Pilot *p);
const Health *pilot_health_before(const Pilot *p); // of the round before it; NULL: none
const Plan *pilot_plan(const Pilot *p);            // NULL with the health
const Automatic *pilot_automatic(const Pilot *p);
const Decisions *pilot_decisions(const Pilot *p); // the newest is there when `decided` is called
const Move *pilot_last_move(const Pilot *p);      // under way or over; NULL before the first

// Of the move under way or just over: what health is to know of, and what may be told as our doing.
// Where the pictures are a tape's: how the last move of whoever recorded stood behind the last
// round, or before the next one. Nothing is begun then, whatever is decided: what was begun is on
// the tape.
void pilot_taped_move(Pilot *p, const Move *m);

void pilot_own(const Pilot *p, OwnMove *in_flight, OwnMove *written);

const Lease *pilot_lease(const Pilot *p); // NULL: none is configured

bool pilot_is_read_only(const Pilot *p);
bool pilot_is_busy(const Pilot *p); // a move is under way, or about to be
// The move that waits for the hook's answer; NULL: none does.
const MoveSpec *pilot_asking(const Pilot *p, int64_t *since_ms);

// Rounds should come fast: something is about to be decided, by the cluster or by us.
bool pilot_is_hurried(const Pilot *p);

// Fill in a move of this replica to this target from the present picture. Indices.
MoveSpec pilot_spec(const Pilot *p, int replica, int target, MoveOrigin origin);

#endif
