// A replica is picked up and put elsewhere, and a move is taken back.
#include "desk.h"

#include <string.h>

#include "unit.h"

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

TESTS(ui_pick, cmocka_unit_test(a_replica_is_picked_up_and_put_elsewhere),
      cmocka_unit_test(esc_puts_a_picked_up_replica_back),
      cmocka_unit_test(the_last_replica_cannot_be_picked_up), cmocka_unit_test(undo_moves_back))
