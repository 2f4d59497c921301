// A tape gives back what was put on it, as far as it is whole, and nothing that was not to be kept.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "rehome/base/mem.h"
#include "rehome/report/check.h"
#include "tape_try.h"

enum { ROUNDS = 130 }; // more than there are between two full ones

// --- a tape of the scenario, in which a replica dies and comes back

typedef struct {
    StrBuf bytes;
    size_t ends[ROUNDS]; // of each round
    StrBuf said[ROUNDS]; // what `check --format json` makes of it
    StrBuf last;         // the replies of the last round, raw
} Recording;

// All that a program sees of a round.
static void describe(const RoundInput *in, StrBuf *out)
{
    HealthOptions options = {.floor = 0};
    Snapshot *s = snapshot_build(in);
    const Health *h = health_assess(s, NULL, &options);
    Findings findings = findings_find(h);
    check_json(out, h, &findings);
    snapshot_free(s);
}

static TapeRound taped(const RoundInput *in)
{
    return (TapeRound){.in = *in, .notice = ""};
}

static void change(Fixture *f, int round)
{
    FixtureNode *replica = fixture_node(f, fixture_port(f, 7008));
    if (round == 40) {
        fixture_fail(f, fixture_port(f, 7008));
    } else if (round == 80) {
        fixture_restore(f, fixture_port(f, 7008));
    } else if (round == 100) {
        replica->age_ms = 5000;
        replica->reach = REACH_LATE;
        replica->why = "late";
    }
    if (round == 60) {
        fixture_node(f, 1)->certificate_ms = INT64_C(1700000000000) + 86400000;
    }
    fixture_node(f, 0)->ops = 100 + round;
    fixture_node(f, 0)->offset += 1000;
}

static Recording *record(bool redact)
{
    Recording *rec = mem_alloc(sizeof(*rec));
    Fixture *f = fixture_scenario();
    TapeWriter *w = tape_writer_new(redact);
    tape_try_head(w, &rec->bytes);
    for (int i = 0; i < ROUNDS; i++) {
        change(f, i);
        const RoundInput *in = fixture_round(f, 10000 + i * 1000);
        TapeRound round = taped(in);
        tape_write_round(w, &round, &rec->bytes);
        rec->ends[i] = rec->bytes.n;
        describe(in, &rec->said[i]);
    }
    tape_writer_free(w);
    fixture_free(f);
    return rec;
}

static void recording_free(Recording *rec)
{
    strbuf_done(&rec->bytes);
    strbuf_done(&rec->last);
    for (size_t i = 0; i < ROUNDS; i++) {
        strbuf_done(&rec->said[i]);
    }
    mem_free(rec);
}

static StrView bytes_of(const StrBuf *buf)
{
    return sv_of(strbuf_text(buf), buf->n);
}

static TapeItem next_round(TapeReader *r)
{
    TapeItem item = tape_read(r);
    while (item.kind != TAPE_ROUND && item.kind != TAPE_END) {
        item = tape_read(r);
    }
    assert_int_equal(item.kind, TAPE_ROUND);
    return item;
}

static size_t count_rounds(TapeReader *r)
{
    size_t n = 0;
    for (TapeItem item = tape_read(r); item.kind != TAPE_END; item = tape_read(r)) {
        n += item.kind == TAPE_ROUND ? 1 : 0;
    }
    return n;
}

static void what_was_said_is_read_as_it_was(void **state)
{
    (void)state;
    Recording *rec = record(false);
    TapeReader *r = tape_try_reader(bytes_of(&rec->bytes));
    TapeItem item = tape_read(r);
    assert_int_equal(item.kind, TAPE_HEAD);
    assert_string_equal(item.head->creator, "rehome test");
    assert_int_equal(item.head->floor, 2);
    for (size_t i = 0; i < ROUNDS; i++) {
        StrBuf said = {0};
        item = tape_read(r);
        assert_int_equal(item.kind, TAPE_ROUND);
        describe(&item.round->in, &said);
        assert_string_equal(strbuf_text(&said), strbuf_text(&rec->said[i]));
        strbuf_done(&said);
    }
    assert_int_equal(tape_read(r).kind, TAPE_END);
    assert_string_equal(tape_damage(r), "");
    assert_true(tape_reader_next(r, bytes_of(&rec->bytes), NULL)); // as if it had a second file
    assert_int_equal(count_rounds(r), ROUNDS);
    tape_reader_free(r);
    recording_free(rec);
}

static void a_quiet_round_takes_few_bytes(void **state)
{
    (void)state;
    Recording *rec = record(false);
    assert_true(rec->ends[30] - rec->ends[10] < 20 * 250);
    recording_free(rec);
}

// --- damage

static void flip(char *byte, size_t bit)
{
    *byte = (char)(unsigned char)((unsigned char)*byte ^ 1U << bit);
}

static void a_tape_that_was_cut_off_is_read_up_to_there(void **state)
{
    (void)state;
    Recording *rec = record(false);
    for (size_t n = rec->ends[3]; n < rec->ends[8]; n++) {
        TapeReader *r = tape_try_reader(sv_of(rec->bytes.at, n));
        size_t whole = 0;
        while (rec->ends[whole] <= n) {
            whole++;
        }
        assert_int_equal(count_rounds(r), whole);
        bool is_whole = rec->ends[whole - 1] == n;
        assert_int_equal(strstr(tape_damage(r), "cut off") == NULL, is_whole);
        assert_int_equal(tape_whole(sv_of(rec->bytes.at, n)), rec->ends[whole - 1]);
        tape_reader_free(r);
    }
    recording_free(rec);
}

static void behind_a_damage_reading_goes_on_at_the_next_full_round(void **state)
{
    (void)state;
    Recording *rec = record(false);
    flip(&rec->bytes.at[rec->ends[50] + 20], 2);
    TapeReader *r = tape_try_reader(bytes_of(&rec->bytes));
    size_t n = 0;
    for (TapeItem item = tape_read(r); item.kind != TAPE_END; item = tape_read(r)) {
        n += item.kind == TAPE_ROUND ? 1 : 0;
        if (n == 52) { // the first one behind it
            StrBuf said = {0};
            describe(&item.round->in, &said);
            assert_string_equal(strbuf_text(&said), strbuf_text(&rec->said[120]));
            strbuf_done(&said);
        }
    }
    assert_int_equal(n, 51 + 10);
    assert_non_null(strstr(tape_damage(r), "damaged"));
    tape_reader_free(r);
    recording_free(rec);
}

static void rounds_without_their_full_one_are_left_out(void **state)
{
    (void)state;
    Recording *rec = record(false);
    StrBuf bytes = {0};
    StrBuf head = {0};
    TapeWriter *w = tape_writer_new(false);
    tape_try_head(w, &head);
    tape_writer_free(w);
    strbuf_add_sv(&bytes, bytes_of(&head));
    strbuf_add_sv(&bytes, sv_of(rec->bytes.at + rec->ends[0], rec->bytes.n - rec->ends[0]));
    TapeReader *r = tape_try_reader(bytes_of(&bytes));
    assert_int_equal(count_rounds(r), 10); // from the next full one on
    assert_non_null(strstr(tape_damage(r), "119 rounds"));
    tape_reader_free(r);
    strbuf_done(&head);
    strbuf_done(&bytes);
    recording_free(rec);
}

static void no_flipped_byte_is_taken_for_the_truth(void **state)
{
    (void)state;
    Recording *rec = record(false);
    for (size_t at = 0; at < rec->ends[20]; at++) {
        flip(&rec->bytes.at[at], at % 8);
        TapeReader *r = tape_reader_new(sv_of(rec->bytes.at, rec->ends[20]), NULL);
        if (r != NULL) {
            assert_true(count_rounds(r) < 21 || at < rec->ends[0]);
            tape_reader_free(r);
        }
        flip(&rec->bytes.at[at], at % 8);
    }
    recording_free(rec);
}

static void what_is_no_tape_is_said_to_be_none(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *why;
    } cases[] = {
        {"", "empty"},
        {"rehome tap", "no tape"},
        {"rehome tape 1", "no tape"},
        {"rehome tape x\n", "no tape"},
        {"\x7f"
         "ELF",
         "no tape"},
        {"rehome tape 2\n", "newer rehome"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Error err = {0};
        assert_null(tape_reader_new(sv(cases[i].bytes), &err));
        assert_non_null(strstr(err.text, cases[i].why));
    }
    TapeReader *r = tape_try_reader(sv("rehome tape 1\n"));
    assert_int_equal(tape_read(r).kind, TAPE_END);
    tape_reader_free(r);
}

static void a_length_beyond_all_measure_is_no_frame(void **state)
{
    (void)state;
    static const char bytes[] = "rehome tape 1\n\x9eTk\xff\xff\xff\xff\1\2\3\4 and more";
    TapeReader *r = tape_try_reader(sv(bytes));
    assert_int_equal(tape_read(r).kind, TAPE_END);
    assert_non_null(strstr(tape_damage(r), "not whole"));
    tape_reader_free(r);
}

// --- what we did

static void our_own_doings_are_on_the_tape_too(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    Fixture *f = fixture_scenario();
    TapeWriter *w = tape_writer_new(false);
    Event event = event_make(EVENT_MOVE_DONE, LEVEL_GOOD, 1234, NULL, "it is there");
    event.by = BY_US;
    event.node = fixture_id(f, 1);
    MoveSpec spec = {.replica = fixture_id(f, 3), .target = fixture_id(f, 1)};
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), "127.0.99.171:7004");
    Move *m = move_new(&spec, 9000);
    m->state = MOVE_SYNC;
    m->sync_permille = 420;
    TapeRound round = taped(fixture_round(f, 10000));
    round.mode = AUTO_ACT;
    round.written = (OwnMove){spec.replica, spec.target};
    tape_try_head(w, &bytes);
    tape_write_round(w, &round, &bytes);
    tape_write_event(w, &event, &bytes);
    tape_write_move(w, m, &bytes);
    TapeReader *r = tape_try_reader(bytes_of(&bytes));
    tape_read(r);
    TapeItem item = tape_read(r);
    assert_int_equal(item.round->mode, AUTO_ACT);
    assert_true(node_id_eq(item.round->written.target, spec.target));
    assert_true(node_id_is_none(item.round->in_flight.target));
    int64_t wall_ms = item.round->in.wall_ms;
    item = tape_read(r);
    assert_memory_equal(item.event, &event, sizeof(event));
    item = tape_read(r);
    assert_int_equal(item.move->state, MOVE_SYNC);
    assert_int_equal(item.move->sync_permille, 420);
    assert_string_equal(item.move->spec.replica_addr, "127.0.99.171:7004");
    assert_true(item.move->started_ms == wall_ms - 1000); // by the clock of the rounds
    tape_reader_free(r);
    move_free(m);
    tape_writer_free(w);
    fixture_free(f);
    strbuf_done(&bytes);
}

static void the_clock_never_goes_back_from_session_to_session(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    Fixture *f = fixture_scenario();
    TapeWriter *w = tape_writer_new(false);
    static const int64_t times[] = {50000, 51000, 20000, 21000};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        if (i % 2 == 0) {
            tape_try_head(w, &bytes);
        }
        TapeRound round = taped(fixture_round(f, times[i]));
        tape_write_round(w, &round, &bytes);
    }
    TapeReader *r = tape_try_reader(bytes_of(&bytes));
    int64_t last_ms = 0;
    size_t n = 0;
    for (TapeItem item = tape_read(r); item.kind != TAPE_END; item = tape_read(r)) {
        if (item.kind == TAPE_ROUND) {
            assert_true(item.round->in.now_ms > last_ms);
            last_ms = item.round->in.now_ms;
            n++;
        }
    }
    assert_int_equal(n, 4);
    tape_reader_free(r);
    tape_writer_free(w);
    fixture_free(f);
    strbuf_done(&bytes);
}

static Hold downtime_of(const RoundInput *in, const char *host)
{
    Snapshot *s = snapshot_build(in);
    HoldSubject on = {.kind = HOLD_DOWNTIME, .scope = HOLD_ON_HOST};
    snprintf(on.host, sizeof(on.host), "%s", host);
    Hold hold = hold_make(s, &on, "alice", "new kernel on 127.0.99.172", 1000, 60000);
    snapshot_free(s);
    return hold;
}

// How many bytes a round takes with these.
static size_t put_held(TapeWriter *w, const RoundInput *in, const Hold *holds, size_t n,
                       StrBuf *out)
{
    HoldTry attempt = {
        .at_ms = 7000, .replica = in->at[0].id, .donor = in->at[1].id, .target = in->at[2].id};
    size_t before = out->n;
    TapeRound round = taped(in);
    round.holds = holds;
    round.n_holds = n;
    round.tries = &attempt;
    round.n_tries = n;
    round.unkept = n > 0 ? "the disk is full" : "";
    tape_write_round(w, &round, out);
    return out->n - before;
}

static void what_held_automatic_mode_back_is_on_the_tape(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    StrBuf bytes = {0};
    TapeWriter *w = tape_writer_new(true);
    tape_try_head(w, &bytes);
    Hold hold = downtime_of(fixture_round(f, 10000), "127.0.99.172");
    put_held(w, fixture_round(f, 10000), &hold, 1, &bytes);
    size_t as_before = put_held(w, fixture_round(f, 11000), &hold, 1, &bytes);
    put_held(w, fixture_round(f, 12000), NULL, 0, &bytes);
    size_t anew = put_held(w, fixture_round(f, 13000), &hold, 1, &bytes);
    assert_true(as_before + sizeof("new kernel") < anew); // what is as it was is not told again
    TapeReader *r = tape_try_reader(bytes_of(&bytes));
    for (int i = 0; i < 2; i++) {
        TapeItem item = next_round(r);
        assert_int_equal(item.round->n_holds, 1);
        const Hold *read = &item.round->holds[0];
        assert_int_equal(read->on.kind, HOLD_DOWNTIME);
        assert_memory_equal(read->on.host, "198.18.", 7); // as other hosts on a redacted tape
        assert_string_equal(read->owner, "alice");
        assert_null(strstr(read->reason, "127.0."));
        assert_int_equal(read->since_ms, 1000);
        assert_int_equal(read->until_ms, 61000);
        assert_int_equal(read->n_members, 0); // a tape is of one cluster
        assert_string_equal(item.round->unkept, "the disk is full");
        assert_int_equal(item.round->n_tries, 1);
        assert_int_equal(item.round->tries[0].at_ms, 7000);
    }
    TapeItem last = next_round(r);
    assert_int_equal(last.round->n_holds, 0);
    assert_int_equal(last.round->n_tries, 0);
    assert_string_equal(last.round->unkept, "");
    tape_reader_free(r);
    tape_writer_free(w);
    strbuf_done(&bytes);
    fixture_free(f);
}

TESTS(tape, cmocka_unit_test(what_held_automatic_mode_back_is_on_the_tape),
      cmocka_unit_test(what_was_said_is_read_as_it_was),
      cmocka_unit_test(a_quiet_round_takes_few_bytes),
      cmocka_unit_test(a_tape_that_was_cut_off_is_read_up_to_there),
      cmocka_unit_test(behind_a_damage_reading_goes_on_at_the_next_full_round),
      cmocka_unit_test(rounds_without_their_full_one_are_left_out),
      cmocka_unit_test(no_flipped_byte_is_taken_for_the_truth),
      cmocka_unit_test(what_is_no_tape_is_said_to_be_none),
      cmocka_unit_test(a_length_beyond_all_measure_is_no_frame),
      cmocka_unit_test(our_own_doings_are_on_the_tape_too),
      cmocka_unit_test(the_clock_never_goes_back_from_session_to_session))
