// Replies of real servers (Redis 7.0.15), kept under tests/data: a cluster like the owner's, seven
// nodes on three loopback addresses. Its three moments: a replica was killed; the server's own
// migration gave the orphan another one; that one was promoted after the master was killed too.
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/event.h"

enum { NODES_MAX = 16 };

// One moment. The observations point into the text.
typedef struct {
    StrBuf text;
    Observation all[NODES_MAX];
    char dialled[NODES_MAX][64];
    size_t n;
} Moment;

static void read_file(const char *name, StrBuf *out)
{
    const char *root = getenv("REHOME_ROOT");
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/data/%s", root == NULL ? "." : root, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("%s: %s", path, strerror(errno));
        return;
    }
    char buffer[4096];
    size_t n;
    while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0) {
        strbuf_add_sv(out, sv_of(buffer, n));
    }
    fclose(file);
}

static Observation *observation_of(Moment *m, StrView addr)
{
    for (size_t i = 0; i < m->n; i++) {
        if (sv_is(addr, m->dialled[i])) {
            return &m->all[i];
        }
    }
    assert_true(m->n < NODES_MAX);
    snprintf(m->dialled[m->n], sizeof(m->dialled[0]), "%.*s", (int)addr.n, addr.at);
    Observation *o = &m->all[m->n];
    o->dialled = m->dialled[m->n++];
    o->why = "";
    return o;
}

// "=== ADDR KIND", then the reply up to the next such line. KIND "gone": nobody answered there.
static void read_moment(const char *name, Moment *m)
{
    *m = (Moment){.n = 0};
    read_file(name, &m->text);
    StrView rest = sv(strbuf_text(&m->text));
    StrView line;
    StrView *reply = NULL;
    while (sv_next(&rest, '\n', &line)) {
        StrView addr;
        if (!sv_starts(line, "=== ")) {
            if (reply != NULL) {
                *reply = sv_of(reply->at, (size_t)(rest.at - reply->at));
            }
            continue;
        }
        line = sv_of(line.at + 4, line.n - 4);
        assert_true(sv_cut(&line, ' ', &addr));
        Observation *o = observation_of(m, addr);
        reply = NULL;
        if (sv_is(line, "info")) {
            reply = &o->info;
            o->info_ms = 900;
        } else if (sv_is(line, "nodes")) {
            reply = &o->nodes;
            o->nodes_ms = 900;
        } else if (sv_is(line, "cluster")) {
            reply = &o->cluster;
            o->cluster_ms = 900;
        } else if (sv_is(line, "settings")) {
            reply = &o->settings;
            o->settings_ms = 900;
        } else {
            o->reach = REACH_UNREACHABLE;
        }
        if (reply != NULL) {
            *reply = sv_of(rest.at, 0);
        }
    }
}

static Snapshot *build(Moment *m)
{
    RoundInput in = {.at = m->all, .n = m->n, .name = "real", .started_ms = 800, .now_ms = 1000};
    return snapshot_build(&in);
}

static Snapshot *picture(const char *name)
{
    Moment m;
    read_moment(name, &m);
    Snapshot *s = build(&m);
    strbuf_done(&m.text); // the snapshot has copies
    return s;
}

static const Node *port(const Snapshot *s, const char *text)
{
    int found = snapshot_name(s, text, NULL);
    assert_true(found >= 0);
    return &s->nodes[found];
}

static const char *master_of(const Snapshot *s, const char *text)
{
    const Node *node = port(s, text);
    return node->master < 0 ? "" : s->nodes[node->master].addr;
}

static void a_killed_replica(void **state)
{
    (void)state;
    Snapshot *s = picture("replica-lost.txt");
    assert_int_equal(s->n_nodes, 7);
    assert_int_equal(s->n_owners, 3);
    assert_int_equal(s->n_owners_asked, 3);
    assert_int_equal(s->n_replicas, 4);
    assert_int_equal(s->slots_covered, SLOT_COUNT);
    assert_true(s->state_known && s->state_ok && s->views_agree && s->epochs_agree);
    assert_int_equal(s->n_bad_lines + s->n_handshake + s->n_orphan_lines, 0);
    assert_int_equal(s->server_migration, TRI_YES);
    assert_int_equal(s->barrier, 1);
    assert_int_equal(s->node_timeout_ms, 2000);
    const Node *lost = port(s, ":7508");
    assert_true(node_has(lost, NODE_FAIL));
    assert_int_equal(lost->fail_views, 3);
    assert_int_equal(lost->views, 3);
    assert_null(lost->says); // it was never asked under its ID
    assert_string_equal(master_of(s, ":7508"), "127.0.98.170:7501");
    assert_string_equal(slot_ranges_text(s->arena, port(s, ":7505")->slots),
                        "5461-6825 12288-16383");
    assert_int_equal(port(s, ":7503")->n_replicas, 2);
    assert_int_equal(port(s, ":7501")->says->info.n_slaves, 0);
    snapshot_free(s);
}

static void what_info_says(void **state)
{
    (void)state;
    Snapshot *s = picture("replica-lost.txt");
    const NodeInfo *master = &port(s, ":7503")->says->info;
    assert_string_equal(master->version, "7.0.15");
    assert_false(master->is_valkey);
    assert_true(master->cluster_enabled && master->is_master && master->last_bgsave_ok);
    assert_false(master->loading || master->bgsave_in_progress);
    assert_int_equal(strlen(master->run_id), 40);
    assert_int_equal(strlen(master->master_replid), 40);
    assert_int_equal(master->connected_slaves, 2);
    assert_int_equal(master->n_slaves, 2);
    for (size_t i = 0; i < master->n_slaves; i++) {
        assert_int_equal(master->slaves[i].state, SLAVE_ONLINE);
        assert_true(master->slaves[i].lag_s >= 0 && master->slaves[i].offset >= 0);
        assert_true(master->slaves[i].port == 7502 || master->slaves[i].port == 7504);
    }
    assert_true(master->used_memory > 0 && master->used_memory_rss > 0);
    assert_int_equal(master->maxmemory, 0);
    assert_true(master->total_system_memory > 0);
    assert_true(master->uptime_s >= 0 && master->process_id > 0 && master->connected_clients > 0);
    assert_true(master->ops_per_s >= 0 && master->latest_fork_us >= 0);
    assert_true(master->input_kbps_milli >= 0 && master->backlog_bytes >= 0);
    const NodeInfo *replica = &port(s, ":7504")->says->info;
    assert_false(replica->is_master);
    assert_string_equal(replica->master_host, "127.0.98.171");
    assert_int_equal(replica->master_port, 7503);
    assert_true(replica->link_up);
    assert_false(replica->sync_in_progress);
    assert_true(replica->last_io_s >= 0);
    assert_int_equal(replica->link_down_s, -1);
    assert_int_equal(replica->replica_priority, 100);
    assert_string_equal(replica->master_replid, master->master_replid);
    assert_true(replica->repl_offset >= 0 && replica->repl_offset <= master->master_repl_offset);
    snapshot_free(s);
}

static void write_down(void *ctx, const Event *event)
{
    strbuf_addf(ctx, "%s %s: %s\n", event_code_text(event->code), event_by_text(event->by),
                event->text);
}

static void what_changed(void **state)
{
    (void)state;
    Snapshot *lost = picture("replica-lost.txt");
    Snapshot *moved = picture("server-moved.txt");
    Snapshot *promoted = picture("promoted.txt");
    StrBuf told = {0};
    snapshot_diff(lost, moved, NULL, write_down, &told);
    assert_string_equal(strbuf_text(&told),
                        "replica-moved server: replica 127.0.98.171:7504 moved from "
                        "127.0.98.171:7503 to 127.0.98.170:7501 (probably by the server)\n"
                        "replica-in-sync : replica 127.0.98.171:7504 is in sync with "
                        "127.0.98.170:7501\n");
    strbuf_clear(&told);
    snapshot_diff(moved, promoted, NULL, write_down, &told);
    assert_non_null(strstr(strbuf_text(&told), "failover server: replica 127.0.98.171:7504 was "
                                               "promoted in place of 127.0.98.170:7501\n"));
    assert_non_null(strstr(strbuf_text(&told), "replica-back : 127.0.98.172:7508 is back as a "
                                               "replica of 127.0.98.171:7504\n"));
    assert_null(strstr(strbuf_text(&told), "somebody else"));
    strbuf_done(&told);
    snapshot_free(lost);
    snapshot_free(moved);
    snapshot_free(promoted);
}

// The dead master stays listed as one, without slots, until it comes back.
static void after_the_failover(void **state)
{
    (void)state;
    Snapshot *s = picture("promoted.txt");
    const Node *dead = port(s, ":7501");
    assert_true(node_is_master(dead) && !node_is_owner(dead) && node_has(dead, NODE_FAIL));
    assert_int_equal(s->n_masters, 4);
    assert_int_equal(s->n_owners, 3);
    assert_int_equal(s->slots_covered, SLOT_COUNT);
    assert_int_equal(s->slots_fail, 0);
    assert_int_equal(port(s, ":7504")->slot_count, 5461);
    assert_string_equal(master_of(s, ":7508"), "127.0.98.171:7504");
    assert_true(s->state_ok && s->epochs_agree);
    snapshot_free(s);
}

// As a large cluster is asked: one view, everybody's INFO.
static void one_view_gives_the_same_picture(void **state)
{
    (void)state;
    Moment m;
    read_moment("promoted.txt", &m);
    Snapshot *all = build(&m);
    for (size_t i = 0; i < m.n; i++) {
        m.all[i].expected = (NodeId){.hex = ""};
        for (size_t k = 0; k < all->n_nodes; k++) {
            if (strcmp(all->nodes[k].addr, m.dialled[i]) == 0) {
                m.all[i].id = all->nodes[k].id;
            }
        }
        if (strcmp(m.dialled[i], "127.0.98.171:7503") != 0) {
            m.all[i].nodes = sv(NULL);
        }
    }
    Snapshot *one = build(&m);
    assert_int_equal(one->n_nodes, all->n_nodes);
    for (size_t i = 0; i < one->n_nodes; i++) {
        assert_string_equal(one->nodes[i].addr, all->nodes[i].addr);
        assert_int_equal(one->nodes[i].flags, all->nodes[i].flags);
        assert_int_equal(one->nodes[i].master, all->nodes[i].master);
        assert_int_equal(one->nodes[i].slot_count, all->nodes[i].slot_count);
    }
    strbuf_done(&m.text);
    snapshot_free(one);
    snapshot_free(all);
}

TESTS(replies, cmocka_unit_test(a_killed_replica), cmocka_unit_test(what_info_says),
      cmocka_unit_test(what_changed), cmocka_unit_test(after_the_failover),
      cmocka_unit_test(one_view_gives_the_same_picture))
