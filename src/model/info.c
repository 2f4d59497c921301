#include "rehome/model/info.h"

#include <string.h>

#include "fields.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum { IP_MAX = 255 };

// Up to 6.0 a link that was never up is shown as down since the Epoch.
static const int64_t ABSURD_S = INT64_C(10) * 365 * 86400;

// Sorted as fields_set() wants it. valkey_version comes behind redis_version in a reply.
#define AT(member) offsetof(NodeInfo, member)
static const Field info_fields[] = {
    {"role", FIELD_IS, AT(is_master), "master"},
    {"run_id", FIELD_TEXT, AT(run_id), NULL},
    {"loading", FIELD_OR, AT(loading), "1"},
    {"maxmemory", FIELD_I64, AT(maxmemory), NULL},
    {"process_id", FIELD_I64, AT(process_id), NULL},
    {"master_host", FIELD_TEXT, AT(master_host), NULL},
    {"master_port", FIELD_INT, AT(master_port), NULL},
    {"used_memory", FIELD_I64, AT(used_memory), NULL},
    {"async_loading", FIELD_OR, AT(loading), "1"},
    {"master_replid", FIELD_TEXT, AT(master_replid), NULL},
    {"redis_version", FIELD_TEXT, AT(version), NULL},
    {"slave_priority", FIELD_INT, AT(replica_priority), NULL},
    {"valkey_version", FIELD_TEXT, AT(version), NULL},
    {"cluster_enabled", FIELD_IS, AT(cluster_enabled), "1"},
    {"used_memory_rss", FIELD_I64, AT(used_memory_rss), NULL},
    {"connected_slaves", FIELD_INT, AT(connected_slaves), NULL},
    {"latest_fork_usec", FIELD_I64, AT(latest_fork_us), NULL},
    {"availability_zone", FIELD_TEXT, AT(availability_zone), NULL},
    {"connected_clients", FIELD_I64, AT(connected_clients), NULL},
    {"slave_repl_offset", FIELD_I64, AT(repl_offset), NULL},
    {"uptime_in_seconds", FIELD_I64, AT(uptime_s), NULL},
    {"master_link_status", FIELD_IS, AT(link_up), "up"},
    {"master_repl_offset", FIELD_I64, AT(master_repl_offset), NULL},
    {"loading_eta_seconds", FIELD_I64, AT(loading_eta_s), NULL},
    {"loading_total_bytes", FIELD_I64, AT(loading_total_bytes), NULL},
    {"total_system_memory", FIELD_I64, AT(total_system_memory), NULL},
    {"loading_loaded_bytes", FIELD_I64, AT(loading_done_bytes), NULL},
    {"repl_backlog_histlen", FIELD_I64, AT(backlog_bytes), NULL},
    {"master_sync_left_bytes", FIELD_I64, AT(sync_left_bytes), NULL},
    {"master_sync_read_bytes", FIELD_I64, AT(sync_read_bytes), NULL},
    {"rdb_bgsave_in_progress", FIELD_IS, AT(bgsave_in_progress), "1"},
    {"rdb_last_bgsave_status", FIELD_IS, AT(last_bgsave_ok), "ok"},
    {"master_sync_in_progress", FIELD_IS, AT(sync_in_progress), "1"},
    {"master_sync_total_bytes", FIELD_I64, AT(sync_total_bytes), NULL},
    {"instantaneous_input_kbps", FIELD_MILLI, AT(input_kbps_milli), NULL},
    {"instantaneous_ops_per_sec", FIELD_I64, AT(ops_per_s), NULL},
    {"master_last_io_seconds_ago", FIELD_I64, AT(last_io_s), NULL},
    {"master_link_down_since_seconds", FIELD_I64, AT(link_down_s), NULL},
};
#undef AT

static SlaveState slave_state(StrView word)
{
    static const struct {
        const char *word;
        SlaveState state;
    } states[] = {
        {"online", SLAVE_ONLINE},         {"wait_bgsave", SLAVE_WAIT_BGSAVE},
        {"send_bulk", SLAVE_SEND_BULK},   {"send_bulk_and_stream", SLAVE_SEND_BULK},
        {"bg_transfer", SLAVE_SEND_BULK},
    };
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (sv_is(word, states[i].word)) {
            return states[i].state;
        }
    }
    return SLAVE_UNKNOWN;
}

// "ip=127.0.0.1,port=7004,state=online,offset=42,lag=0", and whatever newer servers add.
static bool slave_line_parse(StrView text, Arena *arena, SlaveLine *out)
{
    SlaveLine line = {.ip = "", .offset = -1, .lag_s = -1};
    StrView key;
    StrView value;
    bool has_port = false;
    while (fields_pair(&text, &key, &value)) {
        uint64_t number;
        if (sv_is(key, "ip")) {
            line.ip = text_clean(arena, value, IP_MAX);
        } else if (sv_is(key, "port") && sv_to_u64(value, &number) && number <= UINT16_MAX) {
            line.port = (int)number;
            has_port = true;
        } else if (sv_is(key, "state")) {
            line.state = slave_state(value);
        } else if (sv_is(key, "offset")) {
            sv_to_i64(value, &line.offset);
        } else if (sv_is(key, "lag")) {
            sv_to_i64(value, &line.lag_s);
        }
    }
    if (has_port) {
        *out = line;
    }
    return has_port;
}

// Is name prefix and a number, as in "slave0" and "db0"?
static bool is_numbered(StrView name, const char *prefix)
{
    size_t n = strlen(prefix);
    uint64_t number;
    return sv_starts(name, prefix) && sv_to_u64(sv_of(name.at + n, name.n - n), &number);
}

// "keys=3,expires=0,avg_ttl=0"
static int64_t keyspace_keys(StrView text)
{
    StrView key;
    StrView value;
    int64_t keys = 0;
    while (fields_pair(&text, &key, &value)) {
        if (sv_is(key, "keys") && sv_to_i64(value, &keys) && keys > 0) {
            return keys;
        }
    }
    return 0;
}

static const NodeInfo nothing_known = {
    .version = "",
    .run_id = "",
    .availability_zone = "",
    .uptime_s = -1,
    .process_id = -1,
    .master_replid = "",
    .master_host = "",
    .link_down_s = -1,
    .last_io_s = -1,
    .repl_offset = -1,
    .sync_total_bytes = -1,
    .sync_read_bytes = -1,
    .sync_left_bytes = -1,
    .replica_priority = -1,
    .connected_slaves = -1,
    .master_repl_offset = -1,
    .backlog_bytes = -1,
    .loading_total_bytes = -1,
    .loading_done_bytes = -1,
    .loading_eta_s = -1,
    .last_bgsave_ok = true,
    .used_memory = -1,
    .maxmemory = -1,
    .total_system_memory = -1,
    .used_memory_rss = -1,
    .ops_per_s = -1,
    .latest_fork_us = -1,
    .connected_clients = -1,
    .input_kbps_milli = -1,
};

void info_parse(StrView text, Arena *arena, NodeInfo *out)
{
    *out = nothing_known;
    SlaveLine *slaves = NULL;
    size_t cap = 0;
    StrView name;
    StrView value;
    while (fields_next(&text, ':', &name, &value)) {
        fields_set(info_fields, ARRAY_LEN(info_fields), out, name, value, arena);
        if (is_numbered(name, "slave")) {
            slaves = mem_grow(slaves, &cap, out->n_slaves + 1, sizeof(*slaves));
            out->n_slaves += slave_line_parse(value, arena, &slaves[out->n_slaves]) ? 1 : 0;
        } else if (is_numbered(name, "db")) {
            int64_t keys = keyspace_keys(value);
            out->keys += keys <= INT64_MAX - out->keys ? keys : 0;
        } else if (sv_is(name, "valkey_version") ||
                   (sv_is(name, "server_name") && sv_is(value, "valkey"))) {
            out->is_valkey = true;
        }
    }
    if (slaves != NULL && out->n_slaves > 0) {
        SlaveLine *kept = arena_array(arena, out->n_slaves, sizeof(*kept));
        memcpy(kept, slaves, out->n_slaves * sizeof(*kept));
        out->slaves = kept;
    }
    mem_free(slaves);
    if (out->link_down_s > ABSURD_S) {
        out->link_down_s = -1;
    }
}
