// How the dashboard behaves: keys, the cursor, automatic mode. test_ui_*.c have the dialog, what is
// picked up, and what is drawn.
#include "desk.h"

#include "unit.h"

static void until_the_first_key_the_cursor_is_on_the_most_urgent_orphan(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_true(cursor_is_on(d, ":7001")); // the first row
    fixture_node(d->st->f, fixture_port(d->st->f, 7006))->failed = true;
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006));
    round_at(d, 4000);
    assert_true(cursor_is_on(d, ":7005"));
    desk_free(d);
}

static void the_cursor_stays_on_its_node(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "End");
    assert_true(cursor_is_on(d, ":7004"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006)); // :7005 goes to the top
    round_at(d, 4000);
    assert_true(cursor_is_on(d, ":7004"));
    key(d, "s");
    assert_true(cursor_is_on(d, ":7004"));
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->master = fixture_port(d->st->f, 7005);
    round_at(d, 5000);
    assert_true(cursor_is_on(d, ":7004"));
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->forgotten = true;
    round_at(d, 6000);
    assert_true(cursor_is_on(d, ":70")); // the nearest there is
    desk_free(d);
}

static void events_lead_to_their_node(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "End");
    key(d, "4");
    assert_true(cursor_is_on(d, ":7001 is orphaned"));
    key(d, "k");
    assert_true(cursor_is_on(d, ":7008 failed"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006)); // more events come
    round_at(d, 6000);
    assert_true(cursor_is_on(d, ":7008 failed"));
    key(d, "Enter");
    assert_true(cursor_is_on(d, ":7008"));
    assert_true(shows(d, "Enter details"));
    desk_free(d);
}

static void automatic_mode_asks_before_it_acts(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    Request r = key(d, "a");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_OBSERVE);
    d->st->automatic.mode = AUTO_OBSERVE;
    assert_int_equal(key(d, "a").kind, REQUEST_NONE);
    assert_true(shows(d, "Automatic mode: act"));
    assert_int_equal(key(d, "a").kind, REQUEST_NONE);
    r = key(d, "y");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_ACT);
    d->st->automatic.mode = AUTO_ACT;
    r = key(d, "a");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_OFF);
    desk_free(d);
}

static void read_only_never_acts_by_itself(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    d->st->scene.read_only = true;
    d->st->automatic.mode = AUTO_OBSERVE;
    Request r = key(d, "a");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_OFF);
    desk_free(d);
}

static void the_brake_is_released_by_its_key(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "b").kind, REQUEST_NONE);
    d->st->automatic.brake = true;
    assert_true(shows(d, "BRAKE"));
    Request r = key(d, "b");
    assert_int_equal(r.kind, REQUEST_END_HOLD);
    assert_int_equal(r.subject.kind, HOLD_BRAKE);
    desk_free(d);
}

static void a_move_under_way_is_stopped_by_its_key(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "X").kind, REQUEST_NONE);
    Fixture *f = d->st->f;
    stage_move(d->st, fixture_port(f, 7004), fixture_port(f, 7003), fixture_port(f, 7001),
               MOVE_SYNC);
    assert_true(shows(d, "X stop the move"));
    assert_int_equal(key(d, "X").kind, REQUEST_STOP_MOVE);
    desk_free(d);
}

static void nodes_of_a_demo_can_be_killed(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "K").kind, REQUEST_NONE);
    d->st->scene.demo = true;
    key(d, "Down");
    Request r = key(d, "K");
    assert_int_equal(r.kind, REQUEST_DEMO_KILL);
    assert_true(node_id_eq(r.node, fixture_id(d->st->f, fixture_port(d->st->f, 7008))));
    assert_int_equal(key(d, "R").kind, REQUEST_DEMO_RESTART);
    desk_free(d);
}

static void without_a_cluster_one_can_still_leave(void **state)
{
    (void)state;
    Desk *d = desk_new(stage_new(fixture_scenario()), CONFIRM_COUNTDOWN);
    d->st->scene.trouble = "connection refused";
    static const char *const harmless[] = {"m", "M", "u", "Enter", "j", "End",
                                           "4", "s", "K", "Esc",   "1"};
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        assert_int_equal(key(d, harmless[i]).kind, REQUEST_NONE);
        assert_true(shows(d, "connection refused"));
    }
    assert_int_equal(tick(d, 1000).kind, REQUEST_NONE);
    assert_int_equal(key(d, "r").kind, REQUEST_REFRESH);
    assert_int_equal(key(d, "Ctrl-L").kind, REQUEST_REDRAW);
    assert_int_equal(key(d, "Ctrl-Z").kind, REQUEST_SUSPEND);
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT);
    desk_free(d);
}

static void clocks_wake_the_screen(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    stage_time(d->st, 5000);
    assert_int_equal(ui_wake_ms(d->ui, &d->st->scene), 6000);
    key(d, "m");
    assert_int_equal(ui_wake_ms(d->ui, &d->st->scene), 5200);
    stage_time(d->st, 7980);
    assert_int_equal(ui_wake_ms(d->ui, &d->st->scene), 8000);
    desk_free(d);
}

TESTS(ui, cmocka_unit_test(until_the_first_key_the_cursor_is_on_the_most_urgent_orphan),
      cmocka_unit_test(the_cursor_stays_on_its_node), cmocka_unit_test(events_lead_to_their_node),
      cmocka_unit_test(automatic_mode_asks_before_it_acts),
      cmocka_unit_test(read_only_never_acts_by_itself),
      cmocka_unit_test(the_brake_is_released_by_its_key),
      cmocka_unit_test(a_move_under_way_is_stopped_by_its_key),
      cmocka_unit_test(nodes_of_a_demo_can_be_killed),
      cmocka_unit_test(without_a_cluster_one_can_still_leave),
      cmocka_unit_test(clocks_wake_the_screen))
