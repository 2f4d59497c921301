// What `plan --spread` prints: with one move, with two steps, and where a person has to do it.
#include "unit.h"

#include <jansson.h>

#include "golden.h"
#include "look.h"
#include "rehome/report/plan_report.h"
#include "schema.h"

typedef struct {
    Fixture *fixture;
    Look look;
    Plan plan;
} Case;

static Case make(Fixture *f)
{
    Case c = {.fixture = f, .look = look(f)};
    HealthOptions options = c.look.health->options;
    options.spread = true;
    c.look.health = health_assess(c.look.now, c.look.health, &options);
    c.plan = plan_make(c.look.health);
    return c;
}

static void done(Case *c)
{
    look_done(&c->look);
    fixture_free(c->fixture);
}

// :7001 has both of its replicas on its own host, and nobody else has one to spare.
static Fixture *crowded(void)
{
    Fixture *f = fixture_new();
    int a = fixture_master(f, "127.0.99.170:7001", "0-5460");
    int b = fixture_master(f, "127.0.99.171:7003", "5461-10922");
    int c = fixture_master(f, "127.0.99.172:7005", "10923-16383");
    fixture_replica(f, "127.0.99.170:7002", a);
    fixture_replica(f, "127.0.99.170:7004", a);
    fixture_replica(f, "127.0.99.172:7006", b);
    fixture_replica(f, "127.0.99.171:7008", c);
    return f;
}

static void assert_golden(Fixture *f, int status, const char *name)
{
    Case c = make(f);
    StrBuf out = {0};
    plan_text(&out, c.look.health, &c.plan);
    assert_true(golden_equal(name, strbuf_text(&out)));
    assert_int_equal(plan_status(&c.plan), status);
    strbuf_done(&out);
    done(&c);
}

static void text_of_one_move(void **state)
{
    (void)state;
    assert_golden(fixture_scenario(), 4, "plan-spread.txt");
}

static void text_of_two_steps(void **state)
{
    (void)state;
    assert_golden(crowded(), 4, "plan-spread-steps.txt");
}

static void text_of_an_exchange_that_a_person_has_to_make(void **state)
{
    (void)state;
    Fixture *f = crowded();
    fixture_node(f, fixture_port(f, 7004))->forgotten = true;
    assert_golden(f, 0, "plan-spread-exchange.txt");
}

static void text_behind_an_orphan(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_fail(f, fixture_port(f, 7008));
    assert_golden(f, 4, "plan-spread-orphan.txt");
}

static void assert_text_of(Fixture *f, const char *expected)
{
    Case c = make(f);
    StrBuf out = {0};
    plan_text(&out, c.look.health, &c.plan);
    assert_string_equal(strbuf_text(&out), expected);
    strbuf_done(&out);
    done(&c);
}

static void text_when_there_is_nothing_to_do(void **state)
{
    (void)state;
    Fixture *f = crowded();
    fixture_node(f, fixture_port(f, 7004))->master = fixture_port(f, 7003);
    fixture_node(f, fixture_port(f, 7006))->master = fixture_port(f, 7001);
    assert_text_of(f, "Nothing to do: no master is orphaned, and none is on one host with all its "
                      "replicas.\n");
    f = fixture_new();
    fixture_replica(f, "127.0.99.170:7002", fixture_master(f, "127.0.99.170:7001", "0-16383"));
    assert_text_of(f, "Nothing to do: no master is orphaned, and there is no other host to spread "
                      "replicas to.\n");
}

static const char *word(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void json_tells_what_each_move_is_for(void **state)
{
    (void)state;
    Case c = make(crowded());
    StrBuf out = {0};
    plan_json(&out, c.look.health, &(Findings){NULL, 0}, &c.plan);
    assert_fits("plan", strbuf_text(&out));
    json_t *document = json_loads(strbuf_text(&out), JSON_REJECT_DUPLICATES, NULL);
    strbuf_done(&out);
    const json_t *moves = json_object_get(document, "moves");
    assert_int_equal(json_array_size(moves), 2);
    const json_t *first = json_array_get(moves, 0);
    const json_t *second = json_array_get(moves, 1);
    const char *helped = fixture_id(c.fixture, fixture_port(c.fixture, 7001)).hex;
    assert_string_equal(word(first, "purpose"), "spread");
    assert_string_equal(word(first, "for"), helped);
    assert_string_not_equal(word(first, "target"), helped);
    assert_true(json_is_false(json_object_get(first, "after_previous")));
    assert_string_equal(word(second, "purpose"), "spread");
    assert_string_equal(word(second, "for"), helped);
    assert_string_equal(word(second, "target"), helped);
    assert_true(json_is_true(json_object_get(second, "after_previous")));
    json_decref(document);
    done(&c);
}

TESTS(plan_spread_report, cmocka_unit_test(text_of_one_move), cmocka_unit_test(text_of_two_steps),
      cmocka_unit_test(text_of_an_exchange_that_a_person_has_to_make),
      cmocka_unit_test(text_behind_an_orphan), cmocka_unit_test(text_when_there_is_nothing_to_do),
      cmocka_unit_test(json_tells_what_each_move_is_for))
