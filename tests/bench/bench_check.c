// `check` on clusters of different size, and redis-cli's own check beside it.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "real/run.h"
#include "rehome/base/str.h"
#include "swarm.h"

enum { RUNS = 7, LIMIT_MS = 60000, FAR_MS = 100 };

static double run_ms(const char *const *argv)
{
    int64_t at = bench_now_us();
    Run *run = run_start(argv);
    (void)run_end(run, LIMIT_MS);
    double ms = (double)(bench_now_us() - at) / 1000.;
    run_free(run);
    return ms;
}

typedef struct {
    double median_ms;
    double least_ms;
} Took;

static Took run_often(const char *const *argv)
{
    int64_t us[RUNS];
    for (size_t i = 0; i < RUNS; i++) {
        us[i] = (int64_t)(run_ms(argv) * 1000.);
    }
    double median_ms = (double)bench_median(us, RUNS) / 1000.;
    return (Took){.median_ms = median_ms, .least_ms = (double)us[0] / 1000.};
}

static bool has_redis_cli(void)
{
    const char *path = getenv("PATH");
    StrView rest = sv(path != NULL ? path : "/usr/bin:/bin");
    StrView folder;
    bool found = false;
    while (!found && sv_next(&rest, ':', &folder)) {
        char file[512];
        snprintf(file, sizeof(file), "%.*s/redis-cli", (int)folder.n, folder.at);
        found = access(file, X_OK) == 0;
    }
    return found;
}

// Round trips one after the other: how much longer it takes when each answer takes longer.
static void measure(size_t n)
{
    char what[80];
    Swarm *s = swarm_start(n);
    const char *const argv[] = {bench_program(), "check", swarm_addr(s, 0), NULL};
    Took near = run_often(argv);
    swarm_delay(s, FAR_MS);
    Took far = run_often(argv);
    swarm_delay(s, 0);
    swarm_forget(s);
    (void)run_ms(argv);
    SwarmCount count = swarm_count(s);
    snprintf(what, sizeof(what), "check, %zu nodes", n);
    bench_row(what, "constant trips",
              "%.0f ms, %.1f round trips; %zu connections, at most %zu batches on one, %zu views, "
              "%zu KB",
              near.median_ms, (far.least_ms - near.least_ms) / FAR_MS, count.connections,
              count.deepest, count.views, count.bytes / 1024);
    if (has_redis_cli()) {
        swarm_forget(s);
        double cli_ms =
            run_ms((const char *[]){"redis-cli", "--cluster", "check", swarm_addr(s, 0), NULL});
        count = swarm_count(s);
        bench_row("  redis-cli --cluster check", "",
                  "%.0f ms, %zu round trips one after the other; %zu KB", cli_ms, count.batches,
                  count.bytes / 1024);
    }
    swarm_stop(s);
}

void bench_check(void)
{
    measure(3);
    measure(50);
    measure(500);
}
