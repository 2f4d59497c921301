// A simulator lives by the number of its histories, and this is where they spend their time: no
// printf here.
#include "answers.h"

#include "rehome/model/slots.h"

int64_t sim_wall_ms(const World *w)
{
    return INT64_C(1000) * SIM_WALL_S + w->now_ms;
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

static void add_host(StrBuf *out, const World *w, int place)
{
    strbuf_add(out, "127.0.99.");
    add_number(out, 170 + w->place[place].host);
}

// --- INFO

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
        strbuf_add(out, "slave");
        add_number(out, listed++);
        strbuf_add(out, ":ip=");
        add_host(out, w, r->place);
        strbuf_add(out, ",port=");
        add_number(out, port_of(r->place));
        strbuf_add(out,
                   r->link == LINK_SYNCING ? ",state=send_bulk,offset=" : ",state=online,offset=");
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
    int place = n->view[master].place >= 0 ? n->view[master].place : w->node[master].place;
    strbuf_add(out, "role:slave\r\nmaster_host:");
    add_host(out, w, place);
    strbuf_add(out, "\r\n");
    add_field(out, "master_port:", port_of(place));
    strbuf_add(out,
               n->link == LINK_UP ? "master_link_status:up\r\n" : "master_link_status:down\r\n");
    add_field(out, "master_sync_in_progress:", n->link == LINK_SYNCING);
    add_field(out, "slave_repl_offset:", n->offset);
    if (n->link != LINK_UP) {
        add_field(out, "master_link_down_since_seconds:",
                  n->down_ms < 0 ? -1 : (w->now_ms - n->down_ms) / 1000);
    }
}

void sim_info(StrBuf *out, const World *w, int i)
{
    const SimNode *n = &w->node[i];
    strbuf_clear(out);
    strbuf_add(out, "redis_version:7.0.15\r\n");
    strbuf_addf(out, "run_id:%016llx%.24s\r\n", (unsigned long long)n->booted_ms, n->id.hex);
    add_field(out, "used_memory:", memory_of(w, i));
    add_field(out, "maxmemory:", n->maxmemory);
    add_field(out, "total_system_memory:", n->total);
    strbuf_add(out,
               n->bgsave_ok ? "rdb_last_bgsave_status:ok\r\n" : "rdb_last_bgsave_status:err\r\n");
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
    add_field(out, "master_replid:000000000000000000000000000000000000000", n->data + 1);
    add_field(out, "master_repl_offset:", n->offset);
}

// --- CLUSTER NODES, CLUSTER INFO, CONFIG GET

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
    strbuf_add_sv(out, sv_of(n->id.hex, NODE_ID_LEN));
    strbuf_add(out, " ");
    strbuf_add(out, b->place >= 0 ? w->place[b->place].text : ":0");
    strbuf_add(out, k == i ? "@17001 myself," : "@17001 ");
    strbuf_add(out, b->is_master ? "master" : "slave");
    strbuf_add(out, b->fail ? ",fail" : b->pfail ? ",fail?" : "");
    strbuf_add(out, b->place < 0 ? ",noaddr" : "");
    strbuf_add(out, (k == i ? n->fence : b->nofailover) ? ",nofailover " : " ");
    strbuf_add(out, b->master >= 0 ? w->node[b->master].id.hex : "-");
    strbuf_add(out, " ");
    add_number(out, b->ping_ms == 0 ? 0 : wall + b->ping_ms);
    strbuf_add(out, " ");
    add_number(out, k == i ? 0 : wall + b->pong_ms);
    strbuf_add(out, " ");
    add_number(out, (int64_t)(b->master >= 0 ? w->node[i].view[b->master].epoch : b->epoch));
    strbuf_add(out, b->fail || b->place < 0 ? " disconnected" : " connected");
    add_slots(out, w, b->shards);
    strbuf_add(out, "\n");
}

void sim_nodes(StrBuf *out, const World *w, int i)
{
    strbuf_clear(out);
    for (int k = 0; k < w->n; k++) {
        if (w->node[i].view[k].known) {
            add_line(out, w, i, k);
        }
    }
}

void sim_cluster(StrBuf *out, const World *w, int i)
{
    int known = 0;
    for (int k = 0; k < w->n; k++) {
        known += w->node[i].view[k].known;
    }
    strbuf_clear(out);
    strbuf_add(out, w->node[i].state_ok ? "cluster_state:ok\r\n" : "cluster_state:fail\r\n");
    add_field(out, "cluster_known_nodes:", known);
    add_field(out, "cluster_size:", believed_size(w, i));
    add_field(out, "cluster_current_epoch:", (int64_t)w->node[i].current_epoch);
    add_field(out, "cluster_my_epoch:", (int64_t)w->node[i].view[i].epoch);
}

void sim_settings(StrBuf *out, const World *w, int i)
{
    strbuf_clear(out);
    strbuf_add(out, "cluster-require-full-coverage yes\ncluster-allow-replica-migration ");
    strbuf_add(out, w->allow_migration ? "yes" : "no");
    strbuf_add(out, "\ncluster-replica-no-failover ");
    strbuf_add(out, w->node[i].fence ? "yes" : "no");
    strbuf_add(out, "\n");
    add_field(out, "cluster-migration-barrier ", w->barrier);
    add_field(out, "cluster-node-timeout ", w->node_timeout_ms);
    add_field(out, "cluster-replica-validity-factor ", w->validity_factor);
}
