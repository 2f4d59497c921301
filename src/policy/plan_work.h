// One planning under way: what has been promised so far, and what is known of each replica no
// matter whose it becomes.
#ifndef REHOME_SRC_POLICY_PLAN_WORK_H
#define REHOME_SRC_POLICY_PLAN_WORK_H

#include "rehome/policy/plan.h"

typedef struct {
    bool known;
    const char *rule; // why it may not be given to anybody; "" when it may
    const char *text;
} PlanVerdict;

// Whose nodes in downtime are left alone: automatic mode touches none; a person who asks for the
// best spare names the target, and whoever names both knows what he does.
typedef enum { HEED_ALL, HEED_SPARES, HEED_NOTHING } PlanHeed;

typedef struct {
    const Health *h;
    PlanHeed heed;
    bool *taken;           // replicas promised by this plan
    int *promised;         // by donor: how many of its working replicas it loses to promises
    PlanVerdict *verdicts; // by replica; forgotten when its donor promises another one
    int *serving;          // masters that serve a sync
    size_t n_serving;
    int lent; // a replica that is taken to be at lent_to, working; -1: none
    int lent_to;
} PlanWork;

typedef struct {
    int target;
    MovePurpose purpose;
    int for_target; // of a STEP; a replica of this master is the best to come; -1: none
    size_t kept;    // limits the trace; 0: everything
} PlanAsk;

PlanWork plan_work(const Health *h, PlanHeed heed);
void plan_work_done(PlanWork *w);

// The replica goes to somebody: what its donor has left is less.
void plan_promise(PlanWork *w, int replica);

// From now on the replica is taken to work for that master too; -1: none is.
void plan_lend(PlanWork *w, int replica, int to);

// May the target be given anything? rule "" when it may.
PlanVerdict plan_target_verdict(const PlanWork *w, int target);

// May the replica be given to anybody? rule "" when it may.
PlanVerdict plan_replica_verdict(PlanWork *w, int replica);

// What stands against giving the target anything because somebody may be on the way to it; NULL:
// nothing does.
const char *plan_waits_for(const Health *h, int target, MovePurpose purpose, const char **rule);

// Everything but `why`, and the words of a refusal that only hosts are the reason for.
PlanCandidate plan_judge(PlanWork *w, int replica, int target, MovePurpose purpose);

// Has the replica memory enough for the target's dataset? A replica without a limit has.
bool plan_fits(const Snapshot *s, int replica, int target);

// Judge every replica but the target's own for it. Promises nothing.
PlanTarget plan_for(PlanWork *w, const PlanAsk *ask);

// A plan in the making; there is room for two entries for each target.
typedef struct {
    PlanTarget *at;
    size_t n;
    size_t n_moves;
    size_t kept;
} PlanList;

// Adds the entry, and promises what it chose.
void plan_add(PlanWork *w, PlanList *list, const PlanTarget *t);

// A master whose every working replica shares its host, where there are other hosts.
bool plan_is_alone(const Health *h, int master);

// What spreads the replicas of these masters, most urgent first, over hosts.
void plan_spread(PlanWork *w, PlanList *list, const int *targets, size_t n);

// Would two moves cure what no single one does?
bool plan_has_step(PlanWork *w, int target);

// A working replica that the donor keeps on another host than its own when `without` (-1: nobody)
// and what is promised have gone; -1: none.
int plan_kept_elsewhere(const PlanWork *w, int donor, int without);

// In words, in the snapshot's arena: how a legal candidate does by every rule, why the best one is
// it, which of the three nodes are in downtime (each with "; " behind it), and why none of them all
// is legal, with its rule.
void plan_put_in_words(const PlanWork *w, PlanCandidate *c, int target);
const char *plan_reason(const PlanWork *w, const PlanCandidate *best);
const char *plan_downtime(const Health *h, const PlanCandidate *c, int target);
const char *plan_why_none(const PlanWork *w, const PlanCandidate *all, size_t n, const char **rule);

// Why hosts stand against a candidate of a move that is there to spread.
const char *plan_host_words(const PlanWork *w, const PlanCandidate *c, int target);

#endif
