// The lines of the audit file, field by field.
#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "auto_run.h"
#include "move_world.h"
#include "rehome/report/audit_report.h"
#include "schema.h"

static const AuditWho who = {.user = "redis", .login = "alice", .host = "box", .pid = 4711};

// One line, valid JSON, with the head that all lines share.
static json_t *parsed(StrBuf *line, const char *record)
{
    const char *text = strbuf_text(line);
    const char *end = strchr(text, '\n');
    assert_true(end != NULL && end[1] == '\0');
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    strbuf_done(line);
    assert_non_null(value);
    assert_int_equal(json_integer_value(json_object_get(value, "schema")), 1);
    assert_string_equal(json_string_value(json_object_get(value, "record")), record);
    const json_t *person = json_object_get(value, "who");
    assert_string_equal(json_string_value(json_object_get(person, "user")), "redis");
    assert_string_equal(json_string_value(json_object_get(person, "login")), "alice");
    assert_string_equal(json_string_value(json_object_get(person, "host")), "box");
    assert_int_equal(json_integer_value(json_object_get(person, "pid")), 4711);
    return value;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool is_null(const json_t *object, const char *key)
{
    return json_is_null(json_object_get(object, key));
}

static json_t *decision_line(Run *r)
{
    Plan plan = plan_make(r->w.h);
    Decisions kept = {0};
    StrBuf line = {0};
    decisions_add(&kept, r->w.h, &plan, &r->a, 1700000016123);
    audit_decision_json(&line, decisions_back(&kept, 0), r->w.h, &plan, &r->a, &who);
    assert_fits("audit", strbuf_text(&line));
    decisions_done(&kept);
    return parsed(&line, "decision");
}

static const json_t *rule_of(const json_t *rules, const char *name)
{
    for (size_t i = 0; i < json_array_size(rules); i++) {
        if (strcmp(text_of(json_array_get(rules, i), "rule"), name) == 0) {
            return json_array_get(rules, i);
        }
    }
    fail_msg("no rule %s", name);
    return NULL;
}

static void a_decision_to_act_has_every_rule_and_candidate(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 10);
    json_t *line = decision_line(&r);
    assert_true(json_real_value(json_object_get(line, "t")) == 1700000016.123);
    assert_string_equal(text_of(line, "verdict"), "act");
    assert_true(is_null(line, "rule"));
    assert_string_equal(text_of(line, "text"), r.d.text);
    assert_string_equal(text_of(line, "mode"), "act");
    assert_string_equal(text_of(line, "origin"), "auto");
    assert_string_equal(text_of(line, "purpose"), "heal");
    assert_string_equal(text_of(json_object_get(line, "target"), "addr"), "127.0.99.170:7001");
    assert_string_equal(text_of(json_object_get(line, "replica"), "id"), watch_id(&r.w, 7004).hex);
    assert_string_equal(text_of(json_object_get(line, "donor"), "addr"), "127.0.99.171:7003");
    const json_t *grace = rule_of(json_object_get(line, "rules"), "grace");
    assert_true(json_is_true(json_object_get(grace, "passed")));
    assert_string_equal(text_of(grace, "text"), "orphaned for 10s, 10s had to pass");
    const json_t *candidates = json_object_get(line, "candidates");
    assert_int_equal(json_array_size(candidates), 3);
    const json_t *best = json_array_get(candidates, 0);
    assert_true(json_is_true(json_object_get(best, "chosen")));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(best, "values"), "donor-spares")), -1);
    assert_string_equal(text_of(json_object_get(best, "measured"), "donor-spares"),
                        "its master has 1 spare");
    const json_t *refused = json_object_get(json_array_get(candidates, 2), "refused");
    assert_string_equal(text_of(refused, "rule"), "donor-floor");
    assert_string_equal(text_of(refused, "text"),
                        "its master 127.0.99.172:7005 would keep 0 working, the floor is 1");
    assert_int_equal(json_integer_value(json_object_get(line, "left_out")), 0);
    const json_t *why = json_object_get(line, "why");
    assert_string_equal(json_string_value(json_array_get(why, 0)),
                        "127.0.99.170:7001 orphaned (lost) for 00:10, 5461 slots");
    json_decref(line);
    run_done(&r);
}

static void a_decision_to_wait_names_the_rule_and_moves_nobody(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    run_rounds(&r, 4);
    json_t *line = decision_line(&r);
    assert_string_equal(text_of(line, "verdict"), "wait");
    assert_string_equal(text_of(line, "rule"), "grace");
    assert_true(is_null(line, "replica") && is_null(line, "donor") && is_null(line, "purpose"));
    const json_t *grace = rule_of(json_object_get(line, "rules"), "grace");
    assert_true(json_is_false(json_object_get(grace, "passed")));
    json_decref(line);
    run_done(&r);
}

static void nothing_to_decide_is_said_too(void **state)
{
    (void)state;
    Run r = run_of(fixture_scenario(), AUTO_ACT);
    run_rounds(&r, 5);
    json_t *line = decision_line(&r);
    assert_string_equal(text_of(line, "verdict"), "nothing");
    assert_true(is_null(line, "target") && is_null(line, "text"));
    assert_int_equal(json_array_size(json_object_get(line, "candidates")), 0);
    json_decref(line);
    run_done(&r);
}

static json_t *move_line(const Move *m, const AuditTree *before, const AuditTree *after)
{
    StrBuf line = {0};
    AuditMove over = {
        .wall_ms = 1700000000000,
        .cluster = "eshop",
        .who = &who,
        .move = m,
        .before = before,
        .after = after,
    };
    audit_move_json(&line, &over);
    if (move_is_over(m)) { // as it always is outside these tests
        assert_fits("audit", strbuf_text(&line));
    }
    return parsed(&line, "move");
}

static int64_t part_ms(const json_t *move, const char *part)
{
    const json_t *all = json_object_get(move, "durations_s");
    return (int64_t)(json_real_value(json_object_get(all, part)) * 1000 + 0.5);
}

static void a_move_tells_what_was_sent_what_came_of_it_and_how_long_it_took(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    AuditTree *before = audit_tree_new(rig.w.health, &rig.w.spec);
    rig_sync(&rig);
    rig_ok(&rig);
    assert_int_equal(rig_state(&rig), MOVE_DONE);
    AuditTree *after = audit_tree_new(rig.w.health, &rig.w.spec);
    json_t *line = move_line(runner_move(rig.r), before, after);
    assert_string_equal(text_of(line, "cluster"), "eshop");
    assert_string_equal(text_of(line, "command"), "CLUSTER REPLICATE " TARGET_ID);
    assert_string_equal(text_of(line, "reply"), "OK");
    assert_string_equal(text_of(line, "result"), "done");
    assert_string_equal(text_of(line, "fence"), "lifted");
    assert_true(is_null(line, "refused"));
    assert_int_equal(json_array_size(json_object_get(line, "gate")), GATE_RULE_COUNT);
    int64_t sum = part_ms(line, "gate") + part_ms(line, "fence") + part_ms(line, "replicate") +
                  part_ms(line, "ask") + part_ms(line, "sync") + part_ms(line, "unfence");
    assert_int_equal(sum, part_ms(line, "total"));
    assert_true(part_ms(line, "gate") > 0 && part_ms(line, "sync") > 0);
    const json_t *was = json_array_get(json_object_get(line, "before"), 0);
    const json_t *is = json_array_get(json_object_get(line, "after"), 0);
    assert_string_equal(text_of(was, "addr"), "127.0.99.170:7001");
    assert_string_equal(text_of(was, "state"), "orphaned");
    assert_string_equal(text_of(is, "state"), "protected");
    assert_int_equal(json_array_size(json_object_get(line, "before")), 2);
    json_decref(line);
    audit_tree_free(before);
    audit_tree_free(after);
    rig_done(&rig);
}

static void a_refusal_has_its_rule_and_what_was_measured(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    fixture_fail(rig.w.f, fixture_port(rig.w.f, 7002)); // the donor would be left with none
    rig_start(&rig);
    rig_look_until(&rig, MOVE_GATE);
    assert_int_equal(rig_state(&rig), MOVE_REFUSED);
    json_t *line = move_line(runner_move(rig.r), NULL, NULL);
    assert_string_equal(text_of(line, "result"), "refused");
    const json_t *refused = json_object_get(line, "refused");
    assert_string_equal(text_of(refused, "rule"), "donor");
    assert_string_equal(text_of(refused, "text"),
                        runner_move(rig.r)->verdict.check[GATE_DONOR].text);
    assert_true(is_null(line, "command") && is_null(line, "reply") && is_null(line, "before"));
    json_decref(line);
    rig_done(&rig);
}

static void an_unanswered_write_has_a_command_and_no_reply(void **state)
{
    (void)state;
    Rig rig;
    rig_init(&rig, false);
    rig_pass_fence(&rig);
    rig_late(&rig);
    assert_int_equal(rig_state(&rig), MOVE_ASK);
    json_t *line = move_line(runner_move(rig.r), NULL, NULL);
    assert_string_equal(text_of(line, "command"), "CLUSTER REPLICATE " TARGET_ID);
    assert_true(is_null(line, "reply"));
    assert_true(part_ms(line, "replicate") >= 2000);
    json_decref(line);
    rig_done(&rig);
}

static void what_a_person_changed_and_what_is_missing_are_lines_too(void **state)
{
    (void)state;
    StrBuf line = {0};
    Event event = event_make(EVENT_AUTO_MODE, LEVEL_WARNING, 1700000000000, NULL,
                             "automatic mode is now act");
    audit_event_json(&line, &event, &who);
    assert_fits("audit", strbuf_text(&line));
    json_t *value = parsed(&line, "event");
    assert_string_equal(text_of(value, "event"), "auto-mode");
    assert_string_equal(text_of(value, "text"), "automatic mode is now act");
    json_decref(value);
    audit_gap_json(&line, 1700000000000, 3, "No space left on device", &who);
    assert_fits("audit", strbuf_text(&line));
    value = parsed(&line, "gap");
    assert_int_equal(json_integer_value(json_object_get(value, "lost")), 3);
    json_decref(value);
}

TESTS(audit_report, cmocka_unit_test(a_decision_to_act_has_every_rule_and_candidate),
      cmocka_unit_test(a_decision_to_wait_names_the_rule_and_moves_nobody),
      cmocka_unit_test(nothing_to_decide_is_said_too),
      cmocka_unit_test(a_move_tells_what_was_sent_what_came_of_it_and_how_long_it_took),
      cmocka_unit_test(a_refusal_has_its_rule_and_what_was_measured),
      cmocka_unit_test(an_unanswered_write_has_a_command_and_no_reply),
      cmocka_unit_test(what_a_person_changed_and_what_is_missing_are_lines_too))
