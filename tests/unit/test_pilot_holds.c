// What the pilot does with what is kept: the brake and the tries of earlier processes.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "flight.h"
#include "rehome/base/mem.h"

// A flight, and a file of holds that the tests are.
typedef struct {
    Flight t; // first: it is the world's ctx
    Holds *kept;
    bool full; // nothing can be kept
    int answered;
} HeldFlight;

static const Holds *all_holds(void *ctx)
{
    const HeldFlight *h = ctx;
    return h->kept;
}

static void add_brake(HeldFlight *h, const char *why)
{
    Hold brake = {.on = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL}, .owner = "rehome"};
    snprintf(brake.reason, sizeof(brake.reason), "%s", why);
    h->kept->at[h->kept->n++] = brake;
}

static bool keep_brake(void *ctx, const char *why, Error *err)
{
    HeldFlight *h = ctx;
    strbuf_addf(&h->t.log, "brake %s\n", why);
    if (h->full) {
        return fail(err, ERR_IO, "the disk is full");
    }
    add_brake(h, why);
    return true;
}

static bool keep_try(void *ctx, const MoveSpec *spec, Error *err)
{
    HeldFlight *h = ctx;
    strbuf_addf(&h->t.log, "try %s\n", spec->replica_addr);
    return !h->full || fail(err, ERR_IO, "the disk is full");
}

static HeldFlight *take_off(bool read_only, int most)
{
    HeldFlight *h = mem_alloc(sizeof(*h));
    h->t = flight_new(false);
    h->kept = mem_alloc(sizeof(*h->kept));
    PilotOptions options = flight_options(AUTO_ACT, read_only);
    options.limits.cool_down_ms = 0;
    options.limits.max_moves_per_hour = most;
    PilotWorld world = flight_world(&h->t);
    world.holds = all_holds;
    world.keep_brake = keep_brake;
    world.keep_try = keep_try;
    h->t.pilot = pilot_new(&options, &world);
    return h;
}

static void land(HeldFlight *h)
{
    flight_end(&h->t);
    mem_free(h->kept);
    mem_free(h);
}

static void look(HeldFlight *h, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        flight_look(&h->t);
        if (h->answered < h->t.sent) { // what the fence was; or, to a write, a word as good as any
            h->answered = h->t.sent;
            pilot_reply(h->t.pilot, true, "no", h->t.now_ms);
        }
    }
}

static int count(const StrBuf *in, const char *text)
{
    int n = 0;
    for (const char *at = strbuf_text(in); (at = strstr(at, text)) != NULL; at++) {
        n++;
    }
    return n;
}

static NodeId id_of(const HeldFlight *h, int port)
{
    return fixture_id(h->t.f, fixture_port(h->t.f, port));
}

static void add_try(HeldFlight *h, int64_t ago_ms)
{
    holds_try(h->kept, &(HoldTry){1700000000000 + h->t.now_ms - ago_ms, id_of(h, 7006),
                                  id_of(h, 7005), id_of(h, 7003)});
}

static void a_try_is_kept_before_the_first_write(void **state)
{
    (void)state;
    HeldFlight *h = take_off(false, 6);
    look(h, 10);
    const char *kept = strstr(strbuf_text(&h->t.log), "try 127.0.99.171:7004");
    assert_non_null(kept);
    assert_int_equal(count(&h->t.log, "try "), 1);
    const char *sent = strstr(strbuf_text(&h->t.log), "send CONFIG SET");
    assert_true(sent != NULL && sent > kept);
    land(h);
}

static void what_could_not_be_kept_is_not_begun(void **state)
{
    (void)state;
    HeldFlight *h = take_off(false, 6);
    h->full = true;
    look(h, 10);
    assert_true(count(&h->t.log, "try ") >= 1);
    assert_int_equal(count(&h->t.log, "REPLICATE"), 0);
    assert_int_equal(count(&h->t.log, "CONFIG SET"), 0);
    assert_true(count(&h->t.events, "the disk is full") >= 1);
    land(h);
}

static void tries_of_earlier_processes_count(void **state)
{
    (void)state;
    HeldFlight *h = take_off(false, 2);
    add_try(h, 3500000);
    add_try(h, 60000);
    look(h, 10);
    assert_true(count(&h->t.events, "decision 2 moves within an hour, the limit is 2") == 1);
    assert_int_equal(count(&h->t.log, "try "), 0);
    assert_int_equal(count(&h->t.log, "brake 2 moves within an hour, the limit is 2"), 1);
    land(h);
}

static void tries_older_than_an_hour_do_not(void **state)
{
    (void)state;
    HeldFlight *h = take_off(false, 2);
    add_try(h, 3600000);
    add_try(h, 60000);
    look(h, 10);
    assert_int_equal(count(&h->t.log, "try "), 1);
    land(h);
}

static void a_kept_brake_is_on_from_the_first_round(void **state)
{
    (void)state;
    HeldFlight *h = take_off(false, 6);
    add_brake(h, "6 moves");
    look(h, 1);
    assert_true(pilot_automatic(h->t.pilot)->brake);
    assert_int_equal(count(&h->t.events, "brake the brake is on since "), 1);
    look(h, 10);
    assert_int_equal(count(&h->t.events, "brake the brake is on since "), 1);
    assert_int_equal(count(&h->t.log, "brake "), 0); // it is kept already
    assert_int_equal(count(&h->t.log, "try "), 0);
    h->kept->n = 0; // released by another process
    look(h, 10);
    assert_int_equal(count(&h->t.events, "brake the brake was released"), 1);
    assert_true(count(&h->t.log, "try ") >= 1);
    land(h);
}

static void a_brake_that_cannot_be_kept_stays_and_is_tried_again(void **state)
{
    (void)state;
    HeldFlight *h = take_off(false, 1);
    add_try(h, 60000);
    h->full = true;
    look(h, 10);
    assert_true(pilot_automatic(h->t.pilot)->brake);
    assert_true(count(&h->t.log, "brake ") > 1);
    assert_int_equal(count(&h->t.events, "would not survive a restart: the disk is full"), 1);
    h->full = false;
    strbuf_clear(&h->t.log);
    look(h, 1);
    assert_int_equal(count(&h->t.log, "brake "), 1);
    assert_true(pilot_automatic(h->t.pilot)->brake);
    land(h);
}

static void read_only_heeds_it_and_keeps_nothing(void **state)
{
    (void)state;
    HeldFlight *h = take_off(true, 1);
    add_try(h, 60000);
    look(h, 10);
    assert_true(pilot_automatic(h->t.pilot)->brake);
    assert_int_equal(count(&h->t.log, "brake "), 0);
    land(h);
}

// The gate is being asked when somebody holds automatic mode back: the move that it decided on must
// not be written any more.
static void assert_called_off(HeldFlight *h, const char *why)
{
    look(h, 6);
    assert_int_equal(count(&h->t.log, "REPLICATE"), 0);
    assert_int_equal(count(&h->t.log, "CONFIG SET"), 0);
    if (!flight_told(&h->t, why)) {
        fail_msg("not \"%s\" but: %s", why, strbuf_text(&h->t.events));
    }
    land(h);
}

static void what_comes_while_the_gate_is_asked_holds_a_move_back(void **state)
{
    (void)state;
    Hold hold = {.on = {.kind = HOLD_PAUSE, .scope = HOLD_ON_ALL}, .owner = "alice", .since_ms = 1};
    HeldFlight *h = take_off(false, 6);
    flight_until(&h->t, "full");
    h->kept->at[h->kept->n++] = hold;
    assert_called_off(h, "paused by alice");
    h = take_off(false, 6);
    flight_until(&h->t, "full");
    pilot_set_mode(h->t.pilot, AUTO_OFF);
    assert_called_off(h, "automatic mode is off");
    h = take_off(false, 6);
    flight_until(&h->t, "full");
    hold.on.kind = HOLD_DOWNTIME;
    hold.on.scope = HOLD_ON_NODE;
    hold.on.node = id_of(h, 7004);
    h->kept->at[h->kept->n++] = hold;
    assert_called_off(h, "one of its nodes is in downtime");
    h = take_off(false, 6);
    flight_until(&h->t, "full");
    add_brake(h, "6 moves");
    assert_called_off(h, "the brake is on (6 moves)");
}

TESTS(pilot_holds, cmocka_unit_test(a_try_is_kept_before_the_first_write),
      cmocka_unit_test(what_could_not_be_kept_is_not_begun),
      cmocka_unit_test(tries_of_earlier_processes_count),
      cmocka_unit_test(tries_older_than_an_hour_do_not),
      cmocka_unit_test(a_kept_brake_is_on_from_the_first_round),
      cmocka_unit_test(a_brake_that_cannot_be_kept_stays_and_is_tried_again),
      cmocka_unit_test(read_only_heeds_it_and_keeps_nothing),
      cmocka_unit_test(what_comes_while_the_gate_is_asked_holds_a_move_back))
