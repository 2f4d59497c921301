// `rehome heal`: the plan, what became of each of its moves, and what remains.
#ifndef REHOME_REPORT_HEAL_REPORT_H
#define REHOME_REPORT_HEAL_REPORT_H

#include "rehome/action/queue.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/heal_plan.h"

// Word for scripts.
#define HEAL_RESULTS(X)                                                                            \
    X(PLANNED, "planned") /* a dry run */                                                          \
    X(DONE, "done")       /* verified */                                                           \
    X(REFUSED, "refused")                                                                          \
    X(FAILED, "failed")                                                                            \
    X(INTERRUPTED, "interrupted") /* we were stopped while it was under way */                     \
    X(NOT_BEGUN, "not-begun")

typedef enum {
#define X(name, text) HEAL_##name,
    HEAL_RESULTS(X)
#undef X
} HealResult;

typedef struct {
    MoveSpec spec;
    const char *reason;
    const char *command;
    int64_t cost_bytes; // -1 unknown
    HealResult result;
    const char *text;        // why it was refused or failed, or what came of it; "" else
    const Move *move;        // at its end; NULL: it never came so far
    const GateVerdict *gate; // of a dry run; NULL: it cannot be asked before the moves above
} HealedMove;

typedef struct {
    bool dry_run;
    bool spread;
    bool was_safe;
    const char *was_worst; // the host whose loss costs most; "" when it was safe
    int was_orphaned;
    const HealedMove *moves;
    size_t n;
    const char *stopped;  // why the rest was not begun, unless a move was the reason; "" else
    const Health *now;    // the latest picture
    const HealPlan *left; // made of it: of a dry run the plan itself, else what is still to be done
} HealReport;

// 0: done, and nothing remains; 1: else. A dry run: would it be so, as far as can be told.
int heal_status(const HealReport *r);

void heal_text(StrBuf *out, const HealReport *r);

// For behind a plan of automatic mode: what all of it at once would reach. Nothing when it is
// host-safe, or when no moves make it so.
void heal_prospect_text(StrBuf *out, const Health *h);
void heal_json(StrBuf *out, const HealReport *r);

#endif
