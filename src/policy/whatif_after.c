// The picture after a loss, as the servers would tell it once they have settled: so that health and
// plan can look at it as at any other.
#include "picture.h"
#include "whatif_work.h"
#include "word.h"

// The heir becomes a master with the slots of the old one, the siblings that live follow it. A dead
// one never hears of it and stays listed under the old master.
static void promote(const WhatIfWork *w, Snapshot *after, const ShardLoss *shard)
{
    const Node *was = &w->s->nodes[shard->master];
    Node *old = &after->nodes[shard->master];
    Node *heir = &after->nodes[shard->heir];
    heir->flags = (heir->flags & ~(unsigned)NODE_REPLICA) | NODE_MASTER;
    heir->master = -1;
    heir->master_id = (NodeId){0};
    heir->slots = was->slots;
    heir->slot_count = was->slot_count;
    old->slots = (SlotRanges){0};
    old->slot_count = 0;
    NodeSays *says = picture_own_says(after, shard->heir);
    SlaveLine *lines = arena_array(w->arena, was->n_replicas, sizeof(*lines));
    size_t n = 0;
    for (size_t i = 0; i < was->n_replicas; i++) {
        int r = was->replicas[i];
        if (r == shard->heir || w->dead[r] || node_has(&w->s->nodes[r], NODE_FAIL)) {
            continue;
        }
        picture_follow(after, r, shard->heir);
        if (w->h->of[r].replica == REPLICA_WORKING) {
            const Node *sibling = &w->s->nodes[r];
            lines[n++] = (SlaveLine){
                .ip = sibling->ip[0] != '\0' ? sibling->ip : sibling->hostname,
                .port = sibling->port,
                .state = SLAVE_ONLINE,
                .offset = sibling->says->info.repl_offset,
            };
        }
    }
    says->info.is_master = true;
    says->info.master_host = "";
    says->info.master_repl_offset = says->info.repl_offset;
    says->info.connected_slaves = (int)n;
    says->info.slaves = lines;
    says->info.n_slaves = n;
}

// In slot order, those without slots behind: an heir stands where its master stood.
static void list_masters(const WhatIfWork *w, Snapshot *after)
{
    int *masters = arena_array(w->arena, after->n_nodes, sizeof(*masters));
    size_t n = 0;
    for (size_t i = 0; i < w->s->n_masters; i++) {
        int was = w->s->masters[i];
        const ShardLoss *shard = whatif_shard(w->out, was);
        bool moved = shard != NULL && shard->fate == SHARD_TAKEN_OVER;
        int now = moved ? shard->heir : was;
        if (node_is_owner(&after->nodes[now])) {
            masters[n++] = now;
        }
    }
    after->n_owners = n;
    for (size_t i = 0; i < after->n_nodes; i++) {
        if (node_is_master(&after->nodes[i]) && !node_is_owner(&after->nodes[i])) {
            masters[n++] = (int)i;
        }
    }
    after->masters = masters;
    after->n_masters = n;
    after->n_replicas = after->n_nodes - n;
}

// The servers' default is to want all slots. They decide one by one; we say no only when all whom
// we could ask do.
static bool wants_all_slots(const Snapshot *s)
{
    bool any_no = false;
    bool any_yes = false;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says != NULL && says->has_settings) {
            any_no = any_no || says->settings.require_coverage == TRI_NO;
            any_yes = any_yes || says->settings.require_coverage == TRI_YES;
        }
    }
    return any_yes || !any_no;
}

Snapshot *whatif_after(const WhatIfWork *w)
{
    Snapshot *after = picture_copy(w->s, w->arena);
    for (size_t i = 0; i < after->n_nodes; i++) {
        if (w->dead[i]) {
            after->nodes[i].flags =
                (after->nodes[i].flags & ~(unsigned)NODE_PFAIL) | (unsigned)NODE_FAIL;
            after->nodes[i].says = NULL;
        }
    }
    for (size_t i = 0; i < w->out->n_shards; i++) {
        if (w->out->shards[i].fate == SHARD_TAKEN_OVER) {
            promote(w, after, &w->out->shards[i]);
        }
    }
    picture_list_replicas(after);
    list_masters(w, after);
    after->slots_fail = 0;
    bool covered = after->slots_covered == SLOT_COUNT;
    for (size_t i = 0; i < after->n_owners; i++) {
        int master = after->masters[i];
        const Node *m = &after->nodes[master];
        if (node_has(m, NODE_FAIL)) {
            after->slots_fail += m->slot_count;
            // One that had failed before may be about to be replaced.
            covered = covered && !w->dead[master] && word_heirs(after, master) > 0;
        }
    }
    after->state_known = true;
    after->state_ok = w->out->loss.majority_kept && (covered || !wants_all_slots(w->s));
    return after;
}

// --- the servers' own migration ----------------------------------------------------------------

// The servers help only a master that they have seen with a replica, or that was one.
static bool is_helped(const WhatIfWork *w, const Snapshot *after, int master)
{
    const Node *m = &after->nodes[master];
    bool was_replica = !node_is_master(&w->s->nodes[master]);
    return node_is_owner(m) && !node_has(m, NODE_FAIL) && word_live_replicas(after, m) == 0 &&
           (m->n_replicas > 0 || was_replica);
}

static MigrationVerdict judge_migration(const Snapshot *after, int smallest)
{
    int barrier = after->barrier >= 0 ? after->barrier : 1;
    const NodeSays *says = smallest >= 0 ? after->nodes[smallest].says : NULL;
    if (says != NULL && says->has_settings && says->settings.barrier >= 0) {
        barrier = says->settings.barrier;
    }
    return after->server_migration == TRI_NO              ? MIGRATION_OFF
           : !after->state_ok                             ? MIGRATION_STATE
           : smallest < 0                                 ? MIGRATION_NOBODY
           : word_most_live_replicas(after) <= barrier    ? MIGRATION_BARRIER
           : node_has(&after->nodes[smallest], NODE_FAIL) ? MIGRATION_BLOCKED
                                                          : MIGRATION_MOVES;
}

ServerMigration whatif_migration(const WhatIfWork *w, const Snapshot *after)
{
    ServerMigration out = {.verdict = MIGRATION_NO_ORPHAN, .replica = -1, .target = -1};
    for (size_t i = 0; i < after->n_masters; i++) {
        int master = after->masters[i];
        if (is_helped(w, after, master)) {
            out.target = out.n_targets++ == 0 ? master : out.target;
        }
    }
    if (out.n_targets == 0) {
        return out;
    }
    int smallest = word_servers_choice(after);
    out.verdict = judge_migration(after, smallest);
    out.replica = smallest;
    return out;
}
