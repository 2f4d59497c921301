// Every group of unit tests, sorted.
#define TEST_GROUPS(X)  \
    X(address)          \
    X(canvas)           \
    X(keys)             \
    X(theme)
