// What replicas do by themselves: elections (clusterHandleSlaveFailover) and migration
// (clusterHandleSlaveMigration).
#include "world.h"

enum { MIGRATION_DELAY_MS = 5000 };

// --- elections

static int rank_of(const World *w, int i, int master)
{
    int rank = 0;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &w->node[i].view[k];
        rank += k != i && !b->is_master && b->master == master && !b->nofailover &&
                w->node[k].offset > w->node[i].offset;
    }
    return rank;
}

// By the voter's own view it is a replica of the failed master, and nobody has taken over since.
static bool may_be_heir(const World *w, int i, const SimNode *voter, int master)
{
    const Belief *heir = &voter->view[i];
    const Belief *old = &w->node[i].view[master];
    bool is_superseded = false;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &voter->view[k];
        is_superseded = is_superseded || ((b->shards & old->shards) != 0 && b->epoch > old->epoch);
    }
    return heir->known && !heir->is_master && heir->master == master && voter->view[master].fail &&
           !is_superseded;
}

static bool gets_vote(World *w, int i, int voter, int master)
{
    SimNode *v = &w->node[voter];
    uint64_t epoch = w->node[i].current_epoch;
    if (!is_owner(w, voter) || !nodes_talk(w, i, voter) || v->vote_epoch >= epoch ||
        v->current_epoch > epoch || !may_be_heir(w, i, v, master) ||
        (v->voted_ms[master] != 0 && w->now_ms - v->voted_ms[master] < 2 * w->node_timeout_ms)) {
        return false;
    }
    v->current_epoch = v->vote_epoch = epoch;
    v->voted_ms[master] = w->now_ms;
    return true;
}

// It holds neither the data of the master's slots nor what the master itself had: that one may have
// been a person's, elected with the wrong data.
static bool is_foreign(const World *w, int i, int master)
{
    int data = w->node[i].data;
    bool is_right = data >= 0 && (w->node[i].view[master].shards >> data & 1U) != 0;
    return !is_right && data != w->node[master].data;
}

static void promote(World *w, int i, int master)
{
    SimNode *n = &w->node[i];
    unsigned shards = n->view[master].shards;
    w->upset_ms = w->now_ms;
    tell(w, "%d is elected and takes over from %d", port_of(i), port_of(master));
    if (is_foreign(w, i, master) && n->arrived_by == LEFT_US && !w->config_denied) {
        w->told_foreign = true;
    }
    node_leave(w, i, LEFT_FAULT);
    w->node[master].deposed_ms = w->now_ms;
    n->view[master].shards = 0;
    n->view[i].is_master = true;
    n->view[i].master = -1;
    n->view[i].shards = shards;
    n->view[i].epoch = n->current_epoch;
    n->view[i].migrate_to = true;
    n->link = LINK_UP;
    n->election_ms = 0;
    for (int k = 0; k < w->n; k++) {
        if (k != i && nodes_talk(w, i, k)) {
            node_learn(w, k, i);
            w->node[k].view[i].migrate_to = true;
        }
    }
}

// The 10 s are repl-ping-replica-period.
bool node_is_too_old(const World *w, int i)
{
    const SimNode *n = &w->node[i];
    int64_t allowed_ms = 10000 + (w->validity_factor + 1) * w->node_timeout_ms;
    return w->validity_factor != 0 && n->link != LINK_UP &&
           (n->down_ms < 0 || w->now_ms - n->down_ms > allowed_ms);
}

void failover_cron(World *w, int i)
{
    SimNode *n = &w->node[i];
    int master = n->view[i].master;
    int64_t timeout = 2 * w->node_timeout_ms > 2000 ? 2 * w->node_timeout_ms : 2000;
    bool is_due = n->view[master].fail && n->view[master].shards != 0 && !n->fence;
    if (!is_due || node_is_too_old(w, i)) {
        return;
    }
    if (n->election_ms == 0 || w->now_ms > n->election_ms + 2 * timeout) {
        n->election_ms = w->now_ms + 500 + pick(&w->random, 500) + rank_of(w, i, master) * 1000;
        n->asked_votes = false;
        return;
    }
    if (w->now_ms < n->election_ms || n->asked_votes) {
        return;
    }
    n->asked_votes = true;
    n->current_epoch++;
    int votes = 0;
    for (int k = 0; k < w->n; k++) {
        votes += gets_vote(w, i, k, master);
    }
    if (votes >= believed_size(w, i) / 2 + 1) {
        promote(w, i, master);
    }
}

// --- migration

static int most_replicas(const World *w, int i, int *orphans)
{
    int most = 0;
    *orphans = 0;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &w->node[i].view[k];
        if (!b->is_master || b->fail) {
            continue;
        }
        int live = believed_live(w, i, k, true);
        most = live > most ? live : most;
        *orphans += live == 0 && b->shards != 0 && b->migrate_to;
    }
    return most;
}

// The smallest ID among all replicas, dead ones too, of the best covered masters.
static int migration_candidate(const World *w, int i, int most)
{
    int best = i;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &w->node[i].view[k];
        if (!b->is_master && b->master >= 0 && believed_live(w, i, b->master, true) == most &&
            node_id_cmp(w->node[k].id, w->node[best].id) < 0) {
            best = k;
        }
    }
    return best;
}

void migration_cron(World *w, int i)
{
    SimNode *n = &w->node[i];
    int mine = n->view[i].master;
    int orphans;
    int most = most_replicas(w, i, &orphans);
    int own = n->view[mine].fail ? 0 : believed_live(w, i, mine, true);
    if (!w->allow_migration || orphans == 0 || most < 2 || own != most || !n->state_ok ||
        believed_live(w, i, mine, false) <= w->barrier) {
        n->free_ms = 0;
        return;
    }
    int target = -1;
    for (int k = 0; k < w->n; k++) {
        Belief *b = &n->view[k];
        bool orphaned =
            b->is_master && !b->fail && b->migrate_to && believed_live(w, i, k, true) == 0;
        if (!orphaned) {
            b->orphaned_ms = 0;
            continue;
        }
        target = target < 0 && b->shards != 0 ? k : target;
        b->orphaned_ms = b->orphaned_ms == 0 ? w->now_ms : b->orphaned_ms;
    }
    bool is_chosen = migration_candidate(w, i, most) == i;
    n->free_ms = !is_chosen ? 0 : n->free_ms == 0 ? w->now_ms : n->free_ms;
    if (target < 0 || !is_chosen || w->now_ms - n->view[target].orphaned_ms <= MIGRATION_DELAY_MS) {
        return;
    }
    w->upset_ms = w->now_ms;
    int64_t seen_ms = n->view[target].orphaned_ms;
    n->left_to = target;
    n->left_clock_ms = seen_ms;
    n->left_orphan_ms = seen_ms > n->free_ms ? seen_ms : n->free_ms;
    tell(w, "the server's own migration takes %d from %d to %d", port_of(i), port_of(mine),
         port_of(target));
    node_follow(w, i, target, LEFT_SERVER);
}
