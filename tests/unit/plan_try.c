#include "plan_try.h"

#include "unit.h"

#include <stdio.h>

const PlanCandidate *plan_candidate_at(const Watch *w, const PlanTarget *t, int port)
{
    for (size_t i = 0; i < t->n; i++) {
        if (watch_port(w, t->candidates[i].replica) == port) {
            return &t->candidates[i];
        }
    }
    return NULL;
}

int plan_chosen(const Watch *w, const Plan *plan, size_t i)
{
    assert_true(i < plan->n);
    const PlanTarget *t = &plan->at[i];
    return t->chosen >= 0 ? watch_port(w, t->candidates[t->chosen].replica) : -1;
}

void assert_plan_refused(const Watch *w, const PlanTarget *t, int port, const char *rule,
                         const char *text)
{
    const PlanCandidate *c = plan_candidate_at(w, t, port);
    assert_non_null(c);
    assert_false(c->legal);
    assert_string_equal(c->refused_rule, rule);
    assert_string_equal(c->refused, text);
}

Watch two_donors(void)
{
    Fixture *f = fixture_new();
    fixture_master(f, "10.0.0.1:7001", "0-5460");
    int b = fixture_master(f, "10.0.0.2:7002", "5461-10922");
    int c = fixture_master(f, "10.0.0.3:7003", "10923-16383");
    fixture_replica(f, "10.0.0.4:7102", b);
    fixture_replica(f, "10.0.0.5:7202", b);
    fixture_replica(f, "10.0.0.6:7103", c);
    fixture_replica(f, "10.0.0.7:7203", c);
    return watch_new(f);
}

void put_on_host(const Watch *w, int port, const char *ip)
{
    snprintf(knob(w, port)->ip, sizeof(knob(w, port)->ip), "%s", ip);
}
