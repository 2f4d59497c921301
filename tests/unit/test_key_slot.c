#include "unit.h"

#include "rehome/base/mem.h"
#include "rehome/model/key_slot.h"

typedef struct {
    const char *key;
    int slot;
} Known;

static void assert_slots(const Known *known, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(key_slot(sv(known[i].key)), known[i].slot);
    }
}

// As Redis 7.0.15 answers CLUSTER KEYSLOT.
static void slots_are_those_of_the_server(void **state)
{
    (void)state;
    static const Known known[] = {{"123456789", 0x31c3},
                                  {"foo", 12182},
                                  {"rehome:lease", 1547},
                                  {"", 0},
                                  {"\xc3\xa9\xe2\x98\x83", 14995}};
    assert_slots(known, ARRAY_LEN(known));
    assert_int_equal(key_slot((StrView){0}), 0);
}

static void of_a_hash_tag_only_its_inside_counts(void **state)
{
    (void)state;
    static const Known known[] = {{"a{foo}b", 12182}, {"a{b}{c}", 3300}, {"a{{foo}}b", 13308},
                                  {"{foo", 13308},    {"foo}{", 8134},   {"{}foo", 9500},
                                  {"a{}{foo}", 700}};
    assert_slots(known, ARRAY_LEN(known));
}

static void every_byte_counts(void **state)
{
    (void)state;
    assert_int_not_equal(key_slot(sv_of("a\0b", 3)), key_slot(sv_of("a\0c", 3)));
    assert_int_equal(key_slot(sv_of("\0{foo}", 6)), 12182);
}

TESTS(key_slot, cmocka_unit_test(slots_are_those_of_the_server),
      cmocka_unit_test(of_a_hash_tag_only_its_inside_counts), cmocka_unit_test(every_byte_counts))
