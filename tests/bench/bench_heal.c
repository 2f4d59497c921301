// From the cluster's FAIL to the replica that has accepted its new master, and until it is in sync,
// on real servers; all ends are seen in the servers' own words.
#include <stdio.h>

#include "bench.h"
#include "heal_run.h"
#include "rehome/base/mem.h"

enum { RUNS = 10 };

static void row(const char *what, const char *budget, int64_t *ms, size_t n)
{
    if (n == 0) {
        bench_row(what, budget, "nobody came");
        return;
    }
    int64_t median_ms = bench_median(ms, n);
    bench_row(what, budget, "%lld ms, %lld to %lld (%zu of %d healed)", (long long)median_ms,
              (long long)ms[0], (long long)ms[n - 1], n, RUNS);
}

static void measure(const char *what, const char *budget, const HealSpec *how)
{
    HealSpec specs[RUNS];
    HealResult results[RUNS];
    int64_t moved_ms[RUNS];
    int64_t in_sync_ms[RUNS];
    size_t n_moved = 0;
    size_t n_in_sync = 0;
    for (size_t i = 0; i < RUNS; i++) {
        specs[i] = *how;
        specs[i].loss = i % 2 == 0 ? LOSE_REPLICA : LOSE_OTHER;
        specs[i].number = i;
    }
    heal_run_all(specs, RUNS, results);
    for (size_t i = 0; i < RUNS; i++) {
        const HealResult *r = &results[i];
        if (r->is_complete && r->moved_ms >= 0) {
            moved_ms[n_moved++] = r->moved_ms - r->orphaned_ms;
        }
        if (r->is_complete && r->in_sync_ms >= 0) {
            in_sync_ms[n_in_sync++] = r->in_sync_ms - r->orphaned_ms;
        }
    }
    row(what, budget, moved_ms, n_moved);
    row("  ... until in sync", "", in_sync_ms, n_in_sync);
}

void bench_heal(void)
{
    measure("healing, --grace 0: from FAIL to REPLICATE accepted", "< 300 ms",
            &(HealSpec){.instances = 1, .grace = "0"});
    measure("healing, --grace 10 (the default)", "", &(HealSpec){.instances = 1});
    measure("healing, the servers alone", "", &(HealSpec){.server_migration = true});
}
