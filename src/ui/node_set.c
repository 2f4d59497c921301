#include "node_set.h"

#include <string.h>

#include "rehome/base/mem.h"

// Where it is, or would be.
static size_t place_of(const NodeSet *set, NodeId id, bool *found)
{
    size_t from = 0;
    size_t to = set->n;
    *found = false;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = node_id_cmp(set->at[middle], id);
        if (order == 0) {
            *found = true;
            return middle;
        }
        from = order < 0 ? middle + 1 : from;
        to = order < 0 ? to : middle;
    }
    return from;
}

void node_set_done(NodeSet *set)
{
    mem_free(set->at);
    *set = (NodeSet){0};
}

bool node_set_has(const NodeSet *set, NodeId id)
{
    bool found;
    place_of(set, id, &found);
    return found;
}

void node_set_put(NodeSet *set, NodeId id)
{
    bool found;
    size_t at = place_of(set, id, &found);
    if (found) {
        return;
    }
    set->at = mem_grow(set->at, &set->cap, set->n + 1, sizeof(*set->at));
    memmove(&set->at[at + 1], &set->at[at], (set->n - at) * sizeof(*set->at));
    set->at[at] = id;
    set->n++;
}

void node_set_drop(NodeSet *set, NodeId id)
{
    bool found;
    size_t at = place_of(set, id, &found);
    if (found) {
        set->n--;
        memmove(&set->at[at], &set->at[at + 1], (set->n - at) * sizeof(*set->at));
    }
}

void node_set_clear(NodeSet *set)
{
    set->n = 0;
}
