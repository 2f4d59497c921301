// Ten of fifty real servers stand still (SIGSTOP): keys are answered as ever, and the other forty
// are asked once a second as ever.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "press.h"
#include "real/stage.h"
#include "rehome/base/arena.h"
#include "rehome/base/mem.h"
#include "shape.h"

// A change of who answers makes rounds follow each other quickly for half a minute.
enum { EVERY = 5, WINDOW_MS = 10000, HURRY_MS = 30000, W = 120, H = 40 };

static const Shape fifty = {.masters = 20, .replicas = 1, .spares = 10, .hosts = 10};

static bool is_stopped(size_t i)
{
    return i % EVERY == 1;
}

static void signal_some(Lab *lab, int signal_number)
{
    for (size_t i = 0; i < lab_size(lab); i++) {
        if (is_stopped(i)) {
            lab_signal(lab, i, signal_number);
        }
    }
}

// How often a server was asked for its INFO, this question included.
static int64_t asked(const Lab *lab, size_t i)
{
    static const char name[] = "cmdstat_info:calls=";
    const char *stats =
        stage_ask(lab, lab_port(lab, i), (const char *[]){"INFO", "commandstats", NULL});
    const char *at = strstr(stats, name);
    StrView rest = sv(at != NULL ? at + strlen(name) : "");
    StrView calls;
    int64_t n = 0;
    return sv_cut(&rest, ',', &calls) && sv_to_i64(calls, &n) ? n : 0;
}

// Of the others, each: so many rounds in the window.
static void count_rounds(const Lab *lab, Pty *p, const char *what, const char *budget)
{
    int64_t *before = mem_array(lab_size(lab), sizeof(*before));
    int64_t least = -1;
    int64_t most = 0;
    int n = 0;
    int64_t at = bench_now_us();
    for (size_t i = 0; i < lab_size(lab); i++) {
        before[i] = is_stopped(i) ? 0 : asked(lab, i);
    }
    press_nothing(p, WINDOW_MS);
    for (size_t i = 0; i < lab_size(lab); i++) {
        if (is_stopped(i)) {
            continue;
        }
        int64_t rounds = asked(lab, i) - before[i] - 1;
        least = least < 0 || rounds < least ? rounds : least;
        most = rounds > most ? rounds : most;
        n++;
    }
    double took_s = (double)(bench_now_us() - at) / 1e6;
    bench_row(what, budget, "%.1f to %.1f a second (%d nodes)", (double)least / took_s,
              (double)most / took_s, n);
    mem_free(before);
}

void bench_hung(void)
{
    Arena *arena = arena_new();
    LabSpec spec = lab_scenario;
    spec.nodes = shape_nodes(&fifty, arena, &spec.n);
    Lab *lab = stage_lab(&spec);
    for (size_t i = 0; i < lab_size(lab); i++) { // the cluster itself is not to mind
        stage_wait_reply(
            lab, lab_port(lab, i), "OK",
            (const char *[]){"CONFIG", "SET", "cluster-node-timeout", "3600000", NULL});
    }
    Pty *p = pty_start(&(PtyStart){
        .argv = (const char *[]){bench_program(), lab_addr(lab, 0), "--read-only", NULL},
        .w = W,
        .h = H,
    });
    if (p != NULL && pty_wait(p, "30 replicas")) {
        press_keys(p, "a key's answer on the screen, 50 real servers");
        signal_some(lab, SIGSTOP);
        if (pty_wait(p, "10 silent")) {
            press_keys(p, "  ... while 10 of them are stopped");
            count_rounds(lab, p, "  ... rounds at each of the others, hurried", "< 10");
            press_nothing(p, HURRY_MS);
            count_rounds(lab, p, "  ... rounds at each of the others", "1");
        }
        signal_some(lab, SIGCONT);
    }
    pty_end(p);
    stage_clear(NULL);
    arena_free(arena);
}
