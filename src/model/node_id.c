#include "rehome/model/node_id.h"

#include <string.h>

bool node_id_parse(StrView text, NodeId *out)
{
    if (text.n != NODE_ID_LEN) {
        return false;
    }
    // No branch for each digit: they are random, and the views of a large cluster have a million.
    unsigned wrong = 0;
    for (size_t i = 0; i < NODE_ID_LEN; i++) {
        unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
        unsigned letter = (unsigned)(unsigned char)text.at[i] - 'a';
        wrong |= (unsigned)(digit > 9) & (unsigned)(letter > 5);
    }
    if (wrong != 0) {
        return false;
    }
    memcpy(out->hex, text.at, NODE_ID_LEN);
    out->hex[NODE_ID_LEN] = '\0';
    return true;
}

bool node_id_eq(NodeId a, NodeId b)
{
    return node_id_cmp(a, b) == 0;
}

int node_id_cmp(NodeId a, NodeId b)
{
    return strcmp(a.hex, b.hex); // memcmp order: both are hex digits, and none sorts first
}

bool node_id_is_none(NodeId id)
{
    return id.hex[0] == '\0';
}
