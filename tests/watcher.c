#include "watcher.h"

#include "unit/unit.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"

enum { LIMIT_MS = 20000 };

static void see(Seen *seen, const Observation *o, const RoundInput *in)
{
    *seen = (Seen){
        .reach = o->reach,
        .loading = o->loading,
        .forbidden = o->forbidden,
        .refused = o->refused,
        .has_info = o->info.n > 0,
        .has_nodes = o->nodes.n > 0,
        .has_cluster = o->cluster.n > 0,
        .has_settings = o->settings.n > 0,
        .all_fresh = o->info_ms >= in->started_ms && o->nodes_ms >= in->started_ms &&
                     o->cluster_ms >= in->started_ms,
        .id = o->id,
        .expected = o->expected,
    };
    snprintf(seen->dialled, sizeof(seen->dialled), "%s", o->dialled);
    snprintf(seen->why, sizeof(seen->why), "%s", o->why);
}

static void on_round(void *ctx, const RoundInput *in, bool full)
{
    Watcher *w = ctx;
    w->rounds++;
    w->full_rounds += full ? 1 : 0;
    w->was_full = full;
    w->seen = mem_grow(w->seen, &w->cap_seen, in->n, sizeof(*w->seen));
    w->n_seen = in->n;
    bool anybody = false;
    for (size_t i = 0; i < in->n; i++) {
        see(&w->seen[i], &in->at[i], in);
        anybody = anybody || in->at[i].reach == REACH_OK;
    }
    snprintf(w->name, sizeof(w->name), "%s", in->name);
    snprintf(w->trouble, sizeof(w->trouble), "%s", snapshot_trouble(in));
    snapshot_free(w->snapshot);
    w->snapshot = snapshot_build(in);
    if (anybody) {
        poller_follow(w->poller, w->snapshot);
    }
}

static void on_answer(void *ctx, Channel channel, bool late, bool ok, const char *text)
{
    Watcher *w = ctx;
    w->answers++;
    w->answers_on[channel]++;
    w->answer_late = late;
    w->answer_ok = ok;
    snprintf(w->answer, sizeof(w->answer), "%s", text);
    snprintf(w->answer_on[channel], sizeof(w->answer_on[channel]), "%s", text);
}

void watcher_init(Watcher *w)
{
    *w = (Watcher){.loop = ev_loop_new(EVFLAG_AUTO), .options = poller_options_default()};
}

void watcher_done(Watcher *w)
{
    poller_free(w->poller);
    snapshot_free(w->snapshot);
    mem_free(w->seen);
    for (size_t i = 0; i < w->n_seeds; i++) {
        address_done(&w->seeds[i]);
    }
}

void watcher_seed(Watcher *w, const char *address)
{
    assert_true(w->n_seeds < ARRAY_LEN(w->seeds));
    assert_true(address_parse(address, 6379, &w->seeds[w->n_seeds++], NULL));
}

void watcher_seed_at(Watcher *w, const char *ip, int port)
{
    char address[80];
    snprintf(address, sizeof(address), "%s:%d", ip, port);
    watcher_seed(w, address);
}

void watcher_start(Watcher *w)
{
    PollerListener listener = {.ctx = w, .round = on_round, .answer = on_answer};
    w->poller = poller_new(w->loop, &w->options, w->seeds, w->n_seeds, &listener);
}

void watcher_until(Watcher *w, Condition *holds, void *ctx)
{
    if (loop_until(w->loop, LIMIT_MS, holds, ctx)) {
        return;
    }
    for (size_t i = 0; i < w->n_seen; i++) {
        const Seen *seen = &w->seen[i];
        print_error("%.8s at %s: reach %d%s: %s\n", seen->id.hex, seen->dialled, (int)seen->reach,
                    seen->loading ? ", loading" : "", seen->why);
    }
    fail_msg("not so after %d ms and %d rounds", LIMIT_MS, w->rounds);
}

typedef struct {
    const Watcher *w;
    int rounds;
} Rounds;

static bool has_rounds(void *ctx)
{
    const Rounds *rounds = ctx;
    return rounds->w->rounds >= rounds->rounds;
}

void watcher_rounds(Watcher *w, int n)
{
    Rounds rounds = {.w = w, .rounds = w->rounds + n};
    watcher_until(w, has_rounds, &rounds);
}

const Seen *watcher_at(const Watcher *w, const char *dialled)
{
    for (size_t i = 0; i < w->n_seen; i++) {
        if (strcmp(w->seen[i].dialled, dialled) == 0) {
            return &w->seen[i];
        }
    }
    return NULL;
}

const Seen *watcher_node(const Watcher *w, NodeId id)
{
    for (size_t i = 0; i < w->n_seen; i++) {
        const Seen *seen = &w->seen[i];
        if (node_id_eq(node_id_is_none(seen->expected) ? seen->id : seen->expected, id)) {
            return seen;
        }
    }
    return NULL;
}

size_t watcher_count(const Watcher *w, Reach reach)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_seen; i++) {
        n += w->seen[i].reach == reach ? 1 : 0;
    }
    return n;
}
