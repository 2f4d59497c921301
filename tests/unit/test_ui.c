// How the dashboard behaves: keys, the countdown, the cursor, what cancels what.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "rehome/ui/canvas.h"
#include "stage.h"

// A stage, its dashboard and the canvas it is drawn on.
typedef struct {
    Stage *st;
    Ui *ui;
    Canvas *c;
    StrBuf text; // as last drawn
} Desk;

static Desk *desk_new(Stage *st, ConfirmMode confirm)
{
    static Desk d;
    d = (Desk){.st = st, .ui = ui_new(confirm), .c = canvas_new(80, 24, false)};
    return &d;
}

static void desk_free(Desk *d)
{
    ui_free(d->ui);
    canvas_free(d->c);
    strbuf_done(&d->text);
    stage_free(d->st);
}

static Request key(Desk *d, const char *name)
{
    return ui_key(d->ui, &d->st->scene, key_from_name(name));
}

static Request tick(Desk *d, int64_t now_ms)
{
    stage_time(d->st, now_ms);
    return ui_tick(d->ui, &d->st->scene);
}

static Request round_at(Desk *d, int64_t now_ms)
{
    stage_round(d->st, now_ms);
    return ui_tick(d->ui, &d->st->scene);
}

static const char *screen(Desk *d)
{
    strbuf_clear(&d->text);
    ui_draw(d->ui, &d->st->scene, d->c);
    canvas_dump_text(d->c, &d->text);
    return strbuf_text(&d->text);
}

static bool shows(Desk *d, const char *text)
{
    bool found = strstr(screen(d), text) != NULL;
    if (!found) {
        fprintf(stderr, "not on the screen: %s\n%s", text, strbuf_text(&d->text));
    }
    return found;
}

// The line with the cursor's mark.
static bool cursor_is_on(Desk *d, const char *text)
{
    StrView rest = sv(screen(d));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        if (sv_starts(line, "▶")) {
            char row[512];
            snprintf(row, sizeof(row), "%.*s", (int)line.n, line.at);
            if (strstr(row, text) == NULL) {
                fprintf(stderr, "the cursor is on: %s\n", row);
            }
            return strstr(row, text) != NULL;
        }
    }
    fprintf(stderr, "no cursor\n%s", strbuf_text(&d->text));
    return false;
}

static bool is_open(Desk *d)
{
    return strstr(screen(d), "redis-cli -h") != NULL;
}

static Stage *healthy(void)
{
    Stage *st = stage_new(fixture_scenario());
    stage_rounds(st, 1000, 3000);
    return st;
}

static Stage *orphaned(void)
{
    Stage *st = healthy();
    fixture_fail(st->f, fixture_port(st->f, 7008));
    stage_rounds(st, 4000, 5000);
    return st;
}

static bool is_rescue(const Desk *d, const Request *r)
{
    const Fixture *f = d->st->f;
    return r->kind == REQUEST_MOVE &&
           node_id_eq(r->move.replica, fixture_id(f, fixture_port(f, 7004))) &&
           node_id_eq(r->move.donor, fixture_id(f, fixture_port(f, 7003))) &&
           node_id_eq(r->move.target, fixture_id(f, fixture_port(f, 7001))) &&
           strcmp(r->move.replica_addr, "127.0.99.171:7004") == 0 &&
           strcmp(r->move.donor_addr, "127.0.99.171:7003") == 0 &&
           strcmp(r->move.target_addr, "127.0.99.170:7001") == 0;
}

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
    static const char *const others[] = {"m", "M", "q",      "Enter", "Space", "u",   "a",
                                         "j", "4", "Ctrl-Z", "r",     "?",     "F10", "K"};
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

static void a_replica_is_picked_up_and_put_elsewhere(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "End");
    assert_true(cursor_is_on(d, ":7004"));
    key(d, "m");
    assert_true(shows(d, "picked up"));
    assert_true(cursor_is_on(d, ":7001")); // the best target
    key(d, "Down");
    assert_true(cursor_is_on(d, ":7005")); // masters only
    key(d, "Down");
    assert_true(cursor_is_on(d, ":7003"));
    key(d, "Enter");
    assert_false(is_open(d)); // its own master
    assert_true(shows(d, "not to :7003: its master now"));
    key(d, "k");
    key(d, "Enter");
    assert_true(is_open(d));
    Request r = tick(d, 8000);
    assert_int_equal(r.kind, REQUEST_MOVE);
    assert_int_equal(r.move.purpose, PURPOSE_MANUAL);
    assert_true(node_id_eq(r.move.target, fixture_id(d->st->f, fixture_port(d->st->f, 7005))));
    desk_free(d);
}

static void esc_puts_a_picked_up_replica_back(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "End");
    key(d, "m");
    key(d, "Esc");
    assert_true(cursor_is_on(d, ":7004"));
    assert_true(strstr(screen(d), "picked up") == NULL);
    key(d, "m");
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->master = fixture_port(d->st->f, 7005);
    round_at(d, 6000);
    assert_true(strstr(screen(d), "picked up") == NULL);
    assert_true(shows(d, "put back"));
    desk_free(d);
}

static void the_last_replica_cannot_be_picked_up(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "Down");
    key(d, "Down");
    key(d, "Down");
    assert_true(cursor_is_on(d, ":7006"));
    key(d, "m");
    assert_true(shows(d, "the floor is 1"));
    assert_true(strstr(screen(d), "picked up") == NULL);
    desk_free(d);
}

static void undo_moves_back(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    Fixture *f = d->st->f;
    key(d, "u");
    assert_true(shows(d, "no move of ours to undo"));
    fixture_restore(f, fixture_port(f, 7008));
    fixture_node(f, fixture_port(f, 7004))->master = fixture_port(f, 7001);
    round_at(d, 6000);
    MoveSpec back = {
        .replica = fixture_id(f, fixture_port(f, 7004)),
        .donor = fixture_id(f, fixture_port(f, 7001)),
        .target = fixture_id(f, fixture_port(f, 7003)),
    };
    ui_set_undo(d->ui, &back);
    d->st->scene.can_undo = true;
    key(d, "u");
    assert_true(shows(d, "Undo: :7004 back to :7003"));
    Request r = tick(d, 9000);
    assert_int_equal(r.kind, REQUEST_MOVE);
    assert_int_equal(r.move.origin, ORIGIN_UNDO);
    assert_int_equal(r.move.purpose, PURPOSE_MANUAL);
    assert_true(node_id_eq(r.move.target, back.target));
    ui_set_undo(d->ui, NULL);
    key(d, "u");
    assert_true(shows(d, "no move of ours to undo"));
    desk_free(d);
}

static void until_the_first_key_the_cursor_is_on_the_most_urgent_orphan(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_true(cursor_is_on(d, ":7001")); // the first row
    fixture_node(d->st->f, fixture_port(d->st->f, 7006))->failed = true;
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006));
    round_at(d, 4000);
    assert_true(cursor_is_on(d, ":7005"));
    desk_free(d);
}

static void the_cursor_stays_on_its_node(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, "End");
    assert_true(cursor_is_on(d, ":7004"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006)); // :7005 goes to the top
    round_at(d, 4000);
    assert_true(cursor_is_on(d, ":7004"));
    key(d, "s");
    assert_true(cursor_is_on(d, ":7004"));
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->master = fixture_port(d->st->f, 7005);
    round_at(d, 5000);
    assert_true(cursor_is_on(d, ":7004"));
    fixture_node(d->st->f, fixture_port(d->st->f, 7004))->forgotten = true;
    round_at(d, 6000);
    assert_true(cursor_is_on(d, ":70")); // the nearest there is
    desk_free(d);
}

static void columns_stay_where_they_are(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    char before[256];
    StrView rest = sv(screen(d));
    StrView line;
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    snprintf(before, sizeof(before), "%.*s", (int)line.n, line.at);
    FixtureNode *n = fixture_node(d->st->f, fixture_port(d->st->f, 7001));
    n->ops = 7;
    n->used_memory = 999;
    n->keys = 1;
    round_at(d, 4000);
    rest = sv(screen(d));
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    char after[256];
    snprintf(after, sizeof(after), "%.*s", (int)line.n, line.at);
    const char *slots = strstr(before, "0-5460");
    assert_ptr_not_equal(slots, NULL);
    assert_memory_equal(before, after, (size_t)(slots - before) + 6);
    assert_int_equal(text_width(before), text_width(after));
    desk_free(d);
}

static void events_lead_to_their_node(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "End");
    key(d, "4");
    assert_true(cursor_is_on(d, ":7001 is orphaned"));
    key(d, "k");
    assert_true(cursor_is_on(d, ":7008 failed"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7006)); // more events come
    round_at(d, 6000);
    assert_true(cursor_is_on(d, ":7008 failed"));
    key(d, "Enter");
    assert_true(cursor_is_on(d, ":7008"));
    assert_true(shows(d, "Enter details"));
    desk_free(d);
}

static void automatic_mode_asks_before_it_acts(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    Request r = key(d, "a");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_OBSERVE);
    d->st->automatic.mode = AUTO_OBSERVE;
    assert_int_equal(key(d, "a").kind, REQUEST_NONE);
    assert_true(shows(d, "Automatic mode: act"));
    assert_int_equal(key(d, "a").kind, REQUEST_NONE);
    r = key(d, "y");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_ACT);
    d->st->automatic.mode = AUTO_ACT;
    r = key(d, "a");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_OFF);
    desk_free(d);
}

static void read_only_never_acts_by_itself(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    d->st->scene.read_only = true;
    d->st->automatic.mode = AUTO_OBSERVE;
    Request r = key(d, "a");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_OFF);
    desk_free(d);
}

static void the_brake_is_released_by_its_key(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "b").kind, REQUEST_NONE);
    d->st->automatic.brake = true;
    assert_true(shows(d, "BRAKE"));
    assert_int_equal(key(d, "b").kind, REQUEST_RELEASE);
    desk_free(d);
}

static void a_move_under_way_is_stopped_by_its_key(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "X").kind, REQUEST_NONE);
    Fixture *f = d->st->f;
    stage_move(d->st, fixture_port(f, 7004), fixture_port(f, 7003), fixture_port(f, 7001),
               MOVE_SYNC);
    assert_true(shows(d, "X stop the move"));
    assert_int_equal(key(d, "X").kind, REQUEST_STOP_MOVE);
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

static void nodes_of_a_demo_can_be_killed(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    assert_int_equal(key(d, "K").kind, REQUEST_NONE);
    d->st->scene.demo = true;
    key(d, "Down");
    Request r = key(d, "K");
    assert_int_equal(r.kind, REQUEST_DEMO_KILL);
    assert_true(node_id_eq(r.node, fixture_id(d->st->f, fixture_port(d->st->f, 7008))));
    assert_int_equal(key(d, "R").kind, REQUEST_DEMO_RESTART);
    desk_free(d);
}

static void without_a_cluster_one_can_still_leave(void **state)
{
    (void)state;
    Desk *d = desk_new(stage_new(fixture_scenario()), CONFIRM_COUNTDOWN);
    d->st->scene.trouble = "connection refused";
    static const char *const harmless[] = {"m", "M", "u", "Enter", "j", "End",
                                           "4", "s", "K", "Esc",   "1"};
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        assert_int_equal(key(d, harmless[i]).kind, REQUEST_NONE);
        assert_true(shows(d, "connection refused"));
    }
    assert_int_equal(tick(d, 1000).kind, REQUEST_NONE);
    assert_int_equal(key(d, "r").kind, REQUEST_REFRESH);
    assert_int_equal(key(d, "Ctrl-L").kind, REQUEST_REDRAW);
    assert_int_equal(key(d, "Ctrl-Z").kind, REQUEST_SUSPEND);
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT);
    desk_free(d);
}

static void clocks_wake_the_screen(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    stage_time(d->st, 5000);
    assert_int_equal(ui_wake_ms(d->ui, &d->st->scene), 6000);
    key(d, "m");
    assert_int_equal(ui_wake_ms(d->ui, &d->st->scene), 5200);
    stage_time(d->st, 7980);
    assert_int_equal(ui_wake_ms(d->ui, &d->st->scene), 8000);
    desk_free(d);
}

// Keys that open every kind of screen, each drawn at every size. Cells are checked by the
// sanitizers; here: no control character, no half of a wide one.
static void drawing_stays_inside_at_every_size(void **state)
{
    (void)state;
    static const char *const screens[] = {"", "m", "4", "?", "Enter", "End m", "End m Esc a a"};
    Stage *st = orphaned();
    st->automatic.mode = AUTO_OBSERVE;
    Canvas *c = canvas_new(1, 1, false);
    for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
        Ui *ui = ui_new(CONFIRM_COUNTDOWN);
        StrView rest = sv(screens[i]);
        StrView one;
        while (sv_next(&rest, ' ', &one)) {
            char name[16];
            snprintf(name, sizeof(name), "%.*s", (int)one.n, one.at);
            ui_key(ui, &st->scene, key_from_name(name));
        }
        for (int h = 1; h <= 60; h += h < 26 ? 1 : 7) {
            for (int w = 1; w <= 200; w += w < 130 ? 1 : 9) {
                canvas_resize(c, w, h);
                ui_draw(ui, &st->scene, c);
                for (int k = 0; k < w * h; k++) {
                    assert_true(c->cells[k].code == 0 || c->cells[k].code >= ' ');
                    assert_true(c->cells[k].code != 0 || k % w > 0);
                }
            }
        }
        ui_free(ui);
    }
    canvas_free(c);
    stage_free(st);
}

static void wide_names_keep_their_columns(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (size_t i = 0; i < fixture_count(f); i++) {
        snprintf(fixture_node(f, (int)i)->hostname, sizeof(fixture_node(f, 0)->hostname), "節点%zu",
                 i);
        fixture_node(f, (int)i)->ip[0] = '\0';
    }
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 3000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    StrView rest = sv(screen(d));
    StrView line;
    int rows = 0;
    while (sv_next(&rest, '\n', &line)) {
        char row[512];
        snprintf(row, sizeof(row), "%.*s", (int)line.n, line.at);
        assert_true(text_width(row) <= 80);
        rows++;
    }
    assert_int_equal(rows, 24);
    desk_free(d);
}

static void a_thousand_nodes_scroll(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    for (int i = 0; i < 250; i++) {
        char addr[32];
        char range[32];
        snprintf(addr, sizeof(addr), "10.1.%d.10:7000", i);
        snprintf(range, sizeof(range), "%d-%d", i * 65, i == 249 ? 16383 : i * 65 + 64);
        int master = fixture_master(f, addr, range);
        for (int k = 1; k < 4; k++) {
            snprintf(addr, sizeof(addr), "10.1.%d.10:700%d", (i + k) % 250, k);
            fixture_replica(f, addr, master);
        }
    }
    for (size_t i = 0; i < fixture_count(f); i++) {
        fixture_node(f, (int)i)->silent = i > 3;
    }
    Stage *st = stage_new(f);
    stage_round(st, 1000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    screen(d);
    for (int i = 0; i < 300; i++) {
        key(d, "PgDn");
        screen(d);
    }
    assert_true(shows(d, "more above"));
    key(d, "Home");
    assert_true(cursor_is_on(d, "10.1.0.10:7000"));
    assert_true(shows(d, "more below"));
    desk_free(d);
}

TESTS(ui, cmocka_unit_test(one_key_moves_when_the_countdown_is_over),
      cmocka_unit_test(esc_stops_the_countdown),
      cmocka_unit_test(esc_works_even_when_the_time_is_over),
      cmocka_unit_test(other_keys_do_nothing_while_it_counts), cmocka_unit_test(y_moves_at_once),
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
      cmocka_unit_test(without_a_candidate_the_reasons_are_shown),
      cmocka_unit_test(an_urgent_move_needs_no_cursor),
      cmocka_unit_test(a_replica_is_picked_up_and_put_elsewhere),
      cmocka_unit_test(esc_puts_a_picked_up_replica_back),
      cmocka_unit_test(the_last_replica_cannot_be_picked_up), cmocka_unit_test(undo_moves_back),
      cmocka_unit_test(until_the_first_key_the_cursor_is_on_the_most_urgent_orphan),
      cmocka_unit_test(the_cursor_stays_on_its_node), cmocka_unit_test(columns_stay_where_they_are),
      cmocka_unit_test(events_lead_to_their_node),
      cmocka_unit_test(automatic_mode_asks_before_it_acts),
      cmocka_unit_test(read_only_never_acts_by_itself),
      cmocka_unit_test(the_brake_is_released_by_its_key),
      cmocka_unit_test(a_move_under_way_is_stopped_by_its_key),
      cmocka_unit_test(quitting_asks_only_while_a_move_runs),
      cmocka_unit_test(nodes_of_a_demo_can_be_killed),
      cmocka_unit_test(without_a_cluster_one_can_still_leave),
      cmocka_unit_test(clocks_wake_the_screen),
      cmocka_unit_test(drawing_stays_inside_at_every_size),
      cmocka_unit_test(wide_names_keep_their_columns), cmocka_unit_test(a_thousand_nodes_scroll))
