// What servers do not let us ask: told once for all that are alike, with the line that allows it.
#include "unit.h"

#include <string.h>

#include "rehome/base/strbuf.h"
#include "rehome/policy/charge.h"
#include "rehome/policy/finding.h"
#include "screen.h"
#include "watch.h"

static const Finding *find(const Findings *all, FindingCode code)
{
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].code == code) {
            return &all->at[i];
        }
    }
    return NULL;
}

static void assert_ends(const char *text, const char *end)
{
    size_t n = strlen(text);
    assert_true(n >= strlen(end));
    assert_string_equal(text + n - strlen(end), end);
}

static void what_all_forbid_is_told_once(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    for (int i = 0; i < 6; i++) {
        fixture_node(w.f, i)->forbidden = ASK_CLUSTER | ASK_SETTINGS;
    }
    Findings all = findings_find(watch_round(&w, 1000));
    const Finding *f = find(&all, FINDING_NOT_ALLOWED);
    assert_non_null(f);
    assert_int_equal(f->severity, LEVEL_WARNING);
    assert_true(node_id_is_none(f->node));
    assert_string_equal(f->text,
                        "all 6 nodes do not allow CLUSTER INFO and CONFIG GET to user watcher");
    assert_ends(f->command, " ACL SETUSER watcher +cluster|info +config|get");
    assert_memory_equal(f->command, "redis-cli --cluster call ", 25);
    watch_done(&w);
}

static void what_one_node_forbids_is_told_of_it_alone(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    watch_round(&w, 1000);
    knob(&w, 7102)->forbidden = ASK_INFO;
    Findings all = findings_find(watch_rounds(&w, 5));
    const Finding *f = find(&all, FINDING_NOT_ALLOWED);
    assert_non_null(f);
    assert_string_equal(f->node.hex, watch_id(&w, 7102).hex);
    assert_ends(f->text, ":7102 does not allow INFO to user watcher");
    assert_ends(f->command, " -p 7102 ACL SETUSER watcher +info");
    assert_null(find(&all, FINDING_UNREACHABLE)); // it is there
    const Finding *risk = find(&all, FINDING_AT_RISK);
    assert_non_null(risk); // 7102 is the only replica of its master
    assert_ends(risk->command, " -p 7102 ACL SETUSER watcher +info");
    assert_int_equal(f->since_ms, 2000);
    watch_done(&w);
}

static void a_command_that_was_renamed_is_not_a_matter_of_rights(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    watch_round(&w, 1000);
    knob(&w, 7001)->refused = knob(&w, 7002)->refused = ASK_MYID;
    Findings all = findings_find(watch_rounds(&w, 1));
    const Finding *f = find(&all, FINDING_NOT_ALLOWED);
    assert_non_null(f);
    assert_ends(f->text, ":7002 do not know CLUSTER MYID");
    assert_non_null(strstr(f->text, ":7001 and "));
    assert_string_equal(f->command, "");
    watch_done(&w);
}

// A provider's servers allow it to nobody: that is not wrong with the cluster.
static void without_config_nothing_is_wrong_but_it_is_said(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    for (int i = 0; i < 6; i++) {
        fixture_node(w.f, i)->refused = ASK_SETTINGS;
    }
    const Health *h = watch_round(&w, 1000);
    assert_int_equal(findings_find(h).n, 0);
    StrBuf gap = {0};
    charge_gap_text(&gap, h->snapshot);
    assert_string_equal(strbuf_text(&gap), "CONFIG GET is not known at 6 of 6 nodes: settings are "
                                           "not known there, and a move is not fenced");
    knob(&w, 7001)->refused = 0;
    knob(&w, 7001)->forbidden = ASK_SETTINGS;
    charge_gap_text(&gap, watch_round(&w, 2000)->snapshot);
    assert_ends(strbuf_text(&gap), "; ACL SETUSER watcher +config|get");
    strbuf_done(&gap);
    watch_done(&w);
}

static void the_details_say_which_line_allows_it(void **state)
{
    (void)state;
    Stage *st = stage_new(fixture_scenario());
    fixture_node(st->f, fixture_port(st->f, 7002))->forbidden = ASK_INFO | ASK_SETTINGS;
    stage_round(st, 1000);
    stage_rounds(st, 2000, 6000);
    screen_at("details-denied", st, "/ 7 0 0 2 Enter Enter", 80, 24);
    screen_at("problems-denied", st, "3", 80, 24);
    stage_free(st);
}

TESTS(access, cmocka_unit_test(what_all_forbid_is_told_once),
      cmocka_unit_test(what_one_node_forbids_is_told_of_it_alone),
      cmocka_unit_test(a_command_that_was_renamed_is_not_a_matter_of_rights),
      cmocka_unit_test(without_config_nothing_is_wrong_but_it_is_said),
      cmocka_unit_test(the_details_say_which_line_allows_it))
