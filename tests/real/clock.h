// The tests' own clock: deadlines of waits, and what is printed as measured. No test passes or
// fails by how long something took.
#ifndef REHOME_TESTS_REAL_CLOCK_H
#define REHOME_TESTS_REAL_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
