#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "rehome/base/mem.h"

static const Node *port(const Snapshot *s, const Fixture *f, int number)
{
    return fixture_seen(f, s, fixture_port(f, number));
}

static const char *master_addr(const Snapshot *s, const Node *node)
{
    return node->master < 0 ? "" : s->nodes[node->master].addr;
}

static void a_healthy_cluster_is_seen_as_it_is(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    Snapshot *s = fixture_snapshot(f, 1000);
    static const char *const order[] = {
        "127.0.99.170:7001", "127.0.99.172:7005", "127.0.99.171:7003", "127.0.99.170:7002",
        "127.0.99.171:7004", "127.0.99.172:7006", "127.0.99.172:7008"};
    assert_int_equal(s->n_nodes, ARRAY_LEN(order));
    for (size_t i = 0; i < s->n_nodes; i++) {
        assert_string_equal(s->nodes[i].addr, order[i]);
        assert_int_equal(s->nodes[i].says->reach, REACH_OK);
        assert_true(s->nodes[i].says->has_info && s->nodes[i].says->has_view);
        assert_true(s->nodes[i].says->has_cluster && s->nodes[i].says->has_settings);
    }
    assert_int_equal(s->n_masters, 3);
    assert_int_equal(s->n_owners, 3);
    assert_int_equal(s->n_owners_asked, 3);
    assert_int_equal(s->n_replicas, 4);
    assert_int_equal(s->masters[1], 1);
    assert_int_equal(s->slots_covered, SLOT_COUNT);
    assert_int_equal(s->slots_fail, 0);
    assert_true(s->state_known && s->state_ok && s->epochs_agree && s->views_agree);
    assert_true(s->current_epoch == 3);
    assert_string_equal(s->dissenter, "");
    assert_int_equal(s->server_migration, TRI_YES);
    assert_false(s->migration_mixed);
    assert_int_equal(s->barrier, 1);
    assert_int_equal(s->node_timeout_ms, 2000);
    assert_true(s->wall_ms == INT64_C(1700000001000));
    assert_string_equal(s->name, "127.0.99.170:7001");

    const Node *donor = port(s, f, 7003);
    assert_true(node_is_owner(donor));
    assert_int_equal(donor->n_replicas, 2);
    assert_string_equal(s->nodes[donor->replicas[0]].addr, "127.0.99.170:7002");
    assert_string_equal(s->nodes[donor->replicas[1]].addr, "127.0.99.171:7004");
    assert_int_equal(donor->slot_count, 5462);
    assert_string_equal(slot_ranges_text(s->arena, port(s, f, 7005)->slots),
                        "5461-6825 12288-16383");
    const Node *replica = port(s, f, 7008);
    assert_false(node_is_master(replica));
    assert_string_equal(replica->host, "127.0.99.172");
    assert_string_equal(master_addr(s, replica), "127.0.99.170:7001");
    assert_int_equal(replica->views, 3);
    assert_int_equal(donor->views, 2); // its own does not count
    fixture_free(f);
    snapshot_free(s); // it does not need the fixture
    snapshot_free(NULL);
}

static void failed_is_what_most_masters_say(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int r = fixture_port(f, 7008);
    unsigned fail = NODE_FAIL;
    unsigned pfail = NODE_PFAIL;
    const struct {
        unsigned says[3]; // 7001, 7005, 7003
        unsigned expected;
        int fail_views;
        int pfail_views;
    } cases[] = {
        {{0, 0, 0}, 0, 0, 0},
        {{pfail, 0, 0}, NODE_PFAIL, 0, 1},
        {{pfail, pfail, pfail}, NODE_PFAIL, 0, 3},
        {{fail, 0, 0}, NODE_PFAIL, 1, 0},
        {{fail, pfail, 0}, NODE_PFAIL, 1, 1},
        {{fail, 0, fail}, NODE_FAIL, 2, 0},
        {{fail, fail, fail}, NODE_FAIL, 3, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (int m = 0; m < 3; m++) {
            fixture_view_says(f, m, r, cases[i].says[m]);
        }
        // What replicas say has no vote.
        fixture_view_says(f, fixture_port(f, 7002), r, NODE_FAIL);
        fixture_view_says(f, fixture_port(f, 7004), r, NODE_FAIL);
        Snapshot *s = fixture_snapshot(f, 1000);
        const Node *node = fixture_seen(f, s, r);
        assert_int_equal(node->flags & (NODE_FAIL | NODE_PFAIL), cases[i].expected);
        assert_int_equal(node->fail_views, cases[i].fail_views);
        assert_int_equal(node->pfail_views, cases[i].pfail_views);
        assert_int_equal(node->views, 3);
        snapshot_free(s);
    }
    fixture_free(f);
}

static void without_a_slot_owner_any_view_votes(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (int m = 0; m < 3; m++) {
        fixture_node(f, m)->silent = true;
    }
    fixture_fail(f, fixture_port(f, 7008));
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_true(node_has(port(s, f, 7008), NODE_FAIL));
    assert_int_equal(port(s, f, 7008)->views, 3);
    assert_int_equal(s->n_owners_asked, 0);
    assert_int_equal(s->slots_covered, SLOT_COUNT);
    assert_true(s->state_known && s->state_ok);
    fixture_free(f);
    snapshot_free(s);
}

static void one_witness_is_enough_for_the_topology(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (int i = 1; i < 7; i++) {
        fixture_node(f, i)->silent = true;
    }
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_int_equal(s->n_nodes, 7);
    assert_int_equal(s->n_owners_asked, 1);
    assert_string_equal(master_addr(s, port(s, f, 7002)), "127.0.99.171:7003");
    assert_true(port(s, f, 7002)->says->has_info);
    assert_false(port(s, f, 7002)->says->has_view);
    fixture_free(f);
    snapshot_free(s);
}

static void lost_slots_are_counted(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_fail(f, 0);
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_int_equal(s->slots_covered, SLOT_COUNT);
    assert_int_equal(s->slots_fail, 5461);
    assert_true(s->state_known);
    assert_false(s->state_ok);
    assert_int_equal(s->n_owners, 3);
    assert_int_equal(s->n_owners_asked, 2);
    assert_int_equal(fixture_seen(f, s, 0)->says->reach, REACH_UNREACHABLE);
    assert_string_equal(fixture_seen(f, s, 0)->says->why, "Connection refused");
    fixture_free(f);
    snapshot_free(s);
}

static void the_state_is_the_majoritys(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_node(f, 0)->state_fail = true;
    for (int i = 3; i < 7; i++) {
        fixture_node(f, i)->state_fail = true; // replicas do not count
    }
    fixture_node(f, 1)->current_epoch = 9;
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_true(s->state_ok);
    assert_true(s->current_epoch == 9);
    assert_false(s->epochs_agree);
    fixture_node(f, 1)->state_fail = true;
    snapshot_free(s);
    s = fixture_snapshot(f, 2000);
    assert_false(s->state_ok);
    snapshot_free(s);
    // One of two is no majority.
    fixture_node(f, 1)->state_fail = false;
    fixture_node(f, 2)->reach = REACH_LATE;
    s = fixture_snapshot(f, 3000);
    assert_true(s->state_known);
    assert_false(s->state_ok);
    fixture_free(f);
    snapshot_free(s);
}

static void handshakes_and_ghosts_are_no_nodes(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int shaking = fixture_master(f, "10.0.0.7:6379", "");
    fixture_node(f, shaking)->handshake = true;
    fixture_lose(f, shaking);
    int gone = fixture_replica(f, "10.0.0.8:6379", 0);
    fixture_fail(f, gone);
    fixture_node(f, gone)->noaddr = true;
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_int_equal(s->n_nodes, 8);
    assert_int_equal(s->n_handshake, 1);
    assert_int_equal(snapshot_find(s, fixture_id(f, shaking)), -1);
    const Node *node = fixture_seen(f, s, gone); // kept: it has an ID and a role
    assert_true(node_has(node, NODE_NOADDR));
    assert_true(node_has(node, NODE_FAIL));
    assert_string_equal(node->ip, "");
    assert_string_equal(node->host, "");
    assert_string_equal(node->addr, "00000009");
    snapshot_free(s);
    // Whatever else a server thinks that the stranger is.
    for (int i = 0; i < 7; i++) {
        fixture_view_says(f, i, shaking, NODE_HANDSHAKE | NODE_MASTER);
    }
    s = fixture_snapshot(f, 1000);
    assert_int_equal(s->n_nodes, 8);
    snapshot_free(s);
    // Only slot owners' handshakes count: the seed may just have met somebody.
    for (int i = 0; i < 3; i++) {
        fixture_view_omits(f, i, shaking);
    }
    s = fixture_snapshot(f, 1000);
    assert_int_equal(s->n_handshake, 0);
    fixture_free(f);
    snapshot_free(s);
}

static void a_replica_of_a_replica_is_in_nobodys_list(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int sub = fixture_replica(f, "127.0.99.173:7009", fixture_port(f, 7008));
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, sub)), "127.0.99.172:7008");
    assert_int_equal(port(s, f, 7008)->n_replicas, 0);
    assert_int_equal(port(s, f, 7001)->n_replicas, 1);
    assert_int_equal(s->n_replicas, 5);
    snapshot_free(s);
    // A master that nobody lists.
    fixture_node(f, sub)->master = 0;
    for (int i = 0; i < 8; i++) {
        fixture_view_omits(f, i, 0);
    }
    fixture_node(f, 0)->silent = true;
    s = fixture_snapshot(f, 2000);
    assert_int_equal(fixture_seen(f, s, sub)->master, -1);
    assert_string_equal(fixture_seen(f, s, sub)->master_id.hex, fixture_id(f, 0).hex);
    assert_int_equal(snapshot_find(s, fixture_id(f, 0)), -1);
    fixture_free(f);
    snapshot_free(s);
}

static void old_views_serve_when_there_is_no_other(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (int i = 0; i < 7; i++) {
        fixture_node(f, i)->age_ms = 3000;
        fixture_node(f, i)->reach = REACH_LATE;
    }
    Snapshot *s = fixture_snapshot(f, 9000);
    assert_int_equal(s->n_nodes, 7);
    assert_int_equal(s->n_owners_asked, 0);
    assert_false(s->state_known);
    snapshot_free(s);
    // One fresh view sets all old ones aside.
    fixture_node(f, 1)->age_ms = 0;
    fixture_node(f, 1)->reach = REACH_OK;
    fixture_node(f, 0)->slots[0] = '\0';
    fixture_view_slots(f, 0, 0, "0-5460", 99);
    s = fixture_snapshot(f, 9000);
    assert_int_equal(fixture_seen(f, s, 0)->slot_count, 0);
    assert_false(fixture_seen(f, s, 0)->says->has_view);
    assert_true(fixture_seen(f, s, 0)->says->has_info);
    fixture_free(f);
    snapshot_free(s);
}

static void a_loading_node_is_still_a_node(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    FixtureNode *node = fixture_node(f, 3);
    node->loading = true;
    node->loading_total = 1000;
    node->loading_done = 250;
    node->sync_in_progress = true;
    node->failed = true; // it did not answer pings while it flushed
    Snapshot *s = fixture_snapshot(f, 1000);
    const Node *n = fixture_seen(f, s, 3);
    assert_true(node_has(n, NODE_FAIL));
    assert_true(n->says->loading && n->says->info.loading);
    assert_false(n->says->has_view);
    assert_int_equal(n->says->info.loading_done_bytes, 250);
    assert_int_equal(fixture_seen(f, s, 0)->says->info.slaves[0].state, SLAVE_ONLINE);
    fixture_free(f);
    snapshot_free(s);
}

static void what_the_servers_may_do_is_summed_up(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (int i = 0; i < 7; i++) {
        fixture_node(f, i)->allow_migration = TRI_NO;
    }
    fixture_node(f, 6)->barrier = 2;
    fixture_node(f, 5)->node_timeout_ms = 15000;
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_int_equal(s->server_migration, TRI_NO);
    assert_false(s->migration_mixed);
    assert_int_equal(s->barrier, 2);
    assert_int_equal(s->node_timeout_ms, 15000);
    snapshot_free(s);
    fixture_node(f, 6)->allow_migration = TRI_UNKNOWN; // before 6.2.2: always on
    s = fixture_snapshot(f, 1000);
    assert_int_equal(s->server_migration, TRI_YES);
    assert_true(s->migration_mixed);
    snapshot_free(s);
    fixture_node(f, 6)->reach = REACH_UNREACHABLE; // it will do nothing now
    fixture_node(f, 6)->age_ms = 500;
    s = fixture_snapshot(f, 1000);
    assert_int_equal(s->server_migration, TRI_NO);
    snapshot_free(s);
    for (int i = 0; i < 7; i++) {
        fixture_node(f, i)->forbidden = ASK_SETTINGS;
    }
    s = fixture_snapshot(f, 1000);
    assert_int_equal(s->server_migration, TRI_UNKNOWN);
    assert_int_equal(s->barrier, -1);
    assert_true(s->nodes[0].says->forbidden == ASK_SETTINGS);
    fixture_free(f);
    snapshot_free(s);
}

static void a_thousand_nodes_are_put_in_order(void **state)
{
    (void)state;
    enum { MASTERS = 500, WITNESSES = 5 };
    Fixture *f = fixture_new();
    char addr[64];
    char slots[64];
    for (int i = 0; i < MASTERS; i++) {
        snprintf(addr, sizeof(addr), "10.0.%d.%d:6379", i / 250, i % 250);
        snprintf(slots, sizeof(slots), "%d-%d", i * SLOT_COUNT / MASTERS,
                 (i + 1) * SLOT_COUNT / MASTERS - 1);
        fixture_node(f, fixture_master(f, addr, slots))->silent = i >= WITNESSES;
    }
    for (int i = 0; i < MASTERS; i++) {
        snprintf(addr, sizeof(addr), "10.1.%d.%d:6379", i / 250, i % 250);
        fixture_node(f, fixture_replica(f, addr, i))->silent = true;
    }
    fixture_fail(f, 999);
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_int_equal(s->n_nodes, 2 * MASTERS);
    assert_int_equal(s->n_owners, MASTERS);
    assert_int_equal(s->n_owners_asked, WITNESSES);
    assert_int_equal(s->slots_covered, SLOT_COUNT);
    for (int i = 0; i < MASTERS; i++) {
        assert_int_equal(s->masters[i], i);
        assert_string_equal(s->nodes[i].id.hex, fixture_id(f, i).hex);
        assert_int_equal(s->nodes[i].n_replicas, 1);
        assert_string_equal(s->nodes[s->nodes[i].replicas[0]].id.hex,
                            fixture_id(f, MASTERS + i).hex);
    }
    assert_int_equal(fixture_seen(f, s, 999)->fail_views, WITNESSES);
    fixture_free(f);
    snapshot_free(s);
}

static void a_node_says_best_what_its_own_epoch_and_open_slots_are(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_view_slots(f, 1, 0, "0-5460", 99);
    snprintf(fixture_node(f, 2)->open_slots, sizeof(fixture_node(f, 2)->open_slots),
             "[7000->-%s] [7001-<-%s]", fixture_id(f, 0).hex, fixture_id(f, 1).hex);
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_true(fixture_seen(f, s, 0)->config_epoch == 1);
    assert_int_equal(fixture_seen(f, s, 2)->open_slots, 2);
    assert_int_equal(s->open_slots, 2);
    snapshot_free(s);
    fixture_node(f, 0)->silent = true; // then the highest that is told of it
    s = fixture_snapshot(f, 1000);
    assert_true(fixture_seen(f, s, 0)->config_epoch == 99);
    fixture_free(f);
    snapshot_free(s);
}

TESTS(snapshot, cmocka_unit_test(a_healthy_cluster_is_seen_as_it_is),
      cmocka_unit_test(failed_is_what_most_masters_say),
      cmocka_unit_test(without_a_slot_owner_any_view_votes),
      cmocka_unit_test(one_witness_is_enough_for_the_topology),
      cmocka_unit_test(lost_slots_are_counted), cmocka_unit_test(the_state_is_the_majoritys),
      cmocka_unit_test(handshakes_and_ghosts_are_no_nodes),
      cmocka_unit_test(a_replica_of_a_replica_is_in_nobodys_list),
      cmocka_unit_test(old_views_serve_when_there_is_no_other),
      cmocka_unit_test(a_loading_node_is_still_a_node),
      cmocka_unit_test(what_the_servers_may_do_is_summed_up),
      cmocka_unit_test(a_thousand_nodes_are_put_in_order),
      cmocka_unit_test(a_node_says_best_what_its_own_epoch_and_open_slots_are))
