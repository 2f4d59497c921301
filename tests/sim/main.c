// Random histories of a cluster with the real policy, gate and move engine in it.
//
//     build/sim                     a quick look: some thousand histories
//     build/sim --histories N       that many, from seed 1 or --seed N on
//     build/sim --seed N            that one, with its story
//
//     build/sim --quiet             a seed that breaks a claim is only named, not told
//     build/sim --all               so is every one that does; without it the first one is the end
//     build/sim --jobs N            on so many processors; default all
//
// The history that breaks a claim is told with as few faults as it needs.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "history.h"
#include "rehome/base/mem.h"

enum { QUICK = 20000, WORKERS_MAX = 16 };

typedef struct {
    uint64_t first;
    uint64_t n;
    bool tells;
    bool shrinks;
    bool all;
    uint64_t jobs; // 0: as many as there are processors
} Wish;

// Leave out one fault after the other, as long as the same claim breaks without it.
static unsigned shrink(History *h, uint64_t seed, const char *claim)
{
    unsigned skip = 0;
    history_run(h, seed, skip, NULL);
    int n = h->n_faults;
    bool smaller = true;
    while (smaller) {
        smaller = false;
        for (int i = 0; i < n; i++) {
            unsigned less = skip | 1U << i;
            if (less == skip) {
                continue;
            }
            history_run(h, seed, less, NULL);
            if (h->broken != NULL && strcmp(h->broken, claim) == 0) {
                skip = less;
                smaller = true;
            }
        }
    }
    return skip;
}

static void tell_story(History *h, uint64_t seed, unsigned skip)
{
    StrBuf story = {0};
    history_run(h, seed, skip, &story);
    const World *w = &h->w;
    printf("seed %" PRIu64 ": %d masters, %d replicas, node timeout %" PRId64 " ms, barrier %d, "
           "server migration %s, a sync takes %" PRId64 " + %" PRId64 " ms%s, %d of ours, grace "
           "%" PRId64 " ms, cool-down %" PRId64 " ms, cap %d\n",
           seed, w->n_shards, w->n_first - w->n_shards, w->node_timeout_ms, w->barrier,
           w->allow_migration ? "on" : "off", w->sync_ms, w->load_ms,
           w->load_is_silent ? " (silent)" : "", h->n_instances, h->limits.grace_ms,
           h->limits.cool_down_ms, h->limits.max_moves_per_hour);
    for (int i = 0; i < w->n; i++) {
        printf("  %d %.8s host %d%s\n", port_of(i), w->node[i].id.hex,
               w->place[w->node[i].place].host, i < w->n_first ? "" : ", not there at first");
    }
    printf("%s", strbuf_text(&story));
    strbuf_done(&story);
}

static bool read_number(const char *text, uint64_t *out)
{
    return text != NULL && sv_to_u64(sv(text), out);
}

static bool read_wish(int argc, char **argv, Wish *out)
{
    *out = (Wish){.first = 1, .n = QUICK, .shrinks = true};
    bool has_n = false;
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0 && read_number(argv[i + 1], &out->first)) {
            out->tells = true;
        } else if (strcmp(argv[i], "--quiet") == 0) {
            out->shrinks = false;
            i--;
        } else if (strcmp(argv[i], "--all") == 0) {
            out->all = true;
            out->shrinks = false;
            i--;
        } else if (strcmp(argv[i], "--jobs") == 0 && read_number(argv[i + 1], &out->jobs)) {
        } else if (strcmp(argv[i], "--histories") == 0 && read_number(argv[i + 1], &out->n)) {
            has_n = true;
        } else {
            fprintf(stderr, "usage: sim [--seed N] [--histories N] [--jobs N] [--quiet] [--all]\n");
            return false;
        }
    }
    if (out->tells && !has_n) {
        out->n = 1;
    }
    out->tells = out->tells && out->n == 1;
    return true;
}

// What one worker has found; its pipe holds it.
typedef struct {
    uint64_t histories;
    long writes;
    long rounds;
    long gave_up;
    uint64_t broken; // the first seed; 0: none
} Tally;

// Every step-th history from the first.
static Tally work(History *h, const Wish *wish, uint64_t first, uint64_t step)
{
    Tally t = {0};
    for (uint64_t i = first; i < wish->n; i += step) {
        uint64_t seed = wish->first + i;
        history_run(h, seed, 0, NULL);
        t.histories++;
        t.writes += h->writes;
        t.rounds += h->rounds;
        t.gave_up += h->gave_up;
        if (h->broken == NULL) {
            continue;
        }
        t.broken = t.broken == 0 ? seed : t.broken;
        if (!wish->all) {
            break;
        }
        printf("seed %" PRIu64 " breaks %s: %s\n", seed, h->broken, h->words);
        fflush(stdout);
    }
    return t;
}

static int begin_worker(History *h, const Wish *wish, uint64_t first, uint64_t step)
{
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        Tally t = work(h, wish, first, step);
        _exit(write(ends[1], &t, sizeof(t)) == (ssize_t)sizeof(t) ? 0 : 1);
    }
    close(ends[1]);
    return pid > 0 ? ends[0] : -1;
}

// All of the wish, on all processors. False: a worker was lost.
static bool work_all(History *h, const Wish *wish, Tally *sum)
{
    int pipes[WORKERS_MAX];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    processors = wish->jobs > 0 ? (long)wish->jobs : processors;
    int n = processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (int)processors;
    for (int i = 0; i < n; i++) {
        pipes[i] = begin_worker(h, wish, (uint64_t)i, (uint64_t)n);
    }
    bool ok = true;
    for (int i = 0; i < n; i++) {
        Tally t;
        if (pipes[i] < 0 || read(pipes[i], &t, sizeof(t)) != (ssize_t)sizeof(t)) {
            ok = false;
            continue;
        }
        close(pipes[i]);
        sum->histories += t.histories;
        sum->writes += t.writes;
        sum->rounds += t.rounds;
        sum->gave_up += t.gave_up;
        if (t.broken != 0 && (sum->broken == 0 || t.broken < sum->broken)) {
            sum->broken = t.broken;
        }
    }
    while (wait(NULL) > 0) {
    }
    return ok;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// The words that tests/run.sh counts are cmocka's.
static bool run_all(History *h, const Wish *wish)
{
    double began = seconds();
    Tally sum = {0};
    printf("[ RUN      ] %" PRIu64 " histories from seed %" PRIu64 "\n", wish->n, wish->first);
    bool ok = work_all(h, wish, &sum);
    double took = seconds() - began;
    printf("%" PRIu64 " histories, %.0f a second: %ld moves, %ld rounds, %ld without an end\n",
           sum.histories, (double)sum.histories / took, sum.writes, sum.rounds, sum.gave_up);
    if (sum.broken != 0) {
        history_run(h, sum.broken, 0, NULL);
        char claim[32];
        snprintf(claim, sizeof(claim), "%s", h->broken == NULL ? "" : h->broken);
        printf("seed %" PRIu64 " breaks %s: %s\n", sum.broken, claim, h->words);
        if (wish->shrinks) {
            tell_story(h, sum.broken, shrink(h, sum.broken, claim));
        }
    } else if (ok) {
        printf("[       OK ] %" PRIu64 " histories\n[  PASSED  ] 1 test(s).\n", sum.histories);
        return true;
    }
    printf("[  FAILED  ] 1 test(s)\n");
    return false;
}

int main(int argc, char **argv)
{
    Wish wish;
    if (!read_wish(argc, argv, &wish)) {
        return 2;
    }
    History *h = mem_alloc(sizeof(*h));
    bool ok;
    if (wish.tells) {
        tell_story(h, wish.first, 0);
        ok = h->broken == NULL;
    } else {
        ok = run_all(h, &wish);
    }
    mem_free(h);
    return ok ? 0 : 1;
}
