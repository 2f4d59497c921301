// An animated picture of a terminal's screen, without a script in it: what does not change is there
// once, and style sheets show and hide the rest. Whatever knows no animation shows the first frame.
#ifndef REHOME_TESTS_FILM_H
#define REHOME_TESTS_FILM_H

#include <stdbool.h>

#include "pty.h"

typedef struct Film Film;

Film *film_new(void);
void film_free(Film *f);

// The screen as it is now, for so long, and a line of text below it (may be ""). All frames have
// the size of the first.
void film_add(Film *f, Pty *p, int show_ms, const char *caption);
bool film_write(const Film *f, const Pty *p, const char *path);

#endif
