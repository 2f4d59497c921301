// The program at rest: rounds of 1 s against a cluster of fakes. What it costs the machine, and
// what it sends to the terminal.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "real/run.h"
#include "swarm.h"
#include "term/pty.h"

enum { W = 120, H = 40, WINDOW_MS = 10000, LIMIT_MS = 20000, WARM_UP_MS = 3000, FAR_MS = 50 };

typedef struct {
    const char *first;
    const char *second;
} Header;

static bool is_complete(Pty *p, void *context)
{
    const Header *header = context;
    const char *row = pty_row(p, 0);
    return strstr(row, header->first) != NULL && strstr(row, header->second) != NULL;
}

// The first line counts replicas that have confirmed it themselves: all spares are there when all
// nodes have answered.
static Pty *start_dashboard(const Swarm *s, size_t n, const char *option, double *took_ms)
{
    char masters[40];
    char spares[40];
    snprintf(masters, sizeof(masters), "%zu masters %zu replicas", swarm_masters(s),
             n - swarm_masters(s));
    snprintf(spares, sizeof(spares), " %zu spare", swarm_spares(s));
    Header header = {.first = masters, .second = spares};
    int64_t at = bench_now_us();
    Pty *p = pty_start(&(PtyStart){
        .argv = (const char *[]){bench_program(), swarm_addr(s, 0), "--read-only", option, NULL},
        .w = W,
        .h = H,
    });
    bool is_there = p != NULL && pty_wait_until(p, is_complete, &header, LIMIT_MS);
    *took_ms = (double)(bench_now_us() - at) / 1000.;
    if (!is_there && p != NULL) {
        pty_print(p);
    }
    return p;
}

static bool never(Pty *p, void *context)
{
    (void)p;
    (void)context;
    return false;
}

typedef struct {
    double cpu_percent;
    double bytes_per_s;
    double now_mb;
    double peak_mb;
} Cost;

static double megabytes(pid_t pid, const char *which)
{
    return (double)bench_memory_kb(pid, which) / 1024.;
}

static Cost cost_of_terminal(Pty *p)
{
    pid_t pid = pty_pid(p);
    (void)pty_wait_until(p, never, NULL, WARM_UP_MS);
    pty_output_clear(p);
    double cpu_ms = bench_cpu_ms(pid);
    int64_t at = bench_now_us();
    (void)pty_wait_until(p, never, NULL, WINDOW_MS);
    double took_ms = (double)(bench_now_us() - at) / 1000.;
    size_t n = 0;
    (void)pty_output(p, &n);
    return (Cost){
        .cpu_percent = 100. * (bench_cpu_ms(pid) - cpu_ms) / took_ms,
        .bytes_per_s = (double)n * 1000. / took_ms,
        .now_mb = megabytes(pid, "VmRSS"),
        .peak_mb = megabytes(pid, "VmHWM"),
    };
}

static Cost cost_of_watch(const Swarm *s)
{
    Run *run = run_start((const char *[]){bench_program(), "watch", swarm_addr(s, 0), NULL});
    run_wait_out(run, "connected", LIMIT_MS);
    bench_let_run(WARM_UP_MS);
    double cpu_ms = bench_cpu_ms(run_pid(run));
    bench_let_run(WINDOW_MS);
    Cost cost = {
        .cpu_percent = 100. * (bench_cpu_ms(run_pid(run)) - cpu_ms) / WINDOW_MS,
        .now_mb = megabytes(run_pid(run), "VmRSS"),
        .peak_mb = megabytes(run_pid(run), "VmHWM"),
    };
    run_free(run);
    return cost;
}

static void show(size_t n, const char *who, const Cost *cost, const char *cpu, const char *memory)
{
    char what[80];
    snprintf(what, sizeof(what), "%s, %zu nodes, rounds of 1 s: one core", who, n);
    bench_row(what, cpu, "%.2f %%", cost->cpu_percent);
    snprintf(what, sizeof(what), "%s, %zu nodes: resident memory", who, n);
    bench_row(what, memory, "%.1f MB (at most %.1f)", cost->now_mb, cost->peak_mb);
}

static void show_traffic(const char *what, const char *budget, const Cost *cost)
{
    bench_row(what, budget, "%.0f B/s", cost->bytes_per_s);
}

// A monitor everybody knows, on the same terminal; it looks at this machine, not at a cluster.
static void beside_htop(void)
{
    static const char *const paths[] = {"/usr/bin/htop", "/usr/local/bin/htop", "/bin/htop"};
    const char *path = NULL;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && path == NULL; i++) {
        path = access(paths[i], X_OK) == 0 ? paths[i] : NULL;
    }
    Pty *p = path == NULL ? NULL
                          : pty_start(&(PtyStart){
                                .argv = (const char *[]){path, "-d", "10", NULL}, .w = W, .h = H});
    if (p == NULL) {
        bench_row("htop on the same terminal", "", "not installed");
        return;
    }
    Cost cost = cost_of_terminal(p);
    pty_end(p);
    bench_row("htop on the same terminal, every 1 s", "", "%.2f %%, %.1f MB, %.0f B/s",
              cost.cpu_percent, cost.now_mb, cost.bytes_per_s);
}

static void measure_100(void)
{
    enum { NODES = 100 };
    double first_ms;
    Swarm *s = swarm_start(NODES);
    Pty *p = start_dashboard(s, NODES, NULL, &first_ms);
    Cost idle = cost_of_terminal(p);
    show(NODES, "dashboard", &idle, "< 1 %", "< 12 MB");
    show_traffic("dashboard, 100 nodes, 120x40: to the terminal, idle", "< 350 B/s", &idle);
    swarm_busy(s, true);
    Cost busy = cost_of_terminal(p);
    swarm_busy(s, false);
    show_traffic("  ... when every number on it changes", "", &busy);
    pty_end(p);
    p = start_dashboard(s, NODES, "--slow", &first_ms);
    Cost slow = cost_of_terminal(p);
    show_traffic("  ... with --slow, idle", "", &slow);
    swarm_busy(s, true);
    slow = cost_of_terminal(p);
    swarm_busy(s, false);
    show_traffic("  ... with --slow, when every number on it changes", "", &slow);
    pty_end(p);
    Cost watch = cost_of_watch(s);
    show(NODES, "watch", &watch, "< 1 %", "< 12 MB");
    swarm_stop(s);
    beside_htop();
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
    pty_end(start_dashboard(s, NODES, NULL, &far_ms));
    swarm_delay(s, 0);
    Pty *p = start_dashboard(s, NODES, NULL, &near_ms);
    bench_row("dashboard, 1000 nodes: first complete screen", "< 200 ms", "%.0f ms", near_ms);
    bench_row("  ... when every answer takes 50 ms", "< 300 ms", "%.0f ms", far_ms);
    Cost cost = cost_of_terminal(p);
    show(NODES, "dashboard", &cost, "< 10 %", "< 32 MB");
    pty_end(p);
    measure_gate(s, NODES);
    swarm_stop(s);
}

void bench_steady(void)
{
    measure_100();
    measure_1000();
}
