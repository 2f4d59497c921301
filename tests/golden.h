// Golden files: what a report or a view should look like, kept as text under tests/golden/.
// After an intended change `GENERATE=1 make test` rewrites them; read the diff before committing.
#ifndef REHOME_TESTS_GOLDEN_H
#define REHOME_TESTS_GOLDEN_H

#include <stdbool.h>

// True when text is exactly tests/golden/NAME (below $REHOME_ROOT, or the working directory).
// Otherwise the lines that differ are printed, what was expected beside what came. With GENERATE=1
// in the environment the file is rewritten instead, and the answer is true when that worked.
bool golden_equal(const char *name, const char *text);

// True when the file, named from the root, holds the text word for word. Otherwise the text is
// printed, ready to be pasted.
bool golden_contained(const char *file, const char *text);

#endif
