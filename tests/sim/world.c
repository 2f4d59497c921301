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

// --- beliefs

static int replicas_believed(const World *w, int i, int master)
{
    int n = 0;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &w->node[i].view[k];
        n += !b->is_master && b->master == master;
    }
    return n;
}

int believed_live(const World *w, int i, int master, bool pfail_too)
{
    int n = 0;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &w->node[i].view[k];
        n += !b->is_master && b->master == master && !b->fail && (pfail_too || !b->pfail);
    }
    return n;
}

int believed_size(const World *w, int i)
{
    int n = 0;
    for (int k = 0; k < w->n; k++) {
        n += w->node[i].view[k].is_master && w->node[i].view[k].shards != 0;
    }
    return n;
}

// In i's view, k is a replica of master, or a master (-1). Keeps MIGRATE_TO as the server does.
static void believe_role(World *w, int i, int k, int master)
{
    Belief *b = &w->node[i].view[k];
    int was = b->is_master ? -1 : b->master;
    if (was == master && b->is_master == (master < 0)) {
        return;
    }
    b->is_master = master < 0;
    b->master = master;
    if (was >= 0 && replicas_believed(w, i, was) == 0) {
        w->node[i].view[was].migrate_to = false;
    }
    if (master >= 0) {
        b->migrate_to = false;
        b->shards = 0;
        w->node[i].view[master].migrate_to = true;
    }
}

// i is told that owner owns these shards since this epoch.
static void take_claim(World *w, int i, int owner, unsigned shards, uint64_t epoch)
{
    SimNode *n = &w->node[i];
    int mine = master_of(w, i);
    bool lost_all = false;
    for (int k = 0; k < w->n; k++) {
        Belief *b = &n->view[k];
        if (k != owner && (b->shards & shards) != 0 && b->epoch < epoch) {
            b->shards &= ~shards;
            lost_all = lost_all || (b->shards == 0 && (k == i || k == mine));
        }
    }
    unsigned held = 0;
    for (int k = 0; k < w->n; k++) {
        held |= k != owner ? n->view[k].shards : 0;
    }
    if (owner != i) {
        n->view[owner].shards |= shards & ~held;
        n->view[owner].epoch = epoch;
    }
    if (lost_all && owner != i) {
        node_follow(w, i, owner, LEFT_FAULT);
    }
}

static void fail_if_agreed(World *w, int i, int k)
{
    const Belief *b = &w->node[i].view[k];
    if (!b->pfail || b->fail) {
        return;
    }
    int reports = is_owner(w, i) ? 1 : 0;
    for (int m = 0; m < w->n; m++) {
        const Belief *master = &w->node[i].view[m];
        reports += m != i && master->is_master && master->shards != 0 && b->report_ms[m] != 0 &&
                   w->now_ms - b->report_ms[m] <= 2 * w->node_timeout_ms;
    }
    if (reports < believed_size(w, i) / 2 + 1) {
        return;
    }
    w->upset_ms = w->now_ms;
    tell(w, "%d finds that %d has FAILED (%d reports)", port_of(i), port_of(k), reports);
    for (int x = 0; x < w->n; x++) {
        if (x != k && (x == i || nodes_talk(w, i, x)) && !w->node[x].view[k].fail) {
            w->node[x].view[k].fail = true;
            w->node[x].view[k].fail_ms = w->now_ms;
        }
    }
}

static void clear_fail(World *w, Belief *b)
{
    bool owns = b->is_master && b->shards != 0;
    if (b->fail && (!owns || w->now_ms - b->fail_ms > 2 * w->node_timeout_ms)) {
        b->fail = false;
    }
}

void node_learn(World *w, int i, int from)
{
    Belief *b = &w->node[i].view[from];
    const SimNode *other = &w->node[from];
    const Belief *own = &other->view[from];
    b->pong_ms = w->now_ms;
    b->ping_ms = 0;
    b->pfail = false;
    b->nofailover = other->fence;
    if (other->current_epoch > w->node[i].current_epoch) {
        w->node[i].current_epoch = other->current_epoch;
    }
    believe_role(w, i, from, own->is_master ? -1 : own->master);
    clear_fail(w, b);
    if (own->is_master) {
        b->epoch = own->epoch;
        if (own->shards != 0) {
            take_claim(w, i, from, own->shards, own->epoch);
        }
    }
    int mine = master_of(w, i);
    if (mine == from && !own->is_master && own->master != i && own->master >= 0) {
        node_follow(w, i, own->master, LEFT_FAULT); // no replicas of replicas
    }
    if (b->is_master && b->shards != 0) {
        for (int k = 0; k < w->n; k++) {
            if (k != i && k != from) {
                bool bad = other->view[k].pfail || other->view[k].fail;
                w->node[i].view[k].report_ms[from] = bad ? w->now_ms : 0;
                fail_if_agreed(w, i, k);
            }
        }
    }
}

// A ping and its pong; whoever hears an outdated claim sends an UPDATE.
static void exchange(World *w, int i, int j)
{
    node_learn(w, i, j);
    node_learn(w, j, i);
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &w->node[i].view[k];
        if (k != i && k != j && b->is_master && b->shards != 0 &&
            b->epoch > w->node[j].view[k].epoch) {
            take_claim(w, j, k, b->shards, b->epoch);
        }
    }
}

static void update_state(World *w, int i)
{
    SimNode *n = &w->node[i];
    int reachable = 0;
    unsigned covered = 0;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &n->view[k];
        if (b->is_master && b->shards != 0) {
            covered |= b->fail ? 0 : b->shards;
            reachable += !b->fail && !b->pfail;
        }
    }
    bool ok = covered == (1U << w->n_shards) - 1;
    if (reachable < believed_size(w, i) / 2 + 1) {
        ok = false;
        n->minority_ms = w->now_ms;
    }
    int64_t wait = w->node_timeout_ms < 500    ? 500
                   : w->node_timeout_ms > 5000 ? 5000
                                               : w->node_timeout_ms;
    bool waits = n->view[i].is_master && !n->state_ok &&
                 ((n->minority_ms != 0 && w->now_ms - n->minority_ms < wait) ||
                  w->now_ms - n->booted_ms < 2000);
    if (ok != n->state_ok && !(ok && waits)) {
        n->state_ok = ok;
    }
}

static void ping_others(World *w, int i)
{
    for (int j = 0; j < w->n; j++) {
        Belief *b = &w->node[i].view[j];
        bool old = w->now_ms - b->pong_ms > w->node_timeout_ms / 2;
        if (j == i || !(old || chance(&w->random, 12))) {
            continue;
        }
        if (nodes_talk(w, i, j)) {
            exchange(w, i, j);
        } else if (b->ping_ms == 0) {
            b->ping_ms = w->now_ms;
        }
        if (b->ping_ms != 0 && w->now_ms - b->ping_ms > w->node_timeout_ms && !b->pfail) {
            b->pfail = true;
            fail_if_agreed(w, i, j);
        }
    }
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
        ping_others(w, i);
        update_state(w, i);
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
}

void node_boot(World *w, int i)
{
    SimNode *n = &w->node[i];
    n->up = true;
    n->hung_until_ms = 0;
    n->booted_ms = w->now_ms;
    n->fence = n->fence_is_us = false; // CONFIG SET does not outlive the process
    n->arrived_by = LEFT_FAULT;        // so from here on nobody could have held it back
    n->state_ok = false;
    n->election_ms = 0;
    n->link = LINK_CONNECTING;
    n->link_ms = w->now_ms;
    n->next_ms = w->now_ms + 100 + pick(&w->random, 900);
    n->quiet_ms = 0;
    for (int k = 0; k < w->n; k++) {
        Belief *b = &n->view[k];
        b->pong_ms = w->now_ms;
        b->ping_ms = 0;
        b->pfail = b->fail = b->migrate_to = false; // not in nodes.conf, or cleared by the pongs
        b->orphaned_ms = 0;
        memset(b->report_ms, 0, sizeof(b->report_ms));
    }
    for (int k = 0; k < w->n; k++) {
        if (!n->view[k].is_master && n->view[k].master >= 0) {
            n->view[n->view[k].master].migrate_to = true;
        }
    }
}

static void make_id(World *w, int i)
{
    for (int k = 0; k < NODE_ID_LEN; k++) {
        w->node[i].id.hex[k] = "0123456789abcdef"[pick(&w->random, 16)];
    }
}

void world_make(World *w, uint64_t seed)
{
    static const int64_t timeouts[] = {1000, 2000, 2000, 5000};
    *w = (World){.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .now_ms = 100000};
    w->n_shards = 3 + (int)pick(&w->random, 2);
    int replicas = w->n_shards - 1 + (int)pick(&w->random, 5);
    w->n = w->n_shards + replicas;
    w->node_timeout_ms = timeouts[pick(&w->random, 4)];
    w->barrier = chance(&w->random, 80) ? 1 : 2;
    w->allow_migration = chance(&w->random, 60);
    w->repl_timeout_ms = 10000;
    w->sync_ms = 200 + pick(&w->random, chance(&w->random, 20) ? 8000 : 1500);
    w->load_ms = pick(&w->random, chance(&w->random, 20) ? 9000 : 800);
    w->load_is_silent = chance(&w->random, 30);
    w->config_denied = chance(&w->random, 10);
    for (int i = 0; i < w->n; i++) {
        SimNode *n = &w->node[i];
        make_id(w, i);
        bool master = i < w->n_shards;
        n->host = master ? i : (int)pick(&w->random, 4);
        n->up = true;
        n->data = i % w->n_shards;
        if (!master && chance(&w->random, 40)) {
            n->data = (int)pick(&w->random, (unsigned)w->n_shards);
        }
        n->state_ok = true;
        n->current_epoch = (uint64_t)w->n_shards;
        n->arrived_by = LEFT_OPERATOR;
    }
    for (int i = 0; i < w->n; i++) {
        for (int k = 0; k < w->n; k++) {
            Belief *b = &w->node[i].view[k];
            bool master = k < w->n_shards;
            *b = (Belief){
                .is_master = master,
                .master = master ? -1 : w->node[k].data,
                .shards = master ? 1U << k : 0,
                .epoch = master ? (uint64_t)k + 1 : 0,
                .pong_ms = w->now_ms,
            };
        }
        for (int k = w->n_shards; k < w->n; k++) {
            w->node[i].view[w->node[k].data].migrate_to = true;
        }
    }
}
