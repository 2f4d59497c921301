#include "fixture_answers.h"

#include <inttypes.h>
#include <string.h>

#include "rehome/base/mem.h"

enum { BUS_PORT_ADD = 10000 };

void answer_address(StrBuf *out, const FixtureNode *node)
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

static void add_place(StrBuf *out, const FixtureNode *node, const Lie *lie, unsigned flags)
{
    if ((flags & NODE_NOADDR) != 0) {
        strbuf_addf(out, "%s :0@0 ", node->id.hex);
        return;
    }
    int port = lie != NULL && lie->port != 0 ? lie->port : node->port;
    strbuf_addf(out, "%s %s:%d@%d%s%s ", node->id.hex, node->ip, port, port + BUS_PORT_ADD,
                node->hostname[0] == '\0' ? "" : ",", node->hostname);
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
    add_place(out, node, lie, flags);
    add_flags(out, flags);
    if (!is_master && master >= 0) {
        epoch = f->nodes[master].config_epoch; // as servers since 6.0 show it
    }
    strbuf_addf(out, " %s %" PRId64 " %" PRId64 " %" PRIu64 " %s",
                !is_master && master >= 0 ? f->nodes[master].id.hex : "-",
                is_down ? wall_ms - 58000 : 0,
                reporter == i ? 0 : wall_ms - (is_down ? 60000 : 500), epoch,
                (flags & NODE_FAIL) != 0 ? "disconnected" : "connected");
    if (is_master && slots[0] != '\0') {
        strbuf_addf(out, " %s", slots);
    }
    if (reporter == i && node->open_slots[0] != '\0') {
        strbuf_addf(out, " %s", node->open_slots);
    }
    strbuf_add(out, "\n");
}

void answer_nodes(StrBuf *out, const Fixture *f, int reporter, int64_t wall_ms)
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

void answer_info(StrBuf *out, const Fixture *f, int i)
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
                1000 + i, node->run_id[0] != '\0' ? node->run_id : node->id.hex, node->port,
                node->uptime_s, node->used_memory, node->used_memory + node->used_memory / 16,
                node->total_system_memory, node->maxmemory);
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
    if (node->master < 0 || node->starting) {
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

Totals answer_totals(const Fixture *f)
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

void answer_cluster(StrBuf *out, const Fixture *f, int i, const Totals *totals)
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

void answer_settings(StrBuf *out, const FixtureNode *node)
{
    if (node->barrier >= 0) {
        strbuf_addf(out, "cluster-migration-barrier %d\n", node->barrier);
    }
    add_tri(out, "cluster-allow-replica-migration", node->allow_migration);
    add_tri(out, "cluster-replica-no-failover", node->no_failover);
    add_tri(out, "cluster-require-full-coverage", node->partial_coverage ? TRI_NO : TRI_YES);
    strbuf_addf(out, "cluster-node-timeout %" PRId64 "\n", node->node_timeout_ms);
    if (node->validity_factor >= 0) {
        strbuf_addf(out, "cluster-replica-validity-factor %d\n", node->validity_factor);
    }
}
