// What `e`, `plan` and the audit file say, kept in tests/golden/explain-*.txt.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "auto_run.h"
#include "golden.h"
#include "rehome/policy/explain.h"

static void assert_says(const Explanation *e, const char *name)
{
    StrBuf text = {0};
    char file[64];
    explain_text(&text, e);
    snprintf(file, sizeof(file), "explain-%s.txt", name);
    bool same = golden_equal(file, strbuf_text(&text));
    strbuf_done(&text);
    assert_true(same);
}

static void assert_node(Run *r, int port, const char *name)
{
    Explanation e = {.arena = arena_new()};
    Plan plan = plan_make(r->w.h);
    explain_node(&e, r->w.h, &plan, &r->a, watch_index(&r->w, port));
    assert_says(&e, name);
    arena_free(e.arena);
}

static void assert_decision_says(Run *r, const char *name)
{
    Explanation e = {.arena = arena_new()};
    Plan plan = plan_make(r->w.h);
    explain_decision(&e, r->w.h, &plan, &r->a);
    assert_says(&e, name);
    arena_free(e.arena);
}

static void an_orphan_in_its_grace(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 4);
    assert_node(&r, 7001, "grace");
    run_done(&r);
}

static void an_orphan_that_is_helped_now(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 10);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    assert_node(&r, 7001, "acts");
    run_done(&r);
}

static void observing_nothing_but_the_mode_holds_it_back(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_OBSERVE);
    run_rounds(&r, 10);
    assert_node(&r, 7001, "observes");
    run_done(&r);
}

static void switched_off(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_OFF);
    run_rounds(&r, 10);
    assert_node(&r, 7001, "off");
    run_done(&r);
}

static void an_orphan_that_nobody_can_help(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    watch_fail(&r.w, 7004);
    run_rounds(&r, 10);
    assert_node(&r, 7001, "no-spare");
    run_done(&r);
}

static void masters_that_share_a_host_with_all_their_replicas(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    r.w.options.spread = true;
    run_rounds(&r, 11);
    assert_node(&r, 7005, "spread");
    // Two replicas on its own host, and nobody else has one to spare.
    fixture_node(r.w.f, fixture_port(r.w.f, 7004))->forgotten = true;
    fixture_replica(r.w.f, "127.0.99.172:7010", fixture_port(r.w.f, 7005));
    run_rounds(&r, 2);
    assert_node(&r, 7005, "spread-in-two-steps");
    assert_node(&r, 7010, "spare-of-a-step");
    run_done(&r);
}

static void the_brake(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    r.a.limits.cool_down_ms = 0;
    run_rounds(&r, 10);
    for (int i = 0; i < 6; i++) {
        run_moved(&r, false);
    }
    run_rounds(&r, 2);
    assert_true(r.a.brake);
    assert_node(&r, 7001, "brake");
    run_done(&r);
}

static void a_node_that_cools_down(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 10);
    run_moved(&r, false);
    run_rounds(&r, 1);
    assert_node(&r, 7001, "cool-down");
    assert_node(&r, 7004, "cooling-replica");
    run_done(&r);
}

static void views_that_disagree(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_epochs_disagree(&r);
    run_rounds(&r, 10);
    assert_node(&r, 7001, "views-disagree");
    run_done(&r);
}

static void two_orphans_and_one_spare(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_OBSERVE);
    watch_fail(&r.w, 7006);
    run_rounds(&r, 12);
    assert_node(&r, 7005, "second-orphan");
    run_done(&r);
}

static void masters_that_need_nothing(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    assert_node(&r, 7003, "protected-with-spare");
    assert_node(&r, 7005, "protected-at-floor");
    assert_decision_says(&r, "nothing-to-do");
    run_done(&r);
}

static void replicas(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 10);
    assert_node(&r, 7004, "spare-that-goes");
    assert_node(&r, 7002, "spare-that-is-second");
    assert_node(&r, 7006, "replica-at-floor");
    assert_node(&r, 7008, "replica-failed");
    run_done(&r);
}

static void a_spare_when_nobody_needs_it(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    assert_node(&r, 7004, "spare-at-rest");
    run_done(&r);
}

static void a_failed_master_with_and_without_an_heir(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    watch_fail(&r.w, 7001);
    run_rounds(&r, 1);
    assert_node(&r, 7001, "failed-with-heir");
    knob(&r.w, 7008)->link_up = false;
    knob(&r.w, 7008)->link_down_s = -1;
    run_rounds(&r, 1);
    assert_node(&r, 7001, "failed-heir-too-old");
    watch_fail(&r.w, 7008);
    run_rounds(&r, 1);
    assert_node(&r, 7001, "failed-for-good");
    run_done(&r);
}

static void a_master_whose_replica_cannot_be_asked(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    fixture_lose(r.w.f, fixture_port(r.w.f, 7008));
    run_rounds(&r, 6);
    assert_node(&r, 7001, "at-risk");
    run_done(&r);
}

static void a_decision_is_explained_by_its_orphan(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 4);
    assert_decision_says(&r, "grace");
    run_done(&r);
}

// The nodes of a large cluster would fill pages with refusals.
static void refused_candidates_are_counted_beyond_a_page(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-8191");
    int b = fixture_master(f, "10.0.0.2:7002", "8192-16383");
    for (int i = 0; i < EXPLAIN_REFUSED_SHOWN + 3; i++) {
        char addr[32];
        snprintf(addr, sizeof(addr), "10.0.1.1:%d", 7100 + i);
        int r = fixture_replica(f, addr, b);
        fixture_node(f, r)->link_up = false;
        fixture_node(f, r)->link_down_s = 40;
    }
    fixture_fail(f, fixture_replica(f, "10.0.0.3:7003", a));
    Run r = run_of(f, AUTO_ACT);
    run_rounds(&r, 5);
    Explanation e = {.arena = arena_new()};
    Plan plan = plan_make(r.w.h);
    explain_target(&e, r.w.h, &plan.at[0]);
    assert_string_equal(e.at[e.n - 1].text, "3 more, worse or refused, are left out");
    arena_free(e.arena);
    run_done(&r);
}

TESTS(explain, cmocka_unit_test(an_orphan_in_its_grace),
      cmocka_unit_test(an_orphan_that_is_helped_now),
      cmocka_unit_test(observing_nothing_but_the_mode_holds_it_back),
      cmocka_unit_test(switched_off), cmocka_unit_test(an_orphan_that_nobody_can_help),
      cmocka_unit_test(masters_that_share_a_host_with_all_their_replicas),
      cmocka_unit_test(the_brake), cmocka_unit_test(a_node_that_cools_down),
      cmocka_unit_test(views_that_disagree), cmocka_unit_test(two_orphans_and_one_spare),
      cmocka_unit_test(masters_that_need_nothing), cmocka_unit_test(replicas),
      cmocka_unit_test(a_spare_when_nobody_needs_it),
      cmocka_unit_test(a_failed_master_with_and_without_an_heir),
      cmocka_unit_test(a_master_whose_replica_cannot_be_asked),
      cmocka_unit_test(a_decision_is_explained_by_its_orphan),
      cmocka_unit_test(refused_candidates_are_counted_beyond_a_page))
