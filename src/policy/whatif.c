#include "rehome/policy/whatif.h"

#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "whatif_work.h"
#include "word.h"

const char *shard_fate_text(ShardFate fate)
{
    static const char *const texts[] = {
#define X(name, text) [SHARD_##name] = (text),
        SHARD_FATES(X)
#undef X
    };
    return texts[fate];
}

const char *whatif_part_text(WhatIfPart part)
{
    static const char *const texts[] = {
#define X(name, text) [WHATIF_##name] = (text),
        WHATIF_PARTS(X)
#undef X
    };
    return texts[part];
}

static bool may_be_elected(const WhatIfWork *w, int replica)
{
    return !w->dead[replica] && word_can_stand_in(w->h, replica);
}

static int64_t offset_of(const WhatIfWork *w, int replica)
{
    return w->s->nodes[replica].says->info.repl_offset;
}

// Nodes are not asked at the same instant: what differs by less may be equal.
bool whatif_is_heir(const WhatIfWork *w, const ShardLoss *shard, int replica)
{
    enum { SAME_BYTES = 1 << 20 };
    return may_be_elected(w, replica) && shard->heir >= 0 &&
           offset_of(w, shard->heir) - offset_of(w, replica) < SAME_BYTES;
}

// Who would win the election for this master. Replicas wait for the longer the more of their
// siblings have a higher offset, so the one with most data asks for votes first.
static void find_heir(const WhatIfWork *w, ShardLoss *shard)
{
    const Node *m = &w->s->nodes[shard->master];
    for (size_t i = 0; i < m->n_replicas; i++) {
        int r = m->replicas[i];
        if (!may_be_elected(w, r)) {
            continue;
        }
        int64_t ahead = shard->heir < 0 ? 1 : offset_of(w, r) - offset_of(w, shard->heir);
        if (ahead > 0 ||
            (ahead == 0 && node_id_cmp(w->s->nodes[r].id, w->s->nodes[shard->heir].id) < 0)) {
            shard->heir = r;
        }
    }
    for (size_t i = 0; i < m->n_replicas; i++) {
        shard->n_heirs += whatif_is_heir(w, shard, m->replicas[i]);
    }
}

static ShardLoss shard_loss(const WhatIfWork *w, int master)
{
    const Node *m = &w->s->nodes[master];
    bool was_alive = !node_has(m, NODE_FAIL);
    bool dies = was_alive && w->dead[master];
    ShardLoss out = {.master = master, .heir = -1, .text = ""};
    for (size_t i = 0; i < m->n_replicas; i++) {
        int r = m->replicas[i];
        out.working_left += !w->dead[r] && w->h->of[r].replica == REPLICA_WORKING;
    }
    if (!dies) {
        bool lost = !was_alive && out.working_left == 0;
        out.fate = lost ? SHARD_LOST : out.working_left > 0 ? SHARD_FEWER : SHARD_ALONE;
        return out;
    }
    if (out.working_left == 0) {
        out.fate = SHARD_LOST;
        return out;
    }
    out.fate = SHARD_STUCK;
    find_heir(w, &out);
    if (out.heir >= 0 && w->out->loss.majority_kept) {
        out.fate = SHARD_TAKEN_OVER;
        out.working_left--;
    }
    return out;
}

static int compare_shards(const void *a, const void *b)
{
    const ShardLoss *x = a;
    const ShardLoss *y = b;
    return x->fate != y->fate ? (int)x->fate - (int)y->fate : x->master - y->master;
}

static void find_shards(WhatIfWork *w)
{
    ShardLoss *shards = arena_array(w->arena, w->s->n_owners, sizeof(*shards));
    for (size_t i = 0; i < w->s->n_owners; i++) {
        int master = w->s->masters[i];
        const Node *m = &w->s->nodes[master];
        bool touched = w->dead[master];
        for (size_t k = 0; k < m->n_replicas && !touched; k++) {
            touched = w->dead[m->replicas[k]];
        }
        if (touched) {
            shards[w->out->n_shards++] = shard_loss(w, master);
        }
    }
    qsort(shards, w->out->n_shards, sizeof(*shards), compare_shards);
    w->out->shards = shards;
}

const WhatIf *whatif_ask(const Health *h, const char *what, const int *nodes, size_t n)
{
    Arena *arena = arena_new();
    WhatIf *out = arena_alloc(arena, sizeof(*out));
    *out = (WhatIf){.arena = arena, .before = h, .what = arena_strdup(arena, what)};
    WhatIfWork w = {.h = h, .s = h->snapshot, .arena = arena, .out = out};
    w.dead = arena_array(arena, w.s->n_nodes, sizeof(*w.dead));
    int *members = arena_array(arena, n, sizeof(*members));
    size_t n_members = 0;
    for (size_t i = 0; i < n; i++) {
        if (!w.dead[nodes[i]] && !node_has(&w.s->nodes[nodes[i]], NODE_FAIL)) {
            w.dead[nodes[i]] = true;
            members[n_members++] = nodes[i];
        }
    }
    out->loss = host_loss_of(w.s, h, members, n_members);
    find_shards(&w);
    Snapshot *after = whatif_after(&w);
    out->state_ok = after->state_ok;
    out->after = health_assess(after, NULL, &h->options);
    out->plan = plan_make(out->after);
    ServerMigration migration = whatif_migration(&w, after);
    bool moves = migration.verdict == MIGRATION_MOVES;
    out->server_replica = moves ? migration.replica : -1;
    out->server_target = moves ? migration.target : -1;
    whatif_words(&w, &migration);
    return out;
}

void whatif_free(const WhatIf *w)
{
    if (w != NULL) {
        arena_free(w->arena);
    }
}

const ShardLoss *whatif_shard(const WhatIf *w, int master)
{
    for (size_t i = 0; i < w->n_shards; i++) {
        if (w->shards[i].master == master) {
            return &w->shards[i];
        }
    }
    return NULL;
}

size_t whatif_name(const Health *h, const char *text, int *nodes, bool *is_host, Error *err)
{
    const Snapshot *s = h->snapshot;
    size_t n = 0;
    for (size_t i = 0; i < s->n_nodes && text[0] != '\0'; i++) {
        if (strcmp(s->nodes[i].host, text) == 0) {
            nodes[n++] = (int)i;
        }
    }
    if (n > 0) {
        *is_host = true;
        return n;
    }
    *is_host = false;
    nodes[0] = snapshot_name(s, text, err);
    return nodes[0] >= 0;
}
