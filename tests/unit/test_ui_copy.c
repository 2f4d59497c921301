// What goes to the clipboard: addresses, IDs and command lines, as a shell can take them.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"

static void assert_copies(const Request *r, const char *text)
{
    assert_int_equal(r->kind, REQUEST_COPY);
    assert_string_equal(r->text, text);
}

static void address_and_id_of_the_selected_node(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "End");
    Request r = key(d, "w");
    assert_copies(&r, "127.0.99.171:7004");
    r = key(d, "W");
    assert_copies(&r, fixture_id(d->st->f, fixture_port(d->st->f, 7004)).hex);
    key(d, "Enter"); // in the details, too
    r = key(d, "w");
    assert_copies(&r, "127.0.99.171:7004");
    desk_free(d);
}

// It is pasted into a shell.
static void a_hostile_name_does_nothing_in_a_shell(void **state)
{
    (void)state;
    Stage *st = stage_new(fixture_scenario());
    FixtureNode *n = fixture_node(st->f, fixture_port(st->f, 7001));
    snprintf(n->ip, sizeof(n->ip), "$(reboot)");
    stage_rounds(st, 1000, 3000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    key(d, "g");
    Request r = key(d, "w");
    assert_copies(&r, "__reboot_:7001");
    desk_free(d);
}

static void the_command_of_a_move_stops_its_countdown(void **state)
{
    (void)state;
    char command[200];
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    snprintf(command, sizeof(command), "redis-cli -h 127.0.99.171 -p 7004 CLUSTER REPLICATE %s",
             fixture_id(d->st->f, fixture_port(d->st->f, 7001)).hex);
    key(d, "M");
    assert_true(shows(d, "C copy command"));
    Request r = key(d, "C");
    assert_copies(&r, command);
    assert_int_equal(tick(d, d->st->scene.now_ms + 3100).kind, REQUEST_NONE);
    assert_true(shows(d, "y moves it"));
    r = key(d, "y");
    assert_true(is_rescue(d, &r));
    desk_free(d);
}

static void the_command_that_helps(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "3");
    Request r = key(d, "C");
    assert_int_equal(r.kind, REQUEST_COPY);
    assert_non_null(strstr(r.text, "rehome move 127.0.99.171:7004 127.0.99.170:7001"));
    r = key(d, "w");
    assert_copies(&r, "127.0.99.170:7001");
    key(d, "End");
    r = key(d, "W"); // about the whole cluster
    assert_int_equal(r.kind, REQUEST_NONE);
    assert_true(shows(d, "not about a single node"));
    desk_free(d);
}

static void other_questions_have_nothing_to_copy(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "a");
    d->st->automatic.mode = AUTO_OBSERVE;
    key(d, "a");
    assert_int_equal(key(d, "C").kind, REQUEST_NONE);
    assert_true(shows(d, "Automatic mode: act"));
    assert_null(strstr(screen(d), "copy command"));
    desk_free(d);
}

TESTS(ui_copy, cmocka_unit_test(address_and_id_of_the_selected_node),
      cmocka_unit_test(a_hostile_name_does_nothing_in_a_shell),
      cmocka_unit_test(the_command_of_a_move_stops_its_countdown),
      cmocka_unit_test(the_command_that_helps),
      cmocka_unit_test(other_questions_have_nothing_to_copy))
