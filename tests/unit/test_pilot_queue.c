// The pilot makes several moves one after the other, each by all the rules.
#include <stdio.h>
#include <string.h>

#include "flight.h"
#include "unit.h"

enum { A = 7001, B = 7002, C = 7003 };

// A has four replicas, B and C one each; the servers move nothing by themselves.
static Flight flight_with_spares(bool has_hook)
{
    Flight t = flight_new(has_hook);
    fixture_free(t.f);
    t.f = fixture_new();
    int a = fixture_master(t.f, "127.0.99.1:7001", "0-5000");
    int b = fixture_master(t.f, "127.0.99.2:7002", "5001-10000");
    int c = fixture_master(t.f, "127.0.99.3:7003", "10001-16383");
    fixture_replica(t.f, "127.0.99.2:7011", a);
    fixture_replica(t.f, "127.0.99.3:7012", a);
    fixture_replica(t.f, "127.0.99.4:7013", a);
    fixture_replica(t.f, "127.0.99.5:7014", a);
    fixture_replica(t.f, "127.0.99.6:7015", b);
    fixture_replica(t.f, "127.0.99.6:7016", c);
    for (size_t i = 0; i < fixture_count(t.f); i++) {
        fixture_node(t.f, (int)i)->allow_migration = TRI_NO;
    }
    return t;
}

static MoveSpec spec_of(const Flight *t, int replica, int donor, int target)
{
    MoveSpec spec = {.origin = ORIGIN_MANUAL, .purpose = PURPOSE_MANUAL, .accept_risk = true};
    spec.replica = fixture_id(t->f, fixture_port(t->f, replica));
    spec.donor = fixture_id(t->f, fixture_port(t->f, donor));
    spec.target = fixture_id(t->f, fixture_port(t->f, target));
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), ":%d", replica);
    snprintf(spec.target_addr, sizeof(spec.target_addr), ":%d", target);
    return spec;
}

static int node_of(const Flight *t, const char *hex)
{
    for (size_t i = 0; i < fixture_count(t->f); i++) {
        if (strcmp(fixture_id(t->f, (int)i).hex, hex) == 0) {
            return (int)i;
        }
    }
    return -1;
}

// As a server answers, which does what it is told.
static void answer(Flight *t)
{
    if (strcmp(t->command, "CLUSTER REPLICATE") == 0) {
        fixture_node(t->f, node_of(t, t->to.hex))->master = node_of(t, t->argument);
    }
    bool asks = strcmp(t->command, "CONFIG GET") == 0;
    pilot_reply(t->pilot, true, asks ? "no" : "OK", t->now_ms);
}

// Rounds and answers until the queue is over; before each answer, what is done to the cluster.
static void fly(Flight *t, void (*meanwhile)(Flight *t))
{
    int answered = t->sent;
    for (int i = 0; i < 200 && queue_is_on(pilot_queued(t->pilot)); i++) {
        flight_look(t);
        while (answered < t->sent) {
            if (meanwhile != NULL) {
                meanwhile(t);
            }
            answered++;
            answer(t);
        }
    }
    assert_false(queue_is_on(pilot_queued(t->pilot)));
}

static int master_of(const Flight *t, int replica)
{
    return fixture_node(t->f, fixture_node(t->f, fixture_port(t->f, replica))->master)->port;
}

static void begin(Flight *t, const MoveSpec *specs, size_t n, QueueKind kind)
{
    Error err = {0};
    flight_start(t, AUTO_OFF, false);
    flight_look(t);
    flight_look(t);
    if (!pilot_queue(t->pilot, specs, n, kind, t->now_ms, &err)) {
        fail_msg("%s", err.text);
    }
}

static void each_move_is_verified_before_the_next_begins(void **state)
{
    (void)state;
    Flight t = flight_with_spares(false);
    MoveSpec specs[] = {spec_of(&t, 7011, A, B), spec_of(&t, 7013, A, C)};
    begin(&t, specs, 2, QUEUE_STOPS);
    assert_true(pilot_is_busy(t.pilot));
    fly(&t, NULL);
    assert_int_equal(master_of(&t, 7011), B);
    assert_int_equal(master_of(&t, 7013), C);
    assert_true(flight_told(&t, "queue: 2 moves, one after the other"));
    assert_true(flight_told(&t, "queue: all 2 moves are done"));
    const char *first = strstr(strbuf_text(&t.events), "move-done");
    const char *second = strstr(strbuf_text(&t.events), "move-started");
    assert_non_null(second);
    second = strstr(second + 1, "move-started");
    assert_non_null(first);
    assert_true(second > first);
    assert_false(pilot_is_busy(t.pilot));
    flight_end(&t);
}

static void a_refused_move_stops_the_rest(void **state)
{
    (void)state;
    Flight t = flight_with_spares(false);
    // :7016 is the only replica of its master: its floor
    MoveSpec specs[] = {spec_of(&t, 7011, A, B), spec_of(&t, 7016, C, A), spec_of(&t, 7013, A, C)};
    begin(&t, specs, 3, QUEUE_STOPS);
    fly(&t, NULL);
    assert_int_equal(master_of(&t, 7011), B);
    assert_int_equal(master_of(&t, 7016), C);
    assert_int_equal(master_of(&t, 7013), A);
    assert_true(flight_told(&t, "queue: 1 of 3 moves done, 1 refused (:7016 to :7001: "));
    assert_true(flight_told(&t, ", 1 not begun"));
    flight_end(&t);
}

static void a_queue_that_goes_on_makes_the_others(void **state)
{
    (void)state;
    Flight t = flight_with_spares(false);
    MoveSpec specs[] = {spec_of(&t, 7016, C, A), spec_of(&t, 7013, A, C)};
    begin(&t, specs, 2, QUEUE_GOES_ON);
    fly(&t, NULL);
    assert_int_equal(master_of(&t, 7016), C);
    assert_int_equal(master_of(&t, 7013), C);
    assert_true(flight_told(&t, "queue: 1 of 2 moves done, 1 refused"));
    flight_end(&t);
}

static void stop_at_the_first_write(Flight *t)
{
    if (strcmp(t->command, "CLUSTER REPLICATE") == 0) {
        pilot_stop_move(t->pilot, t->now_ms);
    }
}

static void stopping_sees_the_present_one_through_and_drops_the_rest(void **state)
{
    (void)state;
    Flight t = flight_with_spares(false);
    MoveSpec specs[] = {spec_of(&t, 7011, A, B), spec_of(&t, 7013, A, C)};
    begin(&t, specs, 2, QUEUE_STOPS);
    fly(&t, stop_at_the_first_write);
    assert_int_equal(master_of(&t, 7011), B);
    assert_int_equal(master_of(&t, 7013), A);
    assert_true(flight_told(&t, ", 1 not begun"));
    flight_end(&t);
}

static void a_veto_counts_as_refused(void **state)
{
    (void)state;
    Flight t = flight_with_spares(true);
    MoveSpec specs[] = {spec_of(&t, 7011, A, B), spec_of(&t, 7013, A, C)};
    begin(&t, specs, 2, QUEUE_STOPS);
    pilot_hook_answer(t.pilot, false, "before_move said no", t.now_ms);
    assert_false(pilot_is_busy(t.pilot));
    assert_true(flight_told(&t, "before_move said no), 1 not begun"));
    assert_int_equal(t.sent, 0);
    flight_end(&t);
}

static void nothing_else_begins_while_a_queue_is_on(void **state)
{
    (void)state;
    Flight t = flight_with_spares(false);
    Error err = {0};
    MoveSpec specs[] = {spec_of(&t, 7011, A, B), spec_of(&t, 7013, A, C)};
    begin(&t, specs, 2, QUEUE_STOPS);
    MoveSpec other = spec_of(&t, 7014, A, C);
    assert_false(pilot_move(t.pilot, &other, t.now_ms, &err));
    assert_false(pilot_queue(t.pilot, &other, 1, QUEUE_STOPS, t.now_ms, &err));
    fly(&t, NULL);
    assert_true(pilot_move(t.pilot, &other, t.now_ms, &err));
    flight_end(&t);
}

static void a_queue_does_not_outlive_a_sleep(void **state)
{
    (void)state;
    Flight t = flight_with_spares(false);
    MoveSpec specs[] = {spec_of(&t, 7011, A, B), spec_of(&t, 7013, A, C)};
    begin(&t, specs, 2, QUEUE_STOPS);
    t.now_ms += 60000;
    flight_look(&t);
    assert_int_equal(queue_count(pilot_queued(t.pilot), QUEUED_DROPPED), 1);
    flight_end(&t);
}

static void a_read_only_pilot_takes_no_queue(void **state)
{
    (void)state;
    Flight t = flight_with_spares(false);
    Error err = {0};
    MoveSpec spec = spec_of(&t, 7011, A, B);
    flight_start(&t, AUTO_OFF, true);
    flight_look(&t);
    assert_false(pilot_queue(t.pilot, &spec, 1, QUEUE_STOPS, t.now_ms, &err));
    assert_false(pilot_is_busy(t.pilot));
    flight_end(&t);
}

// --- an accepted plan

enum { ORPHAN = 7001, DONOR = 7003, ALONE = 7005 };

// :7004 to :7005, and then :7006, which :7005 can spare by then, to the orphan.
static Flight flight_with_a_plan(MoveSpec specs[2])
{
    Flight t = flight_new(false);
    for (size_t i = 0; i < fixture_count(t.f); i++) {
        fixture_node(t.f, (int)i)->allow_migration = TRI_NO;
    }
    specs[0] = spec_of(&t, 7004, DONOR, ALONE);
    specs[0].purpose = PURPOSE_SPREAD;
    specs[1] = spec_of(&t, 7006, ALONE, ORPHAN);
    specs[1].purpose = PURPOSE_HEAL;
    return t;
}

static void a_plan_is_made_to_its_end_while_it_holds(void **state)
{
    (void)state;
    MoveSpec specs[2];
    Flight t = flight_with_a_plan(specs);
    begin(&t, specs, 2, QUEUE_SPREADS);
    fly(&t, NULL);
    assert_int_equal(master_of(&t, 7004), ALONE);
    assert_int_equal(master_of(&t, 7006), ORPHAN);
    assert_true(flight_told(&t, "plan: all 2 moves are done"));
    flight_look(&t);
    assert_true(pilot_health(t.pilot)->hosts.safe);
    flight_end(&t);
}

static void bring_back_the_lost_one(Flight *t)
{
    if (strcmp(t->command, "CLUSTER REPLICATE") == 0) {
        fixture_restore(t->f, fixture_port(t->f, 7008));
    }
}

static void a_plan_ends_where_the_cluster_has_changed(void **state)
{
    (void)state;
    MoveSpec specs[2];
    Flight t = flight_with_a_plan(specs);
    begin(&t, specs, 2, QUEUE_SPREADS);
    fly(&t, bring_back_the_lost_one);
    assert_int_equal(master_of(&t, 7004), ALONE);
    assert_int_equal(master_of(&t, 7006), ALONE); // nobody needs it any more
    assert_true(flight_told(
        &t, "plan: 1 of 2 moves done, 1 not begun: 127.0.99.170:7001 is protected now"));
    assert_int_equal(queue_count(pilot_queued(t.pilot), QUEUED_REFUSED), 0);
    flight_end(&t);
}

static void a_plan_that_does_not_hold_is_not_begun(void **state)
{
    (void)state;
    MoveSpec specs[2];
    Flight t = flight_with_a_plan(specs);
    begin(&t, &specs[1], 1, QUEUE_SPREADS); // the second without the first
    assert_false(pilot_is_busy(t.pilot));
    assert_true(flight_told(&t, "plan: 0 of 1 moves done, 1 not begun: 127.0.99.172:7006 may not "
                                "go to 127.0.99.170:7001: its master"));
    assert_int_equal(t.sent, 0);
    flight_end(&t);
}

TESTS(pilot_queue, cmocka_unit_test(a_plan_is_made_to_its_end_while_it_holds),
      cmocka_unit_test(a_plan_ends_where_the_cluster_has_changed),
      cmocka_unit_test(a_plan_that_does_not_hold_is_not_begun),
      cmocka_unit_test(each_move_is_verified_before_the_next_begins),
      cmocka_unit_test(a_refused_move_stops_the_rest),
      cmocka_unit_test(a_queue_that_goes_on_makes_the_others),
      cmocka_unit_test(stopping_sees_the_present_one_through_and_drops_the_rest),
      cmocka_unit_test(a_veto_counts_as_refused),
      cmocka_unit_test(nothing_else_begins_while_a_queue_is_on),
      cmocka_unit_test(a_queue_does_not_outlive_a_sleep),
      cmocka_unit_test(a_read_only_pilot_takes_no_queue))
