// The pilot and the lease: it acts only with it, and the last look at it is right before the write.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "flight.h"
#include "lease_world.h"
#include "rehome/base/mem.h"

typedef struct {
    Flight t;     // first: it is the world's ctx; its clock is the one that counts
    LeaseWorld w; // its two leases are not used: the server of the key is
    int answered;
    int64_t late_ms; // for how long keeping a line takes
    int searched;    // for unfinished moves
} LeaseFlight;

static LeaseCommand pending; // carried out after the pilot has returned
static char words[LEASE_ARGS][300];

static bool send_lease(void *ctx, NodeId node, int argc, const char **argv)
{
    (void)ctx;
    pending = (LeaseCommand){.node = node, .argc = argc};
    for (int i = 0; i < argc; i++) {
        snprintf(words[i], sizeof(words[i]), "%s", argv[i]);
        pending.argv[i] = words[i];
    }
    return true;
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    (void)err;
    LeaseFlight *l = ctx;
    strbuf_add(&l->t.journal, line);
    l->t.now_ms += l->late_ms;
    return true;
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    LeaseFlight *l = ctx;
    l->searched++;
    return journal_unfinished(sv(strbuf_text(&l->t.journal)), out) &&
           node_id_eq(out->spec.replica, replica);
}

static void serve(LeaseFlight *l)
{
    l->w.now_ms = l->t.now_ms;
    while (pending.argc > 0) {
        LeaseCommand c = pending;
        bool ok;
        char reply[300];
        lease_serve(&l->w, &c, &ok, reply, sizeof(reply));
        pending.argc = 0;
        pilot_lease_reply(l->t.pilot, ok, reply, l->t.now_ms);
    }
}

static void look(LeaseFlight *l, int64_t ms)
{
    l->t.now_ms += ms;
    pilot_tick(l->t.pilot, l->t.now_ms);
    serve(l);
    pilot_drop_before(l->t.pilot);
    pilot_round(l->t.pilot, fixture_snapshot(l->t.f, l->t.now_ms), l->t.now_ms);
    serve(l);
}

static void look_for(LeaseFlight *l, int64_t ms)
{
    for (int64_t end_ms = l->t.now_ms + ms; l->t.now_ms < end_ms;) {
        look(l, 200);
    }
}

static void look_until(LeaseFlight *l, const char *text)
{
    for (int i = 0; i < 100 && !flight_did(&l->t, text); i++) {
        look(l, 200);
    }
    if (!flight_did(&l->t, text)) {
        fail_msg("never '%s' but: %s%s", text, strbuf_text(&l->t.log), strbuf_text(&l->t.events));
    }
}

static void answer(LeaseFlight *l, const char *text)
{
    assert_true(l->answered < l->t.sent);
    l->answered = l->t.sent;
    pilot_reply(l->t.pilot, true, text, l->t.now_ms);
}

static void assert_told(const LeaseFlight *l, const char *text)
{
    if (!flight_told(&l->t, text)) {
        fail_msg("'%s' is not in: %s", text, strbuf_text(&l->t.events));
    }
}

static void take_off(LeaseFlight *l, AutoMode mode, bool read_only, bool has_lease)
{
    *l = (LeaseFlight){0};
    pending.argc = 0;
    lease_world_init(&l->w);
    l->t = (Flight){.f = l->w.f, .now_ms = l->w.now_ms};
    for (size_t i = 0; i < fixture_count(l->t.f); i++) { // a gate wants the views of all
        fixture_node(l->t.f, (int)i)->silent = false;
    }
    LeaseOptions lease = {.key = "rehome:lease", .host = "cedar", .pid = 5, .nonce = 9};
    PilotOptions options = flight_options(mode, read_only);
    options.lease = has_lease ? &lease : NULL;
    PilotWorld world = flight_world(&l->t);
    world.send_lease = send_lease;
    world.keep_line = keep_line;
    world.find_unfinished = find_unfinished;
    l->t.pilot = pilot_new(&options, &world);
    for (size_t i = 0; i < fixture_count(l->t.f); i++) {
        fixture_node(l->t.f, (int)i)->allow_migration = TRI_NO;
    }
}

static void kill_replica(LeaseFlight *l)
{
    fixture_fail(l->t.f, fixture_port(l->t.f, 7008));
}

static void land(LeaseFlight *l)
{
    l->w.f = NULL; // the flight's
    lease_world_done(&l->w);
    flight_end(&l->t);
}

static void other_takes_it(LeaseFlight *l, int64_t for_ms)
{
    snprintf(l->w.value, sizeof(l->w.value), "rehome birch 101 1700000100000 9");
    l->w.ends_ms = l->t.now_ms + for_ms;
}

// It holds the lease, and :7004 is about to be fenced.
static void fly_to_the_fence(LeaseFlight *l)
{
    take_off(l, AUTO_ACT, false, true);
    look_for(l, 12000);
    kill_replica(l);
    look_until(l, "send CONFIG GET");
}

static void without_the_lease_it_says_what_it_would_do(void **state)
{
    (void)state;
    LeaseFlight l;
    take_off(&l, AUTO_ACT, false, true);
    other_takes_it(&l, 60000);
    kill_replica(&l);
    look_for(&l, 20000);
    assert_false(pilot_is_busy(l.t.pilot));
    assert_int_equal(l.t.sent, 0);
    assert_told(&l, "decision lease held by birch pid 101 for ");
    assert_told(&l, "; would give 127.0.99.170:7001 the replica 127.0.99.171:7004");
    assert_string_equal(pilot_automatic(l.t.pilot)->last.rule, "lease");
    assert_int_equal(pilot_automatic(l.t.pilot)->last.verdict, AUTO_DECIDE_WAIT);
    land(&l);
}

static void with_the_lease_it_acts_once_that_counts(void **state)
{
    (void)state;
    LeaseFlight l;
    take_off(&l, AUTO_ACT, false, true);
    kill_replica(&l);
    look_for(&l, 9000);
    assert_int_equal(l.t.sent, 0);
    assert_told(&l, "lease the lease is ours, and counts in 10s");
    look_until(&l, "send CONFIG GET");
    assert_told(&l, "lease we hold the lease rehome:lease");
    land(&l);
}

static void who_only_observes_leaves_it_to_others(void **state)
{
    (void)state;
    static const struct {
        AutoMode mode;
        bool read_only;
    } tame[] = {{AUTO_OBSERVE, false}, {AUTO_OFF, false}, {AUTO_ACT, true}};
    for (size_t i = 0; i < ARRAY_LEN(tame); i++) {
        LeaseFlight l;
        take_off(&l, tame[i].mode, tame[i].read_only, true);
        look_for(&l, 3000);
        assert_string_equal(l.w.value, "");
        assert_told(&l, "lease nobody holds the lease");
        land(&l);
    }
}

static void a_lease_lost_after_the_gate_stops_the_next_write(void **state)
{
    (void)state;
    LeaseFlight l;
    fly_to_the_fence(&l);
    other_takes_it(&l, 60000);
    look_for(&l, 800); // until it asks again it believes in it; then no more
    l.t.now_ms += 8000;
    answer(&l, "no");
    assert_false(flight_did(&l.t, "send CONFIG SET"));
    assert_told(&l, "move-failed 127.0.99.171:7004: nothing was moved: the fence could not be set: "
                    "no lease");
    land(&l);
}

// The process was stopped, or the disk was slow: with or without a lease.
static void what_the_gate_saw_too_long_ago_is_not_acted_on(void **state)
{
    (void)state;
    for (int has_lease = 0; has_lease < 2; has_lease++) {
        LeaseFlight l;
        take_off(&l, AUTO_ACT, false, has_lease == 1);
        look_for(&l, 12000);
        kill_replica(&l);
        look_until(&l, "send CONFIG GET");
        l.late_ms = 1500;
        answer(&l, "no");
        assert_false(flight_did(&l.t, "send CONFIG SET"));
        assert_told(&l, "the gate was checked 1.5s ago, which is too long");
        land(&l);
    }
}

static void a_slow_fence_and_a_slow_journal_together_take_too_long(void **state)
{
    (void)state;
    LeaseFlight l;
    fly_to_the_fence(&l);
    l.t.now_ms += 600;
    answer(&l, "no");
    assert_true(flight_did(&l.t, "send CONFIG SET yes"));
    l.late_ms = 600;
    answer(&l, "OK");
    assert_false(flight_did(&l.t, "send CLUSTER REPLICATE"));
    assert_true(flight_did(&l.t, "send CONFIG SET no"));
    l.late_ms = 0;
    answer(&l, "OK");
    assert_told(&l, "move-failed 127.0.99.171:7004: nothing was moved: CLUSTER REPLICATE could not "
                    "be sent: the gate was checked 1.2s ago, which is too long");
    land(&l);
}

static void fly_to_the_sync(LeaseFlight *l)
{
    fly_to_the_fence(l);
    answer(l, "no");
    assert_true(flight_did(&l->t, "send CONFIG SET yes"));
    answer(l, "OK");
    assert_true(flight_did(&l->t, "send CLUSTER REPLICATE"));
    FixtureNode *replica = fixture_node(l->t.f, fixture_port(l->t.f, 7004));
    replica->master = fixture_port(l->t.f, 7001);
    replica->link_up = false;
    answer(l, "OK");
    look_for(l, 400);
}

static void in_sync_a_fence_of_ours_is_lifted_without_the_lease(void **state)
{
    (void)state;
    LeaseFlight l;
    fly_to_the_sync(&l);
    other_takes_it(&l, 60000);
    look_for(&l, 5000);
    assert_told(&l, "lease lease lost: ");
    fixture_node(l.t.f, fixture_port(l.t.f, 7004))->link_up = true;
    look_until(&l, "send CONFIG SET no");
    answer(&l, "OK");
    assert_told(&l, "move-done ");
    land(&l);
}

// Stopped between fence and REPLICATE, while the other instance moves the same replica.
static void while_the_replica_copies_for_another_the_fence_stays_and_goes_afterwards(void **state)
{
    (void)state;
    LeaseFlight l;
    fly_to_the_fence(&l);
    answer(&l, "no");
    l.t.now_ms += 20000; // stopped
    other_takes_it(&l, 600000);
    FixtureNode *replica = fixture_node(l.t.f, fixture_port(l.t.f, 7004));
    replica->master = fixture_port(l.t.f, 7001);
    replica->link_up = false;
    answer(&l, "OK");
    look_for(&l, 6000);
    assert_false(flight_did(&l.t, "send CLUSTER REPLICATE"));
    assert_false(flight_did(&l.t, "send CONFIG SET no"));
    assert_told(&l, "FENCE STILL ON, lift it: redis-cli -h 127.0.99.171 -p 7004");
    look_for(&l, 20000);
    assert_false(pilot_is_busy(l.t.pilot));
    replica->link_up = true;
    look_for(&l, 1000);
    answer(&l, "yes"); // it asks before it writes
    assert_true(flight_did(&l.t, "send CONFIG SET no"));
    answer(&l, "OK");
    assert_false(journal_unfinished(sv(strbuf_text(&l.t.journal)), &(JournalEntry){0}));
    land(&l);
}

static void a_move_by_hand_needs_no_lease(void **state)
{
    (void)state;
    LeaseFlight l;
    take_off(&l, AUTO_ACT, false, true);
    other_takes_it(&l, 60000);
    kill_replica(&l);
    look_for(&l, 2000);
    const Snapshot *s = pilot_health(l.t.pilot)->snapshot;
    int replica = snapshot_find(s, fixture_id(l.t.f, fixture_port(l.t.f, 7004)));
    int target = snapshot_find(s, fixture_id(l.t.f, fixture_port(l.t.f, 7001)));
    MoveSpec spec = pilot_spec(l.t.pilot, replica, target, ORIGIN_MANUAL);
    assert_true(pilot_move(l.t.pilot, &spec, l.t.now_ms, NULL));
    assert_told(&l, "lease moving by hand, but lease held by birch pid 101 for ");
    look_until(&l, "send CONFIG GET");
    answer(&l, "no");
    assert_true(flight_did(&l.t, "send CONFIG SET yes"));
    land(&l);
}

static void leaving_gives_it_back_but_not_in_a_move(void **state)
{
    (void)state;
    LeaseFlight l;
    take_off(&l, AUTO_ACT, false, true);
    look_for(&l, 12000);
    assert_memory_equal(l.w.value, "rehome cedar 5 ", 15);
    assert_true(pilot_leave(l.t.pilot, l.t.now_ms));
    serve(&l);
    assert_false(pilot_leave(l.t.pilot, l.t.now_ms));
    assert_string_equal(l.w.value, "");
    land(&l);
    fly_to_the_fence(&l);
    assert_false(pilot_leave(l.t.pilot, l.t.now_ms));
    assert_memory_equal(l.w.value, "rehome cedar 5 ", 15);
    land(&l);
}

static void taking_over_looks_for_what_the_other_left_unfinished(void **state)
{
    (void)state;
    LeaseFlight l;
    take_off(&l, AUTO_ACT, false, true);
    other_takes_it(&l, 5000);
    look_for(&l, 4000);
    int searched = l.searched;
    assert_true(searched > 0); // at the start
    look_for(&l, 3000);
    assert_told(&l, "lease we hold the lease");
    assert_int_equal(l.searched, 2 * searched);
    land(&l);
}

TESTS(pilot_lease, cmocka_unit_test(without_the_lease_it_says_what_it_would_do),
      cmocka_unit_test(with_the_lease_it_acts_once_that_counts),
      cmocka_unit_test(who_only_observes_leaves_it_to_others),
      cmocka_unit_test(a_lease_lost_after_the_gate_stops_the_next_write),
      cmocka_unit_test(what_the_gate_saw_too_long_ago_is_not_acted_on),
      cmocka_unit_test(a_slow_fence_and_a_slow_journal_together_take_too_long),
      cmocka_unit_test(in_sync_a_fence_of_ours_is_lifted_without_the_lease),
      cmocka_unit_test(while_the_replica_copies_for_another_the_fence_stays_and_goes_afterwards),
      cmocka_unit_test(a_move_by_hand_needs_no_lease),
      cmocka_unit_test(leaving_gives_it_back_but_not_in_a_move),
      cmocka_unit_test(taking_over_looks_for_what_the_other_left_unfinished))
