// The program at rest: rounds of 1 s against a cluster of fakes, and what it costs the machine.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "at_rest.h"
#include "bench.h"
#include "real/run.h"
#include "swarm.h"
#include "term/pty.h"

enum { WINDOW_MS = 10000, LIMIT_MS = 20000, WARM_UP_MS = 3000, FAR_MS = 50 };

static Cost cost_of_watch(const Swarm *s)
{
    Run *run = run_start((const char *[]){bench_program(), "watch", swarm_addr(s, 0), NULL});
    run_wait_out(run, "connected", LIMIT_MS);
    bench_let_run(WARM_UP_MS);
    double cpu_ms = bench_cpu_ms(run_pid(run));
    bench_let_run(WINDOW_MS);
    Cost cost = {
        .cpu_percent = 100. * (bench_cpu_ms(run_pid(run)) - cpu_ms) / WINDOW_MS,
        .now_mb = cost_mb(run_pid(run), "VmRSS"),
        .peak_mb = cost_mb(run_pid(run), "VmHWM"),
    };
    run_free(run);
    return cost;
}

static void show_watch(void)
{
    enum { NODES = 100 };
    Swarm *s = swarm_start(NODES);
    Cost watch = cost_of_watch(s);
    cost_show(NODES, "watch", &watch, "< 1 %", "< 12 MB");
    swarm_stop(s);
}

// The last node is a replica with siblings, the others have one at least.
static void measure_gate(Swarm *s, size_t n)
{
    char replica[40];
    char master[40];
    snprintf(replica, sizeof(replica), "%s", swarm_addr(s, n - 1));
    snprintf(master, sizeof(master), "%s", swarm_addr(s, 1));
    swarm_forget(s);
    int64_t at = bench_now_us();
    Run *run = run_start((const char *[]){bench_program(), "move", replica, master, "--dry-run",
                                          swarm_addr(s, 0), NULL});
    int status = run_end(run, LIMIT_MS);
    double took_ms = (double)(bench_now_us() - at) / 1000.;
    SwarmCount count = swarm_count(s);
    bench_row("move --dry-run, 1000 nodes: a look and two full rounds", "",
              "%.0f ms, %zu views, %zu MB%s", took_ms, count.views, count.bytes >> 20,
              status == 0 ? "" : " (refused)");
    run_free(run);
}

static void measure_1000(void)
{
    enum { NODES = 1000 };
    double near_ms;
    double far_ms;
    Swarm *s = swarm_start(NODES);
    swarm_delay(s, FAR_MS);
    pty_end(dashboard_start(s, NODES, NULL, &far_ms));
    swarm_delay(s, 0);
    Pty *p = dashboard_start(s, NODES, NULL, &near_ms);
    bench_row("dashboard, 1000 nodes: first complete screen", "< 200 ms", "%.0f ms", near_ms);
    bench_row("  ... when every answer takes 50 ms", "< 300 ms", "%.0f ms", far_ms);
    Cost cost = cost_of_terminal(p, WARM_UP_MS, WINDOW_MS);
    cost_show(NODES, "dashboard", &cost, "< 10 %", "< 32 MB");
    pty_end(p);
    measure_gate(s, NODES);
    swarm_stop(s);
}

void bench_steady(void)
{
    show_watch();
    measure_1000();
}
