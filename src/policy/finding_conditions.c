// What is wrong with single nodes whatever state they are in.
#include "finding_work.h"
#include "rehome/base/text.h"

static void find_detached(Search *f, int i, int64_t since)
{
    const Node *n = &f->s->nodes[i];
    if (n->master < 0) {
        finding_add(f, FINDING_DETACHED, LEVEL_WARNING, i, since,
                    arena_printf(f->arena, "replica %s follows nobody that is known", n->addr),
                    arena_printf(f->arena,
                                 "it may be young; if not, give it a master: redis-cli %s CLUSTER "
                                 "REPLICATE MASTER-ID",
                                 plan_dial(f->s, i)));
        return;
    }
    const Node *middle = &f->s->nodes[n->master];
    const char *master = middle->master >= 0 ? f->s->nodes[middle->master].id.hex : "MASTER-ID";
    finding_add(f, FINDING_DETACHED, LEVEL_WARNING, i, since,
                arena_printf(f->arena,
                             "replica %s is chained: it follows %s, which is a replica too",
                             n->addr, middle->addr),
                arena_printf(f->arena,
                             "servers mend it when they notice; if not: redis-cli %s CLUSTER "
                             "REPLICATE %s",
                             plan_dial(f->s, i), master));
}

// Nobody is told to forget a node that works: its slots, and its replicas' master, would be gone.
static bool is_alive(const Node *n)
{
    return n->says != NULL && n->says->reach == REACH_OK && !node_has(n, NODE_FAIL);
}

// A slot owner that does not list the node.
static int who_misses(const Snapshot *s, const Node *n)
{
    size_t i = 0;
    for (; i + 1 < s->n_masters; i++) {
        const Node *m = &s->nodes[s->masters[i]];
        if (node_is_owner(m) && m->says != NULL && m->says->has_view &&
            nodes_find(&m->says->view, n->id) == NULL) {
            break;
        }
    }
    return s->masters[i];
}

static void find_ghost(Search *f, int i, int64_t since)
{
    const Node *n = &f->s->nodes[i];
    if (node_has(n, NODE_NOADDR)) {
        finding_add(f, FINDING_GHOST, LEVEL_WARNING, i, since,
                    arena_printf(f->arena,
                                 "node %s has no address any more: it is gone, or got another ID",
                                 n->addr),
                    arena_printf(f->arena, "forget it: %s", forget_command(f, n)));
        return;
    }
    const char *remedy =
        is_alive(n)
            ? arena_printf(f->arena,
                           "it passes where a node is just joining, and a minute after it was "
                           "forgotten; if not, introduce it: redis-cli %s CLUSTER MEET %s %d",
                           plan_dial(f->s, who_misses(f->s, n)), n->ip, n->port)
            : arena_printf(f->arena,
                           "it passes where a node is just joining; if not, forget it "
                           "everywhere within a minute: %s",
                           forget_command(f, n));
    finding_add(f, FINDING_GHOST, LEVEL_WARNING, i, since,
                arena_printf(f->arena, "%d of %d other masters do not know %s", n->unlisted_views,
                             n->views, n->addr),
                remedy);
}

static void find_no_failover(Search *f, int i, int64_t since)
{
    const Node *n = &f->s->nodes[i];
    finding_add(
        f, FINDING_NO_FAILOVER, LEVEL_WARNING, i, since,
        arena_printf(f->arena, "replica %s may not take over: cluster-replica-no-failover",
                     n->addr),
        arena_printf(f->arena,
                     "unless it is meant, or a move of it is under way elsewhere: redis-cli "
                     "%s CONFIG SET cluster-replica-no-failover no",
                     plan_dial(f->s, i)));
}

static void find_too_small(Search *f, int i, int64_t since)
{
    const Node *n = &f->s->nodes[i];
    const Node *m = &f->s->nodes[n->master];
    char room[32];
    char need[32];
    int64_t limit = m->says->info.maxmemory > 0 ? m->says->info.maxmemory : 0;
    finding_add(f, FINDING_REPLICA_TOO_SMALL, LEVEL_WARNING, i, since,
                arena_printf(f->arena, "replica %s has a maxmemory of %s, its master %s uses %s",
                             n->addr, format_bytes(room, sizeof(room), n->says->info.maxmemory),
                             m->addr, format_bytes(need, sizeof(need), m->says->info.used_memory)),
                arena_printf(f->arena,
                             "set it as its master has it: redis-cli %s CONFIG SET maxmemory %lld",
                             plan_dial(f->s, i), (long long)limit));
}

void find_conditions(Search *f)
{
    static void (*const find[NODE_CONDITION_COUNT])(Search * f, int i, int64_t since) = {
        [NODE_IS_DETACHED] = find_detached,
        [NODE_IS_GHOST] = find_ghost,
        [NODE_IS_NO_FAILOVER] = find_no_failover,
        [NODE_IS_TOO_SMALL] = find_too_small,
    };
    for (size_t i = 0; i < f->s->n_nodes; i++) {
        for (int k = 0; k < NODE_CONDITION_COUNT; k++) {
            int64_t since = f->h->of[i].condition_ms[k];
            if (since != 0 && find[k] != NULL) { // else find_access() tells it
                find[k](f, (int)i, since);
            }
        }
    }
}
