// `heal`: the whole plan on real servers, to its end, and what stops it in the middle.
#include "stage.h"

#include <signal.h>
#include <string.h>

static const char *const left_alone[] = {"--cluster-allow-replica-migration", "no", NULL};
static const char *const slow_sync[] = {"--repl-diskless-sync-delay", "3",
                                        "--cluster-allow-replica-migration", "no", NULL};

// :7001 is orphaned, :7005 shares its host with all it has, and there is one spare: two moves help
// both.
static Lab *orphaned_lab(const char *const *extra)
{
    LabSpec spec = lab_scenario;
    spec.extra = extra;
    Lab *lab = stage_lab(&spec);
    Run *watch = stage_run(lab, (const char *[]){"watch", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    run_signal(watch, SIGTERM);
    (void)run_end(watch, LIMIT_MS);
    return lab;
}

static const json_t *healed(const json_t *document, size_t i)
{
    const json_t *move = json_array_get(json_object_get(document, "moves"), i);
    assert_non_null(move);
    return move;
}

static void assert_healed(const Lab *lab, const json_t *document, size_t i, int replica, int target,
                          const char *result)
{
    const json_t *move = healed(document, i);
    assert_string_equal(word_in(move, "replica"), lab_id(lab, stage_port(lab, replica)));
    assert_string_equal(word_in(move, "target"), lab_id(lab, stage_port(lab, target)));
    assert_string_equal(word_in(move, "result"), result);
}

static void assert_follows(const Lab *lab, int replica, int master)
{
    int status;
    assert_int_equal(master_of(stage_check(lab, &status), replica), master);
}

static void all_of_the_plan_is_made_and_the_cluster_is_host_safe(void **state)
{
    (void)state;
    Lab *lab = orphaned_lab(left_alone);
    Run *heal =
        stage_run(lab, (const char *[]){"heal", "--spread", "--yes", "--format", "json", NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 0);
    const json_t *document = run_json(heal);
    assert_int_equal(number_in(document, "schema"), 1);
    assert_int_equal(json_array_size(json_object_get(document, "moves")), 2);
    assert_healed(lab, document, 0, 7004, 7005, "done");
    assert_healed(lab, document, 1, 7006, 7001, "done");
    assert_true(json_is_number(
        json_object_get(json_object_get(healed(document, 1), "durations_s"), "total")));
    assert_true(json_is_false(json_object_get(document, "host_safe_before")));
    assert_true(json_is_true(json_object_get(document, "host_safe_after")));
    assert_int_equal(json_array_size(json_object_get(document, "remains")), 0);
    assert_non_null(strstr(run_err(heal), "1 of 2  "));
    assert_non_null(strstr(run_err(heal), "plan: all 2 moves are done"));
    int status;
    const json_t *check = stage_check(lab, &status);
    assert_true(json_is_true(json_object_get(check, "host_safe")));
    assert_int_equal(number_in(check, "orphaned"), 0);
    assert_int_equal(master_of(check, 7004), 7005);
    assert_int_equal(master_of(check, 7006), 7001);
    // and there is nothing left to do
    Run *again = stage_run(lab, (const char *[]){"heal", "--spread", NULL});
    assert_int_equal(run_end(again, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(again), "host-safe YES\nNothing to do.\n"));
}

static void without_spread_only_orphans_are_healed(void **state)
{
    (void)state;
    Lab *lab = orphaned_lab(left_alone);
    Run *heal = stage_run(lab, (const char *[]){"heal", "--yes", NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(heal), "1 orphaned -> 0"));
    assert_non_null(strstr(run_out(heal), "--spread looks for moves that make it host-safe, too."));
    assert_follows(lab, 7004, 7001);
}

static void a_dry_run_asks_the_gate_and_writes_nothing(void **state)
{
    (void)state;
    Lab *lab = orphaned_lab(left_alone);
    Run *heal =
        stage_run(lab, (const char *[]){"heal", "--spread", "--dry-run", "--format", "json", NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 0);
    const json_t *document = run_json(heal);
    assert_healed(lab, document, 0, 7004, 7005, "planned");
    assert_healed(lab, document, 1, 7006, 7001, "planned");
    assert_true(
        json_is_true(json_object_get(json_object_get(healed(document, 0), "gate"), "open")));
    assert_true(json_is_null(json_object_get(healed(document, 1), "gate"))); // not before the first
    assert_true(json_is_true(json_object_get(document, "host_safe_after")));
    assert_true(json_is_false(json_object_get(document, "host_safe")));
    const char *stats = stage_ask(lab, 7004, (const char *[]){"INFO", "commandstats", NULL});
    assert_non_null(strstr(stats, "cmdstat_cluster|replicate:calls=1,")); // the lab's own
    assert_null(strstr(stats, "cmdstat_config|set"));
    assert_follows(lab, 7004, 7003);
    assert_follows(lab, 7006, 7005);
}

static void without_a_terminal_it_wants_yes(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Run *heal = stage_run(lab, (const char *[]){"heal", "--spread", NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 2);
    assert_string_equal(run_out(heal), "");
    assert_non_null(strstr(run_err(heal), "--yes is needed to move without asking"));
    assert_follows(lab, 7004, 7003);
}

static void read_only_moves_nothing(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Run *heal = stage_run(lab, (const char *[]){"heal", "--spread", "--yes", "--read-only", NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(heal), "read-only"));
    assert_non_null(strstr(run_out(heal), "not-begun"));
    assert_follows(lab, 7004, 7003);
}

static void a_refusal_in_the_middle_stops_the_rest(void **state)
{
    (void)state;
    Lab *lab = orphaned_lab(left_alone);
    static const char *const hook =
        "case $REHOME_REPLICA_ADDR in *:7006) echo not this one; exit 1;; esac";
    Run *heal = stage_run(lab, (const char *[]){"heal", "--spread", "--yes", "--format", "json",
                                                "--before-move", hook, NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 1);
    const json_t *document = run_json(heal);
    assert_healed(lab, document, 0, 7004, 7005, "done");
    assert_healed(lab, document, 1, 7006, 7001, "refused");
    assert_non_null(strstr(word_in(healed(document, 1), "text"), "not this one"));
    assert_true(json_is_null(json_object_get(healed(document, 1), "durations_s")));
    assert_int_equal(number_in(document, "orphaned"), 1);
    assert_int_equal(number_in(document, "still_possible"), 1);
    assert_non_null(strstr(run_err(heal), "not this one"));
    assert_follows(lab, 7006, 7005);
}

static void a_cluster_that_changes_in_the_middle_stops_it(void **state)
{
    (void)state;
    Lab *lab = orphaned_lab(slow_sync);
    Error err = {0};
    Run *heal =
        stage_run(lab, (const char *[]){"heal", "--spread", "--yes", "--format", "json", NULL});
    stage_wait_reply(lab, 7004, "master_port:7005", (const char *[]){"INFO", "replication", NULL});
    assert_true(lab_restart(lab, stage_port(lab, 7008), &err)); // nobody needs the second move now
    stage_wait_reply(lab, 7008, "master_link_status:up",
                     (const char *[]){"INFO", "replication", NULL});
    int status = run_end(heal, LIMIT_MS);
    const json_t *document = run_json(heal);
    assert_healed(lab, document, 0, 7004, 7005, "done");
    assert_healed(lab, document, 1, 7006, 7001, "not-begun");
    stage_measured("stopped: %s", word_in(document, "stopped"));
    assert_non_null(strstr(word_in(document, "stopped"), ":7001 is "));
    assert_non_null(strstr(run_err(heal), "1 of 2 moves done, 1 not begun"));
    assert_int_equal(status, word_in(document, "stopped")[0] != '\0' &&
                                     json_array_size(json_object_get(document, "remains")) == 0
                                 ? 0
                                 : 1);
    assert_follows(lab, 7006, 7005);
}

static void ctrl_c_in_the_middle_tells_what_was_done_and_the_next_start_goes_on(void **state)
{
    (void)state;
    Lab *lab = orphaned_lab(slow_sync);
    Run *heal =
        stage_run(lab, (const char *[]){"heal", "--spread", "--yes", "--format", "json", NULL});
    stage_wait_reply(lab, 7004, "master_port:7005", (const char *[]){"INFO", "replication", NULL});
    run_signal(heal, SIGINT);
    assert_int_equal(run_end(heal, LIMIT_MS), 1);
    const json_t *document = run_json(heal);
    assert_healed(lab, document, 0, 7004, 7005, "interrupted");
    assert_healed(lab, document, 1, 7006, 7001, "not-begun");
    assert_non_null(strstr(run_err(heal), "stopped in the middle of a move"));
    // The next one sees it through first, and then makes the rest.
    Run *next =
        stage_run(lab, (const char *[]){"heal", "--spread", "--yes", "--format", "json", NULL});
    assert_int_equal(run_end(next, LIMIT_MS), 0);
    assert_non_null(strstr(run_err(next), "a move was under way when the last process ended"));
    assert_healed(lab, run_json(next), 0, 7006, 7001, "done");
    assert_int_equal(json_array_size(json_object_get(run_json(next), "moves")), 1);
    const char *fence = stage_ask(
        lab, 7004, (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
    assert_non_null(strstr(fence, "no-failover no"));
}

static void what_cannot_be_looked_at_is_status_3(void **state)
{
    (void)state;
    Run *heal =
        stage_run(NULL, (const char *[]){"heal", "--yes", "-h", "127.0.0.1", "-p", "1", NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 3);
    assert_string_equal(run_out(heal), "");
}

TESTS(heal, STAGED(all_of_the_plan_is_made_and_the_cluster_is_host_safe),
      STAGED(without_spread_only_orphans_are_healed),
      STAGED(a_dry_run_asks_the_gate_and_writes_nothing), STAGED(without_a_terminal_it_wants_yes),
      STAGED(read_only_moves_nothing), STAGED(a_refusal_in_the_middle_stops_the_rest),
      STAGED(a_cluster_that_changes_in_the_middle_stops_it),
      STAGED(ctrl_c_in_the_middle_tells_what_was_done_and_the_next_start_goes_on),
      STAGED(what_cannot_be_looked_at_is_status_3))
