// Every group of terminal tests, sorted.
#ifndef REHOME_TESTS_TERM_GROUPS_H
#define REHOME_TESTS_TERM_GROUPS_H

#define TERM_TEST_GROUPS(X)                                                                        \
    X(asking)                                                                                      \
    X(config)                                                                                      \
    X(copy)                                                                                        \
    X(dashboard)                                                                                   \
    X(fuzz)                                                                                        \
    X(leaving)                                                                                     \
    X(many)                                                                                        \
    X(memory)                                                                                      \
    X(mouse)                                                                                       \
    X(replay)                                                                                      \
    X(screen)                                                                                      \
    X(svg)                                                                                         \
    X(terminals)                                                                                   \
    X(themes)                                                                                      \
    X(unread)

#endif
