// What a round asks, when it begins, and who holds it: nobody.
#include "poller_world.h"

#include "unit/unit.h"

static bool enough_are_late(void *ctx)
{
    World *t = ctx;
    return watcher_count(&t->w, REACH_LATE) == t->n;
}

static void ten_hung_of_fifty_hold_nothing(void **state)
{
    World *t = *state;
    t->w.options.round_deadline_ms = 1500; // twenty rounds held by it would take half a minute
    t->w.options.request_timeout_ms = 60000;
    t->w.options.hung_timeout_ms = 60000;
    start_cluster(t, 50);
    see_all(t);
    for (size_t i = 10; i < 20; i++) {
        fake_hang(fake_node(t->cluster, i), 1);
    }
    t->n = 10;
    watcher_until(&t->w, enough_are_late, t);
    assert_int_equal(watcher_count(&t->w, REACH_OK), 40);
    watcher_rounds(&t->w, 20);
    assert_int_equal(watcher_count(&t->w, REACH_OK), 40);
    for (size_t i = 10; i < 20; i++) {
        fake_hang(fake_node(t->cluster, i), 0);
    }
    watcher_until(&t->w, all_answer, t);
}

static void slow_is_not_late_for_ever(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    t->w.options.round_deadline_ms = 1000;
    fake_hang(fake_node(t->cluster, 1), 1);
    wait_reach(t, 1, REACH_LATE);
    // It answers again, but slower than the moment that is granted to those who were late.
    fake_drip(fake_node(t->cluster, 1), 100000, 60);
    fake_hang(fake_node(t->cluster, 1), 0);
    wait_reach(t, 1, REACH_OK);
    watcher_rounds(&t->w, 3);
    assert_int_equal(watcher_node(&t->w, fake_id(t->cluster, 1))->reach, REACH_OK);
}

static void a_lost_connection_starts_a_round(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    start_cluster(t, 3);
    see_all(t);
    fake_listen(fake_node(t->cluster, 1), 0);
    fake_cut(fake_node(t->cluster, 1));
    const Seen *seen = wait_reach(t, 1, REACH_UNREACHABLE);
    assert_true(seen->has_info); // its last words are kept
    assert_int_equal(watcher_count(&t->w, REACH_OK), 2);
}

static void full_rounds_ask_for_everything(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    t->w.options.witnesses = 2;
    start_cluster(t, 5);
    see_all(t);
    int nodes = fake_cluster_asked(t->cluster, "CLUSTER NODES");
    int settings = fake_cluster_asked(t->cluster, "CONFIG GET cluster-*");
    int myids = fake_cluster_asked(t->cluster, "CLUSTER MYID");
    poller_full_round(t->w.poller);
    poller_full_round(t->w.poller);
    t->count = 1;
    watcher_until(&t->w, is_full, t);
    assert_true(t->w.was_full);
    assert_int_equal(fake_cluster_asked(t->cluster, "CLUSTER NODES"), nodes + 5);
    assert_int_equal(fake_cluster_asked(t->cluster, "CONFIG GET"), settings + 5);
    assert_int_equal(fake_cluster_asked(t->cluster, "CLUSTER MYID"), myids + 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(t->w.seen[i].all_fresh);
    }
}

static void hurry_and_interval_take_effect_at_once(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    start_cluster(t, 2);
    see_all(t);
    poller_hurry(t->w.poller, true);
    watcher_rounds(&t->w, 3);
    poller_hurry(t->w.poller, false);
    poller_set_interval(t->w.poller, 5);
    watcher_rounds(&t->w, 3);
}

static void a_few_witnesses_take_turns(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 5;
    t->w.options.witnesses = 4;
    start_cluster(t, 30);
    see_all(t);
    assert_true(fake_cluster_asked(t->cluster, "CLUSTER NODES") < 30);
    assert_int_equal(t->w.snapshot->n_nodes, 30);
    int rounds = t->w.rounds;
    int before = fake_cluster_asked(t->cluster, "CLUSTER NODES");
    watcher_rounds(&t->w, 10);
    int asked = fake_cluster_asked(t->cluster, "CLUSTER NODES") - before;
    assert_in_range(asked, 1, 4 * (t->w.rounds - rounds + 1));
    for (size_t i = 0; i < 30; i++) {
        assert_true(fake_asked(fake_node(t->cluster, i), "CLUSTER NODES") > 0);
        assert_true(fake_asked(fake_node(t->cluster, i), "INFO") >= 10);
    }
    size_t kept = 0; // views of those who were witnesses before are not
    for (size_t i = 0; i < 30; i++) {
        kept += t->w.seen[i].has_nodes ? 1 : 0;
    }
    assert_in_range(kept, 1, 4);
    // Who is in trouble is always asked.
    fake_flag(t->cluster, 7, "master,fail?");
    watcher_rounds(&t->w, 10);
    before = fake_asked(fake_node(t->cluster, 7), "CLUSTER NODES");
    watcher_rounds(&t->w, 5);
    assert_true(fake_asked(fake_node(t->cluster, 7), "CLUSTER NODES") >= before + 5);
}

static void a_first_look_has_witnesses_too(void **state)
{
    World *t = *state;
    t->w.options.witnesses = 4;
    start_cluster(t, 30);
    watcher_start(&t->w);
    watcher_rounds(&t->w, 1);
    assert_int_equal(t->w.n_seen, 30);
    assert_int_equal(t->w.snapshot->n_owners_asked, 1 + 4); // the seed is one
}

static size_t count_spared(const Snapshot *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        n += s->nodes[i].says->view_spared ? 1 : 0;
    }
    return n;
}

static void a_large_clusters_full_round_asks_a_majority_for_views(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    t->w.options.witnesses = 2;
    t->w.options.full_views = 4;
    start_cluster(t, 30);
    see_all(t);
    int nodes = fake_cluster_asked(t->cluster, "CLUSTER NODES");
    int myids = fake_cluster_asked(t->cluster, "CLUSTER MYID");
    int infos = fake_cluster_asked(t->cluster, "INFO");
    poller_full_round(t->w.poller);
    t->count = 1;
    watcher_until(&t->w, is_full, t);
    int asked = fake_cluster_asked(t->cluster, "CLUSTER NODES") - nodes;
    assert_in_range(asked, 16, 20);
    assert_int_equal(fake_cluster_asked(t->cluster, "CLUSTER MYID"), myids + 30);
    assert_int_equal(fake_cluster_asked(t->cluster, "INFO"), infos + 30);
    assert_int_equal(t->w.snapshot->n_owners_asked, asked);
    assert_int_equal(count_spared(t->w.snapshot), 30 - asked);
}

static void a_round_can_be_had_at_once(void **state)
{
    World *t = *state;
    t->w.options.interval_ms = 3600000;
    start_cluster(t, 2);
    see_all(t);
    poller_round(t->w.poller);
    watcher_rounds(&t->w, 1);
    assert_false(t->w.was_full);
}

static void half_a_reply_is_no_view(void **state)
{
    World *t = *state;
    start_cluster(t, 3);
    see_all(t);
    fake_cut_after(fake_node(t->cluster, 2), 300); // behind MYID, in the middle of the rest
    fake_cut(fake_node(t->cluster, 2));
    wait_reach(t, 2, REACH_UNREACHABLE);
    watcher_rounds(&t->w, 5);
    fake_cut_after(fake_node(t->cluster, 2), 0);
    wait_reach(t, 2, REACH_OK);
    assert_int_equal(t->w.snapshot->n_bad_lines, 0);
}

TESTS(poller_rounds, CLAIM(ten_hung_of_fifty_hold_nothing), CLAIM(slow_is_not_late_for_ever),
      CLAIM(a_lost_connection_starts_a_round), CLAIM(full_rounds_ask_for_everything),
      CLAIM(hurry_and_interval_take_effect_at_once), CLAIM(a_few_witnesses_take_turns),
      CLAIM(a_first_look_has_witnesses_too),
      CLAIM(a_large_clusters_full_round_asks_a_majority_for_views),
      CLAIM(a_round_can_be_had_at_once), CLAIM(half_a_reply_is_no_view))
