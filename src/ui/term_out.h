// The way out to the terminal, which nobody may have to wait for: one that takes nothing (XOFF, a
// line that hangs, a tmux that is stopped) would hold up whatever else there is to do, and curses
// writes until all is written. So curses writes into memory, and from there it goes, together with
// what we say ourselves and in that order, as far as the terminal takes it.
#ifndef REHOME_SRC_UI_TERM_OUT_H
#define REHOME_SRC_UI_TERM_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "rehome/base/error.h"

// For newterm(): the terminal itself at first, as curses looks at it and sets its modes. Ours.
FILE *out_open(Error *err);
bool out_divert(Error *err); // from now on what curses writes stays here until it is sent
void out_close(void);        // may be called twice, also without out_open()

void out_add(const char *text); // behind what was written so far
bool out_send(void);            // never waits; true: the terminal has taken all of it

// The last words before it is somebody else's: waits a second at most. What it did not take by
// then is forgotten, maybe from the middle of a sequence on: the Esc that ours all begin with ends
// that one.
void out_finish(void);

// The same with these words, for a crash handler: allocates nothing.
void out_finish_async(const char *text, size_t n);

#endif
