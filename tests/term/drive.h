// What drives the terminal tests: their own program, term_driver, started and left, and long waits.
// Failing here fails the test.
#ifndef REHOME_TESTS_DRIVE_H
#define REHOME_TESTS_DRIVE_H

#include "pty.h"
#include "rehome/app/lab.h"

Pty *driver_start(const PtyStart *how, const char *option); // argv is ours; option may be NULL
Pty *driver_shown(const PtyStart *how, const char *option); // and waits for its screen
void driver_quit(Pty *p);                                   // by key; ends p

// Like pty_wait(), for what takes its time: a cluster that begins, a sync. Prints the screen and
// fails the test when it does not come.
void drive_wait_long(Pty *p, const char *text);

// The owner's cluster, of servers that move no replica by themselves. lab_free() it.
Lab *drive_lab(void);

#endif
