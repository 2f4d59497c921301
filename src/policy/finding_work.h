// One search for findings: what all the finders share.
#ifndef REHOME_SRC_POLICY_FINDING_WORK_H
#define REHOME_SRC_POLICY_FINDING_WORK_H

#include "plan_work.h"
#include "rehome/policy/finding.h"

typedef struct {
    const Health *h;
    const Snapshot *s;
    Arena *arena;
    Finding *at; // on the heap, in the order of finding
    size_t n;
    size_t cap;
    PlanWork work;
    const char *seed;    // "-h .. -p .." of a node that answers
    const char *contact; // the same as "host:port", for redis-cli --cluster
} Search;

// node: -1: the cluster as a whole. Returns the finding, good until the next one.
Finding *finding_add(Search *f, FindingCode code, Level severity, int node, int64_t since_ms,
                     const char *text, const char *remedy);

void find_cluster(Search *f); // what nobody in particular is to blame for
void find_masters(Search *f); // orphans too, most urgent first
void find_nodes(Search *f);
void find_access(Search *f);     // what they do not let us ask
void find_conditions(Search *f); // of single nodes, beside their states
void find_certificates(Search *f);

const char *forget_command(const Search *f, const Node *n);

#endif
