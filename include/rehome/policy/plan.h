// Which replica should move where, with the complete reasoning. Pure, integers only: the same
// snapshot gives the same plan on every instance.
#ifndef REHOME_POLICY_PLAN_H
#define REHOME_POLICY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/health.h"
#include "rehome/policy/purpose.h"

// Lexicographic order of legal candidates, less is better; the smallest node ID decides the rest.
// One row: enum, short name, words. Values: OTHER_HOST 0 another, 1 not known, 2 the same;
// DONOR_DIVERSE 0 intact, 1 given up; DONOR_SPARES minus the spares; QUIET_HOST 0 quiet, 1 serving;
// LAG whole MiB, because a master and its replica are never asked at the same instant.
#define PLAN_RULES(X)                                                                              \
    X(OTHER_HOST, "other-host", "on another host than the target")                                 \
    X(DONOR_DIVERSE, "donor-diverse", "the donor stays as spread over hosts as it was")            \
    X(DONOR_SPARES, "donor-spares", "the donor has most spares")                                   \
    X(QUIET_HOST, "quiet-host", "its host is not serving another sync")                            \
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
    // Of the replica: "moving" "promised" "not-working" "no-donor" "donor-failed" "donor-unknown"
    // "donor-floor" "donor-list" "nofailover" "too-small" "no-address" "downtime", when spreading
    // also "same-host" "host-unknown" "donor-alone"; of the target: "not-a-master" "failed"
    // "not-reachable" "loading" "downtime" "already-there"; "" when legal
    const char *refused_rule;
    const char *refused;                   // sentence with the measured value; "" when legal
    int64_t value[PLAN_RULE_COUNT];        // meaningful when legal
    const char *measured[PLAN_RULE_COUNT]; // the same in words; when legal
    const char *why;                       // all of these in one sentence; "" when not legal
} PlanCandidate;

typedef struct {
    int target;
    MovePurpose purpose; // HEAL, SPREAD or STEP; MANUAL from plan_target()
    int for_target;      // of a STEP: the master that profits from the next entry; -1: none
    bool after_previous; // legal only once the move of the entry before it, a STEP, is done: its
                         // candidates are judged as if it were
    int chosen;          // index into candidates, or -1
    const PlanCandidate *candidates; // best first, then the refused; every replica but its own
    size_t n;
    size_t n_left_out;  // refused or worse ones that plan_make left out of a long plan's trace
    int64_t cost_bytes; // the target's dataset that has to be copied; -1 unknown
    const char *reason; // one sentence: why this one, or why none
    const char *refused_rule; // when none: "no-spare" "downtime" "unverified" "coming" "moving"
                              // "exchange", or
                              // what is wrong with the target; "" when there is one
} PlanTarget;

typedef struct {
    const PlanTarget *at; // one for each orphan, most urgent first; then, when health's options say
                          // spread, what spreads the other masters' replicas over hosts: those
                          // that one move cures, then those in two steps, then the rest
    size_t n;
    size_t n_orphans;
    size_t n_moves; // with a chosen candidate; a replica is promised to one target only
} Plan;

// Beyond so many targets the trace of each holds only so many of its best candidates.
enum { PLAN_TRACE_TARGETS = 16, PLAN_TRACE_SHORT = 4 };

// In the snapshot's arena. Most urgent first: more slots without protection first, then longer
// orphaned (on one host with all its replicas), then node ID.
Plan plan_make(const Health *h);

// The same reasoning for one target, orphan or not: what `m` on a master shows. A person names it,
// so that it may be in downtime itself; its spares may not.
PlanTarget plan_target(const Health *h, int target);

// May this replica go to this target, and how good is it: what lights up when a replica is picked
// up. The candidate is filled in either way. A downtime is no obstacle to who names both, but told.
PlanCandidate plan_pair(const Health *h, int replica, int target);

// What a person would type to reach a node: "-h 127.0.99.170 -p 7001". Only harmless characters,
// whatever the server called itself. It is where we dial it, which a map or a name may make another
// place than where it says it is. In the snapshot's arena.
const char *plan_dial(const Snapshot *s, int node);
const char *plan_contact(const Snapshot *s,
                         int node); // "127.0.99.170:7001", for redis-cli --cluster
const char *plan_address(const Snapshot *s, int node); // "[fd00::1]:7001", for rehome and people
const char *plan_name(const Snapshot *s, int node);    // the same, or the ID: for rehome itself

// The line a person would type: redis-cli -h .. -p .. CLUSTER REPLICATE <id>. In the snapshot's
// arena.
const char *plan_command(const Snapshot *s, int replica, int target);

#endif
