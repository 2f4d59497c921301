// A picture of a terminal's screen: text, but placed cell by cell, so that it looks the same in
// whatever fixed-width font the reader has.
#ifndef REHOME_TESTS_SVG_H
#define REHOME_TESTS_SVG_H

#include <stdbool.h>

#include "pty.h"
#include "rehome/base/strbuf.h"

bool svg_write(Pty *p, const char *path);

// The pieces of it. A row of the screen is drawn where it belongs, so rows may come in any order.
void svg_open(StrBuf *out, const Pty *p, int below); // below: pixels under the screen
void svg_row(StrBuf *out, Pty *p, int y);
void svg_caption(StrBuf *out, const Pty *p, const char *text); // right under the screen
bool svg_close(StrBuf *out, const char *path);                 // frees out; false: not written

#endif
