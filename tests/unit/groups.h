// Every group of unit tests, sorted.
#ifndef REHOME_TESTS_GROUPS_H
#define REHOME_TESTS_GROUPS_H

#define TEST_GROUPS(X)  \
    X(address)          \
    X(arena)            \
    X(canvas)           \
    X(check)            \
    X(diff)             \
    X(event_report)     \
    X(health)           \
    X(host_loss)        \
    X(info)             \
    X(keys)             \
    X(nodes)            \
    X(plan)             \
    X(plan_report)      \
    X(replies)          \
    X(slots)            \
    X(snapshot)         \
    X(snapshot_role)    \
    X(snapshot_seed)    \
    X(str)              \
    X(text)             \
    X(theme)

#endif
