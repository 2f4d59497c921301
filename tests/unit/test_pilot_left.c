// What earlier moves left behind is seen to, and a move that gets nowhere does not block the next.
#include "unit.h"

#include <string.h>

#include "flight.h"

enum { AN_HOUR = 3600 }; // rounds

// Rounds, in which every command is answered: what the fence is, or that all is well.
static void look(Flight *t, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        int sent = t->sent;
        flight_look(t);
        for (; sent < t->sent; sent++) {
            bool asks = strcmp(t->command, "CONFIG GET") == 0;
            pilot_reply(t->pilot, true, asks ? "yes" : "OK", t->now_ms);
        }
    }
}

static FixtureNode *node_at(const Flight *t, int port)
{
    return fixture_node(t->f, fixture_port(t->f, port));
}

static NodeId id_of(const Flight *t, int port)
{
    return fixture_id(t->f, fixture_port(t->f, port));
}

// --- two at once

typedef struct {
    Flight t; // first: it is the world's ctx
    char line[2][JOURNAL_LINE_MAX];
    NodeId replica[2];
    bool ended[2];
    int open;
} TwoLeft;

static bool find_one(void *ctx, NodeId replica, JournalEntry *out)
{
    TwoLeft *two = ctx;
    for (int i = 0; i < 2; i++) {
        if (!two->ended[i] && node_id_eq(replica, two->replica[i])) {
            two->open = i;
            return journal_unfinished(sv(two->line[i]), out);
        }
    }
    return false;
}

static bool keep_end(void *ctx, const char *line, Error *err)
{
    TwoLeft *two = ctx;
    (void)err;
    bool ends = strstr(line, " failed ") != NULL || strstr(line, " done ") != NULL;
    two->ended[two->open] = two->ended[two->open] || ends;
    return true;
}

static void leave_fenced(TwoLeft *two, int i, int port)
{
    MoveSpec spec = {
        .replica = id_of(&two->t, port),
        .donor = id_of(&two->t, 7003),
        .target = id_of(&two->t, 7001),
        .replica_addr = "r",
        .donor_addr = "d",
        .target_addr = "t",
        .origin = ORIGIN_AUTO,
    };
    Move *m = move_new(&spec, 50000 + i);
    m->state = MOVE_REPLICATE;
    m->fence = FENCE_SET;
    journal_format(two->line[i], m, 1700000050000);
    move_free(m);
    two->replica[i] = spec.replica;
}

// The machine went down while two processes were each at a move.
static void two_moves_that_were_left_are_both_seen_to(void **state)
{
    (void)state;
    TwoLeft two = {.t = flight_new(false)};
    leave_fenced(&two, 0, 7004);
    leave_fenced(&two, 1, 7002);
    PilotOptions options = flight_options(AUTO_OFF, false);
    PilotWorld world = flight_world(&two.t);
    world.find_unfinished = find_one;
    world.keep_line = keep_end;
    two.t.pilot = pilot_new(&options, &world);
    look(&two.t, 40);
    assert_true(two.ended[0]);
    assert_true(two.ended[1]);
    flight_end(&two.t);
}

// --- a sync that gets nowhere

static bool find_own(void *ctx, NodeId replica, JournalEntry *out)
{
    Flight *t = ctx;
    return node_id_eq(replica, id_of(t, 7004)) &&
           journal_unfinished(sv(strbuf_text(&t->journal)), out);
}

static void begin_sync(Flight *t)
{
    *t = flight_new(false);
    PilotOptions options = flight_options(AUTO_ACT, false);
    PilotWorld world = flight_world(t);
    world.find_unfinished = find_own;
    t->pilot = pilot_new(&options, &world);
    flight_until(t, "send CONFIG GET");
    pilot_reply(t->pilot, true, "no", t->now_ms);
    pilot_reply(t->pilot, true, "OK", t->now_ms);
    assert_string_equal(t->command, "CLUSTER REPLICATE");
    node_at(t, 7004)->master = fixture_port(t->f, 7001);
    node_at(t, 7004)->link_up = false;
    pilot_reply(t->pilot, true, "OK", t->now_ms);
    flight_look(t);
}

static void leave_own_fence(Flight *t)
{
    begin_sync(t);
    fixture_fail(t->f, fixture_port(t->f, 7001));
    for (int i = 0; i < AN_HOUR; i++) {
        flight_look(t);
    }
    assert_false(pilot_is_busy(t->pilot));
    assert_false(flight_did(t, "send CONFIG SET no"));
}

static void assert_lifted_once_it_can(Flight *t)
{
    fixture_restore(t->f, fixture_port(t->f, 7001));
    node_at(t, 7004)->link_up = true;
    node_at(t, 7004)->no_failover = TRI_YES;
    node_at(t, 7004)->nofailover = true;
    look(t, 30);
    assert_true(flight_did(t, "send CONFIG SET no"));
}

static void a_fence_that_could_not_be_lifted_is_lifted_once_it_can(void **state)
{
    (void)state;
    Flight t;
    leave_own_fence(&t);
    assert_lifted_once_it_can(&t);
    flight_end(&t);
}

static void also_when_others_were_moved_since(void **state)
{
    (void)state;
    Flight t;
    Error err = {0};
    leave_own_fence(&t);
    MoveSpec spec =
        pilot_spec(t.pilot, snapshot_find(pilot_health(t.pilot)->snapshot, id_of(&t, 7002)),
                   snapshot_find(pilot_health(t.pilot)->snapshot, id_of(&t, 7001)), ORIGIN_MANUAL);
    assert_true(pilot_move(t.pilot, &spec, t.now_ms, &err));
    look(&t, 10);
    assert_false(pilot_is_busy(t.pilot));
    assert_true(node_id_eq(pilot_last_move(t.pilot)->spec.replica, spec.replica));
    assert_lifted_once_it_can(&t);
    flight_end(&t);
}

static void a_target_that_cannot_be_asked_does_not_keep_us_busy_for_ever(void **state)
{
    (void)state;
    Flight t;
    begin_sync(&t);
    node_at(&t, 7004)->link_up = true;
    node_at(&t, 7001)->reach = REACH_UNREACHABLE;
    for (int i = 0; i < AN_HOUR && pilot_is_busy(t.pilot); i++) {
        flight_look(&t);
    }
    assert_false(pilot_is_busy(t.pilot));
    flight_end(&t);
}

// A target that throws its replicas out in the middle of each sync.
static void a_sync_that_begins_for_ever_does_not_keep_us_busy_for_ever(void **state)
{
    (void)state;
    Flight t;
    begin_sync(&t);
    for (int i = 0; i < AN_HOUR && pilot_is_busy(t.pilot); i++) {
        node_at(&t, 7004)->sync_in_progress = i % 20 != 0;
        flight_look(&t);
    }
    assert_false(pilot_is_busy(t.pilot));
    assert_true(flight_told(&t, "the full sync with 127.0.99.170:7001 began 3 times"));
    assert_false(flight_did(&t, "send CONFIG SET no"));
    flight_end(&t);
}

static void trouble_is_counted_from_its_own_beginning(void **state)
{
    (void)state;
    Flight t;
    begin_sync(&t);
    FixtureNode *replica = node_at(&t, 7004);
    replica->sync_in_progress = true;
    replica->sync_total = 1000000000;
    for (int i = 0; i < AN_HOUR; i++) {
        replica->sync_read = i * 100000;
        replica->sync_left = replica->sync_total - replica->sync_read;
        flight_look(&t);
    }
    assert_true(pilot_is_busy(t.pilot));
    node_at(&t, 7001)->failed = true;
    flight_look(&t);
    flight_look(&t);
    assert_true(pilot_is_busy(t.pilot));
    flight_end(&t);
}

TESTS(pilot_left, cmocka_unit_test(two_moves_that_were_left_are_both_seen_to),
      cmocka_unit_test(a_fence_that_could_not_be_lifted_is_lifted_once_it_can),
      cmocka_unit_test(also_when_others_were_moved_since),
      cmocka_unit_test(a_target_that_cannot_be_asked_does_not_keep_us_busy_for_ever),
      cmocka_unit_test(a_sync_that_begins_for_ever_does_not_keep_us_busy_for_ever),
      cmocka_unit_test(trouble_is_counted_from_its_own_beginning))
