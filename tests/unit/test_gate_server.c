#include "unit.h"

#include <stdio.h>

#include "gate_try.h"
#include "rehome/base/mem.h"

// :7008 fails between the looks begun at look_before_ms and ended at 2000, and the last two rounds
// are so long after it.
static void orphan_for(Try *t, int64_t look_before_ms, int64_t age_ms, int port)
{
    watch_round(&t->w, 1000);
    watch_round(&t->w, look_before_ms + 99); // a look takes 100 ms
    watch_fail(&t->w, 7008);
    watch_round(&t->w, 2000);
    t->ask = try_ask(&t->w, port, 1500);
    watch_round(&t->w, 2000 + age_ms - 60);
    watch_round(&t->w, 2000 + age_ms);
    try_check(t);
}

// In the scenario.
static Try orphaned_since(int64_t look_before_ms, int64_t age_ms, int64_t node_timeout_ms, int port)
{
    Try t = {.w = watch_new(fixture_scenario())};
    for (size_t i = 0; i < fixture_count(t.w.f); i++) {
        fixture_node(t.w.f, (int)i)->node_timeout_ms = node_timeout_ms;
    }
    orphan_for(&t, look_before_ms, age_ms, port);
    return t;
}

static Try orphaned_for(int64_t age_ms)
{
    return orphaned_since(1900, age_ms, 2000, 7004);
}

static void assert_race_of(Try t, const char *held)
{
    char refusal[160];
    if (held != NULL) {
        snprintf(refusal, sizeof(refusal),
                 "the server's own migration to 127.0.99.170:7001 may come any moment: "
                 "orphaned for %s",
                 held);
        assert_gate_refused(&t, GATE_SERVER_RACE, refusal);
    } else {
        assert_gate_passed(&t, GATE_SERVER_RACE, "no move by the server's own migration is due");
        assert_true(t.verdict.open);
    }
    try_done(&t);
}

static void nothing_is_written_while_the_servers_may_act_themselves(void **state)
{
    (void)state;
    assert_race_of(orphaned_for(100), "0.1s");
    assert_race_of(orphaned_for(150), NULL);
    assert_race_of(orphaned_for(3400), NULL);
    assert_race_of(orphaned_for(3600), "3.6s");
    assert_race_of(orphaned_for(6600), "6.6s"); // asked at 6.5, when it was due
    assert_race_of(orphaned_for(6700), NULL);
}

// It may have been one since the look before.
static void what_was_noticed_late_began_earlier(void **state)
{
    (void)state;
    assert_race_of(orphaned_since(1001, 2500, 2000, 7004), NULL);
    assert_race_of(orphaned_since(1001, 2700, 2000, 7004), "2.7s");
}

// :7008 failed a minute ago; what makes an orphan of its master is that the other one was moved.
static void it_begins_when_the_last_one_has_gone_also_by_a_move(void **state)
{
    (void)state;
    static const int64_t ages_ms[] = {4000, 6500, 6700};
    for (size_t i = 0; i < ARRAY_LEN(ages_ms); i++) {
        Fixture *f = fixture_scenario();
        int other = fixture_replica(f, "127.0.99.173:7010", fixture_port(f, 7001));
        Try t = {.w = watch_new(f)};
        watch_round(&t.w, 1000);
        watch_fail(&t.w, 7008);
        watch_round(&t.w, 2000);
        watch_round(&t.w, 60000);
        fixture_node(f, other)->master = fixture_port(f, 7003);
        watch_round(&t.w, 61000);
        t.ask = try_ask(&t.w, 7004, 61000);
        watch_round(&t.w, 61000 + ages_ms[i] - 60);
        watch_round(&t.w, 61000 + ages_ms[i]);
        try_check(&t);
        assert_race_of(t, ages_ms[i] == 4000 ? "4.0s" : ages_ms[i] == 6500 ? "6.5s" : NULL);
    }
}

// The servers do not always set their clock back when an orphan is helped.
static void a_clock_of_the_last_time_may_still_run(void **state)
{
    (void)state;
    for (int64_t first_ms = 4000; first_ms <= 20000; first_ms += 16000) {
        Try t = {.w = watch_new(fixture_scenario())};
        watch_round(&t.w, 21000 - first_ms);
        watch_fail(&t.w, 7008);
        watch_round(&t.w, 22000 - first_ms);
        fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
        watch_round(&t.w, 21900);
        watch_fail(&t.w, 7008);
        watch_round(&t.w, 22000);
        t.ask = try_ask(&t.w, 7004, 22000);
        watch_round(&t.w, 22940);
        watch_round(&t.w, 23000);
        try_check(&t);
        assert_race_of(t, first_ms == 4000 ? "1.0s" : NULL);
    }
}

// In the look before only :7005 told its view, and it had not heard of it.
static void what_few_tell_of_may_have_begun_long_before(void **state)
{
    (void)state;
    for (int told = 1; told <= 2; told++) {
        Try t = {.w = watch_new(fixture_scenario())};
        watch_round(&t.w, 1000);
        knob(&t.w, 7001)->silent = true;
        knob(&t.w, 7003)->silent = told < 2;
        watch_round(&t.w, 1999);
        knob(&t.w, 7001)->silent = knob(&t.w, 7003)->silent = false;
        watch_fail(&t.w, 7008);
        watch_round(&t.w, 2000);
        t.ask = try_ask(&t.w, 7004, 1500);
        watch_round(&t.w, 4900);
        watch_round(&t.w, 5000);
        try_check(&t);
        assert_race_of(t, told < 2 ? "3.0s" : NULL);
    }
}

// Whoever has not heard of our move acts as if it had not been.
static void the_news_of_our_move_takes_half_a_node_timeout(void **state)
{
    (void)state;
    assert_race_of(orphaned_since(1900, 400, 8000, 7004), NULL);
    assert_race_of(orphaned_since(1900, 600, 8000, 7004), "0.6s");
    assert_race_of(orphaned_since(1900, 200, 15000, 7004), "0.2s");
    assert_race_of(orphaned_since(1900, 6600, 15000, 7004), "6.6s");
    assert_race_of(orphaned_since(1900, 6700, 15000, 7004), NULL);
    assert_race_of(orphaned_since(1900, 200, -1, 7004), "0.2s"); // not known
}

// The smallest ID is :7002: whoever has not heard of its move still waits for it to go.
static void whom_the_servers_would_take_may_go_before_they_take_it(void **state)
{
    (void)state;
    assert_race_of(orphaned_since(1900, 100, 15000, 7002), "0.1s");
    assert_race_of(orphaned_since(1900, 200, 15000, 7002), NULL);
    assert_race_of(orphaned_since(1900, 4500, 15000, 7002), NULL);
    assert_race_of(orphaned_since(1900, 4700, 15000, 7002), "4.7s");
}

static void an_orphan_whose_beginning_was_not_seen_is_given_the_servers_time(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_node(f, fixture_port(f, 7008))->master =
        fixture_port(f, 7005); // nobody tells since when
    Try t = try_of(f);
    try_rounds(&t);
    assert_gate_refused(
        &t, GATE_SERVER_RACE,
        "the server's own migration to 127.0.99.170:7001 may come any moment: orphaned "
        "for 2.0s that we have seen, and longer");
    watch_round(&t.w, 8600);
    watch_round(&t.w, 8700);
    try_check(&t);
    assert_true(t.verdict.check[GATE_SERVER_RACE].passed);
    try_done(&t);
}

// To us it is an orphan once its replica has been cut off for a while; to the servers only when
// that has failed.
static void the_servers_time_begins_when_the_last_replica_has_failed(void **state)
{
    (void)state;
    Try t = {.w = watch_new(fixture_scenario())};
    FixtureNode *r = knob(&t.w, 7008);
    watch_round(&t.w, 1000);
    r->link_up = false;
    watch_round(&t.w, 2000);
    watch_round(&t.w, 13000);
    assert_int_equal(watch_node(&t.w, 7001)->orphan, ORPHAN_CUT_OFF);
    watch_fail(&t.w, 7008);
    watch_round(&t.w, 15000);
    t.ask = try_ask(&t.w, 7004, 14500);
    watch_round(&t.w, 18940);
    watch_round(&t.w, 19000);
    try_check(&t);
    assert_gate_refused(&t, GATE_SERVER_RACE,
                        "the server's own migration to 127.0.99.170:7001 may come any moment: "
                        "orphaned for 4.0s");
    try_done(&t);
}

// We know that it loads what our own move brings, the servers do not: to them :7005 is an orphan,
// and :7001, for which it has long been time, waits for that.
static void the_servers_do_not_wait_for_our_own_move(void **state)
{
    (void)state;
    Try t = orphaned_for(6600);
    t.w.options.moving = (OwnMove){.replica = watch_id(&t.w, 7006), .target = watch_id(&t.w, 7005)};
    watch_fail(&t.w, 7006);
    watch_round(&t.w, 12000);
    watch_round(&t.w, 16100);
    assert_int_equal(watch_node(&t.w, 7005)->orphan, ORPHAN_NOT);
    try_check(&t);
    assert_gate_refused(&t, GATE_SERVER_RACE,
                        "the server's own migration to 127.0.99.170:7001 may come any moment: "
                        "orphaned for 14s, second to another one");
    watch_round(&t.w, 18700);
    watch_round(&t.w, 18800); // the other one's time is over, too
    try_check(&t);
    assert_gate_passed(&t, GATE_SERVER_RACE, "no move by the server's own migration is due");
    fixture_restore(t.w.f, fixture_port(t.w.f, 7006));
    watch_round(&t.w, 18900);
    try_check(&t);
    assert_gate_refused(&t, GATE_SERVER_RACE,
                        "the server's own migration to 127.0.99.170:7001 may come any moment: "
                        "orphaned for 16s, second to another one");
    try_done(&t);
}

// :7006 moves at 12000, long after the servers would have come to :7001. Who has not heard of that
// may take it for the one to go, and, once it has heard, go itself.
static void the_news_of_every_move_is_waited_for(void **state)
{
    (void)state;
    Try t = orphaned_for(8000);
    knob(&t.w, 7006)->master = fixture_port(t.w.f, 7003);
    watch_round(&t.w, 12000);
    watch_round(&t.w, 13200);
    try_check(&t);
    assert_gate_refused(&t, GATE_SERVER_RACE,
                        "the news that 127.0.99.172:7006 has moved may not have reached everyone: "
                        "that was 1.2s ago");
    watch_round(&t.w, 18600); // and :7005 is an orphan by it, for that long
    watch_round(&t.w, 18700);
    try_check(&t);
    assert_gate_passed(&t, GATE_SERVER_RACE, "no move by the server's own migration is due");
    try_done(&t);
}

// For :7005 the servers would take :7002 as well: to them :7010 stays.
static void a_second_orphan_is_waited_for_where_only_the_servers_count_a_replica(void **state)
{
    (void)state;
    for (int works = 0; works < 2; works++) {
        Fixture *f = fixture_scenario();
        int third = fixture_replica(f, "127.0.99.172:7010", fixture_port(f, 7003));
        fixture_node(f, third)->link_up = works != 0;
        Try t = {.w = watch_new(f)};
        watch_round(&t.w, 1900);
        watch_fail(&t.w, 7008);
        watch_fail(&t.w, 7006);
        watch_round(&t.w, 2000);
        t.ask = try_ask(&t.w, 7004, 1500);
        watch_round(&t.w, 2900);
        watch_round(&t.w, 3000);
        try_check(&t);
        if (works) {
            assert_gate_passed(&t, GATE_SERVER_RACE,
                               "no move by the server's own migration is due");
        } else {
            assert_gate_refused(&t, GATE_SERVER_RACE,
                                "the server's own migration to 127.0.99.172:7005 may come any "
                                "moment: orphaned for 1.0s");
        }
        try_done(&t);
    }
}

// :7005 has three replicas, the donor two: nobody would take from the donor, but who has not heard
// that :7011 is back, or that it had failed, counts two as well.
static void who_is_covered_best_is_not_known_to_all_at_once(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_replica(f, "127.0.99.172:7010", fixture_port(f, 7005));
    int third = fixture_replica(f, "127.0.99.173:7011", fixture_port(f, 7005));
    Try t = {.w = watch_new(f)};
    watch_fail(&t.w, 7011);
    watch_round(&t.w, 1900);
    watch_fail(&t.w, 7008);
    watch_round(&t.w, 2000);
    t.ask = try_ask(&t.w, 7004, 1500);
    watch_round(&t.w, 6000);
    fixture_restore(f, third);
    watch_round(&t.w, 7000);
    watch_round(&t.w, 7100);
    try_check(&t);
    assert_gate_refused(&t, GATE_SERVER_RACE,
                        "the server's own migration to 127.0.99.170:7001 may come any moment: "
                        "orphaned for 5.1s");
    watch_round(&t.w, 8250);
    try_check(&t);
    assert_gate_passed(&t, GATE_SERVER_RACE, "the servers would not take a replica of this donor");
    watch_fail(&t.w, 7011);
    watch_round(&t.w, 8300);
    try_check(&t);
    assert_false(t.verdict.check[GATE_SERVER_RACE].passed);
    try_done(&t);
}

static void set_migration(Try *t, Tri allow)
{
    for (size_t i = 0; i < fixture_count(t->w.f); i++) {
        fixture_node(t->w.f, (int)i)->allow_migration = allow;
    }
}

static void servers_that_do_not_act_are_not_waited_for(void **state)
{
    (void)state;
    Try t = orphaned_for(4000);
    set_migration(&t, TRI_NO);
    watch_round(&t.w, 6001);
    try_check(&t);
    assert_gate_passed(&t, GATE_SERVER_RACE, "the server's own migration is off");
    try_done(&t);
    // Nobody else is left with the donor to go: the other rules have their say, not this one.
    t = orphaned_for(4000);
    watch_fail(&t.w, 7002);
    watch_round(&t.w, 6001);
    watch_round(&t.w, 7300); // when all have heard of that
    try_check(&t);
    assert_gate_passed(&t, GATE_SERVER_RACE, "the servers would not take a replica of this donor");
    try_done(&t);
}

// Due at 4.9 s, unless the servers do not act at all.
static void assert_due(void (*change)(Try *t))
{
    Try t = {.w = watch_new(fixture_scenario())};
    change(&t);
    orphan_for(&t, 1900, 4900, 7004);
    assert_false(t.verdict.check[GATE_SERVER_RACE].passed);
    assert_string_equal(t.verdict.check[GATE_SERVER_RACE].text,
                        "the server's own migration to 127.0.99.170:7001 may come any moment: "
                        "orphaned for 4.9s");
    try_done(&t);
}

static void all_but_the_donors_other_say_off(Try *t)
{
    set_migration(t, TRI_NO);
    knob(&t->w, 7002)->allow_migration = TRI_YES;
    knob(&t->w, 7002)->forbidden = ASK_SETTINGS;
}

static void only_masters_say_fail(Try *t)
{
    static const int masters[] = {7001, 7003, 7005};
    for (size_t i = 0; i < ARRAY_LEN(masters); i++) {
        knob(&t->w, masters[i])->state_fail = true;
    }
}

// A replica goes by what it is told and sees itself.
static void what_others_say_does_not_keep_the_donors_other_replica(void **state)
{
    (void)state;
    assert_due(all_but_the_donors_other_say_off);
    assert_due(only_masters_say_fail);
}

TESTS(gate_server, cmocka_unit_test(nothing_is_written_while_the_servers_may_act_themselves),
      cmocka_unit_test(what_was_noticed_late_began_earlier),
      cmocka_unit_test(it_begins_when_the_last_one_has_gone_also_by_a_move),
      cmocka_unit_test(a_clock_of_the_last_time_may_still_run),
      cmocka_unit_test(what_few_tell_of_may_have_begun_long_before),
      cmocka_unit_test(the_news_of_our_move_takes_half_a_node_timeout),
      cmocka_unit_test(whom_the_servers_would_take_may_go_before_they_take_it),
      cmocka_unit_test(an_orphan_whose_beginning_was_not_seen_is_given_the_servers_time),
      cmocka_unit_test(the_servers_time_begins_when_the_last_replica_has_failed),
      cmocka_unit_test(the_servers_do_not_wait_for_our_own_move),
      cmocka_unit_test(the_news_of_every_move_is_waited_for),
      cmocka_unit_test(a_second_orphan_is_waited_for_where_only_the_servers_count_a_replica),
      cmocka_unit_test(who_is_covered_best_is_not_known_to_all_at_once),
      cmocka_unit_test(servers_that_do_not_act_are_not_waited_for),
      cmocka_unit_test(what_others_say_does_not_keep_the_donors_other_replica))
