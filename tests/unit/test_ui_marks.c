// Several replicas at once: marks, what is announced, and what is asked for.
#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "screen.h"
#include "unit.h"

// 7001 has five replicas; 7002 and 7003 have lost theirs, 7004 keeps one.
static Stage *many(void)
{
    Fixture *f = fixture_new();
    int a = fixture_master(f, "127.0.99.1:7001", "0-4000");
    int b = fixture_master(f, "127.0.99.2:7002", "4001-8000");
    int c = fixture_master(f, "127.0.99.3:7003", "8001-12000");
    int d = fixture_master(f, "127.0.99.4:7004", "12001-16383");
    fixture_replica(f, "127.0.99.2:7011", a);
    fixture_replica(f, "127.0.99.3:7012", a);
    fixture_replica(f, "127.0.99.4:7013", a);
    fixture_replica(f, "127.0.99.5:7014", a);
    fixture_replica(f, "127.0.99.1:7015", a);
    int lost_b = fixture_replica(f, "127.0.99.5:7021", b);
    int lost_c = fixture_replica(f, "127.0.99.5:7031", c);
    fixture_replica(f, "127.0.99.5:7041", d);
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 3000);
    fixture_fail(f, lost_b);
    fixture_fail(f, lost_c);
    stage_rounds(st, 4000, 6000);
    return st;
}

static void go_to(Desk *d, const char *name)
{
    key(d, "/");
    for (; *name != '\0'; name++) {
        ui_key(d->ui, &d->st->scene, (uint32_t)(unsigned char)*name);
    }
    key(d, "Enter");
    key(d, "Esc");
}

static void mark(Desk *d, const char *name)
{
    go_to(d, name);
    key(d, "Space");
}

static bool moves(const Desk *d, const Request *r, size_t i, int replica, int target)
{
    const Fixture *f = d->st->f;
    return i < r->n_moves &&
           node_id_eq(r->moves[i].replica, fixture_id(f, fixture_port(f, replica))) &&
           node_id_eq(r->moves[i].target, fixture_id(f, fixture_port(f, target)));
}

static void marks_are_set_taken_back_and_counted(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7011");
    assert_true(shows(d, "◆● 127.0.99.2:7011"));
    assert_true(cursor_is_on(d, ":7012")); // on to the next
    key(d, "Space");
    assert_true(shows(d, "2 marked"));
    mark(d, ":7011");
    assert_true(shows(d, "1 marked"));
    key(d, "U");
    assert_null(strstr(screen(d), "marked"));
    mark(d, ":7001");
    assert_true(shows(d, "replicas are marked, and masters that are orphaned"));
    assert_null(strstr(screen(d), "1 marked"));
    desk_free(d);
}

static void marks_go_with_what_they_were_on(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7011");
    mark(d, ":7012");
    mark(d, ":7002");
    assert_true(shows(d, "3 marked"));
    fixture_node(d->st->f, fixture_port(d->st->f, 7011))->forgotten = true;
    fixture_restore(d->st->f, fixture_port(d->st->f, 7021)); // :7002 is well again
    round_at(d, 7000);
    assert_true(shows(d, "1 marked"));
    desk_free(d);
}

static void all_that_is_marked_goes_to_one_master(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7011");
    mark(d, ":7013");
    key(d, "m");
    assert_true(shows(d, "picked up"));
    assert_true(shows(d, "orphaned, 2 of 2 may come"));
    while (!cursor_is_on(d, ":7003")) {
        key(d, "Down");
    }
    key(d, "Enter");
    assert_true(shows(d, "2 moves"));
    assert_true(shows(d, "1. "));
    assert_true(shows(d, "the first that is refused or fails stops the rest"));
    assert_int_equal(tick(d, 8000).kind, REQUEST_NONE);
    Request r = tick(d, 9000);
    assert_int_equal(r.kind, REQUEST_QUEUE);
    assert_int_equal(r.n_moves, 2);
    assert_true(moves(d, &r, 0, 7011, 7003));
    assert_true(moves(d, &r, 1, 7013, 7003));
    assert_int_equal(r.moves[0].purpose, PURPOSE_HEAL);
    assert_int_equal(r.moves[1].purpose, PURPOSE_MANUAL); // healed by then
    assert_true(r.moves[1].accept_risk);
    assert_int_equal(r.queue_kind, QUEUE_STOPS);
    assert_null(strstr(screen(d), "marked"));
    desk_free(d);
}

static void each_orphan_gets_the_best_of_the_marked(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7011"); // on :7002's own host
    mark(d, ":7012"); // on :7003's
    key(d, "m");
    key(d, "o");
    assert_true(shows(d, "2 moves"));
    Request r = key(d, "y");
    assert_int_equal(r.kind, REQUEST_QUEUE);
    assert_int_equal(r.n_moves, 2);
    assert_true(moves(d, &r, 0, 7012, 7002));
    assert_true(moves(d, &r, 1, 7011, 7003));
    assert_int_equal(r.moves[1].purpose, PURPOSE_HEAL);
    desk_free(d);
}

static void marked_orphans_get_the_best_spares(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7003");
    key(d, "m");
    Request r = key(d, "y");
    assert_int_equal(r.kind, REQUEST_QUEUE);
    assert_int_equal(r.n_moves, 1);
    assert_true(node_id_eq(r.moves[0].target, fixture_id(d->st->f, fixture_port(d->st->f, 7003))));
    desk_free(d);
}

static void no_list_leaves_a_donor_below_its_floor(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    static const char *const all[] = {":7011", ":7012", ":7013", ":7014", ":7015", ":7041"};
    for (size_t i = 0; i < 6; i++) {
        mark(d, all[i]);
    }
    key(d, "m");
    key(d, "Enter");
    assert_true(shows(d, "4 moves"));
    assert_true(shows(d, "below its floor of 1"));
    Request r = key(d, "y");
    assert_int_equal(r.n_moves, 4);
    desk_free(d);
}

static void a_list_is_stopped_by_esc_and_by_what_changes(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7011");
    mark(d, ":7013");
    key(d, "m");
    key(d, "Enter");
    key(d, "Esc");
    assert_true(shows(d, "nothing was sent"));
    assert_true(shows(d, "2 marked")); // for another try
    assert_int_equal(tick(d, 20000).kind, REQUEST_NONE);
    key(d, "m");
    key(d, "Enter");
    fixture_fail(d->st->f, fixture_port(d->st->f, 7013));
    assert_int_equal(round_at(d, 21000).kind, REQUEST_NONE);
    assert_true(shows(d, "stopped, nothing was sent: :7013 may not go"));
    desk_free(d);
}

static void a_list_may_pass_over_what_is_refused(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7011");
    mark(d, ":7013");
    key(d, "m");
    key(d, "Enter");
    assert_int_equal(tick(d, 8000).kind, REQUEST_NONE);
    key(d, "c");
    assert_true(shows(d, "is passed over"));
    assert_int_equal(tick(d, 10000).kind, REQUEST_NONE); // it counts anew
    Request r = tick(d, 11000);
    assert_int_equal(r.kind, REQUEST_QUEUE);
    assert_int_equal(r.queue_kind, QUEUE_GOES_ON);
    desk_free(d);
}

static void picked_up_marks_are_put_back(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    mark(d, ":7011");
    key(d, "m");
    assert_true(shows(d, "put them back"));
    key(d, "Esc");
    assert_null(strstr(screen(d), "picked up"));
    assert_true(shows(d, "1 marked"));
    key(d, "m");
    fixture_node(d->st->f, fixture_port(d->st->f, 7011))->forgotten = true;
    round_at(d, 7000);
    assert_true(shows(d, "put back: the marked replicas are gone"));
    desk_free(d);
}

static void the_header_counts_the_moves(void **state)
{
    (void)state;
    Desk *d = desk_new(many(), CONFIRM_COUNTDOWN);
    Fixture *f = d->st->f;
    Queue q = {.n = 0};
    Error err = {0};
    MoveSpec specs[3] = {{.origin = ORIGIN_MANUAL}};
    assert_true(queue_start(&q, specs, 3, QUEUE_STOPS, &err));
    queue_begin_next(&q);
    queue_end_one(&q, QUEUED_DONE, "");
    queue_begin_next(&q);
    q.at[2].spec.replica = fixture_id(f, fixture_port(f, 7013));
    q.at[2].spec.target = fixture_id(f, fixture_port(f, 7003));
    d->st->scene.queue = &q;
    stage_move(d->st, fixture_port(f, 7011), fixture_port(f, 7001), fixture_port(f, 7002),
               MOVE_SYNC);
    assert_true(shows(d, "move 2 of 3: "));
    assert_true(shows(d, "waits, move 3 → :7003"));
    assert_int_equal(key(d, "X").kind, REQUEST_STOP_MOVE);
    assert_true(shows(d, "1 move will not be made"));
    queue_done(&q);
    d->st->scene.queue = NULL;
    desk_free(d);
}

static void the_pictures(void **state)
{
    (void)state;
    Stage *st = many();
    screen_at("marks", st, "/ : 7 0 1 1 Enter Esc Space Space", 80, 24);
    screen_at("marks-picked", st, "/ : 7 0 1 1 Enter Esc Space Space Space m", 80, 24);
    screen_at("queue", st, "/ : 7 0 1 1 Enter Esc Space Space Space m Enter", 80, 24);
    screen_at("queue-left-out", st, "/ : 7 0 1 5 Enter Esc Space Space Space Space Space m Enter c",
              80, 24);
    screen_at("queue-small", st, "/ : 7 0 1 1 Enter Esc Space Space m Enter", 50, 10);
    stage_free(st);
}

TESTS(ui_marks, cmocka_unit_test(marks_are_set_taken_back_and_counted),
      cmocka_unit_test(marks_go_with_what_they_were_on),
      cmocka_unit_test(all_that_is_marked_goes_to_one_master),
      cmocka_unit_test(each_orphan_gets_the_best_of_the_marked),
      cmocka_unit_test(marked_orphans_get_the_best_spares),
      cmocka_unit_test(no_list_leaves_a_donor_below_its_floor),
      cmocka_unit_test(a_list_is_stopped_by_esc_and_by_what_changes),
      cmocka_unit_test(a_list_may_pass_over_what_is_refused),
      cmocka_unit_test(picked_up_marks_are_put_back), cmocka_unit_test(the_header_counts_the_moves),
      cmocka_unit_test(the_pictures))
