#include "unit.h"

#include "auto_run.h"

// Each of these makes the round unsettled.
typedef void Change(Run *r);

static void slots_disagree(Run *r)
{
    fixture_view_slots(r->w.f, fixture_port(r->w.f, 7005), fixture_port(r->w.f, 7003), "6826-12000",
                       3);
}

static void handshake(Run *r)
{
    fixture_view_says(r->w.f, fixture_port(r->w.f, 7005), fixture_port(r->w.f, 7006),
                      NODE_HANDSHAKE);
}

static void fresh_view(Run *r)
{
    fixture_view_master(r->w.f, fixture_port(r->w.f, 7003), fixture_port(r->w.f, 7006), -1);
}

static void failover_due(Run *r)
{
    watch_fail(&r->w, 7005);
}

static void state_fail(Run *r)
{
    knob(&r->w, 7005)->state_fail = true;
}

static void nobody_tells(Run *r)
{
    for (int port = 7001; port <= 7005; port += 2) {
        knob(&r->w, port)->silent = true;
    }
}

static void it_does_not_act_on_views_that_are_not_settled(void **state)
{
    (void)state;
    static const struct {
        Change *change;
        const char *rule;
        const char *text;
    } rows[] = {
        {slots_disagree, "views-disagree",
         "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots"},
        {run_epochs_disagree, "views-disagree",
         "127.0.99.170:7001 is at epoch 3, 127.0.99.171:7003 at 9"},
        {handshake, "unknowns", "1 node is in handshake"},
        {fresh_view, "unknowns", "1 replica is without a known master in some view"},
        {nobody_tells, "unknowns", "no slot owner has told its view"},
        {failover_due, "failover",
         "a failover is due: 127.0.99.172:7005 has failed and has 1 live replica"},
        {state_fail, "cluster-state",
         "127.0.99.172:7005 says cluster_state:fail and no slot is lost; 3 of 3 slot owners answer "
         "us"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Run r = orphan_at_6000(AUTO_ACT);
        rows[i].change(&r);
        run_rounds(&r, 20);
        assert_decision(&r, AUTO_DECIDE_WAIT, rows[i].rule, rows[i].text);
        run_done(&r);
    }
}

static void the_grace_counts_from_when_all_agree(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 7);
    run_epochs_disagree(&r);
    run_rounds(&r, 1); // 14000
    knob(&r.w, 7003)->current_epoch = 0;
    run_round(&r, 15000);
    run_round(&r, 24999);
    assert_decision(&r, AUTO_DECIDE_WAIT, "grace",
                    "127.0.99.170:7001: orphaned for 9.9s, acting at 10s");
    run_round(&r, 25000);
    assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
    run_done(&r);
}

TESTS(automatic_views, cmocka_unit_test(it_does_not_act_on_views_that_are_not_settled),
      cmocka_unit_test(the_grace_counts_from_when_all_agree))
