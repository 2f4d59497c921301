#include "at_rest.h"

#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "rehome/base/mem.h"

enum { LIMIT_MS = 20000, TERMINALS = 4 };

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
Pty *dashboard_start(const Swarm *s, size_t n, const char *option, double *took_ms)
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
        .w = AT_REST_W,
        .h = AT_REST_H,
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

// Reads what all of them write meanwhile.
static void let_run(Pty *const *terminals, size_t n, int ms)
{
    enum { SLICE_MS = 20 };
    int64_t end = bench_now_us() + (int64_t)ms * 1000;
    while (bench_now_us() < end) {
        for (size_t i = 0; i < n; i++) {
            if (terminals[i] != NULL) {
                (void)pty_wait_until(terminals[i], never, NULL, SLICE_MS);
            }
        }
    }
}

double cost_mb(pid_t pid, const char *which)
{
    return (double)bench_memory_kb(pid, which) / 1024.;
}

void cost_of_terminals(Pty *const *terminals, size_t n, int warm_up_ms, int window_ms, Cost *out)
{
    double cpu_ms[TERMINALS] = {0};
    n = n < TERMINALS ? n : TERMINALS;
    let_run(terminals, n, warm_up_ms);
    for (size_t i = 0; i < n; i++) {
        out[i] = (Cost){0};
        if (terminals[i] != NULL) {
            pty_output_clear(terminals[i]);
            cpu_ms[i] = bench_cpu_ms(pty_pid(terminals[i]));
        }
    }
    int64_t at = bench_now_us();
    let_run(terminals, n, window_ms);
    double took_ms = (double)(bench_now_us() - at) / 1000.;
    for (size_t i = 0; i < n; i++) {
        if (terminals[i] != NULL) {
            pid_t pid = pty_pid(terminals[i]);
            size_t bytes = 0;
            (void)pty_output(terminals[i], &bytes);
            out[i] = (Cost){
                .cpu_percent = 100. * (bench_cpu_ms(pid) - cpu_ms[i]) / took_ms,
                .bytes_per_s = (double)bytes * 1000. / took_ms,
                .now_mb = cost_mb(pid, "VmRSS"),
                .peak_mb = cost_mb(pid, "VmHWM"),
            };
        }
    }
}

Cost cost_of_terminal(Pty *p, int warm_up_ms, int window_ms)
{
    Cost cost;
    cost_of_terminals(&p, 1, warm_up_ms, window_ms, &cost);
    return cost;
}

void cost_show(size_t n, const char *who, const Cost *cost, const char *cpu, const char *memory)
{
    char what[80];
    snprintf(what, sizeof(what), "%s, %zu nodes, rounds of 1 s: one core", who, n);
    bench_row(what, cpu, "%.2f %%", cost->cpu_percent);
    snprintf(what, sizeof(what), "%s, %zu nodes: resident memory", who, n);
    bench_row(what, memory, "%.1f MB (at most %.1f)", cost->now_mb, cost->peak_mb);
}
