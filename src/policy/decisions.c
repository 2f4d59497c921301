#include "rehome/policy/decisions.h"

#include "rehome/base/text.h"

void decisions_add(Decisions *d, const Health *h, const Plan *plan, const Automatic *a,
                   int64_t wall_ms)
{
    d->n++;
    Decision *one = &d->at[d->n % DECISIONS_KEPT];
    arena_free(one->why.arena);
    *one = (Decision){
        .serial = d->n,
        .wall_ms = wall_ms,
        .mode = a->mode,
        .what = a->last,
        .why = {.arena = arena_new()},
    };
    int target = snapshot_find(h->snapshot, a->last.target);
    if (target >= 0) {
        text_clean_into(one->addr, sizeof(one->addr), sv(h->snapshot->nodes[target].addr));
    }
    explain_decision(&one->why, h, plan, a);
}

void decisions_done(Decisions *d)
{
    for (size_t i = 0; i < DECISIONS_KEPT; i++) {
        arena_free(d->at[i].why.arena);
    }
    *d = (Decisions){0};
}

const Decision *decisions_find(const Decisions *d, uint64_t serial)
{
    bool kept = serial > 0 && serial <= d->n && d->n - serial < DECISIONS_KEPT;
    return kept ? &d->at[serial % DECISIONS_KEPT] : NULL;
}

const Decision *decisions_back(const Decisions *d, uint64_t back)
{
    return back < d->n ? decisions_find(d, d->n - back) : NULL;
}
