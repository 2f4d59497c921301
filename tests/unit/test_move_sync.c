// The machine behind REPLICATE: when the replica is truly in sync, and what stands in the way.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "move_world.h"
#include "rehome/base/mem.h"

static void every_sign_is_needed(void **state)
{
    (void)state;
    enum {
        NOTHING,
        LINK,
        COPYING,
        LOADING,
        REPLID,
        OFFSET,
        UNLISTED,
        NOT_ONLINE,
        OLD_ACK,
        SILENT,
        TARGET_SILENT,
        OLD_WORD,
        SIGNS
    };
    for (int missing = NOTHING; missing < SIGNS; missing++) {
        Rig rig;
        rig_begin_sync(&rig);
        world_in_sync(&rig.w);
        FixtureNode *r = world_replica(&rig.w);
        FixtureNode *t = fixture_node(rig.w.f, rig.w.target);
        r->link_up = missing != LINK;
        r->sync_in_progress = missing == COPYING;
        r->loading = missing == LOADING;
        if (missing == REPLID) {
            memset(r->replid, 'f', 40);
        }
        r->connected = missing != UNLISTED;
        r->slave_state = missing == NOT_ONLINE ? "wait_bgsave" : NULL;
        r->lag_s = missing == OLD_ACK ? 3 : 2;
        r->age_ms = missing == OLD_WORD ? 300 : 0;
        if (missing == SILENT) {
            fixture_lose(rig.w.f, rig.w.replica);
        }
        if (missing == TARGET_SILENT) {
            fixture_lose(rig.w.f, rig.w.target);
        }
        for (int i = 0; i < 3; i++) {
            if (missing == OFFSET) { // far behind, and falling back
                t->offset += 10 << 20;
            }
            if (missing != NOTHING || i == 0) {
                rig_look(&rig);
            }
        }
        if (missing == OLD_WORD) {
            // What it said before REPLICATE was answered does not count, whatever it was.
            assert_int_equal(runner_move(rig.r)->stage, REPLICA_LINKING);
        }
        assert_int_equal(rig_state(&rig), missing == NOTHING ? MOVE_UNFENCE : MOVE_SYNC);
        rig_done(&rig);
    }
}

// A round in which the replica's words are changed one by one, so that no other sign gives it away.
static MoveState leads_to(void (*change)(NodeSays *says, const World *w))
{
    Rig rig;
    rig_begin_sync(&rig);
    world_in_sync(&rig.w);
    world_look(&rig.w, 100);
    int i = snapshot_find(rig.w.latest, rig.w.spec.replica);
    Node *replica = &rig.w.latest->nodes[i];
    NodeSays says = *replica->says;
    NodeLine lines[16];
    assert_true(says.view.n <= ARRAY_LEN(lines));
    memcpy(lines, says.view.at, says.view.n * sizeof(lines[0]));
    says.view.at = lines;
    change(&says, &rig.w);
    replica->says = &says;
    runner_round(rig.r, rig.w.before, rig.w.health, rig.w.now_ms);
    MoveState after =
        rig_state(&rig) == MOVE_UNFENCE ? runner_move(rig.r)->end_as : rig_state(&rig);
    rig_done(&rig);
    return after;
}

static void nothing_changed(NodeSays *says, const World *w)
{
    (void)says;
    (void)w;
}

static void link_down(NodeSays *says, const World *w)
{
    (void)w;
    says->info.link_up = false;
}

static void copying(NodeSays *says, const World *w)
{
    (void)w;
    says->info.sync_in_progress = true;
}

static void pointing_elsewhere(NodeSays *says, const World *w)
{
    (void)w;
    says->has_view = false;
    says->info.master_host = "10.9.9.9";
}

static void old_view_of_the_donor(NodeSays *says, const World *w)
{
    says->view_ms = WORLD_START_MS;
    says->view.at[says->view.myself].master = w->spec.donor;
}

static void each_word_counts_by_itself(void **state)
{
    (void)state;
    assert_int_equal(leads_to(nothing_changed), MOVE_DONE);
    assert_int_equal(leads_to(link_down), MOVE_SYNC);
    assert_int_equal(leads_to(copying), MOVE_SYNC);
    assert_int_equal(leads_to(pointing_elsewhere), MOVE_SYNC);
    assert_int_equal(leads_to(old_view_of_the_donor), MOVE_DONE); // by its INFO: in sync
}

static void a_busy_master_may_stay_ahead(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    world_in_sync(&rig.w);
    fixture_node(rig.w.f, rig.w.target)->offset += 50 << 20;
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    fixture_node(rig.w.f, rig.w.target)->offset += 9 << 20;
    world_replica(&rig.w)->offset += 10 << 20;
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE); // not falling back
    rig_done(&rig);
}

static void progress_is_told_while_it_syncs(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    const Move *m = runner_move(rig.r);
    rig_look(&rig);
    assert_string_equal(m->why, "linking");
    assert_int_equal(m->sync_permille, -1);
    world_sync(&rig.w, 0, 0); // diskless: the size is not known
    rig_look(&rig);
    assert_int_equal(m->stage, REPLICA_SYNCING);
    assert_int_equal(m->total_bytes, -1);
    world_sync(&rig.w, 100 << 20, 400 << 20);
    rig_look(&rig);
    world_sync(&rig.w, 200 << 20, 400 << 20);
    rig_look(&rig);
    assert_int_equal(m->sync_permille, 500);
    assert_int_equal(m->sync_bytes, 200 << 20);
    assert_int_equal(m->total_bytes, 400 << 20);
    assert_int_equal(m->rate_bytes_s, 1000 << 20);
    assert_int_equal(m->eta_s, 0);
    assert_string_equal(m->why, "syncing, 50%, 200M of 400M, 1.0G/s, 0.0s left");
    FixtureNode *r = world_replica(&rig.w);
    r->sync_in_progress = false;
    r->loading = true;
    r->loading_total = 400 << 20;
    r->loading_done = 100 << 20;
    r->loading_eta_s = 30;
    rig_look(&rig);
    assert_int_equal(m->stage, REPLICA_LOADING);
    assert_int_equal(m->sync_permille, 250);
    assert_int_equal(m->eta_s, 30);
    assert_int_equal(m->rate_bytes_s, -1);
    world_in_sync(&rig.w);
    rig_look(&rig);
    rig_ok(&rig);
    assert_non_null(strstr(m->why, ", 400M copied"));
    rig_done(&rig);
}

static void a_long_load_is_no_failure(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    FixtureNode *r = world_replica(&rig.w);
    r->loading = true;
    r->failed = true; // to the others: it does not answer their pings
    rig_look_every(&rig, 5000, 3600000);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    assert_int_equal(runner_move(rig.r)->stage, REPLICA_LOADING);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_NONE);
    r->failed = false;
    world_in_sync(&rig.w);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig_done(&rig);
}

static void trouble_is_told_once_and_keeps_the_fence(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    rig_look_every(&rig, 1000, 60000);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_NONE);
    rig_look_for(&rig, 5000);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_LINK_DOWN);
    assert_string_equal(rig_why(&rig), "link to 127.0.99.170:7001 is down for 64 s: check "
                                       "masterauth on the replica, and the firewall");
    const char *told = strstr(strbuf_text(&rig.events), "is down for ");
    assert_non_null(told);
    assert_null(strstr(told + 1, "is down for "));

    fixture_lose(rig.w.f, rig.w.replica);
    rig_look_for(&rig, 5000);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_REPLICA_SILENT);
    assert_int_equal(runner_move(rig.r)->stage, REPLICA_UNVERIFIED);
    fixture_restore(rig.w.f, rig.w.replica);

    fixture_fail(rig.w.f, rig.w.target);
    rig_look(&rig);
    assert_int_equal(runner_move(rig.r)->trouble, TROUBLE_TARGET_FAILED);
    assert_non_null(strstr(rig_why(&rig), "the fence stays on"));
    rig_look_every(&rig, 1000, 100000);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    assert_int_equal(rig.writes, 2);

    fixture_restore(rig.w.f, rig.w.target);
    world_in_sync(&rig.w);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig_done(&rig);
}

static void a_sync_that_begins_again_and_again_is_trouble(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    const Move *m = runner_move(rig.r);
    FixtureNode *r = world_replica(&rig.w);
    world_sync(&rig.w, 100 << 20, 400 << 20);
    rig_look(&rig);
    fixture_lose(rig.w.f, rig.w.replica); // silent for a while, and then it goes on
    rig_look_for(&rig, 5000);
    fixture_restore(rig.w.f, rig.w.replica);
    world_sync(&rig.w, 300 << 20, 400 << 20);
    rig_look(&rig);
    world_sync(&rig.w, 100 << 20, 400 << 20); // the second one: its beginning was not seen
    rig_look(&rig);
    assert_int_equal(m->trouble, TROUBLE_NONE);
    r->sync_in_progress = false;
    rig_look(&rig);
    world_sync(&rig.w, 0, 400 << 20);
    rig_look(&rig);
    assert_int_equal(m->trouble, TROUBLE_SYNC_AGAIN);
    assert_string_equal(m->why,
                        "the full sync with 127.0.99.170:7001 began 3 times: the logs of both say "
                        "who ends it; look at client-output-buffer-limit replica and repl-timeout");
    r->sync_in_progress = false; // between two of them
    rig_look(&rig);
    assert_int_equal(m->trouble, TROUBLE_SYNC_AGAIN);
    assert_int_equal(rig.writes, 2);
    world_in_sync(&rig.w);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig_done(&rig);
}

// The target's old replica comes back, the target dies, and that one is promoted: the servers
// re-point ours.
static void who_takes_over_the_slots_is_the_new_goal(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    int heir = fixture_port(rig.w.f, 7008);
    fixture_restore(rig.w.f, heir);
    rig_look(&rig);
    fixture_fail(rig.w.f, rig.w.target);
    fixture_promote(rig.w.f, heir);
    world_follow(&rig.w, heir);
    rig_look(&rig);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    assert_string_equal(runner_move(rig.r)->goal_addr, "127.0.99.172:7008");
    assert_true(node_id_eq(runner_own(rig.r).target, fixture_id(rig.w.f, heir)));
    world_in_sync(&rig.w);
    rig_look(&rig);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_DONE);
    assert_non_null(strstr(rig_why(&rig), "in sync with 127.0.99.172:7008"));
    rig_done(&rig);
}

static void a_replica_that_became_a_master_is_let_go(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    rig_look_for(&rig, 300);
    world_follow(&rig.w, -1);
    rig_look(&rig);
    rig_expect(&rig, LIFT_FENCE("set"));
    rig_ok(&rig);
    assert_string_equal(rig_why(&rig), "the replica has become a master itself");
    rig_done(&rig);
}

// Its link never comes up, so it would be waited for without end: stopping it ends it, with its
// fence on and the journal open.
static void stopped_without_a_link_ends_for_now(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    rig_look_every(&rig, 1000, 30000);
    rig_stop(&rig);
    rig_look_every(&rig, 1000, 29000);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_look_every(&rig, 1000, 3000);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_non_null(strstr(rig_why(&rig), "stopped before it was in sync: link to "));
    assert_true(rig_unfinished(&rig, NULL));
    rig_done(&rig);
}

static void stopped_and_silent_ends_as_unknown(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    rig_look_for(&rig, 1000);
    rig_stop(&rig);
    fixture_lose(rig.w.f, rig.w.replica);
    rig_look_for(&rig, 9000);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_look_for(&rig, 1200);
    assert_int_equal(rig_state(&rig), MOVE_FAILED);
    assert_non_null(strstr(rig_why(&rig), "outcome unknown"));
    assert_true(rig_unfinished(&rig, NULL));
    rig_done(&rig);
}

static void look_behind_nat(Rig *rig, const char *ip)
{
    world_look(&rig->w, 100);
    int i = snapshot_find(rig->w.latest, rig->w.spec.replica);
    rig->w.latest->nodes[i].ip = ip; // the target lists it under another one
    runner_round(rig->r, rig->w.before, rig->w.health, rig->w.now_ms);
}

static void the_targets_list_is_read_behind_nat_too(void **state)
{
    (void)state;
    Rig rig;
    rig_begin_sync(&rig);
    world_in_sync(&rig.w);
    look_behind_nat(&rig, "10.9.9.9"); // the only one with its port
    assert_int_equal(rig_state(&rig), MOVE_UNFENCE);
    rig_done(&rig);

    rig_begin_sync(&rig);
    world_in_sync(&rig.w);
    world_replica(&rig.w)->lag_s = 9;
    look_behind_nat(&rig, "10.9.9.9");
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_done(&rig);

    // Somebody else's line on the same port is not ours.
    rig_begin_sync(&rig);
    world_in_sync(&rig.w);
    int other = fixture_port(rig.w.f, 7008);
    fixture_restore(rig.w.f, other);
    fixture_node(rig.w.f, other)->port = 7004;
    world_replica(&rig.w)->connected = false;
    rig_look_for(&rig, 1000);
    assert_int_equal(rig_state(&rig), MOVE_SYNC);
    rig_done(&rig);
}

TESTS(move_sync, cmocka_unit_test(every_sign_is_needed),
      cmocka_unit_test(each_word_counts_by_itself), cmocka_unit_test(a_busy_master_may_stay_ahead),
      cmocka_unit_test(progress_is_told_while_it_syncs),
      cmocka_unit_test(a_long_load_is_no_failure),
      cmocka_unit_test(trouble_is_told_once_and_keeps_the_fence),
      cmocka_unit_test(a_sync_that_begins_again_and_again_is_trouble),
      cmocka_unit_test(who_takes_over_the_slots_is_the_new_goal),
      cmocka_unit_test(a_replica_that_became_a_master_is_let_go),
      cmocka_unit_test(stopped_without_a_link_ends_for_now),
      cmocka_unit_test(stopped_and_silent_ends_as_unknown),
      cmocka_unit_test(the_targets_list_is_read_behind_nat_too))
