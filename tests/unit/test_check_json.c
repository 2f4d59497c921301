// The JSON of `check`, parsed back: every value is the snapshot's.
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "look.h"
#include "rehome/base/mem.h"
#include "rehome/report/check.h"
#include "schema.h"

static const NodeId nobody;

static void assert_text(const json_t *object, const char *key, const char *expected)
{
    const json_t *value = json_object_get(object, key);
    if (expected[0] == '\0' && json_is_null(value)) {
        return;
    }
    assert_true(json_is_string(value));
    assert_string_equal(json_string_value(value), expected);
}

static void assert_number(const json_t *object, const char *key, int64_t expected)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    assert_int_equal(json_integer_value(value), expected);
}

static void assert_known(const json_t *object, const char *key, int64_t expected)
{
    if (expected < 0) {
        assert_true(json_is_null(json_object_get(object, key)));
    } else {
        assert_number(object, key, expected);
    }
}

static void assert_seconds(const json_t *object, const char *key, int64_t expected_ms)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_real(value));
    assert_int_equal((int64_t)(json_real_value(value) * 1000 + 0.5), expected_ms);
}

static void assert_bool(const json_t *object, const char *key, bool expected)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_boolean(value));
    assert_int_equal(json_is_true(value), expected);
}

static void assert_replica(const json_t *replica, const Health *h, int i)
{
    const Node *n = &h->snapshot->nodes[i];
    const NodeHealth *health = &h->of[i];
    assert_text(replica, "id", n->id.hex);
    assert_text(replica, "addr", n->addr);
    assert_text(replica, "host", n->host);
    assert_text(replica, "state", replica_state_text(health->replica));
    assert_known(replica, "lag_bytes", health->lag_bytes);
    assert_known(replica, "lag_s", health->lag_s);
    assert_bool(replica, "same_host", health->same_host);
    const json_t *link = json_object_get(replica, "link");
    if (n->says != NULL && n->says->reach == REACH_OK && n->says->has_info) {
        assert_string_equal(json_string_value(link), n->says->info.link_up ? "up" : "down");
    } else {
        assert_true(json_is_null(link));
    }
    const json_t *percent = json_object_get(replica, "sync_percent");
    if (health->sync_permille < 0) {
        assert_true(json_is_null(percent));
    } else {
        assert_int_equal((int)(json_real_value(percent) * 10 + 0.5), health->sync_permille);
    }
}

static void assert_master(const json_t *master, const Health *h, int i)
{
    const Node *n = &h->snapshot->nodes[i];
    const NodeHealth *health = &h->of[i];
    assert_text(master, "id", n->id.hex);
    assert_text(master, "addr", n->addr);
    assert_text(master, "host", n->host);
    assert_text(master, "state", master_state_text(health->master));
    assert_number(master, "slots", n->slot_count);
    assert_number(master, "working", health->working);
    assert_number(master, "spares", health->spares);
    if (health->master == STATE_ORPHANED) {
        assert_text(master, "orphan_kind", orphan_kind_text(health->orphan));
        assert_seconds(master, "orphaned_for_s", h->snapshot->now_ms - health_told_since_ms(h, i));
    } else {
        assert_true(json_is_null(json_object_get(master, "orphan_kind")));
        assert_true(json_is_null(json_object_get(master, "orphaned_for_s")));
    }
    const json_t *ranges = json_object_get(master, "slot_ranges");
    assert_int_equal(json_array_size(ranges), n->slots.n);
    for (size_t r = 0; r < n->slots.n; r++) {
        const json_t *range = json_array_get(ranges, r);
        assert_int_equal(json_integer_value(json_array_get(range, 0)), n->slots.at[r].first);
        assert_int_equal(json_integer_value(json_array_get(range, 1)), n->slots.at[r].last);
    }
    const json_t *replicas = json_object_get(master, "replicas");
    assert_int_equal(json_array_size(replicas), n->n_replicas);
    for (size_t r = 0; r < n->n_replicas; r++) {
        assert_replica(json_array_get(replicas, r), h, n->replicas[r]);
    }
}

static void assert_cluster(const json_t *cluster, const Snapshot *s)
{
    assert_text(cluster, "name", s->name);
    assert_text(cluster, "state", !s->state_known ? "unknown" : s->state_ok ? "ok" : "fail");
    assert_number(cluster, "slots_covered", s->slots_covered);
    assert_number(cluster, "known_nodes", (int64_t)s->n_nodes);
    assert_number(cluster, "current_epoch", (int64_t)s->current_epoch);
    assert_known(cluster, "barrier", s->barrier);
    const json_t *migration = json_object_get(cluster, "server_migration");
    if (s->server_migration == TRI_UNKNOWN) {
        assert_true(json_is_null(migration));
    } else {
        assert_int_equal(json_is_true(migration), s->server_migration == TRI_YES);
    }
}

// The parsed document; the caller lets go of it.
static json_t *assert_document(const Look *l, const Findings *findings)
{
    const Health *h = l->health;
    StrBuf out = {0};
    check_json(&out, h, findings);
    assert_fits("check", strbuf_text(&out));
    assert_int_equal(strbuf_text(&out)[out.n - 1], '\n');
    json_t *document = json_loads(strbuf_text(&out), JSON_REJECT_DUPLICATES, NULL);
    strbuf_done(&out);
    assert_non_null(document);
    assert_number(document, "schema", 1);
    assert_seconds(document, "t", l->now->wall_ms);
    assert_cluster(json_object_get(document, "cluster"), l->now);
    assert_number(document, "orphaned", h->orphaned);
    assert_number(document, "spares", h->spares);
    assert_bool(document, "host_safe", h->hosts.safe);
    assert_text(document, "worst_host", h->hosts.worst);
    const json_t *masters = json_object_get(document, "masters");
    assert_int_equal(json_array_size(masters), l->now->n_masters);
    for (size_t i = 0; i < l->now->n_masters; i++) {
        assert_master(json_array_get(masters, i), h, l->now->masters[i]);
    }
    const json_t *all = json_object_get(document, "findings");
    assert_int_equal(json_array_size(all), findings->n);
    for (size_t i = 0; i < findings->n; i++) {
        const json_t *one = json_array_get(all, i);
        const Finding *f = &findings->at[i];
        assert_text(one, "code", finding_code_text(f->code));
        assert_text(one, "severity", f->severity == LEVEL_CRITICAL ? "critical" : "warning");
        assert_text(one, "node", f->node.hex);
        assert_seconds(one, "since_s", l->now->now_ms - f->since_ms);
    }
    return document;
}

static void json_says_what_the_snapshot_says(void **state)
{
    (void)state;
    Fixture *all[] = {fixture_scenario(), fixture_scenario(), look_troubled(), fixture_scenario()};
    fixture_fail(all[1], fixture_port(all[1], 7008));
    for (int i = 0; i < (int)fixture_count(all[3]); i++) {
        fixture_node(all[3], i)->barrier = -1;
        fixture_node(all[3], i)->allow_migration = TRI_UNKNOWN;
        fixture_node(all[3], i)->no_info = true;
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        Look l = look(all[i]);
        Finding at[] = {
            look_finding(FINDING_ORPHANED, LEVEL_CRITICAL, l.now->nodes[0].id, "text", "remedy"),
            look_finding(FINDING_HOST_UNSAFE, LEVEL_WARNING, nobody, "text", "remedy"),
        };
        json_decref(assert_document(&l, &(Findings){at, 2}));
        look_done(&l);
        fixture_free(all[i]);
    }
}

static void json_names_replicas_that_no_master_lists(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int middle = fixture_port(f, 7004);
    int end = fixture_replica(f, "127.0.99.173:7011", middle);
    Look l = look(f);
    json_t *document = assert_document(&l, &(Findings){NULL, 0});
    const json_t *detached = json_object_get(document, "detached");
    assert_int_equal(json_array_size(detached), 1);
    assert_text(json_array_get(detached, 0), "id", fixture_id(f, end).hex);
    assert_text(json_array_get(detached, 0), "replicates", fixture_id(f, middle).hex);
    json_decref(document);
    look_done(&l);
    fixture_free(f);
}

static void a_replica_of_nobody_is_told_in_both_forms(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int lost = fixture_port(f, 7002);
    for (int i = 0; i < (int)fixture_count(f); i++) {
        fixture_view_master(f, i, lost, -1);
    }
    Look l = look(f);
    json_t *document = assert_document(&l, &(Findings){NULL, 0});
    const json_t *replica = json_array_get(json_object_get(document, "detached"), 0);
    assert_text(replica, "id", fixture_id(f, lost).hex);
    assert_true(json_is_null(json_object_get(replica, "replicates")));
    json_decref(document);
    StrBuf out = {0};
    check_text(&out, l.health, &(Findings){NULL, 0});
    assert_non_null(strstr(strbuf_text(&out),
                           "*** WARNING: 127.0.99.170:7002 claims to be slave of "
                           "unknown node ID -.\n"));
    strbuf_done(&out);
    look_done(&l);
    fixture_free(f);
}

// The node that did not answer in the second round keeps what it said in the first.
static void a_link_told_in_an_earlier_round_is_not_told_again(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    RoundInput round = *fixture_round(f, 13000);
    Observation *at = mem_array(round.n, sizeof(*at));
    memcpy(at, round.at, round.n * sizeof(*at));
    NodeId late = fixture_id(f, fixture_port(f, 7008));
    for (size_t i = 0; i < round.n; i++) {
        if (node_id_eq(at[i].id, late)) {
            at[i].reach = REACH_LATE;
        }
    }
    round.at = at;
    Look l = {.now = snapshot_build(&round)};
    l.health = health_assess(l.now, NULL, &(HealthOptions){0});
    const Node *n = &l.now->nodes[snapshot_find(l.now, late)];
    assert_true(n->says->has_info && n->says->info.link_up);
    json_decref(assert_document(&l, &(Findings){NULL, 0}));
    look_done(&l);
    mem_free(at);
    fixture_free(f);
}

static void json_of_an_orphan(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_fail(f, fixture_port(f, 7008));
    Look l = look(f);
    Finding at[] = {
        look_finding(FINDING_ORPHANED, LEVEL_CRITICAL, fixture_id(f, fixture_port(f, 7001)),
                     "127.0.99.170:7001 is orphaned: its only replica failed", "rehome heal"),
    };
    StrBuf out = {0};
    check_json(&out, l.health, &(Findings){at, 1});
    assert_fits("check", strbuf_text(&out));
    assert_true(golden_equal("check-orphaned.json", strbuf_text(&out)));
    strbuf_done(&out);
    look_done(&l);
    fixture_free(f);
}

// --- what servers call themselves --------------------------------------------------------------

static const char *const hostile_names[] = {
    "\033[2J\033]0;owned\007", "\"},{\"id\":\"x\"}", "back\\slash\\u0000",        "\xff\xfe\xc3",
    "zero\u200bwidth",         "a\tb\x7f\x01",       "\u00fcn\u00efcode.example",
};

static void assert_printable(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        assert_true(*p != 0x7f);
    }
}

static void names_of_servers_cannot_break_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile_names / sizeof hostile_names[0]; i++) {
        Fixture *f = fixture_scenario();
        FixtureNode *n = fixture_node(f, fixture_port(f, 7002));
        snprintf(n->hostname, sizeof n->hostname, "%s", hostile_names[i]);
        n->ip[0] = '\0';
        Look l = look(f);
        Finding at[] = {
            look_finding(FINDING_ORPHANED, LEVEL_CRITICAL, n->id, hostile_names[i], "r")};
        json_decref(assert_document(&l, &(Findings){at, 1}));
        StrBuf out = {0};
        check_json(&out, l.health, &(Findings){at, 1});
        assert_fits("check", strbuf_text(&out));
        assert_printable(strbuf_text(&out));
        strbuf_clear(&out);
        check_text(&out, l.health, &(Findings){NULL, 0});
        assert_printable(strbuf_text(&out));
        strbuf_done(&out);
        look_done(&l);
        fixture_free(f);
    }
}

TESTS(check_json, cmocka_unit_test(json_says_what_the_snapshot_says),
      cmocka_unit_test(json_names_replicas_that_no_master_lists),
      cmocka_unit_test(a_replica_of_nobody_is_told_in_both_forms),
      cmocka_unit_test(a_link_told_in_an_earlier_round_is_not_told_again),
      cmocka_unit_test(json_of_an_orphan), cmocka_unit_test(names_of_servers_cannot_break_out))
