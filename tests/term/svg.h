// A picture of a terminal's screen: text, but placed cell by cell, so that it looks the same in
// whatever fixed-width font the reader has.
#ifndef REHOME_TESTS_SVG_H
#define REHOME_TESTS_SVG_H

#include <stdbool.h>

#include "pty.h"

bool svg_write(Pty *p, const char *path);

#endif
