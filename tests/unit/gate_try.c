#include "gate_try.h"

#include "unit.h"

GateAsk try_ask(const Watch *w, int replica, int64_t decided_ms)
{
    return (GateAsk){
        .replica = watch_id(w, replica),
        .donor = watch_id(w, 7003),
        .target = watch_id(w, 7001),
        .purpose = PURPOSE_HEAL,
        .decided_ms = decided_ms,
    };
}

Try try_of(Fixture *f)
{
    Try t = {.w = watch_new(f)};
    watch_fail(&t.w, 7008);
    watch_round(&t.w, 1000);
    t.ask = try_ask(&t.w, 7004, 1000);
    return t;
}

Try try_scenario(void)
{
    return try_of(fixture_scenario());
}

void try_check(Try *t)
{
    gate_check(&t->ask, t->w.before, t->w.h, &t->verdict);
}

void try_rounds(Try *t)
{
    watch_round(&t->w, 2000);
    watch_round(&t->w, 3000);
    try_check(t);
}

void try_done(Try *t)
{
    watch_done(&t->w);
}

void assert_gate_refused(const Try *t, GateRule rule, const char *text)
{
    assert_false(t->verdict.check[rule].passed);
    assert_string_equal(t->verdict.check[rule].text, text);
    assert_false(t->verdict.open);
    assert_int_equal(t->verdict.refused_by, rule);
}

void assert_gate_passed(const Try *t, GateRule rule, const char *text)
{
    assert_true(t->verdict.check[rule].passed);
    assert_string_equal(t->verdict.check[rule].text, text);
}

void assert_change_refused(TryChange *change, GateRule rule, const char *text)
{
    Try t = try_scenario();
    change(&t);
    try_rounds(&t);
    assert_gate_refused(&t, rule, text);
    try_done(&t);
}

void try_replica_silent(Try *t)
{
    fixture_lose(t->w.f, fixture_port(t->w.f, 7004));
}

void try_target_late(Try *t)
{
    knob(&t->w, 7001)->reach = REACH_LATE;
}

void try_slots_disagree(Try *t)
{
    fixture_view_slots(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7003), "6826-12000",
                       3);
}

void try_target_suspected(Try *t)
{
    knob(&t->w, 7001)->pfail = true;
}

void try_bgsave_failed(Try *t)
{
    knob(&t->w, 7001)->bgsave_failed = true;
}

void try_sibling_gone(Try *t)
{
    watch_fail(&t->w, 7002);
}

void try_candidate_syncing(Try *t)
{
    knob(&t->w, 7004)->sync_in_progress = true;
}

void try_candidate_link_down(Try *t)
{
    knob(&t->w, 7004)->link_up = false;
}

void try_too_small(Try *t)
{
    knob(&t->w, 7004)->maxmemory = INT64_C(1228) << 20;
}
