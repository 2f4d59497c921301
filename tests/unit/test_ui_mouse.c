// The mouse: it goes somewhere, opens and scrolls, and never moves anything.
#include "unit.h"

#include <string.h>

#include "desk.h"
#include "rehome/base/text.h"

// Where text begins on the screen.
static void find(Desk *d, const char *text, int *x, int *y)
{
    StrView rest = sv(screen(d));
    StrView line;
    for (*y = 0; sv_next(&rest, '\n', &line); (*y)++) {
        const char *at = memmem(line.at, line.n, text, strlen(text));
        if (at != NULL) {
            StrView before = sv_of(line.at, (size_t)(at - line.at));
            for (*x = 0; before.n > 0;) {
                *x += text_code_width(text_next(&before));
            }
            return;
        }
    }
    fail_msg("not on the screen: %s\n%s", text, screen(d));
}

static Request click(Desk *d, const char *text)
{
    int x = 0;
    int y = 0;
    find(d, text, &x, &y);
    return ui_mouse(d->ui, &d->st->scene, KEY_IS_CLICK, x, y);
}

static Request wheel(Desk *d, uint32_t direction)
{
    return ui_mouse(d->ui, &d->st->scene, direction, 10, 5);
}

static void a_click_selects_and_a_second_one_opens(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    click(d, ":7006");
    assert_true(cursor_is_on(d, ":7006"));
    click(d, ":7002");
    assert_true(cursor_is_on(d, ":7002"));
    click(d, ":7002");
    assert_true(shows(d, "Esc back"));
    assert_true(shows(d, "replica"));
    key(d, "Esc");
    assert_true(cursor_is_on(d, ":7002"));
    desk_free(d);
}

// What was clicked is what was seen, whatever has come since.
static void a_click_means_the_node_and_not_the_row(void **state)
{
    (void)state;
    int x = 0;
    int y = 0;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    find(d, ":7004", &x, &y);
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006)); // :7005 goes to the top
    round_at(d, 4000);
    ui_mouse(d->ui, &d->st->scene, KEY_IS_CLICK, x, y);
    assert_true(cursor_is_on(d, ":7004"));
    find(d, ":7002", &x, &y);
    fixture_node(d->st->f, fixture_port(d->st->f, 7002))->forgotten = true;
    round_at(d, 5000);
    ui_mouse(d->ui, &d->st->scene, KEY_IS_CLICK, x, y);
    assert_true(cursor_is_on(d, ":7004"));
    desk_free(d);
}

static void tabs_open_their_view(void **state)
{
    (void)state;
    static const struct {
        const char *tab;
        const char *shown;
    } tabs[] = {
        {"2 hosts", "if it died"},      {"3 problems", "what helps"},  {"4 events", "all kinds"},
        {"5 auto", "decisions so far"}, {"1 tree", "give it a spare"},
    };
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    for (size_t i = 0; i < sizeof(tabs) / sizeof(tabs[0]); i++) {
        click(d, tabs[i].tab);
        assert_true(shows(d, tabs[i].shown));
    }
    key(d, "?");
    click(d, "4 events"); // also from a page over a view
    assert_true(shows(d, "all kinds"));
    desk_free(d);
}

static void rows_of_each_view_can_be_clicked(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "2");
    click(d, ".171");
    assert_true(cursor_is_on(d, ".171"));
    click(d, "..172"); // a column of the grid
    assert_true(cursor_is_on(d, ".172"));
    click(d, ".172");
    assert_true(shows(d, "If host 127.0.99.172 died"));
    key(d, "Esc");
    key(d, "3");
    click(d, "Not host-safe");
    assert_true(cursor_is_on(d, "Not host-safe"));
    click(d, "Not host-safe");
    assert_true(shows(d, "if it died")); // its remedy is in view 2
    key(d, "4");
    click(d, ":7008 failed");
    assert_true(cursor_is_on(d, ":7008 failed"));
    click(d, ":7008 failed");
    assert_true(cursor_is_on(d, ":7008"));
    assert_true(shows(d, "Enter details"));
    key(d, "5");
    click(d, "in charge");
    click(d, "in charge");
    assert_true(shows(d, "Esc back"));
    desk_free(d);
}

static void the_wheel_scrolls(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    wheel(d, KEY_IS_WHEEL_DOWN);
    assert_true(cursor_is_on(d, ":7006"));
    wheel(d, KEY_IS_WHEEL_UP);
    assert_true(cursor_is_on(d, ":7001"));
    key(d, "?");
    screen(d);
    wheel(d, KEY_IS_WHEEL_DOWN);
    assert_true(shows(d, "3 more above"));
    desk_free(d);
}

// However one clicks: nothing is asked of the cluster, and what counts down stops.
static void no_click_moves_anything(void **state)
{
    (void)state;
    static const ConfirmMode modes[] = {CONFIRM_COUNTDOWN, CONFIRM_ASK, CONFIRM_NONE};
    static const char *const keys[] = {"",  "m", "M", "a a",     "p", "d",  "j m",
                                       "2", "3", "5", "j j j m", "H", "H c"};
    for (size_t m = 0; m < 3; m++) {
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
            Desk *d = desk_new(orphaned(), modes[m]);
            StrView rest = sv(keys[i]);
            StrView one;
            while (sv_next(&rest, ' ', &one)) {
                ui_key(d->ui, &d->st->scene, key_from_view(one));
            }
            for (int y = 0; y < 24; y++) {
                for (int x = 0; x < 80; x += 7) {
                    screen(d);
                    for (int twice = 0; twice < 2; twice++) {
                        Request r = ui_mouse(d->ui, &d->st->scene, KEY_IS_CLICK, x, y);
                        assert_int_equal(r.kind, REQUEST_NONE);
                    }
                }
            }
            assert_int_equal(tick(d, d->st->scene.now_ms + 3500).kind, REQUEST_NONE);
            desk_free(d);
        }
    }
}

static void a_click_stops_a_countdown(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "M");
    assert_true(is_open(d));
    wheel(d, KEY_IS_WHEEL_DOWN);
    assert_true(is_open(d));
    click(d, "Esc stops it");
    assert_false(is_open(d));
    assert_true(shows(d, "nothing was sent"));
    desk_free(d);
}

// Enter would show the move there, and with `confirm = none` begin it.
static void a_picked_up_replica_is_not_dropped_by_a_click(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_NONE);
    click(d, ":7004");
    key(d, "m");
    click(d, ":7001");
    assert_true(cursor_is_on(d, ":7001"));
    assert_int_equal(click(d, ":7001").kind, REQUEST_NONE);
    assert_true(shows(d, "Enter shows what would happen"));
    click(d, ":7002"); // a replica is no target
    assert_true(cursor_is_on(d, ":7001"));
    Request r = key(d, "Enter");
    assert_true(is_rescue(d, &r));
    desk_free(d);
}

static void what_is_typed_or_frozen_is_left_alone(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "/");
    click(d, ":7006");
    assert_false(strstr(screen(d), "search") == NULL);
    key(d, "Esc");
    key(d, "d");
    click(d, ":7005");
    assert_true(shows(d, "Downtime"));
    key(d, "Esc");
    key(d, "Z");
    click(d, "4 events");
    assert_true(shows(d, "FROZEN"));
    desk_free(d);
}

static void it_is_said_that_the_mouse_is_on(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "F2").kind, REQUEST_MOUSE);
    assert_null(strstr(screen(d), "MOUSE"));
    d->st->scene.mouse = true;
    assert_true(shows(d, "1 tree  2 hosts")); // is not pushed out: it is what can be clicked
    canvas_resize(d->c, 100, 24);
    assert_true(shows(d, "MOUSE"));
    desk_free(d);
}

TESTS(ui_mouse, cmocka_unit_test(a_click_selects_and_a_second_one_opens),
      cmocka_unit_test(a_click_means_the_node_and_not_the_row),
      cmocka_unit_test(tabs_open_their_view), cmocka_unit_test(rows_of_each_view_can_be_clicked),
      cmocka_unit_test(the_wheel_scrolls), cmocka_unit_test(no_click_moves_anything),
      cmocka_unit_test(a_click_stops_a_countdown),
      cmocka_unit_test(a_picked_up_replica_is_not_dropped_by_a_click),
      cmocka_unit_test(what_is_typed_or_frozen_is_left_alone),
      cmocka_unit_test(it_is_said_that_the_mouse_is_on))
