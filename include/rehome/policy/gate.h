// The gate: the checks that run right before a write. Every CLUSTER REPLICATE passes through
// gate_check() and through nothing else. Its evidence is what the nodes themselves answered in two
// rounds, both newer than the decision.
#ifndef REHOME_POLICY_GATE_H
#define REHOME_POLICY_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/policy/health.h"
#include "rehome/policy/purpose.h"

// Rules in order. protects_data: cannot be overridden by a person at the screen.
#define GATE_RULES(X)                                                                              \
    X(IDENTITY, "identity", true)          /* MYID of the node we write to */                      \
    X(MAJORITY, "majority", true)          /* most slot owners answered us directly */             \
    X(AGREEMENT, "agreement", true)        /* they agree, twice running */                         \
    X(SERVER_RACE, "server-race", true)    /* no move by the servers themselves is due just now */ \
    X(TARGET, "target", true)              /* alive, a master, in need of just this */             \
    X(TARGET_READY, "target-ready", false) /* bgsave ok, room to fork */                           \
    X(DONOR, "donor", true)                /* keeps its floor by its own list */                   \
    X(CANDIDATE, "candidate", true)        /* a working replica of the donor */                    \
    X(ROOM, "room", false)                 /* maxmemory is enough for the dataset */               \
    X(HOST, "host", false)                 /* not on the target's own host */

typedef enum {
#define X(name, text, protects) GATE_##name,
    GATE_RULES(X)
#undef X
        GATE_RULE_COUNT
} GateRule;

const char *gate_rule_text(GateRule rule);
bool gate_rule_protects_data(GateRule rule);

typedef struct {
    NodeId replica;
    NodeId donor; // whose replica it was when the decision was made
    NodeId target;
    MovePurpose purpose;
    bool accept_risk;   // a person saw the warnings: judgement rules do not refuse
    bool force;         // headless --force: protecting rules do not refuse, but IDENTITY still does
    int64_t decided_ms; // answers must be newer
} GateAsk;

typedef struct {
    bool passed;    // held
    char text[200]; // what was measured, clean
} GateCheck;

typedef struct {
    bool open;           // write now
    GateRule refused_by; // the first rule that refuses; GATE_RULE_COUNT when open
    GateCheck check[GATE_RULE_COUNT];
} GateVerdict;

// Does a failed check of this rule refuse what is asked, or has somebody accepted it?
bool gate_refuses(const GateAsk *ask, GateRule rule);

// first and second: healths of two complete rounds, first older; they may not be the same. Every
// check is filled in, whatever the others say. When healing, HOST only warns: the plan took the
// best there is, and a spare on the same host is better than none. When spreading, it wants both
// hosts known and different, and the donor not left with replicas on its own host only.
void gate_check(const GateAsk *ask, const Health *first, const Health *second, GateVerdict *out);

#endif
