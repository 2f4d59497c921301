// A way of moves under way: what heal_plan.c (which moves), heal_rest.c (what they come to) and
// heal_renew.c (whether they still hold) share.
#ifndef REHOME_SRC_POLICY_HEAL_WORK_H
#define REHOME_SRC_POLICY_HEAL_WORK_H

#include "heal_search.h"
#include "rehome/policy/heal_plan.h"

// Moves made one after the other, each in the picture that the one before has left.
typedef struct {
    const Health *first;
    const Health *now;
    HealMove at[HEAL_MOVES_MAX];
    size_t n;
} HealPlay;

// In pictures of an arena of its own, which is the plan's later. mem_free() ends it.
HealPlay *heal_play_new(const Health *h, bool spread);

// One more move, by the rules that any move of the plan has to pass. False: *why says why not.
bool heal_play(HealPlay *p, int replica, int target, MovePurpose purpose, const char **why);

// What a move to this master would be for.
MovePurpose heal_purpose(const Health *h, int replica, int target);

int heal_count_alone(const Health *h); // masters on one host with all their replicas
HealScore heal_play_score(const HealPlay *p);

// The way as a plan, with what remains behind it.
const HealPlan *heal_play_plan(const HealPlay *p, bool spread);

#endif
