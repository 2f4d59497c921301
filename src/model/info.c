#include "rehome/model/info.h"

#include <string.h>

#include "fields.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum { IP_MAX = 255 };

// Up to 6.0 a link that was never up is shown as down since the Epoch.
static const int64_t ABSURD_S = INT64_C(10) * 365 * 86400;

// Valkey tells a redis_version too: the version it is compatible with.
typedef struct {
    NodeInfo info;
    const char *valkey_version; // NULL: not told
} Reading;

// Sorted as fields_set() wants it.
#define AT(member) offsetof(Reading, info.member)
static const Field info_fields[] = {
    {FIELD_NAME("role"), FIELD_IS, AT(is_master), "master"},
    {FIELD_NAME("run_id"), FIELD_TEXT, AT(run_id), NULL},
    {FIELD_NAME("loading"), FIELD_OR, AT(loading), "1"},
    {FIELD_NAME("maxmemory"), FIELD_I64, AT(maxmemory), NULL},
    {FIELD_NAME("process_id"), FIELD_I64, AT(process_id), NULL},
    {FIELD_NAME("master_host"), FIELD_TEXT, AT(master_host), NULL},
    {FIELD_NAME("master_port"), FIELD_INT, AT(master_port), NULL},
    {FIELD_NAME("server_name"), FIELD_IS, AT(is_valkey), "valkey"},
    {FIELD_NAME("used_memory"), FIELD_I64, AT(used_memory), NULL},
    {FIELD_NAME("async_loading"), FIELD_OR, AT(loading), "1"},
    {FIELD_NAME("master_replid"), FIELD_TEXT, AT(master_replid), NULL},
    {FIELD_NAME("redis_version"), FIELD_TEXT, AT(version), NULL},
    {FIELD_NAME("slave_priority"), FIELD_INT, AT(replica_priority), NULL},
    {FIELD_NAME("valkey_version"), FIELD_TEXT, offsetof(Reading, valkey_version), NULL},
    {FIELD_NAME("cluster_enabled"), FIELD_IS, AT(cluster_enabled), "1"},
    {FIELD_NAME("used_memory_rss"), FIELD_I64, AT(used_memory_rss), NULL},
    {FIELD_NAME("connected_slaves"), FIELD_INT, AT(connected_slaves), NULL},
    {FIELD_NAME("latest_fork_usec"), FIELD_I64, AT(latest_fork_us), NULL},
    {FIELD_NAME("availability_zone"), FIELD_TEXT, AT(availability_zone), NULL},
    {FIELD_NAME("connected_clients"), FIELD_I64, AT(connected_clients), NULL},
    {FIELD_NAME("slave_repl_offset"), FIELD_I64, AT(repl_offset), NULL},
    {FIELD_NAME("uptime_in_seconds"), FIELD_I64, AT(uptime_s), NULL},
    {FIELD_NAME("master_link_status"), FIELD_IS, AT(link_up), "up"},
    {FIELD_NAME("master_repl_offset"), FIELD_I64, AT(master_repl_offset), NULL},
    {FIELD_NAME("loading_eta_seconds"), FIELD_I64, AT(loading_eta_s), NULL},
    {FIELD_NAME("loading_total_bytes"), FIELD_I64, AT(loading_total_bytes), NULL},
    {FIELD_NAME("total_system_memory"), FIELD_I64, AT(total_system_memory), NULL},
    {FIELD_NAME("loading_loaded_bytes"), FIELD_I64, AT(loading_done_bytes), NULL},
    {FIELD_NAME("repl_backlog_histlen"), FIELD_I64, AT(backlog_bytes), NULL},
    {FIELD_NAME("master_sync_left_bytes"), FIELD_I64, AT(sync_left_bytes), NULL},
    {FIELD_NAME("master_sync_read_bytes"), FIELD_I64, AT(sync_read_bytes), NULL},
    {FIELD_NAME("rdb_bgsave_in_progress"), FIELD_IS, AT(bgsave_in_progress), "1"},
    {FIELD_NAME("rdb_last_bgsave_status"), FIELD_IS, AT(last_bgsave_ok), "ok"},
    {FIELD_NAME("master_sync_in_progress"), FIELD_IS, AT(sync_in_progress), "1"},
    {FIELD_NAME("master_sync_total_bytes"), FIELD_I64, AT(sync_total_bytes), NULL},
    {FIELD_NAME("instantaneous_input_kbps"), FIELD_MILLI, AT(input_kbps_milli), NULL},
    {FIELD_NAME("instantaneous_ops_per_sec"), FIELD_I64, AT(ops_per_s), NULL},
    {FIELD_NAME("master_last_io_seconds_ago"), FIELD_I64, AT(last_io_s), NULL},
    {FIELD_NAME("master_link_down_since_seconds"), FIELD_I64, AT(link_down_s), NULL},
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

// Is name prefix and a number, as in "slave0" and "db0"? Of most names the last byte tells.
static bool is_numbered(StrView name, const char *prefix)
{
    if (name.n == 0 || name.at[name.n - 1] < '0' || name.at[name.n - 1] > '9') {
        return false;
    }
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

static bool is_read(StrView name)
{
    return fields_know(info_fields, ARRAY_LEN(info_fields), name) || is_numbered(name, "slave") ||
           is_numbered(name, "db");
}

void info_keep(StrView reply, StrBuf *out)
{
    fields_keep(reply, ':', is_read, out);
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
    Reading reading = {.info = nothing_known};
    NodeInfo *info = &reading.info;
    SlaveLine *slaves = NULL;
    size_t cap = 0;
    StrView name;
    StrView value;
    while (fields_next(&text, ':', &name, &value)) {
        if (fields_set(info_fields, ARRAY_LEN(info_fields), &reading, name, value, arena)) {
            continue;
        }
        if (is_numbered(name, "slave")) {
            slaves = mem_grow(slaves, &cap, info->n_slaves + 1, sizeof(*slaves));
            info->n_slaves += slave_line_parse(value, arena, &slaves[info->n_slaves]) ? 1 : 0;
        } else if (is_numbered(name, "db")) {
            int64_t keys = keyspace_keys(value);
            info->keys += keys <= INT64_MAX - info->keys ? keys : 0;
        }
    }
    if (slaves != NULL && info->n_slaves > 0) {
        SlaveLine *kept = arena_array(arena, info->n_slaves, sizeof(*kept));
        memcpy(kept, slaves, info->n_slaves * sizeof(*kept));
        info->slaves = kept;
    }
    mem_free(slaves);
    if (info->link_down_s > ABSURD_S) {
        info->link_down_s = -1;
    }
    if (reading.valkey_version != NULL) {
        info->is_valkey = true;
        info->version = reading.valkey_version;
    }
    *out = *info;
}

bool info_in_sync(const NodeInfo *info)
{
    return info->link_up && !info->sync_in_progress && !info->loading;
}
