#include "rehome/policy/host_loss.h"

#include <stdlib.h>
#include <string.h>

#include "word.h"

// Marks that need no clearing: a node is dead, or a master is counted, when its mark equals the
// number of the loss looked at.
typedef struct {
    const Snapshot *s;
    const Health *h;
    int *dead;
    int *counted;
    int loss;
    int owners_alive;
} Losses;

static Losses losses_of(const Snapshot *s, const Health *h)
{
    Losses l = {
        .s = s,
        .h = h,
        .dead = arena_array(s->arena, s->n_nodes, sizeof(int)),
        .counted = arena_array(s->arena, s->n_nodes, sizeof(int)),
    };
    for (size_t i = 0; i < s->n_nodes; i++) {
        l.owners_alive += node_is_owner(&s->nodes[i]) && !node_has(&s->nodes[i], NODE_FAIL);
    }
    return l;
}

// What the loss means for one shard.
static void count_shard(const Losses *l, int master, HostLoss *out)
{
    const Node *m = &l->s->nodes[master];
    bool was_alive = !node_has(m, NODE_FAIL);
    bool is_alive = was_alive && l->dead[master] != l->loss;
    int copies_before = was_alive;
    int copies_after = is_alive;
    for (size_t i = 0; i < m->n_replicas; i++) {
        int r = m->replicas[i];
        if (l->h->of[r].replica == REPLICA_WORKING) {
            copies_before++;
            copies_after += l->dead[r] != l->loss;
        }
    }
    if (copies_before > 0 && copies_after == 0) {
        out->slots_lost += m->slot_count;
        out->shards_lost++;
    } else if (is_alive && copies_before > 1 && copies_after == 1) {
        out->left_alone++;
    }
}

static HostLoss loss(Losses *l, const char *host, const int *nodes, size_t n)
{
    HostLoss out = {.host = host};
    l->loss++;
    for (size_t i = 0; i < n; i++) {
        const Node *node = &l->s->nodes[nodes[i]];
        if (l->dead[nodes[i]] == l->loss || node_has(node, NODE_FAIL)) {
            continue;
        }
        l->dead[nodes[i]] = l->loss;
        out.nodes++;
        out.masters += node_is_owner(node);
    }
    for (size_t i = 0; i < n; i++) {
        const Node *node = &l->s->nodes[nodes[i]];
        int master = node_is_master(node) ? nodes[i] : node->master;
        if (l->dead[nodes[i]] == l->loss && master >= 0 && l->counted[master] != l->loss &&
            node_is_owner(&l->s->nodes[master])) {
            l->counted[master] = l->loss;
            count_shard(l, master, &out);
        }
    }
    out.majority_kept = 2 * (size_t)(l->owners_alive - out.masters) > l->s->n_owners;
    return out;
}

HostLoss host_loss_of(const Snapshot *s, const Health *h, const int *nodes, size_t n)
{
    Losses l = losses_of(s, h);
    return loss(&l, "", nodes, n);
}

static int compare_losses(const void *a, const void *b)
{
    const HostLoss *x = a;
    const HostLoss *y = b;
    if (x->slots_lost != y->slots_lost) {
        return x->slots_lost > y->slots_lost ? -1 : 1;
    }
    if (x->majority_kept != y->majority_kept) {
        return x->majority_kept ? 1 : -1;
    }
    if (x->left_alone != y->left_alone) {
        return x->left_alone > y->left_alone ? -1 : 1;
    }
    return strcmp(x->host, y->host);
}

// Where a node is: its host, or its own address when the host is not known.
typedef struct {
    const char *host;
    int node;
} Place;

static int compare_places(const void *a, const void *b)
{
    const Place *x = a;
    const Place *y = b;
    int order = strcmp(x->host, y->host);
    return order != 0 ? order : x->node - y->node;
}

HostSafety host_safety(const Snapshot *s, const Health *h)
{
    Place *places = arena_array(s->arena, s->n_nodes, sizeof(*places));
    int *nodes = arena_array(s->arena, s->n_nodes, sizeof(*nodes));
    size_t n = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        if (!node_has(node, NODE_FAIL)) {
            places[n++] = (Place){
                .host = node->host[0] != '\0' ? node->host : node->addr,
                .node = (int)i,
            };
        }
    }
    qsort(places, n, sizeof(*places), compare_places);
    for (size_t i = 0; i < n; i++) {
        nodes[i] = places[i].node;
    }

    Losses l = losses_of(s, h);
    HostLoss *at = arena_array(s->arena, n, sizeof(*at));
    HostSafety out = {.safe = n > 0, .worst = "", .at = at};
    for (size_t first = 0, end; first < n; first = end) {
        end = first + 1;
        while (end < n && strcmp(places[end].host, places[first].host) == 0) {
            end++;
        }
        HostLoss *host = &at[out.n++];
        *host = loss(&l, places[first].host, nodes + first, end - first);
        out.safe = out.safe && host->slots_lost == 0 && host->majority_kept;
    }
    qsort(at, out.n, sizeof(*at), compare_losses);
    if (!out.safe && out.n > 0) {
        out.worst = at[0].host;
    }
    return out;
}
