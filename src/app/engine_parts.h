// What the files of the engine share: engine.c is its life and its commands, engine_picture.c turns
// a round into the present picture, engine_world.c is the world of the pilot, engine_hooks.c the
// operator's commands in it, engine_audit.c the record of what it did.
#ifndef REHOME_SRC_APP_ENGINE_PARTS_H
#define REHOME_SRC_APP_ENGINE_PARTS_H

#include <ev.h>

#include "hold_file.h"
#include "hook.h"
#include "move_file.h"
#include "rehome/app/engine.h"
#include "rehome/report/audit_report.h"

typedef struct {
    MoveSpec spec;
    int64_t decided_ms;
    int rounds;                                          // complete ones asked for since then
    void (*done)(void *ctx, const GateVerdict *verdict); // NULL: no rehearsal
    void *ctx;
} Rehearsal;

// An after_move that runs.
typedef struct {
    struct Engine *engine;
    Hook *hook; // NULL: none
    MoveSpec spec;
} Telling;

typedef struct {
    const char *before; // commands; NULL: none
    const char *after;
    int64_t timeout_ms;
    Hook *asked;         // the before_move that runs
    MoveSpec spec;       // about which it was asked
    char reason[240];    // of the move that was last asked for
    Telling tellings[4]; // a hook that hangs must not add up to many
} Hooks;

// The record that --audit asks for.
typedef struct {
    const char *path; // NULL: none is asked for
    char user[48];
    char login[48];
    char host[80];
    AuditTree *before; // the cluster around the move under way, as it began; NULL: none, or unknown
    bool was_tried;    // whether it can be written
    bool is_broken;    // the last try failed
    int64_t lost;      // lines since then
    char why[200];
} Audit;

struct Engine {
    struct ev_loop *loop;
    ev_timer wake; // the pilot's own clock
    Source source;
    Poller *poller; // behind the source; NULL: it is a tape
    Pilot *pilot;
    MoveFile *file;
    HoldFile *holds;
    bool read_only;
    const Labels *labels;
    const char *redis_cli;
    const Aliases *aliases;
    EngineListener listener;
    EngineTap tap;
    bool is_quiet;         // what the pilot says of itself is not told
    OwnMove own_in_flight; // as a tape has it
    OwnMove own_written;
    Holds *taped_holds; // the same; NULL: it is a cluster
    Findings findings;  // of the present picture
    char trouble[320];
    bool hopeless; // the last round: nobody answered, and nobody is still being tried
    Rehearsal rehearsal;
    Hooks hooks;
    Audit audit;
};

void engine_emit(Engine *e, const Event *event);
void engine_tell(Engine *e, EventCode code, Level level, const char *text);

// Whoever keeps a record of it has the round, before anything is made of its picture.
void engine_tap_round(Engine *e, const RoundInput *in, const Snapshot *s);

// From a round's answers to the present picture, and to what the pilot makes of it; false when
// nobody answered, and the picture of before stays.
bool engine_take_round(Engine *e, const RoundInput *in);

PilotWorld engine_world(Engine *e);

// host is filled in, and borrowed by what is returned.
LeaseOptions engine_lease_options(const char *key, char *host, size_t size);

// The part of the world that is kept in the file of holds (engine_holds.c).
const Holds *engine_holds(void *ctx);
bool engine_keep_brake(void *ctx, const char *why, Error *err);
bool engine_keep_try(void *ctx, const MoveSpec *spec, Error *err);

// to what the pilot sent
void engine_answer(void *ctx, Channel channel, bool late, bool ok, const char *text);
void engine_wake(struct ev_loop *loop, ev_timer *w, int revents); // the pilot's time has come

// After every call into the pilot: when to call again.
void engine_after_pilot(Engine *e);

// Around a move; ctx is the engine.
bool engine_ask_hook(void *ctx, const MoveSpec *spec);
void engine_cancel_hook(void *ctx);
void engine_tell_hook(void *ctx, const Move *m);
void engine_leave_hooks(Engine *e);

// engine_audit.c: the record. ctx is the engine.
void engine_audit_init(Audit *a, const char *path);
void engine_audit_done(Audit *a);
bool engine_can_record(void *ctx, Error *err);
void engine_audit_decided(void *ctx, const AutoDecision *decision);
void engine_audit_move_over(Engine *e, const Move *m);
void engine_audit_event(Engine *e, const Event *event);

// A round's part in a rehearsal.
void engine_feed_rehearsal(Engine *e, bool full);

#endif
