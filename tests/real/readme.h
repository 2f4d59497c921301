// What the README shows, for tests that do it.
#ifndef REHOME_TESTS_REAL_README_H
#define REHOME_TESTS_REAL_README_H

// The nth (from 0) fenced block in this language behind the heading; fails the test when there is
// none. Valid until the next call.
const char *readme_block(const char *heading, const char *language, int nth);

#endif
