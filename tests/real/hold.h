// Hold the program at one of its writes, so that a test can do something exactly before it or
// after it: kill the program, stop a server. Instead of hitting a moment by chance.
#ifndef REHOME_TESTS_REAL_HOLD_H
#define REHOME_TESTS_REAL_HOLD_H

#include "run.h"

// Let it run until it is about to write text, to whatever file or socket, and hold it there. Skips
// the test where programs may not be traced; fails it when the program ends before.
void hold_before(Run *run, const char *text);

// It is held: let that one write happen, and hold it again.
void hold_behind(Run *run);

// It is held: let it go on by itself.
void hold_release(Run *run);

#endif
