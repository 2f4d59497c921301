#include "problem_rows.h"

#include "rehome/base/mem.h"

_Static_assert(2 * FINDING_CODE_COUNT <= 64, "problem_bit() has a bit for each cause");

uint64_t problem_bit(FindingCode code, Level severity)
{
    return UINT64_C(1) << (2 * (unsigned)code + (severity == LEVEL_CRITICAL));
}

static void add(ProblemRows *rows, ProblemRow row)
{
    rows->at = mem_grow(rows->at, &rows->cap, (size_t)rows->n + 1, sizeof(*rows->at));
    rows->at[rows->n++] = row;
}

static bool same_cause(const Finding *a, const Finding *b)
{
    return a->code == b->code && a->severity == b->severity;
}

void problem_rows_build(ProblemRows *rows, const Findings *findings, uint64_t unfolded)
{
    rows->n = 0;
    for (size_t i = 0, n = 0; i < findings->n; i += n) {
        const Finding *first = &findings->at[i];
        for (n = 1; i + n < findings->n && same_cause(first, &first[n]); n++) {
        }
        bool hides = n > 1 && (unfolded & problem_bit(first->code, first->severity)) == 0;
        add(rows, (ProblemRow){
                      .kind = n > 1 ? PROBLEM_GROUP : PROBLEM_SINGLE,
                      .first = first,
                      .n = (int)n,
                      .folded = hides,
                  });
        for (size_t k = 0; n > 1 && !hides && k < n; k++) {
            add(rows, (ProblemRow){
                          .kind = PROBLEM_MEMBER,
                          .first = &first[k],
                          .n = (int)n,
                          .last = k + 1 == n,
                      });
        }
    }
}

void problem_rows_done(ProblemRows *rows)
{
    mem_free(rows->at);
    *rows = (ProblemRows){0};
}

ProblemMark problem_mark(const ProblemRow *row)
{
    return (ProblemMark){
        .code = row->first->code,
        .severity = row->first->severity,
        .node = row->first->node,
        .whole = row->kind == PROBLEM_GROUP,
    };
}

int problem_rows_find(const ProblemRows *rows, const ProblemMark *mark)
{
    int group = -1;
    for (int i = 0; i < rows->n; i++) {
        const ProblemRow *row = &rows->at[i];
        if (row->first->code != mark->code || row->first->severity != mark->severity) {
            continue;
        }
        if (row->kind == PROBLEM_GROUP || (mark->whole && row->kind == PROBLEM_SINGLE)) {
            group = i;
        }
        if (row->kind == PROBLEM_GROUP ? mark->whole
                                       : !mark->whole && node_id_eq(row->first->node, mark->node)) {
            return i;
        }
    }
    return group;
}

int64_t problem_since_ms(const ProblemRow *row)
{
    int64_t since = row->first->since_ms;
    for (int i = 1; row->kind == PROBLEM_GROUP && i < row->n; i++) {
        since = row->first[i].since_ms < since ? row->first[i].since_ms : since;
    }
    return since;
}
