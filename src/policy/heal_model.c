#include "heal_model.h"

#include <stdlib.h>
#include <string.h>

#include "plan_work.h"
#include "word.h"

static int host_number(const Snapshot *s, int node)
{
    const char *host = s->nodes[node].host;
    for (int i = 0; host[0] != '\0' && i <= node; i++) {
        if (strcmp(s->nodes[i].host, host) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_other(int a, int b)
{
    return a >= 0 && b >= 0 && a != b;
}

static bool is_same(int a, int b)
{
    return a >= 0 && a == b;
}

static bool may_move(PlanWork *w, int replica)
{
    const Health *h = w->h;
    int donor = h->snapshot->nodes[replica].master;
    PlanVerdict verdict = plan_replica_verdict(w, replica);
    if (verdict.rule[0] == '\0') {
        return true;
    }
    // That its donor has too few is what may change.
    bool too_few =
        strcmp(verdict.rule, "donor-floor") == 0 || strcmp(verdict.rule, "donor-list") == 0;
    return too_few && h->of[replica].downtime == NULL && h->of[donor].downtime == NULL &&
           word_is_fresh(h->snapshot, donor, h->options.fresh_ms);
}

static int count_online(const NodeSays *says)
{
    int n = 0;
    for (size_t i = 0; says != NULL && says->has_info && i < says->info.n_slaves; i++) {
        n += says->info.slaves[i].state == SLAVE_ONLINE;
    }
    return n;
}

static bool may_get(const PlanWork *w, int master)
{
    MasterState state = w->h->of[master].master;
    MovePurpose purpose = state == STATE_ORPHANED ? PURPOSE_HEAL : PURPOSE_STEP;
    const char *rule;
    return (state == STATE_ORPHANED || state == STATE_PROTECTED) &&
           plan_target_verdict(w, master).rule[0] == '\0' &&
           plan_waits_for(w->h, master, purpose, &rule) == NULL;
}

static void add_master(HealModel *m, const PlanWork *w, int master)
{
    const Snapshot *s = m->h->snapshot;
    const Node *n = &s->nodes[master];
    const NodeHealth *health = &m->h->of[master];
    int in_downtime = 0;
    for (size_t i = 0; i < n->n_replicas; i++) {
        const NodeHealth *r = &m->h->of[n->replicas[i]];
        in_downtime += r->replica == REPLICA_WORKING && r->downtime != NULL;
    }
    int unlisted = health->working - count_online(n->says);
    HealFamily f = {
        .node = master,
        .host = host_number(s, master),
        .may_get = may_get(w, master),
        .bytes = n->says != NULL && n->says->has_info && n->says->info.used_memory > 0
                     ? n->says->info.used_memory
                     : 0,
        .gives_less = unlisted > in_downtime ? unlisted : in_downtime,
    };
    bool orphaned = health->master == STATE_ORPHANED;
    bool needs = orphaned || plan_is_alone(m->h, master);
    f.counts = f.may_get || (health->master == STATE_PROTECTED && !needs);
    m->fixed_orphans += !f.counts && orphaned;
    m->fixed_alone += !f.counts && needs && !orphaned;
    m->masters[m->n_masters++] = f;
}

static int compare_movables(const void *a, const void *b)
{
    const HealMovable *m = a;
    const HealMovable *y = b;
    if (m->host != y->host) {
        return m->host < y->host ? -1 : 1;
    }
    if (m->maxmemory != y->maxmemory) {
        return m->maxmemory < y->maxmemory ? -1 : 1;
    }
    if (m->lag != y->lag) {
        return m->lag < y->lag ? -1 : 1;
    }
    return node_id_cmp(*m->id, *y->id);
}

bool heal_model_alike(const HealModel *m, size_t a, size_t b)
{
    return m->replicas[a].host == m->replicas[b].host &&
           m->replicas[a].maxmemory == m->replicas[b].maxmemory;
}

int heal_model_family(const HealModel *m, int master)
{
    for (size_t i = 0; i < m->n_masters; i++) {
        if (m->masters[i].node == master) {
            return (int)i;
        }
    }
    return -1;
}

static void add_fixed(HealModel *m, int replica, int family)
{
    HealFamily *f = &m->masters[family];
    int host = host_number(m->h->snapshot, replica);
    f->working++;
    f->off += is_other(host, f->host);
    f->same += is_same(host, f->host);
}

// False: the cluster is too large for it.
bool heal_model_make(HealModel *m)
{
    const Snapshot *s = m->h->snapshot;
    if (s->n_masters > HEAL_MASTERS_MAX) {
        return false;
    }
    PlanWork w = plan_work(m->h, HEED_ALL);
    for (size_t i = 0; i < s->n_masters; i++) {
        add_master(m, &w, s->masters[i]);
    }
    bool fits = true;
    for (int i = 0; i < (int)s->n_nodes && fits; i++) {
        int family = m->h->of[i].replica == REPLICA_WORKING && !m->h->of[i].is_master
                         ? heal_model_family(m, s->nodes[i].master)
                         : -1;
        if (family < 0) {
            continue;
        }
        if (!may_move(&w, i)) {
            add_fixed(m, i, family);
            continue;
        }
        fits = m->n_replicas < HEAL_REPLICAS_MAX;
        if (fits) {
            const NodeInfo *info = &s->nodes[i].says->info;
            int64_t lag = m->h->of[i].lag_bytes;
            m->replicas[m->n_replicas++] = (HealMovable){
                .node = i,
                .host = host_number(s, i),
                .maxmemory = info->maxmemory > 0 ? info->maxmemory : INT64_MAX,
                .lag = lag >= 0 ? lag >> 20 : INT64_MAX,
                .id = &s->nodes[i].id,
            };
        }
    }
    plan_work_done(&w);
    qsort(m->replicas, m->n_replicas, sizeof(*m->replicas), compare_movables);
    return fits;
}

HealCounts heal_model_count(const HealModel *m, const uint8_t *at)
{
    HealCounts c = {.working = {0}};
    for (size_t i = 0; i < m->n_masters; i++) {
        c.working[i] = m->masters[i].working;
        c.off[i] = m->masters[i].off;
        c.same[i] = m->masters[i].same;
    }
    for (size_t i = 0; i < m->n_replicas; i++) {
        c.working[at[i]]++;
        c.off[at[i]] += is_other(m->replicas[i].host, m->masters[at[i]].host);
        c.same[at[i]] += is_same(m->replicas[i].host, m->masters[at[i]].host);
    }
    return c;
}

// By the plan's rules: an orphan takes whoever is to be had, everybody else somebody from another
// host whose donor stays as spread as it was.
bool heal_model_is_legal(const HealModel *m, const HealCounts *c, size_t replica, int from, int to)
{
    const HealMovable *r = &m->replicas[replica];
    const HealFamily *d = &m->masters[from];
    const HealFamily *t = &m->masters[to];
    if (from == to || !t->may_get || r->maxmemory < t->bytes ||
        c->working[from] - d->gives_less - 1 < m->h->floor) {
        return false;
    }
    if (c->working[to] == 0) {
        return true;
    }
    bool last_off = c->off[from] == 1 && is_other(r->host, d->host);
    return is_other(r->host, t->host) && !last_off;
}
