// Clusters to plan for, and how to look at a plan.
#ifndef REHOME_TESTS_UNIT_PLAN_TRY_H
#define REHOME_TESTS_UNIT_PLAN_TRY_H

#include "rehome/policy/plan.h"
#include "watch.h"

const PlanCandidate *plan_candidate_at(const Watch *w, const PlanTarget *t, int port);

// The port of what goes to the i-th target; -1: nothing.
int plan_chosen(const Watch *w, const Plan *plan, size_t i);
void assert_plan_refused(const Watch *w, const PlanTarget *t, int port, const char *rule,
                         const char *text);

// One orphan 7001 on 10.0.0.1, and two donors, 7002 and 7003 on hosts of their own, with two
// replicas each: 7102 and 7202, 7103 and 7203. All on different hosts: a tie until IDs decide.
Watch two_donors(void);
void put_on_host(const Watch *w, int port, const char *ip);

#endif
