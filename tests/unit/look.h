// One look at a fixture's cluster, as a report gets it.
#ifndef REHOME_TESTS_LOOK_H
#define REHOME_TESTS_LOOK_H

#include "fixture.h"
#include "rehome/policy/finding.h"

// Two rounds, so that things have held for a while: whatever is wrong has been so for 12 s, since
// 1000 ms; now is 13000 ms.
typedef struct {
    Snapshot *before;
    Snapshot *now;
    const Health *health;
} Look;

Look look(Fixture *f);
void look_done(Look *l);

// The owner's cluster with all that can be wrong with a replica, a master or the slots.
Fixture *look_troubled(void);

// A finding of one's own, since 1000 ms. text and remedy are borrowed.
Finding look_finding(FindingCode code, Level severity, NodeId node, const char *text,
                     const char *remedy);

#endif
