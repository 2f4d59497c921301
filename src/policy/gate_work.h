// The evidence that the gate's rules look at: two rounds, and the three nodes in each.
#ifndef REHOME_SRC_POLICY_GATE_WORK_H
#define REHOME_SRC_POLICY_GATE_WORK_H

#include "rehome/policy/gate.h"

typedef struct {
    const Health *health;
    const Snapshot *s;
    const char *name; // "first" "second"
    int64_t since_ms; // answers before this do not count
    int replica;      // indices; -1: not in this round
    int donor;
    int target;
} GateRound;

enum { GATE_ROUNDS = 2 };

typedef struct {
    const GateAsk *ask;
    GateRound round[GATE_ROUNDS];
} GateWork;

// Fill in the check; returns passed.
bool gate_pass(GateCheck *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool gate_refuse_check(GateCheck *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

// One function for each rule.
void gate_identity(const GateWork *w, GateCheck *c);
void gate_majority(const GateWork *w, GateCheck *c);
void gate_agreement(const GateWork *w, GateCheck *c);
void gate_server_race(const GateWork *w, GateCheck *c);
void gate_target(const GateWork *w, GateCheck *c);
void gate_target_ready(const GateWork *w, GateCheck *c);
void gate_donor(const GateWork *w, GateCheck *c);
void gate_candidate(const GateWork *w, GateCheck *c);
void gate_room(const GateWork *w, GateCheck *c);
void gate_host(const GateWork *w, GateCheck *c);

#endif
