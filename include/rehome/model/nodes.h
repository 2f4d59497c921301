// CLUSTER NODES: one node's view of the whole cluster.
// Line format: cluster.c clusterGenNodeDescription (Redis 3.0 to 7.x), cluster_legacy.c (7.4, 8,
// Valkey). Address forms differ by version: "ip:port" (3.x), "ip:port@cport" (4.0+),
// ",hostname" (7.0+), ",shard-id=..." (7.2-rc1). The ip may be a bare IPv6 address or a name.
#ifndef REHOME_MODEL_NODES_H
#define REHOME_MODEL_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/arena.h"
#include "rehome/base/error.h"
#include "rehome/base/str.h"
#include "rehome/model/node_id.h"
#include "rehome/model/slots.h"

typedef enum {
    NODE_MYSELF = 1 << 0,
    NODE_MASTER = 1 << 1,
    NODE_REPLICA = 1 << 2,
    NODE_PFAIL = 1 << 3, // "fail?": this reporter's own suspicion
    NODE_FAIL = 1 << 4,  // agreed by a majority of masters
    NODE_HANDSHAKE = 1 << 5,
    NODE_NOADDR = 1 << 6,
    NODE_NOFAILOVER = 1 << 7,
} NodeFlag;

typedef struct {
    NodeId id;
    NodeId master;        // none: a master, or a replica whose master is unknown ("slave -")
    bool link_connected;  // a link object exists; no proof of life
    int port;             // 0 when unknown
    const char *ip;       // as announced, cleaned; "" when unknown
    const char *hostname; // "" unless announced
    int64_t ping_ms;      // Unix time of an unanswered ping, by the reporter's clock; 0: none
    int64_t pong_ms;      // Unix time of the last pong, by the reporter's clock; 0: never
    uint64_t config_epoch;
    SlotRanges slots;
    unsigned flags; // NodeFlag; unknown words are ignored
    int open_slots; // [slot->-id] and [slot-<-id] markers (on the reporter's own line only)
    int importing;  // of these, [slot-<-id]
} NodeLine;

typedef struct {
    NodeLine *at; // in the order of the reply
    size_t n;
    ptrdiff_t myself;   // index, or -1 when the reply has no (or two) "myself" lines
    size_t bad_lines;   // lines that could not be read, or were too many, and were left out
    uint64_t signature; // equal when two reporters agree on who owns which slots
    uint64_t belief;    // equal when they agree on everything: who there is and where, of which
                        // role, whose replica, how it is, with which slots and config epoch
} NodesView;

// No cluster has more: what a reply lists beyond them is damaged, or meant to hurt.
enum { CLUSTER_NODES_MAX = 20000 };

// Parse one reply. text need not end in NUL and is copied where needed; out is set on success.
// Lines that make no sense, and those behind CLUSTER_NODES_MAX good ones, are counted and left out;
// the reply fails only when no line is good.
bool nodes_parse(StrView text, Arena *arena, NodesView *out, Error *err);

const NodeLine *nodes_find(const NodesView *view, NodeId id); // NULL when not listed

#endif
