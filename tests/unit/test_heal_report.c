// What `heal` prints: before it, behind it, and where it was stopped.
#include "unit.h"

#include <jansson.h>
#include <stdio.h>

#include "golden.h"
#include "look.h"
#include "rehome/report/heal_report.h"
#include "schema.h"

typedef struct {
    Fixture *fixture;
    Look look;
    const HealPlan *plan;
    HealedMove moves[4];
    HealReport report;
} Case;

static void make(Case *c, Fixture *f, bool dry_run, bool spread)
{
    *c = (Case){.fixture = f, .look = look(f)};
    const Health *h = c->look.health;
    const Node *nodes = h->snapshot->nodes;
    c->plan = heal_plan_make(h, spread);
    for (size_t i = 0; i < c->plan->n; i++) {
        const HealMove *m = &c->plan->moves[i];
        MoveSpec spec = {
            .replica = nodes[m->replica].id,
            .donor = nodes[m->donor].id,
            .target = nodes[m->target].id,
            .purpose = m->purpose,
        };
        snprintf(spec.replica_addr, sizeof(spec.replica_addr), "%s", nodes[m->replica].addr);
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s", nodes[m->donor].addr);
        snprintf(spec.target_addr, sizeof(spec.target_addr), "%s", nodes[m->target].addr);
        c->moves[i] =
            (HealedMove){spec, m->reason, m->command, m->cost_bytes, HEAL_PLANNED, "", NULL, NULL};
    }
    c->report = (HealReport){
        .dry_run = dry_run,
        .spread = spread,
        .was_safe = h->hosts.safe,
        .was_worst = h->hosts.worst,
        .was_orphaned = h->orphaned,
        .moves = c->moves,
        .n = c->plan->n,
        .stopped = "",
        .now = h,
        .left = c->plan,
    };
}

static void done(Case *c)
{
    heal_plan_free(c->plan);
    look_done(&c->look);
    fixture_free(c->fixture);
}

static Fixture *with_an_orphan(void)
{
    Fixture *f = fixture_scenario();
    fixture_fail(f, fixture_port(f, 7008));
    return f;
}

static void assert_text(const Case *c, int status, const char *name)
{
    StrBuf out = {0};
    heal_text(&out, &c->report);
    assert_true(golden_equal(name, strbuf_text(&out)));
    assert_int_equal(heal_status(&c->report), status);
    strbuf_done(&out);
}

static void text_of_a_dry_run(void **state)
{
    (void)state;
    Case c;
    make(&c, with_an_orphan(), true, true);
    GateVerdict gate = {.open = true, .refused_by = GATE_RULE_COUNT};
    c.moves[0].gate = &gate;
    assert_text(&c, 0, "heal-dry-run.txt");
    gate.open = false;
    gate.refused_by = GATE_TARGET_READY;
    snprintf(gate.check[GATE_TARGET_READY].text, sizeof(gate.check[0].text),
             "the last save of 127.0.99.172:7005 failed");
    assert_text(&c, 1, "heal-dry-run-refused.txt");
    done(&c);
}

static void text_of_what_was_done_and_what_was_not(void **state)
{
    (void)state;
    Case c;
    Move move = {.state = MOVE_DONE, .started_ms = 1000, .ended_ms = 3100};
    make(&c, with_an_orphan(), false, true);
    c.moves[0].result = HEAL_DONE;
    c.moves[0].text = "in sync with 127.0.99.172:7005 after 2.1s";
    c.moves[0].move = &move;
    c.moves[1].result = HEAL_NOT_BEGUN;
    c.report.stopped = "127.0.99.170:7001 is at-risk now";
    assert_text(&c, 1, "heal-stopped.txt"); // the picture behind it still has all to be done
    done(&c);
}

static void text_of_what_no_move_cures(void **state)
{
    (void)state;
    Case c;
    Fixture *f = with_an_orphan();
    fixture_fail(f, fixture_port(f, 7002));
    make(&c, f, false, true);
    assert_int_equal(c.report.n, 0);
    assert_text(&c, 1, "heal-none.txt");
    done(&c);
}

static void text_without_spread_names_it(void **state)
{
    (void)state;
    Case c;
    make(&c, fixture_scenario(), false, false);
    assert_text(&c, 0, "heal-no-spread.txt");
    done(&c);
}

static void assert_prospect(Fixture *f, const char *expected)
{
    Look l = look(f);
    StrBuf out = {0};
    heal_prospect_text(&out, l.health);
    assert_string_equal(strbuf_text(&out), expected);
    strbuf_done(&out);
    look_done(&l);
    fixture_free(f);
}

static void the_prospect_is_told_where_moves_reach_it(void **state)
{
    (void)state;
    assert_prospect(with_an_orphan(),
                    "\n2 moves would make it host-safe: `rehome heal --spread --dry-run` shows "
                    "them.\n");
    assert_prospect(
        fixture_scenario(),
        "\n1 move would make it host-safe: `rehome heal --spread --dry-run` shows it.\n");
    Fixture *f = with_an_orphan();
    fixture_fail(f, fixture_port(f, 7002)); // no spare is left
    assert_prospect(f, "");
    f = fixture_scenario();
    fixture_node(f, fixture_port(f, 7004))->master = fixture_port(f, 7005);
    assert_prospect(f, ""); // it is
}

static void json_has_each_move_and_what_remains(void **state)
{
    (void)state;
    Case c;
    StrBuf out = {0};
    Move move = {.state = MOVE_DONE, .started_ms = 1000, .ended_ms = 3100};
    make(&c, with_an_orphan(), false, true);
    c.moves[0].result = HEAL_DONE;
    c.moves[0].move = &move;
    c.moves[1].result = HEAL_FAILED;
    c.moves[1].text = "its link stays down";
    heal_json(&out, &c.report);
    assert_fits("heal", strbuf_text(&out));
    assert_true(golden_equal("heal-failed.json", strbuf_text(&out)));
    assert_int_equal(heal_status(&c.report), 1);
    json_t *document = json_loads(strbuf_text(&out), 0, NULL);
    assert_non_null(document);
    json_decref(document);
    strbuf_done(&out);
    done(&c);
}

static void what_nobody_needs_any_more_is_no_failure(void **state)
{
    (void)state;
    Case c;
    make(&c, with_an_orphan(), false, true);
    HealPlan nothing = *c.plan;
    nothing.n = nothing.n_rest = 0;
    c.report.left = &nothing;
    c.moves[0].result = HEAL_DONE;
    c.moves[1].result = HEAL_NOT_BEGUN;
    assert_int_equal(heal_status(&c.report), 1); // nobody said why
    c.report.stopped = "127.0.99.170:7001 is protected now";
    assert_int_equal(heal_status(&c.report), 0);
    Move left_behind = {.state = MOVE_DONE, .unfinished = true};
    c.moves[0].move = &left_behind;
    assert_int_equal(heal_status(&c.report), 1);
    done(&c);
}

TESTS(heal_report, cmocka_unit_test(text_of_a_dry_run),
      cmocka_unit_test(text_of_what_was_done_and_what_was_not),
      cmocka_unit_test(text_of_what_no_move_cures), cmocka_unit_test(text_without_spread_names_it),
      cmocka_unit_test(the_prospect_is_told_where_moves_reach_it),
      cmocka_unit_test(json_has_each_move_and_what_remains),
      cmocka_unit_test(what_nobody_needs_any_more_is_no_failure))
