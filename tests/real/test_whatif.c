// `whatif`, and whether real servers then do what it said.
#include "stage.h"

#include <stdio.h>
#include <string.h>

// The answer about these names (NULL-terminated). The lab's own addresses would be names here.
static const json_t *ask(const Lab *lab, const char *const *names)
{
    char port[16];
    const char *words[16] = {"whatif", "--format", "json", "-h", lab_ip(lab, 0), "-p", port};
    size_t n = 7;
    snprintf(port, sizeof(port), "%d", lab_port(lab, 0));
    while (*names != NULL) {
        words[n++] = *names++;
    }
    Run *run = stage_run(NULL, words);
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    const json_t *document = run_json(run);
    assert_int_equal(number_in(document, "schema"), 1);
    return json_array_get(json_object_get(document, "losses"), 0);
}

static bool says(const json_t *answer, const char *key)
{
    return json_is_true(json_object_get(answer, key));
}

static const json_t *shard_in(const Lab *lab, const json_t *answer, int port)
{
    const json_t *shards = json_object_get(answer, "shards");
    for (size_t i = 0; i < json_array_size(shards); i++) {
        const json_t *shard = json_array_get(shards, i);
        if (strcmp(word_in(shard, "master"), lab_id(lab, stage_port(lab, port))) == 0) {
            return shard;
        }
    }
    fail_msg("nothing is said of the shard of %d", port);
    return NULL;
}

static void wait_cluster(const Lab *lab, int port, const char *text)
{
    stage_wait_reply(lab, port, text, (const char *[]){"CLUSTER", "INFO", NULL});
}

static void wait_replication(const Lab *lab, int port, const char *text)
{
    stage_wait_reply(lab, port, text, (const char *[]){"INFO", "replication", NULL});
}

static void a_host_said_to_be_survived_is(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    const char *host = lab_ip(lab, stage_port(lab, 7003));
    const json_t *answer = ask(lab, (const char *[]){host, NULL});
    assert_true(says(answer, "survived"));
    assert_string_equal(word_in(answer, "cluster_state"), "ok");
    assert_int_equal(number_in(answer, "failovers"), 1);
    const json_t *shard = shard_in(lab, answer, 7003);
    assert_string_equal(word_in(shard, "fate"), "failover");
    assert_string_equal(word_in(shard, "heir"), lab_id(lab, stage_port(lab, 7002)));

    lab_kill(lab, stage_port(lab, 7003));
    lab_kill(lab, stage_port(lab, 7004));
    wait_cluster(lab, 7001, "cluster_state:fail"); // until somebody takes over
    wait_replication(lab, 7002, "role:master");
    wait_cluster(lab, 7001, "cluster_state:ok");
    wait_cluster(lab, 7001, "cluster_slots_ok:16384");
}

static void a_host_said_to_cost_slots_does(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    const char *host = lab_ip(lab, stage_port(lab, 7005));
    const json_t *answer = ask(lab, (const char *[]){host, NULL});
    assert_false(says(answer, "survived"));
    assert_int_equal(number_in(answer, "slots_lost"), 1365 + 4096);
    assert_true(says(answer, "majority_kept"));
    assert_string_equal(word_in(answer, "cluster_state"), "fail");
    assert_string_equal(word_in(shard_in(lab, answer, 7001), "fate"), "alone");

    lab_kill(lab, stage_port(lab, 7005));
    lab_kill(lab, stage_port(lab, 7006));
    lab_kill(lab, stage_port(lab, 7008));
    wait_cluster(lab, 7001, "cluster_slots_fail:5461");
    wait_cluster(lab, 7001, "cluster_state:fail");
}

static void without_a_majority_nobody_is_promoted(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    const json_t *answer = ask(lab, (const char *[]){":7001", ":7003", NULL});
    assert_false(says(answer, "majority_kept"));
    assert_int_equal(number_in(answer, "slots_lost"), 0);
    assert_string_equal(word_in(shard_in(lab, answer, 7001), "fate"), "stuck");

    lab_kill(lab, stage_port(lab, 7001));
    lab_kill(lab, stage_port(lab, 7003));
    wait_cluster(lab, 7005, "cluster_state:fail");
    wait_cluster(lab, 7005, "cluster_slots_pfail:10923"); // one alone cannot call them failed
    assert_non_null(
        strstr(stage_ask(lab, 7008, (const char *[]){"INFO", "replication", NULL}), "role:slave"));
}

static void the_servers_move_the_replica_it_names(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    const json_t *answer = ask(lab, (const char *[]){":7008", NULL});
    const json_t *move = json_object_get(answer, "server_move");
    assert_string_equal(word_in(move, "target"), lab_id(lab, stage_port(lab, 7001)));
    int moves =
        strcmp(word_in(move, "replica"), lab_id(lab, stage_port(lab, 7002))) == 0 ? 7002 : 7004;
    assert_string_equal(word_in(move, "replica"), lab_id(lab, stage_port(lab, moves)));
    lab_kill(lab, stage_port(lab, 7008));
    wait_replication(lab, moves, "master_port:7001");
}

static void who_cannot_be_named_or_asked_is_told(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    char at[64];
    snprintf(at, sizeof(at), "redis://%s", lab_addr(lab, 0));
    Run *run = stage_run(NULL, (const char *[]){"whatif", "nobody", at, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 2);
    assert_non_null(strstr(run_err(run), "no node is called \"nobody\""));
    assert_string_equal(run_out(run), "");
    run = stage_run(NULL, (const char *[]){"whatif", at, NULL}); // each host
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    for (size_t i = 0; i < lab_size(lab); i++) {
        assert_non_null(strstr(run_out(run), lab_ip(lab, i)));
    }
    run = stage_run(NULL, (const char *[]){"whatif", "-h", "127.0.0.1", "-p", "1", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(run), "refused"));
}

TESTS(whatif, STAGED(a_host_said_to_be_survived_is), STAGED(a_host_said_to_cost_slots_does),
      STAGED(without_a_majority_nobody_is_promoted), STAGED(the_servers_move_the_replica_it_names),
      STAGED(who_cannot_be_named_or_asked_is_told))
