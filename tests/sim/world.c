#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned pick(uint64_t *random, unsigned n)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*random >> 33) % n;
}

bool chance(uint64_t *random, unsigned percent)
{
    return pick(random, 100) < percent;
}

void tell(World *w, const char *format, ...)
{
    if (w->story == NULL) {
        return;
    }
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    strbuf_addf(w->story, "%8.2f s  %s\n", (double)w->now_ms / 1000, text);
}

int port_of(int node)
{
    return PORT_FIRST + node;
}

bool node_is_awake(const World *w, int i)
{
    const SimNode *n = &w->node[i];
    bool silent = n->link == LINK_LOADING && w->load_is_silent;
    return n->up && w->now_ms >= n->hung_until_ms && !silent;
}

bool node_is_known(const World *w, int i)
{
    for (int k = 0; k < w->n; k++) {
        if (k != i && w->node[k].up && w->node[k].view[i].known) {
            return true;
        }
    }
    return false;
}

bool nodes_talk(const World *w, int a, int b)
{
    return node_is_awake(w, a) && node_is_awake(w, b) && w->node[a].side == w->node[b].side;
}

int master_of(const World *w, int i)
{
    const Belief *own = &w->node[i].view[i];
    return own->is_master ? -1 : own->master;
}

bool is_owner(const World *w, int i)
{
    const Belief *own = &w->node[i].view[i];
    return own->is_master && own->shards != 0;
}

bool node_is_working(const World *w, int replica)
{
    return node_is_awake(w, replica) && master_of(w, replica) >= 0 &&
           w->node[replica].link == LINK_UP;
}

int owner_of(const World *w, int shard)
{
    int best = -1;
    for (int i = 0; i < w->n; i++) {
        const Belief *own = &w->node[i].view[i];
        if (is_owner(w, i) && (own->shards >> shard & 1U) != 0 &&
            (best < 0 || own->epoch > w->node[best].view[best].epoch)) {
            best = i;
        }
    }
    return best;
}

bool owns_slots(const World *w, int i)
{
    for (int s = 0; s < w->n_shards; s++) {
        if (owner_of(w, s) == i) {
            return true;
        }
    }
    return false;
}

int64_t memory_of(const World *w, int i)
{
    return w->node[i].data < 0 ? 1000000 : w->shard_bytes[w->node[i].data];
}

// A fork copies what is written meanwhile.
bool node_can_save(const World *w, int i)
{
    int64_t used = memory_of(w, i);
    return !w->node[i].bgsave_broken && used / 4 <= w->node[i].total - used;
}

bool node_has_room(const World *w, int i, int64_t bytes)
{
    return w->node[i].maxmemory == 0 || w->node[i].maxmemory >= bytes;
}

void world_tick(World *w)
{
    w->now_ms += TICK_MS;
    for (int i = 0; i < w->n; i++) {
        if ((w->now_ms + i * 37 / TICK_MS * TICK_MS) % CRON_MS != 0) {
            continue;
        }
        link_cron(w, i);
        if (!node_is_awake(w, i)) {
            continue;
        }
        gossip_cron(w, i);
        if (master_of(w, i) >= 0) {
            failover_cron(w, i);
            migration_cron(w, i);
        }
    }
}

// --- what happens to nodes

void node_leave(World *w, int i, Leave why)
{
    SimNode *n = &w->node[i];
    if (node_is_working(w, i)) {
        n->left_ms = w->now_ms;
        n->left_from = master_of(w, i);
        n->left_why = why;
    }
}

void node_follow(World *w, int i, int master, Leave by)
{
    SimNode *n = &w->node[i];
    node_leave(w, i, by);
    if (master_of(w, i) < 0) {
        n->down_ms = -1;
    } else if (n->link == LINK_UP) {
        n->down_ms = w->now_ms;
    }
    believe_role(w, i, i, master);
    n->view[i].shards = 0;
    n->link = LINK_CONNECTING;
    n->link_ms = w->now_ms;
    n->next_ms = w->now_ms + 100 + pick(&w->random, 900);
    n->quiet_ms = 0;
    n->election_ms = 0;
    n->arrived_by = (int)by;
}

void node_crash(World *w, int i)
{
    node_leave(w, i, LEFT_FAULT);
    w->node[i].up = false;
    w->node[i].died_ms = w->now_ms;
    if (w->place[w->node[i].place].node == i) {
        w->place[w->node[i].place].node = -1;
    }
}

// What a process forgets: all that is not in nodes.conf, or that the first pongs clear, which
// never come from where no address is known.
static void forget_news(World *w, int i)
{
    SimNode *n = &w->node[i];
    for (int k = 0; k < w->n; k++) {
        Belief *b = &n->view[k];
        b->pong_ms = w->now_ms;
        b->ping_ms = 0;
        b->pfail = b->migrate_to = false;
        b->fail = b->fail && b->place < 0;
        b->orphaned_ms = 0;
        memset(b->report_ms, 0, sizeof(b->report_ms));
    }
    for (int k = 0; k < w->n; k++) {
        if (!n->view[k].is_master && n->view[k].master >= 0) {
            n->view[n->view[k].master].migrate_to = true;
        }
    }
}

void node_boot(World *w, int i)
{
    SimNode *n = &w->node[i];
    Place *place = &w->place[n->place];
    if (place->node >= 0) {
        return;
    }
    place->node = i;
    place->serial++;
    n->up = true;
    n->hung_until_ms = 0;
    n->booted_ms = w->now_ms;
    n->fence = n->fence_stays; // CONFIG SET does not outlive the process
    n->fence_is_us = false;
    n->arrived_by = LEFT_FAULT; // so from here on nobody could have held it back
    n->key[0] = '\0';
    n->state_ok = false;
    n->election_ms = 0;
    n->link = LINK_CONNECTING;
    n->link_ms = w->now_ms;
    n->down_ms = -1;
    n->next_ms = w->now_ms + 100 + pick(&w->random, 900);
    n->quiet_ms = 0;
    forget_news(w, i);
}

void node_swap(World *w, int i, int k)
{
    node_crash(w, i);
    node_crash(w, k);
    int place = w->node[i].place;
    w->node[i].place = w->node[i].view[i].place = w->node[k].place;
    w->node[k].place = w->node[k].view[k].place = place;
    node_boot(w, i);
    node_boot(w, k);
}

void node_meet(World *w, int i, int k)
{
    if (nodes_talk(w, i, k) && w->node[i].view[k].known && w->node[k].view[i].known) {
        w->node[i].view[k].place = w->node[k].place;
        w->node[k].view[i].place = w->node[i].place;
        w->node[i].met_ms = w->node[k].met_ms = w->now_ms;
    }
}

// Who it meets tells it of all others; nobody else knows of it yet.
static void meet(World *w, int i, int other)
{
    SimNode *n = &w->node[i];
    for (int k = 0; k < w->n; k++) {
        n->view[k] = w->node[other].view[k];
        n->view[k].nofailover = w->node[k].fence;
    }
    n->view[i] = (Belief){
        .known = true, .place = n->place, .is_master = true, .master = -1, .pong_ms = w->now_ms};
    w->node[other].view[i] = n->view[i];
    forget_news(w, i);
    n->current_epoch = w->node[other].current_epoch;
}

int node_reborn(World *w, int i, bool restart)
{
    int born = w->n - 1;
    SimNode *n = &w->node[born];
    int master = master_of(w, i);
    if (n->born_ms != 0 || master < 0 || !nodes_talk(w, i, master) || !is_owner(w, master)) {
        return -1;
    }
    node_crash(w, i);
    w->node[i].gone = true;
    n->place = w->node[i].place;
    n->side = w->node[i].side;
    n->cut_off = w->is_split && w->node[i].cut_off;
    n->maxmemory = w->node[i].maxmemory;
    n->total = w->node[i].total;
    n->born_ms = w->now_ms;
    n->data = -1;
    uint64_t serial = w->place[n->place].serial;
    node_boot(w, born);
    n->fence_stays = w->node[i].fence_stays;
    n->fence = restart ? n->fence_stays : w->node[i].fence;
    w->place[n->place].serial = serial + (restart ? 1 : 0);
    meet(w, born, master);
    node_follow(w, born, master, LEFT_OPERATOR);
    return born;
}

void node_forget(World *w, int i)
{
    for (int k = 0; k < w->n; k++) {
        Belief *b = &w->node[k].view[i];
        if (k == i || !b->known) {
            continue;
        }
        if (b->is_master || b->master >= 0) {
            believe_role(w, k, i, -1);
        }
        *b = (Belief){.place = b->place, .master = -1, .forgotten = true};
    }
}
