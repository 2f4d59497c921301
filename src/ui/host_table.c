#include "host_table.h"

#include <stdlib.h>
#include <string.h>

#include "rehome/base/str.h"

typedef struct {
    const char *name;
    int node;
} Place;

static int compare_places(const void *a, const void *b)
{
    const Place *x = a;
    const Place *y = b;
    int order = str_compare(x->name, y->name);
    return order != 0 ? order : x->node - y->node;
}

static void count(HostRow *row, const Node *n)
{
    if (node_has(n, NODE_FAIL)) {
        row->failed++;
    } else if (node_is_owner(n)) {
        row->masters++;
    } else {
        row->replicas++;
    }
}

static void find_hosts(HostTable *t)
{
    const Snapshot *p = t->h->snapshot;
    Place *places = arena_array(t->arena, p->n_nodes, sizeof(*places));
    HostRow *hosts = arena_array(t->arena, p->n_nodes, sizeof(*hosts));
    int *of = arena_array(t->arena, p->n_nodes, sizeof(*of));
    for (size_t i = 0; i < p->n_nodes; i++) {
        places[i] = (Place){.name = host_of(&p->nodes[i]), .node = (int)i};
    }
    qsort(places, p->n_nodes, sizeof(*places), compare_places);
    for (size_t i = 0; i < p->n_nodes; i++) {
        if (t->n_hosts == 0 || strcmp(hosts[t->n_hosts - 1].name, places[i].name) != 0) {
            const Node *n = &p->nodes[places[i].node];
            hosts[t->n_hosts].brief = places[i].name == n->host ? n->brief_host : places[i].name;
            hosts[t->n_hosts++].name = places[i].name;
        }
        of[places[i].node] = t->n_hosts - 1;
        count(&hosts[t->n_hosts - 1], &p->nodes[places[i].node]);
    }
    t->hosts = hosts;
    t->host_of = of;
    int *by_loss = arena_array(t->arena, (size_t)t->n_hosts, sizeof(*by_loss));
    int n = 0;
    for (size_t i = 0; i < t->h->hosts.n; i++) {
        const HostLoss *loss = &t->h->hosts.at[i];
        int host = of[loss->members[0]];
        hosts[host].loss = loss;
        by_loss[n++] = host;
        t->unsafe += !host_loss_is_survived(loss);
    }
    for (int i = 0; i < t->n_hosts; i++) {
        if (hosts[i].loss == NULL) {
            by_loss[n++] = i;
        }
    }
    t->by_loss = by_loss;
}

static void find_shards(HostTable *t)
{
    const Snapshot *p = t->h->snapshot;
    ShardRow *shards = arena_array(t->arena, p->n_owners + 1, sizeof(*shards));
    bool *placed = arena_array(t->arena, p->n_nodes, sizeof(*placed));
    for (size_t i = 0; i < p->n_owners; i++) {
        int master = p->masters[i];
        const Node *m = &p->nodes[master];
        int *nodes = arena_array(t->arena, m->n_replicas + 1, sizeof(*nodes));
        nodes[0] = master;
        placed[master] = true;
        for (size_t k = 0; k < m->n_replicas; k++) {
            nodes[k + 1] = m->replicas[k];
            placed[m->replicas[k]] = true;
        }
        shards[t->n_shards++] = (ShardRow){master, nodes, m->n_replicas + 1};
    }
    int *rest = arena_array(t->arena, p->n_nodes, sizeof(*rest));
    size_t n = 0;
    for (size_t i = 0; i < p->n_nodes; i++) {
        if (!placed[i]) {
            rest[n++] = (int)i;
        }
    }
    if (n > 0) {
        shards[t->n_shards++] = (ShardRow){-1, rest, n};
    }
    t->shards = shards;
}

HostTable host_table(const Health *h)
{
    HostTable t = {.arena = arena_new(), .h = h};
    find_hosts(&t);
    find_shards(&t);
    return t;
}

void host_table_done(HostTable *t)
{
    arena_free(t->arena);
    *t = (HostTable){0};
}

int host_table_find(const HostTable *t, const char *name)
{
    for (int i = 0; i < t->n_hosts; i++) {
        if (strcmp(t->hosts[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}
