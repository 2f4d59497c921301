#include "fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

static const int64_t WALL_MS = 1700000000000;
static const int64_t GIB = INT64_C(1) << 30;
enum { ROUND_MS = 100, BUS_PORT_ADD = 10000 };

// What one reporter says of one node in place of the truth.
typedef struct {
    int reporter;
    int node;
    unsigned flags; // 0: as it is
    bool says_master;
    int master; // when says_master
    bool says_slots;
    char slots[128]; // when says_slots
    uint64_t epoch;
    bool omits;
} Lie;

// The texts of one node's answers, kept as long as the round is.
typedef struct {
    StrBuf info;
    StrBuf nodes;
    StrBuf cluster;
    StrBuf settings;
    StrBuf dialled;
} Answers;

struct Fixture {
    FixtureNode *nodes;
    size_t n;
    size_t nodes_cap;
    Lie *lies;
    size_t n_lies;
    size_t lies_cap;
    uint64_t next_epoch;
    uint64_t round;
    Answers *answers;
    size_t n_answers;
    Observation *observations;
    RoundInput input;
};

Fixture *fixture_new(void)
{
    return mem_alloc(sizeof(Fixture));
}

static void answers_done(Fixture *f)
{
    for (size_t i = 0; i < f->n_answers; i++) {
        strbuf_done(&f->answers[i].info);
        strbuf_done(&f->answers[i].nodes);
        strbuf_done(&f->answers[i].cluster);
        strbuf_done(&f->answers[i].settings);
        strbuf_done(&f->answers[i].dialled);
    }
    mem_free(f->answers);
    mem_free(f->observations);
    f->answers = NULL;
    f->observations = NULL;
    f->n_answers = 0;
}

void fixture_free(Fixture *f)
{
    if (f != NULL) {
        answers_done(f);
        mem_free(f->nodes);
        mem_free(f->lies);
        mem_free(f);
    }
}

static int add_node(Fixture *f, const char *addr, int master, const char *slots)
{
    f->nodes = mem_grow(f->nodes, &f->nodes_cap, f->n + 1, sizeof(*f->nodes));
    FixtureNode *node = &f->nodes[f->n];
    *node = (FixtureNode){
        .master = master,
        .heir = -1,
        .reach = REACH_OK,
        .link_up = true,
        .link_down_s = 0,
        .sync_total = -1,
        .sync_read = -1,
        .sync_left = -1,
        .offset = 1000000,
        .connected = true,
        .priority = 100,
        .loading_total = -1,
        .loading_done = -1,
        .loading_eta_s = -1,
        .used_memory = GIB + GIB / 10,
        .total_system_memory = 64 * GIB,
        .ops = 11000,
        .keys = 2000000,
        .uptime_s = 86400,
        .version = "7.0.15",
        .barrier = 1,
        .allow_migration = TRI_YES,
        .no_failover = TRI_NO,
        .node_timeout_ms = 2000,
    };
    const char *colon = strrchr(addr, ':');
    uint64_t port = 0;
    if (colon != NULL) {
        size_t n = (size_t)(colon - addr);
        bool bracketed = n >= 2 && addr[0] == '[';
        snprintf(node->ip, sizeof(node->ip), "%.*s", (int)(bracketed ? n - 2 : n),
                 bracketed ? addr + 1 : addr);
        sv_to_u64(sv(colon + 1), &port);
    }
    node->port = (int)port;
    snprintf(node->slots, sizeof(node->slots), "%s", slots);
    snprintf(node->id.hex, sizeof(node->id.hex), "%08zx%08zx%08zx%08zx%08zx", f->n + 1, f->n + 1,
             f->n + 1, f->n + 1, f->n + 1);
    if (master < 0) {
        node->config_epoch = ++f->next_epoch;
    }
    return (int)f->n++;
}

int fixture_master(Fixture *f, const char *addr, const char *slots)
{
    return add_node(f, addr, -1, slots);
}

int fixture_replica(Fixture *f, const char *addr, int master)
{
    return add_node(f, addr, master, "");
}

FixtureNode *fixture_node(Fixture *f, int i)
{
    return &f->nodes[i];
}

size_t fixture_count(const Fixture *f)
{
    return f->n;
}

int fixture_port(const Fixture *f, int port)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->nodes[i].port == port) {
            return (int)i;
        }
    }
    return -1;
}

NodeId fixture_id(const Fixture *f, int i)
{
    return f->nodes[i].id;
}

void fixture_fail(Fixture *f, int i)
{
    f->nodes[i].failed = true;
    f->nodes[i].reach = REACH_UNREACHABLE;
}

void fixture_restore(Fixture *f, int i)
{
    FixtureNode *node = &f->nodes[i];
    node->failed = false;
    node->pfail = false;
    node->reach = REACH_OK;
    if (node->heir >= 0) {
        node->master = node->heir;
        node->heir = -1;
    }
    while (node->master >= 0 && f->nodes[node->master].heir >= 0) {
        node->master = f->nodes[node->master].heir;
    }
}

void fixture_lose(Fixture *f, int i)
{
    f->nodes[i].reach = REACH_UNREACHABLE;
}

void fixture_promote(Fixture *f, int replica)
{
    FixtureNode *node = &f->nodes[replica];
    int old = node->master;
    memcpy(node->slots, f->nodes[old].slots, sizeof(node->slots));
    f->nodes[old].slots[0] = '\0';
    f->nodes[old].heir = replica;
    node->config_epoch = ++f->next_epoch;
    node->master = -1;
    for (size_t i = 0; i < f->n; i++) {
        FixtureNode *other = &f->nodes[i];
        if (((int)i == old || other->master == old) && !other->failed) {
            other->master = replica;
            other->heir = -1;
        }
    }
}

static Lie *lie_of(Fixture *f, int reporter, int node)
{
    for (size_t i = 0; i < f->n_lies; i++) {
        if (f->lies[i].reporter == reporter && f->lies[i].node == node) {
            return &f->lies[i];
        }
    }
    f->lies = mem_grow(f->lies, &f->lies_cap, f->n_lies + 1, sizeof(*f->lies));
    f->lies[f->n_lies] = (Lie){.reporter = reporter, .node = node};
    return &f->lies[f->n_lies++];
}

void fixture_view_says(Fixture *f, int reporter, int node, unsigned flags)
{
    lie_of(f, reporter, node)->flags = flags;
}

void fixture_view_master(Fixture *f, int reporter, int node, int master)
{
    Lie *lie = lie_of(f, reporter, node);
    lie->says_master = true;
    lie->master = master;
}

void fixture_view_omits(Fixture *f, int reporter, int node)
{
    lie_of(f, reporter, node)->omits = true;
}

void fixture_view_slots(Fixture *f, int reporter, int node, const char *slots, uint64_t epoch)
{
    Lie *lie = lie_of(f, reporter, node);
    lie->says_slots = true;
    snprintf(lie->slots, sizeof(lie->slots), "%s", slots);
    lie->epoch = epoch;
}

static void add_address(StrBuf *out, const FixtureNode *node)
{
    strbuf_addf(out, strchr(node->ip, ':') == NULL ? "%s:%d" : "[%s]:%d", node->ip, node->port);
}

static unsigned true_flags(const FixtureNode *node, bool is_own)
{
    unsigned flags = node->master < 0 ? NODE_MASTER : NODE_REPLICA;
    flags |= node->nofailover ? NODE_NOFAILOVER : 0U;
    if (is_own) {
        return flags | NODE_MYSELF;
    }
    flags = node->handshake ? NODE_HANDSHAKE : flags;
    flags |= node->noaddr ? NODE_NOADDR : 0U;
    flags |= node->failed ? NODE_FAIL : node->pfail ? NODE_PFAIL : 0U;
    return flags;
}

// As server.c has them, in the order of cluster.c redisNodeFlagsTable.
static void add_flags(StrBuf *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *word;
    } words[] = {
        {NODE_MYSELF, "myself"}, {NODE_MASTER, "master"},
        {NODE_REPLICA, "slave"}, {NODE_PFAIL, "fail?"},
        {NODE_FAIL, "fail"},     {NODE_HANDSHAKE, "handshake"},
        {NODE_NOADDR, "noaddr"}, {NODE_NOFAILOVER, "nofailover"},
    };
    const char *separator = "";
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if ((flags & words[i].flag) != 0) {
            strbuf_addf(out, "%s%s", separator, words[i].word);
            separator = ",";
        }
    }
    strbuf_add(out, flags == 0 ? "noflags" : "");
}

static void add_line(StrBuf *out, const Fixture *f, int reporter, int i, const Lie *lie,
                     int64_t wall_ms)
{
    const FixtureNode *node = &f->nodes[i];
    unsigned role = NODE_MASTER | NODE_REPLICA;
    unsigned flags = true_flags(node, reporter == i);
    int master = node->master;
    const char *slots = node->slots;
    uint64_t epoch = node->config_epoch;
    if (lie != NULL && lie->flags != 0) {
        flags = lie->flags | ((lie->flags & role) == 0 ? flags & role : 0U) | (flags & NODE_MYSELF);
    }
    if (lie != NULL && lie->says_master) {
        flags = (flags & ~role) | NODE_REPLICA;
        master = lie->master;
    }
    if (lie != NULL && lie->says_slots) {
        flags = (flags & ~role) | NODE_MASTER;
        slots = lie->slots;
        epoch = lie->epoch;
    }
    bool is_master = (flags & NODE_MASTER) != 0;
    bool is_down = (flags & (NODE_FAIL | NODE_PFAIL)) != 0;
    if ((flags & NODE_NOADDR) != 0) {
        strbuf_addf(out, "%s :0@0 ", node->id.hex);
    } else {
        strbuf_addf(out, "%s %s:%d@%d%s%s ", node->id.hex, node->ip, node->port,
                    node->port + BUS_PORT_ADD, node->hostname[0] == '\0' ? "" : ",",
                    node->hostname);
    }
    add_flags(out, flags);
    if (!is_master && master >= 0) {
        epoch = f->nodes[master].config_epoch; // as servers since 6.0 show it
    }
    strbuf_addf(out, " %s %" PRId64 " %" PRId64 " %" PRIu64 " %s",
                !is_master && master >= 0 ? f->nodes[master].id.hex : "-",
                is_down ? wall_ms - 3000 : 0, reporter == i ? 0 : wall_ms - (is_down ? 5000 : 500),
                epoch, (flags & NODE_FAIL) != 0 ? "disconnected" : "connected");
    if (is_master && slots[0] != '\0') {
        strbuf_addf(out, " %s", slots);
    }
    if (reporter == i && node->open_slots[0] != '\0') {
        strbuf_addf(out, " %s", node->open_slots);
    }
    strbuf_add(out, "\n");
}

static void add_nodes(StrBuf *out, const Fixture *f, int reporter, int64_t wall_ms)
{
    for (size_t i = 0; i < f->n; i++) {
        const Lie *lie = NULL;
        for (size_t l = 0; l < f->n_lies && lie == NULL; l++) {
            if (f->lies[l].reporter == reporter && f->lies[l].node == (int)i) {
                lie = &f->lies[l];
            }
        }
        if (!f->nodes[i].forgotten && (lie == NULL || !lie->omits)) {
            add_line(out, f, reporter, (int)i, lie, wall_ms);
        }
    }
}

static bool is_linked(const Fixture *f, const FixtureNode *node)
{
    return node->link_up && node->master >= 0 && !f->nodes[node->master].failed;
}

static const char *slave_state(const FixtureNode *replica)
{
    if (replica->slave_state != NULL) {
        return replica->slave_state;
    }
    // A master that sent all of its data without a file calls the replica online while that loads.
    return replica->sync_in_progress && !replica->loading ? "send_bulk" : "online";
}

static void add_master_info(StrBuf *out, const Fixture *f, int i)
{
    StrBuf lines = {0};
    int n = 0;
    for (size_t r = 0; r < f->n; r++) {
        const FixtureNode *replica = &f->nodes[r];
        bool is_gone = replica->forgotten || (replica->failed && replica->reach != REACH_OK);
        if (replica->master == i && replica->connected && !is_gone &&
            (is_linked(f, replica) || replica->sync_in_progress)) {
            strbuf_addf(&lines,
                        "slave%d:ip=%s,port=%d,state=%s,offset=%" PRId64 ",lag=%" PRId64 "\r\n",
                        n++, replica->ip, replica->port, slave_state(replica), replica->offset,
                        replica->lag_s);
        }
    }
    strbuf_addf(out, "role:master\r\nconnected_slaves:%d\r\n%s", n, strbuf_text(&lines));
    strbuf_done(&lines);
}

static void add_replica_info(StrBuf *out, const Fixture *f, int i)
{
    const FixtureNode *node = &f->nodes[i];
    bool is_up = is_linked(f, node) && !node->sync_in_progress;
    strbuf_addf(out,
                "role:slave\r\nmaster_host:%s\r\nmaster_port:%d\r\nmaster_link_status:%s\r\n"
                "master_last_io_seconds_ago:%" PRId64 "\r\nmaster_sync_in_progress:%d\r\n"
                "slave_read_repl_offset:%" PRId64 "\r\nslave_repl_offset:%" PRId64 "\r\n",
                f->nodes[node->master].ip, f->nodes[node->master].port, is_up ? "up" : "down",
                is_up ? node->last_io_s : -1, node->sync_in_progress, node->offset, node->offset);
    if (node->sync_in_progress) {
        strbuf_addf(out,
                    "master_sync_total_bytes:%" PRId64 "\r\nmaster_sync_read_bytes:%" PRId64
                    "\r\nmaster_sync_left_bytes:%" PRId64 "\r\nmaster_sync_perc:-0.00\r\n",
                    node->sync_total, node->sync_read, node->sync_left);
    }
    if (!is_up) {
        strbuf_addf(out, "master_link_down_since_seconds:%" PRId64 "\r\n", node->link_down_s);
    }
    strbuf_addf(out, "slave_priority:%d\r\nslave_read_only:1\r\nconnected_slaves:0\r\n",
                node->priority);
}

static void add_info(StrBuf *out, const Fixture *f, int i)
{
    const FixtureNode *node = &f->nodes[i];
    strbuf_addf(out, "# Server\r\nredis_version:%s\r\n", node->valkey ? "7.2.4" : node->version);
    if (node->valkey) {
        strbuf_addf(out, "server_name:valkey\r\nvalkey_version:%s\r\navailability_zone:%s\r\n",
                    node->version, node->zone);
    }
    strbuf_addf(out,
                "redis_mode:cluster\r\nprocess_id:%d\r\nrun_id:%s\r\ntcp_port:%d\r\n"
                "uptime_in_seconds:%" PRId64 "\r\n\r\n# Clients\r\nconnected_clients:3\r\n\r\n"
                "# Memory\r\nused_memory:%" PRId64 "\r\nused_memory_rss:%" PRId64 "\r\n"
                "total_system_memory:%" PRId64 "\r\nmaxmemory:%" PRId64 "\r\n\r\n",
                1000 + i, node->id.hex, node->port, node->uptime_s, node->used_memory,
                node->used_memory + node->used_memory / 16, node->total_system_memory,
                node->maxmemory);
    strbuf_addf(out,
                "# Persistence\r\nloading:%d\r\nasync_loading:0\r\nrdb_bgsave_in_progress:0\r\n"
                "rdb_last_bgsave_status:%s\r\n",
                node->loading, node->bgsave_failed ? "err" : "ok");
    if (node->loading && node->loading_total >= 0) {
        strbuf_addf(out,
                    "loading_total_bytes:%" PRId64 "\r\nloading_loaded_bytes:%" PRId64
                    "\r\nloading_eta_seconds:%" PRId64 "\r\n",
                    node->loading_total, node->loading_done, node->loading_eta_s);
    }
    strbuf_addf(
        out,
        "\r\n# Stats\r\ninstantaneous_ops_per_sec:%" PRId64
        "\r\ninstantaneous_input_kbps:41.57\r\nlatest_fork_usec:1200\r\n\r\n# Replication\r\n",
        node->ops);
    if (node->master < 0) {
        add_master_info(out, f, i);
    } else {
        add_replica_info(out, f, i);
    }
    const FixtureNode *source =
        node->replid[0] == '\0' && node->master >= 0 ? &f->nodes[node->master] : node;
    strbuf_addf(out,
                "master_replid:%s\r\nmaster_repl_offset:%" PRId64
                "\r\nrepl_backlog_histlen:1048576\r\n\r\n# Cluster\r\ncluster_enabled:1\r\n\r\n"
                "# Keyspace\r\ndb0:keys=%" PRId64 ",expires=0,avg_ttl=0\r\n",
                source->replid[0] == '\0' ? source->id.hex : source->replid, node->offset,
                node->keys);
}

static int count_slots(const FixtureNode *node)
{
    int count = 0;
    StrView rest = sv(node->slots);
    StrView word;
    while (sv_next(&rest, ' ', &word)) {
        SlotRange range;
        count += slot_range_parse(word, &range) ? range.last - range.first + 1 : 0;
    }
    return count;
}

// What is the same in every node's CLUSTER INFO.
typedef struct {
    int assigned;
    int failed;
    int known;
    int size;
} Totals;

static Totals count_totals(const Fixture *f)
{
    Totals totals = {0};
    for (size_t i = 0; i < f->n; i++) {
        const FixtureNode *node = &f->nodes[i];
        if (!node->forgotten) {
            int slots = node->master < 0 ? count_slots(node) : 0;
            totals.assigned += slots;
            totals.failed += node->failed ? slots : 0;
            totals.known++;
            totals.size += slots > 0;
        }
    }
    return totals;
}

static void add_cluster_info(StrBuf *out, const Fixture *f, int i, const Totals *totals)
{
    const FixtureNode *node = &f->nodes[i];
    bool is_down = node->state_fail || (totals->failed > 0 && !node->partial_coverage);
    strbuf_addf(out,
                "cluster_state:%s\r\ncluster_slots_assigned:%d\r\ncluster_slots_ok:%d\r\n"
                "cluster_slots_pfail:0\r\ncluster_slots_fail:%d\r\ncluster_known_nodes:%d\r\n"
                "cluster_size:%d\r\ncluster_current_epoch:%" PRIu64 "\r\ncluster_my_epoch:%" PRIu64
                "\r\n",
                is_down ? "fail" : "ok", totals->assigned, totals->assigned - totals->failed,
                totals->failed, totals->known, totals->size,
                node->current_epoch != 0 ? node->current_epoch : f->next_epoch, node->config_epoch);
}

static void add_tri(StrBuf *out, const char *name, Tri value)
{
    if (value != TRI_UNKNOWN) {
        strbuf_addf(out, "%s %s\n", name, value == TRI_YES ? "yes" : "no");
    }
}

static void add_settings(StrBuf *out, const FixtureNode *node)
{
    if (node->barrier >= 0) {
        strbuf_addf(out, "cluster-migration-barrier %d\n", node->barrier);
    }
    add_tri(out, "cluster-allow-replica-migration", node->allow_migration);
    add_tri(out, "cluster-replica-no-failover", node->no_failover);
    add_tri(out, "cluster-require-full-coverage", node->partial_coverage ? TRI_NO : TRI_YES);
    strbuf_addf(out, "cluster-node-timeout %" PRId64 "\n", node->node_timeout_ms);
}

static const char *why_not(const FixtureNode *node)
{
    switch (node->reach) {
    case REACH_OK:
        return "";
    case REACH_CONNECTING:
        return "still connecting";
    case REACH_LATE:
        return "no answer in time";
    case REACH_UNREACHABLE:
        return "Connection refused";
    case REACH_DENIED:
        return "NOAUTH Authentication required.";
    case REACH_WRONG_NODE:
        return "another node answers at this address";
    case REACH_NO_CLUSTER:
        return "not a cluster node";
    }
    return "";
}

static StrView text_of(const StrBuf *text)
{
    return sv_of(strbuf_text(text), text->n);
}

static void observe(Fixture *f, int i, int64_t now_ms, const Totals *totals)
{
    const FixtureNode *node = &f->nodes[i];
    Answers *a = &f->answers[f->n_answers];
    Observation *o = &f->observations[f->n_answers++];
    add_address(&a->dialled, node);
    int64_t at_ms = now_ms - ROUND_MS / 2 - node->age_ms;
    *o = (Observation){
        .expected = node->id,
        .dialled = strbuf_text(&a->dialled),
        .reach = node->reach,
        .why = why_not(node),
        .rtt_us = -1,
    };
    if (node->reach != REACH_WRONG_NODE) {
        o->id = node->id;
    }
    if ((node->reach != REACH_OK && node->age_ms == 0) || at_ms <= 0) {
        return;
    }
    o->rtt_us = 300;
    o->identity_ms = at_ms;
    if (!node->no_info) {
        add_info(&a->info, f, i);
        o->info = text_of(&a->info);
        o->info_ms = at_ms;
    }
    o->loading = node->loading && !node->valkey;
    if (!o->loading && !node->silent) {
        add_nodes(&a->nodes, f, i, WALL_MS + now_ms);
        o->nodes = text_of(&a->nodes);
        o->nodes_ms = at_ms;
        add_cluster_info(&a->cluster, f, i, totals);
        o->cluster = text_of(&a->cluster);
        o->cluster_ms = at_ms;
    }
    o->settings_denied = node->settings_denied;
    if (!node->settings_denied) {
        add_settings(&a->settings, node);
        o->settings = text_of(&a->settings);
        o->settings_ms = at_ms;
    }
}

const RoundInput *fixture_round(Fixture *f, int64_t now_ms)
{
    answers_done(f);
    f->answers = mem_array(f->n, sizeof(*f->answers));
    f->observations = mem_array(f->n, sizeof(*f->observations));
    Totals totals = count_totals(f);
    for (size_t i = 0; i < f->n; i++) {
        if (!f->nodes[i].forgotten) {
            observe(f, (int)i, now_ms, &totals);
        }
    }
    f->input = (RoundInput){
        .at = f->observations,
        .n = f->n_answers,
        .name = f->n_answers > 0 ? f->observations[0].dialled : "",
        .round = ++f->round,
        .started_ms = now_ms - ROUND_MS,
        .now_ms = now_ms,
        .wall_ms = WALL_MS + now_ms,
    };
    return &f->input;
}

Snapshot *fixture_snapshot(Fixture *f, int64_t now_ms)
{
    return snapshot_build(fixture_round(f, now_ms));
}

Fixture *fixture_scenario(void)
{
    static const struct {
        const char *addr;
        int master;
        const char *slots;
        const char *id;
        int64_t memory_mib;
        int64_t ops;
    } rows[] = {
        {"127.0.99.170:7001", -1, "0-5460", "7f3c91d2a40b5e68c1fd29e07b6a835410de9c27", 1229,
         12000},
        {"127.0.99.172:7005", -1, "5461-6825 12288-16383",
         "b58e0f4c6d21937ae85c40f1d37b92066ec8a15d", 1126, 11000},
        {"127.0.99.171:7003", -1, "6826-12287", "3ad97e15c8f0426bb1e5d83c70a4f92e6b0d5781", 1126,
         11000},
        {"127.0.99.172:7008", 0, "", "e91b64d07c3fa852de0b7169f4c8a3d52f706e1b", 1229, 0},
        {"127.0.99.172:7006", 1, "", "94c2e7a05bd8163ff0a97d4e218c6b53d07fe4a8", 1126, 0},
        {"127.0.99.171:7004", 2, "", "5d08f3b6e1947ac20b6fd5387ec1940a72de8b36", 1126, 0},
        {"127.0.99.170:7002", 2, "", "1c6ea0d83f5b47921ed0c84ab7f36e590d2b17f4", 1126, 0},
    };
    Fixture *f = fixture_new();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        FixtureNode *node =
            fixture_node(f, add_node(f, rows[i].addr, rows[i].master, rows[i].slots));
        node_id_parse(sv(rows[i].id), &node->id);
        node->used_memory = rows[i].memory_mib << 20;
        node->ops = rows[i].ops;
    }
    return f;
}
