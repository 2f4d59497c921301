// The second opinion, kept in tests/golden/screen-opinion-*.txt, and how one comes to it.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "screen.h"

static int at(const Stage *st, int port)
{
    return fixture_port(st->f, port);
}

// One thing of each kind: an old owner of slots, a suspicion, an old master, an old address, a node
// that one has forgotten, and one whose view is a minority's.
static Stage *stage_of_views(void)
{
    Stage *st = stage_new(fixture_scenario());
    Fixture *f = st->f;
    stage_rounds(st, 1000, 3000);
    fixture_view_slots(f, at(st, 7005), at(st, 7003), "6826-12000", 2);
    fixture_view_slots(f, at(st, 7005), at(st, 7001), "0-5460 12001-12287", 1);
    fixture_view_says(f, at(st, 7003), at(st, 7008), NODE_PFAIL);
    fixture_view_master(f, at(st, 7006), at(st, 7004), at(st, 7002));
    fixture_view_port(f, at(st, 7002), at(st, 7006), 7106);
    fixture_view_omits(f, at(st, 7004), at(st, 7008));
    fixture_view_says(f, at(st, 7008), at(st, 7005), NODE_PFAIL);
    fixture_view_says(f, at(st, 7008), at(st, 7003), NODE_PFAIL);
    stage_rounds(st, 4000, 6000);
    stage_time(st, 6300);
    return st;
}

static void views_that_differ(void **state)
{
    (void)state;
    Stage *st = stage_of_views();
    screen_at_three_sizes("opinion", st, "V");
    screen_at("opinion", st, "V", 40, 10);
    screen_at("opinion-end", st, "V G", 80, 24);
    screen_at("opinion-problem", st, "3", 80, 24);
    stage_free(st);
}

static void views_that_agree(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at_three_sizes("opinion-calm", st, "V");
    screen_at("opinion-calm", st, "V", 40, 10);
    stage_free(st);
}

static void the_problem_and_the_details_lead_to_it(void **state)
{
    (void)state;
    Desk *d = desk_new(stage_of_views(), CONFIRM_COUNTDOWN);
    assert_true(shows(d, "V views")); // in the footer, because there is something to see
    key(d, "3");
    assert_true(shows(d, "press V to see who says what"));
    key(d, "Enter");
    assert_true(shows(d, "Second opinion: 6 of 7 views differ"));
    key(d, "1");
    for (const char *name = "/7005"; *name != '\0'; name++) {
        key(d, (char[]){*name, '\0'});
    }
    key(d, "Enter");
    key(d, "Enter");
    assert_true(shows(d, "differs from most, see V"));
    desk_free(d);
    d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_false(shows(d, "V views"));
    key(d, "Enter");
    assert_true(shows(d, "as most have it"));
    desk_free(d);
}

TESTS(views_opinion, cmocka_unit_test(views_that_differ), cmocka_unit_test(views_that_agree),
      cmocka_unit_test(the_problem_and_the_details_lead_to_it))
