// One loss in the scenario's cluster of real servers, and who repairs it: the program, the servers
// themselves, or nobody. All that is judged is the servers' own word, asked a hundred times a
// second on the side; of the program it is only asked whether it is still at work.
#ifndef REHOME_TESTS_BENCH_HEAL_RUN_H
#define REHOME_TESTS_BENCH_HEAL_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAL_LOSSES(X)                                                                             \
    X(REPLICA, "the only replica of :7001")                                                        \
    X(OTHER, "the only replica of :7005")                                                          \
    X(AGAIN, "that of :7001, a second time")                                                       \
    X(MASTER, "the master :7001")

typedef enum {
#define X(name, text) LOSE_##name,
    HEAL_LOSSES(X)
#undef X
        LOSS_COUNT
} HealLoss;

const char *heal_loss_text(HealLoss loss);

enum { HEAL_INSTANCES = 2 };

typedef struct {
    HealLoss loss;
    bool server_migration; // the servers' own
    int node_timeout_ms;   // 0: the scenario's
    int instances;         // of the program, all with --auto act; 0: the servers are left alone
    const char *grace;     // seconds, as the option has them; NULL: its default
    const char *lease;     // key of the lease that they share; NULL: none
    size_t number;         // moves the loss to another moment of the program's second
    const char *story;     // file for what was seen when a claim is broken; NULL: none
    bool always_tell;      // ... and when none is
} HealSpec;

// Times are since the loss; -1: it did not come to that.
typedef struct {
    bool is_complete;    // false: the run itself came to nothing
    int by_us;           // REPLICATEs that replicas have carried out
    int by_server;       // replicas that followed another master without being told
    int replicas_told;   // different ones
    int newcomers;       // that the orphan had in the end
    bool floor_broken;   // a donor without a working replica, whoever did it
    bool floor_by_us;    // ... and one of those that left it had been told to
    bool fence_left;     // anywhere, in the end
    bool is_unfinished;  // the program was still at it when the time was up
    int64_t orphaned_ms; // FAIL of the replica, or the promotion where a master was lost
    int64_t moved_ms;    // a replica follows the orphan
    int64_t in_sync_ms;
} HealResult;

void heal_run(const HealSpec *spec, HealResult *out);

// Does it break a claim? A donor under its floor by our doing, two REPLICATEs of ours for one
// orphan, more than one newcomer by our doing, a fence left behind, a move without an end.
bool heal_is_broken(const HealResult *r);

// All of them, some at a time, each in a process with a stage of its own.
void heal_run_all(const HealSpec *specs, size_t n, HealResult *out);

#endif
