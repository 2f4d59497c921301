// What nodes believe of each other: pings, gossip, failure detection and cluster_state.
#include <string.h>

#include "world.h"

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
void believe_role(World *w, int i, int k, int master)
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
        Belief *told = &w->node[x].view[k];
        if (x != k && (x == i || nodes_talk(w, i, x)) && told->known && !told->fail) {
            told->fail = true;
            told->fail_ms = w->now_ms;
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

// What the sender tells of others: who is there besides, as it sees them, and where to find one
// that does not answer us. Nobody tells of an address that it has lost. Whom a replica follows is
// told by itself alone.
static void take_gossip(World *w, int i, int from)
{
    for (int k = 0; k < w->n; k++) {
        Belief *mine = &w->node[i].view[k];
        const Belief *theirs = &w->node[from].view[k];
        if (k == i || !theirs->known || theirs->place < 0) {
            continue;
        }
        if (!mine->known && !mine->forgotten) {
            *mine = (Belief){
                .known = true,
                .place = theirs->place,
                .is_master = theirs->is_master,
                .master = -1,
                .nofailover = theirs->nofailover,
                .pfail = theirs->pfail,
                .fail = theirs->fail,
                .migrate_to = theirs->migrate_to,
                .pong_ms = w->now_ms,
            };
        } else if (mine->known && (mine->pfail || mine->fail) && !theirs->pfail && !theirs->fail) {
            mine->place = theirs->place;
        }
    }
}

void node_learn(World *w, int i, int from)
{
    Belief *b = &w->node[i].view[from];
    const SimNode *other = &w->node[from];
    const Belief *own = &other->view[from];
    if (!b->known) {
        return;
    }
    take_gossip(w, i, from);
    b->place = other->place;
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
        if (k != i && k != j && w->node[j].view[k].known && b->is_master && b->shards != 0 &&
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

// At the address that it believes the other to have. A stranger's answer there says that the other
// is somewhere else.
static void ping(World *w, int i, int j)
{
    Belief *b = &w->node[i].view[j];
    int there = w->place[b->place].node;
    if (there < 0 || !nodes_talk(w, i, there)) {
        b->ping_ms = b->ping_ms == 0 ? w->now_ms : b->ping_ms;
    } else if (there == j) {
        exchange(w, i, j);
    } else {
        node_learn(w, there, i);
        b->place = -1;
        b->ping_ms = 0;
    }
}

void gossip_cron(World *w, int i)
{
    for (int j = 0; j < w->n; j++) {
        Belief *b = &w->node[i].view[j];
        if (j == i || !b->known || b->place < 0) {
            continue;
        }
        bool old = w->now_ms - b->pong_ms > w->node_timeout_ms / 2;
        if (old || chance(&w->random, 12)) {
            ping(w, i, j);
        }
        if (b->ping_ms != 0 && w->now_ms - b->ping_ms > w->node_timeout_ms && !b->pfail) {
            b->pfail = true;
            fail_if_agreed(w, i, j);
        }
    }
    update_state(w, i);
}
