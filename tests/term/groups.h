// Every group of terminal tests, sorted.
#define TERM_TEST_GROUPS(X) X(dashboard) X(leaving) X(screen) X(svg)
