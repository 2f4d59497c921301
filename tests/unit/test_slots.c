#include "unit.h"

#include "rehome/base/mem.h"
#include "rehome/model/node_id.h"
#include "rehome/model/slots.h"

static void an_id_is_forty_lower_case_hex_digits(void **state)
{
    (void)state;
    NodeId id = {0};
    assert_true(node_id_is_none(id));
    assert_true(node_id_parse(sv("07c37dfeb235213a872192d90877d0cd55635b91"), &id));
    assert_string_equal(id.hex, "07c37dfeb235213a872192d90877d0cd55635b91");
    assert_false(node_id_is_none(id));
    NodeId kept = id;
    static const char *const bad[] = {"",
                                      "-",
                                      "07c37dfeb235213a872192d90877d0cd55635b9",
                                      "07c37dfeb235213a872192d90877d0cd55635b911",
                                      "07C37dfeb235213a872192d90877d0cd55635b91",
                                      "07g37dfeb235213a872192d90877d0cd55635b91"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(node_id_parse(sv(bad[i]), &id));
        assert_true(node_id_eq(id, kept));
    }
}

static void ids_compare_as_the_server_compares_them(void **state)
{
    (void)state;
    NodeId a = {.hex = "0fffffffffffffffffffffffffffffffffffffff"};
    NodeId b = {.hex = "a000000000000000000000000000000000000000"};
    assert_true(node_id_cmp(a, b) < 0);
    assert_true(node_id_cmp(b, a) > 0);
    assert_int_equal(node_id_cmp(a, a), 0);
    assert_false(node_id_eq(a, b));
}

static void a_range_is_one_slot_or_two_ends(void **state)
{
    (void)state;
    SlotRange r = {7, 7};
    assert_true(slot_range_parse(sv("42"), &r));
    assert_int_equal(r.first, 42);
    assert_int_equal(r.last, 42);
    assert_true(slot_range_parse(sv("0-16383"), &r));
    assert_int_equal(r.first, 0);
    assert_int_equal(r.last, 16383);
    static const char *const bad[] = {"",           "-",     "16384",   "0-16384", "5-4",
                                      "1-2-3",      "-1",    "1-",      "a",       "1-b",
                                      "4294967296", "65536", "0-65536", "[1",      " 1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(slot_range_parse(sv(bad[i]), &r));
        assert_int_equal(r.last, 16383);
    }
}

static void ranges_are_sorted_and_merged(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const SlotRange raw[] = {{100, 200}, {0, 10}, {11, 11}, {150, 160}, {199, 300}, {16383, 16383}};
    SlotRanges ranges = slot_ranges_make(arena, raw, ARRAY_LEN(raw));
    assert_string_equal(slot_ranges_text(arena, ranges), "0-11 100-300 16383");
    assert_int_equal(slot_ranges_count(ranges), 12 + 201 + 1);
    assert_true(slot_ranges_has(ranges, 0));
    assert_true(slot_ranges_has(ranges, 300));
    assert_true(slot_ranges_has(ranges, 16383));
    assert_false(slot_ranges_has(ranges, 12));
    assert_false(slot_ranges_has(ranges, 301));
    assert_false(slot_ranges_has(ranges, -1));
    assert_false(slot_ranges_has(ranges, 16384));
    arena_free(arena);
}

static void no_ranges_are_no_slots(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    SlotRanges none = slot_ranges_make(arena, NULL, 0);
    assert_int_equal(slot_ranges_count(none), 0);
    assert_string_equal(slot_ranges_text(arena, none), "");
    assert_true(slot_ranges_eq(none, (SlotRanges){0}));
    SlotRange all = {0, 16383};
    SlotRanges full = slot_ranges_make(arena, &all, 1);
    assert_int_equal(slot_ranges_count(full), SLOT_COUNT);
    assert_false(slot_ranges_eq(none, full));
    assert_true(slot_ranges_eq(full, slot_ranges_make(arena, &all, 1)));
    arena_free(arena);
}

TESTS(slots, cmocka_unit_test(an_id_is_forty_lower_case_hex_digits),
      cmocka_unit_test(ids_compare_as_the_server_compares_them),
      cmocka_unit_test(a_range_is_one_slot_or_two_ends),
      cmocka_unit_test(ranges_are_sorted_and_merged), cmocka_unit_test(no_ranges_are_no_slots))
