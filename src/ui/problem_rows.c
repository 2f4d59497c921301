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

// Several nodes each: told once, they can be unfolded.
static bool go_together(const Finding *a, const Finding *b)
{
    return same_cause(a, b) && !node_id_is_none(a->node) && !node_id_is_none(b->node);
}

// How many of its cause before it are about no single node either.
static int place_of(const Findings *findings, size_t i)
{
    int place = 0;
    const Finding *one = &findings->at[i];
    for (size_t k = i; k > 0 && node_id_is_none(one->node); k--) {
        const Finding *before = &findings->at[k - 1];
        place += same_cause(one, before) && node_id_is_none(before->node);
    }
    return place;
}

void problem_rows_build(ProblemRows *rows, const Findings *findings, uint64_t unfolded)
{
    rows->n = 0;
    for (size_t i = 0, n = 0; i < findings->n; i += n) {
        const Finding *first = &findings->at[i];
        for (n = 1; i + n < findings->n && go_together(first, &first[n]); n++) {
        }
        bool hides = n > 1 && (unfolded & problem_bit(first->code, first->severity)) == 0;
        add(rows, (ProblemRow){
                      .kind = n > 1 ? PROBLEM_GROUP : PROBLEM_SINGLE,
                      .first = first,
                      .n = (int)n,
                      .place = place_of(findings, i),
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
        .place = row->place,
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
                                       : !mark->whole && row->place == mark->place &&
                                             node_id_eq(row->first->node, mark->node)) {
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
