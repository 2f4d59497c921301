#include "fixture_answers.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"

static const int64_t WALL_MS = 1700000000000;
static const int64_t GIB = INT64_C(1) << 30;
enum { ROUND_MS = 100 };

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
        .validity_factor = 10,
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

const Node *fixture_seen(const Fixture *f, const Snapshot *s, int i)
{
    int found = snapshot_find(s, fixture_id(f, i));
    return found < 0 ? NULL : &s->nodes[found];
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

void fixture_view_port(Fixture *f, int reporter, int node, int port)
{
    lie_of(f, reporter, node)->port = port;
}

void fixture_view_slots(Fixture *f, int reporter, int node, const char *slots, uint64_t epoch)
{
    Lie *lie = lie_of(f, reporter, node);
    lie->says_slots = true;
    snprintf(lie->slots, sizeof(lie->slots), "%s", slots);
    lie->epoch = epoch;
}

static const char *why_not(const FixtureNode *node)
{
    if (node->why != NULL) {
        return node->why;
    }
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
    answer_address(&a->dialled, node);
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
    o->certificate_ms = node->certificate_ms;
    if (!node->no_info && ((node->forbidden | node->refused) & ASK_INFO) == 0) {
        answer_info(&a->info, f, i);
        o->info = text_of(&a->info);
        o->info_ms = at_ms;
    }
    o->loading = node->loading && !node->valkey;
    o->view_spared = node->spared;
    if (!o->loading && !node->silent && !node->spared) {
        answer_nodes(&a->nodes, f, i, WALL_MS + now_ms);
        o->nodes = text_of(&a->nodes);
        o->nodes_ms = at_ms;
        answer_cluster(&a->cluster, f, i, totals);
        o->cluster = text_of(&a->cluster);
        o->cluster_ms = at_ms;
    }
    o->forbidden = node->forbidden;
    o->refused = node->refused;
    if (((node->forbidden | node->refused) & ASK_SETTINGS) == 0) {
        answer_settings(&a->settings, node);
        o->settings = text_of(&a->settings);
        o->settings_ms = at_ms;
    }
}

void fixture_labels(Fixture *f, const Labels *labels)
{
    f->labels = labels;
}

void fixture_aliases(Fixture *f, const Aliases *aliases)
{
    f->aliases = aliases;
}

void fixture_redis_cli(Fixture *f, const char *options)
{
    f->redis_cli = options;
}

const RoundInput *fixture_round(Fixture *f, int64_t now_ms)
{
    answers_done(f);
    f->answers = mem_array(f->n, sizeof(*f->answers));
    f->observations = mem_array(f->n, sizeof(*f->observations));
    Totals totals = answer_totals(f);
    for (size_t i = 0; i < f->n; i++) {
        if (!f->nodes[i].forgotten) {
            observe(f, (int)i, now_ms, &totals);
        }
    }
    f->input = (RoundInput){
        .at = f->observations,
        .n = f->n_answers,
        .name = f->n_answers > 0 ? f->observations[0].dialled : "",
        .user = "watcher",
        .labels = f->labels,
        .aliases = f->aliases,
        .redis_cli = f->redis_cli,
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
