// Downtime and pause by key: the questions, what comes of them, and how it is shown.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "screen.h"

enum { MINUTE_MS = 60000 };

static void on_port(Desk *d, int port)
{
    char name[16];
    snprintf(name, sizeof(name), ":%d", port);
    key(d, "Home");
    for (int i = 0; i < 20 && !cursor_is_on(d, name); i++) {
        key(d, "Down");
    }
    assert_true(cursor_is_on(d, name));
}

static void write_text(Desk *d, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        char name[2] = {*at, '\0'};
        key(d, *at == ' ' ? "Space" : name);
    }
}

static void d_and_enter_is_an_hour_for_this_node(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    on_port(d, 7004);
    assert_int_equal(key(d, "d").kind, REQUEST_NONE);
    assert_true(shows(d, "[127.0.99.171:7004]"));
    Request r = key(d, "Enter");
    assert_int_equal(r.kind, REQUEST_HOLD);
    assert_int_equal(r.subject.kind, HOLD_DOWNTIME);
    assert_int_equal(r.subject.scope, HOLD_ON_NODE);
    assert_string_equal(r.subject.node.hex, fixture_id(d->st->f, fixture_port(d->st->f, 7004)).hex);
    assert_int_equal(r.for_ms, 60 * MINUTE_MS);
    assert_string_equal(r.reason, "");
    assert_int_equal(key(d, "Enter").kind, REQUEST_NONE); // it is closed
    desk_free(d);
}

static void host_minutes_and_reason_can_be_said(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    on_port(d, 7004);
    key(d, "d");
    key(d, "Right");
    key(d, "Tab");
    key(d, "Ctrl-U");
    write_text(d, "90");
    key(d, "Tab");
    write_text(d, "quit mad p b y 1"); // letters that are keys elsewhere
    assert_true(shows(d, "quit mad p b y 1"));
    Request r = key(d, "Enter");
    assert_int_equal(r.kind, REQUEST_HOLD);
    assert_int_equal(r.subject.scope, HOLD_ON_HOST);
    assert_string_equal(r.subject.host, "127.0.99.171");
    assert_int_equal(r.for_ms, 90 * MINUTE_MS);
    assert_string_equal(r.reason, "quit mad p b y 1");
    desk_free(d);
}

static void everything_is_a_pause(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "d");
    key(d, "Left");
    assert_true(shows(d, "Pause automatic mode"));
    Request r = key(d, "Enter");
    assert_int_equal(r.subject.kind, HOLD_PAUSE);
    assert_int_equal(r.subject.scope, HOLD_ON_ALL);
    // The same by its own key, which asks for no scope.
    key(d, "p");
    assert_true(shows(d, "on any node"));
    key(d, "Tab");
    write_text(d, "x");
    r = key(d, "Enter");
    assert_int_equal(r.kind, REQUEST_HOLD);
    assert_int_equal(r.subject.kind, HOLD_PAUSE);
    assert_string_equal(r.reason, "x");
    desk_free(d);
}

static void esc_and_ctrl_c_leave_it(void **state)
{
    (void)state;
    static const char *const leaves[] = {"Esc", "Ctrl-C"};
    for (size_t i = 0; i < 2; i++) {
        Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
        key(d, "p");
        assert_int_equal(key(d, leaves[i]).kind, REQUEST_NONE);
        assert_int_equal(key(d, "Enter").kind, REQUEST_NONE);
        desk_free(d);
    }
}

static void minutes_that_are_none_are_not_taken(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "0", "x", "-5", "525601", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
        key(d, "p");
        key(d, "Ctrl-U");
        write_text(d, wrong[i]);
        key(d, "Tab");
        assert_int_equal(key(d, "Enter").kind, REQUEST_NONE);
        assert_true(shows(d, "a number from 1 to 525600"));
        key(d, "Ctrl-U"); // the keys are with the minutes again
        write_text(d, "5");
        Request r = key(d, "Enter");
        assert_int_equal(r.for_ms, 5 * MINUTE_MS);
        desk_free(d);
    }
}

static void where_there_is_one_its_end_is_offered(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    stage_hold(d->st, HOLD_DOWNTIME, HOLD_ON_HOST, 7004, 42 * MINUTE_MS);
    stage_hold(d->st, HOLD_PAUSE, HOLD_ON_ALL, 7004, 42 * MINUTE_MS);
    round_at(d, 4000);
    on_port(d, 7003);
    key(d, "d");
    assert_true(shows(d, "host 127.0.99.171 is in downtime by alice, 42 min left: new kernel"));
    assert_int_equal(key(d, "Enter").kind, REQUEST_NONE); // not the key that ends it
    Request r = key(d, "y");
    assert_int_equal(r.kind, REQUEST_END_HOLD);
    assert_int_equal(r.subject.scope, HOLD_ON_HOST);
    key(d, "p");
    assert_true(shows(d, "automatic mode is paused by alice, 42 min left: new kernel"));
    assert_int_equal(key(d, "n").kind, REQUEST_NONE);
    key(d, "p");
    r = key(d, "y");
    assert_int_equal(r.subject.kind, HOLD_PAUSE);
    desk_free(d);
}

static void the_offer_goes_when_it_is_over_by_itself(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    stage_hold(d->st, HOLD_PAUSE, HOLD_ON_ALL, 7004, 2000);
    round_at(d, 4000);
    key(d, "p");
    assert_true(shows(d, "Go on?"));
    round_at(d, 6000);
    assert_null(strstr(screen(d), "Go on?"));
    assert_int_equal(key(d, "y").kind, REQUEST_NONE);
    desk_free(d);
}

static void the_questions_go_with_their_node(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    on_port(d, 7004);
    key(d, "d");
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->forgotten = true;
    round_at(d, 4000);
    assert_true(shows(d, "is gone"));
    assert_int_equal(key(d, "Enter").kind, REQUEST_NONE);
    desk_free(d);
}

static void read_only_holds_nothing(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    d->st->scene.read_only = true;
    d->st->automatic.brake = true;
    static const char *const keys[] = {"d", "p", "b"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(key(d, keys[i]).kind, REQUEST_NONE);
        assert_true(shows(d, "read-only: nothing can be held"));
    }
    desk_free(d);
}

static void a_person_may_heal_a_master_in_downtime(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    stage_hold(d->st, HOLD_DOWNTIME, HOLD_ON_NODE, 7001, 42 * MINUTE_MS);
    round_at(d, 6000);
    assert_int_equal(d->st->plan.n_moves, 0);
    key(d, "M");
    assert_true(is_open(d));
    desk_free(d);
}

static void a_pause_is_loud_in_every_view_and_size(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    stage_hold(st, HOLD_PAUSE, HOLD_ON_ALL, 7004, 42 * MINUTE_MS);
    st->automatic.mode = AUTO_ACT;
    stage_round(st, 18000);
    screen_at("paused", st, "", 80, 24);
    screen_at("paused", st, "", 120, 40);
    screen_at("paused-events", st, "4", 80, 24);
    screen_at("paused", st, "", 40, 8);
    stage_free(st);
}

static void a_row_in_downtime_is_marked(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    stage_hold(st, HOLD_DOWNTIME, HOLD_ON_HOST, 7003, 42 * MINUTE_MS);
    stage_hold(st, HOLD_DOWNTIME, HOLD_ON_NODE, 7008, 42 * MINUTE_MS);
    stage_round(st, 18000);
    screen_at("downtime", st, "", 80, 24);
    screen_at("downtime", st, "", 120, 40);
    stage_free(st);
}

static void the_questions(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at("hold-form", st, "d Tab 5 Tab d i s k", 80, 24);
    screen_at("hold-form", st, "p Tab d i s k", 40, 8);
    stage_hold(st, HOLD_DOWNTIME, HOLD_ON_NODE, 7001, 42 * MINUTE_MS);
    stage_round(st, 4000);
    screen_at("hold-end", st, "d", 80, 24);
    stage_free(st);
}

TESTS(ui_hold, cmocka_unit_test(d_and_enter_is_an_hour_for_this_node),
      cmocka_unit_test(host_minutes_and_reason_can_be_said),
      cmocka_unit_test(everything_is_a_pause), cmocka_unit_test(esc_and_ctrl_c_leave_it),
      cmocka_unit_test(minutes_that_are_none_are_not_taken),
      cmocka_unit_test(where_there_is_one_its_end_is_offered),
      cmocka_unit_test(the_offer_goes_when_it_is_over_by_itself),
      cmocka_unit_test(the_questions_go_with_their_node), cmocka_unit_test(read_only_holds_nothing),
      cmocka_unit_test(a_person_may_heal_a_master_in_downtime),
      cmocka_unit_test(a_pause_is_loud_in_every_view_and_size),
      cmocka_unit_test(a_row_in_downtime_is_marked), cmocka_unit_test(the_questions))
