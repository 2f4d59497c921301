// View 4, kept in tests/golden/screen-events-*.txt, and what its keys do.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "rehome/ui/canvas.h"
#include "screen.h"

static void keep(Stage *st, Event event, EventBy by)
{
    event.by = by;
    memmove(&st->events[1], &st->events[0], sizeof(st->events[0]) * st->scene.n_events);
    st->events[0] = event;
    st->scene.n_events++;
    st->scene.n_events_before++;
}

// Two days ago the servers moved a replica and rehome moved it back; yesterday one failed.
static Stage *stage_with_history(void)
{
    enum { HOUR_MS = 3600000 };
    Stage *st = stage_moving();
    const Snapshot *p = st->scene.health->snapshot;
    int64_t now = st->scene.wall_ms;
    const Node *mover = &p->nodes[stage_port(st, 7004)];
    const Node *failed = &p->nodes[stage_port(st, 7006)];
    keep(st,
         event_make(EVENT_REPLICA_BACK, LEVEL_GOOD, now - 23 * (int64_t)HOUR_MS, failed,
                    "replica 127.0.99.172:7006 is back"),
         BY_NOBODY);
    keep(st,
         event_make(EVENT_REPLICA_FAILED, LEVEL_WARNING, now - 24 * (int64_t)HOUR_MS, failed,
                    "replica 127.0.99.172:7006 FAILED (3 of 3 masters agree)"),
         BY_NOBODY);
    keep(st,
         event_make(EVENT_MOVE_DONE, LEVEL_GOOD, now - 47 * (int64_t)HOUR_MS, mover,
                    "127.0.99.171:7004 is in sync with 127.0.99.171:7003 after 2.1s"),
         BY_US);
    keep(st,
         event_make(EVENT_REPLICA_MOVED, LEVEL_INFO, now - 48 * (int64_t)HOUR_MS, mover,
                    "127.0.99.171:7004 now replicates 127.0.99.172:7005"),
         BY_SERVER);
    return st;
}

static void what_happened_on_this_day_and_before(void **state)
{
    (void)state;
    Stage *st = stage_with_history();
    screen_at_three_sizes("events", st, "4 k");
    stage_free(st);
}

static void only_moves_and_only_one_node(void **state)
{
    (void)state;
    Stage *st = stage_with_history();
    screen_at("events-moves", st, "4 v v", 80, 24);
    screen_at("events-node", st, "4 g f", 120, 40);
    stage_free(st);
}

static Desk *desk_at_events(void)
{
    Desk *d = desk_new(stage_with_history(), CONFIRM_COUNTDOWN);
    screen(d);
    key(d, "4");
    return d;
}

static void each_kind_of_event_has_its_turn_and_then_all(void **state)
{
    (void)state;
    Desk *d = desk_at_events();
    assert_true(shows(d, "all kinds"));
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        char head[64];
        snprintf(head, sizeof(head), "%s · all nodes", event_kind_text((EventKind)kind));
        key(d, "v");
        assert_true(shows(d, head));
    }
    key(d, "v");
    assert_true(shows(d, "all kinds"));
    desk_free(d);
}

static void the_selected_event_stays_when_more_is_shown(void **state)
{
    (void)state;
    Desk *d = desk_at_events();
    key(d, "v");
    key(d, "v");
    key(d, "g");
    assert_true(cursor_is_on(d, "server"));
    key(d, "f");
    key(d, "v");
    key(d, "v");
    key(d, "v");
    assert_true(shows(d, "all kinds · :7004"));
    assert_true(cursor_is_on(d, ":7004 now replicates :7005"));
    key(d, "f");
    assert_true(cursor_is_on(d, ":7004 now replicates :7005"));
    desk_free(d);
}

static void nothing_of_a_kind_is_said(void **state)
{
    (void)state;
    Desk *d = desk_at_events();
    key(d, "v");
    key(d, "v");
    key(d, "v");
    assert_true(shows(d, "nothing of this kind"));
    assert_int_equal(key(d, "k").kind, REQUEST_NONE);
    assert_int_equal(key(d, "G").kind, REQUEST_NONE);
    key(d, "Enter");
    key(d, "f");
    assert_true(shows(d, "automatic"));
    desk_free(d);
}

static void the_tree_tells_of_this_session_only(void **state)
{
    (void)state;
    Desk *d = desk_at_events();
    d->st->scene.n_events = d->st->scene.n_events_before;
    key(d, "1");
    assert_true(shows(d, "nothing has happened yet"));
    desk_free(d);
}

TESTS(views_events, cmocka_unit_test(what_happened_on_this_day_and_before),
      cmocka_unit_test(only_moves_and_only_one_node),
      cmocka_unit_test(each_kind_of_event_has_its_turn_and_then_all),
      cmocka_unit_test(the_selected_event_stays_when_more_is_shown),
      cmocka_unit_test(nothing_of_a_kind_is_said),
      cmocka_unit_test(the_tree_tells_of_this_session_only))
