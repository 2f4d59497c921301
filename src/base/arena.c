#include "rehome/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"

enum { FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 18 };

typedef struct Chunk {
    struct Chunk *next;
    size_t size; // of bytes
    size_t used;
    max_align_t bytes[]; // zeroed by mem_alloc() and handed out once, so never zeroed again
} Chunk;

struct Arena {
    Chunk *chunks; // the one in use first
    size_t next_size;
    size_t total;
};

Arena *arena_new(void)
{
    Arena *arena = mem_alloc(sizeof(*arena));
    arena->next_size = FIRST_CHUNK;
    return arena;
}

void arena_free(Arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (Chunk *chunk = arena->chunks; chunk != NULL;) {
        Chunk *next = chunk->next;
        mem_free(chunk);
        chunk = next;
    }
    mem_free(arena);
}

static Chunk *add_chunk(Arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(Chunk)) {
        mem_array(SIZE_MAX, 2); // does not return
    }
    Chunk *chunk = mem_alloc(sizeof(*chunk) + size);
    chunk->size = size;
    arena->total += sizeof(*chunk) + size;
    return chunk;
}

static void *take(Arena *arena, size_t size, size_t align)
{
    Chunk *chunk = arena->chunks;
    if (chunk != NULL) {
        size_t at = (chunk->used + align - 1) & ~(align - 1);
        if (at <= chunk->size && size <= chunk->size - at) {
            chunk->used = at + size;
            return (char *)chunk->bytes + at;
        }
    }
    if (size > arena->next_size / 4 && chunk != NULL) {
        // A big one gets a chunk of its own behind the current one, whose rest stays in use.
        Chunk *own = add_chunk(arena, size);
        own->used = size;
        own->next = chunk->next;
        chunk->next = own;
        return own->bytes;
    }
    Chunk *fresh = add_chunk(arena, size > arena->next_size ? size : arena->next_size);
    if (arena->next_size < LARGEST_CHUNK) {
        arena->next_size *= 2;
    }
    fresh->used = size;
    fresh->next = arena->chunks;
    arena->chunks = fresh;
    return fresh->bytes;
}

void *arena_alloc(Arena *arena, size_t size)
{
    return take(arena, size == 0 ? 1 : size, alignof(max_align_t));
}

void *arena_array(Arena *arena, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) {
        mem_array(n, size); // does not return
    }
    return arena_alloc(arena, n * size);
}

char *arena_strndup(Arena *arena, const char *text, size_t n)
{
    if (n == SIZE_MAX) {
        mem_array(n, 2); // does not return
    }
    char *copy = take(arena, n + 1, 1);
    if (n > 0) {
        memcpy(copy, text, n);
    }
    return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        abort(); // a broken format is our own bug
    }
    char *text = take(arena, (size_t)n + 1, 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_bytes(const Arena *arena)
{
    return arena->total;
}
