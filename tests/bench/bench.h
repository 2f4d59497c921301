// What every measurement uses: a row of the table, clocks, and the time to let something run.
#ifndef REHOME_TESTS_BENCH_H
#define REHOME_TESTS_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// One section a file, in the order in which they run.  X(section, runs when none is named)
#define BENCH_SECTIONS(X)                                                                          \
    X(pure, true)                                                                                  \
    X(steady, true)                                                                                \
    X(idle, true)                                                                                  \
    X(check, true)                                                                                 \
    X(keys, true)                                                                                  \
    X(hung, true)                                                                                  \
    X(day, true)                                                                                   \
    X(heal, true)                                                                                  \
    X(race, false)                                                                                 \
    X(soak, false)

#define X(section, by_default) void bench_##section(void);
BENCH_SECTIONS(X)
#undef X

// One line of the table, printed at once. budget: "" when none is set.
void bench_row(const char *what, const char *budget, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *bench_program(void); // path of rehome
int64_t bench_now_us(void);

// Nothing but time has to pass: what is measured runs meanwhile.
void bench_let_run(int ms);

double bench_cpu_ms(pid_t pid);                     // used so far, all threads
long bench_memory_kb(pid_t pid, const char *which); // "VmRSS" or "VmHWM"; -1: not known
// Sorts them; element 0 and the last are the extremes then.
int64_t bench_median(int64_t *values, size_t n);

#endif
