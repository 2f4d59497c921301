// The whole plan on the screen: what is shown, what is asked for, and when it is taken back.
#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "screen.h"
#include "unit.h"

static bool moves(const Desk *d, const Request *r, size_t i, int replica, int target)
{
    const Fixture *f = d->st->f;
    return i < r->n_moves &&
           node_id_eq(r->moves[i].replica, fixture_id(f, fixture_port(f, replica))) &&
           node_id_eq(r->moves[i].target, fixture_id(f, fixture_port(f, target)));
}

// Twelve masters whose replicas are all on their own hosts, and each other's hosts are free.
static Stage *twelve(void)
{
    Fixture *f = fixture_new();
    for (int i = 0; i < 12; i++) {
        char addr[64];
        char slots[32];
        snprintf(addr, sizeof(addr), "127.0.99.%d:%d", i + 1, 7001 + i);
        snprintf(slots, sizeof(slots), "%d-%d", i * 1365, i == 11 ? 16383 : i * 1365 + 1364);
        int master = fixture_master(f, addr, slots);
        for (int k = 0; k < 2; k++) {
            snprintf(addr, sizeof(addr), "127.0.99.%d:%d", i + 1, 7100 + 100 * k + i);
            fixture_replica(f, addr, master);
        }
    }
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 6000);
    return st;
}

static void the_review(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    screen_at("review", st, "H", 80, 24);
    screen_at("review", st, "H", 120, 40);
    stage_free(st);
    st = twelve();
    screen_at("review-long", st, "H", 80, 24);
    screen_at("review-small", st, "H", 40, 10);
    screen_at("review-tiny", st, "H", 1, 1);
    stage_free(st);
}

static void what_was_shown_is_asked_for_in_its_order(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    key(d, "H");
    assert_true(shows(d, "2 moves, host-safe NO → YES"));
    int64_t now = d->st->scene.now_ms;
    assert_int_equal(tick(d, now + 2000).kind, REQUEST_NONE);
    Request r = tick(d, now + 3000);
    assert_int_equal(r.kind, REQUEST_QUEUE);
    assert_int_equal(r.queue_kind, QUEUE_SPREADS);
    assert_int_equal(r.n_moves, 2);
    assert_true(moves(d, &r, 0, 7004, 7005));
    assert_true(moves(d, &r, 1, 7006, 7001));
    assert_int_equal(r.moves[0].purpose, PURPOSE_SPREAD);
    assert_int_equal(r.moves[1].purpose, PURPOSE_HEAL);
    assert_false(r.moves[0].accept_risk); // the plan's own rules hold
    desk_free(d);
}

static void esc_stops_it_and_the_key_itself_does_not_begin_it(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_ASK);
    key(d, "H");
    assert_int_equal(key(d, "H").kind, REQUEST_NONE);
    assert_true(shows(d, "2 moves, host-safe"));
    key(d, "Esc");
    assert_null(strstr(screen(d), "2 moves, host-safe"));
    assert_true(shows(d, "stopped, nothing was sent"));
    key(d, "H");
    assert_int_equal(key(d, "y").kind, REQUEST_QUEUE);
    desk_free(d);
}

static void whoever_reads_on_is_not_hurried(void **state)
{
    (void)state;
    Desk *d = desk_new(twelve(), CONFIRM_COUNTDOWN);
    key(d, "H");
    assert_true(shows(d, "Esc stops it"));
    assert_true(shows(d, "more below"));
    key(d, "PgDn");
    assert_true(shows(d, "y moves them, Esc does not"));
    assert_true(shows(d, "more above"));
    assert_int_equal(tick(d, d->st->scene.now_ms + 60000).kind, REQUEST_NONE);
    Request r = key(d, "y");
    assert_int_equal(r.kind, REQUEST_QUEUE);
    assert_int_equal(r.n_moves, 12);
    desk_free(d);
}

static void a_cluster_that_changes_takes_it_back(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_ASK);
    int64_t now = d->st->scene.now_ms;
    key(d, "H");
    round_at(d, now + 1000);
    assert_true(shows(d, "2 moves, host-safe")); // nothing has happened
    fixture_restore(d->st->f, fixture_port(d->st->f, 7008));
    round_at(d, now + 2000);
    assert_null(strstr(screen(d), "2 moves, host-safe"));
    assert_true(shows(d, "stopped, nothing was sent: :7001 is protected now"));
    desk_free(d);
}

static void where_nothing_helps_it_says_why(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    fixture_fail(d->st->f, fixture_port(d->st->f, 7002));
    round_at(d, d->st->scene.now_ms + 1000);
    assert_null(strstr(screen(d), "H heal all"));
    key(d, "H");
    assert_true(shows(d, "no move helps"));
    assert_false(is_open(d));
    desk_free(d);
}

static void the_command_line_has_it_too(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    key(d, ":");
    for (const char *c = "heal"; *c != '\0'; c++) {
        ui_key(d->ui, &d->st->scene, (uint32_t)(unsigned char)*c);
    }
    key(d, "Enter");
    assert_true(shows(d, "1 move, host-safe NO → YES"));
    desk_free(d);
}

static void read_only_offers_nothing(void **state)
{
    (void)state;
    Desk *d = desk_new(orphaned(), CONFIRM_COUNTDOWN);
    d->st->scene.read_only = true;
    assert_null(strstr(screen(d), "H heal"));
    key(d, "H");
    assert_true(shows(d, "read-only: nothing can be moved"));
    desk_free(d);
}

TESTS(ui_review, cmocka_unit_test(the_review),
      cmocka_unit_test(what_was_shown_is_asked_for_in_its_order),
      cmocka_unit_test(esc_stops_it_and_the_key_itself_does_not_begin_it),
      cmocka_unit_test(whoever_reads_on_is_not_hurried),
      cmocka_unit_test(a_cluster_that_changes_takes_it_back),
      cmocka_unit_test(where_nothing_helps_it_says_why),
      cmocka_unit_test(the_command_line_has_it_too), cmocka_unit_test(read_only_offers_nothing))
