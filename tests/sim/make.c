// A cluster of one mind, from its seed.
#include <stdio.h>

#include "world.h"

static void make_id(World *w, int i)
{
    for (int k = 0; k < NODE_ID_LEN; k++) {
        w->node[i].id.hex[k] = "0123456789abcdef"[pick(&w->random, 16)];
    }
}

static void make_place(World *w, int i)
{
    Place *place = &w->place[i];
    place->node = i;
    place->host = i < w->n_shards ? i : (int)pick(&w->random, 4);
    snprintf(place->text, sizeof(place->text), "127.0.99.%d:%d", 170 + place->host, port_of(i));
}

// The replicas beyond one a master are spread, or all of one master.
static void choose_masters(World *w)
{
    bool one_has_all = chance(&w->random, 50);
    int rich = (int)pick(&w->random, (unsigned)w->n_shards);
    for (int i = 0; i < w->n_first; i++) {
        w->node[i].data = i % w->n_shards;
        if (i >= 2 * w->n_shards - 1 && one_has_all) {
            w->node[i].data = rich;
        } else if (i >= w->n_shards && chance(&w->random, 40)) {
            w->node[i].data = (int)pick(&w->random, (unsigned)w->n_shards);
        }
    }
}

// Most machines are large and without limits.
static void choose_memory(World *w)
{
    for (int s = 0; s < w->n_shards; s++) {
        w->shard_bytes[s] = INT64_C(1000000000) * (1 + pick(&w->random, 4));
    }
    for (int i = 0; i < w->n_first; i++) {
        SimNode *n = &w->node[i];
        int64_t own = w->shard_bytes[n->data];
        n->total = chance(&w->random, 5) ? own + own / 5 : own * 16;
        n->maxmemory = chance(&w->random, 25) ? own + own / 4 : 0;
        n->bgsave_ok = true;
    }
}

static void make_views(World *w)
{
    for (int i = 0; i < w->n_first; i++) {
        for (int k = 0; k < w->n_first; k++) {
            bool master = k < w->n_shards;
            w->node[i].view[k] = (Belief){
                .known = true,
                .place = k,
                .is_master = master,
                .master = master ? -1 : w->node[k].data,
                .shards = master ? 1U << k : 0,
                .epoch = master ? (uint64_t)k + 1 : 0,
                .nofailover = w->node[k].fence,
                .pong_ms = w->now_ms,
            };
        }
        for (int k = w->n_shards; k < w->n_first; k++) {
            w->node[i].view[w->node[k].data].migrate_to = true;
        }
        w->node[i].view[w->n - 1] = (Belief){.master = -1};
    }
}

static void choose_settings(World *w)
{
    static const int64_t timeouts[] = {1000, 2000, 2000, 5000};
    w->node_timeout_ms = timeouts[pick(&w->random, 4)];
    w->barrier = chance(&w->random, 80) ? 1 : 2;
    w->allow_migration = chance(&w->random, 60);
    w->repl_timeout_ms = 10000;
    w->sync_ms = 200 + pick(&w->random, chance(&w->random, 20) ? 8000 : 1500);
    w->load_ms = pick(&w->random, chance(&w->random, 20) ? 9000 : 800);
    w->load_is_silent = chance(&w->random, 30);
    w->config_denied = chance(&w->random, 10);
    w->heirless = chance(&w->random, 8) ? (int)pick(&w->random, (unsigned)w->n_shards) : -1;
}

void world_make(World *w, uint64_t seed)
{
    *w = (World){.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .now_ms = 100000};
    w->n_shards = 3 + (int)pick(&w->random, SHARDS_MAX - 2);
    w->n_first = 2 * w->n_shards - 1 + (int)pick(&w->random, 5);
    w->n = w->n_first + 1;
    choose_settings(w);
    w->validity_factor = seed % 10 == 3 ? 0 : 10;
    choose_masters(w);
    choose_memory(w);
    for (int i = 0; i < w->n; i++) {
        SimNode *n = &w->node[i];
        make_id(w, i);
        n->place = i;
        n->arrived_by = LEFT_OPERATOR;
        if (i < w->n_first) {
            make_place(w, i);
            n->up = true;
            n->state_ok = true;
            n->current_epoch = (uint64_t)w->n_shards;
            n->fence = n->fence_stays = i >= w->n_shards && n->data == w->heirless;
        }
    }
    w->place[w->n - 1].node = -1;
    w->node[w->n - 1].view[w->n - 1].master = -1;
    make_views(w);
}
