// Every group of tests on real servers, sorted.
#ifndef REHOME_TESTS_REAL_GROUPS_H
#define REHOME_TESTS_REAL_GROUPS_H

#define TEST_GROUPS(X)                                                                             \
    X(acl)                                                                                         \
    X(acl_lease)                                                                                   \
    X(addresses)                                                                                   \
    X(addresses_change)                                                                            \
    X(addresses_lab)                                                                               \
    X(audit)                                                                                       \
    X(bare)                                                                                        \
    X(cut_off)                                                                                     \
    X(demo)                                                                                        \
    X(exits)                                                                                       \
    X(fence)                                                                                       \
    X(files)                                                                                       \
    X(findings)                                                                                    \
    X(hang)                                                                                        \
    X(heal)                                                                                        \
    X(holds)                                                                                       \
    X(hook)                                                                                        \
    X(interrupted)                                                                                 \
    X(journal)                                                                                     \
    X(labels)                                                                                      \
    X(lease)                                                                                       \
    X(link)                                                                                        \
    X(link_refusals)                                                                               \
    X(losses)                                                                                      \
    X(monitors)                                                                                    \
    X(move)                                                                                        \
    X(networks)                                                                                    \
    X(opinion)                                                                                     \
    X(partition)                                                                                   \
    X(poller)                                                                                      \
    X(poller_access)                                                                               \
    X(poller_lab)                                                                                  \
    X(poller_rounds)                                                                               \
    X(promotion)                                                                                   \
    X(read_only)                                                                                   \
    X(readme)                                                                                      \
    X(readme_service)                                                                              \
    X(recorder)                                                                                    \
    X(replayed)                                                                                    \
    X(scenario)                                                                                    \
    X(service)                                                                                     \
    X(shell)                                                                                       \
    X(schema)                                                                                      \
    X(slow)                                                                                        \
    X(spread)                                                                                      \
    X(tape)                                                                                        \
    X(thrown_out)                                                                                  \
    X(tls)                                                                                         \
    X(trouble)                                                                                     \
    X(unread)                                                                                      \
    X(unready)                                                                                     \
    X(usage)                                                                                       \
    X(whatif)

#endif
