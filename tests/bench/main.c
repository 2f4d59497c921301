// `make bench`: the budgets, measured on this machine and printed as a table. Nothing here passes
// or fails; what is slow is seen by whoever reads it. With names of sections only these are
// measured.
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "real/stage.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"
#include "term/pty.h"

void bench_row(const char *what, const char *budget, const char *format, ...)
{
    char measured[160];
    va_list args;
    va_start(args, format);
    vsnprintf(measured, sizeof(measured), format, args);
    va_end(args);
    static bool has_head;
    if (!has_head) {
        has_head = true;
        printf("%-58s | %-15s | %s\n", "what", "budget", "measured");
    }
    printf("%-58s | %-15s | %s\n", what, budget, measured);
    fflush(stdout);
}

const char *bench_program(void)
{
    const char *path = getenv("REHOME_BIN");
    return path != NULL ? path : pty_beside("rehome");
}

static int64_t us(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000 + t->tv_nsec / 1000;
}

int64_t bench_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return us(&t);
}

void bench_let_run(int ms)
{
    int64_t end = bench_now_us() + (int64_t)ms * 1000;
    for (int64_t left = end - bench_now_us(); left > 0; left = end - bench_now_us()) {
        (void)poll(NULL, 0, (int)(left / 1000 + 1));
    }
}

double bench_cpu_ms(pid_t pid)
{
    clockid_t id;
    struct timespec t;
    if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &t) != 0) {
        return 0.;
    }
    return (double)us(&t) / 1000.;
}

long bench_memory_kb(pid_t pid, const char *which)
{
    char path[64];
    char text[4096];
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));
    if (fd >= 0) {
        close(fd);
    }
    StrView rest = sv_of(text, n > 0 ? (size_t)n : 0);
    StrView line;
    StrView name;
    StrView number;
    int64_t kb;
    while (sv_next(&rest, '\n', &line)) {
        if (sv_cut(&line, ':', &name) && sv_is(name, which)) {
            line = sv_trim(line);
            return sv_cut(&line, ' ', &number) && sv_to_i64(number, &kb) ? (long)kb : -1;
        }
    }
    return -1;
}

static int value_cmp(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

int64_t bench_median(int64_t *values, size_t n)
{
    qsort(values, n, sizeof(*values), value_cmp);
    return values[n / 2];
}

static bool is_wanted(int argc, char **argv, const char *section, bool by_default)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], section) == 0) {
            return true;
        }
    }
    return argc < 2 && by_default;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    stage_open();
    static const struct {
        const char *name;
        bool by_default;
        void (*run)(void);
    } sections[] = {
#define X(section, by_default) {#section, by_default, bench_##section},
        BENCH_SECTIONS(X)
#undef X
    };
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (is_wanted(argc, argv, sections[i].name, sections[i].by_default)) {
            sections[i].run();
        }
    }
    stage_close();
    return 0;
}
