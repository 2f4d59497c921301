// Why automatic mode acts or does not, as lines of text: the one wording for `e` on the screen,
// `rehome plan` and the audit file. Built from what has been decided; decides nothing itself.
#ifndef REHOME_POLICY_EXPLAIN_H
#define REHOME_POLICY_EXPLAIN_H

#include "rehome/base/arena.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/automatic.h"

typedef enum {
    EXPLAIN_TITLE,    // what the lines below it are about
    EXPLAIN_TEXT,     // a plain sentence
    EXPLAIN_NOTE,     // neither good nor bad
    EXPLAIN_GOOD,     // a rule that holds
    EXPLAIN_HELD,     // what holds it back, or is wrong
    EXPLAIN_BAD,      // what is lost
    EXPLAIN_CHOSEN,   // the candidate that moves
    EXPLAIN_POSSIBLE, // a candidate that might, but is not the best
    EXPLAIN_REFUSED,  // a candidate that may not
    EXPLAIN_COMMAND,  // to be typed as it is
} ExplainKind;

typedef struct {
    ExplainKind kind;
    int indent;       // levels, from 0
    const char *left; // a rule or a name, in a column of its own; "" none
    const char *text; // clean; whole addresses
} ExplainLine;

// Zero-initialise and set arena: every line and text lives there, and nothing of the snapshot is
// referenced afterwards.
typedef struct {
    Arena *arena;
    ExplainLine *at;
    size_t n;
    size_t cap;
} Explanation;

// Beyond so many, refused candidates are only counted.
enum { EXPLAIN_REFUSED_SHOWN = 40 };

void explain_add(Explanation *e, ExplainKind kind, int indent, const char *left, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

// Why this node is treated as it is. An orphan, or a master to spread: what holds automatic mode
// back, and every candidate with every rule and its value. A replica: may it go, and to whom.
// Everybody else: why nothing is done. a: NULL leaves out what only automatic mode knows (clocks,
// limits).
void explain_node(Explanation *e, const Health *h, const Plan *plan, const Automatic *a, int node);

// One target of the plan with its candidates, without automatic mode.
void explain_target(Explanation *e, const Health *h, const PlanTarget *t);

// The latest decision: its orphan, or why there is nothing to decide.
void explain_decision(Explanation *e, const Health *h, const Plan *plan, const Automatic *a);

// Only what has to hold before automatic mode acts, with what is measured now.
void explain_rules(Explanation *e, const Health *h, const Plan *plan, const Automatic *a);

// One line as text, without a newline.
void explain_line_text(StrBuf *out, const ExplainLine *line);
// All of it, a blank line before each title but the first.
void explain_text(StrBuf *out, const Explanation *e);

#endif
