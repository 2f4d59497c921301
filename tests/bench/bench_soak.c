// `watch --auto act` as it runs for weeks: ten masters with a replica each and three spares, one
// random loss a minute, the dead coming back. SOAK_MINUTES of it (60), from SOAK_SEED (1).
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "lab_view.h"
#include "real/stage.h"
#include "rehome/base/mem.h"
#include "shape.h"

enum {
    MASTERS = 10,
    SPARES = 3,
    NODES = 2 * MASTERS + SPARES,
    EVERY_MS = 60000, // a loss; the default of 64 moves an hour at most is never in the way
    BACK_SOONEST_MS = 20000,
    BACK_LATEST_MS = 180000, // so that several are away at once
    PATIENCE_MS = 150000,    // a cool-down of a minute, twice, and the move
    LOOK_MS = 200,
    LOSSES_MAX = 2000,
};

typedef struct {
    Lab *lab;
    LabView view;
    Run *watch;
    unsigned seed;
    int64_t back_ms[NODES]; // when it comes back; 0: it is not away
    int losses;
    int masters_lost;
    int restarts;
    int orphans;                   // losses after which a master was alone
    int unhealed;                  // of these, for PATIENCE_MS, though somebody had a spare
    int without;                   // of these, while nobody had one
    int64_t healed_ms[LOSSES_MAX]; // since the loss, in the servers' own words
    size_t n_healed;
} Soak;

static size_t soak_random(Soak *s, size_t n)
{
    return (size_t)rand_r(&s->seed) % n;
}

static int64_t now_ms(void)
{
    return bench_now_us() / 1000;
}

static bool owns_slots(const LabView *v, size_t i)
{
    const NodeLine *own = lab_view_own(v, i);
    return own != NULL && lab_view_is_master(v, i) && own->slots.n > 0;
}

// How many slot owners are alone, and how many have one to give.
static void count(const LabView *v, int *alone, int *spare)
{
    *alone = 0;
    *spare = 0;
    for (size_t i = 0; i < NODES; i++) {
        if (owns_slots(v, i)) {
            size_t working = lab_view_working(v, i);
            *alone += working == 0;
            *spare += working > 1;
        }
    }
}

static bool is_whole(const LabView *v)
{
    int alone;
    int spare;
    size_t owners = 0;
    for (size_t i = 0; i < NODES; i++) {
        owners += owns_slots(v, i);
    }
    count(v, &alone, &spare);
    return owners == MASTERS && alone == 0;
}

// Whose loss costs no data: a replica, or a master that has one to follow it.
static bool may_be_lost(const LabView *v, size_t i)
{
    if (lab_view_own(v, i) == NULL) {
        return false;
    }
    return lab_view_is_master(v, i) ? owns_slots(v, i) && lab_view_working(v, i) > 0 : true;
}

static ptrdiff_t choose_loss(Soak *s)
{
    size_t can[NODES];
    size_t n = 0;
    for (size_t i = 0; i < NODES; i++) {
        if (may_be_lost(&s->view, i)) {
            can[n++] = i;
        }
    }
    return n > 0 ? (ptrdiff_t)can[soak_random(s, n)] : -1;
}

// A moment, in which the dead come back whose time has come.
static void let_pass(Soak *s)
{
    bench_let_run(LOOK_MS);
    for (size_t i = 0; i < NODES; i++) {
        Error err = {0};
        if (s->back_ms[i] != 0 && now_ms() >= s->back_ms[i] && lab_restart(s->lab, i, &err)) {
            s->back_ms[i] = 0;
            s->restarts++;
        }
    }
}

static void await_healing(Soak *s, int64_t lost_ms)
{
    int alone = 0;
    int spare = 0;
    bool was_alone = false;
    for (;;) {
        let_pass(s);
        lab_view_look(&s->view);
        count(&s->view, &alone, &spare);
        was_alone = was_alone || alone > 0;
        int64_t passed_ms = now_ms() - lost_ms;
        // a loss takes the cluster some seconds to see
        if (is_whole(&s->view) && (was_alone || passed_ms > 10000)) {
            break;
        }
        if (passed_ms > PATIENCE_MS || (spare == 0 && passed_ms > EVERY_MS)) {
            break;
        }
    }
    if (!was_alone) {
        return;
    }
    s->orphans++;
    if (is_whole(&s->view) && s->n_healed < LOSSES_MAX) {
        s->healed_ms[s->n_healed++] = now_ms() - lost_ms;
    } else if (spare == 0) {
        s->without++;
    } else {
        s->unhealed++;
    }
}

static void lose_one(Soak *s)
{
    lab_view_look(&s->view);
    ptrdiff_t lost = choose_loss(s);
    if (lost < 0) {
        return;
    }
    int64_t lost_ms = now_ms();
    s->masters_lost += lab_view_is_master(&s->view, (size_t)lost);
    s->losses++;
    s->back_ms[lost] =
        lost_ms + BACK_SOONEST_MS + (int64_t)soak_random(s, BACK_LATEST_MS - BACK_SOONEST_MS);
    lab_kill(s->lab, (size_t)lost);
    await_healing(s, lost_ms);
    while (now_ms() < lost_ms + EVERY_MS) {
        let_pass(s);
    }
}

// A move is needed when the last that was said of its master is that it is orphaned.
static void count_moves(const Soak *s, int *moves, int *needless, int *failed)
{
    json_t *alone = json_object();
    StrView rest = sv(run_out(s->watch));
    StrView line;
    *moves = *needless = *failed = 0;
    while (sv_next(&rest, '\n', &line)) {
        json_t *event = json_loadb(line.at, line.n, 0, NULL);
        const char *code = word_in(event, "event");
        if (strcmp(code, "orphaned") == 0) {
            json_object_set_new(alone, word_in(event, "node"), json_true());
        } else if (strcmp(code, "protected") == 0 || strcmp(code, "master-failed") == 0) {
            json_object_del(alone, word_in(event, "node"));
        } else if (strcmp(code, "move-started") == 0) {
            *moves += 1;
            *needless += json_object_size(alone) == 0;
        } else if (strcmp(code, "move-failed") == 0) {
            *failed += 1;
        }
        json_decref(event);
    }
    json_decref(alone);
}

static void tell(Soak *s, long memory_before_kb, double minutes)
{
    int moves;
    int needless;
    int failed;
    count_moves(s, &moves, &needless, &failed);
    bench_row("losses, of them of masters; came back", "", "%d, %d; %d", s->losses, s->masters_lost,
              s->restarts);
    bench_row("masters left alone, healed", "all", "%d, %zu", s->orphans, s->n_healed);
    bench_row("  ... not, while somebody had a spare", "0", "%d", s->unhealed);
    bench_row("  ... not, while nobody had one", "", "%d", s->without);
    if (s->n_healed > 0) {
        int64_t median = bench_median(s->healed_ms, s->n_healed);
        bench_row("  ... from the loss to in sync", "", "%lld ms, %lld to %lld", (long long)median,
                  (long long)s->healed_ms[0], (long long)s->healed_ms[s->n_healed - 1]);
    }
    bench_row("moves, needless, failed", "0 needless", "%d, %d, %d", moves, needless, failed);
    pid_t pid = run_pid(s->watch);
    bench_row("memory at the start and at the end", "", "%.1f and %.1f MB",
              (double)memory_before_kb / 1024, (double)bench_memory_kb(pid, "VmRSS") / 1024);
    bench_row("CPU", "< 1 %", "%.2f %% of a core", bench_cpu_ms(pid) / (minutes * 600));
}

static double setting(const char *name, double otherwise)
{
    int64_t value;
    const char *text = getenv(name);
    return text != NULL && sv_to_i64(sv(text), &value) ? (double)value : otherwise;
}

void bench_soak(void)
{
    Arena *arena = arena_new();
    const Shape ten = {.masters = MASTERS, .replicas = 1, .spares = SPARES, .hosts = 60};
    double minutes = setting("SOAK_MINUTES", 60);
    LabSpec spec = lab_scenario;
    spec.nodes = shape_nodes(&ten, arena, &spec.n);
    spec.extra = (const char *[]){"--cluster-allow-replica-migration", "no", NULL};
    Soak *s = mem_alloc(sizeof(*s));
    *s = (Soak){.lab = stage_lab(&spec), .seed = (unsigned)setting("SOAK_SEED", 1)};
    arena_free(arena);
    lab_view_open(&s->view, s->lab);
    s->watch =
        stage_run(s->lab, (const char *[]){"watch", "--auto", "act", "--grace", "0",
                                           "--max-moves-per-hour", "64", "--format", "json", NULL});
    run_event(s->watch, "connected", 0, LIMIT_MS);
    bench_let_run(5000); // rounds enough for buffers to have their size
    long before_kb = bench_memory_kb(run_pid(s->watch), "VmRSS");
    int64_t end_ms = now_ms() + (int64_t)(minutes * 60000);
    while (now_ms() < end_ms) {
        lose_one(s);
        (void)run_has_event(s->watch, "connected", 0); // reads its output, that it may go on
    }
    tell(s, before_kb, minutes);
    lab_view_close(&s->view);
    mem_free(s);
    stage_clear(NULL);
}
