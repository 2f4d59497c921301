// A grid of cells that views draw on: code points and theme roles, no colours, no terminal.
#ifndef REHOME_UI_CANVAS_H
#define REHOME_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/strbuf.h"
#include "rehome/ui/theme.h"

typedef struct {
    uint32_t code; // Unicode; 0: right half of the wide character before it
    uint8_t role;  // Role
    uint8_t flags; // CELL_*
} Cell;

enum { CELL_REVERSE = 1, CELL_DIM = 2 }; // on top of the role: the cursor row, what does not apply

typedef struct {
    int w;
    int h;
    bool ascii;  // only 7-bit characters may be drawn: glyphs are taken from the ASCII column
    Cell *cells; // w * h, row by row
} Canvas;

typedef struct {
    int x, y, w, h;
} Rect;

Canvas *canvas_new(int w, int h, bool ascii); // sizes below 1 become 1
void canvas_free(Canvas *c);
void canvas_resize(Canvas *c, int w, int h);
void canvas_clear(Canvas *c); // blanks in ROLE_TEXT

// Everything below clips at the canvas' and the given bounds; nothing is ever written outside.
// Returns the x behind the last cell written.
int canvas_text(Canvas *c, int x, int y, int max_w, Role role, const char *utf8);
int canvas_textf(Canvas *c, int x, int y, int max_w, Role role, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
// Cut in the middle with an ellipsis when too long, so that the port at the end stays.
int canvas_text_middle(Canvas *c, int x, int y, int max_w, Role role, const char *utf8);
int canvas_right(Canvas *c, int x_end, int y, int max_w, Role role,
                 const char *utf8); // ends before x_end
void canvas_fill(Canvas *c, Rect r, Role role, uint32_t code);
void canvas_mark(Canvas *c, Rect r, uint8_t flags); // adds flags to every cell
void canvas_box(Canvas *c, Rect r, Role role, const char *title);
// A bar of permille filled (eighth blocks, or '#' in ASCII) within w cells.
void canvas_bar(Canvas *c, int x, int y, int w, Role role, int permille);

// For tests and screen dumps: text rows, and one letter per role (theme_role_letter()).
void canvas_dump_text(const Canvas *c, StrBuf *out);
void canvas_dump_roles(const Canvas *c, StrBuf *out);

#endif
