// The answer as lines of a page.
#include <string.h>

#include "rehome/base/text.h"
#include "rehome/policy/whatif.h"

static ExplainKind kind_of(Level level)
{
    switch (level) {
    case LEVEL_GOOD:
        return EXPLAIN_GOOD;
    case LEVEL_WARNING:
        return EXPLAIN_HELD;
    case LEVEL_CRITICAL:
        return EXPLAIN_BAD;
    case LEVEL_INFO:
        break;
    }
    return EXPLAIN_NOTE;
}

static ExplainKind fate_kind(ShardFate fate)
{
    return fate <= SHARD_STUCK ? EXPLAIN_BAD : fate == SHARD_ALONE ? EXPLAIN_HELD : EXPLAIN_GOOD;
}

static void add_shards(Explanation *e, const WhatIf *w)
{
    const Snapshot *s = w->before->snapshot;
    if (w->n_shards > 0) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "Its shards");
    }
    for (size_t i = 0; i < w->n_shards; i++) {
        const ShardLoss *shard = &w->shards[i];
        explain_add(e, fate_kind(shard->fate), 1, shard_fate_text(shard->fate), "%s: %s",
                    s->nodes[shard->master].addr, shard->text);
    }
}

static void add_steps(Explanation *e, const WhatIf *w)
{
    if (w->n_steps > 0) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "What happens then");
    }
    for (size_t i = 0; i < w->n_steps; i++) {
        const WhatIfStep *step = &w->steps[i];
        explain_add(e, kind_of(step->level), 1, whatif_part_text(step->part), "%s", step->text);
    }
}

void whatif_explain(Explanation *e, const WhatIf *w)
{
    char cost[128];
    int n = w->loss.nodes;
    explain_add(e, EXPLAIN_TITLE, 0, "", "If %s died", w->what);
    if (n == 0) {
        explain_add(e, EXPLAIN_TEXT, 0, "", "Nothing changes: it has failed already.");
        return;
    }
    explain_add(e, host_loss_is_survived(&w->loss) ? EXPLAIN_GOOD : EXPLAIN_BAD, 0, "",
                "%s (%d node%s, %d slot owner%s)", host_loss_text(&w->loss, cost, sizeof(cost)), n,
                plural(n), w->loss.masters, plural(w->loss.masters));
    add_shards(e, w);
    add_steps(e, w);
}

void host_pairs_explain(Explanation *e, const HostPairs *pairs, const char *host)
{
    enum { SHOWN = 12 };
    size_t n = 0;
    for (size_t i = 0; i < pairs->n; i++) {
        const HostPair *pair = &pairs->at[i];
        bool is_a = strcmp(pair->a->host, host) == 0;
        if ((!is_a && strcmp(pair->b->host, host) != 0) || n++ >= SHOWN) {
            continue;
        }
        if (n == 1) {
            explain_add(e, EXPLAIN_TITLE, 0, "", "If another host died with it");
        }
        const char *other = is_a ? pair->b->host : pair->a->host;
        if (pair->slots_lost > 0) {
            explain_add(e, EXPLAIN_HELD, 1, "with", "%s: %d more slots lost%s", other,
                        pair->slots_lost, pair->majority_lost ? ", and the majority" : "");
        } else {
            explain_add(e, EXPLAIN_HELD, 1, "with", "%s: no majority, so no failover", other);
        }
    }
    if (n > SHOWN) {
        explain_add(e, EXPLAIN_TEXT, 1, "", "and %zu more hosts", n - SHOWN);
    }
}
