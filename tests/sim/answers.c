#include "answers.h"

#include <inttypes.h>
#include <stdio.h>

#include "rehome/model/slots.h"

int64_t sim_wall_ms(const World *w)
{
    return INT64_C(1000) * SIM_WALL_S + w->now_ms;
}

void sim_address(char out[32], const World *w, int i)
{
    snprintf(out, 32, "127.0.99.%d:%d", 170 + w->node[i].host, port_of(i));
}

static void add_number(StrBuf *out, int64_t number)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t left = number < 0 ? (uint64_t)-number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    strbuf_add_sv(out, sv_of(digits + at, sizeof(digits) - at));
}

static void add_field(StrBuf *out, const char *name, int64_t value)
{
    strbuf_add(out, name);
    add_number(out, value);
    strbuf_add(out, "\r\n");
}

static bool is_listed(const World *w, int master, int replica)
{
    const SimNode *r = &w->node[replica];
    return master_of(w, replica) == master && r->up && r->link != LINK_CONNECTING;
}

static void add_slave_lines(StrBuf *out, const World *w, int i)
{
    int listed = 0;
    for (int k = 0; k < w->n; k++) {
        if (!is_listed(w, i, k)) {
            continue;
        }
        const SimNode *r = &w->node[k];
        int64_t silent = w->now_ms - r->offset;
        strbuf_addf(out, "slave%d:ip=127.0.99.%d,port=%d,state=%s,offset=", listed++, 170 + r->host,
                    port_of(k), r->link == LINK_SYNCING ? "send_bulk" : "online");
        add_number(out, r->offset);
        strbuf_add(out, ",lag=");
        add_number(out, r->link == LINK_UP && silent > 1500 ? silent / 1000 : 0);
        strbuf_add(out, "\r\n");
    }
    add_field(out, "connected_slaves:", listed);
}

static void add_replica(StrBuf *out, const World *w, int i, int master)
{
    const SimNode *n = &w->node[i];
    strbuf_add(out, "role:slave\r\nmaster_host:127.0.99.");
    add_number(out, 170 + w->node[master].host);
    strbuf_add(out, "\r\n");
    add_field(out, "master_port:", port_of(master));
    strbuf_add(out,
               n->link == LINK_UP ? "master_link_status:up\r\n" : "master_link_status:down\r\n");
    add_field(out, "master_sync_in_progress:", n->link == LINK_SYNCING);
    add_field(out, "slave_repl_offset:", n->offset);
    if (n->link != LINK_UP) {
        add_field(out, "master_link_down_since_seconds:", (w->now_ms - n->link_ms) / 1000);
    }
}

void sim_info(StrBuf *out, const World *w, int i)
{
    const SimNode *n = &w->node[i];
    strbuf_clear(out);
    strbuf_add(out, "redis_version:7.0.15\r\nused_memory:1000000\r\nmaxmemory:0\r\n"
                    "total_system_memory:68719476736\r\nrdb_last_bgsave_status:ok\r\n");
    add_field(out, "uptime_in_seconds:", (w->now_ms - n->booted_ms) / 1000);
    add_field(out, "loading:", n->link == LINK_LOADING);
    int master = master_of(w, i);
    if (master < 0) {
        strbuf_add(out, "role:master\r\n");
        add_slave_lines(out, w, i);
    } else {
        add_replica(out, w, i, master);
    }
    // Whose history it holds; a full sync brings another one.
    strbuf_addf(out, "master_replid:%040d\r\n", n->data + 1);
    add_field(out, "master_repl_offset:", n->offset);
}

static void add_slots(StrBuf *out, const World *w, unsigned shards)
{
    for (int s = 0; s < w->n_shards; s++) {
        if ((shards >> s & 1U) != 0) {
            strbuf_add(out, " ");
            add_number(out, SLOT_COUNT * s / w->n_shards);
            strbuf_add(out, "-");
            add_number(out, SLOT_COUNT * (s + 1) / w->n_shards - 1);
        }
    }
}

static void add_line(StrBuf *out, const World *w, int i, int k)
{
    const SimNode *n = &w->node[k];
    const Belief *b = &w->node[i].view[k];
    int64_t wall = sim_wall_ms(w) - w->now_ms;
    strbuf_add(out, n->id.hex);
    strbuf_add(out, " 127.0.99.");
    add_number(out, 170 + n->host);
    strbuf_add(out, ":");
    add_number(out, port_of(k));
    strbuf_add(out, "@17001 ");
    strbuf_add(out, k == i ? "myself," : "");
    strbuf_add(out, b->is_master ? "master" : "slave");
    strbuf_add(out, b->fail ? ",fail" : b->pfail ? ",fail?" : "");
    strbuf_add(out, (k == i ? n->fence : b->nofailover) ? ",nofailover " : " ");
    strbuf_add(out, b->master >= 0 ? w->node[b->master].id.hex : "-");
    strbuf_add(out, " ");
    add_number(out, b->ping_ms == 0 ? 0 : wall + b->ping_ms);
    strbuf_add(out, " ");
    add_number(out, k == i ? 0 : wall + b->pong_ms);
    strbuf_add(out, " ");
    add_number(out, (int64_t)(b->master >= 0 ? w->node[i].view[b->master].epoch : b->epoch));
    strbuf_add(out, b->fail ? " disconnected" : " connected");
    add_slots(out, w, b->shards);
    strbuf_add(out, "\n");
}

void sim_nodes(StrBuf *out, const World *w, int i)
{
    strbuf_clear(out);
    for (int k = 0; k < w->n; k++) {
        add_line(out, w, i, k);
    }
}

void sim_cluster(StrBuf *out, const World *w, int i)
{
    strbuf_clear(out);
    strbuf_add(out, w->node[i].state_ok ? "cluster_state:ok\r\n" : "cluster_state:fail\r\n");
    add_field(out, "cluster_known_nodes:", w->n);
    add_field(out, "cluster_size:", believed_size(w, i));
    add_field(out, "cluster_current_epoch:", (int64_t)w->node[i].current_epoch);
    add_field(out, "cluster_my_epoch:", (int64_t)w->node[i].view[i].epoch);
}

void sim_settings(StrBuf *out, const World *w, int i)
{
    strbuf_clear(out);
    strbuf_addf(out,
                "cluster-migration-barrier %d\ncluster-allow-replica-migration %s\n"
                "cluster-replica-no-failover %s\ncluster-require-full-coverage yes\n"
                "cluster-node-timeout %" PRId64 "\n",
                w->barrier, w->allow_migration ? "yes" : "no", w->node[i].fence ? "yes" : "no",
                w->node_timeout_ms);
}
