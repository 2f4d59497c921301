// The loop of the terminal tests' own programs.
#ifndef REHOME_TESTS_DRIVER_LOOP_H
#define REHOME_TESTS_DRIVER_LOOP_H

#include <ev.h>

// Paints at the start, behind keys and at a new size, but not before the terminal has taken all
// that it was sent; until ev_break(). take_keys reads all that there are.
void driver_loop(void (*paint)(void), void (*take_keys)(struct ev_loop *loop));

#endif
