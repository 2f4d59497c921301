#include "unit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "rehome/report/whatif_report.h"
#include "schema.h"
#include "watch.h"

static const WhatIf *if_host_died(const Watch *w, const char *host)
{
    const HostLoss *loss = host_loss_find(&w->h->hosts, host);
    assert_non_null(loss);
    return whatif_ask(w->h, host, loss->members, loss->n_members);
}

// By port, 0 at the end.
static const WhatIf *if_died(const Watch *w, const int *ports)
{
    int nodes[16];
    size_t n = 0;
    while (ports[n] != 0) {
        nodes[n] = watch_index(w, ports[n]);
        n++;
    }
    return whatif_ask(w->h, "they", nodes, n);
}

static const ShardLoss *shard_of(const Watch *w, const WhatIf *answer, int port)
{
    const ShardLoss *shard = whatif_shard(answer, watch_index(w, port));
    assert_non_null(shard);
    return shard;
}

static const char *step_of(const WhatIf *answer, WhatIfPart part)
{
    for (size_t i = 0; i < answer->n_steps; i++) {
        if (answer->steps[i].part == part) {
            return answer->steps[i].text;
        }
    }
    return "";
}

static void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
}

static void assert_report(const char *name, const WhatIf *const *answers, size_t n)
{
    StrBuf text = {0};
    whatif_text(&text, answers, n);
    bool same = golden_equal(name, strbuf_text(&text));
    strbuf_done(&text);
    assert_true(same);
}

static void each_host_of_the_owners_cluster(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    const Health *h = watch_round(&w, 1000);
    const WhatIf *answers[3];
    assert_int_equal(h->hosts.n, 3);
    for (size_t i = 0; i < 3; i++) {
        answers[i] = if_host_died(&w, h->hosts.at[i].host);
    }
    assert_report("whatif-scenario.txt", answers, 3);
    for (size_t i = 0; i < 3; i++) {
        whatif_free(answers[i]);
    }
    watch_done(&w);
}

static void a_host_with_every_copy_of_a_shard(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    const WhatIf *answer = if_host_died(&w, "127.0.99.172");
    assert_false(host_loss_is_survived(&answer->loss));
    assert_false(answer->state_ok);
    assert_int_equal(answer->n_shards, 2);
    assert_int_equal(answer->shards[0].fate, SHARD_LOST); // worst first
    assert_int_equal(shard_of(&w, answer, 7005)->fate, SHARD_LOST);
    assert_int_equal(shard_of(&w, answer, 7001)->fate, SHARD_ALONE);
    assert_null(whatif_shard(answer, watch_index(&w, 7003)));
    assert_int_equal(answer->server_replica, -1); // not while the state is fail
    assert_int_equal(answer->plan.n_moves, 1);    // but the orphan still gets its spare
    assert_contains(step_of(answer, WHATIF_STATE), "cluster-require-full-coverage is yes");
    whatif_free(answer);
    watch_done(&w);
}

// :7003 goes with :7004; :7002 takes over and stands alone. Nobody has two replicas then.
static void a_host_that_is_survived_by_a_failover(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    const WhatIf *answer = if_host_died(&w, "127.0.99.171");
    assert_true(host_loss_is_survived(&answer->loss));
    assert_true(answer->state_ok);
    const ShardLoss *shard = shard_of(&w, answer, 7003);
    assert_int_equal(shard->fate, SHARD_TAKEN_OVER);
    assert_int_equal(watch_port(&w, shard->heir), 7002);
    assert_int_equal(shard->n_heirs, 1);
    assert_int_equal(shard->working_left, 0);
    assert_int_equal(answer->loss.failovers, 1);
    assert_int_equal(answer->loss.promoted_alone, 1);
    assert_int_equal(answer->after->orphaned, 1);
    assert_int_equal(answer->plan.n, 1);
    assert_int_equal(watch_port(&w, answer->plan.at[0].target), 7002);
    assert_int_equal(answer->plan.at[0].chosen, -1);
    assert_contains(step_of(answer, WHATIF_SERVERS), "no master has two replicas");
    whatif_free(answer);
    watch_done(&w);
}

// The servers take the smallest ID among the best covered, which is on the orphan's own host.
static void the_servers_choose_by_id_and_we_by_host(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7008, 0});
    assert_int_equal(watch_port(&w, answer->server_replica), 7002);
    assert_int_equal(watch_port(&w, answer->server_target), 7001);
    assert_contains(step_of(answer, WHATIF_SERVERS), "that is the same host");
    assert_int_equal(answer->plan.n_moves, 1);
    const PlanTarget *t = &answer->plan.at[0];
    assert_int_equal(watch_port(&w, t->candidates[t->chosen].replica), 7004);
    whatif_free(answer);
    watch_done(&w);
}

static void the_servers_wait_for_a_dead_replica_with_the_smallest_id(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    int third = fixture_replica(w.f, "127.0.99.171:7009", fixture_port(w.f, 7003));
    fixture_node(w.f, third)->id.hex[0] = 'f'; // not the smallest
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7008, 7002, 0});
    assert_int_equal(answer->server_replica, -1);
    assert_contains(step_of(answer, WHATIF_SERVERS), "127.0.99.170:7002, by the smallest node ID");
    whatif_free(answer);
    watch_done(&w);
}

static void the_servers_do_nothing_when_their_migration_is_off(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        fixture_node(w.f, (int)i)->allow_migration = TRI_NO;
    }
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7008, 0});
    assert_int_equal(answer->server_replica, -1);
    assert_contains(step_of(answer, WHATIF_SERVERS), "is off");
    whatif_free(answer);
    watch_done(&w);
}

static void a_barrier_keeps_replicas_where_they_are(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        fixture_node(w.f, (int)i)->barrier = 2;
    }
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7008, 0});
    assert_int_equal(answer->server_replica, -1);
    assert_contains(step_of(answer, WHATIF_SERVERS), "cluster-migration-barrier");
    whatif_free(answer);
    watch_done(&w);
}

static void without_a_majority_nobody_is_promoted(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7001, 7003, 0});
    assert_false(answer->loss.majority_kept);
    assert_int_equal(answer->loss.slots_lost, 0);
    assert_false(host_loss_is_survived(&answer->loss));
    assert_false(answer->state_ok);
    assert_int_equal(shard_of(&w, answer, 7001)->fate, SHARD_STUCK);
    assert_int_equal(shard_of(&w, answer, 7003)->fate, SHARD_STUCK);
    assert_contains(step_of(answer, WHATIF_MAJORITY), "1 of 3 slot owners");
    assert_contains(step_of(answer, WHATIF_REHOME), "write nothing");
    whatif_free(answer);
    watch_done(&w);
}

static void a_cluster_on_one_host_has_nothing_left(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-8191");
    int b = fixture_master(f, "10.0.0.1:7002", "8192-16383");
    fixture_replica(f, "10.0.0.1:7101", a);
    fixture_replica(f, "10.0.0.1:7102", b);
    Watch w = watch_new(f);
    watch_round(&w, 1000);
    const WhatIf *answer = if_host_died(&w, "10.0.0.1");
    assert_int_equal(answer->loss.slots_lost, SLOT_COUNT);
    assert_false(answer->loss.majority_kept);
    assert_int_equal(answer->n_shards, 2);
    assert_int_equal(answer->shards[1].fate, SHARD_LOST);
    assert_report("whatif-one-host.txt", &answer, 1);
    whatif_free(answer);
    watch_done(&w);
}

static void without_full_coverage_the_other_slots_stay(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        fixture_node(w.f, (int)i)->partial_coverage = true;
    }
    watch_round(&w, 1000);
    const WhatIf *answer = if_host_died(&w, "127.0.99.172");
    assert_false(host_loss_is_survived(&answer->loss));
    assert_true(answer->state_ok);
    assert_contains(step_of(answer, WHATIF_STATE), "5461 slots do not answer");
    assert_int_equal(watch_port(&w, answer->server_replica), 7002); // the servers go on
    whatif_free(answer);
    watch_done(&w);
}

static void a_replica_that_may_not_take_over_leaves_its_slots_stuck(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7008)->nofailover = true;
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7001, 0});
    assert_int_equal(answer->loss.slots_stuck, 5461);
    assert_int_equal(answer->loss.slots_lost, 0);
    assert_false(answer->state_ok);
    const ShardLoss *shard = shard_of(&w, answer, 7001);
    assert_int_equal(shard->fate, SHARD_STUCK);
    assert_int_equal(shard->heir, -1);
    assert_contains(shard->text, "nofailover");
    whatif_free(answer);
    watch_done(&w);
}

static void the_replica_with_most_data_takes_over(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    knob(&w, 7003)->offset = 90 << 20;
    knob(&w, 7004)->offset = 90 << 20;
    knob(&w, 7002)->offset = 10 << 20;
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7003, 0});
    const ShardLoss *shard = shard_of(&w, answer, 7003);
    assert_int_equal(watch_port(&w, shard->heir), 7004);
    assert_int_equal(shard->n_heirs, 1);
    assert_int_equal(shard->working_left, 1);
    whatif_free(answer);
    knob(&w, 7002)->offset = (90 << 20) - 1000; // less than what two askings differ by
    watch_round(&w, 2000);
    answer = if_died(&w, (const int[]){7003, 0});
    assert_int_equal(shard_of(&w, answer, 7003)->n_heirs, 2);
    assert_contains(shard_of(&w, answer, 7003)->text, " or ");
    whatif_free(answer);
    watch_done(&w);
}

static void what_cannot_be_asked_is_no_copy_but_is_named(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    fixture_lose(w.f, fixture_port(w.f, 7008));
    watch_round(&w, 9000);
    const WhatIf *answer = if_died(&w, (const int[]){7001, 0});
    const ShardLoss *shard = shard_of(&w, answer, 7001);
    assert_int_equal(shard->fate, SHARD_LOST);
    assert_contains(shard->text, "127.0.99.172:7008, whose data is old or unknown");
    whatif_free(answer);
    watch_done(&w);
}

// :7001 died and :7008 has its slots; :7001 is a FAIL master without slots.
static void after_a_failover_the_new_master_is_what_counts(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    watch_fail(&w, 7001);
    fixture_promote(w.f, fixture_port(w.f, 7008));
    watch_round(&w, 2000);
    const WhatIf *answer = if_died(&w, (const int[]){7008, 0});
    assert_int_equal(answer->loss.slots_lost, 5461);
    assert_int_equal(shard_of(&w, answer, 7008)->fate, SHARD_LOST);
    whatif_free(answer);
    answer = if_host_died(&w, "127.0.99.170"); // only :7002 lives there
    assert_int_equal(answer->loss.nodes, 1);
    assert_int_equal(answer->n_shards, 1);
    assert_int_equal(shard_of(&w, answer, 7003)->fate, SHARD_FEWER);
    whatif_free(answer);
    watch_done(&w);
}

static void the_dead_die_only_once(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_fail(&w, 7008);
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7008, 7008, 0});
    assert_int_equal(answer->loss.nodes, 0);
    assert_int_equal(answer->n_shards, 0);
    assert_int_equal(answer->n_steps, 0);
    whatif_free(answer);
    watch_done(&w);
}

static void a_name_is_a_host_or_a_node(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    int nodes[16];
    bool is_host;
    Error err = {0};
    assert_int_equal(whatif_name(w.h, "127.0.99.172", nodes, &is_host, &err), 3);
    assert_true(is_host);
    assert_int_equal(whatif_name(w.h, ":7003", nodes, &is_host, &err), 1);
    assert_false(is_host);
    assert_int_equal(watch_port(&w, nodes[0]), 7003);
    assert_int_equal(whatif_name(w.h, "nobody", nodes, &is_host, &err), 0);
    assert_contains(err.text, "nobody");
    watch_done(&w);
}

static void two_hosts_may_cost_more_than_each(void **state)
{
    (void)state;
    Watch w = watch_new(ten_masters());
    watch_round(&w, 1000);
    Arena *arena = arena_new();
    HostPairs pairs = host_pairs(w.h, arena);
    assert_true(w.h->hosts.safe);
    // A master and its only replica are on neighbouring hosts, except 7001..7003 with two.
    assert_int_equal(pairs.n, 7);
    for (size_t i = 0; i < pairs.n; i++) {
        assert_in_range(pairs.at[i].slots_lost, 1638, 1642);
        assert_false(pairs.at[i].majority_lost);
    }
    assert_string_equal(pairs.at[0].a->host, "10.0.0.1"); // the tenth master has more slots
    assert_string_equal(pairs.at[0].b->host, "10.0.0.10");
    arena_free(arena);
    watch_done(&w);
}

static void two_of_three_hosts_are_the_majority(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    watch_round(&w, 1000);
    Arena *arena = arena_new();
    HostPairs pairs = host_pairs(w.h, arena);
    assert_int_equal(pairs.n, 3);
    assert_true(pairs.at[0].majority_lost);
    arena_free(arena);
    watch_done(&w);
}

static void what_a_host_costs_in_words(void **state)
{
    (void)state;
    char text[128];
    HostLoss loss = {.majority_kept = true};
    assert_string_equal(host_loss_text(&loss, text, sizeof(text)), "safe");
    loss.failovers = 2;
    loss.promoted_alone = 1;
    assert_string_equal(host_loss_text(&loss, text, sizeof(text)),
                        "safe, 2 failovers, 1 left alone");
    loss.slots_lost = 1;
    loss.left_alone = 1;
    assert_string_equal(host_loss_text(&loss, text, sizeof(text)),
                        "1 slot LOST, 2 failovers, 2 left alone");
    loss.majority_kept = false;
    assert_string_equal(host_loss_text(&loss, text, sizeof(text)),
                        "1 slot LOST, MAJORITY GONE, 2 left alone");
    assert_string_equal(host_loss_text(&loss, text, 6), "1 slo");
}

static void json_has_ids_numbers_and_the_same_words(void **state)
{
    (void)state;
    Watch w = watch_new(fixture_scenario());
    watch_round(&w, 1000);
    const WhatIf *answer = if_died(&w, (const int[]){7008, 0});
    StrBuf out = {0};
    whatif_json(&out, w.h, &answer, 1);
    assert_fits("whatif", strbuf_text(&out));
    json_t *root = json_loads(strbuf_text(&out), 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(root, "schema")), 1);
    json_t *loss = json_array_get(json_object_get(root, "losses"), 0);
    assert_true(json_is_true(json_object_get(loss, "survived")));
    assert_int_equal(json_integer_value(json_object_get(loss, "slots_lost")), 0);
    assert_int_equal(json_integer_value(json_object_get(loss, "left_alone")), 1);
    json_t *shard = json_array_get(json_object_get(loss, "shards"), 0);
    assert_string_equal(json_string_value(json_object_get(shard, "fate")), "alone");
    assert_string_equal(json_string_value(json_object_get(shard, "master")),
                        watch_id(&w, 7001).hex);
    json_t *server = json_object_get(loss, "server_move");
    assert_string_equal(json_string_value(json_object_get(server, "replica")),
                        watch_id(&w, 7002).hex);
    json_t *ours = json_array_get(json_object_get(loss, "moves"), 0);
    assert_string_equal(json_string_value(json_object_get(ours, "replica")),
                        watch_id(&w, 7004).hex);
    json_decref(root);
    strbuf_done(&out);
    whatif_free(answer);
    watch_done(&w);
}

TESTS(whatif, cmocka_unit_test(each_host_of_the_owners_cluster),
      cmocka_unit_test(a_host_with_every_copy_of_a_shard),
      cmocka_unit_test(a_host_that_is_survived_by_a_failover),
      cmocka_unit_test(the_servers_choose_by_id_and_we_by_host),
      cmocka_unit_test(the_servers_wait_for_a_dead_replica_with_the_smallest_id),
      cmocka_unit_test(the_servers_do_nothing_when_their_migration_is_off),
      cmocka_unit_test(a_barrier_keeps_replicas_where_they_are),
      cmocka_unit_test(without_a_majority_nobody_is_promoted),
      cmocka_unit_test(a_cluster_on_one_host_has_nothing_left),
      cmocka_unit_test(without_full_coverage_the_other_slots_stay),
      cmocka_unit_test(a_replica_that_may_not_take_over_leaves_its_slots_stuck),
      cmocka_unit_test(the_replica_with_most_data_takes_over),
      cmocka_unit_test(what_cannot_be_asked_is_no_copy_but_is_named),
      cmocka_unit_test(after_a_failover_the_new_master_is_what_counts),
      cmocka_unit_test(the_dead_die_only_once), cmocka_unit_test(a_name_is_a_host_or_a_node),
      cmocka_unit_test(two_hosts_may_cost_more_than_each),
      cmocka_unit_test(two_of_three_hosts_are_the_majority),
      cmocka_unit_test(what_a_host_costs_in_words),
      cmocka_unit_test(json_has_ids_numbers_and_the_same_words))
