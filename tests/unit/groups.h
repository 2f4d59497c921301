// Every group of unit tests, sorted.
#ifndef REHOME_TESTS_GROUPS_H
#define REHOME_TESTS_GROUPS_H

#define TEST_GROUPS(X)                                                                             \
    X(address)                                                                                     \
    X(canvas)                                                                                      \
    X(check)                                                                                       \
    X(event_report)                                                                                \
    X(keys)                                                                                        \
    X(plan_report)                                                                                 \
    X(theme)

#endif
