// What is told of views that differ, in the finding, by `e` and by `V`, is what automatic mode
// does.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "auto_run.h"
#include "gate_try.h"
#include "rehome/policy/finding.h"
#include "rehome/policy/opinion.h"

typedef void Change(Fixture *f);

static int at(const Fixture *f, int port)
{
    return fixture_port(f, port);
}

static void sees_old_owner(Fixture *f, int port)
{
    fixture_view_slots(f, at(f, port), at(f, 7003), "6826-12000", 2);
}

static void owner(Fixture *f)
{
    sees_old_owner(f, 7005);
}

static void replica(Fixture *f)
{
    sees_old_owner(f, 7006);
}

static void master_without_slots(Fixture *f)
{
    fixture_master(f, "127.0.99.173:7009", "");
    sees_old_owner(f, 7009);
}

// It was cut off alone, another has its slots now, and it still believes in itself.
static void master_that_was_replaced(Fixture *f)
{
    int old = fixture_master(f, "127.0.99.173:7009", "");
    fixture_view_slots(f, old, old, "12288-16383", 1);
    fixture_view_slots(f, old, at(f, 7005), "5461-6825", 2);
}

static void replica_and_handshake(Fixture *f)
{
    sees_old_owner(f, 7006);
    fixture_view_says(f, at(f, 7005), at(f, 7002), NODE_HANDSHAKE);
}

static void assert_has(const char *what, StrBuf *text, const char *words)
{
    if (strstr(strbuf_text(text), words) == NULL) {
        fail_msg("%s: \"%s\" is not in %s", what, words, strbuf_text(text));
    }
    strbuf_clear(text);
}

static void say_views(StrBuf *out, const Health *h)
{
    Explanation e = {.arena = arena_new()};
    Opinions o = opinions_find(h, e.arena);
    opinions_explain(&e, h, &o);
    explain_text(out, &e);
    arena_free(e.arena);
}

static void say_node(StrBuf *out, const Run *r, int port)
{
    Explanation e = {.arena = arena_new()};
    Plan plan = plan_make(r->w.h);
    explain_node(&e, r->w.h, &plan, &r->a, watch_index(&r->w, port));
    explain_text(out, &e);
    arena_free(e.arena);
}

static const char *finding_of_views(const Health *h)
{
    Findings all = findings_find(h);
    for (size_t i = 0; i < all.n; i++) {
        if (all.at[i].code == FINDING_VIEWS_DISAGREE) {
            return all.at[i].text;
        }
    }
    return "none";
}

static void what_is_told_is_what_automatic_mode_does(void **state)
{
    (void)state;
    static const struct {
        Change *change;
        int dissenter;
        const char *rule; // that holds automatic mode back; "": it acts
        const char *found;
    } rows[] = {
        {owner, 7005, "views-disagree",
         "127.0.99.172:7005 sees other slot owners than most; no move is made meanwhile "
         "(views-disagree)"},
        {replica, 7006, "",
         "127.0.99.172:7006 sees other slot owners than most; holds no move back by itself: 3 of 3 "
         "slot owners agree on slots and epoch"},
        {master_without_slots, 7009, "",
         "127.0.99.173:7009 sees other slot owners than most; holds no move back by itself: 3 of 3 "
         "slot owners agree on slots and epoch"},
        {master_that_was_replaced, 7009, "",
         "127.0.99.173:7009 sees other slot owners than most; holds no move back by itself: 3 of 3 "
         "slot owners agree on slots and epoch"},
        {replica_and_handshake, 7006, "unknowns",
         "127.0.99.172:7006 sees other slot owners than most; no move is made meanwhile "
         "(unknowns)"},
    };
    StrBuf text = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Run r = orphan_at_6000(AUTO_ACT);
        rows[i].change(r.w.f);
        run_rounds(&r, 20);
        char meaning[80];
        snprintf(meaning, sizeof(meaning), "No move is made meanwhile (%s): ", rows[i].rule);
        const char *said =
            rows[i].rule[0] == '\0' ? "Holds no move back by itself: 3 of 3" : meaning;
        assert_string_equal(r.d.rule, rows[i].rule);
        assert_int_equal(r.d.verdict, rows[i].rule[0] == '\0' ? AUTO_DECIDE_ACT : AUTO_DECIDE_WAIT);
        assert_string_equal(finding_of_views(r.w.h), rows[i].found);
        say_views(&text, r.w.h);
        assert_has("V", &text, said);
        say_node(&text, &r, rows[i].dissenter);
        assert_has("e", &text, "Its own view of the cluster differs from most");
        say_node(&text, &r, rows[i].dissenter);
        assert_has("e", &text, said);
        run_done(&r);
    }
    strbuf_done(&text);
}

static void who_is_with_most_is_not_said_to_differ(void **state)
{
    (void)state;
    Run r = orphan_at_6000(AUTO_ACT);
    owner(r.w.f);
    run_rounds(&r, 5);
    StrBuf text = {0};
    say_node(&text, &r, 7006);
    assert_null(strstr(strbuf_text(&text), "Its own view"));
    strbuf_done(&text);
    run_done(&r);
}

// Whoever is left agrees, and cannot speak for most.
static void a_minority_that_agrees_moves_nothing(void **state)
{
    (void)state;
    Try t = try_scenario();
    sees_old_owner(t.w.f, 7006); // so that there is something to tell
    fixture_lose(t.w.f, at(t.w.f, 7003));
    fixture_lose(t.w.f, at(t.w.f, 7005));
    try_rounds(&t);
    StrBuf text = {0};
    say_views(&text, t.w.h);
    assert_has(
        "V", &text,
        "No move is made meanwhile (majority): 1 of 3 slot owners answer, more than half are "
        "needed.");
    assert_false(t.verdict.open);
    assert_string_equal(t.verdict.check[GATE_MAJORITY].text,
                        "1 of 3 slot owners answered directly in the first round, more than half "
                        "are needed");
    strbuf_done(&text);
    try_done(&t);
}

// In a large cluster a round asks few of them; the gate asks for a full one.
static void who_was_not_asked_is_not_missed(void **state)
{
    (void)state;
    Try t = try_scenario();
    sees_old_owner(t.w.f, 7006);
    for (int port = 7003; port <= 7005; port += 2) {
        knob(&t.w, port)->silent = true;
        knob(&t.w, port)->spared = true;
    }
    try_rounds(&t);
    StrBuf text = {0};
    say_views(&text, t.w.h);
    assert_has("V", &text, "Holds no move back by itself: 1 of 3 slot owners agree");
    strbuf_done(&text);
    try_done(&t);
}

TESTS(opinion_moves, cmocka_unit_test(what_is_told_is_what_automatic_mode_does),
      cmocka_unit_test(who_is_with_most_is_not_said_to_differ),
      cmocka_unit_test(a_minority_that_agrees_moves_nothing),
      cmocka_unit_test(who_was_not_asked_is_not_missed))
