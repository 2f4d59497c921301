// Holds: whom they concern, how long, and what they do to the plan and to automatic mode.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "auto_run.h"
#include "plan_try.h"
#include "rehome/base/mem.h"
#include "rehome/policy/hold.h"

enum { MINUTE_MS = 60000 };

static HoldSubject on_all(HoldKind kind)
{
    return (HoldSubject){.kind = kind, .scope = HOLD_ON_ALL};
}

static HoldSubject on_node(NodeId id)
{
    return (HoldSubject){.kind = HOLD_DOWNTIME, .scope = HOLD_ON_NODE, .node = id};
}

static HoldSubject on_host(const char *host)
{
    HoldSubject on = {.kind = HOLD_DOWNTIME, .scope = HOLD_ON_HOST};
    snprintf(on.host, sizeof(on.host), "%s", host);
    return on;
}

// Alice's, for ten minutes from now on.
static void put(Holds *all, const Watch *w, HoldSubject on)
{
    const Snapshot *s = w->h->snapshot;
    Hold hold = hold_make(s, &on, "alice", "new kernel", s->wall_ms, 10 * MINUTE_MS);
    assert_true(holds_put(all, &hold, s));
}

// The scenario, watched by automatic mode for five seconds, with holds that tests put in.
static Holds *kept;

static Run watched(Fixture *f)
{
    kept = mem_alloc(sizeof(*kept));
    Run r = run_of(f, AUTO_ACT);
    r.w.options.holds = kept;
    run_rounds(&r, 5);
    return r;
}

static void done(Run *r)
{
    run_done(r);
    mem_free(kept);
}

static void a_hold_is_over_when_its_time_is(void **state)
{
    (void)state;
    Hold hold = {.until_ms = 1000};
    assert_false(hold_is_over(&hold, 999));
    assert_true(hold_is_over(&hold, 1000));
    hold.until_ms = 0;
    assert_false(hold_is_over(&hold, INT64_MAX));
}

static void a_hold_knows_its_cluster_by_its_masters(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    Watch other = watch_new(well_placed());
    watch_round(&other, 1000);
    // IDs of fixtures are by number: make the other cluster's its own.
    Snapshot *s = other.snapshots[1];
    for (size_t i = 0; i < s->n_nodes; i++) {
        s->nodes[i].id.hex[0] = 'f';
    }
    put(kept, &r.w, on_all(HOLD_PAUSE));
    assert_true(hold_concerns(&kept->at[0], r.w.h->snapshot));
    assert_false(hold_concerns(&kept->at[0], s));
    kept->at[0].n_members = 0; // nobody knows whose it was
    assert_true(hold_concerns(&kept->at[0], s));
    watch_done(&other);
    done(&r);
}

static void a_failover_does_not_make_it_another_cluster(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_all(HOLD_PAUSE));
    for (size_t i = 1; i < kept->at[0].n_members; i++) {
        kept->at[0].members[i] = (NodeId){""};
    }
    fixture_promote(r.w.f, fixture_port(r.w.f, 7008));
    run_rounds(&r, 1);
    assert_non_null(r.w.h->pause);
    done(&r);
}

static void a_second_one_on_the_same_takes_the_place_of_the_first(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_host("127.0.99.171"));
    put(kept, &r.w, on_node(watch_id(&r.w, 7004)));
    put(kept, &r.w, on_host("127.0.99.171"));
    assert_int_equal(kept->n, 2);
    HoldSubject host = on_host("127.0.99.171");
    assert_int_equal(holds_drop(kept, &host, r.w.h->snapshot), 1);
    assert_int_equal(holds_drop(kept, &host, r.w.h->snapshot), 0);
    assert_int_equal(kept->n, 1);
    assert_int_equal(kept->at[0].on.scope, HOLD_ON_NODE);
    done(&r);
}

static void there_is_an_end_to_how_many_are_kept(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    const Snapshot *s = r.w.h->snapshot;
    Hold hold = hold_make(s, &(HoldSubject){.kind = HOLD_DOWNTIME, .scope = HOLD_ON_HOST}, "a", "",
                          s->wall_ms, 0);
    for (int i = 0; i < HOLDS_MAX; i++) {
        snprintf(hold.on.host, sizeof(hold.on.host), "rack-%d", i);
        assert_true(holds_put(kept, &hold, s));
    }
    assert_true(holds_put(kept, &hold, s)); // the last one again
    snprintf(hold.on.host, sizeof(hold.on.host), "one too many");
    assert_false(holds_put(kept, &hold, s));
    for (int i = 0; i < HOLD_TRIES_MAX + 2; i++) {
        holds_try(kept, &(HoldTry){.at_ms = i});
    }
    assert_int_equal(kept->n_tries, HOLD_TRIES_MAX);
    assert_int_equal(kept->tries[0].at_ms, 2);
    done(&r);
}

static void pruning_takes_what_is_over_and_tries_older_than_an_hour(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_host("127.0.99.171"));
    put(kept, &r.w, on_all(HOLD_BRAKE));
    kept->at[1].until_ms = 0;
    int64_t now = r.w.h->snapshot->wall_ms;
    holds_try(kept, &(HoldTry){.at_ms = now});
    holds_try(kept, &(HoldTry){.at_ms = now + 30 * MINUTE_MS});
    holds_prune(kept, now + 60 * MINUTE_MS);
    assert_int_equal(kept->n, 1);
    assert_int_equal(kept->at[0].on.kind, HOLD_BRAKE);
    assert_int_equal(kept->n_tries, 1);
    assert_int_equal(kept->tries[0].at_ms, now + 30 * MINUTE_MS);
    done(&r);
}

static void releasing_the_brake_forgives_this_clusters_tries_only(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    NodeId other = {"ffffffffffffffffffffffffffffffffffffffff"};
    put(kept, &r.w, on_all(HOLD_BRAKE));
    holds_try(kept, &(HoldTry){.at_ms = 1, .replica = watch_id(&r.w, 7004)});
    holds_try(kept, &(HoldTry){2, other, other, other});
    HoldSubject brake = on_all(HOLD_BRAKE);
    assert_int_equal(holds_drop(kept, &brake, r.w.h->snapshot), 1);
    assert_int_equal(kept->n_tries, 1);
    assert_int_equal(kept->tries[0].at_ms, 2);
    done(&r);
}

static void a_host_is_known_by_label_and_by_address(void **state)
{
    (void)state;
    Node n = {.host = "rack-a", .ip = "10.0.0.1", .hostname = "db1.example.com"};
    static const char *const names[] = {"rack-a", "10.0.0.1", "db1.example.com"};
    for (size_t i = 0; i < 3; i++) {
        Hold hold = {.on = on_host(names[i])};
        assert_true(hold_covers(&hold, &n));
    }
    Hold hold = {.on = on_host("rack-b")};
    assert_false(hold_covers(&hold, &n));
    hold.on = on_host("");
    assert_false(hold_covers(&hold, &(Node){.host = "", .ip = "", .hostname = ""}));
}

static void words_say_who_how_long_and_why(void **state)
{
    (void)state;
    Hold hold = {
        .on = on_all(HOLD_PAUSE), .owner = "alice", .reason = "new kernel", .until_ms = 3600000};
    static const struct {
        int64_t at;
        const char *left;
    } cases[] = {
        {3600000 - 1, "1 s left"},
        {3600000 - 59000, "59 s left"},
        {3600000 - 61000, "2 min left"},
        {0, "60 min left"},
        {3600000 - 119 * MINUTE_MS, "119 min left"},
        {3600000 - 125 * MINUTE_MS, "2 h 05 left"},
        {3600000 - (INT64_C(3) * 1440 + 120) * MINUTE_MS, "3 d 2 h left"},
        {3600001, "0 s left"},
    };
    char text[320];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(hold_left(text, sizeof(text), &hold, cases[i].at), cases[i].left);
    }
    assert_string_equal(hold_words(text, sizeof(text), &hold, 0),
                        "paused by alice, 60 min left: new kernel");
    hold.on.kind = HOLD_BRAKE;
    hold.until_ms = 0;
    hold.reason[0] = '\0';
    assert_string_equal(hold_words(text, sizeof(text), &hold, 0),
                        "braked by alice, until released");
}

static void texts_of_people_are_made_harmless(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    HoldSubject on = on_all(HOLD_PAUSE);
    Hold hold = hold_make(r.w.h->snapshot, &on, "  al\x1b[31mice ", "a\nb\xff", 5, 0);
    assert_string_equal(hold.owner, "al?[31mice");
    assert_string_equal(hold.reason, "a?b?");
    assert_int_equal(hold.until_ms, 0);
    done(&r);
}

// --- what they do

static void the_spare_in_downtime_is_not_moved_and_its_owner_is_named(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_node(watch_id(&r.w, 7002)));
    put(kept, &r.w, on_node(watch_id(&r.w, 7004)));
    watch_fail(&r.w, 7008);
    run_rounds(&r, 15);
    assert_decision(&r, AUTO_DECIDE_WAIT, "downtime",
                    "127.0.99.170:7001 waits: 127.0.99.170:7002: it is in downtime by alice, 10 "
                    "min left: new kernel; 1 more held back so");
    Plan plan = plan_make(r.w.h);
    assert_plan_refused(&r.w, &plan.at[0], 7004, "downtime",
                        "it is in downtime by alice, 10 min left: new kernel");
    // Ten minutes after it was put there.
    run_round(&r, 5000 + 10 * MINUTE_MS);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void a_donor_in_downtime_gives_nothing(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_node(watch_id(&r.w, 7003)));
    watch_fail(&r.w, 7008);
    run_rounds(&r, 15);
    assert_string_equal(r.d.rule, "downtime");
    Plan plan = plan_make(r.w.h);
    assert_plan_refused(
        &r.w, &plan.at[0], 7004, "downtime",
        "its master 127.0.99.171:7003 is in downtime by alice, 10 min left: new kernel");
    done(&r);
}

static void what_a_donor_keeps_is_more_than_what_somebody_works_on(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_node(watch_id(&r.w, 7002)));
    watch_fail(&r.w, 7008);
    run_rounds(&r, 15);
    Plan plan = plan_make(r.w.h);
    assert_plan_refused(&r.w, &plan.at[0], 7004, "downtime",
                        "what its master 127.0.99.171:7003 would keep is in downtime by alice, 10 "
                        "min left: new kernel");
    done(&r);
}

static void a_master_in_downtime_gets_nothing_by_itself_but_by_a_person(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_host("127.0.99.170"));
    watch_fail(&r.w, 7008);
    run_rounds(&r, 15);
    assert_decision(&r, AUTO_DECIDE_WAIT, "downtime",
                    "127.0.99.170:7001 waits: 127.0.99.170:7001 is in downtime by alice, 10 min "
                    "left: new kernel");
    HoldSubject own = on_host("127.0.99.170");
    holds_drop(kept, &own, r.w.h->snapshot);
    put(kept, &r.w, on_node(watch_id(&r.w, 7001)));
    run_rounds(&r, 1);
    assert_string_equal(r.d.rule, "downtime");
    PlanTarget t = plan_target(r.w.h, watch_index(&r.w, 7001));
    assert_true(t.chosen >= 0);
    assert_int_equal(watch_port(&r.w, t.candidates[t.chosen].replica), 7004);
    done(&r);
}

static void the_best_spare_for_a_person_is_none_in_downtime(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    fixture_replica(r.w.f, "127.0.99.173:7009", fixture_port(r.w.f, 7003));
    put(kept, &r.w, on_node(watch_id(&r.w, 7004)));
    watch_fail(&r.w, 7008);
    run_rounds(&r, 1);
    PlanTarget t = plan_target(r.w.h, watch_index(&r.w, 7001));
    assert_true(t.chosen >= 0);
    assert_int_equal(watch_port(&r.w, t.candidates[t.chosen].replica), 7009);
    done(&r);
}

static void whom_a_person_picks_may_go_and_the_downtime_is_told(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_node(watch_id(&r.w, 7004)));
    watch_fail(&r.w, 7008);
    run_rounds(&r, 1);
    PlanCandidate c = plan_pair(r.w.h, watch_index(&r.w, 7004), watch_index(&r.w, 7001));
    assert_true(c.legal);
    static const char words[] =
        "127.0.99.171:7004 is in downtime by alice, 10 min left: new kernel; on another host";
    assert_int_equal(strncmp(c.why, words, strlen(words)), 0);
    done(&r);
}

static void a_pause_holds_it_back_until_it_is_over(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_all(HOLD_PAUSE));
    watch_fail(&r.w, 7008);
    run_rounds(&r, 15);
    assert_decision(&r, AUTO_DECIDE_WAIT, "paused",
                    "1 orphan, but automatic mode is paused by alice, 10 min left: new kernel");
    run_rounds(&r, 1);
    assert_false(r.changed);
    assert_true(plan_make(r.w.h).n_moves == 1); // a person may
    run_round(&r, 5000 + 10 * MINUTE_MS);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    done(&r);
}

static void what_cannot_be_kept_it_does_not_do(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    snprintf(kept->unkept, sizeof(kept->unkept), "/var/x cannot be written");
    watch_fail(&r.w, 7008);
    run_rounds(&r, 15);
    assert_decision(&r, AUTO_DECIDE_BLOCKED, "not-kept", "1 orphan, but /var/x cannot be written");
    auto_set_mode(&r.a, AUTO_OBSERVE); // which writes nothing
    run_rounds(&r, 1);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_WOULD);
    done(&r);
}

// --- what is told

typedef struct {
    Event at[8];
    size_t n;
} Told;

static void keep(void *ctx, const Event *event)
{
    Told *told = ctx;
    if (told->n < ARRAY_LEN(told->at)) {
        told->at[told->n++] = *event;
    }
}

static Told tell_round(Run *r, int64_t now_ms)
{
    Told told = {.n = 0};
    run_round(r, now_ms);
    health_diff(r->w.before, r->w.h, keep, &told);
    return told;
}

static void assert_told(const Told *told, size_t i, EventCode code, const char *text)
{
    assert_true(i < told->n);
    assert_string_equal(told->at[i].text, text);
    assert_int_equal(told->at[i].code, code);
}

static void events_tell_when_one_begins_ends_and_is_over(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_node(watch_id(&r.w, 7004)));
    put(kept, &r.w, on_all(HOLD_PAUSE));
    Told told = tell_round(&r, 6000);
    assert_int_equal(told.n, 2);
    assert_told(&told, 0, EVENT_DOWNTIME,
                "127.0.99.171:7004 is in downtime by alice, 10 min left: new kernel");
    assert_string_equal(told.at[0].node.hex, watch_id(&r.w, 7004).hex);
    assert_told(&told, 1, EVENT_PAUSE,
                "automatic mode is paused by alice, 10 min left: new kernel");
    told = tell_round(&r, 7000);
    assert_int_equal(told.n, 0);
    HoldSubject pause = on_all(HOLD_PAUSE);
    holds_drop(kept, &pause, r.w.h->snapshot);
    told = tell_round(&r, 8000);
    assert_int_equal(told.n, 1);
    assert_told(&told, 0, EVENT_PAUSE,
                "automatic mode is no longer paused: the pause by alice was ended");
    told = tell_round(&r, 5000 + 10 * MINUTE_MS);
    assert_int_equal(told.n, 1);
    assert_told(&told, 0, EVENT_DOWNTIME,
                "127.0.99.171:7004 is no longer in downtime: the downtime by alice is over");
    done(&r);
}

static void one_that_is_renewed_is_told_again(void **state)
{
    (void)state;
    Run r = watched(fixture_scenario());
    put(kept, &r.w, on_host("127.0.99.171"));
    tell_round(&r, 6000);
    put(kept, &r.w, on_host("127.0.99.171"));
    Told told = tell_round(&r, 7000);
    assert_int_equal(told.n, 1);
    assert_told(&told, 0, EVENT_DOWNTIME,
                "host 127.0.99.171 is in downtime by alice, 10 min left: new kernel");
    assert_int_equal(r.w.h->in_downtime, 2);
    done(&r);
}

TESTS(hold, cmocka_unit_test(a_hold_is_over_when_its_time_is),
      cmocka_unit_test(a_hold_knows_its_cluster_by_its_masters),
      cmocka_unit_test(a_failover_does_not_make_it_another_cluster),
      cmocka_unit_test(a_second_one_on_the_same_takes_the_place_of_the_first),
      cmocka_unit_test(there_is_an_end_to_how_many_are_kept),
      cmocka_unit_test(pruning_takes_what_is_over_and_tries_older_than_an_hour),
      cmocka_unit_test(releasing_the_brake_forgives_this_clusters_tries_only),
      cmocka_unit_test(a_host_is_known_by_label_and_by_address),
      cmocka_unit_test(words_say_who_how_long_and_why),
      cmocka_unit_test(texts_of_people_are_made_harmless),
      cmocka_unit_test(the_spare_in_downtime_is_not_moved_and_its_owner_is_named),
      cmocka_unit_test(a_donor_in_downtime_gives_nothing),
      cmocka_unit_test(what_a_donor_keeps_is_more_than_what_somebody_works_on),
      cmocka_unit_test(a_master_in_downtime_gets_nothing_by_itself_but_by_a_person),
      cmocka_unit_test(the_best_spare_for_a_person_is_none_in_downtime),
      cmocka_unit_test(whom_a_person_picks_may_go_and_the_downtime_is_told),
      cmocka_unit_test(a_pause_holds_it_back_until_it_is_over),
      cmocka_unit_test(what_cannot_be_kept_it_does_not_do),
      cmocka_unit_test(events_tell_when_one_begins_ends_and_is_over),
      cmocka_unit_test(one_that_is_renewed_is_told_again))
