#include "unit.h"

#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#include "rehome/base/arena.h"
#include "rehome/base/mem.h"

static bool is_zero(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static void memory_is_zeroed_aligned_and_not_shared(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    enum { N = 500 };
    unsigned char *blocks[N];
    for (size_t i = 0; i < N; i++) {
        arena_strdup(arena, "x"); // strings in between need no alignment
        size_t size = i * 7 % 300 + (i % 97 == 0 ? 100000 : 0);
        blocks[i] = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        assert_true(is_zero(blocks[i], size));
        memset(blocks[i], (int)(i % 251) + 1, size);
    }
    for (size_t i = 0; i < N; i++) {
        size_t size = i * 7 % 300 + (i % 97 == 0 ? 100000 : 0);
        for (size_t b = 0; b < size; b++) {
            assert_int_equal(blocks[i][b], (int)(i % 251) + 1);
        }
    }
    arena_free(arena);
    arena_free(NULL);
}

static void nothing_is_a_pointer_of_its_own(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const void *a = arena_alloc(arena, 0);
    const void *b = arena_array(arena, 0, 8);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    arena_free(arena);
}

static void text_is_copied(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    char source[] = "hello";
    const char *whole = arena_strdup(arena, source);
    const char *part = arena_strndup(arena, source, 4);
    source[0] = 'J';
    assert_string_equal(whole, "hello");
    assert_string_equal(part, "hell");
    assert_string_equal(arena_strndup(arena, NULL, 0), "");
    assert_string_equal(arena_printf(arena, "%s:%d", "host", 7001), "host:7001");
    const char *wide = arena_printf(arena, "%09000d", 7);
    assert_int_equal(strlen(wide), 9000);
    arena_free(arena);
}

static void its_size_is_told(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    arena_alloc(arena, 100);
    size_t before = arena_bytes(arena);
    assert_true(before >= 100);
    arena_alloc(arena, 3000000);
    assert_true(arena_bytes(arena) >= before + 3000000);
    assert_true(arena_bytes(arena) < before + 3000000 + 65536);
    arena_free(arena);
}

static void an_array_grows_and_keeps_what_it_holds(void **state)
{
    (void)state;
    int *numbers = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < 1000; i++) {
        numbers = mem_grow(numbers, &cap, i + 1, sizeof(*numbers));
        assert_true(cap > i);
        numbers[i] = (int)i;
    }
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(numbers[i], i);
    }
    assert_ptr_equal(mem_grow(numbers, &cap, 5, sizeof(*numbers)), numbers);
    mem_free(numbers);
    char *copy = mem_strndup("abcdef", 3);
    assert_string_equal(copy, "abc");
    mem_free(copy);
    mem_free(NULL);
}

TESTS(arena, cmocka_unit_test(memory_is_zeroed_aligned_and_not_shared),
      cmocka_unit_test(nothing_is_a_pointer_of_its_own), cmocka_unit_test(text_is_copied),
      cmocka_unit_test(its_size_is_told), cmocka_unit_test(an_array_grows_and_keeps_what_it_holds))
