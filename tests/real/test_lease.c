// Two instances on one cluster with a lease in it: one acts, and whatever happens to it, never
// both.
#include "hold.h"
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rehome/base/mem.h"

// The servers' own migration would heal too, and nobody could tell who did.
static const char *const ours_alone[] = {"--cluster-allow-replica-migration",
                                         "no",
                                         "--repl-diskless-sync-delay",
                                         "0",
                                         "--enable-debug-command",
                                         "yes",
                                         NULL};

// The scenario, and one more replica of :7003 on the host of :7001: when the fence of a move that
// was given up is left on one of three, its master can still do without another.
static Lab *start_lab(void)
{
    LabNode nodes[8];
    LabSpec spec = lab_scenario;
    assert_true(spec.n < ARRAY_LEN(nodes));
    memcpy(nodes, spec.nodes, spec.n * sizeof(nodes[0]));
    nodes[spec.n++] = (LabNode){.host = 170, .port = 7009, .master = 2};
    spec.nodes = nodes;
    spec.extra = ours_alone;
    return stage_lab(&spec);
}

static void use_state(const char *name)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", stage_folder(), name);
    (void)mkdir(path, 0700);
    assert_int_equal(setenv("XDG_STATE_HOME", path, 1), 0);
}

// As if on a machine of its own: the journals of one are unknown to the other.
static Run *start(const Lab *lab, const char *machine)
{
    use_state(machine);
    Run *run = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--lease",
                                               "rehome:test", "--format", "json", NULL});
    assert_int_equal(setenv("XDG_STATE_HOME", stage_folder(), 1), 0);
    return run;
}

// first holds it and counts, second knows.
static void start_two(const Lab *lab, Run **first, Run **second)
{
    *first = start(lab, "ash");
    run_wait_out(*first, "we hold the lease rehome:test", LIMIT_MS);
    *second = start(lab, "birch");
    run_wait_out(*second, "lease held by ", LIMIT_MS);
}

// How often CLUSTER REPLICATE was carried out on the nodes that live through all of these tests;
// the lab's own included.
static int count_replicates(const Lab *lab)
{
    static const int ports[] = {7001, 7002, 7003, 7004, 7005, 7009};
    static const char name[] = "cmdstat_cluster|replicate:calls=";
    int n = 0;
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        const char *stats =
            stage_ask(lab, ports[i], (const char *[]){"INFO", "commandstats", NULL});
        const char *at = strstr(stats, name);
        n += at == NULL ? 0 : at[strlen(name)] - '0';
    }
    return n;
}

static void assert_healed(const Lab *lab, int port)
{
    stage_wait_reply(lab, port, "connected_slaves:1",
                     (const char *[]){"INFO", "replication", NULL});
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
}

static void of_two_exactly_one_acts(void **state)
{
    (void)state;
    Lab *lab = start_lab();
    Run *first;
    Run *second;
    start_two(lab, &first, &second);
    int before = count_replicates(lab);
    lab_kill(lab, stage_port(lab, 7008));
    const json_t *end = run_event(first, "move-done", 7004, LIMIT_MS);
    stage_measured("%s", word_in(end, "text"));
    run_event(second, "replica-moved", 7004, LIMIT_MS); // perhaps before it saw an orphan at all
    assert_healed(lab, 7001);
    assert_int_equal(count_replicates(lab), before + 1);
    assert_null(run_has_event(second, "move-started", 0));
    // a clean end gives it back, and the other has it a while later
    run_signal(first, SIGTERM);
    assert_int_equal(run_end(first, LIMIT_MS), 0);
    run_wait_out(second, "we hold the lease rehome:test", LIMIT_MS);
}

enum { MASTERS = 6, SPARES = 3 };

// Three masters with a spare each, and three that will need one: no node takes part in two moves,
// so that nothing has to cool down.
static LabSpec three_spares_for_three_orphans(LabNode nodes[2 * MASTERS + SPARES],
                                              char slots[MASTERS][24])
{
    for (int i = 0; i < MASTERS; i++) {
        int last = i == MASTERS - 1 ? 16383 : (i + 1) * 2730 - 1;
        snprintf(slots[i], sizeof(slots[i]), "%d-%d", i * 2730, last);
        nodes[i] = (LabNode){.host = 10 + i, .port = 7000 + i, .master = -1, .slots = slots[i]};
        nodes[MASTERS + i] = (LabNode){.host = 30 + i, .port = 7100 + i, .master = i};
    }
    for (int i = 0; i < SPARES; i++) {
        nodes[2 * MASTERS + i] = (LabNode){.host = 50 + i, .port = 7200 + i, .master = i};
    }
    LabSpec spec = lab_scenario;
    spec.nodes = nodes;
    spec.n = 2 * MASTERS + SPARES;
    spec.extra = ours_alone;
    return spec;
}

static void of_two_exactly_one_acts_whatever_is_killed(void **state)
{
    (void)state;
    LabNode nodes[2 * MASTERS + SPARES];
    char slots[MASTERS][24];
    LabSpec spec = three_spares_for_three_orphans(nodes, slots);
    Lab *lab = stage_lab(&spec);
    Run *first;
    Run *second;
    start_two(lab, &first, &second);
    for (int i = SPARES; i < MASTERS; i++) {
        run_mark(first);
        run_mark(second);
        lab_kill(lab, stage_port(lab, 7100 + i));
        const json_t *end = run_event(first, "move-done", 0, LIMIT_MS);
        stage_measured("loss %d: %s", i - SPARES + 1, word_in(end, "text"));
        run_event(second, "replica-moved", 0, LIMIT_MS);
        assert_null(run_has_event(second, "move-started", 0));
        stage_wait_reply(lab, 7000 + i, "connected_slaves:1",
                         (const char *[]){"INFO", "replication", NULL});
    }
}

static void the_other_takes_over_from_one_killed_in_the_middle_of_a_move(void **state)
{
    (void)state;
    Lab *lab = start_lab();
    Run *first;
    Run *second;
    start_two(lab, &first, &second);
    int before = count_replicates(lab);
    lab_kill(lab, stage_port(lab, 7008));
    hold_before(first, " replicate set "); // fenced, not moved
    run_signal(first, SIGKILL);
    assert_int_equal(run_end(first, LIMIT_MS), 128 + SIGKILL);
    assert_null(run_has_event(second, "move-started", 0));
    run_wait_out(second, "we hold the lease rehome:test", LIMIT_MS);
    const json_t *end = run_event(second, "move-done", 0, LIMIT_MS);
    stage_measured("%s", word_in(end, "text"));
    assert_healed(lab, 7001);
    assert_int_equal(count_replicates(lab) - before, 1);
}

static void who_was_stopped_for_longer_than_the_lease_writes_nothing_more(void **state)
{
    (void)state;
    Lab *lab = start_lab();
    Run *first;
    Run *second;
    start_two(lab, &first, &second);
    int before = count_replicates(lab);
    run_signal(first, SIGSTOP);
    lab_kill(lab, stage_port(lab, 7008));
    run_wait_out(second, "we hold the lease rehome:test", LIMIT_MS);
    run_event(second, "move-done", 0, LIMIT_MS);
    // Another orphan, and a spare for it: the second waits a minute, as :7001 has just been helped,
    // and the first knows nothing of that.
    Error err;
    assert_true(lab_restart(lab, stage_port(lab, 7008), &err));
    stage_wait_reply(lab, 7001, "connected_slaves:2",
                     (const char *[]){"INFO", "replication", NULL});
    lab_kill(lab, stage_port(lab, 7006));
    run_event(second, "orphaned", 7005, LIMIT_MS);
    run_signal(first, SIGCONT);
    run_wait_out(first, "lease lost: ", LIMIT_MS);
    run_wait_out(first, "; would give ", LIMIT_MS);
    assert_null(run_has_event(first, "move-started", 0));
    assert_int_equal(count_replicates(lab), before + 1);
}

// Held by the debugger right before the journal line of REPLICATE, which is before the last look at
// the lease: whatever the line costs, what follows is not on stale evidence.
static void who_wakes_up_in_the_middle_of_its_move_does_not_send_it(void **state)
{
    (void)state;
    Lab *lab = start_lab();
    Run *first;
    Run *second;
    start_two(lab, &first, &second);
    int before = count_replicates(lab);
    lab_kill(lab, stage_port(lab, 7008));
    hold_before(first, " replicate set ");
    const json_t *end = run_event(second, "move-done", 0, LIMIT_MS);
    stage_measured("the other: %s", word_in(end, "text"));
    hold_release(first);
    const json_t *lost = run_event(first, "move-failed", 7004, LIMIT_MS);
    stage_measured("the first: %s", word_in(lost, "text"));
    assert_int_equal(count_replicates(lab), before + 1);
    assert_healed(lab, 7001);
    // its own fence is lifted nevertheless, as the replica is in sync
    assert_non_null(
        strstr(stage_ask(lab, 7004,
                         (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL}),
               "no-failover no"));
}

static void what_somebody_else_wrote_there_stays(void **state)
{
    (void)state;
    Lab *lab = start_lab();
    stage_wait_reply(lab, 7001, "OK", (const char *[]){"SET", "{b}k", "by hand", NULL});
    Run *run = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--lease", "{b}k", NULL});
    run_wait_out(run, "whoever wrote \"by hand\" there, and it never expires", LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_wait_out(run, "would give ", LIMIT_MS);
    assert_string_equal(stage_ask(lab, 7001, (const char *[]){"GET", "{b}k", NULL}), "by hand");
}

TESTS(lease, STAGED(of_two_exactly_one_acts), STAGED(of_two_exactly_one_acts_whatever_is_killed),
      STAGED(the_other_takes_over_from_one_killed_in_the_middle_of_a_move),
      STAGED(who_was_stopped_for_longer_than_the_lease_writes_nothing_more),
      STAGED(who_wakes_up_in_the_middle_of_its_move_does_not_send_it),
      STAGED(what_somebody_else_wrote_there_stays))
