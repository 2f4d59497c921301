// What of the replies is kept on a tape, and under which names.
#include "unit.h"

#include <string.h>

#include "rehome/base/strbuf.h"
#include "tape_try.h"

static TapeRound round_of(const Observation *o)
{
    return (TapeRound){
        .in = {.at = o, .n = 1, .name = "", .started_ms = 800, .now_ms = 1000},
        .notice = "",
    };
}

// The round as it comes back from a tape, borrowed from the reader.
static TapeItem there_and_back(const TapeRound *round, bool redact, StrBuf *bytes, TapeReader **r)
{
    TapeWriter *w = tape_writer_new(redact);
    tape_try_head(w, bytes);
    tape_write_round(w, round, bytes);
    tape_writer_free(w);
    *r = tape_try_reader(sv_of(strbuf_text(bytes), bytes->n));
    tape_read(*r);
    return tape_read(*r);
}

static void lines_that_nobody_reads_are_not_kept(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    TapeReader *r;
    Observation o = {
        .dialled = "127.0.0.1:7001",
        .why = "",
        .info = sv("# Server\r\nredis_version:7.0.15\r\nrequirepass:hunter2\r\nrole:master\r\n"),
        .info_ms = 900,
        .nodes = sv("2123456789012345678901234567890123456789 127.0.0.1:7003@17003,,hunter2=1 "
                    "master - 0 1700000004321 1 connected\r\n"
                    "1123456789012345678901234567890123456789 127.0.0.1:7002@17002,h,hunter2=1 "
                    "slave,fail? - 1700000002222 1700000000321 1 connected\n"
                    "0123456789012345678901234567890123456789 127.0.0.1:7001@17001,,hunter2=1 "
                    "myself,master - 0 1700000001234 1 connected 0-5 7\n"),
        .nodes_ms = 900,
        .settings = sv("cluster-migration-barrier 1\nmasterauth hunter2\n"),
        .settings_ms = 900,
    };
    TapeRound round = round_of(&o);
    TapeItem item = there_and_back(&round, false, &bytes, &r);
    const Observation *back = item.round->in.at;
    assert_true(sv_is(back->info, "redis_version:7.0.15\nrole:master\n"));
    assert_true(sv_is(back->settings, "cluster-migration-barrier 1\n"));
    assert_true(sv_is(back->nodes,
                      "0123456789012345678901234567890123456789 127.0.0.1:7001@17001 "
                      "myself,master - 0 1700000000000 1 connected 0-5 7\n"
                      "1123456789012345678901234567890123456789 127.0.0.1:7002@17002,h "
                      "slave,fail? - 0 1700000000321 1 connected\n"
                      "2123456789012345678901234567890123456789 127.0.0.1:7003@17003 "
                      "master - 0 1700000004321 1 connected\n"));
    tape_reader_free(r);
    strbuf_done(&bytes);
}

// One of no bytes would be found everywhere, and renamed without end.
static void a_host_of_nothing_is_given_no_name(void **state)
{
    (void)state;
    static const char info[] = "role:slave\nmaster_host:\0.0.0.1\nmaster_port:7001\n";
    StrBuf bytes = {0};
    TapeReader *r;
    Observation o = {
        .dialled = "10.0.0.1:7001",
        .why = "",
        .info = sv_of(info, sizeof(info) - 1),
        .info_ms = 900,
    };
    TapeRound round = round_of(&o);
    round.notice = ":: is silent";
    TapeItem item = there_and_back(&round, true, &bytes, &r);
    assert_string_equal(item.round->notice, ":: is silent");
    assert_memory_equal(item.round->in.at->dialled, "198.18.", 7);
    tape_reader_free(r);
    strbuf_done(&bytes);
}

static void nothing_of_a_redacted_tape_names_a_host(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    TapeReader *r;
    Observation o = {
        .dialled = "db-1.example.org:7001",
        .why = "db-1.example.org:7001 is gone. So is 10.1.2.3, not 10.1.2.34. Nor 10.1.2.9.",
        .info = sv("role:slave\nmaster_host:10.1.2.3\nslave0:ip=10.1.2.9,port=7001\n"
                   "availability_zone:attic\n"),
        .info_ms = 900,
        .nodes = sv("0123456789012345678901234567890123456789 fd00::12:7001@17001,db-1 "
                    "myself,slave - 0 0 1 connected\n"),
        .nodes_ms = 900,
    };
    TapeRound round = round_of(&o);
    round.in.name = "10.1.2.9:1";
    round.notice = "fd00::12 and [fd00::12]:7001";
    TapeItem item = there_and_back(&round, true, &bytes, &r);
    const Observation *back = item.round->in.at;
    assert_string_equal(item.round->in.name, "198.18.0.1:1");
    assert_string_equal(back->dialled, "host-2:7001");
    assert_string_equal(back->why,
                        "host-2:7001 is gone. So is 198.18.0.5, not 10.1.2.34. Nor 198.18.0.1.");
    assert_true(sv_is(back->info, "role:slave\nmaster_host:198.18.0.5\n"
                                  "slave0:ip=198.18.0.1,port=7001\navailability_zone:host-6\n"));
    assert_true(sv_is(back->nodes,
                      "0123456789012345678901234567890123456789 2001:db8::0:3:7001@17001,host-4 "
                      "myself,slave - 0 0 1 connected\n"));
    assert_string_equal(item.round->notice, "2001:db8::0:3 and [2001:db8::0:3]:7001");
    tape_reader_free(r);
    strbuf_done(&bytes);
}

// Hosts may be called as anything else is: one is "master", one as the ID of a node is spelled.
static void only_what_stands_for_a_host_is_renamed(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    TapeReader *r;
    Observation o = {
        .dialled = "master:7001",
        .why = "",
        .info = sv("run_id:0123456789012345678901234567890123456789\nrole:slave\n"
                   "master_host:master\nslave0:ip=slave0,port=7002,state=online\n"),
        .info_ms = 900,
        .nodes = sv("0123456789012345678901234567890123456789 :7001@17001,"
                    "0123456789012345678901234567890123456789 master - 0 0 1 connected 7\n"
                    "1123456789012345678901234567890123456789 master:7001@17001,connected "
                    "myself,slave 0123456789012345678901234567890123456789 0 0 1 connected\n"),
        .nodes_ms = 900,
    };
    TapeRound round = round_of(&o);
    TapeItem item = there_and_back(&round, true, &bytes, &r);
    const Observation *back = item.round->in.at;
    assert_string_equal(back->dialled, "host-1:7001");
    assert_true(sv_is(back->info, "run_id:0123456789012345678901234567890123456789\nrole:slave\n"
                                  "master_host:host-1\nslave0:ip=host-4,port=7002,state=online\n"));
    assert_true(sv_is(back->nodes,
                      "0123456789012345678901234567890123456789 :7001@17001,198.18.0.2 "
                      "master - 0 0 1 connected 7\n"
                      "1123456789012345678901234567890123456789 "
                      "host-1:7001@17001,host-3 myself,slave "
                      "0123456789012345678901234567890123456789 0 0 1 connected\n"));
    tape_reader_free(r);
    strbuf_done(&bytes);
}

// What is no line of a node begins with a name as well, and is read and sorted once more.
static void a_copy_of_a_redacted_tape_has_the_same_lines(void **state)
{
    (void)state;
    StrBuf bytes[2] = {{0}};
    TapeReader *r[2];
    Observation o = {
        .dialled = "10.0.0.1:7001",
        .why = "",
        .nodes = sv("150 of nobody\n10.0.0.1:7001 of nobody\n"
                    "0123456789012345678901234567890123456789 10.0.0.1:7001@17001 "
                    "myself,master - 0 0 1 connected\n"),
        .nodes_ms = 900,
    };
    TapeRound round = round_of(&o);
    TapeItem once = there_and_back(&round, true, &bytes[0], &r[0]);
    TapeItem twice = there_and_back(once.round, true, &bytes[1], &r[1]);
    StrView line = once.round->in.at->nodes;
    assert_true(sv_starts(line, "0123456789012345678901234567890123456789 198.18."));
    assert_true(sv_eq(line, twice.round->in.at->nodes));
    for (size_t i = 0; i < 2; i++) {
        tape_reader_free(r[i]);
        strbuf_done(&bytes[i]);
    }
}

TESTS(tape_kept, cmocka_unit_test(lines_that_nobody_reads_are_not_kept),
      cmocka_unit_test(a_host_of_nothing_is_given_no_name),
      cmocka_unit_test(nothing_of_a_redacted_tape_names_a_host),
      cmocka_unit_test(only_what_stands_for_a_host_is_renamed),
      cmocka_unit_test(a_copy_of_a_redacted_tape_has_the_same_lines))
