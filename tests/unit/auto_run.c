#include "auto_run.h"

#include "unit.h"

Run run_of(Fixture *f, AutoMode mode)
{
    Run r = {.w = watch_new(f)};
    auto_init(&r.a, mode, auto_limits_default());
    return r;
}

void run_round(Run *r, int64_t now_ms)
{
    watch_round(&r->w, now_ms);
    Plan plan = plan_make(r->w.h);
    r->d = auto_decide(&r->a, r->w.h, &plan, r->busy, &r->changed);
}

void run_rounds(Run *r, int n)
{
    for (int i = 0; i < n; i++) {
        run_round(r, r->w.now_ms + 1000);
    }
}

void run_done(Run *r)
{
    watch_done(&r->w);
}

void assert_decision(const Run *r, AutoVerdict verdict, const char *rule, const char *text)
{
    assert_int_equal(r->d.verdict, verdict);
    assert_string_equal(r->d.rule, rule);
    assert_string_equal(r->d.text, text);
}

void assert_move(const Run *r, int replica, int donor, int target)
{
    assert_string_equal(r->d.replica.hex, watch_id(&r->w, replica).hex);
    assert_string_equal(r->d.donor.hex, watch_id(&r->w, donor).hex);
    assert_string_equal(r->d.target.hex, watch_id(&r->w, target).hex);
}

void run_moved(Run *r, bool manual)
{
    auto_moved(&r->a, r->d.replica, r->d.donor, r->d.target, manual, r->w.now_ms);
}

Run orphan_at_6000(AutoMode mode)
{
    Run r = run_of(fixture_scenario(), mode);
    run_rounds(&r, 5);
    watch_fail(&r.w, 7008);
    run_rounds(&r, 1);
    return r;
}

void run_epochs_disagree(Run *r)
{
    knob(&r->w, 7003)->current_epoch = 9;
}
