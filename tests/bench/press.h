// Keys pressed in a dashboard, and how long their answer takes to be on the screen.
#ifndef REHOME_TESTS_BENCH_PRESS_H
#define REHOME_TESTS_BENCH_PRESS_H

#include "term/pty.h"

// Moves the cursor of the tree fifty times, at any moment of a round, and prints a row of the
// table.
void press_keys(Pty *p, const char *what);

// Only reads what it writes: with nobody at the terminal it would stand still.
void press_nothing(Pty *p, int ms);

#endif
