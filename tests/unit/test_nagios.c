// `check --format nagios`: what a monitor shows, and what it must never be made to believe.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "look.h"
#include "rehome/report/nagios.h"
#include "watch.h"

static const NodeId nobody;

static void assert_line(Fixture *f, const char *expected)
{
    Look l = look(f);
    Findings found = findings_find(l.health);
    StrBuf out = {0};
    nagios_line(&out, l.health, &found);
    assert_string_equal(strbuf_text(&out), expected);
    strbuf_done(&out);
    look_done(&l);
    fixture_free(f);
}

static void a_safe_cluster_is_ok_in_a_few_words(void **state)
{
    (void)state;
    assert_line(well_placed(),
                "REHOME OK - 3 masters protected by 3 replicas, 0 spares, host-safe | "
                "orphaned=0;;0;0 at_risk=0;0;;0 spares=0;;;0 masters=3;;;0 replicas=3;;;0 "
                "slots_uncovered=0;;0;0;16384 nodes_failed=0;0;;0 age=0.100s;;;0\n");
}

static void an_orphan_is_critical_with_its_kind_and_since_when(void **state)
{
    (void)state;
    Fixture *f = well_placed();
    fixture_fail(f, fixture_port(f, 7102));
    assert_line(f, "REHOME CRITICAL - 1 orphaned master (10.0.0.2:7002 lost 00:59); replica failed "
                   "(10.0.0.3:7102); not host-safe (if host 10.0.0.2 dies, 5461 slots of 1 shard "
                   "are lost and 1 more master is left without a replica); no spare (no legal "
                   "spare for 1 of 1 orphaned master: 2 masters have no spare to give: every donor "
                   "is at its floor of 1) "
                   "| orphaned=1;;0;0 at_risk=0;0;;0 spares=0;;;0 masters=3;;;0 replicas=3;;;0 "
                   "slots_uncovered=0;;0;0;16384 nodes_failed=1;0;;0 age=0.100s;;;0\n");
}

static void a_cause_with_many_nodes_names_three(void **state)
{
    (void)state;
    Fixture *f = ten_masters();
    for (int port = 7104; port <= 7108; port++) {
        fixture_fail(f, fixture_port(f, port));
    }
    Look l = look(f);
    Findings found = findings_find(l.health);
    StrBuf out = {0};
    nagios_line(&out, l.health, &found);
    assert_non_null(strstr(strbuf_text(&out),
                           "; replica failed (10.0.0.5:7104, 10.0.0.6:7105, 10.0.0.7:7106 and 2 "
                           "more); "));
    strbuf_done(&out);
    look_done(&l);
    fixture_free(f);
}

static size_t count(const char *text, char c)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += *text == c;
    }
    return n;
}

// One line, one bar, and behind the bar nothing that a server could have written.
static void names_of_servers_are_neither_lines_nor_data(void **state)
{
    (void)state;
    static const char *const names[] = {"a|orphaned=0;;;", "a\nREHOME OK - fine", "$(reboot)",
                                        "`reboot`",        "\033[2J\r\n|x=1",     "<script>"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        Fixture *f = well_placed();
        FixtureNode *n = fixture_node(f, fixture_port(f, 7001));
        snprintf(n->hostname, sizeof(n->hostname), "%s", names[i]);
        n->ip[0] = '\0';
        fixture_fail(f, fixture_port(f, 7101));
        Look l = look(f);
        Finding at[] = {
            look_finding(FINDING_ORPHANED, LEVEL_CRITICAL, n->id, "t", "r"),
            look_finding(FINDING_CLUSTER_DOWN, LEVEL_CRITICAL, nobody, names[i], "r"),
        };
        StrBuf out = {0};
        nagios_line(&out, l.health, &(Findings){at, 2});
        const char *text = strbuf_text(&out);
        assert_int_equal(count(text, '\n'), 1);
        assert_int_equal(count(text, '|'), 1);
        assert_int_equal(count(text, '$') + count(text, '`') + count(text, '<'), 0);
        assert_non_null(strstr(text, " | orphaned="));
        assert_int_equal(count(strchr(text, '|'), '='), 8);
        strbuf_clear(&out);
        nagios_unknown(&out, names[i]);
        assert_int_equal(count(strbuf_text(&out), '\n'), 1);
        assert_int_equal(count(strbuf_text(&out), '|'), 0);
        strbuf_done(&out);
        look_done(&l);
        fixture_free(f);
    }
}

TESTS(nagios, cmocka_unit_test(a_safe_cluster_is_ok_in_a_few_words),
      cmocka_unit_test(an_orphan_is_critical_with_its_kind_and_since_when),
      cmocka_unit_test(a_cause_with_many_nodes_names_three),
      cmocka_unit_test(names_of_servers_are_neither_lines_nor_data))
