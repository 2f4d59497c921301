// Lists that are longer than the screen.
#ifndef REHOME_UI_SCROLL_H
#define REHOME_UI_SCROLL_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/ui/canvas.h"
#include "rehome/ui/keys.h"

// Where in a list of lines we are.
typedef struct {
    int top;   // first line shown
    int page;  // lines that fit, as last drawn
    int total; // lines there are, as last drawn
    Rect at;   // where its lines are on the screen, as last drawn
} Scroll;

// Keep a place in a list within it.
void scroll_clamp(Scroll *scroll, int page, int total);

// The same when it is drawn, with so many lines, here.
void scroll_place(Scroll *scroll, Rect at, int total);

// A list key on a page of lines: true when it was one.
bool scroll_act(Scroll *scroll, Action action);

// "3 more above · 12 below" when there is more than fits, else "".
void scroll_hint(const Scroll *scroll, bool ascii, char *out, size_t size);

#endif
