#include "unit.h"

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

static void a_replica_knows_best_whom_it_follows(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int r = fixture_port(f, 7004);
    int old = fixture_port(f, 7003);
    fixture_node(f, r)->master = fixture_port(f, 7001);
    for (int i = 0; i < 7; i++) {
        if (i != r) {
            fixture_view_master(f, i, r, old); // nobody has heard of it yet
        }
    }
    for (int silent = 0; silent < 2; silent++) { // by its own view, and by its INFO alone
        fixture_node(f, r)->silent = silent != 0;
        Snapshot *s = fixture_snapshot(f, 1000);
        assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.170:7001");
        assert_string_equal(fixture_seen(f, s, r)->master_id.hex,
                            fixture_id(f, fixture_port(f, 7001)).hex);
        assert_int_equal(port(s, f, 7001)->n_replicas, 2);
        assert_int_equal(port(s, f, 7003)->n_replicas, 1);
        snapshot_free(s);
    }
    // When it says nothing in this round, the others do.
    fixture_node(f, r)->reach = REACH_LATE;
    fixture_node(f, r)->age_ms = 500;
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.171:7003");
    fixture_free(f);
    snapshot_free(s);
}

static void an_address_that_two_nodes_have_proves_nothing(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int r = fixture_port(f, 7004);
    fixture_node(f, r)->master = fixture_port(f, 7001);
    fixture_node(f, r)->silent = true;
    for (int i = 0; i < 7; i++) {
        fixture_view_master(f, i, r, fixture_port(f, 7003));
    }
    int ghost = fixture_master(f, "127.0.99.170:7001", ""); // an earlier life of 7001
    fixture_fail(f, ghost);
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.171:7003");
    fixture_free(f);
    snapshot_free(s);
}

static void a_master_behind_nat_is_still_its_master(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (int i = 1; i < 7; i++) {
        fixture_node(f, i)->silent = true;
    }
    RoundInput in = *fixture_round(f, 1000);
    Observation *all = mem_array(in.n, sizeof(*all));
    memcpy(all, in.at, in.n * sizeof(*all));
    in.at = all;
    all[3].info = sv("role:slave\r\nmaster_host:192.168.1.9\r\nmaster_port:9999\r\n"
                     "master_link_status:up\r\n");
    Snapshot *s = snapshot_build(&in);
    assert_string_equal(master_addr(s, fixture_seen(f, s, 3)), "127.0.99.170:7001");
    mem_free(all);
    fixture_free(f);
    snapshot_free(s);
}

static void most_masters_settle_what_a_silent_node_is(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int r = fixture_port(f, 7004);
    fixture_lose(f, r);
    fixture_view_master(f, 0, r, fixture_port(f, 7001));
    fixture_view_master(f, 1, r, fixture_port(f, 7001));
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.170:7001");
    snapshot_free(s);
    // "slave -" is ignorance, however many share it.
    fixture_view_master(f, 0, r, -1);
    fixture_view_master(f, 1, r, -1);
    s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.171:7003");
    assert_int_equal(s->n_orphan_lines, 1);
    snapshot_free(s);
    fixture_view_master(f, 2, r, -1);
    s = fixture_snapshot(f, 1000);
    assert_int_equal(fixture_seen(f, s, r)->master, -1);
    assert_false(node_is_master(fixture_seen(f, s, r)));
    assert_true(node_id_is_none(fixture_seen(f, s, r)->master_id));
    snapshot_free(s);
    // Dead before it could say whom it follows: nobody will ever know, and nobody needs to.
    fixture_fail(f, r);
    s = fixture_snapshot(f, 1000);
    assert_int_equal(s->n_orphan_lines, 0);
    fixture_free(f);
    snapshot_free(s);
}

static void the_higher_epoch_owns_the_slots(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int old = fixture_port(f, 7001);
    int new = fixture_port(f, 7008);
    fixture_promote(f, new);
    // The old master is cut off and still believes what was true before.
    fixture_node(f, old)->master = -1;
    fixture_view_slots(f, old, old, "0-5460", 1);
    fixture_view_master(f, old, new, old);
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_int_equal(fixture_seen(f, s, new)->slot_count, 5461);
    assert_int_equal(fixture_seen(f, s, old)->slot_count, 0);
    assert_true(node_is_master(fixture_seen(f, s, old)));
    assert_false(node_is_owner(fixture_seen(f, s, old)));
    assert_int_equal(s->n_owners, 3);
    assert_int_equal(s->n_owners_asked, 3);
    assert_int_equal(s->slots_covered, SLOT_COUNT);
    assert_false(s->views_agree);
    assert_string_equal(s->dissenter, "127.0.99.170:7001");
    // It has no vote either.
    fixture_view_says(f, old, 1, NODE_FAIL);
    snapshot_free(s);
    s = fixture_snapshot(f, 2000);
    assert_int_equal(fixture_seen(f, s, 1)->flags & (NODE_FAIL | NODE_PFAIL), 0);
    fixture_free(f);
    snapshot_free(s);
}

static void an_owner_speaks_for_itself_about_its_slots(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_view_slots(f, 1, 0, "0-5000", 1); // 7005 has missed something
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_int_equal(fixture_seen(f, s, 0)->slot_count, 5461);
    assert_false(s->views_agree);
    assert_string_equal(s->dissenter, "127.0.99.172:7005");
    snapshot_free(s);
    // It was reset: the others do not know yet.
    fixture_view_slots(f, 0, 0, "", 0);
    fixture_view_slots(f, 1, 0, "0-5460", 1);
    s = fixture_snapshot(f, 2000);
    assert_int_equal(fixture_seen(f, s, 0)->slot_count, 0);
    assert_int_equal(s->slots_covered, SLOT_COUNT - 5461);
    fixture_free(f);
    snapshot_free(s);
}

static void a_deposed_master_hands_its_slots_to_whom_it_follows(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int old = fixture_port(f, 7001);
    int new = fixture_port(f, 7008);
    fixture_promote(f, new);
    // The only view is older than the promotion; INFO of both is newer.
    for (int i = 0; i < 7; i++) {
        fixture_node(f, i)->silent = i != 1;
    }
    fixture_view_slots(f, 1, old, "0-5460", 1);
    fixture_view_master(f, 1, new, old);
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_false(node_is_master(fixture_seen(f, s, old)));
    assert_true(node_is_owner(fixture_seen(f, s, new)));
    assert_int_equal(fixture_seen(f, s, new)->slot_count, 5461);
    assert_string_equal(master_addr(s, fixture_seen(f, s, old)), fixture_seen(f, s, new)->addr);
    fixture_free(f);
    snapshot_free(s);
}

static void among_equals_the_higher_epoch_then_the_later_view_is_right(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int r = fixture_port(f, 7004);
    fixture_lose(f, r);
    fixture_lose(f, 1);              // two votes are left
    fixture_view_master(f, 0, r, 1); // epoch 2, against 3 in the other's view
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.171:7003");
    snapshot_free(s);
    fixture_node(f, 1)->config_epoch = 4;
    s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.172:7005");
    snapshot_free(s);
    fixture_node(f, 1)->config_epoch = 3;
    for (int later = 0; later <= 2; later += 2) {
        fixture_node(f, 2 - later)->age_ms = 40;
        fixture_node(f, later)->age_ms = 0;
        s = fixture_snapshot(f, 1000);
        assert_string_equal(master_addr(s, fixture_seen(f, s, r)),
                            later == 0 ? "127.0.99.172:7005" : "127.0.99.171:7003");
        snapshot_free(s);
    }
    fixture_free(f);
}

static void fresh_info_outdoes_an_old_view_of_its_own(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    RoundInput in = *fixture_round(f, 5000);
    Observation *all = mem_array(in.n, sizeof(*all));
    memcpy(all, in.at, in.n * sizeof(*all));
    in.at = all;
    for (size_t i = 0; i < in.n; i++) {
        all[i].nodes_ms = 3000;
    }
    all[5].info = sv("role:slave\r\nmaster_host:127.0.99.170\r\nmaster_port:7001\r\n");
    Snapshot *s = snapshot_build(&in);
    assert_string_equal(master_addr(s, fixture_seen(f, s, 5)), "127.0.99.170:7001");
    snapshot_free(s);
    all[5].nodes_ms = in.now_ms; // of this round: what it says itself is newer than any INFO
    s = snapshot_build(&in);
    assert_string_equal(master_addr(s, fixture_seen(f, s, 5)), "127.0.99.171:7003");
    mem_free(all);
    fixture_free(f);
    snapshot_free(s);
}

static void with_equal_epochs_who_claims_the_slots_itself_has_them(void **state)
{
    (void)state;
    for (int rumoured = 0; rumoured < 2; rumoured++) { // with the smaller ID, and with the larger
        Fixture *f = fixture_new();
        fixture_master(f, "10.0.0.1:1", rumoured == 0 ? "" : "0-99");
        fixture_master(f, "10.0.0.2:2", rumoured == 1 ? "" : "0-99");
        int teller = fixture_master(f, "10.0.0.3:3", "100-199");
        fixture_node(f, 0)->config_epoch = 5;
        fixture_node(f, 1)->config_epoch = 5;
        fixture_node(f, rumoured)->silent = true;
        fixture_view_slots(f, teller, rumoured, "0-99", 5);
        Snapshot *s = fixture_snapshot(f, 1000);
        assert_int_equal(fixture_seen(f, s, 1 - rumoured)->slot_count, 100);
        assert_int_equal(fixture_seen(f, s, rumoured)->slot_count, 0);
        fixture_free(f);
        snapshot_free(s);
    }
}

// Seen on a server with a large dump: "role:master" until the last key is loaded.
static void a_replica_that_loads_at_its_start_is_none_the_less_one(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int r = fixture_port(f, 7008);
    fixture_node(f, r)->loading = true;
    fixture_node(f, r)->starting = true;
    Snapshot *s = fixture_snapshot(f, 1000);
    assert_string_equal(master_addr(s, fixture_seen(f, s, r)), "127.0.99.170:7001");
    assert_false(fixture_seen(f, s, r)->says->info.is_master);
    snapshot_free(s);
    int m = fixture_port(f, 7001); // of whom nobody says otherwise
    fixture_node(f, m)->loading = true;
    s = fixture_snapshot(f, 2000);
    assert_true(node_is_owner(fixture_seen(f, s, m)));
    assert_true(fixture_seen(f, s, m)->says->info.is_master);
    fixture_free(f);
    snapshot_free(s);
}

TESTS(snapshot_role, cmocka_unit_test(a_replica_knows_best_whom_it_follows),
      cmocka_unit_test(a_replica_that_loads_at_its_start_is_none_the_less_one),
      cmocka_unit_test(an_address_that_two_nodes_have_proves_nothing),
      cmocka_unit_test(a_master_behind_nat_is_still_its_master),
      cmocka_unit_test(most_masters_settle_what_a_silent_node_is),
      cmocka_unit_test(the_higher_epoch_owns_the_slots),
      cmocka_unit_test(an_owner_speaks_for_itself_about_its_slots),
      cmocka_unit_test(a_deposed_master_hands_its_slots_to_whom_it_follows),
      cmocka_unit_test(among_equals_the_higher_epoch_then_the_later_view_is_right),
      cmocka_unit_test(fresh_info_outdoes_an_old_view_of_its_own),
      cmocka_unit_test(with_equal_epochs_who_claims_the_slots_itself_has_them))
