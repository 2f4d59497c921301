// Every group of terminal tests, sorted.
#define TERM_TEST_GROUPS(X) X(screen) X(svg)
