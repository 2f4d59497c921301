#include "rehome/base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void (*failure_hook)(void);

void mem_on_failure(void (*hook)(void))
{
    failure_hook = hook;
}

static void *check(void *p)
{
    if (p == NULL) {
        if (failure_hook != NULL) {
            failure_hook();
        }
        abort();
    }
    return p;
}

static size_t product(size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) {
        check(NULL);
    }
    return n * size;
}

// Never 0: malloc(0) may give NULL.
static size_t at_least_one(size_t size)
{
    return size == 0 ? 1 : size;
}

void *mem_alloc(size_t size)
{
    return check(calloc(1, at_least_one(size)));
}

void *mem_array(size_t n, size_t size)
{
    return mem_alloc(product(n, size));
}

static void *mem_resize(void *old, size_t size)
{
    return check(realloc(old, at_least_one(size)));
}

char *mem_strndup(const char *text, size_t n)
{
    if (n == SIZE_MAX) {
        check(NULL);
    }
    char *copy = mem_alloc(n + 1);
    if (n > 0) {
        memcpy(copy, text, n);
    }
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

void mem_free(void *p)
{
    free(p);
}

void *mem_grow(void *array, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) {
        return array;
    }
    size_t grown = *cap < 8 ? 8 : *cap;
    while (grown < need) {
        grown = grown > SIZE_MAX / 2 ? need : grown * 2;
    }
    array = mem_resize(array, product(grown, size));
    *cap = grown;
    return array;
}
