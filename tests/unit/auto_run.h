// Automatic mode run over a fixture, round by round.
#ifndef REHOME_TESTS_UNIT_AUTO_RUN_H
#define REHOME_TESTS_UNIT_AUTO_RUN_H

#include "rehome/policy/automatic.h"
#include "watch.h"

typedef struct {
    Watch w;
    Automatic a;
    AutoDecision d;
    bool changed;
    bool busy;
} Run;

Run run_of(Fixture *f, AutoMode mode);
void run_round(Run *r, int64_t now_ms);
void run_rounds(Run *r, int n);
void run_done(Run *r);
void assert_decision(const Run *r, AutoVerdict verdict, const char *rule, const char *text);

// Who moves where, as ports.
void assert_move(const Run *r, int replica, int donor, int target);
void run_moved(Run *r, bool manual);

// The scenario watched for five seconds, then :7008 dies at 6000.
Run orphan_at_6000(AutoMode mode);
void run_epochs_disagree(Run *r);

#endif
