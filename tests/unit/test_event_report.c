#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rehome/report/event_report.h"
#include "schema.h"

static Event sample(void)
{
    Event e = {.code = EVENT_REPLICA_MOVED,
               .level = LEVEL_GOOD,
               .by = BY_US,
               .wall_ms = 1700000001007,
               .node = {"0123456789012345678901234567890123456789"},
               .addr = "127.0.99.171:7004",
               .text = "127.0.99.171:7004 follows 127.0.99.170:7001 now"};
    return e;
}

static int use_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC0", 1);
    tzset();
    return 0;
}

static void text_is_one_aligned_line(void **state)
{
    (void)state;
    Event e = sample();
    StrBuf out = {0};
    event_text(&out, &e);
    assert_string_equal(strbuf_text(&out), "22:13:21 replica-moved      "
                                           "127.0.99.171:7004 follows 127.0.99.170:7001 now\n");
    strbuf_done(&out);
}

static void json_is_one_line_with_the_contracts_names(void **state)
{
    (void)state;
    Event e = sample();
    StrBuf out = {0};
    event_json(&out, &e);
    assert_fits("event", strbuf_text(&out));
    assert_string_equal(strbuf_text(&out),
                        "{\"schema\":1,\"t\":1700000001.007,\"event\":\"replica-moved\","
                        "\"node\":\"0123456789012345678901234567890123456789\","
                        "\"addr\":\"127.0.99.171:7004\",\"by\":\"us\",\"level\":\"good\","
                        "\"text\":\"127.0.99.171:7004 follows 127.0.99.170:7001 now\"}\n");
    strbuf_done(&out);
}

static void json_has_null_for_what_there_is_not(void **state)
{
    (void)state;
    Event e = {.code = EVENT_SLOTS_LOST, .wall_ms = 1700000000000, .text = "5461 slots are lost"};
    StrBuf out = {0};
    event_json(&out, &e);
    assert_fits("event", strbuf_text(&out));
    json_t *line = json_loads(strbuf_text(&out), 0, NULL);
    assert_non_null(line);
    assert_true(json_is_null(json_object_get(line, "node")));
    assert_true(json_is_null(json_object_get(line, "addr")));
    assert_true(json_is_null(json_object_get(line, "by")));
    assert_true(json_is_real(json_object_get(line, "t")));
    json_decref(line);
    strbuf_done(&out);
}

static void json_of_every_code_and_author_can_be_read(void **state)
{
    (void)state;
    for (EventCode code = 0; code < EVENT_CODE_COUNT; code++) {
        for (EventBy by = BY_NOBODY; by <= BY_OTHER; by++) {
            Event e = sample();
            e.code = code;
            e.by = by;
            snprintf(e.text, sizeof e.text, "%s", "say \"hi\"\\ \033[31m\xff\n{}");
            StrBuf out = {0};
            event_json(&out, &e);
            assert_fits("event", strbuf_text(&out));
            assert_ptr_equal(strchr(strbuf_text(&out), '\n'), strbuf_text(&out) + out.n - 1);
            assert_null(strchr(strbuf_text(&out), '\033'));
            json_t *line = json_loads(strbuf_text(&out), JSON_REJECT_DUPLICATES, NULL);
            assert_non_null(line);
            assert_string_equal(json_string_value(json_object_get(line, "event")),
                                event_code_text(code));
            if (by != BY_NOBODY) {
                assert_string_equal(json_string_value(json_object_get(line, "by")),
                                    event_by_text(by));
            }
            json_decref(line);
            strbuf_done(&out);
        }
    }
}

static void an_event_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (EventCode code = 0; code < EVENT_CODE_COUNT; code++) {
        Event e = sample();
        Event back = {0};
        StrBuf out = {0};
        e.code = code;
        e.by = (EventBy)(code % 4);
        e.level = (Level)(code % 4);
        event_json(&out, &e);
        assert_fits("event", strbuf_text(&out));
        assert_true(event_json_read(sv_of(strbuf_text(&out), out.n - 1), &back));
        assert_int_equal(back.code, e.code);
        assert_int_equal(back.by, e.by);
        assert_int_equal(back.level, e.level);
        assert_int_equal(back.wall_ms, e.wall_ms);
        assert_string_equal(back.node.hex, e.node.hex);
        assert_string_equal(back.addr, e.addr);
        assert_string_equal(back.text, e.text);
        strbuf_done(&out);
    }
}

static void what_is_no_event_is_not_read(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "{",
        "[]",
        "null",
        "{\"schema\":1,\"cluster\":[]}",
        "{\"t\":1700000001.0,\"event\":\"of a later version\",\"level\":\"info\"}",
        "{\"t\":-1,\"event\":\"lost\",\"level\":\"info\"}",
        "{\"t\":1e300,\"event\":\"lost\",\"level\":\"info\"}",
        "{\"t\":\"now\",\"event\":\"lost\",\"level\":\"info\"}",
        "{\"t\":1700000001.0,\"event\":[\"lost\"],\"level\":\"info\"}",
        "{\"t\":1700000001.0,\"event\":\"lost\",\"level\":\"info\",\"text\":\"cut of",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        Event e = {0};
        assert_false(event_json_read(sv(lines[i]), &e));
    }
    Event e = {0};
    assert_true(event_json_read(
        sv("{\"t\":1700000001.0,\"event\":\"lost\",\"level\":\"info\",\"node\":\"me\","
           "\"text\":\"\\u001b[2J\"}"),
        &e));
    assert_true(node_id_is_none(e.node));
    assert_string_equal(e.text, "?[2J");
}

// --- progress ----------------------------------------------------------------------------------

static Move moving(MoveState state)
{
    Move m = {.spec = {.replica_addr = "127.0.99.171:7004", .target_addr = "127.0.99.170:7001"},
              .state = state,
              .started_ms = 1000,
              .stage = REPLICA_SYNCING,
              .sync_permille = -1,
              .sync_bytes = -1,
              .total_bytes = -1,
              .rate_bytes_s = -1,
              .eta_s = -1};
    return m;
}

static void assert_progress(const Move *m, const char *expected)
{
    StrBuf out = {0};
    move_progress_text(&out, m, 13500);
    assert_string_equal(strbuf_text(&out), expected);
    strbuf_done(&out);
}

static void progress_tells_all_that_is_known(void **state)
{
    (void)state;
    Move m = moving(MOVE_SYNC);
    m.sync_permille = 413;
    m.sync_bytes = 536870912;
    m.total_bytes = 1288490189;
    m.rate_bytes_s = 89128960;
    m.eta_s = 9;
    assert_progress(&m, "127.0.99.171:7004 -> 127.0.99.170:7001  sync (syncing)  512M of 1.2G  "
                        "41.3%  85M/s  9s left  12s");
}

static void progress_leaves_out_what_is_not(void **state)
{
    (void)state;
    Move m = moving(MOVE_SYNC);
    assert_progress(&m, "127.0.99.171:7004 -> 127.0.99.170:7001  sync (syncing)  12s");
    m.sync_bytes = 4096; // diskless: nobody knows the total
    m.total_bytes = 0;
    assert_progress(&m, "127.0.99.171:7004 -> 127.0.99.170:7001  sync (syncing)  4.0K  12s");
}

static void progress_of_a_move_that_ended_stands_still(void **state)
{
    (void)state;
    Move m = moving(MOVE_REFUSED);
    m.ended_ms = 4100;
    snprintf(m.why, sizeof m.why, "%s", "donor: it would keep 0 of 1");
    assert_progress(&m, "127.0.99.171:7004 -> 127.0.99.170:7001  refused  3.1s  "
                        "donor: it would keep 0 of 1");
}

TESTS(event_report, cmocka_unit_test_setup(text_is_one_aligned_line, use_utc),
      cmocka_unit_test(json_is_one_line_with_the_contracts_names),
      cmocka_unit_test(json_has_null_for_what_there_is_not),
      cmocka_unit_test(json_of_every_code_and_author_can_be_read),
      cmocka_unit_test(an_event_is_read_as_it_was_written),
      cmocka_unit_test(what_is_no_event_is_not_read),
      cmocka_unit_test(progress_tells_all_that_is_known),
      cmocka_unit_test(progress_leaves_out_what_is_not),
      cmocka_unit_test(progress_of_a_move_that_ended_stands_still))
