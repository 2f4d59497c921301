// One history: a world, one or two processes of ours in it, faults, and a judge who watches every
// step. Everything follows from the seed and from which of its faults are left out.
#ifndef REHOME_TESTS_SIM_HISTORY_H
#define REHOME_TESTS_SIM_HISTORY_H

#include "rehome/action/pilot.h"
#include "world.h"

enum {
    FAULTS_MAX = 12,
    COMMANDS_MAX = 16,
    LEASE_LINES_MAX = 4,
    INSTANCES = 2,
    WRITES_MAX = 64,
};

#define FAULT_KINDS(X)                                                                             \
    X(CRASH) /* a node dies */                                                                     \
    X(HANG)                                                                                        \
    X(SPLIT)    /* the network */                                                                  \
    X(CUT_OFF)  /* we do not reach a node, */                                                      \
    X(CUT_MOST) /* or most owners of slots */                                                      \
    X(SLOW)                                                                                        \
    X(BREAK_LINK) /* a replica's links do not come up */                                           \
    X(OPERATOR)   /* a person moves a replica, past us, */                                         \
    X(ORDER)      /* or orders us to */                                                            \
    X(ORPHAN)     /* all replicas of a master die */                                               \
    X(HOST)       /* all that runs on a machine dies */                                            \
    X(SAVE)       /* a bgsave fails */                                                             \
    X(SHRINK)     /* maxmemory is set to less than any dataset */                                  \
    X(SWAP)       /* two nodes start anew, each with the other's address, until they are told */   \
    X(REBORN)     /* a node gets a new ID */                                                       \
    X(FORGET)     /* a dead node is forgotten */                                                   \
    X(PAUSE)      /* a person has us act no more for a while, */                                   \
    X(DOWNTIME)   /* or not with a node */                                                         \
    X(KEY_GONE)   /* the lease's key is deleted */                                                 \
    X(KEY_CUT)    /* we do not reach whoever serves it */                                          \
    X(UNHEARD)    /* our next REPLICATE is not answered */                                         \
    X(KILL_US)                                                                                     \
    X(STOP_US)                                                                                     \
    X(FREEZE_US) /* our process is stopped, or its disk takes its time with a journal line */      \
    X(DISK_FULL) /* ours */

typedef enum {
#define X(name) FAULT_##name,
    FAULT_KINDS(X)
#undef X
} FaultKind;

// Whom a fault hits: a node chosen beforehand, or one of the move that is at the gate.
typedef enum { WHO_PLANNED, WHO_REPLICA, WHO_DONOR, WHO_TARGET, WHO_SIBLING } Who;

typedef struct {
    FaultKind kind;
    bool at_gate;     // begins delay_ms after a move of ours has come to the gate,
    int64_t delay_ms; // or is left out
    bool is_due;
    Who who;
    int64_t at_ms;
    int64_t ms; // 0: for good
    int node;
    int other; // OPERATOR, ORDER: the new master; SPLIT: what we reach: 0 both, 1 and 2 one side
    unsigned mask; // SPLIT: the nodes of the second side
    bool flag; // REBORN: the process starts anew; ORDER: the risks are accepted; CUT_MOST: half;
               // FREEZE_US: in the next journal line; UNHEARD: it is carried out
    bool begun;
    bool ended;
    unsigned hit; // the nodes that it has hit, when several
} Fault;

// A command of ours on its way.
typedef struct {
    int node; // whom it is meant for,
    int at;   // and who has carried it out; -1: nobody yet
    int place;
    uint64_t serial; // of the place: the connection
    char text[128];
    int64_t sent_ms;
    int64_t execute_ms; // earliest
    int64_t reply_ms;   // earliest
    bool is_lost;       // never arrives
    bool is_mute;       // arrives, but its answer does not
    bool answered;
    bool ok;
    char reply[64];
    // of REPLICATE: the move that sends it
    int64_t evidence_ms; // the second round of the gate that opened began
    int donor;
    MovePurpose purpose;
    bool is_automatic;
    bool accepts_risk;
} Command;

// A command for the lease, on its way.
typedef struct {
    int place;
    uint64_t serial;
    char argv[LEASE_ARGS][256];
    int64_t sent_ms;
    int64_t execute_ms; // earliest
    int64_t reply_ms;   // earliest
    bool is_lost;
    bool is_mute;
    bool is_executed;
    bool is_answered;
    bool ok;
    char reply[256];
} LeaseLine;

// What a node has told us.
typedef struct {
    int64_t info_ms; // its INFO, in the round that began then
    int64_t view_ms;
    bool asks_view; // else its view was spared
    bool loading;
    int master; // -1: it is one
    Link link;
    int64_t link_ms;
    bool can_save;
    int64_t memory;
    int64_t maxmemory;
} Said;

// Our way to one node, and what it told us last.
typedef struct {
    bool followed; // it is in our picture
    int place;     // where we look for it
    bool connected;
    uint64_t serial; // of the place, when we connected
    bool confirmed;  // its ID, on this connection
    int64_t identity_ms;
    StrBuf info, nodes, cluster, settings;
    int64_t info_ms, nodes_ms, settings_ms;
    Reach reach;
    bool loading;
    bool is_owner; // in our picture
    // in the round under way
    bool pending;
    bool heard;
    bool asks_view;
    bool late_view; // it tells INFO in time and its view too late
    int64_t answer_ms;
    Said hears; // also in the round under way
    Said said;  // in whole rounds: what the pilot knows
} Peer;

typedef struct History History;

// A process of ours, and the folder of its journals, which outlives it.
typedef struct {
    History *h;
    bool alive;
    int64_t start_ms;   // when it is started (again)
    int64_t started_ms; // when it was
    Peer peer[NODES_MAX];
    bool in_round;
    bool is_full;
    bool wants_round;
    bool wants_full;
    uint64_t round;
    int n_rounds;     // since it was started
    int64_t look_ms;  // the last one ended
    int64_t round_ms; // the round under way began
    int64_t next_ms;
    int64_t last_ms;     // the last whole round began
    int64_t first_ms;    // of the gate's two rounds: the first began,
    int64_t evidence_ms; // and the second,
    int64_t gate_ms;     // which ended then
    Pilot *pilot;        // NULL while it is not alive
    Command command[COMMANDS_MAX];
    int n_commands;
    LeaseLine lease_line[LEASE_LINES_MAX];
    int n_lease_lines;
    int64_t lease_until_ms; // by the last good answer
    int64_t wrote_until_ms; // and at our last write
    StrBuf journal[NODES_MAX];
    Holds *kept;                    // outlives the process, as the journals; NULL: nothing is kept
    bool is_braked;                 // that is kept
    int64_t paused_ms;              // by a person, since then; 0: not
    int64_t downtime_ms[NODES_MAX]; // the same of a node
    int64_t frozen_until_ms;        // it stands still
    int64_t freeze_ms;              // so will it, for so long, in its next journal line; 0: not
    bool is_in_line;                // and does
    bool asks_hook;                 // before_move has the word, about this,
    MoveSpec asked;                 //
    int64_t hook_ms;                // and answers then
    bool hook_allows;               // with this
    MoveSpec allowed;               // the last that it said yes to,
    int64_t allowed_ms;             // and when we had last looked by then
    int open_replica;               // its journal is open; -1: none
    bool has_line;                  // a journal line since the last command
    int sent_replicates;            // of the move in flight
    unsigned synced[NODES_MAX];   // with whom it has said since then that it is in sync, a bit each
    int64_t tries_ms[WRITES_MAX]; // automatic REPLICATEs of this process
    int n_tries;
    int64_t touched_ms[NODES_MAX]; // an automatic REPLICATE of it last concerned this node,
    bool stepped[NODES_MAX];       // and was the first of two steps,
    int step_for;                  // the last one for this master
} Instance;

// The last write of ours that moved this replica.
typedef struct {
    int64_t ms; // 0: never
    int64_t sent_ms;
    int64_t evidence_ms;
    int64_t started_ms; // the process that sent it
    int from;
    int to;
} Written;

// What the judge remembers of a node.
typedef struct {
    Written written;
    int64_t covered_ms;  // a master: has had a replica without a gap since then; 0: it has none
    int64_t alone_ms;    // last had one for longer than a moment; 0: never
    bool left_late;      // the server moved it, by a clock that had begun late
    int64_t bare_ms;     // most owners list no live replica of it, since then; 0: not so
    int64_t was_bare_ms; // so it was the time before, since then; 0: it never was
    int64_t fenced_ms;   // somebody last held it for one that must not be elected; 0: never
    int64_t failed_ms;   // an owner of slots last held it for failed; 0: never
    int64_t failover_ms; // all hold it for failed, and one may take over, since then; 0: not so
} Record;

struct History {
    World w;
    uint64_t random; // our side's: latencies, losses
    uint64_t seed;
    AutoLimits limits;
    bool has_lease; // which processes of ours need to act
    bool keeps;     // brake and tries outlive them
    bool has_hook;  // before_move is asked
    bool spread;    // automatic mode spreads replicas over hosts, too
    int64_t interval_ms;
    int64_t fast_ms;
    bool is_rationed; // replicas are asked for their views in full rounds only
    int n_instances;
    Instance instance[INSTANCES];
    Fault fault[FAULTS_MAX];
    int n_faults;
    int64_t calm_ms;    // all faults are over since; 0: not yet
    int64_t fault_ms;   // a fault last began or ended
    int64_t no_gate_ms; // faults at the gate are not waited for any more
    bool disk_full;
    bool is_unheard;   // our next REPLICATE will not be answered,
    bool is_mute_only; // but carried out
    Record record[NODES_MAX];
    const char *broken; // the claim that does not hold; NULL: all hold
    char words[300];
    bool gave_up; // a move has no end, see history.c
    // for the sum at the end
    long writes;
    long rounds;
};

// skip: bits of the faults to leave out. story may be NULL.
void history_run(History *h, uint64_t seed, unsigned skip, StrBuf *story);

// Everybody but this process lives on, until it is no longer frozen.
void history_go_on_without(Instance *in);

// claim does not hold. Only the first one is kept.
void history_breaks(History *h, const char *claim, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// plan.c: what goes wrong
void faults_plan(History *h, uint64_t seed, unsigned skip);

// faults.c: when, and for whom
void faults_tick(History *h);
bool faults_are_over(const History *h);

// harm.c: how
void harm_begin(History *h, Fault *f); // may end it at once
void harm_end(History *h, Fault *f);   // may have it go on

// instance.c
bool instance_is_frozen(const Instance *in);
void instance_kill(Instance *in); // the journal and what is on the wire stay
void instance_done(Instance *in);
void instance_tick(Instance *in);
bool instance_is_calm(const Instance *in);
bool instance_has_lease(const Instance *in);
const Move *instance_move(const Instance *in); // the last one, under way or over; NULL: none
bool instance_unfinished(const Instance *in, int node, JournalEntry *out);

// peers.c: whom we ask, and rounds
void peers_begin(Instance *in);
void peers_done(Instance *in);
bool round_tick(Instance *in, int64_t *started_ms); // true: a round has ended
size_t peers_observe(Instance *in, Observation at[NODES_MAX]);
void peers_follow(Instance *in, const Snapshot *s);
bool peer_serves(const Instance *in, int node); // a command can be sent to it

// lease.c: the lease's key, and our channel to it
extern const char SIM_LEASE_KEY[];
int lease_owner(const World *w); // who serves its key; -1: nobody
void lease_tick(Instance *in);
bool lease_send(void *ctx, NodeId node, int argc, const char **argv);
void judge_lease(Instance *in, const char *what); // before an automatic write leaves

// kept.c: what holds us back and outlives a process
const Holds *kept_holds(void *ctx);
bool kept_brake(void *ctx, const char *why, Error *err);
bool kept_try(void *ctx, const MoveSpec *spec, Error *err);
void kept_hold(History *h, Fault *f); // PAUSE, DOWNTIME; may end it at once
void kept_end_hold(History *h, const Fault *f);
void judge_holds(Instance *in, const Command *c, int target); // before an automatic REPLICATE

// hook.c: before_move
bool hook_ask(void *ctx, const MoveSpec *spec);
void hook_cancel(void *ctx);
void hook_tick(Instance *in);
void judge_hook(Instance *in, const Command *c); // before any write but the lifting of a fence

// wire.c: commands on their way, and all else that the pilot asks of its world
PilotWorld instance_world(Instance *in);
int find_node(const World *w, const char *hex); // -1: none
void wire_tick(Instance *in);

// judge.c: what the truth is, and what must hold at every moment
void judge_tick(History *h);
void judge_done(Instance *in, const Move *m); // a move has ended well, says our process
bool judge_was_failed(const History *h, int node, int64_t since_ms); // to an owner of slots
int judge_floor_of(const World *w);
int judge_kept_by(const World *w, int donor, int without); // working replicas

// judge_send.c: what must hold when a move is decided on, and before REPLICATE leaves
void judge_choice(Instance *in, const AutoDecision *d);
void judge_send(Instance *in, const Command *c, int target);

int judge_host_of(const World *w, int node);
bool judge_is_anew(const World *w, const Command *c, int node); // has started since the gate asked

// judge_end.c: what must hold at the end
bool judge_orphan_waits(const History *h, int *orphan, int *spare);
void judge_end(History *h);

// judge_write.c: what must hold before REPLICATE takes effect
void judge_replicate(Instance *in, const Command *c, int target);
void judge_race(History *h, int mover); // the server itself has moved this one just now

#endif
