// What a theme's roles are on this terminal: curses' attributes and pairs of colours, as many as it
// has.
#ifndef REHOME_SRC_UI_TERM_LOOKS_H
#define REHOME_SRC_UI_TERM_LOOKS_H

#include <stdbool.h>

#define NCURSES_NOMACROS 1
#include <curses.h>

#include "rehome/ui/canvas.h"
#include "rehome/ui/theme.h"

typedef struct {
    attr_t attrs;
    short pair;
} Look;

void looks_start(bool no_color); // behind curses' start: how many colours there are

// From now on cells look as this theme says. initc: the terminal's string for a new colour; NULL:
// it has none.
void looks_take(const Theme *theme, const char *initc);

Look looks_cell(const Cell *cell);

#endif
