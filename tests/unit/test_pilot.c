// The pilot among others: what a round leads to, who is asked before a move, and who is told after.
#include "unit.h"

#include <string.h>

#include "flight.h"

static void an_orphan_leads_to_a_move_by_itself(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "send CONFIG GET");
    assert_true(pilot_is_busy(t.pilot));
    assert_true(pilot_is_hurried(t.pilot));
    assert_true(flight_told(&t, "decision giving 127.0.99.170:7001 the replica 127.0.99.171:7004"));
    assert_true(pilot_last_move(t.pilot)->spec.origin == ORIGIN_AUTO);
    assert_true(pilot_last_move(t.pilot)->spec.purpose == PURPOSE_HEAL);
    flight_end(&t);
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
    flight_start(&t, AUTO_ACT, false);
    for (int i = 0; i < 10; i++) {
        flight_look(&t);
    }
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "audit");
    assert_string_equal(strbuf_text(&t.log), "");
    flight_end(&t);
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
    flight_start(&t, AUTO_ACT, false);
    for (int i = 0; i < 10; i++) {
        flight_look(&t);
    }
    assert_true(flight_told(&t, "decision giving 127.0.99.170:7001 the replica 127.0.99.171:7004"));
    assert_string_equal(strbuf_text(&t.log), "");
    flight_end(&t);
}

static void observing_decides_the_same_and_asks_for_nothing(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    flight_start(&t, AUTO_OBSERVE, false);
    for (int i = 0; i < 10; i++) {
        flight_look(&t);
    }
    assert_true(
        flight_told(&t, "decision would give 127.0.99.170:7001 the replica 127.0.99.171:7004"));
    assert_string_equal(strbuf_text(&t.log), "");
    assert_false(pilot_is_busy(t.pilot));
    flight_end(&t);
}

static void a_hook_is_asked_before_anything_is_looked_at(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "hook 127.0.99.171:7004");
    flight_look(&t);
    flight_look(&t);
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\n");
    assert_true(pilot_is_busy(t.pilot));
    assert_null(pilot_last_move(t.pilot));
    int64_t since_ms;
    assert_string_equal(pilot_asking(t.pilot, &since_ms)->target_addr, "127.0.99.170:7001");
    assert_true(since_ms > 100000 && since_ms < t.now_ms);
    pilot_hook_answer(t.pilot, true, "", t.now_ms);
    assert_null(pilot_asking(t.pilot, &since_ms));
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\nfull\n");
    flight_until(&t, "send CONFIG GET");
    flight_end(&t);
}

static void a_veto_drops_the_move_before_a_question(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "hook");
    pilot_hook_answer(t.pilot, false, "before_move says no: not on a Friday", t.now_ms);
    assert_false(pilot_is_busy(t.pilot));
    assert_true(flight_told(&t, "refused 127.0.99.171:7004: before_move says no: not on a Friday"));
    flight_look(&t);
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\n");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "refused");
    flight_end(&t);
}

static void who_is_switched_off_while_the_hook_thinks_begins_nothing(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "hook");
    pilot_set_mode(t.pilot, AUTO_OBSERVE);
    pilot_hook_answer(t.pilot, true, "", t.now_ms);
    assert_false(pilot_is_busy(t.pilot));
    assert_null(pilot_last_move(t.pilot));
    assert_true(flight_told(&t, "refused 127.0.99.171:7004: called off while the hook was asked: "
                                "automatic mode only observes"));
    flight_end(&t);
}

static void stopping_while_the_hook_thinks_cancels_it(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "hook");
    pilot_stop_move(t.pilot, t.now_ms);
    assert_string_equal(strbuf_text(&t.log), "hook 127.0.99.171:7004\ncancel\n");
    pilot_hook_answer(t.pilot, true, "", t.now_ms); // too late
    assert_false(pilot_is_busy(t.pilot));
    assert_null(pilot_last_move(t.pilot));
    flight_end(&t);
}

static void nothing_begins_while_the_hook_thinks(void **state)
{
    (void)state;
    Flight t = flight_new(true);
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "hook");
    const Snapshot *s = pilot_health(t.pilot)->snapshot;
    int replica = snapshot_find(s, fixture_id(t.f, fixture_port(t.f, 7002)));
    int target = snapshot_find(s, fixture_id(t.f, fixture_port(t.f, 7005)));
    MoveSpec spec = pilot_spec(t.pilot, replica, target, ORIGIN_MANUAL);
    Error err = {0};
    assert_false(pilot_move(t.pilot, &spec, t.now_ms, &err));
    assert_non_null(strstr(err.text, "127.0.99.171:7004 to 127.0.99.170:7001"));
    flight_end(&t);
}

static void a_refused_move_is_told_and_leaves_no_journal(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "full");
    fixture_node(t.f, fixture_port(t.f, 7001))->loading = true;
    flight_until(&t, "over refused");
    assert_null(strstr(strbuf_text(&t.log), "journal"));
    assert_false(pilot_is_busy(t.pilot));
    flight_end(&t);
}

static void a_plan_that_counted_with_a_move_is_not_acted_on_when_that_ends(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    fixture_fail(t.f, fixture_port(t.f, 7006)); // two orphans, one spare
    flight_start(&t, AUTO_ACT, false);
    flight_until(&t, "full");
    fixture_node(t.f, fixture_port(t.f, 7001))->bgsave_failed = true;
    fixture_node(t.f, fixture_port(t.f, 7005))->bgsave_failed = true;
    flight_until(&t, "over refused");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "busy");
    flight_look(&t);
    assert_string_not_equal(pilot_automatic(t.pilot)->last.rule, "busy");
    flight_end(&t);
}

static void without_contact_nothing_is_begun(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    flight_start(&t, AUTO_ACT, false);
    for (int i = 0; i < 10; i++) {
        flight_look(&t); // young again before each round that could act
        pilot_lose_contact(t.pilot);
    }
    assert_string_equal(strbuf_text(&t.log), "");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "young");
    flight_end(&t);
}

static void after_a_sleep_the_cluster_is_looked_at_anew(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    flight_start(&t, AUTO_ACT, false);
    flight_look(&t);
    for (int i = 0; i < 5; i++) {
        t.now_ms += 20000;
        flight_look(&t);
    }
    assert_string_equal(strbuf_text(&t.log), "");
    assert_string_equal(pilot_automatic(t.pilot)->last.rule, "young");
    flight_end(&t);
}

// It may have been helped and orphaned again meanwhile; but rounds may always be so far apart.
static void a_gap_that_is_not_usual_is_no_time_that_was_watched(void **state)
{
    (void)state;
    for (int usual = 0; usual <= 1; usual++) {
        Flight t = flight_new(false);
        flight_start(&t, AUTO_OBSERVE, false);
        for (int i = 0; i < 3; i++) {
            t.now_ms += usual ? 4000 : 0;
            flight_look(&t);
        }
        t.now_ms += 4000; // and a second
        flight_look(&t);
        bool is_young = strcmp(pilot_automatic(t.pilot)->last.rule, "young") == 0;
        assert_int_equal(is_young, !usual);
        flight_end(&t);
    }
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
    flight_start(&t, AUTO_OFF, false);
    flight_look(&t);
    assert_true(pilot_is_busy(t.pilot));
    assert_true(pilot_last_move(t.pilot)->resumed);
    assert_null(strstr(strbuf_text(&t.log), "hook")); // nobody is asked about what has begun
    flight_end(&t);
}

static void a_read_only_pilot_only_tells_of_an_unfinished_move(void **state)
{
    (void)state;
    Flight t = flight_new(false);
    char line[JOURNAL_LINE_MAX];
    write_unfinished(&t, line);
    t.unfinished = line;
    flight_start(&t, AUTO_ACT, true);
    flight_look(&t);
    assert_false(pilot_is_busy(t.pilot));
    assert_true(flight_told(&t, "start without --read-only to see it through"));
    assert_string_equal(strbuf_text(&t.log), "close\n"); // somebody else may see to it
    flight_end(&t);
}

TESTS(pilot, cmocka_unit_test(an_orphan_leads_to_a_move_by_itself),
      cmocka_unit_test(what_cannot_be_recorded_is_not_done),
      cmocka_unit_test(an_act_whose_record_fails_is_not_begun),
      cmocka_unit_test(observing_decides_the_same_and_asks_for_nothing),
      cmocka_unit_test(a_hook_is_asked_before_anything_is_looked_at),
      cmocka_unit_test(a_veto_drops_the_move_before_a_question),
      cmocka_unit_test(who_is_switched_off_while_the_hook_thinks_begins_nothing),
      cmocka_unit_test(stopping_while_the_hook_thinks_cancels_it),
      cmocka_unit_test(nothing_begins_while_the_hook_thinks),
      cmocka_unit_test(a_refused_move_is_told_and_leaves_no_journal),
      cmocka_unit_test(a_plan_that_counted_with_a_move_is_not_acted_on_when_that_ends),
      cmocka_unit_test(without_contact_nothing_is_begun),
      cmocka_unit_test(a_gap_that_is_not_usual_is_no_time_that_was_watched),
      cmocka_unit_test(after_a_sleep_the_cluster_is_looked_at_anew),
      cmocka_unit_test(an_unfinished_move_is_taken_up_in_the_first_round),
      cmocka_unit_test(a_read_only_pilot_only_tells_of_an_unfinished_move))
