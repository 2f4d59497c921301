// What the files of the pilot share: pilot.c is what it thinks of a round, pilot_move.c its hands,
// pilot_queue.c several moves of one wish, pilot_left.c what moves left behind, pilot_lease.c what
// it may do with them when there is another pilot.
#ifndef REHOME_SRC_ACTION_PILOT_PARTS_H
#define REHOME_SRC_ACTION_PILOT_PARTS_H

#include "rehome/action/pilot.h"

// A fence of a move that ended before it could be lifted.
typedef struct {
    NodeId replica;
    int64_t since_ms;
} LeftBehind;

enum { PILOT_LEFT_MAX = 16 };

struct Pilot {
    PilotOptions options;
    PilotWorld world;
    Runner *runner;
    Automatic automatic;
    Lease *lease;    // NULL: none is configured
    bool had_lease;  // in the round before
    bool is_leaving; // the lease is not wanted any more
    Decisions decisions;
    Snapshot *snapshot; // the present picture, and what was thought about it
    Snapshot *before;   // the picture before it: a gate needs two
    const Health *health;
    const Health *health_before;
    Plan plan;
    int64_t round_ms;     // when the last round ended; 0: none yet
    int64_t gap_ms;       // between that and the one before it; 0: there was none
    int64_t disturbed_ms; // when a node last stopped or started answering; 0: never
    NodeId passed_over;   // the gate would not have it as a candidate, the last time; none: no one
    bool recovered;       // unfinished moves of earlier processes were looked for
    NodeId recovered_to;  // ... up to this node; none: from the first one on
    LeftBehind left[PILOT_LEFT_MAX]; // by this process, oldest first
    size_t n_left;
    bool is_resumed; // the move under way is one of these
    bool was_busy;   // the runner, before the call under way
    bool journal_is_open;
    bool knows_tries;  // those of earlier processes
    bool brake_kept;   // in the latest round it was
    bool brake_unkept; // it could not be, and that was told
    bool is_asking;    // the hook
    MoveSpec asking;
    int64_t asking_ms; // since when
    Queue queue;
    bool taped_is_busy;       // whoever recorded was at a move
    int64_t taped_started_ms; // the last one of theirs that was seen to be under way; 0: none
};

void pilot_tell(Pilot *p, EventCode code, Level level, const Node *about, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// pilot_holds.c: what is kept, before and after automatic mode decides.
const Holds *pilot_holds(const Pilot *p); // NULL: nothing
void pilot_heed_holds(Pilot *p);
void pilot_keep_brake(Pilot *p);

// The parts of a round that concern moves, after the picture was taken.
void pilot_feed_runner(Pilot *p, int64_t now_ms);
void pilot_recover(Pilot *p, int64_t now_ms);

// Takes up a move that was left unfinished; its journal is open.
void pilot_resume(Pilot *p, const JournalEntry *entry, int64_t now_ms);
void pilot_note_left(Pilot *p, const Move *ended, int64_t now_ms);
// By its own fresh word it has all data of whom it follows, or follows nobody.
bool pilot_needs_no_fence(const Pilot *p, NodeId replica, int64_t now_ms);

// May a move begin now, whoever wants it? And begin it.
bool pilot_may_begin(const Pilot *p, Error *err);
bool pilot_begin(Pilot *p, const MoveSpec *spec, int64_t now_ms, Error *err);

// Is automatic mode held back now from a move that it has decided on? why: by what. Never a move
// that a person wants.
bool pilot_is_held(const Pilot *p, const MoveSpec *spec, char *why, size_t size);

// pilot_queue.c: begins what is next; is told of the end of each move; drops what waits.
void pilot_queue_go_on(Pilot *p, int64_t now_ms);
void pilot_queue_ended_one(Pilot *p, QueuedState how, const char *why);
void pilot_queue_stop(Pilot *p);

Transport pilot_transport(Pilot *p);

// The lease's part in a round, before anything is decided on it; and whenever it may have something
// to ask or to tell.
void pilot_lease_round(Pilot *p, int64_t now_ms);
void pilot_lease_go_on(Pilot *p, int64_t now_ms);

// A move by hand needs no lease, but whoever makes it should know of the other pilot.
void pilot_lease_warn(Pilot *p, const MoveSpec *spec, int64_t now_ms);

// As in Transport.
bool pilot_may_write(void *ctx, char *why, size_t size);

#endif
