#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "golden.h"
#include "look.h"
#include "rehome/report/plan_report.h"
#include "schema.h"

typedef struct {
    Fixture *fixture;
    Look look;
    Plan plan;
} Case;

// The owner's cluster with some failed replicas.
static Case make(const int *failed, size_t n)
{
    Case c = {.fixture = fixture_scenario()};
    for (size_t i = 0; i < n; i++) {
        fixture_fail(c.fixture, fixture_port(c.fixture, failed[i]));
    }
    c.look = look(c.fixture);
    c.plan = plan_make(c.look.health);
    return c;
}

static void done(Case *c)
{
    look_done(&c->look);
    fixture_free(c->fixture);
}

static void assert_golden(const int *failed, size_t n, int status, const char *name)
{
    Case c = make(failed, n);
    StrBuf out = {0};
    plan_text(&out, c.look.health, &c.plan);
    assert_true(golden_equal(name, strbuf_text(&out)));
    assert_int_equal(plan_status(&c.plan), status);
    strbuf_done(&out);
    done(&c);
}

static void text_when_there_is_nothing_to_do(void **state)
{
    (void)state;
    assert_golden(NULL, 0, 0, "plan-nothing.txt");
}

static void text_of_the_owners_orphan(void **state)
{
    (void)state;
    assert_golden((const int[]){7008}, 1, 4, "plan-orphan.txt");
}

static void text_when_the_spares_run_out(void **state)
{
    (void)state;
    assert_golden((const int[]){7008, 7006}, 2, 4, "plan-spares-run-out.txt");
}

static void text_when_there_is_no_spare_at_all(void **state)
{
    (void)state;
    assert_golden((const int[]){7008, 7004}, 2, 0, "plan-no-spare.txt");
}

// --- JSON --------------------------------------------------------------------------------------

static void assert_id(const json_t *object, const char *key, const Case *c, int node)
{
    assert_string_equal(json_string_value(json_object_get(object, key)),
                        c->look.now->nodes[node].id.hex);
}

static void assert_text(const json_t *object, const char *key, const char *expected)
{
    assert_string_equal(json_string_value(json_object_get(object, key)), expected);
}

static void assert_move(const json_t *move, const Case *c, const PlanTarget *t)
{
    const PlanCandidate *chosen = &t->candidates[t->chosen];
    assert_id(move, "replica", c, chosen->replica);
    assert_id(move, "donor", c, chosen->donor);
    assert_id(move, "target", c, t->target);
    assert_text(move, "reason", t->reason);
    assert_text(move, "command", plan_command(c->look.now, chosen->replica, t->target));
    const json_t *cost = json_object_get(move, "cost_bytes");
    assert_int_equal(t->cost_bytes < 0 ? -1 : json_integer_value(cost), t->cost_bytes);
}

static json_t *document(const Case *c)
{
    StrBuf out = {0};
    plan_json(&out, c->look.health, &(Findings){NULL, 0}, &c->plan);
    assert_fits("plan", strbuf_text(&out));
    json_t *parsed = json_loads(strbuf_text(&out), JSON_REJECT_DUPLICATES, NULL);
    strbuf_done(&out);
    assert_non_null(parsed);
    return parsed;
}

static void json_has_every_move_and_every_refusal(void **state)
{
    (void)state;
    Case c = make((const int[]){7008, 7006}, 2);
    json_t *doc = document(&c);
    const json_t *moves = json_object_get(doc, "moves");
    const json_t *refused = json_object_get(doc, "refused");
    size_t m = 0;
    size_t r = 0;
    for (size_t i = 0; i < c.plan.n; i++) {
        const PlanTarget *t = &c.plan.at[i];
        if (t->chosen >= 0) {
            assert_move(json_array_get(moves, m++), &c, t);
        } else {
            const json_t *none = json_array_get(refused, r++);
            assert_id(none, "target", &c, t->target);
            assert_true(json_is_null(json_object_get(none, "candidate")));
            assert_text(none, "rule", t->refused_rule);
            assert_text(none, "text", t->reason);
        }
        for (size_t k = 0; k < t->n; k++) {
            const PlanCandidate *candidate = &t->candidates[k];
            if (!candidate->legal) {
                const json_t *one = json_array_get(refused, r++);
                assert_id(one, "target", &c, t->target);
                assert_id(one, "candidate", &c, candidate->replica);
                assert_text(one, "rule", candidate->refused_rule);
                assert_text(one, "text", candidate->refused);
            }
        }
    }
    assert_int_equal(m, c.plan.n_moves);
    assert_int_equal(json_array_size(moves), m);
    assert_int_equal(json_array_size(refused), r);
    json_decref(doc);
    done(&c);
}

static void json_is_the_document_of_check_with_more(void **state)
{
    (void)state;
    static const char *const keys[] = {"schema",  "cluster",  "orphaned", "spares", "host_safe",
                                       "masters", "findings", "moves",    "refused"};
    Case c = make(NULL, 0);
    json_t *doc = document(&c);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_non_null(json_object_get(doc, keys[i]));
    }
    assert_int_equal(json_array_size(json_object_get(doc, "moves")), 0);
    assert_int_equal(json_array_size(json_object_get(doc, "refused")), 0);
    json_decref(doc);
    done(&c);
}

TESTS(plan_report, cmocka_unit_test(text_when_there_is_nothing_to_do),
      cmocka_unit_test(text_of_the_owners_orphan), cmocka_unit_test(text_when_the_spares_run_out),
      cmocka_unit_test(text_when_there_is_no_spare_at_all),
      cmocka_unit_test(json_has_every_move_and_every_refusal),
      cmocka_unit_test(json_is_the_document_of_check_with_more))
