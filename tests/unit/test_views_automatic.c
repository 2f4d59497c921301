// View 5 and the page that explains, kept in tests/golden/screen-*.txt.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/ui/canvas.h"
#include "screen.h"

// The orphan as an automatic mode that observes has seen it from the beginning.
static Stage *observed(AutoMode mode)
{
    Stage *st = stage_new(fixture_scenario());
    st->automatic.mode = mode;
    stage_rounds(st, 1000, 3000);
    fixture_lose(st->f, fixture_port(st->f, 7008));
    stage_round(st, 4000);
    fixture_fail(st->f, fixture_port(st->f, 7008));
    stage_rounds(st, 5000, 9000);
    stage_time(st, 9400);
    return st;
}

static void the_view_in_the_grace_of_an_orphan(void **state)
{
    (void)state;
    Stage *st = observed(AUTO_ACT);
    screen_at_three_sizes("automatic-grace", st, "5");
    stage_free(st);
}

static void the_view_when_observing_is_over(void **state)
{
    (void)state;
    Stage *st = observed(AUTO_OBSERVE);
    stage_rounds(st, 10000, 17000);
    stage_time(st, 17400);
    screen_at("automatic-would", st, "5 j j j", 80, 24);
    stage_free(st);
}

static void the_view_at_rest(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at_three_sizes("automatic-rest", st, "5");
    stage_free(st);
}

// A move was made, and one was not ours.
static void the_view_after_moves(void **state)
{
    (void)state;
    Stage *st = observed(AUTO_ACT);
    stage_rounds(st, 10000, 15000);
    int replica = fixture_port(st->f, 7004);
    int target = fixture_port(st->f, 7001);
    int donor = fixture_port(st->f, 7003);
    fixture_node(st->f, replica)->master = target;
    stage_move(st, replica, donor, target, MOVE_DONE);
    st->move.spec.origin = ORIGIN_AUTO;
    st->move.started_ms = 15000;
    st->move.ended_ms = 16200;
    auto_moved(&st->automatic, fixture_id(st->f, replica), fixture_id(st->f, donor),
               fixture_id(st->f, target), false, 16200);
    stage_round(st, 17000);
    st->own = (OwnMove){0};
    fixture_node(st->f, fixture_port(st->f, 7002))->master = fixture_port(st->f, 7005);
    stage_rounds(st, 18000, 19000);
    stage_time(st, 19400);
    screen_at("automatic-moves", st, "5", 80, 24);
    stage_free(st);
}

static void the_view_when_people_and_another_instance_hold_it_back(void **state)
{
    (void)state;
    Stage *st = observed(AUTO_ACT);
    stage_hold(st, HOLD_PAUSE, HOLD_ON_ALL, 7001, 0);
    stage_hold(st, HOLD_DOWNTIME, HOLD_ON_NODE, 7002, 3600000);
    auto_set_lease(&st->automatic, false, "rehome at other-host:4711",
                   "the lease is held by other-host:4711, for 7s");
    stage_rounds(st, 10000, 12000);
    screen_at("automatic-held", st, "5", 80, 24);
    stage_free(st);
}

static void the_view_when_replicas_are_to_be_spread(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    st->spread = true;
    st->automatic.mode = AUTO_OBSERVE;
    stage_rounds(st, 4000, 16000);
    screen_at("automatic-spread", st, "5", 80, 24);
    stage_free(st);
}

static void the_view_when_the_settings_differ(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    fixture_node(st->f, fixture_port(st->f, 7003))->allow_migration = TRI_NO;
    fixture_node(st->f, fixture_port(st->f, 7004))->forbidden = ASK_SETTINGS;
    fixture_node(st->f, fixture_port(st->f, 7006))->barrier = 2;
    st->automatic.mode = AUTO_ACT;
    stage_rounds(st, 4000, 6000);
    screen_at("automatic-mixed", st, "5 j", 80, 24);
    screen_at("automatic-mixed", st, "5 j", 120, 40);
    screen_at("charge", st, "5 j e", 80, 40);
    stage_free(st);
}

static void an_explanation_of_an_orphan(void **state)
{
    (void)state;
    Stage *st = observed(AUTO_ACT);
    screen_at("why-orphan", st, "e", 80, 24);
    screen_at("why-orphan", st, "e", 120, 40);
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    Canvas *c = canvas_new(80, 24, false);
    screen_press(ui, &st->scene, "e");
    ui_draw(ui, &st->scene, c);
    screen_press(ui, &st->scene, "G");
    screen_show("why-orphan-end-80x24", ui, &st->scene, 80, 24, false);
    canvas_free(c);
    ui_free(ui);
    stage_free(st);
}

static void an_explanation_of_a_decision_long_over(void **state)
{
    (void)state;
    Stage *st = observed(AUTO_ACT);
    fixture_restore(st->f, fixture_port(st->f, 7008));
    stage_rounds(st, 10000, 12000);
    screen_at("why-decision", st, "5 G e", 80, 24);
    stage_free(st);
}

TESTS(views_automatic, cmocka_unit_test(the_view_in_the_grace_of_an_orphan),
      cmocka_unit_test(the_view_when_observing_is_over), cmocka_unit_test(the_view_at_rest),
      cmocka_unit_test(the_view_after_moves),
      cmocka_unit_test(the_view_when_people_and_another_instance_hold_it_back),
      cmocka_unit_test(the_view_when_replicas_are_to_be_spread),
      cmocka_unit_test(the_view_when_the_settings_differ),
      cmocka_unit_test(an_explanation_of_an_orphan),
      cmocka_unit_test(an_explanation_of_a_decision_long_over))
