// View 3, kept in tests/golden/screen-problems-*.txt, and what its keys do.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "rehome/ui/key_remap.h"
#include "screen.h"
#include "watch.h"

// Sixty nodes on six hosts, of which two died: forty things are wrong.
static Stage *stage_of_forty(void)
{
    Fixture *f = fixture_new();
    int replica[60];
    int n = 0;
    for (int i = 0; i < 20; i++) {
        char addr[40];
        char slots[32];
        snprintf(addr, sizeof(addr), "10.0.%d.1:%d", i % 6, 7000 + i);
        snprintf(slots, sizeof(slots), "%d-%d", i * 819, i == 19 ? 16383 : i * 819 + 818);
        int master = fixture_master(f, addr, slots);
        for (int k = 0; k < 2; k++) {
            snprintf(addr, sizeof(addr), "10.0.%d.1:%d", (i + k) % 6, 7100 + i * 2 + k);
            replica[n++] = fixture_replica(f, addr, master);
        }
    }
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 3000);
    for (int i = 0; i < n; i++) {
        if (i % 2 == 0 || i < 14) {
            fixture_fail(f, replica[i]);
        } else if (i > 34) {
            fixture_node(f, replica[i])->link_up = false;
            fixture_node(f, replica[i])->link_down_s = 40;
        }
    }
    stage_rounds(st, 4000, 26000);
    stage_time(st, 26400);
    return st;
}

static Stage *stage_well(void)
{
    Stage *st = stage_new(well_placed());
    stage_rounds(st, 1000, 3000);
    stage_time(st, 3300);
    return st;
}

static void an_orphan_and_what_led_to_it(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    screen_at_three_sizes("problems-orphan", st, "3");
    stage_free(st);
}

static void a_remedy_names_the_key_that_is_in_use(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    KeyRemap *r = key_remap_new();
    Error err = {0};
    key(d, "3");
    assert_true(shows(d, "press m to give it :7004"));
    assert_true(key_remap_bind(r, sv("move"), sv("F5"), 1, &err));
    ui_set_keys(d->ui, key_remap_map(r));
    assert_true(shows(d, "press F5 to give it :7004"));
    assert_true(shows(d, "press H to see which moves would help"));
    assert_null(strstr(screen(d), "press m"));
    key(d, "Enter"); // to the node, and to its details
    key(d, "Enter");
    assert_true(shows(d, "press F5 to give it :7004"));
    key(d, "3");
    assert_true(key_remap_bind(r, sv("move"), sv(""), 1, &err));
    assert_true(key_remap_bind(r, sv("heal"), sv(""), 1, &err));
    assert_true(shows(d, "give it :7004"));
    assert_null(strstr(screen(d), "press "));
    desk_free(d);
    key_remap_free(r);
}

static void who_may_only_look_is_told_of_no_key(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    d->st->scene.read_only = true;
    key(d, "3");
    assert_true(shows(d, "give it :7004"));
    assert_null(strstr(screen(d), "press "));
    desk_free(d);
}

static void a_frozen_list_that_was_scrolled(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int w;
    } sizes[] = {{"problems-frozen-80x24", 80}, {"problems-frozen-120x24", 120}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        Desk *d = desk_new(stage_of_forty(), CONFIRM_COUNTDOWN);
        canvas_resize(d->c, sizes[i].w, 24);
        static const char *const keys[] = {"3", "z", "Z", "PgDn"};
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            key(d, keys[k]);
            screen(d);
        }
        screen_show(sizes[i].name, d->ui, &d->st->scene, sizes[i].w, 24, false);
        desk_free(d);
    }
}

static void a_healthy_cluster_is_calm(void **state)
{
    (void)state;
    Stage *st = stage_well();
    screen_at_three_sizes("problems-none", st, "3");
    stage_free(st);
}

static void forty_findings(void **state)
{
    (void)state;
    Stage *st = stage_of_forty();
    screen_at_three_sizes("problems-forty", st, "3");
    screen_at("problems-unfolded", st, "3 Enter j j", 80, 24);
    screen_at("problems-unfolded", st, "3 Enter j j", 120, 40);
    screen_at("problems-end", st, "3 Enter j z G", 80, 24);
    stage_free(st);
}

static Desk *desk_at_problems(Stage *st)
{
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    screen(d);
    key(d, "3");
    return d;
}

static void enter_shows_the_node_in_the_tree(void **state)
{
    (void)state;
    Desk *d = desk_at_problems(orphaned());
    key(d, "j");
    assert_true(cursor_is_on(d, "Replica failed  :7008"));
    key(d, "Enter");
    assert_true(cursor_is_on(d, "127.0.99.172:7008"));
    assert_true(shows(d, "2 hosts"));
    desk_free(d);
}

static void m_cures_the_orphan_right_there(void **state)
{
    (void)state;
    Desk *d = desk_at_problems(orphaned());
    assert_true(cursor_is_on(d, "Orphaned"));
    key(d, "m");
    assert_true(is_open(d));
    Request r = tick(d, d->st->scene.now_ms + 4000);
    assert_true(is_rescue(d, &r));
    desk_free(d);
}

static void m_opens_nothing_where_no_move_helps(void **state)
{
    (void)state;
    Desk *d = desk_at_problems(orphaned());
    key(d, "j");
    assert_int_equal(key(d, "m").kind, REQUEST_NONE);
    assert_false(is_open(d));
    assert_true(shows(d, "no move helps here"));
    key(d, "G");
    key(d, "m");
    assert_false(is_open(d));
    assert_true(shows(d, "not about a single node"));
    desk_free(d);
}

// Whoever reads about a problem goes on doing so when a worse one comes.
static void the_cursor_stays_on_its_problem(void **state)
{
    (void)state;
    Desk *d = desk_at_problems(healthy());
    assert_true(cursor_is_on(d, "On one host"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7008));
    round_at(d, 4000);
    assert_true(shows(d, "Orphaned"));
    assert_true(cursor_is_on(d, "On one host"));
    desk_free(d);
}

static void a_cause_of_several_nodes_is_one_line_until_it_is_unfolded(void **state)
{
    (void)state;
    Stage *st = stage_of_forty();
    Desk *d = desk_at_problems(st);
    assert_true(cursor_is_on(d, "Orphaned        10 nodes"));
    assert_null(strstr(screen(d), "├─"));
    key(d, "z");
    assert_non_null(strstr(screen(d), "├─                :7000"));
    key(d, "j");
    key(d, "z");
    assert_true(cursor_is_on(d, "Orphaned        10 nodes"));
    assert_null(strstr(screen(d), "├─"));
    desk_free(d);
}

// Two kinds of nodes that forbid two kinds of questions, none of them all nodes.
static void what_is_about_several_nodes_at_once_has_rows_of_its_own(void **state)
{
    (void)state;
    Stage *st = stage_new(fixture_scenario());
    static const int without_info[] = {7002, 7004};
    static const int without_state[] = {7001, 7003};
    for (size_t i = 0; i < 2; i++) {
        fixture_node(st->f, fixture_port(st->f, without_info[i]))->forbidden = ASK_INFO;
        fixture_node(st->f, fixture_port(st->f, without_state[i]))->forbidden = ASK_CLUSTER;
    }
    stage_rounds(st, 1000, 9000);
    Desk *d = desk_at_problems(st);
    assert_null(strstr(screen(d), "2 nodes"));
    for (int i = 0; i < 9 && !cursor_is_on(d, "Not allowed     cluster"); i++) {
        key(d, "j");
    }
    assert_true(shows(d, ":7001 and :7003 do not allow CLUSTER INFO"));
    key(d, "j");
    assert_true(cursor_is_on(d, "Not allowed     cluster"));
    assert_true(shows(d, ":7002 and :7004 do not allow INFO"));
    round_at(d, 10000);
    assert_true(shows(d, ":7002 and :7004 do not allow INFO"));
    key(d, "k");
    assert_true(shows(d, ":7001 and :7003 do not allow CLUSTER INFO"));
    desk_free(d);
}

static void what_concerns_the_cluster_leads_to_its_view(void **state)
{
    (void)state;
    Desk *d = desk_at_problems(orphaned());
    key(d, "G");
    assert_true(cursor_is_on(d, "Not host-safe"));
    key(d, "Enter");
    assert_true(shows(d, "if it died"));
    desk_free(d);
}

static void problems_are_of_now_also_when_the_tree_is_filtered_empty(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    screen_press(d->ui, &d->st->scene, "f n o b o d y Enter 3");
    assert_true(shows(d, "Orphaned"));
    fixture_restore(d->st->f, fixture_port(d->st->f, 7008));
    round_at(d, 6000);
    assert_null(strstr(screen(d), "Orphaned"));
    desk_free(d);
}

TESTS(views_problems, cmocka_unit_test(an_orphan_and_what_led_to_it),
      cmocka_unit_test(a_remedy_names_the_key_that_is_in_use),
      cmocka_unit_test(who_may_only_look_is_told_of_no_key),
      cmocka_unit_test(a_frozen_list_that_was_scrolled),
      cmocka_unit_test(a_healthy_cluster_is_calm), cmocka_unit_test(forty_findings),
      cmocka_unit_test(enter_shows_the_node_in_the_tree),
      cmocka_unit_test(m_cures_the_orphan_right_there),
      cmocka_unit_test(m_opens_nothing_where_no_move_helps),
      cmocka_unit_test(the_cursor_stays_on_its_problem),
      cmocka_unit_test(a_cause_of_several_nodes_is_one_line_until_it_is_unfolded),
      cmocka_unit_test(what_is_about_several_nodes_at_once_has_rows_of_its_own),
      cmocka_unit_test(what_concerns_the_cluster_leads_to_its_view),
      cmocka_unit_test(problems_are_of_now_also_when_the_tree_is_filtered_empty))
