// The countdown, what stops it, and what closes it because the cluster has changed.
#include "desk.h"

#include <string.h>

#include "unit.h"

static void one_key_moves_when_the_countdown_is_over(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "m").kind, REQUEST_NONE);
    assert_true(is_open(d));
    assert_true(shows(d, "Esc stops it"));
    assert_int_equal(tick(d, 6000).kind, REQUEST_NONE);
    assert_int_equal(tick(d, 7999).kind, REQUEST_NONE);
    Request r = tick(d, 8000);
    assert_true(is_rescue(d, &r));
    assert_int_equal(r.move.purpose, PURPOSE_HEAL);
    assert_true(r.move.accept_risk);
    assert_false(r.move.force);
    assert_int_equal(r.move.origin, ORIGIN_MANUAL);
    assert_false(is_open(d));
    assert_int_equal(tick(d, 8100).kind, REQUEST_NONE);
    desk_free(d);
}

static void esc_stops_the_countdown(void **state)
{
    (void)state;
    static const char *const stops[] = {"Esc", "n", "Ctrl-C"};
    for (size_t i = 0; i < 3; i++) {
        Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
        key(d, "m");
        stage_time(d->st, 7999);
        assert_int_equal(key(d, stops[i]).kind, REQUEST_NONE);
        assert_false(is_open(d));
        assert_true(shows(d, "nothing was sent"));
        assert_int_equal(tick(d, 8500).kind, REQUEST_NONE);
        desk_free(d);
    }
}

static void esc_works_even_when_the_time_is_over(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    stage_time(d->st, 8050);
    assert_int_equal(key(d, "Esc").kind, REQUEST_NONE);
    assert_int_equal(tick(d, 8100).kind, REQUEST_NONE);
    desk_free(d);
}

static void other_keys_do_nothing_while_it_counts(void **state)
{
    (void)state;
    static const char *const others[] = {"m", "M", "q", "Enter", "Space", "u", "a",
                                         "j", "4", "r", "?",     "F10",   "K"};
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    d->st->scene.demo = true;
    key(d, "m");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(key(d, others[i]).kind, REQUEST_NONE);
        assert_true(is_open(d));
    }
    assert_true(shows(d, "Esc stops it"));
    Request r = tick(d, 8000);
    assert_true(is_rescue(d, &r));
    desk_free(d);
}

static void going_to_the_shell_stops_a_countdown(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "M");
    assert_int_equal(key(d, "Ctrl-Z").kind, REQUEST_SUSPEND);
    assert_false(is_open(d));
    assert_true(shows(d, "you went to the shell"));
    assert_int_equal(tick(d, 8000).kind, REQUEST_NONE);
    desk_free(d);
}

static void y_moves_at_once(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "M");
    Request r = key(d, "y");
    assert_true(is_rescue(d, &r));
    assert_false(is_open(d));
    desk_free(d);
}

static void with_ask_it_waits_for_y(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_ASK);
    key(d, "m");
    assert_int_equal(tick(d, 60000).kind, REQUEST_NONE);
    assert_true(is_open(d));
    assert_int_equal(key(d, "m").kind, REQUEST_NONE); // the key that starts never commits
    Request r = key(d, "y");
    assert_true(is_rescue(d, &r));
    desk_free(d);
}

static void with_none_it_moves_without_a_dialog(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_NONE);
    Request r = key(d, "m");
    assert_true(is_rescue(d, &r));
    assert_false(r.move.accept_risk); // nobody saw the risks
    assert_false(is_open(d));
    desk_free(d);
}

static void a_countdown_nobody_watched_is_stopped(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    assert_int_equal(tick(d, 60000).kind, REQUEST_NONE);
    assert_false(is_open(d));
    assert_true(shows(d, "interrupted"));
    desk_free(d);
}

static void a_rescue_by_somebody_else_closes_the_dialog(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    fixture_node(d->st->f, fixture_port(d->st->f, 7002))->master = fixture_port(d->st->f, 7001);
    assert_int_equal(round_at(d, 6000).kind, REQUEST_NONE);
    assert_false(is_open(d));
    assert_true(shows(d, "nothing was sent"));
    assert_int_equal(tick(d, 9000).kind, REQUEST_NONE);
    desk_free(d);
}

static void a_candidate_that_fails_closes_the_dialog(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    fixture_fail(d->st->f, fixture_port(d->st->f, 7004));
    round_at(d, 6000);
    assert_false(is_open(d));
    assert_true(shows(d, ":7004 may not go"));
    desk_free(d);
}

static void a_candidate_that_left_its_donor_closes_the_dialog(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->master = fixture_port(d->st->f, 7005);
    round_at(d, 6000);
    assert_false(is_open(d));
    assert_true(shows(d, "no longer a replica of :7003"));
    desk_free(d);
}

static void a_node_that_is_gone_closes_the_dialog(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->forgotten = true;
    round_at(d, 6000);
    assert_false(is_open(d));
    assert_true(shows(d, "7004 is gone"));
    desk_free(d);
}

static void lost_contact_and_foreign_moves_close_the_dialog(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    d->st->scene.trouble = "nobody answers";
    assert_int_equal(tick(d, 8000).kind, REQUEST_NONE);
    assert_false(is_open(d));
    d->st->scene.trouble = "";
    key(d, "m");
    assert_true(is_open(d));
    d->st->scene.move_busy = true;
    assert_int_equal(tick(d, 11000).kind, REQUEST_NONE);
    assert_false(is_open(d));
    desk_free(d);
}

static void a_key_for_a_dialog_that_just_closed_is_swallowed(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "m");
    fixture_fail(d->st->f, fixture_port(d->st->f, 7004));
    stage_round(d->st, 6000);
    assert_int_equal(key(d, "q").kind, REQUEST_NONE);
    assert_true(shows(d, "may not go"));
    desk_free(d);
}

static void read_only_and_a_move_in_flight_refuse(void **state)
{
    (void)state;
    static const char *const keys[] = {"m", "M", "u"};
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    for (size_t i = 0; i < 3; i++) {
        d->st->scene.read_only = true;
        assert_int_equal(key(d, keys[i]).kind, REQUEST_NONE);
        assert_true(shows(d, "read-only: nothing can be moved"));
        d->st->scene.read_only = false;
        d->st->scene.move_busy = true;
        assert_int_equal(key(d, keys[i]).kind, REQUEST_NONE);
        assert_true(shows(d, "one at a time"));
        d->st->scene.move_busy = false;
    }
    assert_false(is_open(d));
    desk_free(d);
}

static void while_before_move_is_asked_one_may_leave_or_stop_but_not_begin(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    MoveSpec spec = {.replica = {"1111111111111111111111111111111111111111"}};
    d->st->scene.move_busy = true;
    d->st->scene.asking = &spec;
    assert_int_equal(key(d, "M").kind, REQUEST_NONE);
    assert_true(shows(d, "one at a time"));
    assert_int_equal(key(d, "X").kind, REQUEST_STOP_MOVE);
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT); // nothing was sent: no need to ask
    desk_free(d);
}

static void without_a_candidate_the_reasons_are_shown(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    fixture_fail(d->st->f, fixture_port(d->st->f, 7004));
    round_at(d, 6000);
    assert_int_equal(key(d, "M").kind, REQUEST_NONE);
    assert_true(shows(d, "No spare for :7001"));
    assert_true(shows(d, "the floor is 1"));
    assert_int_equal(tick(d, 9500).kind, REQUEST_NONE);
    assert_int_equal(key(d, "q").kind, REQUEST_NONE); // any key closes it, and does no more
    assert_false(strstr(screen(d), "No spare for :7001 ") != NULL);
    desk_free(d);
}

static void an_urgent_move_needs_no_cursor(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "End");
    key(d, "4");
    key(d, "M");
    Request r = key(d, "y");
    assert_true(is_rescue(d, &r));
    key(d, "Esc");
    fixture_restore(d->st->f, fixture_port(d->st->f, 7008));
    round_at(d, 7000);
    key(d, "M");
    assert_true(shows(d, "no master is orphaned"));
    desk_free(d);
}

static void quitting_asks_only_while_a_move_runs(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT);
    Fixture *f = d->st->f;
    stage_move(d->st, fixture_port(f, 7004), fixture_port(f, 7003), fixture_port(f, 7001),
               MOVE_SYNC);
    assert_int_equal(key(d, "q").kind, REQUEST_NONE);
    assert_int_equal(key(d, "q").kind, REQUEST_NONE);
    assert_int_equal(key(d, "y").kind, REQUEST_QUIT);
    desk_free(d);
}

TESTS(ui_dialog, cmocka_unit_test(one_key_moves_when_the_countdown_is_over),
      cmocka_unit_test(esc_stops_the_countdown),
      cmocka_unit_test(esc_works_even_when_the_time_is_over),
      cmocka_unit_test(other_keys_do_nothing_while_it_counts),
      cmocka_unit_test(going_to_the_shell_stops_a_countdown), cmocka_unit_test(y_moves_at_once),
      cmocka_unit_test(with_ask_it_waits_for_y),
      cmocka_unit_test(with_none_it_moves_without_a_dialog),
      cmocka_unit_test(a_countdown_nobody_watched_is_stopped),
      cmocka_unit_test(a_rescue_by_somebody_else_closes_the_dialog),
      cmocka_unit_test(a_candidate_that_fails_closes_the_dialog),
      cmocka_unit_test(a_candidate_that_left_its_donor_closes_the_dialog),
      cmocka_unit_test(a_node_that_is_gone_closes_the_dialog),
      cmocka_unit_test(lost_contact_and_foreign_moves_close_the_dialog),
      cmocka_unit_test(a_key_for_a_dialog_that_just_closed_is_swallowed),
      cmocka_unit_test(read_only_and_a_move_in_flight_refuse),
      cmocka_unit_test(while_before_move_is_asked_one_may_leave_or_stop_but_not_begin),
      cmocka_unit_test(without_a_candidate_the_reasons_are_shown),
      cmocka_unit_test(an_urgent_move_needs_no_cursor),
      cmocka_unit_test(quitting_asks_only_while_a_move_runs))
