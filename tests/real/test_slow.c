// Nodes that are neither well nor gone: slow, hung, full, loading, in the middle of a script. What
// is said of each, that it is noticed when it is over, and that it holds nobody else.
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "poller_world.h"
#include "rehome/base/mem.h"
#include "sides.h"
#include "unit/unit.h"

static const Node *node_of(const World *t, size_t i)
{
    int at = snapshot_find(t->w.snapshot, fake_id(t->cluster, i));
    assert_true(at >= 0);
    return &t->w.snapshot->nodes[at];
}

static bool others_answer(void *ctx)
{
    World *t = ctx;
    return watcher_count(&t->w, REACH_OK) == t->n;
}

static const char *why_of(const World *t, size_t i)
{
    return watcher_node(&t->w, fake_id(t->cluster, i))->why;
}

// All but node t->n answer in each of these rounds.
static void expect_others_in_time(World *t, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        watcher_rounds(&t->w, 1);
        assert_int_equal(watcher_count(&t->w, REACH_OK), t->w.n_seen - 1);
    }
}

typedef struct {
    World *t;
    size_t node;
    const char *words;
    int64_t newer_ms;
} Said;

static bool is_said(void *ctx)
{
    const Said *said = ctx;
    return strstr(why_of(said->t, said->node), said->words) != NULL;
}

static void wait_said(World *t, size_t node, const char *words)
{
    Said said = {.t = t, .node = node, .words = words};
    watcher_until(&t->w, is_said, &said);
}

static bool is_newer(void *ctx)
{
    const Said *said = ctx;
    return node_of(said->t, said->node)->says->info_ms > said->newer_ms;
}

static void who_answers_too_slowly_is_heard_all_the_same(void **state)
{
    World *t = *state;
    t->w.options.round_deadline_ms = 500;
    t->w.options.request_timeout_ms = 400;
    start_cluster(t, 5);
    see_all(t);
    Said said = {.t = t, .node = 1, .newer_ms = node_of(t, 1)->says->info_ms};
    fake_drip(fake_node(t->cluster, 1), 100000, 800);
    wait_said(t, 1, "answers too slowly: its last answer took ");
    for (int i = 0; i < 2; i++) { // its words, and when they were asked for
        watcher_until(&t->w, is_newer, &said);
        said.newer_ms = node_of(t, 1)->says->info_ms;
    }
    expect_others_in_time(t, 3);
    fake_drip(fake_node(t->cluster, 1), 0, 0);
    watcher_until(&t->w, all_answer, t);
    assert_int_equal(fake_connections(fake_node(t->cluster, 1)), 1);
}

static const char busy[] =
    "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n";

static void who_runs_a_script_is_denied_nothing_behind_it(void **state)
{
    World *t = *state;
    start_cluster(t, 5);
    see_all(t);
    FakeServer *node = fake_node(t->cluster, 1);
    fake_answer(node, "INFO", busy);
    fake_answer(node, "CLUSTER", busy);
    fake_answer(node, "CONFIG", busy);
    wait_said(t, 1, "runs a script that does not end and answers nothing else (BUSY): SCRIPT KILL");
    assert_int_equal(watcher_node(&t->w, fake_id(t->cluster, 1))->reach, REACH_LATE);
    assert_true(watcher_node(&t->w, fake_id(t->cluster, 1))->has_info); // its last word
    int asked = fake_asked(node, "INFO");
    expect_others_in_time(t, 10);
    assert_true(fake_asked(node, "INFO") >= asked + 9); // each round asks again
    fake_cluster_answers(t->cluster, 1, node);
    watcher_until(&t->w, all_answer, t);
    assert_int_equal(fake_connections(node), 1);
}

static void a_script_of_before_we_came_is_told_too(void **state)
{
    World *t = *state;
    t->w.options.hung_timeout_ms = 1000;
    start_cluster(t, 3);
    FakeServer *node = fake_node(t->cluster, 1);
    fake_answer(node, "INFO",
                "-BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN "
                "NOSAVE.\r\n");
    fake_answer(node, "CLUSTER", busy);
    fake_answer(node, "CONFIG", busy);
    watcher_start(&t->w);
    wait_reach(t, 1, REACH_UNREACHABLE); // it is said once, as an event
    expect_words(why_of(t, 1), "KILL ends it, unless it has written");
    assert_int_equal(fake_connections(node), 1);
}

static void who_is_full_is_asked_less_and_less(void **state)
{
    World *t = *state;
    start_cluster(t, 5);
    see_all(t);
    FakeServer *node = fake_node(t->cluster, 1);
    fake_greet(node, "-ERR max number of clients reached\r\n");
    fake_answer(node, "INFO", NULL);
    fake_answer(node, "CLUSTER", NULL);
    fake_cut_after(node, strlen("-ERR max number of clients reached\r\n"));
    fake_cut(node);
    wait_said(t, 1, "has no free connection (max number of clients reached): raise maxclients");
    int before = fake_connections(node);
    expect_others_in_time(t, 60);
    assert_true(fake_connections(node) - before < 20); // by the clock some five
    fake_greet(node, "");
    fake_cut_after(node, 0);
    fake_cluster_answers(t->cluster, 1, node);
    watcher_until(&t->w, all_answer, t);
}

// A socket that completes no more connections; they are in fds, the socket itself first.
static int listen_and_fill(int *fds, size_t n, struct sockaddr_in *at)
{
    socklen_t size = sizeof(*at);
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fds[0], (struct sockaddr *)at, size), 0);
    assert_int_equal(listen(fds[0], 0), 0);
    assert_int_equal(getsockname(fds[0], (struct sockaddr *)at, &size), 0);
    for (size_t i = 1; i < n; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(fds[i], (struct sockaddr *)at, size);
    }
    return ntohs(at->sin_port);
}

static void who_accepts_no_more_holds_nobody(void **state)
{
    World *t = *state;
    int fds[8];
    char place[40];
    struct sockaddr_in at;
    t->w.options.connect_timeout_ms = 300;
    start_cluster(t, 5);
    snprintf(place, sizeof(place), "127.0.0.1:%d", listen_and_fill(fds, ARRAY_LEN(fds), &at));
    fake_place(t->cluster, 1, place);
    watcher_start(&t->w);
    t->n = 4;
    watcher_until(&t->w, others_answer, t);
    wait_said(t, 1, "no answer for 0.3 s (host down or hung, or a firewall?)");
    expect_others_in_time(t, 10);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        close(fds[i]);
    }
    wait_said(t, 1, "Connection refused");
}

static int leave_sides(void **state)
{
    int failed = poller_tear_down(state);
    sides_leave();
    return failed;
}

static void a_peer_that_is_gone_without_a_word_is_given_up_and_found_again(void **state)
{
    World *t = *state;
    char place[40];
    sides_open();
    sides_enter(SIDE_B);
    t->other = fake_start(t->w.loop, "10.77.2.1", 0);
    sides_enter(SIDE_A);
    snprintf(place, sizeof(place), "10.77.2.1:%d", fake_port(t->other));
    t->w.options.connect_timeout_ms = 500;
    t->w.options.hung_timeout_ms = 1000;
    start_cluster(t, 5);
    fake_cluster_answers(t->cluster, 1, t->other);
    fake_place(t->cluster, 1, place);
    see_all(t);
    sides_cut();
    wait_said(t, 1, "is connected, but does not answer");
    wait_said(t, 1, "cannot connect to 10.77.2.1:");
    expect_others_in_time(t, 10);
    sides_mend();
    watcher_until(&t->w, all_answer, t);
}

TESTS(
    slow, CLAIM(who_answers_too_slowly_is_heard_all_the_same),
    CLAIM(who_runs_a_script_is_denied_nothing_behind_it),
    CLAIM(a_script_of_before_we_came_is_told_too), CLAIM(who_is_full_is_asked_less_and_less),
    CLAIM(who_accepts_no_more_holds_nobody),
    cmocka_unit_test_setup_teardown(a_peer_that_is_gone_without_a_word_is_given_up_and_found_again,
                                    poller_set_up, leave_sides))
