// A small model of the cluster: how many working replicas on which host follow which master, and
// what a move may do. The rules are the plan's, counted instead of judged.
#ifndef REHOME_SRC_POLICY_HEAL_MODEL_H
#define REHOME_SRC_POLICY_HEAL_MODEL_H

#include "rehome/policy/health.h"

enum { HEAL_MASTERS_MAX = 64, HEAL_REPLICAS_MAX = 96 };

typedef struct {
    int node;
    int host; // first node with the same label; -1: not known
    int64_t maxmemory;
    int64_t lag;
    const NodeId *id;
} HealMovable;

typedef struct {
    int node;
    int host;
    bool may_get;
    bool counts; // it needs a replica on another host, and may get one
    int64_t bytes;
    int gives_less; // working replicas that do not count for what it keeps
    int working;    // of those that do not move; of them on another host, and on its own
    int off;
    int same;
} HealFamily;

typedef struct {
    const Health *h;
    HealMovable replicas[HEAL_REPLICAS_MAX]; // those that are alike next to each other, best first
    size_t n_replicas;
    HealFamily masters[HEAL_MASTERS_MAX];
    size_t n_masters;
    int fixed_orphans; // that may get nobody now
    int fixed_alone;
} HealModel;

// By master.
typedef struct {
    int working[HEAL_MASTERS_MAX];
    int off[HEAL_MASTERS_MAX]; // of these on another host than it
    int same[HEAL_MASTERS_MAX];
} HealCounts;

// False: the cluster is too large for it. m->h is set, all else zero.
bool heal_model_make(HealModel *m);

// The place of this master (index into the snapshot); -1: none.
int heal_model_family(const HealModel *m, int master);

// On one host, with the same limit of memory.
bool heal_model_alike(const HealModel *m, size_t a, size_t b);

// at: by replica, the place of its master.
HealCounts heal_model_count(const HealModel *m, const uint8_t *at);

bool heal_model_is_legal(const HealModel *m, const HealCounts *c, size_t replica, int from, int to);

#endif
