// The 40 hex digits by which a cluster knows a node: the only name that is safe to keep across
// rounds (addresses are reused, indices belong to one snapshot).
#ifndef REHOME_MODEL_NODE_ID_H
#define REHOME_MODEL_NODE_ID_H

#include <stdbool.h>

#include "rehome/base/str.h"

enum { NODE_ID_LEN = 40 };

typedef struct {
    char hex[NODE_ID_LEN + 1]; // lower case, NUL-terminated; "" means none
} NodeId;

bool node_id_parse(StrView text, NodeId *out); // exactly 40 of [0-9a-f]; out only on success
bool node_id_eq(NodeId a, NodeId b);
int node_id_cmp(NodeId a, NodeId b); // memcmp order, as the server's own migration compares
bool node_id_is_none(NodeId id);

#endif
