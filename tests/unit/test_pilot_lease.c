// The pilot and the lease: it acts only with it, and the last look at it is right before the write.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "lease_world.h"
#include "rehome/action/pilot.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

typedef struct {
    LeaseWorld w; // its two leases are not used: the server of the key is
    Pilot *pilot;
    StrBuf log; // what it did, one a line
    StrBuf events;
    int64_t late_ms; // for how long keeping a line takes
    StrBuf journal;  // of one replica
    int searched;    // for unfinished moves
    bool owed;       // the answer to what the move sent
} Flight;

static void ask_round(void *ctx, bool full)
{
    (void)ctx;
    (void)full;
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    (void)node;
    Flight *t = ctx;
    strbuf_addf(&t->log, "send %s %s%s%s\n", argv[0], argv[1], argc > 3 ? " " : "",
                argc > 3 ? argv[3] : "");
    t->owed = true;
    return true;
}

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

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    (void)ctx;
    (void)replica;
    (void)err;
    return true;
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    (void)err;
    Flight *t = ctx;
    strbuf_add(&t->journal, line);
    t->w.now_ms += t->late_ms;
    return true;
}

static void close_journal(void *ctx)
{
    (void)ctx;
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    Flight *t = ctx;
    t->searched++;
    return journal_unfinished(sv(strbuf_text(&t->journal)), out) &&
           node_id_eq(out->spec.replica, replica);
}

static int64_t now_ms(void *ctx)
{
    return ((Flight *)ctx)->w.now_ms;
}

static int64_t wall_ms(void *ctx)
{
    return 1700000000000 + now_ms(ctx);
}

static void on_event(void *ctx, const Event *event)
{
    Flight *t = ctx;
    strbuf_addf(&t->events, "%s %s\n", event_code_text(event->code), event->text);
}

static void serve(Flight *t)
{
    while (pending.argc > 0) {
        LeaseCommand c = pending;
        bool ok;
        char reply[300];
        lease_serve(&t->w, &c, &ok, reply, sizeof(reply));
        pending.argc = 0;
        pilot_lease_reply(t->pilot, ok, reply, t->w.now_ms);
    }
}

static void look(Flight *t, int64_t ms)
{
    t->w.now_ms += ms;
    pilot_tick(t->pilot, t->w.now_ms);
    serve(t);
    pilot_drop_before(t->pilot);
    pilot_round(t->pilot, fixture_snapshot(t->w.f, t->w.now_ms), t->w.now_ms);
    serve(t);
}

static void look_for(Flight *t, int64_t ms)
{
    for (int64_t end_ms = t->w.now_ms + ms; t->w.now_ms < end_ms;) {
        look(t, 200);
    }
}

static bool did(const Flight *t, const char *text)
{
    return strstr(strbuf_text(&t->log), text) != NULL;
}

static bool told(const Flight *t, const char *text)
{
    return strstr(strbuf_text(&t->events), text) != NULL;
}

static void look_until(Flight *t, const char *text)
{
    for (int i = 0; i < 100 && !did(t, text); i++) {
        look(t, 200);
    }
    if (!did(t, text)) {
        fail_msg("never '%s' but: %s%s", text, strbuf_text(&t->log), strbuf_text(&t->events));
    }
}

static void answer(Flight *t, const char *text)
{
    assert_true(t->owed);
    t->owed = false;
    pilot_reply(t->pilot, true, text, t->w.now_ms);
}

static void assert_told(const Flight *t, const char *text)
{
    if (!told(t, text)) {
        fail_msg("'%s' is not in: %s", text, strbuf_text(&t->events));
    }
}

static void take_off(Flight *t, AutoMode mode, bool read_only, bool has_lease)
{
    *t = (Flight){0};
    pending.argc = 0;
    lease_world_init(&t->w);
    for (size_t i = 0; i < fixture_count(t->w.f); i++) { // a gate wants the views of all
        fixture_node(t->w.f, (int)i)->silent = false;
    }
    LeaseOptions lease = {.key = "rehome:lease", .host = "cedar", .pid = 5, .nonce = 9};
    PilotOptions options = {.mode = mode,
                            .limits = auto_limits_default(),
                            .read_only = read_only,
                            .lease = has_lease ? &lease : NULL};
    options.limits.grace_ms = 0;
    PilotWorld world = {
        .ctx = t,
        .ask_round = ask_round,
        .send = send_command,
        .send_lease = send_lease,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = on_event,
    };
    t->pilot = pilot_new(&options, &world);
    for (size_t i = 0; i < fixture_count(t->w.f); i++) {
        fixture_node(t->w.f, (int)i)->allow_migration = TRI_NO;
    }
}

static void kill_replica(Flight *t)
{
    fixture_fail(t->w.f, fixture_port(t->w.f, 7008));
}

static void land(Flight *t)
{
    pilot_free(t->pilot);
    lease_world_done(&t->w);
    strbuf_done(&t->log);
    strbuf_done(&t->events);
    strbuf_done(&t->journal);
}

static void other_takes_it(Flight *t, int64_t for_ms)
{
    snprintf(t->w.value, sizeof(t->w.value), "rehome birch 101 1700000100000 9");
    t->w.ends_ms = t->w.now_ms + for_ms;
}

// It holds the lease, and :7004 is about to be fenced.
static void fly_to_the_fence(Flight *t)
{
    take_off(t, AUTO_ACT, false, true);
    look_for(t, 12000);
    kill_replica(t);
    look_until(t, "send CONFIG GET");
}

static void without_the_lease_it_says_what_it_would_do(void **state)
{
    (void)state;
    Flight t;
    take_off(&t, AUTO_ACT, false, true);
    other_takes_it(&t, 60000);
    kill_replica(&t);
    look_for(&t, 20000);
    assert_false(pilot_is_busy(t.pilot));
    assert_string_equal(strbuf_text(&t.log), "");
    assert_told(&t, "decision lease held by birch pid 101 for ");
    assert_told(&t, "; would give 127.0.99.170:7001 127.0.99.171:7004");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "lease");
    assert_int_equal(pilot_automatic(t.pilot)->last.verdict, AUTO_DECIDE_WAIT);
    land(&t);
}

static void with_the_lease_it_acts_once_that_counts(void **state)
{
    (void)state;
    Flight t;
    take_off(&t, AUTO_ACT, false, true);
    kill_replica(&t);
    look_for(&t, 9000);
    assert_string_equal(strbuf_text(&t.log), "");
    assert_told(&t, "lease the lease is ours, and counts in 10s");
    look_until(&t, "send CONFIG GET");
    assert_told(&t, "lease we hold the lease rehome:lease");
    land(&t);
}

static void who_only_observes_leaves_it_to_others(void **state)
{
    (void)state;
    static const struct {
        AutoMode mode;
        bool read_only;
    } tame[] = {{AUTO_OBSERVE, false}, {AUTO_OFF, false}, {AUTO_ACT, true}};
    for (size_t i = 0; i < ARRAY_LEN(tame); i++) {
        Flight t;
        take_off(&t, tame[i].mode, tame[i].read_only, true);
        look_for(&t, 3000);
        assert_string_equal(t.w.value, "");
        assert_told(&t, "lease nobody holds the lease");
        land(&t);
    }
}

static void a_lease_lost_after_the_gate_stops_the_next_write(void **state)
{
    (void)state;
    Flight t;
    fly_to_the_fence(&t);
    other_takes_it(&t, 60000);
    look_for(&t, 800); // until it asks again it believes in it; then no more
    t.w.now_ms += 8000;
    answer(&t, "no");
    assert_false(did(&t, "send CONFIG SET"));
    assert_told(&t, "move-failed 127.0.99.171:7004: nothing was moved: the fence could not be set");
    land(&t);
}

// The process was stopped, or the disk was slow: with or without a lease.
static void what_was_decided_too_long_ago_is_not_sent(void **state)
{
    (void)state;
    for (int has_lease = 0; has_lease < 2; has_lease++) {
        Flight t;
        take_off(&t, AUTO_ACT, false, has_lease == 1);
        look_for(&t, 12000);
        kill_replica(&t);
        look_until(&t, "send CONFIG GET");
        t.late_ms = 1500;
        answer(&t, "no");
        assert_false(did(&t, "send CONFIG SET"));
        assert_told(&t, "it was decided 1.5s ago, which is too long");
        land(&t);
    }
}

static void fly_to_the_sync(Flight *t)
{
    fly_to_the_fence(t);
    answer(t, "no");
    assert_true(did(t, "send CONFIG SET yes"));
    answer(t, "OK");
    assert_true(did(t, "send CLUSTER REPLICATE"));
    FixtureNode *replica = fixture_node(t->w.f, fixture_port(t->w.f, 7004));
    replica->master = fixture_port(t->w.f, 7001);
    replica->link_up = false;
    answer(t, "OK");
    look_for(t, 400);
}

static void in_sync_a_fence_of_ours_is_lifted_without_the_lease(void **state)
{
    (void)state;
    Flight t;
    fly_to_the_sync(&t);
    other_takes_it(&t, 60000);
    look_for(&t, 5000);
    assert_told(&t, "lease lease lost: ");
    fixture_node(t.w.f, fixture_port(t.w.f, 7004))->link_up = true;
    look_until(&t, "send CONFIG SET no");
    answer(&t, "OK");
    assert_told(&t, "move-done ");
    land(&t);
}

// Stopped between fence and REPLICATE, while the other instance moves the same replica.
static void while_the_replica_copies_for_another_the_fence_stays_and_goes_afterwards(void **state)
{
    (void)state;
    Flight t;
    fly_to_the_fence(&t);
    answer(&t, "no");
    t.w.now_ms += 20000; // stopped
    other_takes_it(&t, 600000);
    FixtureNode *replica = fixture_node(t.w.f, fixture_port(t.w.f, 7004));
    replica->master = fixture_port(t.w.f, 7001);
    replica->link_up = false;
    answer(&t, "OK");
    look_for(&t, 6000);
    assert_false(did(&t, "send CLUSTER REPLICATE"));
    assert_false(did(&t, "send CONFIG SET no"));
    assert_told(&t, "FENCE STILL ON, lift it: redis-cli -h 127.0.99.171 -p 7004");
    look_for(&t, 20000);
    assert_false(pilot_is_busy(t.pilot));
    replica->link_up = true;
    look_for(&t, 1000);
    answer(&t, "yes"); // it asks before it writes
    assert_true(did(&t, "send CONFIG SET no"));
    answer(&t, "OK");
    assert_false(journal_unfinished(sv(strbuf_text(&t.journal)), &(JournalEntry){0}));
    land(&t);
}

static void a_move_by_hand_needs_no_lease(void **state)
{
    (void)state;
    Flight t;
    take_off(&t, AUTO_ACT, false, true);
    other_takes_it(&t, 60000);
    kill_replica(&t);
    look_for(&t, 2000);
    const Snapshot *s = pilot_health(t.pilot)->snapshot;
    int replica = snapshot_find(s, fixture_id(t.w.f, fixture_port(t.w.f, 7004)));
    int target = snapshot_find(s, fixture_id(t.w.f, fixture_port(t.w.f, 7001)));
    MoveSpec spec = pilot_spec(t.pilot, replica, target, ORIGIN_MANUAL);
    assert_true(pilot_move(t.pilot, &spec, t.w.now_ms, NULL));
    assert_told(&t, "lease moving by hand, but lease held by birch pid 101 for ");
    look_until(&t, "send CONFIG GET");
    answer(&t, "no");
    assert_true(did(&t, "send CONFIG SET yes"));
    land(&t);
}

static void leaving_gives_it_back_but_not_in_a_move(void **state)
{
    (void)state;
    Flight t;
    take_off(&t, AUTO_ACT, false, true);
    look_for(&t, 12000);
    assert_memory_equal(t.w.value, "rehome cedar 5 ", 15);
    assert_true(pilot_leave(t.pilot, t.w.now_ms));
    serve(&t);
    assert_false(pilot_leave(t.pilot, t.w.now_ms));
    assert_string_equal(t.w.value, "");
    land(&t);
    fly_to_the_fence(&t);
    assert_false(pilot_leave(t.pilot, t.w.now_ms));
    assert_memory_equal(t.w.value, "rehome cedar 5 ", 15);
    land(&t);
}

static void taking_over_looks_for_what_the_other_left_unfinished(void **state)
{
    (void)state;
    Flight t;
    take_off(&t, AUTO_ACT, false, true);
    other_takes_it(&t, 5000);
    look_for(&t, 4000);
    int searched = t.searched;
    assert_true(searched > 0); // at the start
    look_for(&t, 3000);
    assert_told(&t, "lease we hold the lease");
    assert_int_equal(t.searched, 2 * searched);
    land(&t);
}

TESTS(pilot_lease, cmocka_unit_test(without_the_lease_it_says_what_it_would_do),
      cmocka_unit_test(with_the_lease_it_acts_once_that_counts),
      cmocka_unit_test(who_only_observes_leaves_it_to_others),
      cmocka_unit_test(a_lease_lost_after_the_gate_stops_the_next_write),
      cmocka_unit_test(what_was_decided_too_long_ago_is_not_sent),
      cmocka_unit_test(in_sync_a_fence_of_ours_is_lifted_without_the_lease),
      cmocka_unit_test(while_the_replica_copies_for_another_the_fence_stays_and_goes_afterwards),
      cmocka_unit_test(a_move_by_hand_needs_no_lease),
      cmocka_unit_test(leaving_gives_it_back_but_not_in_a_move),
      cmocka_unit_test(taking_over_looks_for_what_the_other_left_unfinished))
