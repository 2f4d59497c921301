// What automatic mode decided so far, each with its reasons as they were at that moment.
#ifndef REHOME_POLICY_DECISIONS_H
#define REHOME_POLICY_DECISIONS_H

#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/explain.h"

enum { DECISIONS_KEPT = 32 };

typedef struct {
    uint64_t serial; // from 1 on
    int64_t wall_ms; // Unix time
    AutoMode mode;
    AutoDecision what;
    char addr[64];   // of its target, clean; "" none
    Explanation why; // in an arena of its own
} Decision;

typedef struct {
    Decision at[DECISIONS_KEPT]; // ring
    uint64_t n;                  // total ever: the serial of the newest
} Decisions;                     // zero-initialise

// Keep the latest decision of a.
void decisions_add(Decisions *d, const Health *h, const Plan *plan, const Automatic *a,
                   int64_t wall_ms);
void decisions_done(Decisions *d);

// Newest first: back 0 is the newest. NULL: not kept any more, or there never were so many.
const Decision *decisions_back(const Decisions *d, uint64_t back);
const Decision *decisions_find(const Decisions *d, uint64_t serial); // NULL: not kept

#endif
