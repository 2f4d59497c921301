// What a terminal shows, compared cell by cell with the canvas that should be on it, and kept as
// text: the screen, its roles, and how this terminal shows each role.
#ifndef REHOME_TESTS_TERM_PICTURE_H
#define REHOME_TESTS_TERM_PICTURE_H

#include "pty.h"
#include "rehome/ui/canvas.h"

// True when every cell of the terminal shows the canvas' character. Otherwise both are printed.
bool picture_is_complete(Pty *p, const Canvas *c);

// True when it is complete, a role looks the same wherever it stands, and all of it is as kept in
// tests/golden/NAME.
bool picture_equal(Pty *p, const Canvas *c, const char *name);

// The same, but only the looks are kept: for the second terminal with the same screen.
bool picture_looks_equal(Pty *p, const Canvas *c, const char *name);

// Two terminals of one size show the same, colours and all. Otherwise both are printed.
bool picture_same(Pty *a, Pty *b);

#endif
