#include "unit.h"

#include <string.h>

#include "rehome/base/error.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

static void views_compare_by_content(void **state)
{
    (void)state;
    assert_true(sv_eq(sv("abc"), sv_of("abcd", 3)));
    assert_false(sv_eq(sv("abc"), sv("abd")));
    assert_false(sv_eq(sv("abc"), sv("ab")));
    assert_true(sv_eq(sv(NULL), sv("")));
    assert_true(sv_is(sv("x"), "x"));
    assert_true(sv_is(sv(NULL), ""));
    assert_true(sv_starts(sv("slave0"), "slave"));
    assert_true(sv_starts(sv(NULL), ""));
    assert_false(sv_starts(sv("sla"), "slave"));
}

static void trim_takes_blanks_at_both_ends(void **state)
{
    (void)state;
    assert_true(sv_is(sv_trim(sv(" \t a b\r\n")), "a b"));
    assert_true(sv_is(sv_trim(sv(" \r\n")), ""));
    assert_true(sv_is(sv_trim(sv(NULL)), ""));
}

static void cut_touches_nothing_without_a_separator(void **state)
{
    (void)state;
    StrView rest = sv("a=b=c");
    StrView head = sv("untouched");
    assert_true(sv_cut(&rest, '=', &head));
    assert_true(sv_is(head, "a"));
    assert_true(sv_is(rest, "b=c"));
    assert_false(sv_cut(&rest, ':', &head));
    assert_true(sv_is(head, "a"));
    assert_true(sv_is(rest, "b=c"));
    StrView nothing = {0};
    assert_false(sv_cut(&nothing, ':', &head));
}

static void next_keeps_empty_pieces_but_none_behind_the_end(void **state)
{
    (void)state;
    static const char *const expected[] = {"a", "", "b"};
    for (int ends = 0; ends < 2; ends++) {
        StrView rest = sv(ends ? "a,,b," : "a,,b");
        StrView piece;
        size_t n = 0;
        while (n < ARRAY_LEN(expected) && sv_next(&rest, ',', &piece)) {
            assert_true(sv_is(piece, expected[n++]));
        }
        assert_int_equal(n, ARRAY_LEN(expected));
        assert_false(sv_next(&rest, ',', &piece));
    }
    StrView none = sv("");
    StrView piece;
    assert_false(sv_next(&none, ',', &piece));
}

static void rfind_finds_the_last(void **state)
{
    (void)state;
    assert_int_equal(sv_rfind(sv("fd00::1:6379"), ':'), 7);
    assert_int_equal(sv_rfind(sv("abc"), ':'), -1);
    assert_int_equal(sv_rfind(sv(NULL), ':'), -1);
}

static void a_distance_counts_what_was_typed_wrong(void **state)
{
    (void)state;
    assert_int_equal(sv_distance(sv("check"), sv("check")), 0);
    assert_int_equal(sv_distance(sv("chekc"), sv("check")), 1); // swapped
    assert_int_equal(sv_distance(sv("chck"), sv("check")), 1);
    assert_int_equal(sv_distance(sv("checkk"), sv("check")), 1);
    assert_int_equal(sv_distance(sv("wetch"), sv("watch")), 1);
    assert_int_equal(sv_distance(sv("node"), sv("move")), 2);
    assert_int_equal(sv_distance(sv(""), sv("plan")), 4);
    assert_int_equal(sv_distance(sv("abcdefghijklmnopqrstuvwxyz1234567"), sv("a")), SIZE_MAX);
}

static void numbers_fill_the_whole_slice_or_fail(void **state)
{
    (void)state;
    uint64_t u = 7;
    assert_true(sv_to_u64(sv("0"), &u));
    assert_true(u == 0);
    assert_true(sv_to_u64(sv("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    u = 7;
    static const char *const bad_u[] = {
        "", "-1", "+1", " 1", "1 ", "1x", "0x1", "18446744073709551616", "99999999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad_u); i++) {
        assert_false(sv_to_u64(sv(bad_u[i]), &u));
    }
    assert_true(u == 7);

    int64_t n = 7;
    assert_true(sv_to_i64(sv("-9223372036854775808"), &n));
    assert_true(n == INT64_MIN);
    assert_true(sv_to_i64(sv("9223372036854775807"), &n));
    assert_true(n == INT64_MAX);
    assert_true(sv_to_i64(sv("-0"), &n));
    assert_true(n == 0);
    n = 7;
    static const char *const bad_i[] = {
        "", "-", "--1", "9223372036854775808", "-9223372036854775809", "1.5"};
    for (size_t i = 0; i < ARRAY_LEN(bad_i); i++) {
        assert_false(sv_to_i64(sv(bad_i[i]), &n));
    }
    assert_true(n == 7);
}

static void fractions_become_thousandths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t milli;
    } good[] = {{"41.57", 41570}, {"-0.00", 0},    {"3", 3000},          {"0.0019", 1},
                {"-1.5", -1500},  {"7.125", 7125}, {"12345.6", 12345600}};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t milli = -7;
        assert_true(sv_to_milli(sv(good[i].text), &milli));
        assert_true(milli == good[i].milli);
    }
    static const char *const bad[] = {
        "", "-", ".", "1.", ".5", "1.2.3", "1,5", "1.x", "nan", "inf", "9223372036854775807"};
    int64_t milli = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(sv_to_milli(sv(bad[i]), &milli));
    }
    assert_true(milli == 7);
}

static void a_buffer_grows_and_is_text_at_every_moment(void **state)
{
    (void)state;
    StrBuf buf = {0};
    assert_string_equal(strbuf_text(&buf), "");
    strbuf_clear(&buf);
    for (int i = 0; i < 1000; i++) {
        strbuf_addf(&buf, "%d,", i);
        assert_int_equal(strlen(strbuf_text(&buf)), buf.n);
    }
    strbuf_clear(&buf);
    assert_string_equal(strbuf_text(&buf), "");
    strbuf_add(&buf, "a");
    strbuf_add_sv(&buf, sv_of("bcd", 2));
    strbuf_add_sv(&buf, sv(NULL));
    assert_string_equal(strbuf_text(&buf), "abc");
    strbuf_done(&buf);
    assert_string_equal(strbuf_text(&buf), "");
}

static void fail_fills_the_error_and_says_no(void **state)
{
    (void)state;
    Error err = {0};
    assert_false(fail(&err, ERR_PARSE, "line %d", 3));
    assert_int_equal(err.code, ERR_PARSE);
    assert_string_equal(err.text, "line 3");
    assert_false(fail(NULL, ERR_PARSE, "nobody listens"));
    assert_false(fail(&err, ERR_IO, "%0400d", 1)); // longer than there is room for
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void an_address_is_host_and_port(void **state)
{
    (void)state;
    const struct {
        const char *addr, *host;
        int port;
    } good[] = {{"10.0.0.1:7001", "10.0.0.1", 7001},
                {"[fd00::1]:7001", "fd00::1", 7001},
                {"fd00::1:7001", "fd00::1", 7001},
                {"a:0", "a", 0}};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        StrView host;
        int port;
        assert_true(sv_host_port(sv(good[i].addr), &host, &port));
        assert_true(sv_is(host, good[i].host));
        assert_int_equal(port, good[i].port);
    }
    static const char *const bad[] = {"", ":7001", "a", "a:", "a:x", "a:65536", "a:-1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        StrView host = sv("as it was");
        int port = 5;
        assert_false(sv_host_port(sv(bad[i]), &host, &port));
        assert_true(sv_is(host, "as it was") && port == 5);
    }
}

static void strings_are_sorted_as_people_do(void **state)
{
    (void)state;
    static const char *const sorted[] = {"",          "1",         "01",      "10.0.0.9",
                                         "10.0.0.10", "10.0.10.1", "node-2a", "node-2b",
                                         "node-10",   "node-10.x", "node-x"};
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
        for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
            int order = str_compare(sorted[i], sorted[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

TESTS(str, cmocka_unit_test(strings_are_sorted_as_people_do),
      cmocka_unit_test(views_compare_by_content), cmocka_unit_test(trim_takes_blanks_at_both_ends),
      cmocka_unit_test(cut_touches_nothing_without_a_separator),
      cmocka_unit_test(next_keeps_empty_pieces_but_none_behind_the_end),
      cmocka_unit_test(rfind_finds_the_last),
      cmocka_unit_test(a_distance_counts_what_was_typed_wrong),
      cmocka_unit_test(numbers_fill_the_whole_slice_or_fail),
      cmocka_unit_test(fractions_become_thousandths),
      cmocka_unit_test(a_buffer_grows_and_is_text_at_every_moment),
      cmocka_unit_test(fail_fills_the_error_and_says_no),
      cmocka_unit_test(an_address_is_host_and_port))
