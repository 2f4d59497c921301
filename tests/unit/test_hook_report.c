// What a hook is told.
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "rehome/report/hook_report.h"
#include "schema.h"

static const MoveSpec spec = {
    .replica = {"1111111111111111111111111111111111111111"},
    .donor = {"2222222222222222222222222222222222222222"},
    .target = {"3333333333333333333333333333333333333333"},
    .replica_addr = "10.0.0.1:7004",
    .donor_addr = "10.0.0.2:7003",
    .target_addr = "10.0.0.3:7001",
    .origin = ORIGIN_AUTO,
};

static HookReport before(void)
{
    return (HookReport){
        .event = HOOK_BEFORE_MOVE,
        .wall_ms = 1700000001007,
        .cluster = "eshop",
        .reason = "on another host than the target",
        .spec = &spec,
    };
}

static Move over(void)
{
    return (Move){
        .spec = spec,
        .state = MOVE_DONE,
        .started_ms = 1000,
        .ended_ms = 2234,
        .sync_bytes = 4096,
        .total_bytes = -1,
        .goal = spec.target,
        .goal_addr = "10.0.0.3:7001",
        .why = "in sync with 10.0.0.3:7001 after 1.2s",
    };
}

#define NODES                                                                                      \
    "\"replica\":{\"id\":\"1111111111111111111111111111111111111111\","                            \
    "\"addr\":\"10.0.0.1:7004\"},"                                                                 \
    "\"donor\":{\"id\":\"2222222222222222222222222222222222222222\","                              \
    "\"addr\":\"10.0.0.2:7003\"},"                                                                 \
    "\"target\":{\"id\":\"3333333333333333333333333333333333333333\","                             \
    "\"addr\":\"10.0.0.3:7001\"}"

static void before_a_move_it_is_told_what_and_why(void **state)
{
    (void)state;
    HookReport r = before();
    StrBuf out = {0};
    hook_json(&out, &r);
    assert_fits("hook", strbuf_text(&out));
    assert_string_equal(strbuf_text(&out),
                        "{\"schema\":1,\"t\":1700000001.007,\"event\":\"before_move\","
                        "\"cluster\":\"eshop\",\"origin\":\"auto\","
                        "\"reason\":\"on another host than the target\"," NODES "}\n");
    strbuf_done(&out);
}

static void after_a_move_it_is_told_what_came_of_it(void **state)
{
    (void)state;
    Move m = over();
    HookReport r = before();
    r.event = HOOK_AFTER_MOVE;
    r.move = &m;
    StrBuf out = {0};
    hook_json(&out, &r);
    assert_fits("hook", strbuf_text(&out));
    const char *outcome = strstr(strbuf_text(&out), NODES);
    assert_non_null(outcome);
    assert_string_equal(outcome + strlen(NODES),
                        ",\"result\":\"done\",\"text\":\"in sync with 10.0.0.3:7001 after 1.2s\","
                        "\"seconds\":1.234,\"bytes\":4096,"
                        "\"in_sync_with\":{\"id\":\"3333333333333333333333333333333333333333\","
                        "\"addr\":\"10.0.0.3:7001\"},\"resumed\":false,\"unfinished\":false}\n");
    strbuf_done(&out);
}

static void what_nobody_knows_is_null(void **state)
{
    (void)state;
    Move m = over();
    m.state = MOVE_FAILED;
    m.resumed = true;
    m.unfinished = true;
    m.sync_bytes = -1;
    MoveSpec bare = spec;
    bare.donor = (NodeId){0};
    HookReport r = before();
    r.event = HOOK_AFTER_MOVE;
    r.reason = "";
    r.move = &m;
    r.spec = &bare;
    StrBuf out = {0};
    hook_json(&out, &r);
    assert_fits("hook", strbuf_text(&out));
    json_t *document = json_loads(strbuf_text(&out), 0, NULL);
    static const char *const nulls[] = {"reason", "donor", "seconds", "bytes", "in_sync_with"};
    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
        assert_true(json_is_null(json_object_get(document, nulls[i])));
    }
    assert_true(json_is_true(json_object_get(document, "unfinished")));
    assert_string_equal(json_string_value(json_object_get(document, "result")), "failed");
    json_decref(document);
    strbuf_done(&out);
}

static bool has(const char *const *variables, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(variables[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static void variables_say_the_same_in_short(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const char *out[HOOK_VARIABLES];
    HookReport r = before();
    size_t n = hook_variables(arena, &r, out);
    assert_int_equal(n, 10);
    assert_true(has(out, n, "REHOME_EVENT=before_move"));
    assert_true(has(out, n, "REHOME_ORIGIN=auto"));
    assert_true(has(out, n, "REHOME_DONOR_ADDR=10.0.0.2:7003"));
    assert_true(has(out, n, "REHOME_TARGET_ID=3333333333333333333333333333333333333333"));
    Move m = over();
    r.event = HOOK_AFTER_MOVE;
    r.move = &m;
    n = hook_variables(arena, &r, out);
    assert_int_equal(n, HOOK_VARIABLES);
    assert_true(has(out, n, "REHOME_RESULT=done"));
    assert_true(has(out, n, "REHOME_SECONDS=1.234"));
    m.resumed = true;
    assert_true(has(out, hook_variables(arena, &r, out), "REHOME_SECONDS="));
    arena_free(arena);
}

static void what_the_server_said_is_made_harmless(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const char *out[HOOK_VARIABLES];
    HookReport r = before();
    r.reason = "a\nb\033[31m";
    size_t n = hook_variables(arena, &r, out);
    assert_true(has(out, n, "REHOME_REASON=a?b?[31m"));
    arena_free(arena);
}

TESTS(hook_report, cmocka_unit_test(before_a_move_it_is_told_what_and_why),
      cmocka_unit_test(after_a_move_it_is_told_what_came_of_it),
      cmocka_unit_test(what_nobody_knows_is_null),
      cmocka_unit_test(variables_say_the_same_in_short),
      cmocka_unit_test(what_the_server_said_is_made_harmless))
