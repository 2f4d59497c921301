#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "look.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/finding.h"
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

static size_t count(const Findings *all, FindingCode code)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        n += all->at[i].code == code;
    }
    return n;
}

// The first finding of this code has this severity, node (a port; 0: the cluster), text and remedy.
static void assert_found(const Watch *w, const Findings *all, FindingCode code, Level severity,
                         int port, const char *text, const char *remedy)
{
    const Finding *f = find(all, code);
    assert_non_null(f);
    assert_int_equal(f->severity, severity);
    if (port == 0) {
        assert_true(node_id_is_none(f->node));
    } else {
        assert_string_equal(f->node.hex, watch_id(w, port).hex);
    }
    assert_string_equal(f->text, text);
    assert_string_equal(f->remedy, remedy);
}

static void a_healthy_well_placed_cluster_has_no_findings(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    assert_int_equal(findings_find(watch_round(&w, 1000)).n, 0);
    watch_done(&w);
}

static void the_codes_are_the_contracts(void **state)
{
    (void)state;
    assert_string_equal(finding_code_text(FINDING_SLOTS_UNCOVERED), "slots-uncovered");
    assert_string_equal(finding_code_text(FINDING_SERVER_MIGRATION_MIXED),
                        "server-migration-mixed");
    assert_string_equal(finding_code_text(FINDING_CODE_COUNT), "");
}

static void every_code_says_why_it_matters_and_what_is_well_without_it(void **state)
{
    (void)state;
    for (int i = 0; i < FINDING_CODE_COUNT; i++) {
        FindingCode code = (FindingCode)i;
        const char *why = finding_why(code);
        assert_true(strlen(finding_title(code)) > 0 && strlen(finding_title(code)) <= 15);
        assert_true(strlen(why) > 20 && why[strlen(why) - 1] == '.');
        assert_true(strlen(finding_good(code)) > 0);
    }
}

static void the_readme_lists_every_code(void **state)
{
    (void)state;
    StrBuf table = {0};
    strbuf_add(&table, "| code | why it matters |\n|---|---|\n");
    for (int i = 0; i < FINDING_CODE_COUNT; i++) {
        strbuf_addf(&table, "| `%s` | %s |\n", finding_code_text((FindingCode)i),
                    finding_why((FindingCode)i));
    }
    assert_true(golden_contained("README.md", strbuf_text(&table)));
    strbuf_done(&table);
}

static void a_remedys_command_is_its_end(void **state)
{
    (void)state;
    Fixture *f = look_troubled();
    Look l = look(f);
    Findings all = findings_find(l.health);
    assert_true(all.n > 5);
    size_t commands = 0;
    for (size_t i = 0; i < all.n; i++) {
        const Finding *found = &all.at[i];
        const char *command = found->command;
        size_t n = strlen(command);
        commands += n > 0;
        assert_string_equal(command, found->remedy + strlen(found->remedy) - n);
        bool is_program =
            strncmp(command, "redis-cli ", 10) == 0 || strncmp(command, "rehome ", 7) == 0;
        assert_true(n == 0 || is_program);
        assert_int_equal(n > 0, strstr(found->remedy, "redis-cli ") != NULL ||
                                    strstr(found->remedy, "rehome ") != NULL);
    }
    assert_true(commands > 3);
    look_done(&l);
    fixture_free(f);
}

static void the_owners_healthy_cluster_is_not_well_placed(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    Findings all = findings_find(watch_round(&w, 2000));
    assert_int_equal(all.n, 2);
    assert_found(&w, &all, FINDING_SAME_HOST, LEVEL_WARNING, 7005,
                 "master 127.0.99.172:7005 and every working replica of it are on one host, "
                 "127.0.99.172",
                 "give it 127.0.99.171:7004: rehome move 127.0.99.171:7004 "
                 "127.0.99.172:7005 -h 127.0.99.170 -p 7001");
    assert_found(&w, &all, FINDING_HOST_UNSAFE, LEVEL_WARNING, 0,
                 "if host 127.0.99.172 dies, 5461 slots of 1 shard are lost and 1 more master is "
                 "left without a replica",
                 "see which moves would help (or add replicas on other hosts): rehome heal "
                 "--spread --dry-run -h 127.0.99.170 -p 7001");
    assert_int_equal(all.at[0].since_ms, 1000);
    assert_int_equal(all.at[1].since_ms, 1000);
    watch_done(&w);
}

static void without_a_spare_elsewhere_same_host_asks_for_a_new_replica(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7002)->forgotten = true;
    Findings all = findings_find(watch_round(&w, 1000));
    assert_int_equal(count(&all, FINDING_SAME_HOST), 2); // 7003 with 7004, 7005 with 7006
    assert_found(&w, &all, FINDING_SAME_HOST, LEVEL_WARNING, 7005,
                 "master 127.0.99.172:7005 and every working replica of it are on one host, "
                 "127.0.99.172",
                 "add a replica on another host: redis-cli --cluster add-node NEWHOST:NEWPORT "
                 "127.0.99.170:7001 --cluster-slave --cluster-master-id "
                 "b58e0f4c6d21937ae85c40f1d37b92066ec8a15d");
    watch_done(&w);
}

static void where_only_two_moves_help_same_host_names_the_plan(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_replica(f, "127.0.99.172:7010", fixture_port(f, 7005));
    fixture_node(f, fixture_port(f, 7004))->forgotten = true;
    Watch w = watch_new(f);
    Findings all = findings_find(watch_round(&w, 1000));
    assert_found(&w, &all, FINDING_SAME_HOST, LEVEL_WARNING, 7005,
                 "master 127.0.99.172:7005 and every working replica of it are on one host, "
                 "127.0.99.172",
                 "two moves cure it: rehome plan --spread -h 127.0.99.170 -p 7001");
    watch_done(&w);
}

static void on_a_single_host_only_the_host_is_a_finding(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    for (int i = 0; i < 3; i++) {
        char addr[64];
        char slots[32];
        snprintf(addr, sizeof(addr), "127.0.0.1:%d", 7001 + i);
        snprintf(slots, sizeof(slots), "%d-%d", i * 5461, i == 2 ? 16383 : i * 5461 + 5460);
        fixture_master(f, addr, slots);
    }
    for (int i = 0; i < 3; i++) {
        char addr[64];
        snprintf(addr, sizeof(addr), "127.0.0.1:%d", 7101 + i);
        fixture_replica(f, addr, i);
    }
    Watch w = watch_new(f);
    Findings all = findings_find(watch_round(&w, 1000));
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0].code, FINDING_HOST_UNSAFE);
    assert_string_equal(all.at[0].text, "if host 127.0.0.1 dies, 16384 slots of 3 shards are lost "
                                        "and no majority of masters is left");
    watch_done(&w);
}

static void an_orphan_is_critical_and_says_what_to_do(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    watch_fail(&w, 7008);
    watch_round(&w, 2000);
    Findings all = findings_find(watch_round(&w, 3000));
    assert_int_equal(all.at[0].code, FINDING_ORPHANED);
    assert_int_equal(all.at[0].since_ms, 2000);
    assert_found(&w, &all, FINDING_ORPHANED, LEVEL_CRITICAL, 7001,
                 "master 127.0.99.170:7001 (5461 slots) is orphaned: its only replica "
                 "127.0.99.172:7008 has failed",
                 "give it 127.0.99.171:7004: rehome move 127.0.99.171:7004 "
                 "127.0.99.170:7001 -h 127.0.99.170 -p 7001");
    assert_found(&w, &all, FINDING_REPLICA_FAILED, LEVEL_WARNING, 7008,
                 "replica 127.0.99.172:7008 of 127.0.99.170:7001 has failed",
                 "start it again, or: redis-cli --cluster call 127.0.99.170:7001 CLUSTER FORGET "
                 "e91b64d07c3fa852de0b7169f4c8a3d52f706e1b");
    assert_null(find(&all, FINDING_NO_SPARE));
    assert_null(find(&all, FINDING_UNREACHABLE)); // failed says it
    watch_done(&w);
}

static void each_kind_of_orphan_has_its_words(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->forgotten = true;
    Findings all = findings_find(watch_round(&w, 1000));
    assert_string_equal(find(&all, FINDING_ORPHANED)->text,
                        "master 127.0.99.170:7001 (5461 slots) is orphaned: it has no replica");
    knob(&w, 7008)->forgotten = false;
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = 30;
    all = findings_find(watch_round(&w, 2000));
    assert_string_equal(find(&all, FINDING_ORPHANED)->text,
                        "master 127.0.99.170:7001 (5461 slots) is orphaned: its replica is alive, "
                        "but the replication link is down");
    assert_found(&w, &all, FINDING_REPLICA_LINK_DOWN, LEVEL_WARNING, 7008,
                 "replica 127.0.99.172:7008 lives, but its replication link to 127.0.99.170:7001 "
                 "is down",
                 "look at its log and at masterauth; redis-cli -h 127.0.99.172 -p 7008 INFO "
                 "replication");
    watch_fail(&w, 7008);
    fixture_replica(w.f, "127.0.99.172:7010", fixture_port(w.f, 7001));
    watch_fail(&w, 7010);
    all = findings_find(watch_round(&w, 3000));
    assert_string_equal(
        find(&all, FINDING_ORPHANED)->text,
        "master 127.0.99.170:7001 (5461 slots) is orphaned: all its 2 replicas have failed");
    watch_done(&w);
}

static void the_fourth_loss_finds_no_spare(void **state)
{
    (void)state;
    Watch w = watch_new(ten_masters());
    for (int port = 7104; port <= 7106; port++) {
        watch_fail(&w, port);
    }
    Findings all = findings_find(watch_round(&w, 1000));
    assert_int_equal(count(&all, FINDING_ORPHANED), 3);
    assert_null(find(&all, FINDING_NO_SPARE));
    watch_fail(&w, 7107);
    all = findings_find(watch_round(&w, 2000));
    assert_int_equal(count(&all, FINDING_ORPHANED), 4);
    const Finding *none = find(&all, FINDING_NO_SPARE);
    assert_found(&w, &all, FINDING_NO_SPARE, LEVEL_WARNING, 0,
                 "no legal spare for 1 of 4 orphaned masters: 6 masters have no spare to give: "
                 "every donor is at its floor of 1; 3 spares are promised to more urgent masters; "
                 "3 replicas are not working",
                 "start failed replicas again, or add new ones: redis-cli --cluster add-node "
                 "NEWHOST:NEWPORT 10.0.0.1:7001 --cluster-slave");
    assert_int_equal(none->since_ms, 2000);
    // The one without is the last of them, and its remedy is another.
    const char *start = "6 masters have no spare to give";
    assert_memory_equal(all.at[3].remedy, start, strlen(start));
    assert_string_equal(all.at[3].node.hex, watch_id(&w, 7007).hex);
    watch_done(&w);
}

static void a_master_that_loads_serves_nothing(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    FixtureNode *m = fixture_node(w.f, fixture_port(w.f, 7001));
    m->loading = true;
    m->loading_total = 1000;
    m->loading_done = 640;
    m->loading_eta_s = 75;
    m->uptime_s = 4;
    Findings all = findings_find(watch_round(&w, 9000));
    assert_found(&w, &all, FINDING_MASTER_LOADING, LEVEL_CRITICAL, 7001,
                 "master 127.0.99.170:7001 is loading its dataset, 64% of it so far: 5461 slots "
                 "are not served",
                 "wait, by its own word for another 1m15s; redis-cli -h 127.0.99.170 -p 7001 INFO "
                 "persistence");
    m->loading = false;
    all = findings_find(watch_round(&w, 10000));
    assert_null(find(&all, FINDING_MASTER_LOADING));
    watch_done(&w);
}

static void a_failed_master_waits_for_its_promotion_or_has_lost_everything(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    watch_fail(&w, 7001);
    Findings all = findings_find(watch_round(&w, 2000));
    assert_found(&w, &all, FINDING_MASTER_FAILED, LEVEL_CRITICAL, 7001,
                 "master 127.0.99.170:7001 has failed with 5461 slots; 127.0.99.172:7008 should be "
                 "promoted",
                 "it should take seconds; if it does not happen, start 127.0.99.170:7001 again or: "
                 "redis-cli -h 127.0.99.172 -p 7008 CLUSTER FAILOVER FORCE");
    assert_found(&w, &all, FINDING_CLUSTER_DOWN, LEVEL_CRITICAL, 0,
                 "cluster_state is fail: 1 master has failed with 5461 slots",
                 "the findings below say what to mend; redis-cli -h 127.0.99.172 -p 7005 CLUSTER "
                 "INFO");
    assert_int_equal(find(&all, FINDING_CLUSTER_DOWN)->since_ms, 2000);
    knob(&w, 7008)->link_up = false;
    knob(&w, 7008)->link_down_s = -1;
    all = findings_find(watch_round(&w, 2500));
    assert_found(&w, &all, FINDING_MASTER_FAILED, LEVEL_CRITICAL, 7001,
                 "master 127.0.99.170:7001 has failed with 5461 slots, and the data of "
                 "127.0.99.172:7008 is too old to be elected (cluster-replica-validity-factor 10)",
                 "start 127.0.99.170:7001 again; only if it is gone for good, and what its replica "
                 "has missed with it: redis-cli -h 127.0.99.172 -p 7008 CLUSTER FAILOVER FORCE");
    watch_fail(&w, 7008);
    all = findings_find(watch_round(&w, 3000));
    assert_found(&w, &all, FINDING_MASTER_FAILED, LEVEL_CRITICAL, 7001,
                 "master 127.0.99.170:7001 has failed and every copy of its 5461 slots with it",
                 "start 127.0.99.170:7001 or one of its replicas again: nothing else has the data");
    assert_int_equal(find(&all, FINDING_MASTER_FAILED)->since_ms, 2000);
    fixture_restore(w.f, fixture_port(w.f, 7008));
    fixture_promote(w.f, fixture_port(w.f, 7008));
    all = findings_find(watch_round(&w, 4000));
    assert_null(find(&all, FINDING_MASTER_FAILED));
    assert_found(&w, &all, FINDING_LEFT_BEHIND, LEVEL_WARNING, 7001,
                 "master 127.0.99.170:7001 has failed; it owns no slots",
                 "start it again, or: redis-cli --cluster call 127.0.99.172:7008 CLUSTER FORGET "
                 "7f3c91d2a40b5e68c1fd29e07b6a835410de9c27");
    watch_done(&w);
}

static void slots_without_an_owner_are_critical(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    snprintf(knob(&w, 7001)->slots, 128, "0-5000");
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        fixture_node(w.f, (int)i)->state_fail = true;
    }
    Findings all = findings_find(watch_round(&w, 1000));
    assert_int_equal(all.n, 2);
    assert_int_equal(all.at[0].code, FINDING_SLOTS_UNCOVERED);
    assert_found(&w, &all, FINDING_SLOTS_UNCOVERED, LEVEL_CRITICAL, 0,
                 "460 of 16384 slots have no owner", "redis-cli --cluster fix 10.0.0.1:7001");
    assert_string_equal(find(&all, FINDING_CLUSTER_DOWN)->text,
                        "cluster_state is fail: 460 slots have no owner");
    snprintf(knob(&w, 7001)->slots, 128, "0-5460");
    all = findings_find(watch_round(&w, 2000));
    assert_int_equal(all.n, 1);
    assert_string_equal(all.at[0].text, "cluster_state is fail though all slots are served: its "
                                        "nodes may not reach each other");
    watch_done(&w);
}

static void a_master_at_risk_says_what_is_awaited(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7101)->sync_in_progress = true;
    Findings all = findings_find(watch_round(&w, 1000));
    assert_found(&w, &all, FINDING_AT_RISK, LEVEL_WARNING, 7001,
                 "master 10.0.0.1:7001 has no working replica; 10.0.0.2:7101 is syncing",
                 "wait until it is in sync; redis-cli -h 10.0.0.2 -p 7101 INFO replication");
    fixture_lose(w.f, fixture_port(w.f, 7101));
    all = findings_find(watch_round(&w, 2000));
    assert_found(&w, &all, FINDING_AT_RISK, LEVEL_WARNING, 7001,
                 "master 10.0.0.1:7001 has no working replica; 10.0.0.2:7101 is unverified",
                 "find out whether it lives: redis-cli -h 10.0.0.2 -p 7101 INFO replication");
    assert_found(&w, &all, FINDING_UNREACHABLE, LEVEL_WARNING, 7101,
                 "10.0.0.2:7101 is not flagged as failed, but it cannot be asked: Connection "
                 "refused",
                 "try from this machine: redis-cli -h 10.0.0.2 -p 7101 INFO replication");
    knob(&w, 7101)->why = "cannot connect to 10.0.0.2:7101: No route to host";
    all = findings_find(watch_round(&w, 2500));
    assert_found(
        &w, &all, FINDING_UNREACHABLE, LEVEL_WARNING, 7101,
        "10.0.0.2:7101 is not flagged as failed, but it cannot be asked: cannot connect to "
        "10.0.0.2:7101: No route to host",
        "try from this machine; if its address leads nowhere here (NAT), see --map: "
        "redis-cli -h 10.0.0.2 -p 7101 INFO replication");
    watch_fail(&w, 7101);
    w.options.moving = (OwnMove){watch_id(&w, 7102), watch_id(&w, 7001)};
    all = findings_find(watch_round(&w, 3000));
    assert_found(&w, &all, FINDING_AT_RISK, LEVEL_WARNING, 7001,
                 "master 10.0.0.1:7001 has no working replica; one is being moved to it",
                 "wait: the move shows its progress");
    watch_done(&w);
}

static void a_master_that_only_we_cannot_reach_is_a_finding(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    fixture_lose(w.f, fixture_port(w.f, 7001));
    Findings all = findings_find(watch_round(&w, 1000));
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0].code, FINDING_UNREACHABLE);
    assert_string_equal(all.at[0].node.hex, watch_id(&w, 7001).hex);
    watch_done(&w);
}

static void views_that_disagree_are_told(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    fixture_view_slots(w.f, fixture_port(w.f, 7002), fixture_port(w.f, 7003), "10922-16000", 3);
    Findings all = findings_find(watch_round(&w, 1000));
    assert_found(&w, &all, FINDING_VIEWS_DISAGREE, LEVEL_WARNING, 7002,
                 "10.0.0.2:7002 sees other slot owners than most; no move is made meanwhile "
                 "(views-disagree)",
                 "see who says what, and why; it should pass within seconds; if not: "
                 "redis-cli --cluster check 10.0.0.1:7001");
    fixture_view_slots(w.f, fixture_port(w.f, 7101), fixture_port(w.f, 7003), "10922-16000", 3);
    all = findings_find(watch_round(&w, 2000));
    const Finding *both = find(&all, FINDING_VIEWS_DISAGREE);
    assert_true(node_id_is_none(both->node));
    assert_string_equal(both->text, "10.0.0.2:7002, 10.0.0.2:7101 see other slot owners than most; "
                                    "no move is made meanwhile (views-disagree)");
    assert_int_equal(both->since_ms, 1000);
    watch_done(&w);
}

static void open_slots_are_told(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    snprintf(knob(&w, 7001)->open_slots, 256, "[77->-%s]", watch_id(&w, 7002).hex);
    Findings all = findings_find(watch_round(&w, 1000));
    assert_found(&w, &all, FINDING_OPEN_SLOTS, LEVEL_WARNING, 7001,
                 "1 slot of 10.0.0.1:7001 is open: migrating",
                 "wait for the resharding under way; if there is none: redis-cli --cluster fix "
                 "10.0.0.1:7001");
    snprintf(knob(&w, 7001)->open_slots, 256, "[9000-<-%s]", watch_id(&w, 7002).hex);
    all = findings_find(watch_round(&w, 2000));
    assert_string_equal(find(&all, FINDING_OPEN_SLOTS)->text,
                        "1 slot of 10.0.0.1:7001 is open: importing");
    snprintf(knob(&w, 7001)->open_slots, 256, "[77->-%s] [78->-%s] [9000-<-%s]",
             watch_id(&w, 7002).hex, watch_id(&w, 7002).hex, watch_id(&w, 7002).hex);
    all = findings_find(watch_round(&w, 3000));
    assert_string_equal(find(&all, FINDING_OPEN_SLOTS)->text,
                        "3 slots of 10.0.0.1:7001 are open: 2 migrating, 1 importing");
    watch_done(&w);
}

static void a_switch_that_differs_between_nodes_is_told(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    knob(&w, 7002)->allow_migration = TRI_NO;
    Findings all = findings_find(watch_round(&w, 1000));
    assert_int_equal(all.n, 1);
    assert_found(&w, &all, FINDING_SERVER_MIGRATION_MIXED, LEVEL_WARNING, 0,
                 "cluster-allow-replica-migration is yes on some nodes and no on others",
                 "make it the same everywhere: redis-cli --cluster call 10.0.0.1:7001 CONFIG SET "
                 "cluster-allow-replica-migration no");
    watch_done(&w);
}

static void the_worst_comes_first(void **state)
{
    (void)state;
    Watch w = watch_new(ten_masters());
    watch_fail(&w, 7110);
    watch_fail(&w, 7109);
    watch_fail(&w, 7010);
    watch_fail(&w, 7008);
    knob(&w, 7107)->sync_in_progress = true;
    Findings all = findings_find(watch_round(&w, 1000));
    assert_int_equal(all.at[0].code, FINDING_CLUSTER_DOWN);
    assert_int_equal(all.at[1].code, FINDING_MASTER_FAILED);
    assert_int_equal(all.at[2].code, FINDING_MASTER_FAILED);
    assert_int_equal(all.at[3].code, FINDING_ORPHANED);
    for (size_t i = 1; i < all.n; i++) {
        assert_true(all.at[i - 1].severity >= all.at[i].severity);
        assert_string_not_equal(all.at[i].remedy, "");
        assert_null(strstr(all.at[i].remedy, "press ")); // which key, only the key table knows
        if (all.at[i - 1].severity == all.at[i].severity) {
            assert_true(all.at[i - 1].code <= all.at[i].code);
        }
    }
    watch_done(&w);
}

TESTS(finding, cmocka_unit_test(a_healthy_well_placed_cluster_has_no_findings),
      cmocka_unit_test(the_codes_are_the_contracts),
      cmocka_unit_test(every_code_says_why_it_matters_and_what_is_well_without_it),
      cmocka_unit_test(the_readme_lists_every_code), cmocka_unit_test(a_remedys_command_is_its_end),
      cmocka_unit_test(the_owners_healthy_cluster_is_not_well_placed),
      cmocka_unit_test(without_a_spare_elsewhere_same_host_asks_for_a_new_replica),
      cmocka_unit_test(where_only_two_moves_help_same_host_names_the_plan),
      cmocka_unit_test(on_a_single_host_only_the_host_is_a_finding),
      cmocka_unit_test(an_orphan_is_critical_and_says_what_to_do),
      cmocka_unit_test(each_kind_of_orphan_has_its_words),
      cmocka_unit_test(the_fourth_loss_finds_no_spare),
      cmocka_unit_test(a_master_that_loads_serves_nothing),
      cmocka_unit_test(a_failed_master_waits_for_its_promotion_or_has_lost_everything),
      cmocka_unit_test(slots_without_an_owner_are_critical),
      cmocka_unit_test(a_master_at_risk_says_what_is_awaited),
      cmocka_unit_test(a_master_that_only_we_cannot_reach_is_a_finding),
      cmocka_unit_test(views_that_disagree_are_told), cmocka_unit_test(open_slots_are_told),
      cmocka_unit_test(a_switch_that_differs_between_nodes_is_told),
      cmocka_unit_test(the_worst_comes_first))
