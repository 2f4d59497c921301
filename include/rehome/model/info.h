// INFO, CLUSTER INFO and CONFIG GET cluster-*: what one node says of itself.
// INFO field names: server.c genRedisInfoString (Redis 3.0 to 8, Valkey 7.2 to 9). Unknown fields
// are ignored, missing ones keep the "unknown" value noted at each field.
#ifndef REHOME_MODEL_INFO_H
#define REHOME_MODEL_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/arena.h"
#include "rehome/base/str.h"
#include "rehome/base/strbuf.h"

typedef enum {
    SLAVE_UNKNOWN, // a state word we do not know
    SLAVE_WAIT_BGSAVE,
    SLAVE_SEND_BULK, // also send_bulk_and_stream, bg_transfer
    SLAVE_ONLINE,    // for the master only: a diskless load may still be going on
} SlaveState;

// One slaveN line: a replica as its master sees it.
typedef struct {
    const char *ip; // announced or peer address; may differ from CLUSTER NODES behind NAT
    int port;
    SlaveState state;
    int64_t offset;
    int64_t lag_s; // seconds since the last REPLCONF ACK; meaningful when online; -1 unknown
} SlaveLine;

typedef struct {
    // server
    const char *version; // redis_version, or valkey_version; "" unknown
    bool is_valkey;
    const char *run_id;            // "" unknown
    const char *availability_zone; // Valkey; "" elsewhere
    int64_t uptime_s;              // -1 unknown
    int64_t process_id;            // -1 unknown
    bool cluster_enabled;
    // replication, both sides
    bool is_master;
    const char *master_replid; // "" before 4.0
    // replication, replica side
    const char *master_host; // "" on a master
    int master_port;
    bool link_up;
    bool sync_in_progress;
    int64_t link_down_s; // master_link_down_since_seconds; -1: since its start, which was said as
                         // an absurd number before 6.2
    int64_t last_io_s;   // -1: no link
    int64_t repl_offset; // slave_repl_offset; -1 unknown
    int64_t sync_total_bytes; // -1 unknown; 0 with diskless sync
    int64_t sync_read_bytes;  // -1 unknown
    int64_t sync_left_bytes;  // -1 unknown
    int replica_priority;     // -1 unknown
    // replication, master side
    int connected_slaves; // -1 unknown
    const SlaveLine *slaves;
    size_t n_slaves;
    int64_t master_repl_offset; // -1 unknown
    int64_t backlog_bytes;      // repl_backlog_histlen; -1 unknown
    // persistence
    bool loading;                // loading or async_loading
    int64_t loading_total_bytes; // -1 unknown
    int64_t loading_done_bytes;  // -1 unknown
    int64_t loading_eta_s;       // -1 unknown
    bool bgsave_in_progress;
    bool last_bgsave_ok; // true when not told
    // memory
    int64_t used_memory;         // -1 unknown
    int64_t maxmemory;           // 0: no limit; -1 unknown
    int64_t total_system_memory; // -1 unknown
    int64_t used_memory_rss;     // -1 unknown
    // stats, clients, keyspace
    int64_t ops_per_s;         // -1 unknown
    int64_t latest_fork_us;    // -1 unknown
    int64_t connected_clients; // -1 unknown
    int64_t keys;              // sum over all databases; 0 when no keyspace line
    int64_t input_kbps_milli;  // instantaneous_input_kbps in thousandths; -1 unknown
} NodeInfo;

// Never fails: whatever can be read is read. Strings are cleaned copies in the arena.
void info_parse(StrView text, Arena *arena, NodeInfo *out);

// A replica that has all data of its master: the link is up, nothing is being sent or loaded.
bool info_in_sync(const NodeInfo *info);

// What is worth keeping of INFO, of CLUSTER INFO, of the settings: each appends the lines that its
// parser looks at, and no others. The parser makes the same of them as of the whole reply, and of
// what was kept all is kept again.
void info_keep(StrView reply, StrBuf *out);
void cluster_info_keep(StrView reply, StrBuf *out);
void settings_keep(StrView reply, StrBuf *out);

typedef struct {
    bool known; // false: the reply held no cluster_state line
    bool state_ok;
    int slots_assigned;
    int slots_ok;
    int slots_pfail;
    int slots_fail;
    int known_nodes;
    int size; // masters with at least one slot
    uint64_t current_epoch;
    uint64_t my_epoch;
} ClusterInfo;

void cluster_info_parse(StrView text, ClusterInfo *out);

typedef enum { TRI_UNKNOWN, TRI_NO, TRI_YES } Tri;

typedef struct {
    int barrier;             // cluster-migration-barrier; -1 unknown
    Tri allow_migration;     // cluster-allow-replica-migration; unknown before 6.2.2, where it is
                             // always on
    Tri no_failover;         // cluster-replica-no-failover (cluster-slave-no-failover in 4.x)
    Tri require_coverage;    // cluster-require-full-coverage
    int64_t node_timeout_ms; // cluster-node-timeout; -1 unknown
    int validity_factor;     // cluster-replica-validity-factor (cluster-slave-... in 4.x); 0: data
                             // of any age may be elected; -1 unknown
} ServerSettings;

// text: one "name value" pair a line, as the poller writes down a CONFIG GET reply.
void settings_parse(StrView text, ServerSettings *out);

#endif
