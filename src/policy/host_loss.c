#include "rehome/policy/host_loss.h"
#include "rehome/base/text.h"

#include <stdarg.h>
#include <stdio.h>
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

static Losses losses_of(const Snapshot *s, const Health *h, Arena *arena)
{
    Losses l = {
        .s = s,
        .h = h,
        .dead = arena_array(arena, s->n_nodes, sizeof(int)),
        .counted = arena_array(arena, s->n_nodes, sizeof(int)),
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
    int heirs = 0;
    for (size_t i = 0; i < m->n_replicas; i++) {
        int r = m->replicas[i];
        if (l->h->of[r].replica == REPLICA_WORKING) {
            bool stays = l->dead[r] != l->loss;
            copies_before++;
            copies_after += stays;
            heirs += stays && word_can_stand_in(l->h, r);
        }
    }
    if (copies_before > 0 && copies_after == 0) {
        out->slots_lost += m->slot_count;
        out->shards_lost++;
    } else if (was_alive && !is_alive && heirs == 0) {
        out->slots_stuck += m->slot_count;
    } else if (was_alive && !is_alive) {
        out->failovers++;
        out->promoted_alone += copies_after == 1;
    } else if (is_alive && copies_before > 1 && copies_after == 1) {
        out->left_alone++;
    }
}

static HostLoss loss(Losses *l, const char *host, const int *nodes, size_t n)
{
    HostLoss out = {.host = host, .members = nodes, .n_members = n};
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
    Losses l = losses_of(s, h, s->arena);
    return loss(&l, "", nodes, n);
}

bool host_loss_is_survived(const HostLoss *loss)
{
    return loss->slots_lost == 0 && loss->slots_stuck == 0 && loss->majority_kept;
}

static int alone_after(const HostLoss *loss)
{
    return loss->left_alone + loss->promoted_alone;
}

static void add(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    if (used > 0 && used + 2 < size) {
        memcpy(out + used, ", ", sizeof(", "));
        used += 2;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

char *host_loss_text(const HostLoss *loss, char *out, size_t size)
{
    int alone = alone_after(loss);
    out[0] = '\0';
    if (host_loss_is_survived(loss)) {
        add(out, size, "safe");
    }
    if (loss->slots_lost > 0) {
        add(out, size, "%d slot%s LOST", loss->slots_lost, plural(loss->slots_lost));
    }
    if (!loss->majority_kept) {
        add(out, size, "MAJORITY GONE");
    } else if (loss->slots_stuck > 0) {
        add(out, size, "%d slot%s STUCK", loss->slots_stuck, plural(loss->slots_stuck));
    }
    if (loss->majority_kept && loss->failovers > 0) {
        add(out, size, "%d failover%s", loss->failovers, plural(loss->failovers));
    }
    if (alone > 0) {
        add(out, size, "%d left alone", alone);
    }
    return out;
}

const HostLoss *host_loss_find(const HostSafety *safety, const char *host)
{
    for (size_t i = 0; i < safety->n; i++) {
        if (strcmp(safety->at[i].host, host) == 0) {
            return &safety->at[i];
        }
    }
    return NULL;
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
    if (x->slots_stuck != y->slots_stuck) {
        return x->slots_stuck > y->slots_stuck ? -1 : 1;
    }
    if (alone_after(x) != alone_after(y)) {
        return alone_after(x) > alone_after(y) ? -1 : 1;
    }
    return strcmp(x->host, y->host);
}

const char *host_of(const Node *node)
{
    return node->host[0] != '\0' ? node->host : node->addr;
}

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
                .host = host_of(node),
                .node = (int)i,
            };
        }
    }
    qsort(places, n, sizeof(*places), compare_places);
    for (size_t i = 0; i < n; i++) {
        nodes[i] = places[i].node;
    }

    Losses l = losses_of(s, h, s->arena);
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

static int compare_pairs(const void *a, const void *b)
{
    const HostPair *x = a;
    const HostPair *y = b;
    if (x->slots_lost != y->slots_lost) {
        return x->slots_lost > y->slots_lost ? -1 : 1;
    }
    if (x->majority_lost != y->majority_lost) {
        return x->majority_lost ? -1 : 1;
    }
    int order = strcmp(x->a->host, y->a->host);
    return order != 0 ? order : strcmp(x->b->host, y->b->host);
}

HostPairs host_pairs(const Health *h, Arena *arena)
{
    const HostSafety *hosts = &h->hosts;
    size_t n = hosts->n;
    if (n < 2 || n > HOST_PAIRS_MAX) {
        return (HostPairs){.too_many = n > HOST_PAIRS_MAX};
    }
    Losses l = losses_of(h->snapshot, h, arena);
    HostPair *at = arena_array(arena, n * (n - 1) / 2, sizeof(*at));
    int *both = arena_array(arena, h->snapshot->n_nodes, sizeof(*both));
    HostPairs out = {.at = at};
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            const HostLoss *a = &hosts->at[i];
            const HostLoss *b = &hosts->at[k];
            memcpy(both, a->members, a->n_members * sizeof(*both));
            memcpy(both + a->n_members, b->members, b->n_members * sizeof(*both));
            HostLoss loss_of_both = loss(&l, "", both, a->n_members + b->n_members);
            bool first = strcmp(a->host, b->host) < 0;
            HostPair pair = {
                .a = first ? a : b,
                .b = first ? b : a,
                .slots_lost = loss_of_both.slots_lost - a->slots_lost - b->slots_lost,
                .majority_lost =
                    !loss_of_both.majority_kept && a->majority_kept && b->majority_kept,
            };
            if (pair.slots_lost > 0 || pair.majority_lost) {
                at[out.n++] = pair;
            }
        }
    }
    qsort(at, out.n, sizeof(*at), compare_pairs);
    return out;
}
