// The details of a node, kept in tests/golden/screen-details-*.txt.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "rehome/ui/canvas.h"
#include "screen.h"

// Ten minutes: :7008 was killed and came back, and for three minutes :7006 says nothing.
static Stage *stage_of_ten_minutes(void)
{
    Stage *st = stage_new(fixture_scenario());
    Fixture *f = st->f;
    int lost = fixture_port(f, 7006);
    int killed = fixture_port(f, 7008);
    for (int64_t now = 30000; now <= 600000; now += 30000) {
        if (now == 180000) {
            fixture_fail(f, killed);
        } else if (now == 270000) {
            fixture_restore(f, killed);
            fixture_node(f, killed)->link_up = false;
            fixture_node(f, killed)->sync_in_progress = true;
        } else if (now == 300000) {
            fixture_node(f, killed)->link_up = true;
            fixture_node(f, killed)->sync_in_progress = false;
        } else if (now == 420000) {
            fixture_lose(f, lost);
        }
        fixture_node(f, lost)->age_ms = now >= 420000 ? now - 415000 : 0;
        stage_round(st, now);
    }
    stage_time(st, 600300);
    return st;
}

static void a_node_that_is_well_and_how_it_was(void **state)
{
    (void)state;
    Stage *st = stage_of_ten_minutes();
    screen_at("details-was", st, "g Enter", 80, 24);
    screen_at("details-was", st, "g", 120, 40);
    screen_at("details-was", st, "g", 200, 60);
    stage_free(st);
}

// All of them are not the news; how many there are is.
static void hundreds_of_ranges_take_a_few_lines(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    FixtureNode *n = fixture_node(f, fixture_port(f, 7001));
    size_t used = 0;
    for (int slot = 0; slot < 200; slot += 2) {
        used += (size_t)snprintf(n->slots + used, sizeof(n->slots) - used, "%d ", slot);
    }
    snprintf(n->slots + used, sizeof(n->slots) - used, "200-5460");
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 3000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    key(d, "g");
    key(d, "Enter");
    assert_true(shows(d, " slots     5361: 0 2 4 6 8 10 12"));
    assert_true(shows(d, "ranges"));
    assert_true(shows(d, " memory    1.2G"));
    desk_free(d);
}

// Its row begins with the address: the reason has the room behind it.
static void why_a_replica_is_not_reached_is_told_without_its_address(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    FixtureNode *n = fixture_node(st->f, fixture_port(st->f, 7008));
    n->reach = REACH_UNREACHABLE;
    n->why = "cannot connect to 127.0.99.172:7008: No route to host";
    stage_round(st, 4000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    assert_true(shows(d, "127.0.99.172:7008  not verified    No route to host"));
    n->why = "TLS with 127.0.99.172:7008 failed: its certificate is for b.example, not for a";
    stage_round(st, 5000);
    assert_true(shows(d, "not verified    its certificate is for b.example"));
    desk_free(d);
}

static void where_a_replica_could_go(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at("details-targets", st, "G", 120, 40);
    screen_at("details-targets", st, "G Enter", 80, 40);
    stage_free(st);
}

static void numbers_of_a_node_that_is_silent_are_marked_as_old(void **state)
{
    (void)state;
    Stage *st = stage_of_ten_minutes();
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    screen(d);
    key(d, "3");
    for (int i = 0; i < 8 && strstr(screen(d), "▶  ! Cannot be asked") == NULL; i++) {
        key(d, "j");
    }
    assert_true(cursor_is_on(d, ":7006"));
    key(d, "Enter");
    key(d, "Enter");
    assert_true(shows(d, "last told 3m05s ago: below is how it was then"));
    screen_show("details-old-80x24", d->ui, &st->scene, 80, 24, false);
    screen_show("details-old-120x40", d->ui, &st->scene, 120, 40, false);
    desk_free(d);
}

TESTS(views_details, cmocka_unit_test(a_node_that_is_well_and_how_it_was),
      cmocka_unit_test(hundreds_of_ranges_take_a_few_lines),
      cmocka_unit_test(why_a_replica_is_not_reached_is_told_without_its_address),
      cmocka_unit_test(where_a_replica_could_go),
      cmocka_unit_test(numbers_of_a_node_that_is_silent_are_marked_as_old))
