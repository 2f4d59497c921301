// Parts of explanations that its files share.
#ifndef REHOME_SRC_POLICY_EXPLAIN_WORK_H
#define REHOME_SRC_POLICY_EXPLAIN_WORK_H

#include "rehome/policy/explain.h"

// What a master is, as a title; what moves to it, or why nothing; every candidate.
void explain_head(Explanation *e, const Health *h, int master);
void explain_target_head(Explanation *e, const Health *h, const PlanTarget *t);
void explain_choice(Explanation *e, const Health *h, const PlanTarget *t);
void explain_candidate(Explanation *e, const Health *h, const PlanTarget *t, size_t i);
void explain_candidates(Explanation *e, const Health *h, const PlanTarget *t);

#endif
