#include "condition.h"

#include <string.h>

#include "plan_work.h"
#include "word.h"

const HostLoss *condition_majority_host(const HostSafety *hosts)
{
    for (size_t i = 0; i < hosts->n && hosts->n > 1; i++) {
        if (!hosts->at[i].majority_kept && hosts->at[i].masters > 0) {
            return &hosts->at[i];
        }
    }
    return NULL;
}

static bool versions_differ(const Snapshot *s)
{
    const char *first = NULL;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says == NULL || !says->has_info || says->info.version[0] == '\0') {
            continue;
        }
        first = first == NULL ? says->info.version : first;
        if (strcmp(first, says->info.version) != 0) {
            return true;
        }
    }
    return false;
}

static void note_cluster(Health *h, const Health *before)
{
    const Snapshot *s = h->snapshot;
    const bool holds[CLUSTER_CONDITION_COUNT] = {
        [CLUSTER_SLOTS_UNCOVERED] = s->n_nodes > 0 && s->slots_covered < SLOT_COUNT,
        [CLUSTER_STATE_FAIL] = s->state_known && !s->state_ok,
        [CLUSTER_VIEWS_DISAGREE] = s->n_nodes > 0 && !s->views_agree,
        [CLUSTER_OPEN_SLOTS] = s->open_slots > 0,
        [CLUSTER_HOST_UNSAFE] = s->n_nodes > 0 && !h->hosts.safe,
        [CLUSTER_HOST_MAJORITY] = condition_majority_host(&h->hosts) != NULL,
        [CLUSTER_MIGRATION_MIXED] = s->migration_mixed || s->barrier_min != s->barrier,
        [CLUSTER_HANDSHAKE] = s->n_handshake > 0,
        [CLUSTER_VERSIONS_MIXED] = versions_differ(s),
    };
    for (int i = 0; i < CLUSTER_CONDITION_COUNT; i++) {
        if (holds[i]) {
            bool held = before != NULL && before->since_ms[i] != 0;
            h->since_ms[i] = held ? before->since_ms[i] : s->now_ms;
        }
    }
}

// While a move of ours is under way the replica is fenced by us.
static bool is_forbidden(const Health *h, const Node *n)
{
    return !node_is_master(n) && node_has(n, NODE_NOFAILOVER) &&
           !node_id_eq(n->id, h->options.moving.replica);
}

static void note_node(Health *h, const Health *before, int i)
{
    const Snapshot *s = h->snapshot;
    const Node *n = &s->nodes[i];
    const bool failed = node_has(n, NODE_FAIL);
    const bool holds[NODE_CONDITION_COUNT] = {
        [NODE_IS_DETACHED] = !failed && node_is_detached(s, n),
        [NODE_IS_GHOST] = node_has(n, NODE_NOADDR) || n->unlisted_views > 0,
        [NODE_IS_NO_FAILOVER] = !failed && is_forbidden(h, n),
        [NODE_IS_CLOSED] = !failed && n->says != NULL &&
                           ((n->says->forbidden | n->says->refused) & ~(unsigned)ASK_SETTINGS) != 0,
        [NODE_IS_TOO_SMALL] = !failed && n->master >= 0 && !plan_fits(s, i, n->master),
    };
    int was = -2; // looked up when first needed, which is seldom
    for (int k = 0; k < NODE_CONDITION_COUNT; k++) {
        if (holds[k]) {
            was = was == -2 && before != NULL ? word_twin(s, before->snapshot, i) : was;
            bool held = was >= 0 && before->of[was].condition_ms[k] != 0;
            h->of[i].condition_ms[k] = held ? before->of[was].condition_ms[k] : s->now_ms;
        }
    }
}

void conditions_note(Health *h, const Health *before)
{
    note_cluster(h, before);
    for (size_t i = 0; i < h->snapshot->n_nodes; i++) {
        note_node(h, before, (int)i);
    }
}
