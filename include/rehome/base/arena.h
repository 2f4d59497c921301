// A bump allocator: everything that lives as long as one snapshot lives in one arena.
// There is no per-object free; arena_free() ends them all.
#ifndef REHOME_BASE_ARENA_H
#define REHOME_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_new(void);        // aborts when out of memory, as every allocation here does
void arena_free(Arena *arena); // NULL is fine

// Zeroed memory, aligned for any type. size 0 gives a valid unique pointer.
void *arena_alloc(Arena *arena, size_t size);

// n elements of size bytes, zeroed; aborts on overflow.
void *arena_array(Arena *arena, size_t n, size_t size);

// A NUL-terminated copy of the n bytes at text.
char *arena_strndup(Arena *arena, const char *text, size_t n);
char *arena_strdup(Arena *arena, const char *text);

char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Bytes obtained from the system so far; for budgets and tests.
size_t arena_bytes(const Arena *arena);

#endif
