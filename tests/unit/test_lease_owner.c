// The lease and the owner of its slot: failovers, restarts, nobody; and all of it by chance.
#include "unit.h"

#include <stdio.h>

#include "lease_world.h"

static void promote_owner(LeaseWorld *w, bool keeps_key)
{
    int heir = fixture_port(w->f, 7008);
    fixture_fail(w->f, w->owner);
    fixture_promote(w->f, heir);
    w->owner = heir;
    if (!keeps_key) {
        w->value[0] = '\0';
        w->ends_ms = 0;
    }
}

static void after_a_failover_its_holder_asks_anew_and_waits_a_ttl(void **state)
{
    LeaseWorld *w = *state;
    promote_owner(w, true);
    assert_true(world_may_write(w, ASH));
    lease_look(w, ASH);
    assert_false(world_may_write(w, ASH));
    lease_run(w, ASH);
    assert_int_equal(world_state(w, ASH), LEASE_SETTLING);
    lease_pass(w, LEASE_TEST_TTL_MS - 200);
    assert_false(world_may_write(w, ASH));
    lease_pass(w, 300);
    assert_true(world_may_write(w, ASH));
    assert_int_equal(w->taken, 1);
}

static void after_a_failover_that_lost_it_nobody_counts_for_a_ttl(void **state)
{
    LeaseWorld *w = *state;
    promote_owner(w, false);
    lease_pass_one(w, BIRCH, 200); // birch is quicker
    assert_int_equal(world_state(w, BIRCH), LEASE_SETTLING);
    lease_pass(w, LEASE_TEST_TTL_MS - 400);
    assert_false(world_may_write(w, BIRCH));
    assert_false(world_may_write(w, ASH));
    lease_pass(w, 600);
    assert_true(world_may_write(w, BIRCH));
}

// Ash has had it at the old owner since, which never told the new one.
static void what_runs_out_right_after_a_failover_may_be_an_older_one(void **state)
{
    LeaseWorld *w = *state;
    promote_owner(w, false);
    snprintf(w->value, sizeof(w->value), "rehome cedar 102 1700000000000 1");
    w->ends_ms = w->now_ms + 1500;
    lease_pass_one(w, BIRCH, 3000);
    assert_int_equal(w->taken, 2);
    assert_int_equal(world_state(w, BIRCH), LEASE_SETTLING);
    assert_true(world_may_write(w, ASH)); // it sees the old owner only
    lease_pass_one(w, BIRCH, LEASE_TEST_TTL_MS - 2000);
    assert_true(world_may_write(w, BIRCH));
}

static void a_server_begun_anew_counts_as_another(void **state)
{
    LeaseWorld *w = *state;
    snprintf(fixture_node(w->f, w->owner)->run_id, 41, "%040d", 1);
    lease_look(w, ASH);
    assert_false(world_may_write(w, ASH));
    assert_lease_says(w, ASH, "is served by 127.0.99.170:7001 anew");
}

static void a_free_key_counts_only_when_a_later_round_shows_the_same_server(void **state)
{
    LeaseWorld *w = *state;
    while (w->now_ms < w->ends_ms) { // ash is gone
        w->now_ms += 100;
        lease_look(w, BIRCH);
        lease_run(w, BIRCH);
    }
    for (int i = 0; i < 20 && w->taken < 2; i++) {
        w->now_ms += 100;
        lease_run(w, BIRCH);
    }
    assert_int_equal(world_state(w, BIRCH), LEASE_SETTLING);
    assert_lease_says(w, BIRCH, "with the next round");
    w->now_ms += 300;
    lease_look(w, BIRCH);
    assert_true(world_may_write(w, BIRCH));
}

static void an_answer_of_the_owner_before_is_void(void **state)
{
    LeaseWorld *w = *state;
    LeaseCommand c = next_of_ash(w);
    promote_owner(w, true);
    lease_look(w, ASH);
    lease_reply(w->lease[ASH], true, "1", w->now_ms);
    assert_int_equal(world_state(w, ASH), LEASE_UNKNOWN);
    assert_true(lease_step(w->lease[ASH], w->now_ms, &c));
    assert_true(node_id_eq(c.node, fixture_id(w->f, w->owner)));
    lease_late(w->lease[ASH], w->now_ms);
}

static void without_an_owner_there_is_nobody_to_ask(void **state)
{
    LeaseWorld *w = *state;
    fixture_fail(w->f, w->owner);
    int asked = w->asked;
    lease_pass(w, 9000);
    assert_int_equal(w->asked, asked);
    assert_int_equal(lease_wake_ms(w->lease[ASH]), 0);
    assert_lease_says(w, ASH, "127.0.99.170:7001, which owns slot 1547 of the key, has failed");
    assert_lease_says(w, BIRCH, "has failed");
    fixture_node(w->f, w->owner)->slots[0] = '\0';
    lease_pass(w, 200);
    assert_lease_says(w, ASH, "slot 1547 of the key has no owner");
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

static void restart_owner(LeaseWorld *w, uint32_t n, bool keeps_key)
{
    snprintf(fixture_node(w->f, w->owner)->run_id, 41, "%040u", n);
    if (!keeps_key) {
        w->value[0] = '\0';
        w->ends_ms = 0;
    }
}

// Whatever is lost, stopped, restarted or promoted: lease_pass() asserts that never two may write.
static void whatever_happens_never_two_may_write(void **state)
{
    (void)state;
    int held = 0;
    for (uint32_t first = 1; first <= 20; first++) {
        uint32_t seed = first;
        LeaseWorld w;
        lease_world_init(&w);
        for (int i = 0; i < (int)fixture_count(w.f); i++) { // one view is enough, and quick
            fixture_node(w.f, i)->silent = i != fixture_port(w.f, 7003);
        }
        lease_want_all(&w);
        bool promoted = false;
        for (uint32_t step = 0; step < 40; step++) {
            for (int i = 0; i < LEASES; i++) {
                w.lost[i] = draw(&seed, 6) == 0;
                w.deaf[i] = draw(&seed, 6) == 0;
                w.unsent[i] = draw(&seed, 8) == 0;
            }
            uint32_t what = draw(&seed, 30);
            if (what == 0 && !promoted) {
                promoted = true;
                promote_owner(&w, draw(&seed, 2) == 0);
            } else if (what == 1) {
                restart_owner(&w, step, draw(&seed, 2) == 0);
            }
            int64_t ms = 100 + 100 * (int64_t)draw(&seed, 40);
            if (what >= 20) {
                lease_pass_one(&w, (int)draw(&seed, LEASES), ms * 3);
            } else {
                lease_pass(&w, ms);
            }
            held += world_may_write(&w, ASH) || world_may_write(&w, BIRCH);
        }
        lease_world_done(&w);
    }
    assert_true(held > 100); // and not because nobody ever may
}

TESTS(lease_owner, GIVEN(after_a_failover_its_holder_asks_anew_and_waits_a_ttl),
      GIVEN(after_a_failover_that_lost_it_nobody_counts_for_a_ttl),
      GIVEN(what_runs_out_right_after_a_failover_may_be_an_older_one),
      GIVEN(a_server_begun_anew_counts_as_another),
      GIVEN(a_free_key_counts_only_when_a_later_round_shows_the_same_server),
      GIVEN(an_answer_of_the_owner_before_is_void), GIVEN(without_an_owner_there_is_nobody_to_ask),
      cmocka_unit_test(whatever_happens_never_two_may_write))
