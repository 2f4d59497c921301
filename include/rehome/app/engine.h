// From poll to plan and back to the wire: owns the poller and the pilot, and is the one pipeline
// under the dashboard and every headless command.
#ifndef REHOME_APP_ENGINE_H
#define REHOME_APP_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/action/pilot.h"
#include "rehome/app/source.h"
#include "rehome/policy/finding.h"
#include "rehome/tape/tape.h"

typedef struct Engine Engine;

// Who keeps a record of it all. Any of them may be NULL.
typedef struct {
    void *ctx;
    void (*round)(void *ctx, const TapeRound *round); // before anything is decided on it
    void (*event)(void *ctx, const Event *event);     // before the listener has it
    void (*after)(void *ctx, const Move *last); // behind the round; NULL: there was no move yet
} EngineTap;

typedef struct {
    const Source *source; // NULL: the cluster that is found at the seeds
    const EngineTap *tap; // NULL: none
    bool is_quiet;        // events about us (event_is_ours) come by engine_feed_event() alone
    PollerOptions poll;
    const Address *seeds; // at least one; borrowed for engine_new()
    size_t n_seeds;
    AutoMode mode;
    AutoLimits limits;
    int floor;               // 0: as the cluster's barrier says
    bool spread;             // help masters whose every working replica shares their host, too
    const Labels *labels;    // of hosts; NULL: none; borrowed for the engine's life
    const char *redis_cli;   // what it needs to reach the same nodes, for people; as labels
    FencePolicy fencing;     // of every move
    const Aliases *aliases;  // of nodes; as labels
    const char *before_move; // command that is asked before a move; NULL: none; borrowed as labels
    const char *after_move;  // command that is told after it; as above
    int64_t hook_timeout_ms; // for either
    const char *audit;       // file of the record of decisions and moves; NULL: none; as above
    const char *lease;       // key of the lease that automatic mode needs; NULL: none
    bool read_only;          // no write can leave, whatever is asked
    const char
        *state_dir; // where moves are journaled; created when needed; borrowed for engine_new()
} EngineOptions;

typedef struct {
    void *ctx;
    void (*round)(void *ctx); // a round ended: there is a new picture, or trouble
    void (*event)(void *ctx, const Event *event);
    // In the middle of the work on a cluster's round, which takes its time where there are many
    // nodes: whoever waits for an answer can have it, of the picture of before. Nothing may be
    // asked of the engine here. NULL: nobody waits.
    void (*between)(void *ctx);
} EngineListener;

// For a source that is a tape: what it has.
void engine_feed(Engine *e, const TapeRound *round);
void engine_feed_event(Engine *e, const Event *event);
void engine_feed_move(Engine *e, const Move *m); // as it stood behind the round

// The clocks of the source.
int64_t engine_now_ms(const Engine *e);
int64_t engine_wall_ms(const Engine *e);

Engine *engine_new(struct ev_loop *loop, const EngineOptions *options,
                   const EngineListener *listener);

// Before the end: gives the lease back, which takes half a second at most, and runs the loop
// meanwhile. The listener is told nothing any more. NULL is fine.
void engine_leave(Engine *e);
void engine_free(Engine *e); // NULL is fine; not from within a listener's function

// The present picture. NULL before the first round that found a cluster. Borrowed until the next
// round. When contact is lost the last picture stays, and engine_trouble() says so.
const Health *engine_health(const Engine *e);
const Findings *engine_findings(const Engine *e);
const char *engine_trouble(const Engine *e); // "" when the last round saw the cluster
bool engine_is_hopeless(const Engine *e);    // every address has said no: waiting will not help

bool engine_is_telling(const Engine *e); // an after_move still runs

const Pilot *engine_pilot(const Engine *e); // plan, automatic mode, the move under way

// Start a move by hand. It passes the gate like every other.
bool engine_move(Engine *e, const MoveSpec *spec, Error *err);
// Several, one after the other.
bool engine_queue(Engine *e, const MoveSpec *specs, size_t n, QueueKind kind, Error *err);
void engine_stop_move(Engine *e); // before the write: dropped; after it: verified to the end; what
                                  // waits in the queue is dropped

// Two complete rounds, then the gate's verdict on this move, without writing anything.
// done is called once, from the loop.
void engine_rehearse(Engine *e, const MoveSpec *spec,
                     void (*done)(void *ctx, const GateVerdict *verdict), void *ctx);

void engine_set_mode(Engine *e, AutoMode mode);

// Other limits from now on, by a person; as in EngineOptions. what: who changed what, clean; told
// as an event, and put on record.
void engine_set_policy(Engine *e, AutoLimits limits, int floor, bool spread, int64_t interval_ms,
                       const char *what);

// Log in with these from the next connection on; copied, NULL: none. What is told is the caller's.
void engine_set_login(Engine *e, const char *user, const char *pass);

// From the next round on; borrowed as in EngineOptions, and those before are not used any more.
void engine_set_labels(Engine *e, const Labels *labels);

// What a person holds automatic mode back with, for so long (0: until released), and its end, the
// brake's too: kept at once, for every process that looks at this cluster from this machine. False:
// it could not be kept, and nothing is changed; or, at the end, there was none.
bool engine_hold(Engine *e, const HoldSubject *on, const char *owner, const char *reason,
                 int64_t for_ms, Error *err);
bool engine_end_hold(Engine *e, const HoldSubject *on, Error *err);

void engine_refresh(Engine *e); // a complete round now

#endif
