// Automatic mode: when to act on the plan, and when not. Pure state: fed with rounds and outcomes,
// answers with one decision a round.
#ifndef REHOME_POLICY_AUTOMATIC_H
#define REHOME_POLICY_AUTOMATIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/plan.h"

typedef enum { AUTO_OFF, AUTO_OBSERVE, AUTO_ACT } AutoMode;

// Who said no to a move before anything was written, in words, and for how long its target is left
// alone then (ms). What made the gate refuse is often over soon, and an orphan should not wait
// longer than that; the others do not change their mind within seconds, and are asked anew.
#define AUTO_REFUSERS(X)                                                                           \
    X(GATE, "the gate refused", 5000)                                                              \
    X(FENCE, "the fence it requires could not be set", 60000)                                      \
    X(HOOK, "the hook said no", 60000)                                                             \
    X(PERSON, "it was stopped by hand", 60000)

typedef enum {
#define X(name, words, pause_ms) AUTO_REFUSER_##name,
    AUTO_REFUSERS(X)
#undef X
} AutoRefuser;

const char *auto_mode_text(AutoMode mode); // "off" "observe" "act"
bool auto_mode_parse(const char *text, AutoMode *out);

enum { AUTO_HISTORY = 64, AUTO_REFUSALS = 64 }; // tries remembered

typedef struct {
    int64_t grace_ms;       // an orphan must be seen for this long without a gap; >= 0
    int max_moves_per_hour; // moves begun, failed ones included; then the brake; 1..AUTO_HISTORY
    int64_t cool_down_ms;   // after a move, for its target, donor and replica
    int young_rounds;       // complete rounds to see before acting (start, reconnect); >= 1
} AutoLimits;

AutoLimits auto_limits_default(void); // grace 10 s, 6 an hour, 60 s, 3 rounds

typedef enum {
    AUTO_DECIDE_NOTHING, // no orphan, or switched off
    AUTO_DECIDE_WAIT,    // an orphan, but a clock or a condition holds us back: text says which
    AUTO_DECIDE_BLOCKED, // an orphan, and nothing we may do: no legal spare, brake, unknowns
    AUTO_DECIDE_WOULD,   // observe: would move now
    AUTO_DECIDE_ACT,     // move now
} AutoVerdict;

typedef struct {
    AutoVerdict verdict;
    NodeId replica; // for WOULD and ACT
    NodeId donor;
    NodeId target;       // also for WAIT and BLOCKED, when it is about one master
    MovePurpose purpose; // for WOULD and ACT
    NodeId for_target;   // of a STEP: whom it will help; none otherwise
    // "brake" "paused" "downtime" "not-kept" "audit" "busy" "young" "views-disagree" "unknowns"
    // "failover" "cluster-state" "orphans-first" "grace" "refused" "cool-down" "cap" "no-spare"
    // "exchange" "not-reachable" ...; "" for NOTHING, WOULD and ACT
    char rule[32];
    char text[240]; // one sentence with measured values; "" for NOTHING
} AutoDecision;

// What has to hold before it acts, in this order: the first that does not is why it waits. Up to
// SETTLED it is about the cluster, from SPARE on about one master: an orphan, or one to spread.
#define AUTO_RULES(X)                                                                              \
    X(MODE, "mode")                   /* it is switched on */                                      \
    X(BRAKE, "brake")                 /* it has not stopped itself */                              \
    X(PAUSED, "paused")               /* no person has paused it */                                \
    X(KEPT, "kept")                   /* a brake, once tripped, would survive a restart */         \
    X(AUDIT, "audit")                 /* it would be on record, where that was asked for */        \
    X(BUSY, "busy")                   /* no move is under way */                                   \
    X(YOUNG, "young")                 /* the cluster was looked at for long enough */              \
    X(SETTLED, "settled")             /* the slot owners are of one mind */                        \
    X(SPARE, "spare")                 /* the plan has a replica for it */                          \
    X(ORPHANS_FIRST, "orphans-first") /* nobody who needs it more is left */                       \
    X(GRACE, "grace")                 /* so for long enough */                                     \
    X(REFUSED, "refused")             /* the gate has not just said no */                          \
    X(COOL_DOWN, "cool-down")         /* none of the three nodes took part in a move lately */     \
    X(CAP, "cap")                     /* not too many moves within the hour */                     \
    X(LEASE, "lease")                 /* no other instance is to act */

typedef enum {
#define X(name, text) AUTO_RULE_##name,
    AUTO_RULES(X)
#undef X
        AUTO_RULE_COUNT
} AutoRule;

typedef struct {
    bool asked;          // false: it is about one master, and there is none, or another kind;
                         // or about a lease, and none is configured
    bool passed;         // held
    AutoVerdict verdict; // when not: NOTHING, WAIT or BLOCKED
    char rule[32];       // the rule's name; when not passed more exactly, as in AutoDecision
    char text[240];      // what was measured, clean
} AutoCheck;

typedef struct {
    AutoMode mode;
    AutoLimits limits;
    bool busy;            // a move was in flight in the latest round
    char unrecorded[200]; // why what it does could not be put on record; "" while it can
    bool brake;           // tripped; stays until auto_release()
    char brake_why[160];
    int rounds_seen; // complete rounds since start or reconnect
    int64_t calm_ms; // since when the views are settled without a gap, and no person has moved
                     // anything: no orphan's grace began before; 0: they are not
    struct {
        NodeId replica, donor, target;
        NodeId for_target; // of a STEP; the move that it was for does not wait until it has cooled
        int64_t at_ms;
        bool manual;       // starts grace and cool-downs anew, does not count for the cap
    } tries[AUTO_HISTORY]; // ring
    size_t n_tries;        // total ever
    struct {
        NodeId target;
        AutoRefuser by;
        int64_t at_ms;
    } refusals[AUTO_REFUSALS]; // ring; nothing was written: no try, only a pause
    size_t n_refusals;         // total ever
    size_t n_forgiven; // of these, the ones before the brake was released: they do not count
    bool lacks_lease;  // a lease is configured, and it is not ours now
    char lease[160];   // how it stands, in words; "": none is configured
    char lease_at[64]; // who else has it: "rehome at HOST:pid"; "": nobody else
    AutoDecision last; // the latest decision, its text as of the latest round
    AutoDecision act;  // the latest one to move something
} Automatic;

void auto_init(Automatic *a, AutoMode mode, AutoLimits limits);
void auto_set_limits(Automatic *a, AutoLimits limits); // what is out of range is brought into it
void auto_set_mode(Automatic *a, AutoMode mode);
void auto_brake(Automatic *a, const char *why); // as if it had tripped; stays until auto_release()
void auto_release(Automatic *a);                // a person releases the brake

// How the lease stands that automatic mode needs for acting. at: who else has it, "rehome at
// HOST:pid", or ""; both clean. Without a call: none is needed.
void auto_set_lease(Automatic *a, bool is_ours, const char *at, const char *words);

// The connection to the cluster was lost, or we slept: what we see is young again.
void auto_young(Automatic *a);

// Once a round. busy: a move is in flight. changed (may be NULL): set when the decision differs
// from the last one in rule, verdict or nodes, so that it is told once; its text may differ in
// every round. While one orphan waits (grace, cool-down, no spare) the next one is looked at.
AutoDecision auto_decide(Automatic *a, const Health *h, const Plan *plan, bool busy, bool *changed);

// A move ended (ours, any origin), whether it was done or failed.
void auto_moved(Automatic *a, NodeId replica, NodeId donor, NodeId target, bool manual,
                int64_t now_ms);

// A move of automatic mode to this target was refused before anything was written.
void auto_refused(Automatic *a, NodeId target, AutoRefuser by, int64_t now_ms);

// Every rule with what it measures now, for one target of the plan; NULL: for the cluster alone.
// Changes nothing.
void auto_check(const Automatic *a, const Health *h, const PlanTarget *t,
                AutoCheck out[AUTO_RULE_COUNT]);

// For how long yet a node that took part in a move is left alone; 0: it is not.
int64_t auto_cooling_ms(const Automatic *a, NodeId node, int64_t now_ms);

int auto_tries_last_hour(const Automatic *a, int64_t now_ms);

#endif
