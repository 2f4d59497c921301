// Allocation that cannot fail: out of memory is not an error path, it ends the program after the
// hook has had its chance to restore the terminal.
#ifndef REHOME_BASE_MEM_H
#define REHOME_BASE_MEM_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

void *mem_alloc(size_t size);           // zeroed
void *mem_array(size_t n, size_t size); // zeroed, overflow-checked
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t n);
void mem_free(void *p); // NULL is fine

// Make room for at least need elements of size bytes: returns the (moved) array and updates *cap.
void *mem_grow(void *array, size_t *cap, size_t need, size_t size);

// Called once, before abort(), when memory runs out.
void mem_on_failure(void (*hook)(void));

#endif
