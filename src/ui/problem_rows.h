// The findings as a list of rows: one for each cause, and below those with several nodes one for
// each node. What is about no single node has a row of its own.
#ifndef REHOME_UI_PROBLEM_ROWS_H
#define REHOME_UI_PROBLEM_ROWS_H

#include "rehome/policy/finding.h"

typedef enum {
    PROBLEM_GROUP,  // a cause with several findings
    PROBLEM_SINGLE, // a cause with one
    PROBLEM_MEMBER, // below its group
} ProblemKind;

typedef struct {
    ProblemKind kind;
    const Finding *first; // of a group its first; otherwise the finding itself
    int n;                // findings of this cause
    int place;            // among those of its cause that are about no single node
    bool last;            // of its group
    bool folded;          // a group whose members are not shown
} ProblemRow;

typedef struct {
    ProblemRow *at;
    int n;
    size_t cap;
} ProblemRows;

// What the cursor is on: a finding, or (whole) its cause.
typedef struct {
    FindingCode code;
    Level severity;
    NodeId node;
    int place; // as in ProblemRow
    bool whole;
} ProblemMark;

// A bit for each cause, in a set of those that are unfolded. A failed master is critical with slots
// and a warning without: two causes.
uint64_t problem_bit(FindingCode code, Level severity);

void problem_rows_build(ProblemRows *rows, const Findings *findings, uint64_t unfolded);
void problem_rows_done(ProblemRows *rows);

ProblemMark problem_mark(const ProblemRow *row);

// The row that is marked; where it has been folded away that of its group; -1: neither is there.
int problem_rows_find(const ProblemRows *rows, const ProblemMark *mark);

// The earliest of a group began then.
int64_t problem_since_ms(const ProblemRow *row);

#endif
