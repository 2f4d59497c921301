// Which replica should move where, with the complete reasoning. Pure, integers only: the same
// snapshot gives the same plan on every instance.
#ifndef REHOME_POLICY_PLAN_H
#define REHOME_POLICY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/health.h"

// Lexicographic order of legal candidates, less is better. One row: enum, short name, words.
#define PLAN_RULES(X)                                                                        \
    X(OTHER_HOST, "other-host", "on another host than the target")                           \
    X(DONOR_DIVERSE, "donor-diverse", "the donor keeps a replica on another host than its own") \
    X(DONOR_SPARES, "donor-spares", "the donor has most spares")                             \
    X(QUIET_HOST, "quiet-host", "its host is not serving another sync")                      \
    X(LAG, "lag", "smallest lag")

typedef enum {
#define X(name, text, words) PLAN_RULE_##name,
    PLAN_RULES(X)
#undef X
        PLAN_RULE_COUNT
} PlanRule;

const char *plan_rule_text(PlanRule rule);
const char *plan_rule_words(PlanRule rule);

// One replica considered for one target.
typedef struct {
    int replica; // index into the snapshot
    int donor;
    bool legal;
    const char *refused_rule; // "donor-floor" "not-working" "downtime" "too-small" ...; "" when legal
    const char *refused;      // sentence with the measured value; "" when legal
    int64_t value[PLAN_RULE_COUNT]; // meaningful when legal
    const char *why; // why it is where it is in the order, with values
} PlanCandidate;

typedef struct {
    int target;
    int chosen; // index into candidates, or -1
    const PlanCandidate *candidates; // best first, then the refused
    size_t n;
    int64_t cost_bytes;  // the target's dataset that has to be copied; -1 unknown
    const char *reason;  // one sentence: why this one, or why none
    const char *refused_rule; // when none: "no-spare" "unverified" "coming" "not-reachable" ...
} PlanTarget;

typedef struct {
    const PlanTarget *at; // one for each orphan, most urgent first
    size_t n;
    size_t n_moves; // with a chosen candidate; a replica is promised to one target only
} Plan;

// In the snapshot's arena. Most urgent first: more slots without protection first, then longer
// orphaned, then node ID.
Plan plan_make(const Health *h);

// The same reasoning for one target, orphan or not: what `m` on a master shows.
PlanTarget plan_target(const Health *h, int target);

// May this replica go to this target, and how good is it: what lights up when a replica is picked
// up. The candidate is filled in either way.
PlanCandidate plan_pair(const Health *h, int replica, int target);

// The line a person would type: redis-cli -h .. -p .. CLUSTER REPLICATE <id>. In the snapshot's arena.
const char *plan_command(const Snapshot *s, int replica, int target);

#endif
