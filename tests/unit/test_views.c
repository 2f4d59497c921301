// What the screen looks like, kept in tests/golden/screen-*.txt: the text, then the roles.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "screen.h"

static void a_healthy_cluster(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at_three_sizes("healthy", st, "");
    stage_free(st);
}

// Painted every 5 s: an age would be wrong most of the time.
static void a_slow_line(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    st->scene.slow = true;
    screen_at("slow", st, "", 80, 24);
    screen_at("slow", st, "", 120, 40);
    stage_free(st);
}

static void an_orphan(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    screen_at_three_sizes("orphan", st, "");
    stage_free(st);
}

static void an_orphan_in_ascii(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    screen_show("ascii-80x24", ui, &st->scene, 80, 24, true);
    ui_free(ui);
    stage_free(st);
}

static void our_own_move_under_way(void **state)
{
    (void)state;
    Stage *st = stage_moving();
    screen_at_three_sizes("moving", st, "");
    stage_free(st);
}

// As the owner of its slot answers.
static void hear(Stage *st, Lease *l, const char *reply)
{
    LeaseCommand c;
    assert_true(lease_step(l, st->scene.now_ms, &c));
    lease_reply(l, true, reply, st->scene.now_ms);
}

static Lease *lease_on(Stage *st)
{
    LeaseOptions options = {.key = "rehome:lease", .host = "ash", .pid = 4711, .nonce = 1};
    Lease *l = lease_new(&options);
    lease_round(l, st->scene.health->snapshot);
    lease_want(l, true, st->scene.now_ms);
    st->scene.lease = l;
    return l;
}

static void the_lease_of_another(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    Lease *l = lease_on(st);
    char token[100];
    snprintf(token, sizeof(token), "rehome birch.example.com 4712 %lld 1",
             (long long)(st->scene.wall_ms - 95000));
    hear(st, l, token);
    hear(st, l, "9000");
    screen_at_three_sizes("lease-others", st, "");
    lease_free(l);
    stage_free(st);
}

static void our_own_lease(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    Lease *l = lease_on(st);
    hear(st, l, "");
    hear(st, l, "0");
    hear(st, l, "OK");
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    screen_show("lease-settling-80x24", ui, &st->scene, 80, 24, false);
    stage_time(st, st->scene.now_ms + 6000);
    lease_want(l, true, st->scene.now_ms);
    hear(st, l, "1");
    stage_time(st, st->scene.now_ms + 4000);
    stage_round(st, st->scene.now_ms);
    lease_round(l, st->scene.health->snapshot);
    screen_show("lease-ours-80x24", ui, &st->scene, 80, 24, false);
    ui_free(ui);
    lease_free(l);
    stage_free(st);
}

static void the_end_of_a_move(void **state)
{
    (void)state;
    Stage *st = stage_moving();
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    ui_tick(ui, &st->scene);
    FixtureNode *n = fixture_node(st->f, fixture_port(st->f, 7004));
    n->link_up = true;
    n->sync_in_progress = false;
    st->move.state = MOVE_DONE;
    st->move.started_ms = 17500;
    st->move.ended_ms = 20600;
    st->scene.move_busy = false;
    stage_round(st, 21000);
    ui_tick(ui, &st->scene);
    screen_show("moved-80x24", ui, &st->scene, 80, 24, false);
    ui_free(ui);
    stage_free(st);
}

// An operator's command thinks about it; the last move, which is over, is not shown again.
static void before_move_is_asked(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    stage_move(st, fixture_port(st->f, 7002), fixture_port(st->f, 7003), fixture_port(st->f, 7005),
               MOVE_DONE);
    MoveSpec spec = {
        .replica = fixture_id(st->f, fixture_port(st->f, 7004)),
        .target = fixture_id(st->f, fixture_port(st->f, 7001)),
    };
    st->scene.move_busy = true;
    st->scene.asking = &spec;
    st->scene.asking_ms = st->scene.now_ms - 3100;
    screen_at("asking", st, "", 80, 24);
    screen_at("asking", st, "", 120, 40);
    stage_free(st);
}

// Half way through the countdown.
static void the_announcement_of_a_move(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    static const int sizes[][2] = {{80, 24}, {120, 40}, {60, 15}, {40, 10}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char name[64];
        Ui *ui = ui_new(CONFIRM_COUNTDOWN);
        stage_time(st, 17400);
        screen_press(ui, &st->scene, "m");
        stage_time(st, 18650);
        ui_tick(ui, &st->scene);
        snprintf(name, sizeof(name), "announced-%dx%d", sizes[i][0], sizes[i][1]);
        screen_show(name, ui, &st->scene, sizes[i][0], sizes[i][1], false);
        ui_free(ui);
    }
    stage_free(st);
}

static void a_move_that_waits_for_yes(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    Ui *ui = ui_new(CONFIRM_ASK);
    screen_press(ui, &st->scene, "M x");
    screen_show("asked-80x24", ui, &st->scene, 80, 24, false);
    ui_free(ui);
    stage_free(st);
}

static void no_legal_candidate(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    fixture_fail(st->f, fixture_port(st->f, 7004));
    stage_round(st, 18000);
    screen_at("refused", st, "m", 80, 24);
    stage_free(st);
}

static void a_replica_picked_up(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    screen_press(ui, &st->scene, "End m");
    screen_show("pick-80x24", ui, &st->scene, 80, 24, false);
    screen_show("pick-120x40", ui, &st->scene, 120, 40, false);
    ui_free(ui);
    stage_free(st);
}

static void the_other_questions(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    st->automatic.mode = AUTO_OBSERVE;
    screen_at("auto", st, "a", 80, 24);
    stage_free(st);
    st = stage_moving();
    screen_at("quit", st, "q", 80, 24);
    stage_free(st);
}

static void the_help_page(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at("help", st, "?", 80, 24);
    screen_at("help-end", st, "? G", 80, 60);
    stage_free(st);
}

static void the_details(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    screen_at("details", st, "Enter", 80, 24);
    screen_at("details-replica", st, "Down Enter", 80, 24);
    stage_free(st);
}

static void no_cluster(void **state)
{
    (void)state;
    Stage *st = stage_new(fixture_scenario());
    stage_time(st, 1000);
    st->scene.trouble =
        "127.0.99.170:7001: connection refused. Is a server running there, and is the port right?";
    screen_at("trouble", st, "", 80, 24);
    screen_at("trouble", st, "", 30, 8);
    st->scene.trouble = "";
    screen_at("starting", st, "", 80, 24);
    stage_free(st);
}

static void contact_lost_and_brake_on(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    st->scene.trouble = "all 7 nodes stopped answering";
    st->scene.read_only = true;
    stage_time(st, 24000);
    screen_at("lost", st, "", 80, 24);
    st->scene.trouble = "";
    st->scene.read_only = false;
    st->automatic.mode = AUTO_ACT;
    st->automatic.brake = true;
    snprintf(st->automatic.brake_why, sizeof(st->automatic.brake_why), "6 moves in the last hour");
    stage_time(st, 17400);
    screen_at("brake", st, "", 80, 24);
    screen_at("brake", st, "", 120, 40);
    stage_free(st);
}

static void too_small(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    screen_at("small", st, "", 59, 15);
    screen_at("small", st, "", 30, 5);
    screen_at("small", st, "", 12, 2);
    stage_free(st);
}

// Everything that can be wrong, in one tree.
static void all_states(void **state)
{
    (void)state;
    Stage *st = stage_all_states();
    screen_at("states", st, "", 80, 24);
    screen_at("states", st, "", 120, 40);
    screen_at("states", st, "", 60, 30);
    stage_free(st);
}

static void more_nodes_than_lines(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    for (int i = 0; i < 40; i++) {
        char addr[32];
        char range[32];
        snprintf(addr, sizeof(addr), "10.1.%d.10:%d", i % 5, 7000 + i);
        snprintf(range, sizeof(range), "%d-%d", i * 400, i == 39 ? 16383 : i * 400 + 399);
        int master = fixture_master(f, addr, range);
        for (int k = 0; k < (i == 30 ? 0 : 2); k++) {
            snprintf(addr, sizeof(addr), "10.1.%d.10:%d", (i + k) % 5, 7100 + i * 2 + k);
            fixture_replica(f, addr, master);
        }
    }
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 3000);
    screen_at("many", st, "s PgDn", 80, 24);
    stage_free(st);
}

TESTS(views, cmocka_unit_test(a_healthy_cluster), cmocka_unit_test(an_orphan),
      cmocka_unit_test(a_slow_line), cmocka_unit_test(an_orphan_in_ascii),
      cmocka_unit_test(our_own_move_under_way), cmocka_unit_test(the_lease_of_another),
      cmocka_unit_test(our_own_lease), cmocka_unit_test(the_end_of_a_move),
      cmocka_unit_test(before_move_is_asked), cmocka_unit_test(the_announcement_of_a_move),
      cmocka_unit_test(a_move_that_waits_for_yes), cmocka_unit_test(no_legal_candidate),
      cmocka_unit_test(a_replica_picked_up), cmocka_unit_test(the_other_questions),
      cmocka_unit_test(the_help_page), cmocka_unit_test(the_details), cmocka_unit_test(no_cluster),
      cmocka_unit_test(contact_lost_and_brake_on), cmocka_unit_test(too_small),
      cmocka_unit_test(all_states), cmocka_unit_test(more_nodes_than_lines))
