#include "unit.h"

#include <string.h>

#include "watch.h"

static const HostLoss *loss_of(const Watch *w, const char *host)
{
    for (size_t i = 0; i < w->h->hosts.n; i++) {
        if (strcmp(w->h->hosts.at[i].host, host) == 0) {
            return &w->h->hosts.at[i];
        }
    }
    fail_msg("no host %s", host);
    return NULL;
}

// By hand: .170 has 7001 (its copy 7008 is on .172) and 7002 (7003 keeps 7004). .171 has 7003 (copy
// 7002 on .170) and 7004. .172 has 7005 with its only copy 7006, and 7008, the only copy of 7001.
static void the_owners_cluster_does_not_survive_one_of_its_hosts(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    const HostSafety *hosts = &watch_round(&w, 1000)->hosts;
    assert_int_equal(hosts->n, 3);
    assert_false(hosts->safe);
    assert_string_equal(hosts->worst, "127.0.99.172");
    assert_string_equal(hosts->at[0].host, "127.0.99.172");

    const HostLoss *loss = loss_of(&w, "127.0.99.172");
    assert_int_equal(loss->nodes, 3);
    assert_int_equal(loss->masters, 1);
    assert_int_equal(loss->slots_lost, 1365 + 4096);
    assert_int_equal(loss->shards_lost, 1);
    assert_int_equal(loss->left_alone, 1);
    assert_true(loss->majority_kept);

    loss = loss_of(&w, "127.0.99.170");
    assert_int_equal(loss->nodes, 2);
    assert_int_equal(loss->masters, 1);
    assert_int_equal(loss->slots_lost, 0);
    assert_int_equal(loss->shards_lost, 0);
    assert_int_equal(loss->left_alone, 0);
    assert_true(loss->majority_kept);

    loss = loss_of(&w, "127.0.99.171");
    assert_int_equal(loss->nodes, 2);
    assert_int_equal(loss->slots_lost, 0);
    assert_int_equal(loss->left_alone, 0);
    assert_true(loss->majority_kept);
    watch_done(&w);
}

static void an_orphans_host_is_as_bad_as_one_with_both_copies(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7008);
    watch_round(&w, 1000);
    assert_int_equal(loss_of(&w, "127.0.99.170")->slots_lost, 5461);
    assert_int_equal(loss_of(&w, "127.0.99.172")->slots_lost, 5461);
    assert_int_equal(loss_of(&w, "127.0.99.172")->nodes, 2);
    assert_int_equal(loss_of(&w, "127.0.99.172")->left_alone, 0);
    assert_string_equal(w.h->hosts.worst, "127.0.99.170"); // equal: by name
    watch_done(&w);
}

static void a_well_placed_cluster_is_safe(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    const HostSafety *hosts = &watch_round(&w, 1000)->hosts;
    assert_true(hosts->safe);
    assert_string_equal(hosts->worst, "");
    assert_int_equal(hosts->n, 3);
    assert_int_equal(hosts->at[0].left_alone, 1);
    watch_done(&w);
}

static void a_replica_that_does_not_work_is_no_copy(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7101)->sync_in_progress = true;
    watch_round(&w, 1000);
    assert_false(w.h->hosts.safe);
    assert_string_equal(w.h->hosts.worst, "10.0.0.1");
    assert_int_equal(loss_of(&w, "10.0.0.1")->shards_lost, 1);
    watch_done(&w);
}

static void half_of_the_masters_is_no_majority(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    fixture_master(f, "10.0.0.1:7001", "0-4095");
    fixture_master(f, "10.0.0.1:7002", "4096-8191");
    fixture_master(f, "10.0.0.2:7003", "8192-12287");
    fixture_master(f, "10.0.0.3:7004", "12288-16383");
    fixture_replica(f, "10.0.0.2:7101", 0);
    fixture_replica(f, "10.0.0.2:7102", 1);
    fixture_replica(f, "10.0.0.3:7103", 2);
    fixture_replica(f, "10.0.0.1:7104", 3);
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    assert_false(w.h->hosts.safe);
    assert_string_equal(w.h->hosts.worst, "10.0.0.1");
    assert_false(loss_of(&w, "10.0.0.1")->majority_kept); // 2 of 4
    assert_int_equal(loss_of(&w, "10.0.0.1")->slots_lost, 0);
    assert_true(loss_of(&w, "10.0.0.2")->majority_kept); // 3 of 4
    watch_done(&w);
}

static void what_is_lost_already_does_not_count_against_a_host(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7005);
    watch_fail(&w, 7006);
    watch_round(&w, 1000);
    const HostLoss *loss = loss_of(&w, "127.0.99.172");
    assert_int_equal(loss->nodes, 1);
    assert_int_equal(loss->masters, 0);
    assert_int_equal(loss->slots_lost, 0);
    assert_int_equal(loss->left_alone, 1);                    // 7001 loses 7008
    assert_true(loss->majority_kept);                         // 2 of 3, as before
    assert_false(loss_of(&w, "127.0.99.170")->majority_kept); // 1 of 3
    watch_done(&w);
}

static void slots_that_wait_for_a_failover_have_no_working_copy_to_lose(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7005); // 7006 lives, without a link
    watch_round(&w, 1000);
    assert_int_equal(loss_of(&w, "127.0.99.172")->nodes, 2);
    assert_int_equal(loss_of(&w, "127.0.99.172")->slots_lost, 0);
    watch_done(&w);
}

static void a_node_on_an_unknown_host_is_its_own_host(void **state)
{
    (void)state;
    Fixture *f = well_placed();
    Watch w = watch_new(f);
    for (int port = 7101; port <= 7102; port++) {
        knob(&w, port)->noaddr = true;
        knob(&w, port)->silent = true;
    }
    watch_round(&w, 1000);
    assert_string_equal(w.h->snapshot->nodes[watch_index(&w, 7101)].host, "");
    assert_string_equal(w.h->snapshot->nodes[watch_index(&w, 7102)].host, "");
    assert_int_equal(w.h->hosts.n, 5);
    watch_done(&w);
}

static void any_set_of_nodes_can_be_asked_about(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    const Health *h = watch_round(&w, 1000);
    const int both[] = {watch_index(&w, 7001), watch_index(&w, 7008), watch_index(&w, 7001)};
    HostLoss loss = host_loss_of(h->snapshot, h, both, 3);
    assert_string_equal(loss.host, "");
    assert_int_equal(loss.nodes, 2); // named twice, dead once
    assert_int_equal(loss.masters, 1);
    assert_int_equal(loss.slots_lost, 5461);
    assert_int_equal(loss.shards_lost, 1);
    assert_int_equal(loss.left_alone, 0);
    const int spare = watch_index(&w, 7002);
    loss = host_loss_of(h->snapshot, h, &spare, 1);
    assert_int_equal(loss.slots_lost, 0);
    assert_int_equal(loss.left_alone, 0); // 7004 is still there
    loss = host_loss_of(h->snapshot, h, NULL, 0);
    assert_int_equal(loss.nodes, 0);
    assert_true(loss.majority_kept);
    watch_done(&w);
}

TESTS(host_loss, cmocka_unit_test(the_owners_cluster_does_not_survive_one_of_its_hosts),
      cmocka_unit_test(an_orphans_host_is_as_bad_as_one_with_both_copies),
      cmocka_unit_test(a_well_placed_cluster_is_safe),
      cmocka_unit_test(a_replica_that_does_not_work_is_no_copy),
      cmocka_unit_test(half_of_the_masters_is_no_majority),
      cmocka_unit_test(what_is_lost_already_does_not_count_against_a_host),
      cmocka_unit_test(slots_that_wait_for_a_failover_have_no_working_copy_to_lose),
      cmocka_unit_test(a_node_on_an_unknown_host_is_its_own_host),
      cmocka_unit_test(any_set_of_nodes_can_be_asked_about))
