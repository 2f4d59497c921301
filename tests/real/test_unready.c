// Real servers that live and cannot answer: one in a script without an end, one that loads its
// dataset. What is said, and that nobody is moved because of them.
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "rehome/base/mem.h"
#include "stage.h"

// The finding of this code in a fresh check; NULL: there is none.
static const json_t *find(const Lab *lab, const char *code, const json_t **document)
{
    int status;
    *document = stage_check(lab, &status);
    const json_t *all = json_object_get(*document, "findings");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *finding = json_array_get(all, i);
        if (strcmp(word_in(finding, "code"), code) == 0) {
            return finding;
        }
    }
    return NULL;
}

// The cluster itself is not to call anybody failed meanwhile.
static Lab *patient_lab(const LabSpec *spec)
{
    Lab *lab = stage_lab(spec);
    for (size_t i = 0; i < lab_size(lab); i++) {
        stage_wait_reply(lab, lab_port(lab, i), "OK",
                         (const char *[]){"CONFIG", "SET", "cluster-node-timeout", "600000", NULL});
    }
    return lab;
}

static void a_script_without_an_end_is_named_with_what_ends_it(void **state)
{
    (void)state;
    Lab *lab = patient_lab(&lab_scenario);
    size_t node = stage_port(lab, 7008);
    stage_wait_reply(lab, 7008, "OK",
                     (const char *[]){"CONFIG", "SET", "lua-time-limit", "100", NULL});
    Run *script = stage_other((const char *[]){"redis-cli", "-h", lab_ip(lab, node), "-p", "7008",
                                               "eval", "while true do end", "0", NULL});
    stage_wait_reply(lab, 7008, "BUSY", (const char *[]){"PING", NULL});
    const json_t *document;
    const json_t *finding = find(lab, "unreachable", &document);
    assert_non_null(finding);
    stage_measured("%s", word_in(finding, "text"));
    assert_non_null(strstr(word_in(finding, "text"), "(BUSY): SCRIPT KILL ends it"));
    assert_string_equal(word_in(finding, "node"), lab_id(lab, node));
    assert_string_equal(word_in(replica_in(document, 7008), "state"), "unverified");
    assert_string_equal(word_in(master_in(document, 7001), "state"), "at-risk");
    assert_int_equal(number_in(document, "orphaned"), 0);
    stage_wait_reply(lab, 7008, "OK", (const char *[]){"SCRIPT", "KILL", NULL});
    run_end(script, LIMIT_MS);
    assert_null(find(lab, "unreachable", &document));
    assert_string_equal(word_in(replica_in(document, 7008), "state"), "working");
}

static Lab *slow_loaders(void)
{
    static const char *const slow[] = {"--key-load-delay", "1000",
                                       "--loading-process-events-interval-bytes", "1024", NULL};
    static const char fill[] =
        "for i = 1, 20000 do redis.call('set', KEYS[1] .. i, string.rep('x', 100)) end";
    LabSpec spec = lab_scenario;
    spec.extra = slow;
    Lab *lab = patient_lab(&spec);
    stage_ask(lab, 7001, (const char *[]){"EVAL", fill, "1", "{bar}", NULL});
    stage_wait_reply(lab, 7008, "keys=20000", (const char *[]){"INFO", "keyspace", NULL});
    return lab;
}

static void start_again_from_disk(Lab *lab, int port)
{
    stage_wait_reply(lab, port, "OK", (const char *[]){"SAVE", NULL});
    assert_true(lab_kill(lab, stage_port(lab, port)));
    assert_true(lab_restart(lab, stage_port(lab, port), NULL));
    stage_wait_reply(lab, port, "loading:1", (const char *[]){"INFO", "persistence", NULL});
}

static void load_fast(const Lab *lab, int port)
{
    stage_wait_reply(lab, port, "OK",
                     (const char *[]){"CONFIG", "SET", "key-load-delay", "0", NULL});
    stage_wait_reply(lab, port, "\nloading:0", (const char *[]){"INFO", "persistence", NULL});
}

static void a_replica_that_loads_is_on_its_way(void **state)
{
    (void)state;
    Lab *lab = slow_loaders();
    start_again_from_disk(lab, 7008);
    const json_t *document;
    assert_null(find(lab, "unreachable", &document));
    assert_string_equal(word_in(replica_in(document, 7008), "state"), "loading");
    assert_true(json_is_number(json_object_get(replica_in(document, 7008), "sync_percent")));
    assert_string_equal(word_in(master_in(document, 7001), "state"), "at-risk");
    assert_int_equal(number_in(document, "orphaned"), 0);
    Run *plan = stage_run(lab, (const char *[]){"plan", NULL});
    assert_int_equal(run_end(plan, LIMIT_MS), 0); // nothing to do
    load_fast(lab, 7008);
    stage_wait_reply(lab, 7008, "master_link_status:up",
                     (const char *[]){"INFO", "replication", NULL});
    assert_null(find(lab, "unreachable", &document));
    assert_string_equal(word_in(replica_in(document, 7008), "state"), "working");
}

static void a_master_that_loads_serves_nothing_and_that_is_told(void **state)
{
    (void)state;
    Lab *lab = slow_loaders();
    start_again_from_disk(lab, 7001);
    const json_t *document;
    const json_t *finding = find(lab, "master-loading", &document);
    assert_non_null(finding);
    stage_measured("%s; %s", word_in(finding, "text"), word_in(finding, "remedy"));
    assert_string_equal(word_in(finding, "severity"), "critical");
    assert_non_null(strstr(word_in(finding, "text"), "5461 slots are not served"));
    assert_int_equal(master_of(document, 7008), 7001);
    load_fast(lab, 7001);
    assert_null(find(lab, "master-loading", &document));
}

TESTS(unready, STAGED(a_script_without_an_end_is_named_with_what_ends_it),
      STAGED(a_replica_that_loads_is_on_its_way),
      STAGED(a_master_that_loads_serves_nothing_and_that_is_told))
