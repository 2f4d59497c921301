// What a program at rest on a terminal costs: processor, memory, and what it sends to it.
#ifndef REHOME_TESTS_BENCH_AT_REST_H
#define REHOME_TESTS_BENCH_AT_REST_H

#include <stddef.h>
#include <sys/types.h>

#include "swarm.h"
#include "term/pty.h"

enum { AT_REST_W = 120, AT_REST_H = 40 };

typedef struct {
    double cpu_percent;
    double bytes_per_s;
    double now_mb;
    double peak_mb;
} Cost;

// The dashboard with every node of the swarm on it. option: one more, or NULL. NULL: no terminal.
Pty *dashboard_start(const Swarm *s, size_t n, const char *option, double *took_ms);

// Of several at once, so that all have the same machine. NULLs among them cost nothing.
void cost_of_terminals(Pty *const *terminals, size_t n, int warm_up_ms, int window_ms, Cost *out);
Cost cost_of_terminal(Pty *p, int warm_up_ms, int window_ms);

double cost_mb(pid_t pid, const char *which); // as bench_memory_kb()

// One line for the processor, one for the memory.
void cost_show(size_t n_nodes, const char *who, const Cost *cost, const char *cpu,
               const char *memory);

#endif
