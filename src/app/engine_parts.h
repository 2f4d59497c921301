// What the files of the engine share: engine.c is its life and its commands, engine_picture.c turns
// a round into the present picture, engine_move.c is the world of the runner.
#ifndef REHOME_SRC_APP_ENGINE_PARTS_H
#define REHOME_SRC_APP_ENGINE_PARTS_H

#include <ev.h>

#include "move_file.h"
#include "rehome/app/engine.h"

// For how long a disturbance keeps the rounds fast: the cluster takes up to one and a half node
// timeouts to call a node failed.
enum { HURRY_MS = 30000 };

typedef struct {
    MoveSpec spec;
    int64_t decided_ms;
    int rounds;                                          // complete ones asked for since then
    void (*done)(void *ctx, const GateVerdict *verdict); // NULL: no rehearsal
    void *ctx;
} Rehearsal;

struct Engine {
    struct ev_loop *loop;
    ev_timer wake; // the runner's own clock
    Poller *poller;
    Runner *runner;
    MoveFile *file;
    Automatic automatic;
    int floor;
    const Labels *labels;
    FencePolicy fencing;
    EngineListener listener;
    Snapshot *snapshot; // the present picture, and what was thought about it
    Snapshot *before;   // the picture before it: a gate needs two
    const Health *health;
    const Health *health_before;
    Findings findings;
    Plan plan;
    char trouble[320];
    int64_t round_ms;     // when the last round ended
    int64_t disturbed_ms; // when a node last stopped or started answering; 0: never
    bool hopeless;        // the last round: nobody answered, and nobody is still being tried
    bool recovered;       // unfinished moves of earlier processes were looked for
    bool was_busy;        // the runner, before the call under way
    Rehearsal rehearsal;
};

// An EventSink; ctx is the engine.
void engine_tell(void *ctx, const Event *event);
void engine_tell_text(Engine *e, EventCode code, Level level, EventBy by, const char *text);

// From a round's answers to the present picture; false when nobody answered, and the picture of
// before stays.
bool engine_take_round(Engine *e, const RoundInput *in);

// Rounds should come fast: something is about to be decided, by the cluster or by us.
bool engine_should_hurry(const Engine *e);

Transport engine_transport(Engine *e);
void engine_answer(void *ctx, bool late, bool ok, const char *text); // to what the runner sent
void engine_wake(struct ev_loop *loop, ev_timer *w, int revents);    // the runner's time has come

// After every call into the runner: notices the end of a move, and when to call again.
void engine_after_runner(Engine *e);

// The parts of a round that concern moves, after the picture was taken.
void engine_feed_runner(Engine *e);
void engine_feed_rehearsal(Engine *e, bool full);
void engine_recover(Engine *e);

#endif
