// Every group of unit tests, sorted.
#ifndef REHOME_TESTS_GROUPS_H
#define REHOME_TESTS_GROUPS_H

#define TEST_GROUPS(X)                                                                             \
    X(address)                                                                                     \
    X(arena)                                                                                       \
    X(automatic)                                                                                   \
    X(automatic_brakes)                                                                            \
    X(automatic_views)                                                                             \
    X(canvas)                                                                                      \
    X(check)                                                                                       \
    X(check_json)                                                                                  \
    X(diff)                                                                                        \
    X(event_report)                                                                                \
    X(explain)                                                                                     \
    X(finding)                                                                                     \
    X(gate)                                                                                        \
    X(gate_agreement)                                                                              \
    X(gate_nodes)                                                                                  \
    X(gate_server)                                                                                 \
    X(gate_spread)                                                                                 \
    X(gate_views)                                                                                  \
    X(golden)                                                                                      \
    X(health)                                                                                      \
    X(health_events)                                                                               \
    X(health_links)                                                                                \
    X(health_time)                                                                                 \
    X(hold)                                                                                        \
    X(hook_report)                                                                                 \
    X(host_loss)                                                                                   \
    X(info)                                                                                        \
    X(journal)                                                                                     \
    X(keys)                                                                                        \
    X(labels)                                                                                      \
    X(labels_use)                                                                                  \
    X(move)                                                                                        \
    X(move_fence)                                                                                  \
    X(move_gate)                                                                                   \
    X(move_resume)                                                                                 \
    X(move_sync)                                                                                   \
    X(move_table)                                                                                  \
    X(move_walk)                                                                                   \
    X(nodes)                                                                                       \
    X(pilot)                                                                                       \
    X(plan)                                                                                        \
    X(plan_order)                                                                                  \
    X(plan_refusals)                                                                               \
    X(plan_report)                                                                                 \
    X(plan_targets)                                                                                \
    X(replies)                                                                                     \
    X(runner)                                                                                      \
    X(slots)                                                                                       \
    X(snapshot)                                                                                    \
    X(snapshot_role)                                                                               \
    X(snapshot_seed)                                                                               \
    X(str)                                                                                         \
    X(text)                                                                                        \
    X(theme)                                                                                       \
    X(ui)                                                                                          \
    X(ui_dialog)                                                                                   \
    X(ui_draw)                                                                                     \
    X(ui_pick)                                                                                     \
    X(views)                                                                                       \
    X(views_automatic)

#endif
