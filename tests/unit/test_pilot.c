// The pilot among others: what a round leads to, who is asked before a move, and who is told after.
#include "unit.h"

#include <string.h>

#include "../fixture.h"
#include "rehome/action/pilot.h"
#include "rehome/base/strbuf.h"

// A cluster and a world that writes down what the pilot wants of it.
typedef struct {
    Fixture *f;
    Pilot *pilot;
    StrBuf log;    // "round" "full" "send ..." "hook" "cancel" "journal" "close" "over ..."
    StrBuf events; // "code text" lines
    bool (*can_record)(void *ctx, Error *err); // NULL: nobody asked for a record
    bool has_hook;
    const char *unfinished; // a journal, for every replica that is asked about; NULL: none
    int64_t now_ms;
} Flight;

static void ask_round(void *ctx, bool full)
{
    Flight *t = ctx;
    strbuf_add(&t->log, full ? "full\n" : "round\n");
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    (void)node;
    Flight *t = ctx;
    strbuf_addf(&t->log, "send %s %s\n", argv[0], argc > 1 ? argv[1] : "");
    return true;
}

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    (void)replica;
    (void)err;
    Flight *t = ctx;
    strbuf_add(&t->log, "journal\n");
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
    Flight *t = ctx;
    strbuf_add(&t->log, "close\n");
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    (void)replica;
    Flight *t = ctx;
    const char *text = t->unfinished;
    t->unfinished = NULL;
    return text != NULL && journal_unfinished(sv(text), out);
}

static bool ask_hook(void *ctx, const MoveSpec *spec)
{
    Flight *t = ctx;
    strbuf_addf(&t->log, t->has_hook ? "hook %s\n" : "", spec->replica_addr);
    return t->has_hook;
}

static void cancel_hook(void *ctx)
{
    Flight *t = ctx;
    strbuf_add(&t->log, "cancel\n");
}

static int64_t now_ms(void *ctx)
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

static void move_over(void *ctx, const Move *m)
{
    Flight *t = ctx;
    strbuf_addf(&t->log, "over %s\n", move_state_text(m->state));
}

// The owner's cluster a while after :7008 died, with automatic mode that acts at once.
static Flight flight_new(bool has_hook)
{
    Flight t = {.f = fixture_scenario(), .has_hook = has_hook, .now_ms = 100000};
    fixture_fail(t.f, fixture_port(t.f, 7008));
    return t;
}

static void take_off(Flight *t, AutoMode mode, bool read_only)
{
    PilotOptions options = {.mode = mode, .limits = auto_limits_default(), .read_only = read_only};
    options.limits.grace_ms = 0;
    PilotWorld world = {
        .ctx = t,
        .ask_round = ask_round,
        .send = send_command,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .ask_hook = ask_hook,
        .cancel_hook = cancel_hook,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = on_event,
        .move_over = move_over,
        .can_record = t->can_record,
    };
    t->pilot = pilot_new(&options, &world);
}

static void look(Flight *t)
{
    t->now_ms += 1000;
    pilot_drop_before(t->pilot);
    pilot_round(t->pilot, fixture_snapshot(t->f, t->now_ms), t->now_ms);
}

static void look_until(Flight *t, const char *log)
{
    for (int i = 0; i < 20 && strstr(strbuf_text(&t->log), log) == NULL; i++) {
        look(t);
    }
    if (strstr(strbuf_text(&t->log), log) == NULL) {
        fail_msg("never '%s' but: %s%s", log, strbuf_text(&t->log), strbuf_text(&t->events));
    }
}

static bool told(const Flight *t, const char *text)
{
    return strstr(strbuf_text(&t->events), text) != NULL;
}

static void land(Flight *t)
{
    pilot_free(t->pilot);
    fixture_free(t->f);
    strbuf_done(&t->log);
    strbuf_done(&t->events);
}

static void an_orphan_leads_to_a_move_by_itself(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    take_off(&t, AUTO_ACT, false);
    look_until(&t, "send CONFIG GET");
    assert_true(pilot_is_busy(t.pilot));
    assert_true(pilot_is_hurried(t.pilot));
    assert_true(told(&t, "decision giving 127.0.99.170:7001 127.0.99.171:7004"));
    assert_true(pilot_last_move(t.pilot)->spec.origin == ORIGIN_AUTO);
    assert_true(pilot_last_move(t.pilot)->spec.purpose == PURPOSE_HEAL);
    land(&t);
}

static bool cannot_record(void *ctx, Error *err)
{
    (void)ctx;
    return fail(err, ERR_IO, "the audit file cannot be written");
}

static void what_cannot_be_recorded_is_not_done(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    t.can_record = cannot_record;
    take_off(&t, AUTO_ACT, false);
    for (int i = 0; i < 10; i++) {
        look(&t);
    }
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "audit");
    assert_string_equal(strbuf_text(&t.log), "");
    land(&t);
}

// The first write that fails may be the very one that would record the act.
static bool cannot_record_the_act(void *ctx, Error *err)
{
    const Flight *t = ctx;
    return strstr(strbuf_text(&t->events), "decision giving") == NULL ||
           fail(err, ERR_IO, "the audit file cannot be written");
}

static void an_act_whose_record_fails_is_not_begun(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    t.can_record = cannot_record_the_act;
    take_off(&t, AUTO_ACT, false);
    for (int i = 0; i < 10; i++) {
        look(&t);
    }
    assert_true(told(&t, "decision giving 127.0.99.170:7001 127.0.99.171:7004"));
    assert_string_equal(strbuf_text(&t.log), "");
    land(&t);
}

static void observing_decides_the_same_and_asks_for_nothing(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    take_off(&t, AUTO_OBSERVE, false);
    for (int i = 0; i < 10; i++) {
        look(&t);
    }
    assert_true(told(&t, "decision would give 127.0.99.170:7001 127.0.99.171:7004"));
    assert_string_equal(strbuf_text(&t.log), "");
    assert_false(pilot_is_busy(t.pilot));
    land(&t);
}

static void a_hook_is_asked_before_anything_is_looked_at(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    take_off(&t, AUTO_ACT, false);
    look_until(&t, "hook 127.0.99.171:7004");
    look(&t);
    look(&t);
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\n");
    assert_true(pilot_is_busy(t.pilot));
    assert_null(pilot_last_move(t.pilot));
    int64_t since_ms;
    assert_string_equal(pilot_asking(t.pilot, &since_ms)->target_addr, "127.0.99.170:7001");
    assert_true(since_ms > 100000 && since_ms < t.now_ms);
    pilot_hook_answer(t.pilot, true, "", t.now_ms);
    assert_null(pilot_asking(t.pilot, &since_ms));
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\nfull\n");
    look_until(&t, "send CONFIG GET");
    land(&t);
}

static void a_veto_drops_the_move_before_a_question(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    take_off(&t, AUTO_ACT, false);
    look_until(&t, "hook");
    pilot_hook_answer(t.pilot, false, "before_move says no: not on a Friday", t.now_ms);
    assert_false(pilot_is_busy(t.pilot));
    assert_true(told(&t, "refused 127.0.99.171:7004: before_move says no: not on a Friday"));
    look(&t);
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\n");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "refused");
    land(&t);
}

static void stopping_while_the_hook_thinks_cancels_it(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    take_off(&t, AUTO_ACT, false);
    look_until(&t, "hook");
    pilot_stop_move(t.pilot, t.now_ms);
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\ncancel\n");
    pilot_hook_answer(t.pilot, true, "", t.now_ms); // too late
    assert_false(pilot_is_busy(t.pilot));
    assert_null(pilot_last_move(t.pilot));
    land(&t);
}

static void nothing_begins_while_the_hook_thinks(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    take_off(&t, AUTO_ACT, false);
    look_until(&t, "hook");
    const Snapshot *s = pilot_health(t.pilot)->snapshot;
    int replica = snapshot_find(s, fixture_id(t.f, fixture_port(t.f, 7002)));
    int target = snapshot_find(s, fixture_id(t.f, fixture_port(t.f, 7005)));
    MoveSpec spec = pilot_spec(t.pilot, replica, target, ORIGIN_MANUAL);
    Error err = {0};
    assert_false(pilot_move(t.pilot, &spec, t.now_ms, &err));
    assert_non_null(strstr(err.text, "127.0.99.171:7004 to 127.0.99.170:7001"));
    land(&t);
}

static void a_refused_move_is_told_and_leaves_no_journal(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    take_off(&t, AUTO_ACT, false);
    look_until(&t, "full");
    fixture_node(t.f, fixture_port(t.f, 7001))->loading = true;
    look_until(&t, "over refused");
    assert_null(strstr(strbuf_text(&t.log), "journal"));
    assert_false(pilot_is_busy(t.pilot));
    land(&t);
}

static void a_plan_that_counted_with_a_move_is_not_acted_on_when_that_ends(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    fixture_fail(t.f, fixture_port(t.f, 7006)); // two orphans, one spare
    take_off(&t, AUTO_ACT, false);
    look_until(&t, "full");
    fixture_node(t.f, fixture_port(t.f, 7001))->bgsave_failed = true;
    fixture_node(t.f, fixture_port(t.f, 7005))->bgsave_failed = true;
    look_until(&t, "over refused");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "busy");
    look(&t);
    assert_string_not_equal(pilot_automatic(t.pilot)->last.rule, "busy");
    land(&t);
}

static void without_contact_nothing_is_begun(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    take_off(&t, AUTO_ACT, false);
    for (int i = 0; i < 10; i++) {
        look(&t); // young again before each round that could act
        pilot_lose_contact(t.pilot);
    }
    assert_string_equal(strbuf_text(&t.log), "");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "young");
    land(&t);
}

static void after_a_sleep_the_cluster_is_looked_at_anew(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    take_off(&t, AUTO_ACT, false);
    look(&t);
    for (int i = 0; i < 5; i++) {
        t.now_ms += 20000;
        look(&t);
    }
    assert_string_equal(strbuf_text(&t.log), "");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "young");
    land(&t);
}

// A move of 7004 whose process ended right after REPLICATE was written down.
static void write_unfinished(const Flight *t, char line[JOURNAL_LINE_MAX])
{
    MoveSpec spec = {
        .replica = fixture_id(t->f, fixture_port(t->f, 7004)),
        .donor = fixture_id(t->f, fixture_port(t->f, 7003)),
        .target = fixture_id(t->f, fixture_port(t->f, 7001)),
        .replica_addr = "127.0.99.171:7004",
        .donor_addr = "127.0.99.171:7003",
        .target_addr = "127.0.99.170:7001",
        .origin = ORIGIN_AUTO,
    };
    Move *m = move_new(&spec, 50000);
    m->state = MOVE_REPLICATE;
    m->fence = FENCE_SET;
    journal_format(line, m, 1700000050000);
    move_free(m);
}

static void an_unfinished_move_is_taken_up_in_the_first_round(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    char line[JOURNAL_LINE_MAX];
    write_unfinished(&t, line);
    t.unfinished = line;
    take_off(&t, AUTO_OFF, false);
    look(&t);
    assert_true(pilot_is_busy(t.pilot));
    assert_true(pilot_last_move(t.pilot)->resumed);
    assert_null(strstr(strbuf_text(&t.log), "hook")); // nobody is asked about what has begun
    land(&t);
}

static void a_read_only_pilot_only_tells_of_an_unfinished_move(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    char line[JOURNAL_LINE_MAX];
    write_unfinished(&t, line);
    t.unfinished = line;
    take_off(&t, AUTO_ACT, true);
    look(&t);
    assert_false(pilot_is_busy(t.pilot));
    assert_true(told(&t, "start without --read-only to see it through"));
    assert_string_equal(strbuf_text(&t.log), "close\n"); // somebody else may see to it
    land(&t);
}

TESTS(pilot, cmocka_unit_test(an_orphan_leads_to_a_move_by_itself),
      cmocka_unit_test(what_cannot_be_recorded_is_not_done),
      cmocka_unit_test(an_act_whose_record_fails_is_not_begun),
      cmocka_unit_test(observing_decides_the_same_and_asks_for_nothing),
      cmocka_unit_test(a_hook_is_asked_before_anything_is_looked_at),
      cmocka_unit_test(a_veto_drops_the_move_before_a_question),
      cmocka_unit_test(stopping_while_the_hook_thinks_cancels_it),
      cmocka_unit_test(nothing_begins_while_the_hook_thinks),
      cmocka_unit_test(a_refused_move_is_told_and_leaves_no_journal),
      cmocka_unit_test(a_plan_that_counted_with_a_move_is_not_acted_on_when_that_ends),
      cmocka_unit_test(without_contact_nothing_is_begun),
      cmocka_unit_test(after_a_sleep_the_cluster_is_looked_at_anew),
      cmocka_unit_test(an_unfinished_move_is_taken_up_in_the_first_round),
      cmocka_unit_test(a_read_only_pilot_only_tells_of_an_unfinished_move))
