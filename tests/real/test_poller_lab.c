// The poller against real servers: what the fakes of test_poller.c cannot vouch for.
#include <ev.h>
#include <signal.h>
#include <string.h>

#include "stage.h"
#include "watcher.h"

// One at a time; ended by the teardown also when the test fails.
static Watcher watcher;
static bool is_watching;

static int clear(void **state)
{
    if (is_watching) {
        watcher_done(&watcher);
        ev_loop_destroy(watcher.loop);
        is_watching = false;
    }
    return stage_clear(state);
}

static Watcher *watch(const Lab *lab, int port, const char *pass)
{
    watcher_init(&watcher);
    is_watching = true;
    watcher.options.interval_ms = 100;
    watcher.options.pass = pass;
    watcher_seed(&watcher, lab_addr(lab, stage_port(lab, port)));
    watcher_start(&watcher);
    return &watcher;
}

typedef struct {
    const Watcher *w;
    const char *addr;
    Reach reach;
} Wanted;

static bool is_reached(void *ctx)
{
    const Wanted *wanted = ctx;
    const Seen *seen = watcher_at(wanted->w, wanted->addr);
    return seen != NULL && seen->reach == wanted->reach;
}

static const Seen *wait_reach(Watcher *w, const char *addr, Reach reach)
{
    Wanted wanted = {.w = w, .addr = addr, .reach = reach};
    watcher_until(w, is_reached, &wanted);
    return watcher_at(w, addr);
}

static bool has_answer(void *ctx)
{
    return ((const Watcher *)ctx)->answers > 0;
}

static bool sends(Watcher *w, const Lab *lab, int port)
{
    NodeId id = {0};
    assert_true(node_id_parse(sv(lab_id(lab, stage_port(lab, port))), &id));
    return poller_send(w->poller, CHANNEL_MOVE, id, 3,
                       (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover"});
}

static void all_nodes_are_found_from_one_and_asked(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Watcher *w = watch(lab, 7006, NULL);
    poller_full_round(w->poller);
    watcher_rounds(w, 1);
    assert_true(w->was_full);
    assert_int_equal(w->snapshot->n_nodes, lab_size(lab));
    assert_int_equal(w->snapshot->n_owners_asked, 3);
    assert_int_equal(watcher_count(w, REACH_OK), lab_size(lab));
    for (size_t i = 0; i < w->n_seen; i++) {
        assert_true(w->seen[i].all_fresh);
        assert_true(w->seen[i].has_settings);
    }
    assert_true(sends(w, lab, 7004));
    watcher_until(w, has_answer, w);
    assert_true(w->answer_ok);
    assert_string_equal(w->answer, "cluster-replica-no-failover no");
}

static void a_stopped_node_is_late_and_holds_nothing(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Watcher *w = watch(lab, 7001, NULL);
    size_t stopped = stage_port(lab, 7004);
    wait_reach(w, lab_addr(lab, stopped), REACH_OK);
    lab_signal(lab, stopped, SIGSTOP);
    const Seen *seen = wait_reach(w, lab_addr(lab, stopped), REACH_LATE);
    assert_true(seen->has_info);
    watcher_rounds(w, 10);
    assert_int_equal(watcher_count(w, REACH_OK), lab_size(lab) - 1);
    lab_signal(lab, stopped, SIGCONT);
    wait_reach(w, lab_addr(lab, stopped), REACH_OK);
}

static void the_seed_may_die_and_come_back(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Watcher *w = watch(lab, 7008, NULL);
    size_t seed = stage_port(lab, 7008);
    wait_reach(w, lab_addr(lab, stage_port(lab, 7001)), REACH_OK);
    lab_kill(lab, seed);
    const Seen *seen = wait_reach(w, lab_addr(lab, seed), REACH_UNREACHABLE);
    assert_non_null(strstr(seen->why, "onnect"));
    assert_int_equal(watcher_count(w, REACH_OK), lab_size(lab) - 1);
    assert_false(sends(w, lab, 7008));
    Error err = {0};
    assert_true(lab_restart(lab, seed, &err));
    wait_reach(w, lab_addr(lab, seed), REACH_OK);
    assert_int_equal(w->snapshot->n_nodes, lab_size(lab));
}

static void expect_denied(const Lab *lab, const char *pass, const char *words)
{
    Watcher *w = watch(lab, 7001, pass);
    const char *addr = lab_addr(lab, stage_port(lab, 7001));
    const Seen *seen = wait_reach(w, addr, REACH_DENIED);
    assert_non_null(strstr(seen->why, words));
    watcher_done(w);
    ev_loop_destroy(w->loop);
    is_watching = false;
}

static void a_password_is_asked_for_and_used(void **state)
{
    (void)state;
    static const LabNode nodes[] = {
        {.host = 1, .port = 7001, .master = -1, .slots = "0-8191"},
        {.host = 2, .port = 7002, .master = -1, .slots = "8192-16383"},
        {.host = 3, .port = 7003, .master = 0},
    };
    LabSpec spec = lab_scenario;
    spec.nodes = nodes;
    spec.n = 3;
    spec.pass = "open sesame";
    Lab *lab = stage_lab(&spec);
    expect_denied(lab, NULL, "wants a password");
    expect_denied(lab, "hunter2", "refused the password");
    Watcher *w = watch(lab, 7001, "open sesame");
    for (size_t i = 0; i < lab_size(lab); i++) {
        wait_reach(w, lab_addr(lab, i), REACH_OK);
    }
}

#define CLAIM(claim) cmocka_unit_test_teardown(claim, clear)

TESTS(poller_lab, CLAIM(all_nodes_are_found_from_one_and_asked),
      CLAIM(a_stopped_node_is_late_and_holds_nothing), CLAIM(the_seed_may_die_and_come_back),
      CLAIM(a_password_is_asked_for_and_used))
