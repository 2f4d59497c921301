#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static void expect_clean(const char *raw, size_t n, const char *expected)
{
    Arena *arena = arena_new();
    assert_string_equal(text_clean(arena, sv_of(raw, n), 0), expected);
    char into[64];
    text_clean_into(into, sizeof(into), sv_of(raw, n));
    assert_string_equal(into, expected);
    arena_free(arena);
}

#define CLEAN(raw, expected) expect_clean(raw, sizeof(raw) - 1, expected)

static void harmless_text_stays(void **state)
{
    (void)state;
    CLEAN("", "");
    CLEAN("redis-2.example.com", "redis-2.example.com");
    CLEAN("gr\xc3\xbc\xc3\x9f"
          "e \xe6\x9d\xb1\xe4\xba\xac",
          "gr\xc3\xbc\xc3\x9f"
          "e \xe6\x9d\xb1\xe4\xba\xac");
    CLEAN("e\xcc\x81", "e\xcc\x81");       // a combining accent
    CLEAN("\xef\xbf\xbd", "\xef\xbf\xbd"); // an honest U+FFFD
    CLEAN("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
}

static void controls_and_escapes_become_question_marks(void **state)
{
    (void)state;
    CLEAN("a\033[31mb", "a?[31mb");
    CLEAN("a\0b\nc\td\rx\177", "a?b?c?d?x?");
    CLEAN("\xc2\x9b"
          "31m",
          "?31m"); // CSI as one C1 character
}

static void what_hides_or_turns_text_around_becomes_question_marks(void **state)
{
    (void)state;
    static const uint32_t harmful[] = {0xAD,   0x61C,  0x200B,  0x200D,   0x200E, 0x200F, 0x2028,
                                       0x2029, 0x202A, 0x202E,  0x2060,   0x2066, 0x2069, 0xFEFF,
                                       0xFFFE, 0xFE0F, 0xE0041, 0x10FFFF, 0x3164, 0x115F};
    for (size_t i = 0; i < ARRAY_LEN(harmful); i++) {
        char raw[4];
        expect_clean(raw, text_put(harmful[i], raw), "?");
    }
}

static void malformed_bytes_become_one_question_mark_each(void **state)
{
    (void)state;
    CLEAN("\xff", "?");
    CLEAN("a\x80z", "a?z");
    CLEAN("\xc3", "?");                // cut short
    CLEAN("\xe6\x9d", "??");           // cut short
    CLEAN("\xc0\xaf", "??");           // overlong "/"
    CLEAN("\xe0\x80\xaf", "???");      // overlong "/"
    CLEAN("\xed\xa0\x80", "???");      // a surrogate
    CLEAN("\xf4\x90\x80\x80", "????"); // above U+10FFFF
    CLEAN("\xc3(", "?(");
}

static void a_cut_never_splits_a_code_point(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const char *text = "ab\xe6\x9d\xb1"
                       "c";
    assert_string_equal(text_clean(arena, sv(text), 2), "ab");
    assert_string_equal(text_clean(arena, sv(text), 4), "ab");
    assert_string_equal(text_clean(arena, sv(text), 5), "ab\xe6\x9d\xb1");
    char small[5];
    text_clean_into(small, sizeof(small), sv(text));
    assert_string_equal(small, "ab");
    text_clean_into(small, 1, sv(text));
    assert_string_equal(small, "");
    arena_free(arena);
}

static void any_bytes_come_out_clean(void **state)
{
    (void)state;
    unsigned seed = 12345;
    Arena *arena = arena_new();
    for (int round = 0; round < 2000; round++) {
        char raw[24];
        for (size_t i = 0; i < sizeof(raw); i++) {
            seed = seed * 1103515245U + 12345U;
            raw[i] = (char)(seed >> 16);
        }
        const char *once = text_clean(arena, sv_of(raw, sizeof(raw)), 0);
        assert_string_equal(text_clean(arena, sv(once), 0), once);
        for (const char *c = once; *c != '\0'; c++) {
            assert_true((unsigned char)*c >= 0x20 && *c != 0x7F);
        }
    }
    arena_free(arena);
}

static void code_points_survive_a_round_trip(void **state)
{
    (void)state;
    for (uint32_t code = 1; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 97) {
        char bytes[4];
        StrView rest = sv_of(bytes, text_put(code, bytes));
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        assert_int_equal(text_next(&rest), surrogate ? 0xFFFD : code);
        assert_int_equal(rest.n, 0);
    }
}

static void widths_are_those_of_a_terminal(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        int width;
    } cells[] = {{'a', 1},     {'\n', 0},   {0x7F, 0},    {0xE9, 1},    {0x301, 0},  {0x200B, 0},
                 {0x2500, 1},  {0x25B2, 1}, {0x2588, 1},  {0x2014, 1},  {0x2026, 1}, {0x4E00, 2},
                 {0xAC00, 2},  {0xFF01, 2}, {0x1F600, 2}, {0x231A, 2},  {0x1100, 2}, {0x1160, 0},
                 {0x20000, 2}, {0x378, 1},  {0xFE0F, 0},  {0x10FFFF, 1}};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        if (text_code_width(cells[i].code) != cells[i].width) {
            fail_msg("U+%04X: %d cells", cells[i].code, text_code_width(cells[i].code));
        }
    }
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("\xe6\x9d\xb1 e\xcc\x81"), 4);
}

static const char *bytes(int64_t amount)
{
    static char out[16];
    return format_bytes(out, sizeof(out), amount);
}

static const char *count(int64_t amount)
{
    static char out[16];
    return format_count(out, sizeof(out), amount);
}

static const char *clock_of(int64_t ms)
{
    static char out[16];
    return format_clock(out, sizeof(out), ms);
}

static const char *seconds(int64_t ms)
{
    static char out[16];
    return format_seconds(out, sizeof(out), ms);
}

static void quantities_are_brief(void **state)
{
    (void)state;
    assert_string_equal(bytes(-1), "?");
    assert_string_equal(bytes(0), "0 B");
    assert_string_equal(bytes(999), "999 B");
    assert_string_equal(bytes(1000), "1.0K");
    assert_string_equal(bytes(1229), "1.2K");
    assert_string_equal(bytes(10189), "10K"); // 9.95 is not "10.0K"
    assert_string_equal(bytes(1023 * 1024), "1.0M");
    assert_string_equal(bytes(INT64_C(4187593114)), "3.9G");
    assert_string_equal(bytes(INT64_MAX), "8.0E");
    assert_string_equal(count(-1), "?");
    assert_string_equal(count(999), "999");
    assert_string_equal(count(1000), "1.0k");
    assert_string_equal(count(12000), "12k");
    assert_string_equal(count(999499), "999k");
    assert_string_equal(count(999500), "1.0M");
    assert_string_equal(count(3400000), "3.4M");
}

static void durations_are_brief(void **state)
{
    (void)state;
    assert_string_equal(clock_of(-1), "?");
    assert_string_equal(clock_of(12999), "00:12");
    assert_string_equal(clock_of(3599999), "59:59");
    assert_string_equal(clock_of(INT64_C(3600000) * 3 + 5 * 60000), "3h05");
    assert_string_equal(clock_of(INT64_C(86400000) * 12 + INT64_C(3600000) * 4), "12d04h");
    assert_string_equal(seconds(-1), "?");
    assert_string_equal(seconds(300), "0.3s");
    assert_string_equal(seconds(9999), "9.9s");
    assert_string_equal(seconds(12345), "12s");
    assert_string_equal(seconds(185000), "3m05s");
    assert_string_equal(seconds(3900000), "1h05m");
}

static void wall_time_is_local(void **state)
{
    (void)state;
    const char *kept = getenv("TZ");
    char *old = kept == NULL ? NULL : mem_strdup(kept);
    setenv("TZ", "XXX-2", 1); // two hours east of Greenwich
    tzset();
    char out[16];
    assert_string_equal(format_wall(out, sizeof(out), INT64_C(1700000000999)), "00:13:20");
    if (old == NULL) {
        unsetenv("TZ");
    } else {
        setenv("TZ", old, 1);
    }
    tzset();
    mem_free(old);
}

TESTS(text, cmocka_unit_test(harmless_text_stays),
      cmocka_unit_test(controls_and_escapes_become_question_marks),
      cmocka_unit_test(what_hides_or_turns_text_around_becomes_question_marks),
      cmocka_unit_test(malformed_bytes_become_one_question_mark_each),
      cmocka_unit_test(a_cut_never_splits_a_code_point), cmocka_unit_test(any_bytes_come_out_clean),
      cmocka_unit_test(code_points_survive_a_round_trip),
      cmocka_unit_test(widths_are_those_of_a_terminal), cmocka_unit_test(quantities_are_brief),
      cmocka_unit_test(durations_are_brief), cmocka_unit_test(wall_time_is_local))
