// The whole way: which moves, one after the other, cover every orphan and, when that is asked for,
// let the cluster survive the loss of any one host. Cheapest first: the fewest moves, then the
// fewest bytes copied. Pure: the outcome of each move is a picture that the same health and plan
// as ever look at.
#ifndef REHOME_POLICY_HEAL_PLAN_H
#define REHOME_POLICY_HEAL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/plan.h"

enum { HEAL_MOVES_MAX = 64 };

typedef struct {
    MovePurpose purpose; // HEAL, SPREAD or STEP
    int replica;         // indices into the snapshot, the same in every picture
    int donor;
    int target;
    int64_t cost_bytes;  // -1 unknown
    bool now;            // would be legal at once, without the moves before it
    bool same_host;      // the orphan is covered, but not against the loss of its host
    const char *reason;  // one sentence
    const char *command; // the line a person would type
} HealMove;

// What no move cures.
typedef struct {
    int master;          // -1: it is about a host
    const char *host;    // "" when it is about a master
    const char *rule;    // as PlanTarget.refused_rule; also "failed", "at-risk", "majority", "host"
    const char *text;    // one sentence
    bool only_host_safe; // every slot has its replica, but not on another host
} HealRest;

typedef struct {
    Arena *arena;         // its own
    const Health *before; // copies of the picture that it was made from: both borrow texts from
    const Health *after;  // that snapshot, and are only good as long as it is
    bool spread;
    const HealMove *moves;
    size_t n;
    int64_t cost_bytes; // of all; -1 unknown
    const HealRest *rest;
    size_t n_rest;
} HealPlan;

// spread: whatever the health's options say. Never NULL, possibly without moves.
const HealPlan *heal_plan_make(const Health *h, bool spread);
void heal_plan_free(const HealPlan *p); // NULL is fine

// One move of a plan that a person has accepted.
typedef struct {
    NodeId replica;
    NodeId target;
    MovePurpose purpose;
} HealStep;

// What is left of an accepted plan, as it looks in this picture. NULL and why: it must not be gone
// on with, because a move is not legal or not needed any more, or because a plan made anew would
// now reach more, or the same with fewer moves.
const HealPlan *heal_plan_renew(const Health *h, bool spread, const HealStep *steps, size_t n,
                                char *why, size_t size);

// Is there a first move? For what is shown in every round: where many masters share a host with
// their replicas, only the most urgent of them are looked at.
bool heal_plan_exists(const Health *h, const Plan *plan);

#endif
