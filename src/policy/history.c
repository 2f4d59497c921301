#include "rehome/policy/history.h"

#include <string.h>

#include "rehome/base/mem.h"

typedef struct {
    NodeId node;
    uint8_t was[HISTORY_CELLS]; // a ring: cell c of time is at c % HISTORY_CELLS
} Track;

struct History {
    Track *at; // parallel to the nodes of the latest snapshot
    size_t n;
    int64_t cell; // the latest
};

History *history_new(void)
{
    return mem_alloc(sizeof(History));
}

void history_free(History *h)
{
    if (h != NULL) {
        mem_free(h->at);
        mem_free(h);
    }
}

static Was master_was(const Node *n, const NodeHealth *nh)
{
    switch (nh->master) {
    case STATE_FAILED:
        return WAS_FAILED;
    case STATE_ORPHANED:
        return WAS_ORPHANED;
    case STATE_AT_RISK:
        return nh->coming > 0 ? WAS_COMING : WAS_UNKNOWN;
    case STATE_PROTECTED:
    case STATE_EMPTY:
        break;
    }
    return node_has(n, NODE_PFAIL) ? WAS_UNKNOWN : WAS_WELL;
}

static Was replica_was(const Node *n, const NodeHealth *nh)
{
    switch (nh->replica) {
    case REPLICA_FAILED:
        return WAS_FAILED;
    case REPLICA_LINK_DOWN:
        return WAS_CUT_OFF;
    case REPLICA_UNVERIFIED:
        return WAS_UNKNOWN;
    case REPLICA_LINKING:
    case REPLICA_SYNCING:
    case REPLICA_LOADING:
        return WAS_COMING;
    case REPLICA_WORKING:
        break;
    }
    return node_has(n, NODE_PFAIL) ? WAS_UNKNOWN : WAS_WELL;
}

static bool is_parallel(const History *history, const Snapshot *s)
{
    bool same = history->n == s->n_nodes;
    for (size_t i = 0; same && i < s->n_nodes; i++) {
        same = node_id_eq(history->at[i].node, s->nodes[i].id);
    }
    return same;
}

static void make_parallel(History *history, const Snapshot *s)
{
    Track *at = mem_array(s->n_nodes, sizeof(*at));
    for (size_t i = 0; i < s->n_nodes; i++) {
        at[i].node = s->nodes[i].id;
    }
    for (size_t i = 0; i < history->n; i++) {
        int node = snapshot_find(s, history->at[i].node);
        if (node >= 0) {
            at[node] = history->at[i];
        }
    }
    mem_free(history->at);
    history->at = at;
    history->n = s->n_nodes;
}

// Cells that time has passed over hold what was half an hour ago.
static void turn_to(History *history, int64_t cell)
{
    int64_t passed = cell - history->cell;
    passed = passed > HISTORY_CELLS ? HISTORY_CELLS : passed;
    for (int64_t k = 0; k < passed; k++) {
        for (size_t i = 0; i < history->n; i++) {
            history->at[i].was[(cell - k) % HISTORY_CELLS] = WAS_NOT_SEEN;
        }
    }
    history->cell = cell;
}

void history_add(History *history, const Health *h)
{
    const Snapshot *s = h->snapshot;
    if (!is_parallel(history, s)) {
        make_parallel(history, s);
    }
    turn_to(history, s->now_ms / HISTORY_CELL_MS);
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeHealth *nh = &h->of[i];
        Was was = nh->is_master ? master_was(&s->nodes[i], nh) : replica_was(&s->nodes[i], nh);
        uint8_t *cell = &history->at[i].was[history->cell % HISTORY_CELLS];
        *cell = (uint8_t)was > *cell ? (uint8_t)was : *cell;
    }
}

void history_of(const History *history, NodeId node, Was out[HISTORY_CELLS])
{
    memset(out, 0, HISTORY_CELLS * sizeof(out[0]));
    for (size_t i = 0; i < history->n; i++) {
        for (int k = 0; node_id_eq(history->at[i].node, node) && k < HISTORY_CELLS; k++) {
            int64_t cell = history->cell - (HISTORY_CELLS - 1) + k;
            out[k] = cell >= 0 ? (Was)history->at[i].was[cell % HISTORY_CELLS] : WAS_NOT_SEEN;
        }
    }
}
