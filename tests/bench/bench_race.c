// `make race`: the program and the servers' own migration at the same orphan, many times over, on
// fresh clusters of real servers. RUNS for each GRACE; INSTANCES of the program at once;
// NODE_TIMEOUT in ms; V=1 tells every run. The story of a run that breaks a claim is kept.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "heal_run.h"
#include "rehome/app/lab.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"

typedef struct {
    int64_t runs;
    int64_t instances;
    int64_t node_timeout_ms;
    const char *lease;
    bool tells_all;
    char stories[64];
} Race;

// Half of them lose :7001's replica.
static const HealLoss losses[] = {LOSE_REPLICA, LOSE_OTHER, LOSE_AGAIN, LOSE_MASTER};

static int64_t number_from(const char *name, int64_t otherwise, int64_t max)
{
    const char *text = getenv(name);
    int64_t value = otherwise;
    if (text != NULL && *text != '\0' &&
        (!sv_to_i64(sv(text), &value) || value < 1 || value > max)) {
        fprintf(stderr, "%s wants a number from 1 to %lld\n", name, (long long)max);
        exit(EXIT_FAILURE);
    }
    return value;
}

// --- the table -----------------------------------------------------------------------------------

static void head(void)
{
    printf("%-27s | grace | runs | us | server | nobody | double | twice | floor | by us | fence "
           "| open | %-22s | %-22s\n",
           "lost", "to REPLICATE, ms", "to in sync, ms");
}

static void times(char *out, size_t size, int64_t *ms, size_t n)
{
    if (n == 0) {
        snprintf(out, size, "-");
        return;
    }
    int64_t median_ms = bench_median(ms, n);
    snprintf(out, size, "%lld / %lld / %lld", (long long)ms[0], (long long)median_ms,
             (long long)ms[n - 1]);
}

typedef struct {
    size_t runs;
    size_t us;
    size_t server;
    size_t nobody;
    size_t both; // more than one replica moved, whoever did it
    size_t twice;
    size_t floor;
    size_t floor_by_us;
    size_t fence;
    size_t open;
    size_t moved;
    size_t in_sync;
    int64_t *moved_ms;
    int64_t *in_sync_ms;
} Sum;

static void add(Sum *sum, const HealResult *r)
{
    sum->runs++;
    sum->us += r->by_us > 0;
    sum->server += r->by_server > 0;
    sum->nobody += r->newcomers == 0;
    sum->both += r->replicas_told + r->by_server > 1;
    sum->twice += r->by_us > 1;
    sum->floor += r->floor_broken;
    sum->floor_by_us += r->floor_by_us;
    sum->fence += r->fence_left;
    sum->open += r->is_unfinished;
    if (r->moved_ms >= 0) {
        sum->moved_ms[sum->moved++] = r->moved_ms - r->orphaned_ms;
    }
    if (r->in_sync_ms >= 0) {
        sum->in_sync_ms[sum->in_sync++] = r->in_sync_ms - r->orphaned_ms;
    }
}

// One line: the runs that lost this, or (LOSS_COUNT) all of them.
static void line(HealLoss loss, const char *grace, const HealSpec *specs, const HealResult *results,
                 size_t n)
{
    Sum s = {.moved_ms = mem_array(n, sizeof(int64_t)),
             .in_sync_ms = mem_array(n, sizeof(int64_t))};
    for (size_t i = 0; i < n; i++) {
        if (results[i].is_complete && (loss == LOSS_COUNT || specs[i].loss == loss)) {
            add(&s, &results[i]);
        }
    }
    char moved[64];
    char in_sync[64];
    times(moved, sizeof(moved), s.moved_ms, s.moved);
    times(in_sync, sizeof(in_sync), s.in_sync_ms, s.in_sync);
    printf("%-27s | %5s | %4zu | %2zu | %6zu | %6zu | %6zu | %5zu | %5zu | %5zu | %5zu | %4zu | "
           "%-22s | %-22s\n",
           loss == LOSS_COUNT ? "all" : heal_loss_text(loss), grace, s.runs, s.us, s.server,
           s.nobody, s.both, s.twice, s.floor, s.floor_by_us, s.fence, s.open, moved, in_sync);
    mem_free(s.moved_ms);
    mem_free(s.in_sync_ms);
}

// --- the runs ------------------------------------------------------------------------------------

static void tell(const char *grace, const HealSpec *spec, const HealResult *r)
{
    printf("grace %s, run %zu, lost %s: ", grace, spec->number, heal_loss_text(spec->loss));
    if (!r->is_complete) {
        printf("came to nothing\n");
        return;
    }
    printf("us %d, server %d, newcomers %d, orphaned at %lld, REPLICATE %lld, in sync %lld%s\n",
           r->by_us, r->by_server, r->newcomers, (long long)r->orphaned_ms, (long long)r->moved_ms,
           (long long)r->in_sync_ms, heal_is_broken(r) ? "  BROKEN" : "");
}

static void race_with(const Race *race, const char *grace)
{
    size_t n = (size_t)race->runs;
    HealSpec *specs = mem_array(n, sizeof(*specs));
    HealResult *results = mem_array(n, sizeof(*results));
    char(*stories)[128] = mem_array(n, sizeof(*stories));
    for (size_t i = 0; i < n; i++) {
        snprintf(stories[i], sizeof(stories[i]), "%s/grace-%s-run-%zu", race->stories, grace, i);
        specs[i] = (HealSpec){
            .loss = losses[i % ARRAY_LEN(losses)],
            .server_migration = true,
            .node_timeout_ms = (int)race->node_timeout_ms,
            .instances = (int)race->instances,
            .grace = grace,
            .lease = race->lease,
            .number = i,
            .story = stories[i],
            .always_tell = race->tells_all,
        };
    }
    heal_run_all(specs, n, results);
    size_t came_to_nothing = 0;
    for (size_t i = 0; i < n; i++) {
        came_to_nothing += !results[i].is_complete;
        if (race->tells_all || heal_is_broken(&results[i])) {
            tell(grace, &specs[i], &results[i]);
        }
    }
    head();
    for (HealLoss loss = 0; loss <= LOSS_COUNT; loss++) {
        line(loss, grace, specs, results, n);
    }
    if (came_to_nothing > 0) {
        printf("%zu runs came to nothing\n", came_to_nothing);
    }
    fflush(stdout);
    mem_free(stories);
    mem_free(results);
    mem_free(specs);
}

void bench_race(void)
{
    const char *verbose = getenv("V");
    const char *graces = getenv("GRACE");
    const char *lease = getenv("LEASE");
    Race race = {
        .runs = number_from("RUNS", 8, 10000),
        .instances = number_from("INSTANCES", 1, HEAL_INSTANCES),
        .node_timeout_ms = number_from("NODE_TIMEOUT", lab_scenario.node_timeout_ms, 60000),
        .lease = lease != NULL && *lease != '\0' ? lease : NULL,
        .tells_all = verbose != NULL && *verbose != '\0',
        .stories = "/tmp/rehome-race-XXXXXX",
    };
    if (mkdtemp(race.stories) == NULL) {
        perror(race.stories);
        exit(EXIT_FAILURE);
    }
    StrView rest = sv(graces != NULL && *graces != '\0' ? graces : "0 3 6");
    StrView word;
    while (sv_next(&rest, ' ', &word)) {
        char grace[16];
        snprintf(grace, sizeof(grace), "%.*s", (int)word.n, word.at);
        race_with(&race, grace);
    }
    if (rmdir(race.stories) != 0) {
        printf("what was seen is in %s\n", race.stories);
    }
}
