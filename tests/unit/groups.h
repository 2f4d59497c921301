// Every group of unit tests, sorted.
#define TEST_GROUPS(X)  \
    X(canvas)           \
    X(keys)             \
    X(theme)
