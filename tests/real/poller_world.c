#include "poller_world.h"

#include <ev.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "unit/unit.h"

int poller_set_up(void **state)
{
    World *t = mem_alloc(sizeof(*t));
    watcher_init(&t->w);
    t->w.options.interval_ms = 50;
    t->w.options.fast_interval_ms = 10;
    *state = t;
    return 0;
}

int poller_tear_down(void **state)
{
    World *t = *state;
    watcher_done(&t->w);
    fake_cluster_stop(t->cluster);
    fake_stop(t->other);
    fake_stop(t->third);
    ev_loop_destroy(t->w.loop);
    mem_free(t);
    return 0;
}

void seed_with(World *t, const FakeServer *server)
{
    watcher_seed_at(&t->w, fake_ip(server), fake_port(server));
}

void start_cluster(World *t, size_t n)
{
    t->cluster = fake_cluster_start(t->w.loop, n);
    seed_with(t, fake_node(t->cluster, 0));
}

bool all_answer(void *ctx)
{
    World *t = ctx;
    return t->w.n_seen > 0 && watcher_count(&t->w, REACH_OK) == t->w.n_seen;
}

void see_all(World *t)
{
    watcher_start(&t->w);
    watcher_until(&t->w, all_answer, t);
}

static bool has_reach(void *ctx)
{
    World *t = ctx;
    const Seen *seen = watcher_node(&t->w, t->id);
    return seen != NULL && seen->reach == t->reach;
}

const Seen *wait_reach(World *t, size_t node, Reach reach)
{
    t->id = fake_id(t->cluster, node);
    t->reach = reach;
    watcher_until(&t->w, has_reach, t);
    return watcher_node(&t->w, t->id);
}

void expect_words(const char *text, const char *words)
{
    if (strstr(text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    }
}

bool is_full(void *ctx)
{
    World *t = ctx;
    return t->w.full_rounds >= t->count;
}
