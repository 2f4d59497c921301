// Findings about what is set, listed and run: each shown when it is so, and not when it is not
// (which the finding group says of a healthy cluster, for all at once).
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "look.h"
#include "rehome/policy/finding.h"
#include "rehome/policy/plan.h"
#include "watch.h"

static const Finding *find(const Findings *all, FindingCode code)
{
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].code == code) {
            return &all->at[i];
        }
    }
    return NULL;
}

// There is a finding of this code, a warning since then about the node with this port (0: the
// cluster), with this text and a remedy that ends so.
static void assert_warned(const Watch *w, FindingCode code, int port, int64_t since_ms,
                          const char *text, const char *remedy_end)
{
    Findings all = findings_find(w->h);
    const Finding *f = find(&all, code);
    assert_non_null(f);
    assert_int_equal(f->severity, LEVEL_WARNING);
    assert_string_equal(f->node.hex, port == 0 ? "" : watch_id(w, port).hex);
    assert_int_equal(f->since_ms, since_ms);
    assert_string_equal(f->text, text);
    size_t n = strlen(f->remedy);
    size_t end = strlen(remedy_end);
    assert_true(n >= end);
    assert_string_equal(f->remedy + n - end, remedy_end);
}

static void assert_not_warned(const Watch *w, FindingCode code)
{
    Findings all = findings_find(w->h);
    const Finding *f = find(&all, code);
    if (f != NULL) {
        fail_msg("unexpected: %s", f->text);
    }
}

static void a_replica_of_a_replica_is_chained(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    fixture_replica(w.f, "127.0.99.173:7011", fixture_port(w.f, 7004));
    watch_rounds(&w, 2);
    char end[160];
    snprintf(end, sizeof(end), "redis-cli -h 127.0.99.173 -p 7011 CLUSTER REPLICATE %s",
             watch_id(&w, 7003).hex);
    assert_warned(&w, FINDING_DETACHED, 7011, 2000,
                  "replica 127.0.99.173:7011 is chained: it follows 127.0.99.171:7004, which is a "
                  "replica too",
                  end);
    watch_fail(&w, 7011); // it has another finding now
    watch_rounds(&w, 1);
    assert_not_warned(&w, FINDING_DETACHED);
    watch_done(&w);
}

static void a_replica_of_nobody_is_detached(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    for (int i = 0; i < (int)fixture_count(w.f); i++) {
        fixture_view_master(w.f, i, fixture_port(w.f, 7002), -1);
    }
    watch_round(&w, 1000);
    assert_warned(&w, FINDING_DETACHED, 7002, 1000,
                  "replica 127.0.99.170:7002 follows nobody that is known",
                  "redis-cli -h 127.0.99.170 -p 7002 CLUSTER REPLICATE MASTER-ID");
    watch_done(&w);
}

static void a_node_without_an_address_is_a_ghost_and_nothing_else(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    watch_round(&w, 1000);
    int old = fixture_replica(w.f, "10.0.0.9:7109", fixture_port(w.f, 7001));
    fixture_fail(w.f, old);
    fixture_node(w.f, old)->noaddr = true;
    watch_rounds(&w, 2);
    Findings all = findings_find(w.h);
    const Finding *f = find(&all, FINDING_GHOST);
    assert_non_null(f);
    assert_int_equal(f->since_ms, 2000);
    char expected[160];
    snprintf(expected, sizeof(expected),
             "node %.8s has no address any more: it is gone, or got another ID",
             fixture_id(w.f, old).hex);
    assert_string_equal(f->text, expected);
    snprintf(expected, sizeof(expected), "redis-cli --cluster call 10.0.0.1:7001 CLUSTER FORGET %s",
             fixture_id(w.f, old).hex);
    assert_string_equal(f->command, expected);
    assert_int_equal(all.n, 1);
    watch_done(&w);
}

static void a_node_that_some_have_forgotten_is_a_ghost(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    watch_fail(&w, 7103);
    watch_round(&w, 1000);
    assert_not_warned(&w, FINDING_GHOST);
    fixture_view_omits(w.f, fixture_port(w.f, 7001), fixture_port(w.f, 7103));
    watch_rounds(&w, 1);
    assert_warned(&w, FINDING_GHOST, 7103, 2000, "1 of 3 other masters do not know 10.0.0.1:7103",
                  "CLUSTER FORGET 0000000600000006000000060000000600000006");
    assert_not_warned(&w, FINDING_REPLICA_FAILED);
    watch_done(&w);
}

// It serves, and whoever forgets it everywhere takes it out of the cluster.
static void nobody_is_told_to_forget_a_node_that_works(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    watch_round(&w, 1000);
    fixture_view_omits(w.f, fixture_port(w.f, 7002), fixture_port(w.f, 7003));
    watch_rounds(&w, 1);
    assert_warned(&w, FINDING_GHOST, 7003, 2000, "1 of 2 other masters do not know 10.0.0.3:7003",
                  "redis-cli -h 10.0.0.2 -p 7002 CLUSTER MEET 10.0.0.3 7003");
    watch_done(&w);
}

static void somebody_in_handshake_is_named(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    int young = fixture_master(w.f, "10.0.0.7:7009", "");
    fixture_node(w.f, young)->handshake = true;
    fixture_node(w.f, young)->silent = true;
    watch_round(&w, 1000);
    assert_warned(&w, FINDING_HANDSHAKE, 0, 1000, "1 node is in handshake, with 10.0.0.7:7009",
                  "redis-cli -h 10.0.0.1 -p 7001 CLUSTER NODES");
    fixture_node(w.f, young)->handshake = false;
    fixture_node(w.f, young)->silent = false;
    watch_rounds(&w, 1);
    assert_not_warned(&w, FINDING_HANDSHAKE);
    watch_done(&w);
}

static void who_may_not_take_over_is_told_but_not_of_our_own_fence(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7101)->nofailover = true;
    knob(&w, 7002)->nofailover = true; // a master: it takes nothing over
    watch_round(&w, 1000);
    assert_warned(&w, FINDING_NO_FAILOVER, 7101, 1000,
                  "replica 10.0.0.2:7101 may not take over: cluster-replica-no-failover",
                  "redis-cli -h 10.0.0.2 -p 7101 CONFIG SET cluster-replica-no-failover no");
    Findings all = findings_find(w.h);
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++) {
        n += all.at[i].code == FINDING_NO_FAILOVER;
    }
    assert_int_equal(n, 1);
    w.options.moving = (OwnMove){watch_id(&w, 7101), watch_id(&w, 7002)};
    watch_rounds(&w, 1);
    assert_not_warned(&w, FINDING_NO_FAILOVER);
    watch_done(&w);
}

static void a_replica_without_room_for_its_data_is_too_small(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7001)->used_memory = 3000000000;
    knob(&w, 7001)->maxmemory = 4000000000;
    knob(&w, 7101)->maxmemory = 3000000000; // just enough
    watch_round(&w, 1000);
    assert_not_warned(&w, FINDING_REPLICA_TOO_SMALL);
    knob(&w, 7101)->maxmemory = 1000000000;
    watch_rounds(&w, 1);
    assert_warned(&w, FINDING_REPLICA_TOO_SMALL, 7101, 2000,
                  "replica 10.0.0.2:7101 has a maxmemory of 954M, its master 10.0.0.1:7001 uses "
                  "2.8G",
                  "redis-cli -h 10.0.0.2 -p 7101 CONFIG SET maxmemory 4000000000");
    watch_done(&w);
}

static void versions_that_differ_are_counted(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    snprintf(knob(&w, 7102)->version, 32, "7.2.4");
    watch_round(&w, 1000);
    assert_warned(&w, FINDING_VERSIONS_MIXED, 0, 1000,
                  "servers differ in version: 7.0.15 on 5, 7.2.4 on 1",
                  "redis-cli --cluster call 10.0.0.1:7001 INFO server");
    knob(&w, 7102)->no_info = true; // who says nothing is no other version
    watch_rounds(&w, 1);
    assert_not_warned(&w, FINDING_VERSIONS_MIXED);
    watch_done(&w);
}

static void barriers_that_differ_are_told(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7002)->barrier = 2;
    knob(&w, 7003)->barrier = -1; // does not know it
    watch_round(&w, 1000);
    assert_warned(&w, FINDING_SERVER_MIGRATION_MIXED, 0, 1000,
                  "cluster-migration-barrier is between 1 and 2",
                  "--cluster call 10.0.0.1:7001 CONFIG SET cluster-migration-barrier 2");
    knob(&w, 7001)->allow_migration = TRI_NO;
    watch_rounds(&w, 1);
    assert_warned(&w, FINDING_SERVER_MIGRATION_MIXED, 0, 1000,
                  "cluster-allow-replica-migration is yes on some nodes and no on others, and "
                  "cluster-migration-barrier is between 1 and 2",
                  "CONFIG SET cluster-allow-replica-migration no");
    watch_done(&w);
}

// Two of three masters on 10.0.0.1, each slot with a copy elsewhere.
static Fixture *lopsided(void)
{
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-5460");
    int b = fixture_master(f, "10.0.0.1:7002", "5461-10922");
    int c = fixture_master(f, "10.0.0.3:7003", "10923-16383");
    fixture_replica(f, "10.0.0.2:7101", a);
    fixture_replica(f, "10.0.0.3:7102", b);
    fixture_replica(f, "10.0.0.2:7103", c);
    return f;
}

static void a_host_with_the_majority_is_named_with_whom_to_promote(void **state)
{
    (void)state;
    Watch w = watch_new(lopsided());
    watch_round(&w, 1000);
    assert_warned(&w, FINDING_HOST_MAJORITY, 0, 1000,
                  "if host 10.0.0.1 dies, no majority of masters is left: it has 2 of 3",
                  "promote 10.0.0.2:7101 in the place of its master there: redis-cli -h 10.0.0.2 "
                  "-p 7101 CLUSTER FAILOVER");
    assert_not_warned(&w, FINDING_HOST_UNSAFE); // one cause, one finding
    assert_false(w.h->hosts.safe);
    fixture_promote(w.f, fixture_port(w.f, 7101));
    watch_rounds(&w, 1);
    assert_not_warned(&w, FINDING_HOST_MAJORITY);
    watch_done(&w);
}

static void a_host_that_costs_slots_too_is_told_for_both(void **state)
{
    (void)state;
    Watch w = watch_new(lopsided());
    watch_fail(&w, 7101);
    watch_round(&w, 1000);
    assert_warned(&w, FINDING_HOST_UNSAFE, 0, 1000,
                  "if host 10.0.0.1 dies, 5461 slots of 1 shard are lost and no majority of "
                  "masters is left",
                  "rehome heal --spread --dry-run -h 10.0.0.1 -p 7001");
    assert_warned(&w, FINDING_HOST_MAJORITY, 0, 1000,
                  "if host 10.0.0.1 dies, no majority of masters is left: it has 2 of 3",
                  "redis-cli -h 10.0.0.3 -p 7102 CLUSTER FAILOVER");
    watch_done(&w);
}

// Unix time of the round at 1000 ms.
static const int64_t began_ms = INT64_C(1700000001000);
static const int64_t day_ms = 86400000;

static void a_certificate_that_ends_soon_is_told_for_all_who_show_it(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7002)->certificate_ms = began_ms + 14 * day_ms;
    knob(&w, 7001)->certificate_ms = began_ms + 90 * day_ms;
    watch_round(&w, 1000);
    assert_not_warned(&w, FINDING_CERTIFICATE);
    knob(&w, 7003)->certificate_ms = began_ms + 5 * day_ms;
    watch_round(&w, 3601000);
    assert_warned(&w, FINDING_CERTIFICATE, 7003, 1000 - 9 * day_ms,
                  "the TLS certificate of 10.0.0.3:7003 ends on 2023-11-19, in 4d23h; 1 other too",
                  "redis-cli -h 10.0.0.3 -p 7003 CONFIG SET tls-cert-file FILE");
    watch_done(&w);
}

static void a_certificate_that_has_ended_is_critical(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7101)->certificate_ms = began_ms - 3600000;
    watch_round(&w, 1000);
    Findings found = findings_find(w.h);
    assert_int_equal(found.at[0].code, FINDING_CERTIFICATE);
    assert_int_equal(found.at[0].severity, LEVEL_CRITICAL);
    assert_string_equal(found.at[0].text,
                        "the TLS certificate of 10.0.0.2:7101 has ended on 2023-11-14, 1h00 ago");
    assert_true(found.at[0].since_ms == 1000 - 3600000);
    knob(&w, 7001)->certificate_ms = began_ms + day_ms;
    knob(&w, 7002)->certificate_ms = began_ms - 1000;
    watch_round(&w, 2000);
    found = findings_find(w.h);
    assert_string_equal(found.at[0].text, "the TLS certificate of 10.0.0.2:7101 has ended on "
                                          "2023-11-14, 1h00 ago; 1 other too; 1 other ends within "
                                          "14 days");
    watch_done(&w);
}

static void commands_of_a_tls_session_say_how_to_connect(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    fixture_redis_cli(w.f, " --tls --cacert ca.crt");
    knob(&w, 7101)->maxmemory = 1000;
    knob(&w, 7001)->used_memory = 2000;
    watch_round(&w, 1000);
    assert_warned(
        &w, FINDING_REPLICA_TOO_SMALL, 7101, 1000,
        "replica 10.0.0.2:7101 has a maxmemory of 1.0K, its master 10.0.0.1:7001 uses 2.0K",
        "set it as its master has it: redis-cli --tls --cacert ca.crt -h 10.0.0.2 -p "
        "7101 CONFIG SET maxmemory 0");
    const char *line = plan_command(w.h->snapshot, watch_index(&w, 7101), watch_index(&w, 7002));
    assert_non_null(strstr(line, "redis-cli --tls --cacert ca.crt -h 10.0.0.2 -p 7101 CLUSTER "));
    watch_done(&w);
}

TESTS(finding_nodes, cmocka_unit_test(a_replica_of_a_replica_is_chained),
      cmocka_unit_test(a_replica_of_nobody_is_detached),
      cmocka_unit_test(a_node_without_an_address_is_a_ghost_and_nothing_else),
      cmocka_unit_test(a_node_that_some_have_forgotten_is_a_ghost),
      cmocka_unit_test(nobody_is_told_to_forget_a_node_that_works),
      cmocka_unit_test(somebody_in_handshake_is_named),
      cmocka_unit_test(who_may_not_take_over_is_told_but_not_of_our_own_fence),
      cmocka_unit_test(a_replica_without_room_for_its_data_is_too_small),
      cmocka_unit_test(a_certificate_that_ends_soon_is_told_for_all_who_show_it),
      cmocka_unit_test(a_certificate_that_has_ended_is_critical),
      cmocka_unit_test(commands_of_a_tls_session_say_how_to_connect),
      cmocka_unit_test(versions_that_differ_are_counted),
      cmocka_unit_test(barriers_that_differ_are_told),
      cmocka_unit_test(a_host_with_the_majority_is_named_with_whom_to_promote),
      cmocka_unit_test(a_host_that_costs_slots_too_is_told_for_both))
