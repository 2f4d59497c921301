// The answer in words: one clause a shard, one sentence for whatever happens next.
#include <stdarg.h>
#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"
#include "whatif_work.h"
#include "word.h"

enum { STEPS_MAX = 16, NAMES_MAX = 3, TARGETS_MAX = 4 };

static const char *addr(const WhatIfWork *w, int node)
{
    return w->s->nodes[node].addr;
}

// "A, B and 2 more": nodes of a list for which is_meant holds.
typedef bool IsMeant(const WhatIfWork *w, const ShardLoss *shard, int node);

static size_t add_names(const WhatIfWork *w, StrBuf *out, const ShardLoss *shard, IsMeant *is_meant,
                        const char *last_joint)
{
    const Node *m = &w->s->nodes[shard->master];
    size_t n = 0;
    for (size_t i = 0; i < m->n_replicas; i++) {
        n += is_meant(w, shard, m->replicas[i]);
    }
    size_t told = 0;
    for (size_t i = 0; i < m->n_replicas && told < NAMES_MAX; i++) {
        if (is_meant(w, shard, m->replicas[i])) {
            const char *joint = told == 0 ? "" : told + 1 == n ? last_joint : ", ";
            strbuf_addf(out, "%s%s", joint, addr(w, m->replicas[i]));
            told++;
        }
    }
    if (n > told) {
        strbuf_addf(out, "%s%zu more", last_joint, n - told);
    }
    return n;
}

static bool is_dying(const WhatIfWork *w, const ShardLoss *shard, int node)
{
    (void)shard;
    return w->dead[node];
}

static bool is_copy_left(const WhatIfWork *w, const ShardLoss *shard, int node)
{
    (void)shard;
    return !w->dead[node] && w->h->of[node].replica == REPLICA_WORKING;
}

// Alive and with data of some age, or with data of which we know nothing: the servers may promote
// it, we do not count on it.
static bool is_doubtful_copy(const WhatIfWork *w, const ShardLoss *shard, int node)
{
    (void)shard;
    ReplicaState state = w->h->of[node].replica;
    return !w->dead[node] && state != REPLICA_WORKING && state != REPLICA_FAILED &&
           !node_has(&w->s->nodes[node], NODE_NOFAILOVER);
}

static void tell_lost(const WhatIfWork *w, const ShardLoss *shard, StrBuf *out)
{
    StrBuf names = {0};
    size_t n = add_names(w, &names, shard, is_dying, " and ");
    if (n > 0) {
        strbuf_addf(out, "every working copy dies with it: %s too", strbuf_text(&names));
    } else {
        strbuf_add(out, "it has no working replica");
    }
    strbuf_clear(&names);
    if (add_names(w, &names, shard, is_doubtful_copy, " and ") > 0) {
        strbuf_addf(out, "; the servers may yet promote %s, whose data is old or unknown",
                    strbuf_text(&names));
    }
    strbuf_done(&names);
}

static void tell_stuck(const WhatIfWork *w, const ShardLoss *shard, StrBuf *out)
{
    add_names(w, out, shard, is_copy_left, " and ");
    strbuf_add(out, shard->heir >= 0
                        ? " has its data, but without a majority nobody can be elected"
                        : " has its data, but is flagged nofailover: only CLUSTER FAILOVER FORCE "
                          "there promotes it");
}

static void tell_taken_over(const WhatIfWork *w, const ShardLoss *shard, StrBuf *out)
{
    if (shard->n_heirs > 1) {
        add_names(w, out, shard, whatif_is_heir, " or ");
        strbuf_add(out, " takes over: equally up to date");
    } else {
        strbuf_addf(out, "%s takes over", addr(w, shard->heir));
    }
    if (shard->working_left == 0) {
        strbuf_add(out, " and is alone then");
    } else {
        strbuf_addf(out, " and has %d replica%s", shard->working_left, plural(shard->working_left));
    }
}

static const char *shard_text(const WhatIfWork *w, const ShardLoss *shard)
{
    StrBuf text = {0};
    StrBuf names = {0};
    switch (shard->fate) {
    case SHARD_LOST:
        tell_lost(w, shard, &text);
        break;
    case SHARD_STUCK:
        tell_stuck(w, shard, &text);
        break;
    case SHARD_ALONE:
        add_names(w, &names, shard, is_dying, " and ");
        strbuf_addf(&text, "stays, but loses %s: no working replica is left", strbuf_text(&names));
        break;
    case SHARD_TAKEN_OVER:
        tell_taken_over(w, shard, &text);
        break;
    case SHARD_FEWER:
    case SHARD_FATE_COUNT:
        strbuf_addf(&text, "stays, with %d working replica%s", shard->working_left,
                    plural(shard->working_left));
        break;
    }
    const char *out = arena_strdup(w->arena, strbuf_text(&text));
    strbuf_done(&names);
    strbuf_done(&text);
    return out;
}

// --- what happens next -------------------------------------------------------------------------

typedef struct {
    const WhatIfWork *w;
    WhatIfStep *at;
    size_t n;
} Steps;

static void add_step(Steps *steps, WhatIfPart part, Level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add_step(Steps *steps, WhatIfPart part, Level level, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (steps->n < STEPS_MAX) {
        steps->at[steps->n++] = (WhatIfStep){
            .part = part,
            .level = level,
            .text = arena_strdup(steps->w->arena, text),
        };
    }
}

static void add_majority(Steps *steps)
{
    const Snapshot *s = steps->w->s;
    const HostLoss *loss = &steps->w->out->loss;
    int alive = -loss->masters;
    for (size_t i = 0; i < s->n_owners; i++) {
        alive += !node_has(&s->nodes[s->masters[i]], NODE_FAIL);
    }
    if (!loss->majority_kept) {
        add_step(steps, WHATIF_MAJORITY, LEVEL_CRITICAL,
                 "gone: %d of %zu slot owners are left, nobody can be elected", alive, s->n_owners);
    } else if (loss->masters > 0) {
        add_step(steps, WHATIF_MAJORITY, LEVEL_GOOD, "kept: %d of %zu slot owners are left to vote",
                 alive, s->n_owners);
    }
}

// A node is FAIL one to one and a half timeouts after its last word, and an election takes a
// second.
static void add_failover(Steps *steps)
{
    enum { ELECTION_MS = 1000 };
    const HostLoss *loss = &steps->w->out->loss;
    int64_t timeout = steps->w->s->node_timeout_ms;
    if (loss->failovers == 0 || !loss->majority_kept) {
        return;
    }
    char takes[32];
    char known[32];
    format_seconds(takes, sizeof(takes), timeout + timeout / 2 + ELECTION_MS);
    format_seconds(known, sizeof(known), timeout);
    add_step(steps, WHATIF_FAILOVER, LEVEL_INFO, "%d replica%s promoted%s%s%s%s%s", loss->failovers,
             loss->failovers == 1 ? " is" : "s are", timeout >= 0 ? " after about " : "",
             timeout >= 0 ? takes : "", timeout >= 0 ? " (cluster-node-timeout " : "",
             timeout >= 0 ? known : "",
             timeout >= 0 ? "); until then these slots do not answer" : "");
}

static void add_state(Steps *steps)
{
    const WhatIf *out = steps->w->out;
    int unserved = out->after->snapshot->slots_fail;
    if (!out->loss.majority_kept) {
        add_step(steps, WHATIF_STATE, LEVEL_CRITICAL,
                 "cluster_state:fail on whoever is left, until a majority is back");
    } else if (!out->state_ok) {
        add_step(steps, WHATIF_STATE, LEVEL_CRITICAL,
                 "cluster_state:fail for all slots, because %d have nobody and "
                 "cluster-require-full-coverage is yes",
                 unserved + SLOT_COUNT - steps->w->s->slots_covered);
    } else if (unserved > 0) {
        add_step(steps, WHATIF_STATE, LEVEL_WARNING,
                 "cluster_state:ok, because cluster-require-full-coverage is no; %d slots do not "
                 "answer",
                 unserved);
    } else {
        add_step(steps, WHATIF_STATE, LEVEL_GOOD, "cluster_state:ok, all slots are served");
    }
}

static void add_server_move(Steps *steps, const ServerMigration *m)
{
    const Snapshot *after = steps->w->out->after->snapshot;
    const Node *r = &after->nodes[m->replica];
    const Node *t = &after->nodes[m->target];
    bool same = word_same_host(r, t);
    bool is_known = after->server_migration == TRI_YES;
    add_step(steps, WHATIF_SERVERS, same ? LEVEL_WARNING : LEVEL_INFO,
             "%s5 s later %s moves to %s%s by itself, having the smallest node ID where there are "
             "most replicas%s",
             is_known ? "" : "if their own migration is on (not known), ", r->addr,
             m->n_targets > 1 ? "one of the orphans, maybe " : "", t->addr,
             same ? "; that is the same host" : "");
}

static void add_servers(Steps *steps, const ServerMigration *m)
{
    if (steps->w->out->after->orphaned == 0) {
        return;
    }
    switch (m->verdict) {
    case MIGRATION_NO_ORPHAN:
        add_step(steps, WHATIF_SERVERS, LEVEL_INFO,
                 "they help only masters that had a replica: nobody moves by itself");
        break;
    case MIGRATION_OFF:
        add_step(steps, WHATIF_SERVERS, LEVEL_INFO,
                 "their own migration is off: nobody moves by itself");
        break;
    case MIGRATION_STATE:
        add_step(steps, WHATIF_SERVERS, LEVEL_INFO,
                 "nobody moves by itself while cluster_state is fail");
        break;
    case MIGRATION_NOBODY:
        add_step(steps, WHATIF_SERVERS, LEVEL_INFO,
                 "nobody moves by itself: no master has two replicas");
        break;
    case MIGRATION_BARRIER:
        add_step(steps, WHATIF_SERVERS, LEVEL_INFO,
                 "nobody moves by itself: cluster-migration-barrier keeps every replica");
        break;
    case MIGRATION_BLOCKED:
        add_step(steps, WHATIF_SERVERS, LEVEL_WARNING,
                 "nobody moves by itself: it would be %s, by the smallest node ID, and that one is "
                 "dead",
                 addr(steps->w, m->replica));
        break;
    case MIGRATION_MOVES:
        add_server_move(steps, m);
        break;
    }
}

static void add_plan(Steps *steps)
{
    const Plan *plan = &steps->w->out->plan;
    for (size_t i = 0; i < plan->n_orphans && i < TARGETS_MAX; i++) {
        const PlanTarget *t = &plan->at[i];
        if (t->chosen >= 0) {
            const PlanCandidate *c = &t->candidates[t->chosen];
            add_step(steps, WHATIF_REHOME, LEVEL_GOOD, "would give %s the spare %s of %s",
                     addr(steps->w, t->target), addr(steps->w, c->replica),
                     addr(steps->w, c->donor));
        } else {
            add_step(steps, WHATIF_REHOME, LEVEL_WARNING, "would have no spare for %s",
                     addr(steps->w, t->target));
        }
    }
    if (plan->n_orphans > TARGETS_MAX) {
        add_step(steps, WHATIF_REHOME, LEVEL_INFO, "and %zu more orphan%s",
                 plan->n_orphans - TARGETS_MAX, plural(plan->n_orphans - TARGETS_MAX));
    }
}

static void add_rehome(Steps *steps)
{
    const WhatIf *out = steps->w->out;
    if (!out->loss.majority_kept) {
        add_step(steps, WHATIF_REHOME, LEVEL_CRITICAL,
                 "would write nothing: a majority of the slot owners has to answer first");
        return;
    }
    if (out->loss.slots_lost > 0) {
        add_step(steps, WHATIF_REHOME, LEVEL_CRITICAL,
                 "cannot bring lost slots back: only a dead node with the data can, restarted");
    }
    add_plan(steps);
    if (out->plan.n_orphans == 0 && out->loss.slots_lost == 0) {
        add_step(steps, WHATIF_REHOME, LEVEL_GOOD, "would have nothing to do");
    }
}

void whatif_words(WhatIfWork *w, const ServerMigration *migration)
{
    ShardLoss *shards = arena_array(w->arena, w->out->n_shards, sizeof(*shards));
    for (size_t i = 0; i < w->out->n_shards; i++) {
        shards[i] = w->out->shards[i];
        shards[i].text = shard_text(w, &shards[i]);
    }
    w->out->shards = shards;
    Steps steps = {.w = w, .at = arena_array(w->arena, STEPS_MAX, sizeof(WhatIfStep))};
    if (w->out->loss.nodes > 0) {
        add_majority(&steps);
        add_failover(&steps);
        add_state(&steps);
        add_servers(&steps, migration);
        add_rehome(&steps);
    }
    w->out->steps = steps.at;
    w->out->n_steps = steps.n;
}
