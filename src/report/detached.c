#include "detached.h"

bool replica_is_detached(const Snapshot *s, const Node *n)
{
    return !node_is_master(n) && (n->master < 0 || !node_is_master(&s->nodes[n->master]));
}
