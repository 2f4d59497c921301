// Labels in the picture, in what is thought about it, and on the screen.
#include "unit.h"

#include <string.h>

#include "plan_try.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/finding.h"
#include "rehome/report/check.h"
#include "rehome/ui/canvas.h"
#include "stage.h"

static Labels *labels_from(const char *text)
{
    Labels *labels = NULL;
    Error err = {0};
    if (!labels_parse(sv(text), "racks.txt", &labels, &err)) {
        fail_msg("not read: %s", err.text);
    }
    return labels;
}

static int choice(Watch *w)
{
    watch_round(w, w->now_ms + 1000);
    Plan plan = plan_make(w->h);
    return plan_chosen(w, &plan, 0);
}

static void two_addresses_in_one_rack_are_one_host_to_the_plan(void **state)
{
    (void)state;
    Watch w = two_donors();
    assert_int_equal(choice(&w), 7102);
    // The target 10.0.0.1 shares its rack with all but one.
    Labels *labels = labels_from("10.0.0.6 = rack-b\n/^10\\.0\\.0\\./ = rack-a\n");
    fixture_labels(w.f, labels);
    assert_int_equal(choice(&w), 7103);
    Plan plan = plan_make(w.h);
    const PlanCandidate *c = plan_candidate_at(&w, &plan.at[0], 7102);
    assert_int_equal(c->value[PLAN_RULE_OTHER_HOST], 2);
    assert_non_null(strstr(c->why, "on the target's own host rack-a"));
    watch_done(&w);
    labels_free(labels);
}

static void zones_that_valkey_tells_decide_too(void **state)
{
    (void)state;
    Watch w = two_donors();
    Labels *labels = labels_from("* = availability_zone\n");
    fixture_labels(w.f, labels);
    for (size_t i = 0; i < fixture_count(w.f); i++) {
        FixtureNode *n = fixture_node(w.f, (int)i);
        n->valkey = true;
        memcpy(n->version, "8.1.0", sizeof("8.1.0"));
        memcpy(n->zone, "eu-1a", sizeof("eu-1a"));
    }
    memcpy(knob(&w, 7202)->zone, "eu-1b", sizeof("eu-1b"));
    assert_int_equal(choice(&w), 7202);
    assert_string_equal(w.h->snapshot->nodes[watch_index(&w, 7202)].host, "eu-1b");
    watch_done(&w);
    labels_free(labels);
}

static void a_replica_in_its_masters_rack_does_not_make_it_safe(void **state)
{
    (void)state;
    Watch w = watch_new(well_placed());
    assert_true(watch_round(&w, 1000)->hosts.safe);
    // Nodes keep their addresses, and the order that these give.
    int order[3] = {watch_index(&w, 7101), watch_index(&w, 7102), watch_index(&w, 7103)};
    Labels *labels = labels_from("* = the only rack\n");
    fixture_labels(w.f, labels);
    watch_round(&w, 2000);
    assert_false(w.h->hosts.safe);
    assert_string_equal(w.h->hosts.worst, "the only rack");
    assert_int_equal(w.h->hosts.n, 1);
    for (int port = 7101; port <= 7103; port++) {
        assert_true(watch_node(&w, port)->same_host);
        assert_int_equal(watch_index(&w, port), order[port - 7101]);
    }
    StrBuf out = {0};
    Findings findings = findings_find(w.h);
    check_text(&out, w.h, &findings);
    assert_non_null(strstr(strbuf_text(&out), "  same host  host the only rack\n"));
    assert_non_null(strstr(strbuf_text(&out), "host-safe NO: the loss of the only rack costs"));
    strbuf_done(&out);
    watch_done(&w);
    labels_free(labels);
}

static void who_has_no_label_has_its_address(void **state)
{
    (void)state;
    Watch w = two_donors();
    Labels *labels = labels_from("10.0.0.1 = rack-a\n");
    fixture_labels(w.f, labels);
    watch_round(&w, 1000);
    const Node *labelled = &w.h->snapshot->nodes[watch_index(&w, 7001)];
    const Node *other = &w.h->snapshot->nodes[watch_index(&w, 7002)];
    assert_string_equal(labelled->host, "rack-a");
    assert_string_equal(labelled->addr, "10.0.0.1:7001");
    assert_string_equal(other->host, "10.0.0.2");
    labels_free(labels); // the picture has copies
    assert_string_equal(labelled->host, "rack-a");
    watch_done(&w);
}

static void the_screen_shows_the_label_and_what_it_stands_for(void **state)
{
    (void)state;
    Stage *st = stage_new(fixture_scenario());
    Labels *labels = labels_from("127.0.99.170 = 1.2\n127.0.99.171 = 1.2\n");
    fixture_labels(st->f, labels);
    stage_rounds(st, 1000, 3000);
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    Canvas *c = canvas_new(160, 40, false); // room for the tree and the details
    StrBuf text = {0};
    ui_draw(ui, &st->scene, c);
    canvas_dump_text(c, &text);
    const char *screen = strbuf_text(&text);
    if (strstr(screen, "host-safe NO (1.2)") == NULL ||
        strstr(screen, " 1.2 (127.0.99.170)") == NULL) {
        fail_msg("no label in\n%s", screen);
    }
    strbuf_done(&text);
    canvas_free(c);
    ui_free(ui);
    stage_free(st);
    labels_free(labels);
}

TESTS(labels_use, cmocka_unit_test(two_addresses_in_one_rack_are_one_host_to_the_plan),
      cmocka_unit_test(zones_that_valkey_tells_decide_too),
      cmocka_unit_test(a_replica_in_its_masters_rack_does_not_make_it_safe),
      cmocka_unit_test(who_has_no_label_has_its_address),
      cmocka_unit_test(the_screen_shows_the_label_and_what_it_stands_for))
