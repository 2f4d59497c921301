// `check --format prometheus`: a page that node_exporter takes whatever servers call themselves.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "exposition.h"
#include "look.h"
#include "rehome/report/prometheus.h"
#include "watch.h"

// The page of the cluster as look() finds it, with the findings of policy. Freed by the next one
// and by page_done().
static StrBuf page;

static const char *page_of(Fixture *f)
{
    Look l = look(f);
    Findings found = findings_find(l.health);
    strbuf_clear(&page);
    prometheus_page(&page, l.health, &found, "10.0.0.1:6379");
    look_done(&l);
    fixture_free(f);
    char why[400];
    if (!exposition_valid(strbuf_text(&page), why, sizeof(why))) {
        fail_msg("%s", why);
    }
    return strbuf_text(&page);
}

static int page_done(void **state)
{
    (void)state;
    strbuf_done(&page);
    page = (StrBuf){0};
    return 0;
}

static void assert_value(const char *series, double expected)
{
    double value = exposition_value(strbuf_text(&page), series);
    if (value < expected || value > expected) {
        fail_msg("%s is %g, not %g", series, value, expected);
    }
}

static void the_page_counts_what_check_counts(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_fail(f, fixture_port(f, 7008));
    page_of(f);
    assert_value("rehome_look_success{cluster=\"10.0.0.1:6379\"} ", 1);
    assert_value("rehome_cluster_state_ok{", 1);
    assert_value("rehome_slots_covered{", 16384);
    assert_value("rehome_slots_failed{", 0);
    assert_value("rehome_masters{", 3);
    assert_value("rehome_replicas{", 4);
    assert_value("rehome_nodes_failed{", 1);
    assert_value("rehome_masters_orphaned{", 1);
    assert_value("rehome_spares{", 1);
    assert_value("rehome_host_safe{", 0);
    assert_value("rehome_brake{", 0);
    assert_value("rehome_paused{", 0);
    assert_value("rehome_server_migration{", 1);
    assert_value("rehome_finding{cluster=\"10.0.0.1:6379\",code=\"orphaned\",severity=\"critical\"",
                 1);
    assert_value("rehome_finding{cluster=\"10.0.0.1:6379\",code=\"no-spare\",severity=\"warning\"",
                 0);
    assert_value("rehome_master_orphaned{cluster=\"10.0.0.1:6379\",master_id="
                 "\"7f3c91d2a40b5e68c1fd29e07b6a835410de9c27\",addr=\"127.0.99.170:7001\","
                 "host=\"127.0.99.170\"}",
                 1);
    assert_value("rehome_master_working_replicas{cluster=\"10.0.0.1:6379\",master_id="
                 "\"7f3c91d2a40b5e68c1fd29e07b6a835410de9c27\"",
                 0);
}

static void a_brake_and_a_pause_are_told(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    Snapshot *s = fixture_snapshot(f, 1000);
    static Holds holds;
    holds = (Holds){0};
    HoldSubject brake = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL};
    HoldSubject pause = {.kind = HOLD_PAUSE, .scope = HOLD_ON_ALL};
    Hold on[] = {hold_make(s, &brake, "rehome", "6 moves in an hour", s->wall_ms, 0),
                 hold_make(s, &pause, "alice", "", s->wall_ms, 60000)};
    for (int i = 0; i < 2; i++) {
        assert_true(holds_put(&holds, &on[i], s));
        const Health *h = health_assess(s, NULL, &(HealthOptions){.holds = &holds});
        strbuf_clear(&page);
        prometheus_page(&page, h, &(Findings){0}, "c");
        assert_value("rehome_brake{", 1);
        assert_value("rehome_paused{", i);
    }
    snapshot_free(s);
    fixture_free(f);
}

static void what_nobody_told_has_no_sample(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (int i = 0; i < (int)fixture_count(f); i++) {
        fixture_node(f, i)->forbidden = ASK_SETTINGS;
    }
    page_of(f);
    assert_null(strstr(strbuf_text(&page), "rehome_server_migration"));
}

static void any_cluster_makes_a_valid_page(void **state)
{
    (void)state;
    page_of(look_troubled());
    page_of(ten_masters());
    page_of(fixture_new()); // nothing known at all
}

static void names_of_servers_stay_inside_their_labels(void **state)
{
    (void)state;
    static const char *const names[] = {"a\"} 5\nrehome_host_safe 1",
                                        "back\\slash",
                                        "a\\",
                                        "\"",
                                        "\033[2J\xff\xfe",
                                        "{}",
                                        "\u00fcn\u00ef"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        Fixture *f = fixture_scenario();
        FixtureNode *n = fixture_node(f, fixture_port(f, 7001));
        snprintf(n->hostname, sizeof(n->hostname), "%s", names[i]);
        n->ip[0] = '\0';
        page_of(f);
        assert_value("rehome_host_safe{", 0);
    }
}

static void a_look_that_failed_is_a_valid_page_too(void **state)
{
    (void)state;
    strbuf_clear(&page);
    prometheus_failed(&page, "a\"b:1");
    assert_string_equal(strbuf_text(&page),
                        "# HELP rehome_look_success 1: the cluster could be looked at.\n"
                        "# TYPE rehome_look_success gauge\n"
                        "rehome_look_success{cluster=\"a\\\"b:1\"} 0\n");
    char why[400];
    assert_true(exposition_valid(strbuf_text(&page), why, sizeof(why)));
}

// Else none of the above says anything.
static void the_check_of_pages_knows_bad_ones(void **state)
{
    (void)state;
    static const char head[] = "# HELP a b\n# TYPE a gauge\n";
    static const char *const bad[] = {
        "a 1\n",
        "a{x=\"1\"} 1 1700000000\n",
        "a{x=\"\\t\"} 1\n",
        "a{x=\"1\",x=\"2\"} 1\n",
        "a 1",
        "a{x=\"1\"}  1\n",
        "a{x=\"1\"} 1\na{x=\"1\"} 2\n",
        "a{1x=\"1\"} 1\n",
        "b 1\n",
        "a{x=\"1\" 1\n",
        "a one\n",
        "\n",
        "# HELP a b\n",
        "# TYPE b gauge\n",
        "a{x=\"\n\"} 1\n",
        "a{x=1} 1\n",
    };
    char text[200];
    char why[400];
    snprintf(text, sizeof(text), "%sa{x=\"\\\\\\\"\"} -1.5\na 2\n", head);
    assert_true(exposition_valid(text, why, sizeof(why)));
    assert_false(exposition_valid("", why, sizeof(why)));
    assert_false(exposition_valid(bad[0], why, sizeof(why))); // without its head
    for (size_t i = 1; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), "%s%s", head, bad[i]);
        if (exposition_valid(text, why, sizeof(why))) {
            fail_msg("taken for valid: %s", bad[i]);
        }
    }
}

TESTS(prometheus, cmocka_unit_test_teardown(the_page_counts_what_check_counts, page_done),
      cmocka_unit_test_teardown(a_brake_and_a_pause_are_told, page_done),
      cmocka_unit_test_teardown(what_nobody_told_has_no_sample, page_done),
      cmocka_unit_test_teardown(any_cluster_makes_a_valid_page, page_done),
      cmocka_unit_test_teardown(names_of_servers_stay_inside_their_labels, page_done),
      cmocka_unit_test_teardown(a_look_that_failed_is_a_valid_page_too, page_done),
      cmocka_unit_test_teardown(the_check_of_pages_knows_bad_ones, page_done))
