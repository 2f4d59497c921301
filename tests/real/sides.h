// Two sides of a network with one cable between them, to be cut: two network namespaces that end
// with this process, however it ends. Nothing in them leads anywhere else.
#ifndef REHOME_TESTS_REAL_SIDES_H
#define REHOME_TESTS_REAL_SIDES_H

typedef enum { SIDE_A, SIDE_B, SIDES, SIDE_NONE = SIDES } Side;

enum { SIDE_HOSTS = 3 }; // on side A 10.77.1.1 and so on, on side B 10.77.2.1 and so on

// Skips the test where namespaces may not be made.
void sides_open(void);

// A place on neither side, SIDE_NONE, from where both are reached by cables of its own: these are
// not cut, and nobody gets through it from one side to the other.
void sides_open_beside(void);

// What this process does from now on happens on that side: its connections, and all that the
// programs do that it starts.
void sides_enter(Side side);

// One more address on that side's loopback, "172.17.0.2/32" or "fd00::1/128": nobody on the other
// side knows a way to it.
void sides_address(Side side, const char *address);

void sides_cut(void);
void sides_mend(void);

// Back to where we came from; for the teardown. Harmless when nothing was opened.
void sides_leave(void);

#endif
