// Text for the clipboard of whoever sits at the terminal, by OSC 52: it goes the way the screen
// goes, over SSH and through tmux, to where the mouse cannot.
#ifndef REHOME_SRC_UI_TERM_COPY_H
#define REHOME_SRC_UI_TERM_COPY_H

#include <stdbool.h>

#include "rehome/base/strbuf.h"

enum { TERM_COPY_MAX_BYTES = 1024 };

// What to send for it. False: the text is longer than that, or TERM is a terminal without any
// clipboard. That one listens is never known: most ask their owner, or have to be told.
bool term_copy_sequence(const char *text, StrBuf *out);

#endif
