// What is asked of a picture once it is made.
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/model/snapshot.h"

int snapshot_find(const Snapshot *s, NodeId id)
{
    size_t low = 0;
    size_t high = s->n_nodes;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = node_id_cmp(id, s->nodes[s->by_id[mid]].id);
        if (order == 0) {
            return s->by_id[mid];
        }
        if (order < 0) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return -1;
}

bool snapshot_view_differs(const Snapshot *s, int node)
{
    const NodeSays *says = s->nodes[node].says;
    return says != NULL && says->has_view && says->view.belief != s->belief;
}

bool snapshot_is_news(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says != NULL && says->reach == REACH_OK) {
            return true;
        }
    }
    return false;
}

const char *snapshot_trouble(const RoundInput *in)
{
    // What a person can do something about comes first.
    static const Reach order[] = {REACH_DENIED,     REACH_NO_CLUSTER,  REACH_OK,
                                  REACH_WRONG_NODE, REACH_UNREACHABLE, REACH_LATE,
                                  REACH_CONNECTING};
    for (size_t r = 0; r < ARRAY_LEN(order); r++) {
        for (size_t i = 0; i < in->n; i++) {
            const Observation *o = &in->at[i];
            if (o->reach != order[r]) {
                continue;
            }
            if (o->why != NULL && o->why[0] != '\0') {
                return o->why;
            }
            if (o->loading) {
                return "the server is loading its dataset; it tells about the cluster when that is "
                       "done";
            }
            if (o->reach == REACH_OK) {
                return "the server answers, but its CLUSTER NODES does not read as it should";
            }
        }
    }
    return "";
}

size_t snapshot_failed(const Snapshot *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        n += node_has(&s->nodes[i], NODE_FAIL);
    }
    return n;
}

bool node_is_master(const Node *n)
{
    return (n->flags & NODE_MASTER) != 0;
}

bool node_is_owner(const Node *n)
{
    return node_is_master(n) && n->slot_count > 0;
}

bool node_has(const Node *n, NodeFlag flag)
{
    return (n->flags & (unsigned)flag) != 0;
}

const char *node_answers_at(const Node *n)
{
    bool answers = n->says != NULL && (n->says->reach == REACH_OK || n->says->reach == REACH_LATE);
    return answers ? n->says->dialled : "";
}

bool node_is_at(const Node *n, const char *host, int port)
{
    return n->port == port && host[0] != '\0' &&
           (strcmp(n->ip, host) == 0 || strcmp(n->hostname, host) == 0);
}

int snapshot_find_at(const Snapshot *s, const char *host, int port)
{
    int found = -1;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (node_is_at(&s->nodes[i], host, port)) {
            if (found >= 0) {
                return -1;
            }
            found = (int)i;
        }
    }
    return found;
}

bool node_is_detached(const Snapshot *s, const Node *n)
{
    return !node_is_master(n) && (n->master < 0 || !node_is_master(&s->nodes[n->master]));
}
