// The owner's cluster with an orphan, and a replica that can be moved to it, for tests of the move.
// 7008 is dead, so 7001 has no replica; 7004 is to move from 7003 to 7001.
#ifndef REHOME_TESTS_MOVE_WORLD_H
#define REHOME_TESTS_MOVE_WORLD_H

#include "../fixture.h"
#include "rehome/action/runner.h"
#include "rehome/base/strbuf.h"

typedef struct {
    Fixture *f;
    int replica;
    int donor;
    int target;
    MoveSpec spec;
    int64_t now_ms;
    OwnMove own; // as the engine tells health
    Snapshot *older;
    Snapshot *latest;
    const Health *before; // NULL before the second round
    const Health *health; // NULL before the first
} World;

enum { WORLD_START_MS = 100000 };

void world_init(World *w); // at WORLD_START_MS, with one round behind it
void world_done(World *w);

// ms later, a complete round: before and health are of the last two.
void world_look(World *w, int64_t ms);

FixtureNode *world_replica(World *w);

// The replica is told to follow: not linked yet / copying / in sync.
void world_follow(World *w, int master);
void world_sync(World *w, int64_t read, int64_t total);
void world_in_sync(World *w);

// A runner on this cluster whose transport writes down what it is told to do, one a line: "round",
// "journal replicate set" (state and fence), "send CLUSTER REPLICATE 7f3c91d2..". The test answers.
typedef struct {
    World w;
    Runner *r;
    StrBuf log;
    StrBuf journal; // as in the file
    StrBuf events;  // "code text" lines
    Level worst;    // of the events
    bool journal_fails;
    bool cannot_send;
    int journal_lines;
    int writes;      // sent
    int replicates;  // of these, CLUSTER REPLICATE
    int unjournaled; // writes without a line right before: must stay 0
    bool fresh_line;
    char sent[128];                   // the last command
    int owed;                         // answers not given yet
    MoveState at;                     // after the last event
    unsigned edges[MOVE_STATE_COUNT]; // from state to state, as they were told
} Rig;

void rig_init(Rig *rig, bool read_only);
void rig_done(Rig *rig);

void rig_start(Rig *rig);
void rig_resume(Rig *rig, const JournalEntry *entry);
void rig_look(Rig *rig); // 100 ms and a round
void rig_look_for(Rig *rig, int64_t ms);
void rig_look_every(Rig *rig, int64_t every_ms, int64_t ms);
void rig_look_until(Rig *rig, MoveState leave); // until it has left this state, at most 5 s
void rig_reply(Rig *rig, bool ok, const char *text);
void rig_ok(Rig *rig);
void rig_late(Rig *rig); // after the 2 s that a request may take
void rig_lost(Rig *rig); // the connection was lost after sending
void rig_tick(Rig *rig, int64_t ms);
void rig_stop(Rig *rig);

// The usual way, healthy: start and two rounds; the fence asked for and set; REPLICATE answered and
// followed; in sync.
void rig_pass_gate(Rig *rig);  // FENCE_READ
void rig_pass_fence(Rig *rig); // REPLICATE
void rig_replicate(Rig *rig);  // SYNC
void rig_sync(Rig *rig);       // UNFENCE

// From rig_init() on, with an empty log.
void rig_begin_ask(Rig *rig);
void rig_begin_sync(Rig *rig);

MoveState rig_state(const Rig *rig);
const char *rig_why(const Rig *rig);
bool rig_unfinished(const Rig *rig, JournalEntry *out); // out may be NULL

// What the log says of the usual steps.
#define GET_FENCE        "send CONFIG GET cluster-replica-no-failover\n"
#define SET_FENCE        "journal fence maybe\nsend CONFIG SET cluster-replica-no-failover yes\n"
#define TARGET_ID        "7f3c91d2a40b5e68c1fd29e07b6a835410de9c27"
#define REPLICATE(fence) "journal replicate " fence "\nsend CLUSTER REPLICATE " TARGET_ID "\n"
#define LIFT_FENCE(fence)                                                                          \
    "journal unfence " fence "\nsend CONFIG SET cluster-replica-no-failover no\n"

// The log since the last call.
void rig_expect(Rig *rig, const char *log);

#endif
