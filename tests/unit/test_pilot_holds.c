// What the pilot does with what is kept: the brake and the tries of earlier processes.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../fixture.h"
#include "rehome/action/pilot.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

// The owner's cluster a while after :7008 died, and a file that the tests are.
typedef struct {
    Fixture *f;
    Pilot *pilot;
    Holds *kept;
    bool full;     // nothing can be kept
    bool sent;     // a command waits for its answer
    StrBuf log;    // "brake WHY" "try ADDR" "send ..." lines
    StrBuf events; // "code text" lines
    int64_t now_ms;
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
    t->sent = true;
    strbuf_addf(&t->log, "send %s %s\n", argv[0], argc > 1 ? argv[1] : "");
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
    (void)ctx;
    (void)line;
    (void)err;
    return true;
}

static void close_journal(void *ctx)
{
    (void)ctx;
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    (void)ctx;
    (void)replica;
    (void)out;
    return false;
}

static const Holds *all_holds(void *ctx)
{
    const Flight *t = ctx;
    return t->kept;
}

static void add_brake(Flight *t, const char *why)
{
    Hold brake = {.on = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL}, .owner = "rehome"};
    snprintf(brake.reason, sizeof(brake.reason), "%s", why);
    t->kept->at[t->kept->n++] = brake;
}

static bool keep_brake(void *ctx, const char *why, Error *err)
{
    Flight *t = ctx;
    strbuf_addf(&t->log, "brake %s\n", why);
    if (t->full) {
        return fail(err, ERR_IO, "the disk is full");
    }
    add_brake(t, why);
    return true;
}

static bool keep_try(void *ctx, const MoveSpec *spec, Error *err)
{
    Flight *t = ctx;
    strbuf_addf(&t->log, "try %s\n", spec->replica_addr);
    return !t->full || fail(err, ERR_IO, "the disk is full");
}

static int64_t clock_ms(void *ctx)
{
    const Flight *t = ctx;
    return t->now_ms;
}

static int64_t wall_ms(void *ctx)
{
    const Flight *t = ctx;
    return 1700000000000 + t->now_ms;
}

static void on_event(void *ctx, const Event *event)
{
    Flight *t = ctx;
    strbuf_addf(&t->events, "%s %s\n", event_code_text(event->code), event->text);
}

static Flight *take_off(bool read_only, int most)
{
    Flight *t = mem_alloc(sizeof(*t));
    t->f = fixture_scenario();
    t->kept = mem_alloc(sizeof(*t->kept));
    t->now_ms = 100000;
    fixture_fail(t->f, fixture_port(t->f, 7008));
    PilotOptions options = {
        .mode = AUTO_ACT, .limits = auto_limits_default(), .read_only = read_only};
    options.limits.grace_ms = 0;
    options.limits.cool_down_ms = 0;
    options.limits.max_moves_per_hour = most;
    PilotWorld world = {
        .ctx = t,
        .ask_round = ask_round,
        .send = send_command,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .holds = all_holds,
        .keep_brake = keep_brake,
        .keep_try = keep_try,
        .now_ms = clock_ms,
        .wall_ms = wall_ms,
        .event = on_event,
    };
    t->pilot = pilot_new(&options, &world);
    return t;
}

static void land(Flight *t)
{
    pilot_free(t->pilot);
    fixture_free(t->f);
    strbuf_done(&t->log);
    strbuf_done(&t->events);
    mem_free(t->kept);
    mem_free(t);
}

static void look(Flight *t, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        t->now_ms += 1000;
        pilot_drop_before(t->pilot);
        pilot_round(t->pilot, fixture_snapshot(t->f, t->now_ms), t->now_ms);
        if (t->sent) { // what the fence was; or, to a write, a word as good as any
            t->sent = false;
            pilot_reply(t->pilot, true, "no", t->now_ms);
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

static NodeId id_of(const Flight *t, int port)
{
    return fixture_id(t->f, fixture_port(t->f, port));
}

static void add_try(Flight *t, int64_t ago_ms)
{
    holds_try(t->kept,
              &(HoldTry){wall_ms(t) - ago_ms, id_of(t, 7006), id_of(t, 7005), id_of(t, 7003)});
}

static void a_try_is_kept_before_the_first_write(void **state)
{
    (void)state;
    Flight *t = take_off(false, 6);
    look(t, 10);
    const char *kept = strstr(strbuf_text(&t->log), "try 127.0.99.171:7004");
    assert_non_null(kept);
    assert_int_equal(count(&t->log, "try "), 1);
    const char *sent = strstr(strbuf_text(&t->log), "send CONFIG SET");
    assert_true(sent != NULL && sent > kept);
    land(t);
}

static void what_could_not_be_kept_is_not_begun(void **state)
{
    (void)state;
    Flight *t = take_off(false, 6);
    t->full = true;
    look(t, 10);
    assert_true(count(&t->log, "try ") >= 1);
    assert_int_equal(count(&t->log, "REPLICATE"), 0);
    assert_int_equal(count(&t->log, "CONFIG SET"), 0);
    assert_true(count(&t->events, "the disk is full") >= 1);
    land(t);
}

static void tries_of_earlier_processes_count(void **state)
{
    (void)state;
    Flight *t = take_off(false, 2);
    add_try(t, 3500000);
    add_try(t, 60000);
    look(t, 10);
    assert_true(count(&t->events, "decision 2 moves within an hour, the limit is 2") == 1);
    assert_int_equal(count(&t->log, "try "), 0);
    assert_int_equal(count(&t->log, "brake 2 moves within an hour, the limit is 2"), 1);
    land(t);
}

static void tries_older_than_an_hour_do_not(void **state)
{
    (void)state;
    Flight *t = take_off(false, 2);
    add_try(t, 3600000);
    add_try(t, 60000);
    look(t, 10);
    assert_int_equal(count(&t->log, "try "), 1);
    land(t);
}

static void a_kept_brake_is_on_from_the_first_round(void **state)
{
    (void)state;
    Flight *t = take_off(false, 6);
    add_brake(t, "6 moves");
    look(t, 1);
    assert_true(pilot_automatic(t->pilot)->brake);
    assert_int_equal(count(&t->events, "brake the brake is on since "), 1);
    look(t, 10);
    assert_int_equal(count(&t->events, "brake the brake is on since "), 1);
    assert_int_equal(count(&t->log, "brake "), 0); // it is kept already
    assert_int_equal(count(&t->log, "try "), 0);
    t->kept->n = 0; // released by another process
    look(t, 10);
    assert_int_equal(count(&t->events, "brake the brake was released"), 1);
    assert_true(count(&t->log, "try ") >= 1);
    land(t);
}

static void a_brake_that_cannot_be_kept_stays_and_is_tried_again(void **state)
{
    (void)state;
    Flight *t = take_off(false, 1);
    add_try(t, 60000);
    t->full = true;
    look(t, 10);
    assert_true(pilot_automatic(t->pilot)->brake);
    assert_true(count(&t->log, "brake ") > 1);
    assert_int_equal(count(&t->events, "would not survive a restart: the disk is full"), 1);
    t->full = false;
    strbuf_clear(&t->log);
    look(t, 1);
    assert_int_equal(count(&t->log, "brake "), 1);
    assert_true(pilot_automatic(t->pilot)->brake);
    land(t);
}

static void read_only_heeds_it_and_keeps_nothing(void **state)
{
    (void)state;
    Flight *t = take_off(true, 1);
    add_try(t, 60000);
    look(t, 10);
    assert_true(pilot_automatic(t->pilot)->brake);
    assert_int_equal(count(&t->log, "brake "), 0);
    land(t);
}

TESTS(pilot_holds, cmocka_unit_test(a_try_is_kept_before_the_first_write),
      cmocka_unit_test(what_could_not_be_kept_is_not_begun),
      cmocka_unit_test(tries_of_earlier_processes_count),
      cmocka_unit_test(tries_older_than_an_hour_do_not),
      cmocka_unit_test(a_kept_brake_is_on_from_the_first_round),
      cmocka_unit_test(a_brake_that_cannot_be_kept_stays_and_is_tried_again),
      cmocka_unit_test(read_only_heeds_it_and_keeps_nothing))
