// The terminal tests' own program, term_driver, started and left. Failing here fails the test.
#ifndef REHOME_TESTS_DRIVE_H
#define REHOME_TESTS_DRIVE_H

#include "pty.h"

Pty *driver_start(const PtyStart *how, const char *option); // argv is ours; option may be NULL
Pty *driver_shown(const PtyStart *how, const char *option); // and waits for its screen
void driver_quit(Pty *p);                                   // by key; ends p

#endif
