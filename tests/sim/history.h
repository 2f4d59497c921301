// One history: a world, one or two processes of ours in it, faults, and a judge who watches every
// step. Everything follows from the seed and from which of its faults are left out.
#ifndef REHOME_TESTS_SIM_HISTORY_H
#define REHOME_TESTS_SIM_HISTORY_H

#include "rehome/action/pilot.h"
#include "world.h"

enum { FAULTS_MAX = 12, COMMANDS_MAX = 16, INSTANCES = 2, WRITES_MAX = 64 };

#define FAULT_KINDS(X)                                                                             \
    X(CRASH)                                                                                       \
    X(HANG)                                                                                        \
    X(SPLIT)                                                                                       \
    X(CUT_OFF)                                                                                     \
    X(SLOW)                                                                                        \
    X(BREAK_LINK)                                                                                  \
    X(OPERATOR)                                                                                    \
    X(KILL_US)                                                                                     \
    X(STOP_US)                                                                                     \
    X(DISK_FULL)

typedef enum {
#define X(name) FAULT_##name,
    FAULT_KINDS(X)
#undef X
        FAULT_KIND_COUNT
} FaultKind;

typedef struct {
    FaultKind kind;
    int64_t at_ms;
    int64_t ms; // 0: for good
    int node;
    int other;     // OPERATOR: the new master; SPLIT: what we reach: 0 both, 1 and 2 one side
    unsigned mask; // SPLIT: the nodes of the second side
    bool begun;
    bool ended;
} Fault;

// A command of ours on its way.
typedef struct {
    int node;
    char text[128];
    int64_t sent_ms;
    int64_t execute_ms; // earliest
    int64_t reply_ms;   // earliest
    bool is_lost;       // never arrives
    bool is_mute;       // arrives, but its answer does not
    bool executed;
    bool answered;
    bool ok;
    char reply[64];
    int64_t evidence_ms; // of REPLICATE: from answers asked for at this time the gate opened
    MovePurpose purpose; // of REPLICATE
} Command;

// What one node told us last.
typedef struct {
    StrBuf info, nodes, cluster, settings;
    int64_t info_ms, nodes_ms;
    Reach reach;
    bool loading;
    bool pending;
    int64_t answer_ms;
} Heard;

typedef struct History History;

// A process of ours, and the folder of its journals, which outlives it.
typedef struct {
    History *h;
    bool alive;
    int64_t start_ms; // when it is started (again)
    Heard heard[NODES_MAX];
    bool in_round;
    bool wants_round;
    uint64_t round;
    int64_t round_ms; // the round under way began
    int64_t next_ms;
    int64_t evidence_ms;
    Pilot *pilot; // NULL while it is not alive
    Command command[COMMANDS_MAX];
    int n_commands;
    StrBuf journal[NODES_MAX];
    int open_replica;             // its journal is open; -1: none
    bool has_line;                // a journal line since the last command
    int sent_replicates;          // of the move in flight
    int64_t tries_ms[WRITES_MAX]; // automatic REPLICATEs of this process
    int n_tries;
} Instance;

// The last write of ours that moved this replica.
typedef struct {
    int64_t ms; // 0: never
    int64_t sent_ms;
    int64_t evidence_ms;
    int from;
    int to;
    bool automatic;
} Written;

struct History {
    World w;
    uint64_t random; // our side's: latencies, losses
    uint64_t seed;
    AutoLimits limits;
    bool spread; // automatic mode spreads replicas over hosts, too
    int64_t interval_ms;
    int64_t fast_ms;
    int n_instances;
    Instance instance[INSTANCES];
    Fault fault[FAULTS_MAX];
    int n_faults;
    int64_t calm_ms;  // all faults are over since; 0: not yet
    int64_t fault_ms; // a fault last began or ended
    bool disk_full;
    Written written[NODES_MAX];
    const char *broken; // the claim that does not hold; NULL: all hold
    char words[300];
    bool gave_up; // a move has no end, see history.c
    // for the sum at the end
    long writes;
    long rounds;
};

// skip: bits of the faults to leave out. story may be NULL.
void history_run(History *h, uint64_t seed, unsigned skip, StrBuf *story);

// claim does not hold. Only the first one is kept.
void history_breaks(History *h, const char *claim, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// faults.c
void faults_plan(History *h, uint64_t seed, unsigned skip);
void faults_tick(History *h);
bool faults_are_over(const History *h);

// instance.c
void instance_kill(Instance *in); // the journal and what is on the wire stay
void instance_done(Instance *in);
void instance_tick(Instance *in);
bool instance_is_calm(const Instance *in);
const Move *instance_move(const Instance *in); // the last one, under way or over; NULL: none
bool instance_unfinished(const Instance *in, int node, JournalEntry *out);

// wire.c: commands on their way, and rounds
PilotWorld instance_world(Instance *in);
void wire_tick(Instance *in);
bool round_tick(Instance *in, int64_t *started_ms); // true: a round has ended

// judge.c
void judge_send(Instance *in, const Command *c);                  // before REPLICATE leaves
void judge_replicate(Instance *in, const Command *c, int target); // before it takes effect
void judge_tick(History *h);
bool judge_orphan_waits(const History *h, int *orphan, int *spare);
void judge_end(History *h);

#endif
