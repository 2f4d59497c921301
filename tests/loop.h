// Running an event loop until something is so. Tests wait for conditions, never for time.
#ifndef REHOME_TESTS_LOOP_H
#define REHOME_TESTS_LOOP_H

#include <stdbool.h>

struct ev_loop;

typedef bool Condition(void *ctx);

// True as soon as the condition holds; false after so many milliseconds without.
bool loop_until(struct ev_loop *loop, int timeout_ms, Condition *holds, void *ctx);

// Let everything happen that happens within the time. Only to show that something does NOT happen.
void loop_for(struct ev_loop *loop, int ms);

#endif
