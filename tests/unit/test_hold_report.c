// What is held, in `downtime`, `check` and `plan`.
#include "unit.h"

#include <string.h>

#include "look.h"
#include "rehome/base/mem.h"
#include "rehome/report/check.h"
#include "rehome/report/hold_report.h"
#include "rehome/report/plan_report.h"
#include "schema.h"

typedef struct {
    Fixture *f;
    Holds *holds;
    Snapshot *s;
    const Health *h;
    StrBuf out;
} Case;

// :7004 in downtime and everything paused, by alice, half an hour ago; and the brake.
static Case held(void)
{
    Case c = {.f = fixture_scenario(), .holds = mem_alloc(sizeof(Holds))};
    c.s = fixture_snapshot(c.f, 1000);
    HoldSubject on[] = {
        {.kind = HOLD_DOWNTIME,
         .scope = HOLD_ON_NODE,
         .node = fixture_id(c.f, fixture_port(c.f, 7004))},
        {.kind = HOLD_PAUSE, .scope = HOLD_ON_ALL},
        {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL},
    };
    for (size_t i = 0; i < ARRAY_LEN(on); i++) {
        bool brake = on[i].kind == HOLD_BRAKE;
        Hold hold = hold_make(c.s, &on[i], brake ? "rehome" : "alice", brake ? "6 moves" : "disk",
                              c.s->wall_ms, brake ? 0 : 3600000);
        hold.since_ms -= 1800000;
        assert_true(holds_put(c.holds, &hold, c.s));
    }
    c.h = health_assess(c.s, NULL, &(HealthOptions){.holds = c.holds});
    return c;
}

static void done(Case *c)
{
    strbuf_done(&c->out);
    snapshot_free(c->s);
    fixture_free(c->f);
    mem_free(c->holds);
}

static bool has(const Case *c, const char *text)
{
    return strstr(strbuf_text(&c->out), text) != NULL;
}

static const char lines[] = "[HELD] 127.0.99.171:7004 is in downtime by alice, 60 min left: disk\n"
                            "[HELD] automatic mode is paused by alice, 60 min left: disk\n"
                            "[HELD] automatic mode is braked by rehome, until released: 6 moves\n";

static void a_line_for_each(void **state)
{
    (void)state;
    Case c = held();
    holds_text(&c.out, c.h);
    assert_string_equal(strbuf_text(&c.out), lines);
    done(&c);
}

static void check_and_plan_have_the_lines(void **state)
{
    (void)state;
    Case c = held();
    Findings findings = findings_find(c.h);
    check_text(&c.out, c.h, &findings);
    assert_true(has(&c, lines));
    assert_true(
        has(&c, "127.0.99.171:7004  working  lag 0 B 0s  same host  DOWNTIME 60 min left\n"));
    strbuf_clear(&c.out);
    Plan plan = plan_make(c.h);
    plan_text(&c.out, c.h, &plan);
    assert_true(has(&c, lines));
    done(&c);
}

static void json_has_kind_scope_owner_reason_and_times(void **state)
{
    (void)state;
    Case c = held();
    holds_json(&c.out, c.h);
    assert_fits("holds", strbuf_text(&c.out));
    assert_true(has(&c, "\"schema\": 1"));
    assert_true(has(&c, "\"kind\": \"downtime\",\n      \"scope\": \"node\",\n      \"node\": \""));
    assert_true(has(&c, "\"kind\": \"pause\",\n      \"scope\": \"all\",\n      \"node\": null,\n"
                        "      \"host\": null,\n      \"owner\": \"alice\",\n"
                        "      \"reason\": \"disk\",\n      \"since\": 1699998201.0,\n"
                        "      \"until\": 1700003601.0\n"));
    assert_true(has(&c, "\"reason\": \"6 moves\",\n      \"since\": 1699998201.0,\n"
                        "      \"until\": null\n"));
    done(&c);
}

TESTS(hold_report, cmocka_unit_test(a_line_for_each),
      cmocka_unit_test(check_and_plan_have_the_lines),
      cmocka_unit_test(json_has_kind_scope_owner_reason_and_times))
