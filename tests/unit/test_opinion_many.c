// Second opinions of many: what is compared is what most believe, and what is told stays readable.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/policy/opinion.h"
#include "screen.h"
#include "watch.h"

enum { MASTERS = 40, NODES = 3 * MASTERS };

// A replica of each master comes right behind all masters, another behind these.
static Fixture *hundred_and_twenty(void)
{
    enum { SHARE = SLOT_COUNT / MASTERS };
    Fixture *f = fixture_new();
    for (int i = 0; i < NODES; i++) {
        char addr[40];
        char slots[16];
        int host = (i + i / MASTERS) % MASTERS;
        snprintf(addr, sizeof(addr), "10.20.0.%d:%d", 10 + host, 6379 + i / MASTERS);
        snprintf(slots, sizeof(slots), "%d-%d", i * SHARE,
                 i == MASTERS - 1 ? SLOT_COUNT - 1 : (i + 1) * SHARE - 1);
        if (i < MASTERS) {
            fixture_master(f, addr, slots);
        } else {
            fixture_replica(f, addr, i % MASTERS);
        }
    }
    return f;
}

static StrBuf text_of(const Health *h, Opinions *o, Arena *arena)
{
    Explanation e = {.arena = arena};
    StrBuf text = {0};
    *o = opinions_find(h, arena);
    opinions_explain(&e, h, o);
    explain_text(&text, &e);
    return text;
}

static void assert_has(const StrBuf *text, const char *words)
{
    if (strstr(strbuf_text(text), words) == NULL) {
        fail_msg("\"%s\" is not in %s", words, strbuf_text(text));
    }
}

static void assert_told(Fixture *f, void (*look)(const Opinions *o, const StrBuf *text))
{
    Watch w = watch_new(f);
    Arena *arena = arena_new();
    Opinions o;
    watch_rounds(&w, 2);
    StrBuf text = text_of(w.h, &o, arena);
    look(&o, &text);
    strbuf_done(&text);
    arena_free(arena);
    watch_done(&w);
}

static void look_at_own_suspicions(const Opinions *o, const StrBuf *text)
{
    assert_int_equal(o->n_differ, MASTERS);
    assert_int_equal(o->n_uncompared, 1 + MASTERS - OPINION_GROUPS_MAX);
    for (size_t i = 0; i < o->n; i++) {
        assert_string_equal(o->at[i].at[0].word, "alive");
        assert_int_equal(o->at[i].at[0].n, NODES - o->n_uncompared - 1);
    }
    assert_has(text, "Second opinion: 40 of 120 views differ");
    assert_has(text, "9 views were not compared: too many differ from each other at once.");
}

// Each master has a belief of its own, and all replicas have the one that nobody else has.
static void what_most_nodes_believe_is_compared_however_many_beliefs_there_are(void **state)
{
    (void)state;
    Fixture *f = hundred_and_twenty();
    for (int i = 0; i < MASTERS; i++) {
        fixture_view_says(f, i, MASTERS + (7 * i) % MASTERS, NODE_PFAIL);
    }
    assert_told(f, look_at_own_suspicions);
}

static void look_at_epochs(const Opinions *o, const StrBuf *text)
{
    assert_int_equal(o->n, 1);
    assert_int_equal(o->at[0].n, 1 + MASTERS);
    assert_int_equal(o->at[0].at[1].n, 2 * MASTERS); // of the others the commonest comes first
    assert_has(text, "106 (");
    assert_null(strstr(strbuf_text(text), "107 ("));
    const char *rest = strstr(strbuf_text(text), "33 say ");
    assert_non_null(rest);
    assert_non_null(strstr(rest, " still something else"));
}

static void a_disagreement_of_many_words_is_cut(void **state)
{
    (void)state;
    Fixture *f = hundred_and_twenty();
    for (int i = 0; i < MASTERS; i++) {
        fixture_node(f, i)->current_epoch = 100 + (uint64_t)i;
    }
    assert_told(f, look_at_epochs);
}

static void look_at_handshakes(const Opinions *o, const StrBuf *text)
{
    assert_int_equal(o->n, 2);
    assert_int_equal(o->at[0].topic, OPINION_MEMBERS);
    assert_int_equal(o->at[1].topic, OPINION_HANDSHAKE);
    assert_int_equal(o->at[1].n_nodes, 100);
    assert_has(text, "Handshake with 10.20.0.11:6379, 10.20.0.12:6379 and 98 more");
}

static void handshakes_of_one_are_told_at_once(void **state)
{
    (void)state;
    Fixture *f = hundred_and_twenty();
    for (int i = 1; i <= 100; i++) {
        fixture_view_says(f, 0, i, NODE_HANDSHAKE);
    }
    assert_told(f, look_at_handshakes);
}

static void look_at_strangers(const Opinions *o, const StrBuf *text)
{
    assert_int_equal(o->n, 8 + 1);
    assert_int_equal(o->n_more, 12);
    assert_int_equal(o->at[8].topic, OPINION_STATE); // there is room for what else differs
    assert_has(text, "and 12 more of which views differ");
}

static void handshakes_with_strangers_leave_room_for_what_else_differs(void **state)
{
    (void)state;
    Fixture *f = hundred_and_twenty();
    for (int i = 0; i < 20; i++) {
        char addr[40];
        snprintf(addr, sizeof(addr), "10.20.9.%d:6379", i + 1);
        int stranger = fixture_master(f, addr, "");
        fixture_node(f, stranger)->silent = true;
        for (int k = 1; k < NODES; k++) {
            fixture_view_omits(f, k, stranger);
        }
        fixture_view_says(f, 0, stranger, NODE_HANDSHAKE);
    }
    fixture_view_says(f, 1, 2, NODE_PFAIL);
    assert_told(f, look_at_strangers);
}

// 40 of 120 nodes, 14 of 40 slot owners, on the smaller side.
static void a_smaller_side_of_forty_nodes_fits_on_a_screen(void **state)
{
    (void)state;
    enum { FIRST = 26, END = FIRST + 40 };
    Stage *st = stage_new(hundred_and_twenty());
    stage_rounds(st, 1000, 3000);
    for (int i = FIRST; i < END; i++) {
        for (int k = 0; k < NODES; k++) {
            if (k < FIRST || k >= END) {
                fixture_view_says(st->f, i, k, NODE_PFAIL);
                fixture_view_says(st->f, k, i, NODE_FAIL);
            }
        }
        fixture_node(st->f, i)->state_fail = true;
    }
    stage_rounds(st, 4000, 6000);
    stage_time(st, 6300);
    screen_at("opinion-many", st, "V", 80, 24);
    stage_free(st);
}

TESTS(opinion_many,
      cmocka_unit_test(what_most_nodes_believe_is_compared_however_many_beliefs_there_are),
      cmocka_unit_test(a_disagreement_of_many_words_is_cut),
      cmocka_unit_test(handshakes_of_one_are_told_at_once),
      cmocka_unit_test(handshakes_with_strangers_leave_room_for_what_else_differs),
      cmocka_unit_test(a_smaller_side_of_forty_nodes_fits_on_a_screen))
