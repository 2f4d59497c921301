// The gate tried on the scenario, and ways to make it refuse.
#ifndef REHOME_TESTS_UNIT_GATE_TRY_H
#define REHOME_TESTS_UNIT_GATE_TRY_H

#include "rehome/policy/gate.h"
#include "watch.h"

// The decision of the scenario, :7004 to the orphaned :7001, made at 1000; rounds at 2000 and 3000.
typedef struct {
    Watch w;
    GateAsk ask;
    GateVerdict verdict;
} Try;

Try try_of(Fixture *f);
Try try_scenario(void);
GateAsk try_ask(const Watch *w, int replica, int64_t decided_ms); // that decision, of this replica
void try_check(Try *t);
void try_rounds(Try *t);
void try_done(Try *t);
void assert_gate_refused(const Try *t, GateRule rule, const char *text);
void assert_gate_passed(const Try *t, GateRule rule, const char *text);

// After this change of the fixture the rule refuses with these words, and is the first to do so.
typedef void TryChange(Try *t);
void assert_change_refused(TryChange *change, GateRule rule, const char *text);
void try_replica_silent(Try *t);
void try_target_late(Try *t);
void try_slots_disagree(Try *t);
void try_target_suspected(Try *t);
void try_bgsave_failed(Try *t);
void try_sibling_gone(Try *t);
void try_candidate_syncing(Try *t);
void try_candidate_link_down(Try *t);
void try_too_small(Try *t);

#endif
