// Working with many nodes: search, filter, order, folds, follow and freeze.
#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "rehome/base/mem.h"
#include "screen.h"
#include "unit.h"
#include "watch.h"

static void type(Desk *d, const char *text)
{
    for (; *text != '\0'; text++) {
        ui_key(d->ui, &d->st->scene, (uint32_t)(unsigned char)*text);
    }
}

static bool is_gone(Desk *d, const char *text)
{
    return strstr(screen(d), text) == NULL;
}

static void a_search_goes_along_while_it_is_typed(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "/");
    type(d, "700");
    assert_true(cursor_is_on(d, ":7001"));
    type(d, "4");
    assert_true(cursor_is_on(d, ":7004"));
    assert_true(shows(d, "search 7004"));
    assert_true(shows(d, "hit 1 of 1"));
    key(d, "Backspace");
    assert_true(cursor_is_on(d, ":7001")); // from where it began
    key(d, "Down");
    assert_true(cursor_is_on(d, ":7008"));
    key(d, "Esc");
    assert_true(cursor_is_on(d, ":7001"));
    assert_true(is_gone(d, "search 7"));
    desk_free(d);
}

static void hits_are_walked_and_the_walk_wraps(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "n");
    assert_true(is_gone(d, "hit"));
    key(d, "/");
    type(d, "99.170");
    key(d, "Enter");
    assert_true(cursor_is_on(d, ":7001"));
    key(d, "n");
    assert_true(cursor_is_on(d, ":7002"));
    assert_true(shows(d, "hit 2 of 2"));
    key(d, "n");
    assert_true(cursor_is_on(d, ":7001"));
    assert_true(shows(d, "on from the top"));
    key(d, "N");
    assert_true(cursor_is_on(d, ":7002"));
    assert_true(shows(d, "on from the bottom"));
    key(d, "Up");
    key(d, "Up");
    key(d, "n"); // from where the cursor is
    assert_true(cursor_is_on(d, ":7002"));
    key(d, "Esc");
    key(d, "n");
    assert_true(shows(d, "nothing is searched for"));
    desk_free(d);
}

static void a_search_for_nobody_says_so(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "/");
    type(d, "nobody");
    key(d, "Enter");
    assert_true(cursor_is_on(d, ":7001"));
    assert_true(shows(d, "nobody is in no node"));
    desk_free(d);
}

static void a_hit_below_a_fold_opens_it(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "z");
    assert_true(is_gone(d, ":7004"));
    key(d, "/");
    type(d, ":7004");
    key(d, "Enter");
    assert_true(cursor_is_on(d, ":7004"));
    assert_true(is_gone(d, ":7006"));
    desk_free(d);
}

static void letters_are_letters_while_text_is_typed(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "/");
    assert_int_equal(ui_key(d->ui, &d->st->scene, 'q').kind, REQUEST_NONE);
    type(d, "mMuX");
    assert_true(shows(d, "search qmMuX"));
    assert_int_equal(key(d, "Ctrl-C").kind, REQUEST_NONE); // ends the typing only
    assert_true(is_gone(d, "search q"));
    assert_int_equal(key(d, "Ctrl-C").kind, REQUEST_QUIT);
    desk_free(d);
}

static void a_filter_keeps_the_tree_a_tree(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "f");
    type(d, "role:replica 99.171");
    assert_true(shows(d, "1 of 7"));
    key(d, "Enter");
    assert_true(shows(d, "FILTER role:replica 99.171: 1 of 7"));
    assert_true(shows(d, ":7003")); // whose replica it is
    assert_true(is_gone(d, "127.0.99.170:7001"));
    key(d, "Esc");
    assert_true(is_gone(d, "FILTER"));
    assert_true(shows(d, "127.0.99.170:7001"));
    key(d, "\\");
    assert_true(shows(d, "filter "));
    desk_free(d);
}

static void a_filter_in_force_is_edited_and_taken_back(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "f");
    type(d, "99.170");
    key(d, "Enter");
    key(d, "f");
    type(d, " state:px");
    assert_true(shows(d, "states: protected at-risk")); // which states there are
    assert_true(shows(d, ": 1 of 7"));                  // what made sense stays in force
    key(d, "Enter");
    assert_true(shows(d, "states: protected"));
    key(d, "Esc");
    assert_true(shows(d, "FILTER 99.170: 2 of 7"));
    key(d, "f");
    key(d, "Ctrl-U");
    key(d, "Enter");
    assert_true(is_gone(d, "FILTER"));
    desk_free(d);
}

static void an_orphan_that_is_filtered_out_is_told(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "f");
    type(d, "!:7001 !:7008");
    key(d, "Enter");
    assert_true(shows(d, "1 orphan is filtered out"));
    assert_true(shows(d, "1 orphaned")); // and still counted
    desk_free(d);
}

static void nothing_is_done_to_what_a_filter_hides(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "f");
    type(d, "nobody");
    key(d, "Enter");
    key(d, "m");
    assert_false(is_open(d));
    assert_true(shows(d, "0 of 7"));
    desk_free(d);
}

// The k9s mistake: the list changes under the cursor, and the key meets somebody else.
static void who_the_cursor_is_on_does_not_vanish_by_a_round(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "f");
    type(d, "state:failed");
    key(d, "Enter");
    assert_true(cursor_is_on(d, ":7008"));
    fixture_restore(d->st->f, fixture_port(d->st->f, 7008));
    round_at(d, 6000);
    assert_true(shows(d, "0 of 7"));
    assert_true(cursor_is_on(d, ":7008"));
    key(d, "Up"); // its master, kept for its sake
    round_at(d, 7000);
    assert_true(cursor_is_on(d, ":7001"));
    assert_true(is_gone(d, "127.0.99.172:7008"));
    desk_free(d);
}

static void all_masters_are_targets_whatever_is_filtered(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "f");
    type(d, ":7004");
    key(d, "Enter");
    key(d, "m");
    assert_true(shows(d, "127.0.99.170:7001"));
    assert_true(shows(d, "127.0.99.172:7005"));
    key(d, "Esc");
    assert_true(is_gone(d, "127.0.99.172:7005"));
    desk_free(d);
}

static void problems_only_shows_who_is_not_protected(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "!");
    assert_true(shows(d, "PROBLEMS ONLY: 2 of 7"));
    assert_true(shows(d, "127.0.99.172:7008"));
    assert_true(is_gone(d, "127.0.99.171:7003"));
    key(d, "Esc");
    assert_true(shows(d, "127.0.99.171:7003"));
    key(d, "!");
    key(d, "!");
    assert_true(shows(d, "127.0.99.171:7003"));
    desk_free(d);
}

static void a_fold_says_what_is_below_it(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "End");
    key(d, "Left");
    assert_true(cursor_is_on(d, ":7003"));
    assert_true(shows(d, "+ 2 replicas"));
    assert_true(is_gone(d, "127.0.99.171:7004"));
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->link_up = false;
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->sync_in_progress = true;
    round_at(d, 4000);
    assert_true(shows(d, "+ 2 replicas, 1 syncing"));
    key(d, "+");
    assert_true(shows(d, "127.0.99.171:7004"));
    key(d, "-");
    assert_true(is_gone(d, "127.0.99.171:7004"));
    key(d, "Right");
    assert_true(shows(d, "127.0.99.171:7004"));
    desk_free(d);
}

static void no_fold_hides_what_is_wrong(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "z");
    assert_true(is_gone(d, "127.0.99.172:7008"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7008));
    round_at(d, 4000);
    assert_true(shows(d, "127.0.99.172:7008"));
    key(d, "Home");
    key(d, "-");
    assert_true(shows(d, ":7001 is orphaned: it stays open"));
    assert_true(shows(d, "127.0.99.172:7008"));
    key(d, "z");
    assert_true(shows(d, "127.0.99.171:7004"));
    desk_free(d);
}

// The lines of the masters, as they are on the screen: "7001 7005".
static const char *order(Desk *d)
{
    static char ports[64];
    ports[0] = '\0';
    StrView rest = sv(screen(d));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        static const int masters[] = {7001, 7003, 7005};
        for (size_t i = 0; i < 3; i++) {
            char at[16];
            char row[400];
            snprintf(row, sizeof(row), "%.*s", (int)line.n, line.at);
            snprintf(at, sizeof(at), ":%d  ", masters[i]);
            if (strstr(row, at) != NULL && strstr(row, "─ ") == NULL) {
                size_t n = strlen(ports);
                snprintf(ports + n, sizeof(ports) - n, "%s%d", n > 0 ? " " : "", masters[i]);
            }
        }
    }
    return ports;
}

static void masters_are_sorted_as_is_said(void **state)
{
    (void)state;
    Stage *st = stage_new(fixture_scenario());
    static const struct {
        int port;
        int64_t memory, ops;
        int64_t behind; // of its replica
    } nodes[] = {{7001, 3000, 5, 10}, {7003, 1000, 9, 30}, {7005, 2000, 1, 20}};
    for (size_t i = 0; i < 3; i++) {
        FixtureNode *n = fixture_node(st->f, fixture_port(st->f, nodes[i].port));
        n->used_memory = nodes[i].memory;
        n->ops = nodes[i].ops;
    }
    fixture_node(st->f, fixture_port(st->f, 7008))->offset -= 10;
    fixture_node(st->f, fixture_port(st->f, 7004))->offset -= 30;
    fixture_node(st->f, fixture_port(st->f, 7006))->offset -= 20;
    stage_rounds(st, 1000, 3000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    static const struct {
        const char *says;
        const char *order;
        const char *reverse;
    } orders[] = {
        {" slot order ", "7001 7005 7003", "7003 7005 7001"},
        {" by name ", "7001 7003 7005", "7005 7003 7001"},
        {" by memory ", "7001 7005 7003", "7003 7005 7001"},
        {" by load ", "7003 7001 7005", "7005 7001 7003"},
        {" by lag ", "7003 7005 7001", "7001 7005 7003"},
    };
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        key(d, "s");
        assert_true(shows(d, orders[i].says));
        assert_string_equal(order(d), orders[i].order);
        key(d, "S");
        assert_true(shows(d, ", reversed "));
        assert_string_equal(order(d), orders[i].reverse);
        key(d, "S");
    }
    key(d, "s");
    assert_true(is_gone(d, "by lag"));
    desk_free(d);
}

static void the_cursor_follows_the_worst_problem_when_told_to(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "End");
    key(d, "F");
    assert_true(shows(d, "FOLLOW"));
    assert_true(cursor_is_on(d, ":7004")); // nothing is wrong
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006));
    round_at(d, 4000);
    assert_true(cursor_is_on(d, ":7005"));
    key(d, "End");
    round_at(d, 5000);
    assert_true(cursor_is_on(d, ":7004"));
    assert_true(is_gone(d, "FOLLOW"));
    key(d, "F");
    assert_true(cursor_is_on(d, ":7005"));
    key(d, "F");
    assert_true(is_gone(d, "FOLLOW"));
    desk_free(d);
}

static void a_frozen_screen_stands_still_and_says_so(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "Z");
    assert_true(shows(d, "FROZEN"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7008));
    round_at(d, 4000);
    tick(d, 15000);
    assert_true(shows(d, "FROZEN 00:12"));
    assert_true(shows(d, "now ▲ 1 orphaned"));
    assert_true(is_gone(d, "ORPHANED"));
    d->st->scene.trouble = "nobody answers";
    assert_true(shows(d, "now NO CONTACT"));
    canvas_resize(d->c, 40, 10);
    assert_true(shows(d, "FROZEN"));
    canvas_resize(d->c, 80, 24);
    d->st->scene.trouble = "";
    desk_free(d);
}

// Whoever presses m on an old picture meant what was there then.
static void a_key_on_a_frozen_screen_only_thaws_it(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_NONE);
    static const char *const keys[] = {"m", "M", "X", "a", "j", "Enter", "Z"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        key(d, "Z");
        assert_true(shows(d, "FROZEN"));
        assert_int_equal(key(d, keys[i]).kind, REQUEST_NONE);
        assert_true(is_gone(d, "FROZEN"));
        assert_true(shows(d, "live again"));
        assert_true(cursor_is_on(d, ":7001"));
    }
    key(d, "Z");
    assert_true(shows(d, "FROZEN"));
    assert_int_equal(key(d, "Ctrl-L").kind, REQUEST_REDRAW);
    assert_int_equal(key(d, "Ctrl-Z").kind, REQUEST_SUSPEND);
    assert_true(shows(d, "FROZEN"));
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT);
    desk_free(d);
}

static void list_keys_scroll_a_frozen_screen_and_do_not_thaw_it(void **state)
{
    (void)state;
    Desk *d = desk_new(stage_new(ten_masters()), CONFIRM_NONE);
    stage_rounds(d->st, 1000, 3000);
    canvas_resize(d->c, 80, 16);
    assert_true(shows(d, ":7101 "));
    key(d, "Z");
    assert_true(shows(d, "j k: 1-"));
    assert_true(is_gone(d, ":7110 "));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7110)); // first in the live list
    round_at(d, 4000);
    round_at(d, 5000);
    assert_int_equal(key(d, "G").kind, REQUEST_NONE);
    assert_true(shows(d, "FROZEN"));
    assert_true(shows(d, ":7110 "));
    assert_true(is_gone(d, "FAILED"));
    assert_true(is_gone(d, ":7101 "));
    key(d, "k");
    key(d, "PgUp");
    key(d, "g");
    assert_true(shows(d, ":7101 "));
    assert_true(shows(d, "j k: 1-"));
    key(d, "m");
    assert_true(shows(d, "live again"));
    assert_true(is_gone(d, "FROZEN"));
    assert_true(cursor_is_on(d, ":7001 ")); // it stayed where it was
    desk_free(d);
}

static void a_page_is_scrolled_where_it_stands_still(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_NONE);
    canvas_resize(d->c, 80, 16);
    key(d, "Enter");
    assert_true(shows(d, "more below"));
    char *live = mem_strdup(screen(d));
    key(d, "Z");
    assert_true(shows(d, "FROZEN"));
    key(d, "G");
    assert_true(shows(d, "FROZEN"));
    assert_string_not_equal(live, screen(d));
    key(d, "g");
    screen(d);
    size_t same = 0;
    while (live[same] != '\0' && live[same] == screen(d)[same]) {
        same++;
    }
    assert_non_null(strstr(live + same, "\n")); // but for the mark at the foot
    assert_true(same > strlen(live) * 3 / 4);
    mem_free(live);
    desk_free(d);
}

static void the_pictures(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    screen_at("search-typed", st, "/ 9 9 . 1 7 1", 80, 24);
    screen_at("search", st, "/ 9 9 . 1 7 1 Enter n", 120, 40);
    screen_at("search", st, "/ 9 9 . 1 7 1 Enter n", 80, 24);
    screen_at("filter-typed", st, "f s t a t e : w", 80, 24);
    screen_at("filter", st, "f r o l e : r e p l i c a Space 1 7 1 Enter", 80, 24);
    screen_at("filter-orphan", st, "f 9 9 . 1 7 1 Enter s s s S", 80, 24);
    screen_at("problems-only", st, "!", 80, 24);
    screen_at("fold", st, "z End", 80, 24);
    screen_at("fold", st, "z End", 120, 40);
    stage_free(st);
}

static void a_frozen_screen(void **state)
{
    (void)state;
    Desk *d = desk_new(stage_healthy(), CONFIRM_COUNTDOWN);
    key(d, "Z");
    screen(d);
    fixture_fail(d->st->f, fixture_port(d->st->f, 7008));
    stage_round(d->st, 16000);
    screen_show("frozen-80x24", d->ui, &d->st->scene, 80, 24, false);
    desk_free(d);
}

TESTS(ui_many, cmocka_unit_test(a_search_goes_along_while_it_is_typed),
      cmocka_unit_test(hits_are_walked_and_the_walk_wraps),
      cmocka_unit_test(a_search_for_nobody_says_so), cmocka_unit_test(a_hit_below_a_fold_opens_it),
      cmocka_unit_test(letters_are_letters_while_text_is_typed),
      cmocka_unit_test(a_filter_keeps_the_tree_a_tree),
      cmocka_unit_test(a_filter_in_force_is_edited_and_taken_back),
      cmocka_unit_test(an_orphan_that_is_filtered_out_is_told),
      cmocka_unit_test(nothing_is_done_to_what_a_filter_hides),
      cmocka_unit_test(who_the_cursor_is_on_does_not_vanish_by_a_round),
      cmocka_unit_test(all_masters_are_targets_whatever_is_filtered),
      cmocka_unit_test(problems_only_shows_who_is_not_protected),
      cmocka_unit_test(a_fold_says_what_is_below_it), cmocka_unit_test(no_fold_hides_what_is_wrong),
      cmocka_unit_test(masters_are_sorted_as_is_said),
      cmocka_unit_test(the_cursor_follows_the_worst_problem_when_told_to),
      cmocka_unit_test(a_frozen_screen_stands_still_and_says_so),
      cmocka_unit_test(a_key_on_a_frozen_screen_only_thaws_it),
      cmocka_unit_test(list_keys_scroll_a_frozen_screen_and_do_not_thaw_it),
      cmocka_unit_test(a_page_is_scrolled_where_it_stands_still), cmocka_unit_test(the_pictures),
      cmocka_unit_test(a_frozen_screen))
