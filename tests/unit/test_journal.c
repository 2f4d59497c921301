// The journal's line: what is written is read again, nothing half is ever taken for whole, and the
// unfinished move is found among finished, torn and foreign lines.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/action/journal.h"
#include "rehome/base/strbuf.h"

enum { WALL_MS = 1700000000 };

static MoveSpec spec_of(char digit)
{
    MoveSpec spec = {
        .replica_addr = "127.0.99.171:7004",
        .donor_addr = "127.0.99.171:7003",
        .target_addr = "127.0.99.170:7001",
        .origin = ORIGIN_UNDO,
        .purpose = PURPOSE_HEAL,
        .force = true,
    };
    memset(spec.replica.hex, digit, NODE_ID_LEN);
    memset(spec.donor.hex, 'd', NODE_ID_LEN);
    memset(spec.target.hex, 'e', NODE_ID_LEN);
    return spec;
}

static size_t line_of(char out[JOURNAL_LINE_MAX], const MoveSpec *spec, int64_t serial,
                      MoveState state, Fence fence)
{
    Move *m = move_new(spec, serial);
    m->state = state;
    m->fence = fence;
    size_t n = journal_format(out, m, WALL_MS);
    move_free(m);
    return n;
}

static void add_of(StrBuf *text, char digit, int64_t serial, MoveState state, Fence fence)
{
    char line[JOURNAL_LINE_MAX];
    MoveSpec spec = spec_of(digit);
    line_of(line, &spec, serial, state, fence);
    strbuf_add(text, line);
}

static void add(StrBuf *text, char digit, MoveState state, Fence fence)
{
    add_of(text, digit, 7, state, fence);
}

static bool unfinished(const StrBuf *text, JournalEntry *out)
{
    return journal_unfinished(sv_of(strbuf_text(text), text->n), out);
}

static void assert_same_spec(const MoveSpec *a, const MoveSpec *b)
{
    assert_string_equal(a->replica.hex, b->replica.hex);
    assert_string_equal(a->donor.hex, b->donor.hex);
    assert_string_equal(a->target.hex, b->target.hex);
    assert_string_equal(a->replica_addr, b->replica_addr);
    assert_string_equal(a->donor_addr, b->donor_addr);
    assert_string_equal(a->target_addr, b->target_addr);
    assert_int_equal(a->origin, b->origin);
    assert_int_equal(a->purpose, b->purpose);
    assert_int_equal(a->accept_risk, b->accept_risk);
    assert_int_equal(a->force, b->force);
}

static const MoveState written[] = {MOVE_FENCE, MOVE_REPLICATE, MOVE_UNFENCE,
                                    MOVE_DONE,  MOVE_REFUSED,   MOVE_FAILED};

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        for (Fence fence = FENCE_NONE; fence <= FENCE_LIFTED; fence++) {
            for (MoveOrigin origin = ORIGIN_MANUAL; origin <= ORIGIN_COMMAND; origin++) {
                MoveSpec spec = spec_of('a');
                spec.origin = origin;
                spec.accept_risk = (i & 1) != 0;
                spec.purpose = (MovePurpose)(i % PURPOSE_COUNT);
                char line[JOURNAL_LINE_MAX];
                size_t n = line_of(line, &spec, 7, written[i], fence);
                assert_int_equal(n, strlen(line));
                assert_int_equal(line[n - 1], '\n');
                assert_ptr_equal(strchr(line, '\n'), line + n - 1);
                JournalEntry e;
                assert_true(journal_parse(sv_of(line, n - 1), &e, NULL));
                assert_int_equal(e.wall_ms, WALL_MS);
                assert_int_equal(e.serial, 7);
                assert_int_equal(e.state, written[i]);
                assert_int_equal(e.fence, fence);
                assert_same_spec(&e.spec, &spec);
            }
        }
    }
}

static void the_line_looks_like_this(void **state)
{
    (void)state;
    MoveSpec spec = spec_of('a');
    char line[JOURNAL_LINE_MAX];
    line_of(line, &spec, 7, MOVE_REPLICATE, FENCE_SET);
    assert_string_equal(line, "rehome1 1700000000 7 replicate set undo -hf "
                              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
                              "dddddddddddddddddddddddddddddddddddddddd "
                              "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee 127.0.99.171:7004 "
                              "127.0.99.171:7003 127.0.99.170:7001 08cd3709c5d93ece\n");
}

static void hostile_addresses_stay_in_their_word(void **state)
{
    (void)state;
    static const char *const addrs[] = {
        "",  "-",      "--",          "a b",  "a\nrehome1 0 done", "%41",
        "%", "\t\r\n", "\xff\x1b[2J", "\x7f", "[fd00::1]:7001",
    };
    for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
        MoveSpec spec = spec_of('a');
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s", addrs[i]);
        char line[JOURNAL_LINE_MAX];
        size_t n = line_of(line, &spec, 7, MOVE_FENCE, FENCE_MAYBE);
        for (size_t c = 0; c + 1 < n; c++) {
            assert_true(line[c] >= ' ' && line[c] < 0x7f);
        }
        JournalEntry e;
        assert_true(journal_parse(sv_of(line, n - 1), &e, NULL));
        assert_same_spec(&e.spec, &spec);
    }
}

static void the_longest_addresses_fit(void **state)
{
    (void)state;
    MoveSpec spec = spec_of('a');
    spec.accept_risk = true;
    memset(spec.replica_addr, ' ', sizeof(spec.replica_addr) - 1);
    memset(spec.donor_addr, '\n', sizeof(spec.donor_addr) - 1);
    memset(spec.target_addr, '\x80', sizeof(spec.target_addr) - 1);
    char line[JOURNAL_LINE_MAX];
    size_t n = line_of(line, &spec, 7, MOVE_REPLICATE, FENCE_NOT_NEEDED);
    assert_true(n < JOURNAL_LINE_MAX);
    JournalEntry e;
    assert_true(journal_parse(sv_of(line, n - 1), &e, NULL));
    assert_string_equal(e.spec.replica.hex, spec.replica.hex);
    assert_int_equal(strncmp(e.spec.replica_addr, spec.replica_addr, 32), 0); // cut, not wrong
}

static void no_prefix_and_no_changed_byte_is_a_line(void **state)
{
    (void)state;
    MoveSpec spec = spec_of('a');
    char line[JOURNAL_LINE_MAX];
    size_t n = line_of(line, &spec, 7, MOVE_UNFENCE, FENCE_SET) - 1;
    Error err;
    JournalEntry e = {.wall_ms = 42};
    for (size_t i = 0; i < n; i++) {
        err.text[0] = '\0';
        assert_false(journal_parse(sv_of(line, i), &e, &err));
        assert_string_not_equal(err.text, "");
        assert_false(journal_unfinished(sv_of(line, i), &e));
    }
    for (size_t i = 0; i < n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            line[i] = (char)(line[i] ^ (1 << bit));
            assert_false(journal_parse(sv_of(line, n), &e, NULL));
            line[i] = (char)(line[i] ^ (1 << bit));
        }
    }
    assert_int_equal(e.wall_ms, 42); // untouched
    assert_true(journal_parse(sv_of(line, n), &e, NULL));
}

static void a_checksum_has_its_sixteen_digits(void **state)
{
    (void)state;
    MoveSpec spec = spec_of('a');
    char line[JOURNAL_LINE_MAX];
    line_of(line, &spec, 7, MOVE_DONE, FENCE_LIFTED);
    char *sum = strrchr(line, ' ') + 1;
    char longer[JOURNAL_LINE_MAX + 1];
    int n = snprintf(longer, sizeof(longer), "%.*s0%.16s", (int)(sum - line), line, sum);
    JournalEntry e;
    assert_false(journal_parse(sv_of(longer, (size_t)n), &e, NULL));
}

static void a_line_behind_a_torn_one_is_found(void **state)
{
    (void)state;
    StrBuf text = {0};
    JournalEntry e;
    strbuf_add(&text, "rehome1 1700000000 7 done no");
    add(&text, 'c', MOVE_REPLICATE, FENCE_SET);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.spec.replica.hex[0], 'c');
    strbuf_done(&text);
}

static void an_end_ends_it(void **state)
{
    (void)state;
    StrBuf text = {0};
    JournalEntry e;
    assert_false(unfinished(&text, &e));
    add(&text, 'a', MOVE_FENCE, FENCE_MAYBE);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.state, MOVE_FENCE);
    add(&text, 'a', MOVE_REPLICATE, FENCE_SET);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.state, MOVE_REPLICATE);
    assert_int_equal(e.fence, FENCE_SET);
    add(&text, 'a', MOVE_UNFENCE, FENCE_SET);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.state, MOVE_UNFENCE);
    add(&text, 'a', MOVE_DONE, FENCE_LIFTED);
    assert_false(unfinished(&text, &e));
    add(&text, 'b', MOVE_REFUSED, FENCE_NONE);
    assert_false(unfinished(&text, &e));
    strbuf_done(&text);
}

static void torn_and_foreign_lines_are_skipped(void **state)
{
    (void)state;
    StrBuf text = {0};
    JournalEntry e;
    strbuf_add(&text, "# a note of somebody\n\n\nrehome1\nrehome1 1 done\n");
    add(&text, 'a', MOVE_REPLICATE, FENCE_NONE);
    strbuf_add(&text, "rehome1 170000 done no"); // torn, and the next line right behind it
    add(&text, 'b', MOVE_FENCE, FENCE_MAYBE);
    add(&text, 'b', MOVE_FAILED, FENCE_LIFTED);
    strbuf_add(&text, "rehome1 1700000000 done none undo - aaaaaaaaa");
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.spec.replica.hex[0], 'a');
    strbuf_add_sv(&text, sv_of("\n\0\xff\n", 4));
    add(&text, 'a', MOVE_DONE, FENCE_NONE);
    text.n--; // its newline did not make it to the disk: the line is whole all the same
    assert_false(unfinished(&text, &e));
    strbuf_done(&text);
}

static void an_unfinished_move_is_found_behind_later_ones_of_others(void **state)
{
    (void)state;
    StrBuf text = {0};
    JournalEntry e;
    add(&text, 'a', MOVE_UNFENCE, FENCE_SET);
    add(&text, 'b', MOVE_REPLICATE, FENCE_DENIED);
    add(&text, 'c', MOVE_REPLICATE, FENCE_NOT_NEEDED);
    add(&text, 'c', MOVE_DONE, FENCE_NOT_NEEDED);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.spec.replica.hex[0], 'b'); // the last one first
    add(&text, 'b', MOVE_FAILED, FENCE_DENIED);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.spec.replica.hex[0], 'a');
    add(&text, 'a', MOVE_FAILED, FENCE_LIFTED);
    assert_false(unfinished(&text, &e));
    strbuf_done(&text);
}

// The replica was moved again, found the fence on and took it for somebody else's.
static void a_forgotten_fence_outlives_a_later_move(void **state)
{
    (void)state;
    StrBuf text = {0};
    JournalEntry e;
    add_of(&text, 'a', 1, MOVE_UNFENCE, FENCE_SET);
    add_of(&text, 'a', 2, MOVE_REFUSED, FENCE_NONE);
    assert_true(unfinished(&text, &e));
    add_of(&text, 'a', 3, MOVE_REPLICATE, FENCE_WAS_SET);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.state, MOVE_REPLICATE);
    assert_int_equal(e.fence, FENCE_MAYBE);
    add_of(&text, 'a', 3, MOVE_DONE, FENCE_WAS_SET);
    assert_true(unfinished(&text, &e));
    assert_int_equal(e.serial, 1);
    StrBuf other = {0};
    strbuf_add(&other, strbuf_text(&text));
    add_of(&other, 'a', 1, MOVE_DONE, FENCE_LIFTED); // the first one, resumed
    assert_false(unfinished(&other, &e));
    strbuf_done(&other);
    add_of(&text, 'a', 4, MOVE_FENCE, FENCE_MAYBE); // it read "no"
    add_of(&text, 'a', 4, MOVE_FAILED, FENCE_NONE);
    assert_false(unfinished(&text, &e));
    strbuf_done(&text);
}

static void the_end_of_a_move_ends_it_whatever_its_fence(void **state)
{
    (void)state;
    for (Fence fence = FENCE_NONE; fence <= FENCE_LIFTED; fence++) {
        StrBuf text = {0};
        JournalEntry e;
        add(&text, 'a', MOVE_FENCE, FENCE_MAYBE);
        add(&text, 'a', MOVE_FAILED, fence);
        assert_false(unfinished(&text, &e));
        strbuf_done(&text);
    }
}

static void many_open_moves_are_no_trouble(void **state)
{
    (void)state;
    StrBuf text = {0};
    JournalEntry e;
    for (int i = 0; i < 200; i++) {
        char line[JOURNAL_LINE_MAX];
        MoveSpec spec = spec_of('a');
        snprintf(spec.replica.hex, sizeof(spec.replica.hex), "%040x", (unsigned)i);
        line_of(line, &spec, 7, MOVE_REPLICATE, FENCE_SET);
        strbuf_add(&text, line);
    }
    assert_true(unfinished(&text, &e));
    assert_string_equal(e.spec.replica.hex, "00000000000000000000000000000000000000c7");
    strbuf_done(&text);
}

TESTS(journal, cmocka_unit_test(what_is_written_is_read_again),
      cmocka_unit_test(the_line_looks_like_this),
      cmocka_unit_test(hostile_addresses_stay_in_their_word),
      cmocka_unit_test(the_longest_addresses_fit),
      cmocka_unit_test(no_prefix_and_no_changed_byte_is_a_line),
      cmocka_unit_test(a_checksum_has_its_sixteen_digits),
      cmocka_unit_test(a_line_behind_a_torn_one_is_found), cmocka_unit_test(an_end_ends_it),
      cmocka_unit_test(torn_and_foreign_lines_are_skipped),
      cmocka_unit_test(an_unfinished_move_is_found_behind_later_ones_of_others),
      cmocka_unit_test(a_forgotten_fence_outlives_a_later_move),
      cmocka_unit_test(the_end_of_a_move_ends_it_whatever_its_fence),
      cmocka_unit_test(many_open_moves_are_no_trouble))
