// One immutable picture of the cluster, built from the observations of one round. Views, policy,
// reports and tests all read this and nothing else. Everything lives in the snapshot's own arena.
#ifndef REHOME_MODEL_SNAPSHOT_H
#define REHOME_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/arena.h"
#include "rehome/base/error.h"
#include "rehome/model/aliases.h"
#include "rehome/model/info.h"
#include "rehome/model/labels.h"
#include "rehome/model/node_id.h"
#include "rehome/model/nodes.h"
#include "rehome/model/observation.h"
#include "rehome/model/slots.h"

// What a node says of itself, parsed. Times as in Observation.
typedef struct {
    Reach reach;
    const char *why;
    const char *dialled;
    bool has_info;
    int64_t info_ms;
    NodeInfo info;
    bool has_view;
    int64_t view_ms;
    bool view_spared; // it was not asked for its view in this round: others were
    NodesView view;
    bool has_cluster;
    int64_t cluster_ms;
    ClusterInfo cluster;
    bool has_settings;
    unsigned forbidden; // ASK_.., as in Observation
    unsigned refused;
    int64_t settings_ms;
    ServerSettings settings;
    int64_t identity_ms;
    bool loading;
    int64_t rtt_us;
    int64_t certificate_ms; // Unix time
} NodeSays;

// One node, merged from every view we have of it.
typedef struct {
    NodeId id;
    const char *ip;       // "" unknown
    const char *hostname; // "" unless announced
    int port;             // 0 unknown
    const char *addr; // "127.0.99.170:7001", "[fd00::1]:7001"; the id's first 8 digits when unknown
    const char *brief; // addr; of long names without what is the same in all of them, and without
                       // the port where all have one: "redis-0003", "..0003"
    const char *alias; // the operator's name for it; "" none
    const char *host;  // host label: by the labels, else the ip, else the hostname, else ""
    const char *brief_host; // in the same way
    unsigned
        flags;  // NODE_MASTER or NODE_REPLICA, FAIL, PFAIL, HANDSHAKE, NOADDR, NOFAILOVER:
                // FAIL when the majority of the answering slot owners say so, PFAIL when any does
    int master; // index into Snapshot.nodes; -1: a master, or a replica of nobody we know
    NodeId master_id; // as told, also when master is -1
    uint64_t config_epoch;
    SlotRanges slots; // empty on replicas
    int slot_count;
    int open_slots;
    int importing;       // of these; the others are migrating
    const int *replicas; // indices, sorted by address; empty on replicas of replicas' masters too
    size_t n_replicas;
    int fail_views;       // slot-owning masters whose own view calls it fail
    int pfail_views;      // ... or fail?
    int blind_views;      // ... or has lost its address, and cannot tell any more how it is
    int views;            // slot-owning masters whose own view we have, itself not counted
    int unlisted_views;   // of these, who do not know it at all
    int64_t silent_ms;    // failed: since any of these last heard of it, by its own clock; -1: a
                          // node that has not failed, or nobody has ever heard of it
    const NodeSays *says; // NULL when we have never asked it anything
} Node;

typedef struct Snapshot {
    Arena *arena;
    uint64_t round;
    int64_t asked_ms;      // monotonic, when the round began: its answers are not older
    int64_t now_ms;        // when it ended
    int64_t wall_ms;       // Unix time of the same moment
    const char *name;      // how the cluster is called on screen: the first seed that worked
    const char *user;      // whom the servers take us for, clean; "" not known
    const char *redis_cli; // what redis-cli needs to reach it, " --tls .."; "" nothing
    Node *nodes; // sorted: masters in slot order, then slotless masters, then replicas by address
    size_t n_nodes;
    const int *by_id;   // indices of all nodes, in the order of their IDs
    const int *masters; // indices of all masters, slot owners first, in slot order
    size_t n_masters;
    int host_octets;       // so many at the end tell hosts with IPv4 addresses apart: 1 to 4
    size_t n_owners;       // masters with at least one slot
    size_t n_owners_asked; // of these, how many answered with their own view in this round
    size_t n_replicas;
    int slots_covered; // slots with an owner
    int slots_fail;    // of these, whose owner is FAIL
    bool state_known;
    bool state_ok;          // cluster_state as the majority of the answering slot owners tell it
    uint64_t current_epoch; // highest told
    bool epochs_agree;      // every answering slot owner tells the same
    bool views_agree;       // every view we have has the same slots signature
    const char *dissenter;  // addr of a node whose view differs from the majority; "" when none
    NodeId dissenter_id;    // none: there is none, or its ID is not known
    const char *dissenters; // all of them: "a", "a, b", "a, b, c and 4 more"; "" when none
    size_t n_dissenters;
    size_t n_views;             // that we have: of this round, or where there are none, the newest
    size_t n_views_differ;      // of these, whose belief is another one than that of most
    uint64_t belief;            // of most
    size_t n_handshake;         // in any view of a slot owner
    const char *handshake_addr; // whom one of these is with: "10.0.0.7:6379"; "" unknown
    size_t n_orphan_lines;      // "slave -" lines, but of failed ones, in any view of a slot owner
    size_t n_bad_lines;
    int open_slots;
    Tri server_migration;    // yes when any asked node allows it; no when all asked nodes forbid it
    bool migration_mixed;    // asked nodes differ
    int barrier_min;         // lowest told, -1 unknown
    int barrier;             // highest told, -1 unknown
    int64_t node_timeout_ms; // highest told, -1 unknown
} Snapshot;

typedef struct {
    const Observation *at;
    size_t n;
    const char *name;
    const char *user;       // whom the servers take us for; NULL: not known
    const char *redis_cli;  // as in Snapshot; NULL: nothing
    const Labels *labels;   // NULL: none
    const Aliases *aliases; // NULL: none
    uint64_t round;
    int64_t started_ms; // answers older than this are not of this round
    int64_t now_ms;
    int64_t wall_ms;
} RoundInput;

// Never fails: with no usable view the snapshot has no nodes, and snapshot_trouble() says why.
Snapshot *snapshot_build(const RoundInput *in);
void snapshot_free(Snapshot *s); // NULL is fine

int snapshot_find(const Snapshot *s, NodeId id); // index, or -1

// A node by what a person types: its alias, unique prefix of its ID (>= 4 digits), host:port,
// unique :port or port. -1 and err (none, or several with their names) otherwise.
int snapshot_name(const Snapshot *s, const char *text, Error *err);

// Its own view is not what most believe, in whatever it may be. False too when we have none of it.
bool snapshot_view_differs(const Snapshot *s, int node);

// Did anybody answer in this round? If not, it shows what was known before, and is no news.
bool snapshot_is_news(const Snapshot *s);

// When the snapshot has no nodes: the most helpful of the observations' troubles, for a person.
// "" when there is none.
const char *snapshot_trouble(const RoundInput *in);

size_t snapshot_failed(const Snapshot *s); // nodes that the cluster calls failed

bool node_is_master(const Node *n);
bool node_is_owner(const Node *n); // a master with slots
bool node_has(const Node *n, NodeFlag flag);

// A replica that no master lists: of nobody we know ("slave -"), or of another replica.
bool node_is_detached(const Snapshot *s, const Node *n);

// Where the node itself answers us, which is not always where it says it is (NAT, a name, a
// tunnel): "127.0.0.1:7001"; "" when it does not answer.
const char *node_answers_at(const Node *n);

// An IPv4 address, as hosts mostly are called.
bool is_ipv4(const char *text);

// Is this the address, by ip or hostname, of the node, as INFO writes addresses?
bool node_is_at(const Node *n, const char *host, int port);

// Index of the only node at this address; -1: none, or several (an address may be reused).
int snapshot_find_at(const Snapshot *s, const char *host, int port);

#endif
