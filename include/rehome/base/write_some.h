// Writing to whoever may not read: a terminal that is held, a pipe that is full.
#ifndef REHOME_BASE_WRITE_SOME_H
#define REHOME_BASE_WRITE_SOME_H

#include <stdbool.h>
#include <stddef.h>

// What is taken of n bytes without waiting, or with so many waits, of a moment each. *done: how
// much that was. False: it can never be written (errno). Fit for a signal handler.
bool write_some(int fd, const char *at, size_t n, int waits, size_t *done);

#endif
