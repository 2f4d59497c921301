// Looking writes nothing: the servers' own counters say so.
#include "stage.h"

#include <stdio.h>
#include <string.h>

static const char *const writes[] = {
    "cmdstat_cluster|replicate",
    "cmdstat_cluster|failover",
    "cmdstat_cluster|forget",
    "cmdstat_cluster|reset",
    "cmdstat_config|set",
    "cmdstat_config|rewrite",
    "cmdstat_set:",
    "cmdstat_client|kill",
    NULL,
};

static void assert_nothing_written(const Lab *lab, const char *by)
{
    for (size_t i = 0; i < lab_size(lab); i++) {
        if (!lab_is_running(lab, i)) {
            continue;
        }
        const char *stats =
            stage_ask(lab, lab_port(lab, i), (const char *[]){"INFO", "commandstats", NULL});
        for (size_t k = 0; writes[k] != NULL; k++) {
            if (strstr(stats, writes[k]) != NULL) {
                fail_msg("%s: %s has seen %s", by, lab_addr(lab, i), writes[k]);
            }
        }
    }
}

static void look(const Lab *lab, const char *const *words)
{
    (void)run_end(stage_run(lab, words), LIMIT_MS);
    assert_nothing_written(lab, words[0]);
}

static void check_plan_watch_and_read_only_write_nothing_though_a_master_is_orphaned(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    for (size_t i = 0; i < lab_size(lab); i++) {
        stage_ask(lab, lab_port(lab, i), (const char *[]){"CONFIG", "RESETSTAT", NULL});
    }
    Run *observe = stage_run(lab, (const char *[]){"watch", "--auto", "observe", "--grace", "0",
                                                   "--format", "json", NULL});
    run_event(observe, "connected", 0, LIMIT_MS);
    Run *act = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "0",
                                               "--read-only", "--format", "json", NULL});
    run_event(act, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    const json_t *would = run_event(observe, "decision", 7001, LIMIT_MS);
    stage_measured("observe says: %s", word_in(would, "text"));
    run_event(act, "orphaned", 7001, LIMIT_MS);
    look(lab, (const char *[]){"check", NULL});
    look(lab, (const char *[]){"check", "--format", "json", NULL});
    look(lab, (const char *[]){"plan", NULL});
    look(lab, (const char *[]){"move", ":7004", ":7001", "--dry-run", NULL});
    look(lab, (const char *[]){"move", ":7004", ":7001", "--yes", "--read-only", NULL});
    look(lab, (const char *[]){"watch", "--for", "2", "--auto", "act", "--grace", "0",
                               "--read-only", NULL});
    assert_nothing_written(lab, "watch");
    assert_null(run_has_event(act, "move-done", 0));
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 2);
    assert_int_equal(number_in(document, "orphaned"), 1);
}

TESTS(read_only, STAGED(check_plan_watch_and_read_only_write_nothing_though_a_master_is_orphaned))
