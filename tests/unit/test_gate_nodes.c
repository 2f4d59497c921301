#include "unit.h"

#include "gate_try.h"

// --- TARGET

static void target_loading(Try *t)
{
    knob(&t->w, 7001)->loading = true;
    knob(&t->w, 7001)->valkey = true; // still gives its view
}

static void target_recovered(Try *t)
{
    fixture_restore(t->w.f, fixture_port(t->w.f, 7008));
}

static void target_unsure(Try *t)
{
    fixture_restore(t->w.f, fixture_port(t->w.f, 7008));
    fixture_lose(t->w.f, fixture_port(t->w.f, 7008));
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7001), fixture_port(t->w.f, 7008), NODE_FAIL);
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7003), fixture_port(t->w.f, 7008), NODE_FAIL);
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7008), NODE_FAIL);
}

static void already_there(Try *t)
{
    knob(&t->w, 7004)->master = fixture_port(t->w.f, 7001);
    knob(&t->w, 7004)->sync_in_progress = true;
}

// The one that has lost its address cannot tell, so the other is all who can.
static void target_suspected_by_who_can_tell(Try *t)
{
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7003), fixture_port(t->w.f, 7001), NODE_PFAIL);
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7001), NODE_NOADDR);
}

static void the_target_has_to_be_a_live_master_in_need(void **state)
{
    (void)state;
    assert_change_refused(try_target_suspected, GATE_TARGET,
                          "127.0.99.170:7001 is suspected by 2 of 2 slot owners");
    assert_change_refused(target_suspected_by_who_can_tell, GATE_TARGET,
                          "127.0.99.170:7001 is suspected by 1 of 1 slot owners");
    assert_change_refused(target_loading, GATE_TARGET, "127.0.99.170:7001 is loading its dataset");
    Try t = try_scenario();
    target_unsure(&t); // every owner's view says failed
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);

    t = try_scenario();
    t.ask.force = true; // let AGREEMENT pass, to see what TARGET says
    target_recovered(&t);
    try_rounds(&t);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.170:7001 itself has 127.0.99.172:7008 online");
    try_done(&t);

    t = try_scenario();
    already_there(&t);
    try_rounds(&t);
    assert_false(t.verdict.open);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.171:7004 follows 127.0.99.170:7001 already");
    try_done(&t);
}

static void the_need_has_to_last_through_both_rounds(void **state)
{
    (void)state;
    Try t = try_scenario();
    t.ask.force = true;
    watch_round(&t.w, 2000);
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    knob(&t.w, 7008)->connected = false;
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.170:7001 is protected in the second round: 1 working, 0 on the "
                        "way, 0 not known");
    try_done(&t);

    t = try_scenario();
    t.ask.force = true;
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    knob(&t.w, 7008)->connected = false;
    watch_round(&t.w, 2000);
    watch_fail(&t.w, 7008);
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.170:7001 is protected in the first round: 1 working, 0 on the "
                        "way, 0 not known");
    try_done(&t);
}

static void a_sync_that_somebody_else_started_is_noticed(void **state)
{
    (void)state;
    // The server itself sent 7006 there: not a single view shows it, but the target is at it.
    Try t = try_scenario();
    FixtureNode *stray = knob(&t.w, 7008);
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    stray->failed = true; // for the cluster it is dead, and yet it gets a dataset
    stray->slave_state = "wait_bgsave";
    try_rounds(&t);
    assert_gate_refused(&t, GATE_TARGET,
                        "127.0.99.170:7001 is giving 127.0.99.172:7008 a sync already");
    stray->slave_state = "send_bulk";
    try_rounds(&t);
    assert_gate_refused(&t, GATE_TARGET,
                        "127.0.99.170:7001 is giving 127.0.99.172:7008 a sync already");
    stray->slave_state = "something_new";
    try_rounds(&t);
    assert_false(t.verdict.open);
    stray->slave_state = NULL; // online, as a dead host's replica is until its time-out
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

static void a_cut_off_target_may_be_healed(void **state)
{
    (void)state;
    Try t = try_scenario();
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    knob(&t.w, 7008)->link_up = false;
    knob(&t.w, 7008)->link_down_s = 60;
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_gate_passed(&t, GATE_TARGET,
                       "127.0.99.170:7001 is a live master without a usable replica (cut-off)");
    try_done(&t);
}

static void our_own_move_in_flight_does_not_count_as_help(void **state)
{
    (void)state;
    Try t = try_scenario();
    t.w.options.moving = (OwnMove){t.ask.replica, t.ask.target};
    try_rounds(&t);
    assert_int_equal(watch_node(&t.w, 7001)->master, STATE_AT_RISK);
    assert_true(t.verdict.open);
    try_done(&t);
}

static void by_hand_a_protected_master_may_get_another(void **state)
{
    (void)state;
    Try t = try_scenario();
    t.ask.purpose = PURPOSE_MANUAL;
    t.ask.target = watch_id(&t.w, 7005);
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_gate_passed(&t, GATE_TARGET,
                       "127.0.99.172:7005 is a live master with 1 working replica(s)");
    knob(&t.w, 7006)->slave_state = "send_bulk"; // but not while another one is under way
    try_rounds(&t);
    assert_gate_refused(&t, GATE_TARGET,
                        "127.0.99.172:7005 is giving 127.0.99.172:7006 a sync already");
    try_done(&t);
}

// --- TARGET_READY

static void no_room_to_fork(Try *t)
{
    knob(&t->w, 7001)->used_memory = INT64_C(52) << 30; // and a sixteenth more resident
}

static void the_target_has_to_be_able_to_fork(void **state)
{
    (void)state;
    assert_change_refused(try_bgsave_failed, GATE_TARGET_READY,
                          "the last bgsave of 127.0.99.170:7001 failed");
    assert_change_refused(
        no_room_to_fork, GATE_TARGET_READY,
        "127.0.99.170:7001 uses 55G of 64G: a fork needs a quarter of that again");
    Try t = try_scenario();
    knob(&t.w, 7001)->used_memory = INT64_C(48) << 30; // 51 + a quarter just fits
    try_rounds(&t);
    assert_true(t.verdict.open);
    knob(&t.w, 7001)->total_system_memory = 0;
    try_rounds(&t);
    assert_gate_passed(&t, GATE_TARGET_READY,
                       "127.0.99.170:7001: last bgsave ok, room for a fork unknown");
    try_done(&t);
}

// --- DONOR

static void sibling_not_listed(Try *t)
{
    knob(&t->w, 7002)->connected = false;
}

static void sibling_silent(Try *t)
{
    fixture_lose(t->w.f, fixture_port(t->w.f, 7002)); // its master still lists it
}

static void sibling_may_not_take_over(Try *t)
{
    knob(&t->w, 7002)->nofailover = true;
}

static void sibling_syncing(Try *t)
{
    knob(&t->w, 7002)->sync_in_progress = true;
    knob(&t->w, 7002)->slave_state = "online";
}

static void sibling_stale(Try *t)
{
    knob(&t->w, 7002)->reach = REACH_LATE; // working for us, but not by a new word
    knob(&t->w, 7002)->age_ms = 1500;
}

static void donor_suspected(Try *t)
{
    knob(&t->w, 7003)->pfail = true;
}

static void the_donor_keeps_its_floor_by_its_list_and_by_their_word(void **state)
{
    (void)state;
    assert_change_refused(try_sibling_gone, GATE_DONOR,
                          "donor lists 0 others online, floor 1: 127.0.99.171:7003");
    assert_change_refused(sibling_not_listed, GATE_DONOR,
                          "donor lists 0 others online, floor 1: 127.0.99.171:7003");
    assert_change_refused(sibling_silent, GATE_DONOR,
                          "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    assert_change_refused(sibling_may_not_take_over, GATE_DONOR,
                          "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    assert_change_refused(sibling_syncing, GATE_DONOR,
                          "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    assert_change_refused(sibling_stale, GATE_DONOR,
                          "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    assert_change_refused(donor_suspected, GATE_DONOR,
                          "127.0.99.171:7003 is suspected by 2 of 2 slot owners");

    Try t = try_scenario();
    t.w.options.floor = 2;
    try_rounds(&t);
    assert_gate_refused(&t, GATE_DONOR, "donor lists 1 others online, floor 2: 127.0.99.171:7003");
    try_done(&t);
}

static void the_donor_keeps_its_floor_in_both_rounds(void **state)
{
    (void)state;
    Try t = try_scenario();
    sibling_silent(&t);
    watch_round(&t.w, 2000);
    fixture_restore(t.w.f, fixture_port(t.w.f, 7002));
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_DONOR,
                        "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    try_done(&t);
}

// --- CANDIDATE

static void candidate_failed(Try *t)
{
    knob(&t->w, 7004)->failed = true;
}

static void candidate_elsewhere(Try *t)
{
    knob(&t->w, 7004)->master = fixture_port(t->w.f, 7005);
    fixture_replica(t->w.f, "127.0.99.172:7010", fixture_port(t->w.f, 7003)); // keeps the floor
    for (size_t i = 0; i < fixture_count(t->w.f); i++) { // else its move is news to be waited for
        fixture_node(t->w.f, (int)i)->allow_migration = TRI_NO;
    }
}

static void candidate_is_master(Try *t)
{
    t->ask.replica = watch_id(&t->w, 7005);
}

static void the_candidate_has_to_be_a_working_replica_of_the_donor(void **state)
{
    (void)state;
    assert_change_refused(try_candidate_syncing, GATE_CANDIDATE,
                          "127.0.99.171:7004 is syncing in the first round");
    assert_change_refused(try_candidate_link_down, GATE_CANDIDATE,
                          "127.0.99.171:7004 is linking in the first round");
    assert_change_refused(candidate_failed, GATE_CANDIDATE,
                          "127.0.99.171:7004 is failed in the first round");
    assert_change_refused(candidate_elsewhere, GATE_CANDIDATE,
                          "127.0.99.171:7004 no longer follows 127.0.99.171:7003");
    assert_change_refused(candidate_is_master, GATE_CANDIDATE, "127.0.99.172:7005 is a master");
}

static void the_candidate_has_to_work_in_the_second_round_too(void **state)
{
    (void)state;
    Try t = try_scenario();
    watch_round(&t.w, 2000);
    try_candidate_link_down(&t);
    watch_round(&t.w, 3000);
    try_check(&t);
    assert_gate_refused(&t, GATE_CANDIDATE, "127.0.99.171:7004 is linking in the second round");
    try_done(&t);
}

static void view_says(Try *t, int who, int node, unsigned flags)
{
    fixture_view_says(t->w.f, fixture_port(t->w.f, who), fixture_port(t->w.f, node), flags);
}

static void donor_failed_for_one(Try *t)
{
    view_says(t, 7005, 7003, NODE_FAIL);
}

static void donor_suspected_by_one(Try *t)
{
    view_says(t, 7005, 7003, NODE_PFAIL);
}

static void replica_failed_for_one(Try *t)
{
    view_says(t, 7005, 7004, NODE_FAIL);
}

static void replica_does_not_know_the_target(Try *t)
{
    fixture_view_omits(t->w.f, fixture_port(t->w.f, 7004), fixture_port(t->w.f, 7001));
}

static void replica_sees_the_target_follow(Try *t)
{
    fixture_view_master(t->w.f, fixture_port(t->w.f, 7004), fixture_port(t->w.f, 7001),
                        fixture_port(t->w.f, 7003));
}

// It would look for its new master nowhere.
static void replica_has_lost_the_targets_address(Try *t)
{
    view_says(t, 7004, 7001, NODE_NOADDR);
}

static void replica_is_with_a_minority(Try *t)
{
    view_says(t, 7004, 7001, NODE_PFAIL);
    view_says(t, 7004, 7005, NODE_PFAIL);
}

// It may be asked for no view of its own in a large cluster.
static void replica_tells_no_view(Try *t)
{
    replica_is_with_a_minority(t);
    knob(&t->w, 7004)->silent = true;
}

static void donor_and_replica_have_to_be_well_and_the_replica_in_the_picture(void **state)
{
    (void)state;
    assert_change_refused(donor_failed_for_one, GATE_DONOR,
                          "127.0.99.171:7003 is suspected by 1 of 2 slot owners");
    assert_change_refused(donor_suspected_by_one, GATE_DONOR,
                          "127.0.99.171:7003 is suspected by 1 of 2 slot owners");
    assert_change_refused(replica_failed_for_one, GATE_CANDIDATE,
                          "127.0.99.171:7004 has failed to 1 of 3 slot owners");
    assert_change_refused(replica_does_not_know_the_target, GATE_CANDIDATE,
                          "127.0.99.171:7004 itself does not know the target in the first round");
    assert_change_refused(
        replica_sees_the_target_follow, GATE_CANDIDATE,
        "127.0.99.171:7004 itself sees the target as no master in the first round");
    assert_change_refused(
        replica_has_lost_the_targets_address, GATE_CANDIDATE,
        "127.0.99.171:7004 itself has lost the target's address in the first round");
    assert_change_refused(replica_is_with_a_minority, GATE_CANDIDATE,
                          "127.0.99.171:7004 is not with the majority: 1 of 3 slot owners "
                          "are well in its view in the first round");
    Try t = try_scenario();
    replica_tells_no_view(&t);
    try_rounds(&t);
    assert_true(t.verdict.open);
    try_done(&t);
}

TESTS(gate_nodes,
      cmocka_unit_test(donor_and_replica_have_to_be_well_and_the_replica_in_the_picture),
      cmocka_unit_test(the_target_has_to_be_a_live_master_in_need),
      cmocka_unit_test(the_need_has_to_last_through_both_rounds),
      cmocka_unit_test(a_sync_that_somebody_else_started_is_noticed),
      cmocka_unit_test(a_cut_off_target_may_be_healed),
      cmocka_unit_test(our_own_move_in_flight_does_not_count_as_help),
      cmocka_unit_test(by_hand_a_protected_master_may_get_another),
      cmocka_unit_test(the_target_has_to_be_able_to_fork),
      cmocka_unit_test(the_donor_keeps_its_floor_by_its_list_and_by_their_word),
      cmocka_unit_test(the_donor_keeps_its_floor_in_both_rounds),
      cmocka_unit_test(the_candidate_has_to_be_a_working_replica_of_the_donor),
      cmocka_unit_test(the_candidate_has_to_work_in_the_second_round_too))
