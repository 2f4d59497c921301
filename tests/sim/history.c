#include "history.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"

enum { CALM_STEP_MS = 1000, RESTARTS = 3, PATIENCE_MS = 60000, LEASE_WAIT_MS = 30000 };

void history_breaks(History *h, const char *claim, const char *format, ...)
{
    if (h->broken != NULL) {
        return;
    }
    h->broken = claim;
    va_list args;
    va_start(args, format);
    vsnprintf(h->words, sizeof(h->words), format, args);
    va_end(args);
    tell(&h->w, "BROKEN: %s: %s", claim, h->words);
}

static void step(History *h)
{
    faults_tick(h);
    world_tick(&h->w);
    judge_tick(h);
    for (int i = 0; i < h->n_instances; i++) {
        instance_tick(&h->instance[i]);
    }
}

static void run_for(History *h, int64_t ms)
{
    for (int64_t end = h->w.now_ms + ms; h->w.now_ms < end && h->broken == NULL;) {
        step(h);
    }
}

void history_go_on_without(Instance *in)
{
    History *h = in->h;
    in->is_in_line = true;
    while (h->w.now_ms < in->frozen_until_ms && h->broken == NULL) {
        step(h);
    }
    in->is_in_line = false;
}

static bool is_calm(const History *h)
{
    for (int i = 0; i < h->n_instances; i++) {
        if (!instance_is_calm(&h->instance[i])) {
            return false;
        }
    }
    return true;
}

// With a lease whoever has it keeps it, also when its brake is on.
static bool is_braked(const History *h)
{
    int braked = 0;
    for (int i = 0; i < h->n_instances; i++) {
        braked += pilot_automatic(h->instance[i].pilot)->brake;
    }
    return h->has_lease ? braked > 0 : braked == h->n_instances;
}

// A move whose replica can never be in sync, because its links are broken for good, or its master
// is dead or cannot save for good, or it has lost its master's address (two servers that swapped
// theirs never find each other again), or it is too small itself, goes on until a person sees to
// it, and nothing else is moved meanwhile.
static bool is_hopeless(const History *h, const Instance *in)
{
    const World *w = &h->w;
    const Move *m = instance_move(in);
    for (int i = 0; m != NULL && !move_is_over(m) && i < w->n; i++) {
        if (strcmp(w->node[i].id.hex, m->spec.replica.hex) == 0) {
            int master = master_of(w, i);
            bool never_syncs = master >= 0 && (w->node[master].gone || !node_can_save(w, master) ||
                                               w->node[i].view[master].place < 0 ||
                                               !node_has_room(w, i, memory_of(w, master)));
            return w->node[i].is_broken || w->node[i].gone || never_syncs;
        }
    }
    return false;
}

static bool any_hopeless(const History *h)
{
    bool any = false;
    for (int i = 0; i < h->n_instances; i++) {
        any = any || is_hopeless(h, &h->instance[i]);
    }
    return any;
}

static void break_never_ends(History *h)
{
    for (int i = 0; i < h->n_instances; i++) {
        const Instance *in = &h->instance[i];
        if (!instance_is_calm(in)) {
            const Move *m = instance_move(in);
            history_breaks(h, "never-ends", "a move goes on for ever: %s",
                           m == NULL ? "nobody knows which" : m->why);
        }
    }
}

// Faults are over. Every orphan for which there is a legal spare is helped in the time that the
// slowest of moves, one after the other, and their clocks take.
static void run_calm(History *h)
{
    const World *w = &h->w;
    int64_t a_move_ms = h->limits.grace_ms + h->limits.cool_down_ms + 2 * w->sync_ms + w->load_ms +
                        4 * w->node_timeout_ms + 20000;
    int64_t end = w->now_ms + PATIENCE_MS + a_move_ms * w->n_shards;
    int good = 0;
    int orphan;
    int spare;
    while (h->broken == NULL && good < 3 && !h->gave_up) {
        run_for(h, CALM_STEP_MS);
        bool waits = judge_orphan_waits(h, &orphan, &spare) && !is_braked(h);
        good = !waits && is_calm(h) ? good + 1 : 0;
        if (good > 0 || w->now_ms < end) {
            continue;
        }
        if (any_hopeless(h)) {
            h->gave_up = true;
        } else if (waits) {
            history_breaks(h, "orphan-stays", "%d is alone, %d could help; we say: %s",
                           port_of(orphan), port_of(spare),
                           pilot_automatic(h->instance[0].pilot)->last.text);
        } else {
            break_never_ends(h);
        }
    }
}

static bool has_unfinished(const History *h)
{
    JournalEntry entry;
    for (int i = 0; i < h->n_instances; i++) {
        for (int k = 0; k < h->w.n; k++) {
            if (h->w.node[k].up && instance_unfinished(&h->instance[i], k, &entry)) {
                return true;
            }
        }
    }
    return false;
}

// Whoever starts anew waits until the lease of the process before it has run out, and then for a
// whole ttl. Before that the fence of a replica that is not in sync is not its to lift.
static void wait_for_lease(History *h)
{
    int64_t end = h->w.now_ms + LEASE_WAIT_MS;
    bool is_had = !h->has_lease;
    while (!is_had && h->w.now_ms < end && h->broken == NULL) {
        run_for(h, CALM_STEP_MS);
        for (int i = 0; i < h->n_instances; i++) {
            is_had = is_had || instance_has_lease(&h->instance[i]);
        }
    }
}

static void run(History *h)
{
    while (h->broken == NULL && !faults_are_over(h)) {
        step(h);
    }
    h->calm_ms = h->w.now_ms;
    tell(&h->w, "no more faults from here on");
    run_calm(h);
    for (int i = 0; i < RESTARTS && h->broken == NULL && !h->gave_up && has_unfinished(h); i++) {
        tell(&h->w, "we are started anew: the journal has something unfinished");
        for (int k = 0; k < h->n_instances; k++) {
            instance_kill(&h->instance[k]);
            h->instance[k].start_ms = h->w.now_ms;
        }
        wait_for_lease(h);
        run_calm(h);
    }
    if (h->broken == NULL && !h->gave_up) {
        judge_end(h);
    }
}

void history_run(History *h, uint64_t seed, unsigned skip, StrBuf *story)
{
    *h = (History){.seed = seed, .random = seed ^ UINT64_C(0x5851f42d4c957f2d)};
    world_make(&h->w, seed);
    h->w.story = story;
    // The last three: the servers would act at about the same time.
    const int64_t graces[] = {0,
                              0,
                              1000,
                              3000,
                              3000 + pick(&h->random, 1200),
                              4200 + pick(&h->random, 600),
                              4800 + pick(&h->random, 600)};
    h->limits = (AutoLimits){
        .grace_ms = graces[pick(&h->random, ARRAY_LEN(graces))],
        .max_moves_per_hour = chance(&h->random, 20) ? 1 + (int)pick(&h->random, 2) : 60,
        .cool_down_ms = (int64_t[]){0, 1000, 3000, 5000}[pick(&h->random, 4)],
        .young_rounds = 1 + (int)pick(&h->random, 3),
    };
    h->spread = seed % 4 == 1;
    h->interval_ms = 1000;
    h->is_rationed = chance(&h->random, 25);
    h->fast_ms = (int64_t[]){100, 250, 500, 500, 500}[pick(&h->random, 5)];
    h->n_instances = chance(&h->random, 20) ? 2 : 1;
    h->has_lease = chance(&h->random, h->n_instances > 1 ? 60 : 5);
    h->keeps = chance(&h->random, 60);
    h->has_hook = chance(&h->random, 20);
    for (int i = 0; i < h->n_instances; i++) {
        h->instance[i] = (Instance){
            .h = h,
            .start_ms = h->w.now_ms + pick(&h->random, 1000),
            .kept = h->keeps ? mem_alloc(sizeof(Holds)) : NULL,
        };
    }
    faults_plan(h, seed, skip);
    run(h);
    for (int i = 0; i < h->n_instances; i++) {
        instance_done(&h->instance[i]);
    }
}
