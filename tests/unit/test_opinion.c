// Second opinions: what views differ in, who differs, and the likely reason.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "auto_run.h"
#include "gate_try.h"
#include "rehome/policy/opinion.h"

typedef struct {
    Watch w;
    Arena *arena;
    Opinions o;
} Asked;

static Asked ask(Fixture *f)
{
    Asked a = {.w = watch_new(f), .arena = arena_new()};
    watch_rounds(&a.w, 2);
    a.o = opinions_find(a.w.h, a.arena);
    return a;
}

static void done(Asked *a)
{
    arena_free(a->arena);
    watch_done(&a->w);
}

static const Disagreement *find(const Asked *a, OpinionTopic topic)
{
    for (size_t i = 0; i < a->o.n; i++) {
        if (a->o.at[i].topic == topic) {
            return &a->o.at[i];
        }
    }
    return NULL;
}

static const Voice *voice_of(const Asked *a, const Opinion *opinion, int port)
{
    for (size_t i = 0; i < opinion->n; i++) {
        if (opinion->at[i].node == watch_index(&a->w, port)) {
            return &opinion->at[i];
        }
    }
    return NULL;
}

static void say_all(const Asked *a)
{
    Explanation e = {.arena = a->arena};
    StrBuf text = {0};
    opinions_explain(&e, a->w.h, &a->o);
    explain_text(&text, &e);
    print_message("%s", strbuf_text(&text));
    strbuf_done(&text);
}

// This one differs in this, and most say that.
static void assert_says(const Asked *a, OpinionTopic topic, const char *about, const char *most,
                        int port, const char *word, const char *reason)
{
    const Disagreement *d = find(a, topic);
    for (size_t k = 1; d != NULL && k < d->n; k++) {
        const Voice *voice = voice_of(a, &d->at[k], port);
        if (voice != NULL && strcmp(d->about, about) == 0 && strcmp(d->at[0].word, most) == 0 &&
            strcmp(d->at[k].word, word) == 0 && strcmp(voice->reason, reason) == 0) {
            return;
        }
    }
    say_all(a);
    fail_msg("\"%s\": most %s, :%d %s because \"%s\" is not among these", about, most, port, word,
             reason);
}

// --- one voice against six

typedef void Change(Fixture *f);

static int at(const Fixture *f, int port)
{
    return fixture_port(f, port);
}

static void suspects(Fixture *f)
{
    fixture_view_says(f, at(f, 7005), at(f, 7008), NODE_PFAIL);
}

static void still_fails(Fixture *f)
{
    fixture_view_says(f, at(f, 7005), at(f, 7008), NODE_FAIL);
}

static void sees_alive(Fixture *f)
{
    fixture_fail(f, at(f, 7008));
    fixture_view_says(f, at(f, 7005), at(f, 7008), NODE_REPLICA);
}

static void has_forgotten(Fixture *f)
{
    fixture_view_omits(f, at(f, 7005), at(f, 7004));
}

static void has_not_met_the_young(Fixture *f)
{
    fixture_node(f, at(f, 7004))->uptime_s = 3;
    has_forgotten(f);
}

static void is_young(Fixture *f)
{
    fixture_node(f, at(f, 7005))->uptime_s = 2;
    has_forgotten(f);
}

static void has_old_address(Fixture *f)
{
    fixture_view_port(f, at(f, 7005), at(f, 7004), 7104);
}

static void has_no_address(Fixture *f)
{
    fixture_view_says(f, at(f, 7005), at(f, 7004), NODE_NOADDR);
}

static void has_not_heard_of_a_move(Fixture *f)
{
    fixture_view_master(f, at(f, 7005), at(f, 7004), at(f, 7001));
}

static void knows_no_master(Fixture *f)
{
    fixture_view_master(f, at(f, 7005), at(f, 7004), -1);
}

static void sees_a_chain(Fixture *f)
{
    fixture_view_master(f, at(f, 7005), at(f, 7004), at(f, 7002));
}

static void sees_old_owner(Fixture *f)
{
    fixture_view_slots(f, at(f, 7005), at(f, 7003), "6826-12000", 2);
    fixture_view_slots(f, at(f, 7005), at(f, 7001), "0-5460 12001-12287", 1);
}

static void sees_collision(Fixture *f)
{
    fixture_node(f, at(f, 7001))->config_epoch = 3;
    fixture_view_slots(f, at(f, 7005), at(f, 7003), "6826-12000", 3);
    fixture_view_slots(f, at(f, 7005), at(f, 7001), "0-5460 12001-12287", 3);
}

static void is_at_a_higher_epoch(Fixture *f)
{
    fixture_node(f, at(f, 7005))->current_epoch = 9;
}

static void says_fail(Fixture *f)
{
    fixture_node(f, at(f, 7005))->state_fail = true;
}

static void each_disagreement_is_told_with_its_likely_reason(void **state)
{
    (void)state;
    static const struct {
        Change *change;
        OpinionTopic topic;
        const char *about;
        const char *most;
        const char *word; // of :7005
        const char *reason;
    } rows[] = {
        {suspects, OPINION_STATE, "state of 127.0.99.172:7008", "alive", "fail?",
         "its own suspicion, no majority shares it, last heard 59s ago"},
        {still_fails, OPINION_STATE, "state of 127.0.99.172:7008", "alive", "fail",
         "it has not heard yet that it is back, or keeps the flag for a while"},
        {sees_alive, OPINION_STATE, "state of 127.0.99.172:7008", "fail", "alive",
         "it still hears from it, or has not missed it for long enough"},
        {has_forgotten, OPINION_KNOWN, "membership of 127.0.99.171:7004", "member", "unknown",
         "it was told to forget it, or never met it"},
        {has_not_met_the_young, OPINION_KNOWN, "membership of 127.0.99.171:7004", "member",
         "unknown", "127.0.99.171:7004 is young, up for 3.0s: the news is on its way"},
        {is_young, OPINION_KNOWN, "membership of 127.0.99.171:7004", "member", "unknown",
         "a young node: up for 2.0s, it has not heard everything yet"},
        {has_old_address, OPINION_ADDRESS, "address of 127.0.99.171:7004", "127.0.99.171:7004",
         "127.0.99.171:7104", "an old address, or it meets the node on another network"},
        {has_no_address, OPINION_ADDRESS, "address of 127.0.99.171:7004", "127.0.99.171:7004",
         "none", "it has lost the address: another node answered there"},
        {has_not_heard_of_a_move, OPINION_MASTER, "master of 127.0.99.171:7004",
         "127.0.99.171:7003", "127.0.99.170:7001",
         "it has not heard the node's own word: that takes up to 1.0s"},
        {knows_no_master, OPINION_MASTER, "master of 127.0.99.171:7004", "127.0.99.171:7003",
         "nobody it knows", "it has forgotten its master, or never met it"},
        {sees_a_chain, OPINION_MASTER, "master of 127.0.99.171:7004", "127.0.99.171:7003",
         "127.0.99.170:7002", "chained: 127.0.99.170:7002 itself follows 127.0.99.171:7003"},
        {sees_old_owner, OPINION_SLOTS, "owner of slots 12001-12287", "127.0.99.171:7003",
         "127.0.99.170:7001", "it goes by config epoch 1 and has not heard of 3"},
        {sees_collision, OPINION_SLOTS, "owner of slots 12001-12287", "127.0.99.171:7003",
         "127.0.99.170:7001",
         "config epoch collision: both owners have 3; one of them takes a new one"},
        {is_at_a_higher_epoch, OPINION_CURRENT_EPOCH, "current epoch", "3", "9",
         "an election or a new config epoch that most have not heard of"},
        {says_fail, OPINION_CLUSTER_STATE, "state of the cluster", "ok", "fail",
         "it has just come back to the majority, or knows no owner of some slot"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Fixture *f = fixture_scenario();
        rows[i].change(f);
        Asked a = ask(f);
        assert_says(&a, rows[i].topic, rows[i].about, rows[i].most, 7005, rows[i].word,
                    rows[i].reason);
        assert_int_equal(a.o.n_differ, 1);
        done(&a);
    }
}

static void views_that_agree_are_counted_with_their_age(void **state)
{
    (void)state;
    Asked a = ask(fixture_scenario());
    assert_int_equal(a.o.n_views, 7);
    assert_int_equal(a.o.n + a.o.n_differ + a.o.n_missing + a.o.n_unasked, 0);
    assert_true(a.o.oldest_ms >= 0 && a.o.oldest_ms <= 100);
    assert_int_equal(a.w.h->snapshot->n_views, 7);
    assert_int_equal(a.w.h->snapshot->n_views_differ, 0);
    done(&a);
}

// --- what it means for moves

static void owner_does_not_know_the_orphan(Fixture *f)
{
    fixture_view_omits(f, at(f, 7005), at(f, 7001));
}

static void owner_sees_the_orphan_failed(Fixture *f)
{
    fixture_view_says(f, at(f, 7005), at(f, 7001), NODE_FAIL);
}

static void owner_gives_the_donors_slots_to_the_orphan(Fixture *f)
{
    sees_old_owner(f);
}

static void owner_is_introduced_to_the_candidate(Fixture *f)
{
    fixture_view_says(f, at(f, 7005), at(f, 7004), NODE_HANDSHAKE);
}

static void owner_knows_no_master_of_the_candidate(Fixture *f)
{
    knows_no_master(f);
}

// Another replica has just been started: it suspects and has not heard of whom the move is about.
static void young_elsewhere(Fixture *f)
{
    fixture_node(f, at(f, 7006))->uptime_s = 2;
    fixture_view_omits(f, at(f, 7006), at(f, 7004));
    fixture_view_says(f, at(f, 7006), at(f, 7003), NODE_PFAIL);
}

// It has joined, and nobody but itself knows.
static void stranger(Fixture *f)
{
    int joined = fixture_master(f, "127.0.99.173:7009", "");
    for (int i = 0; i < joined; i++) {
        fixture_view_omits(f, i, joined);
    }
}

static void old_address_elsewhere(Fixture *f)
{
    fixture_view_port(f, at(f, 7005), at(f, 7006), 7106);
}

static void assert_shows(const Health *h, const char *words)
{
    Explanation e = {.arena = arena_new()};
    StrBuf text = {0};
    Opinions o = opinions_find(h, e.arena);
    opinions_explain(&e, h, &o);
    explain_text(&text, &e);
    if (strstr(strbuf_text(&text), words) == NULL) {
        fail_msg("\"%s\" is not in %s", words, strbuf_text(&text));
    }
    strbuf_done(&text);
    arena_free(e.arena);
}

static void a_disagreement_about_orphan_or_candidate_holds_the_move_back(void **state)
{
    (void)state;
    static const struct {
        Change *change;
        const char *rule; // of automatic mode; "": it is left to the gate
        const char *shows;
        const char *gate;
    } rows[] = {
        {owner_does_not_know_the_orphan, "views-disagree",
         "No move is made meanwhile (views-disagree): 127.0.99.170:7001 and 127.0.99.172:7005 "
         "disagree on who owns which slots.",
         "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots (first round)"},
        {owner_gives_the_donors_slots_to_the_orphan, "views-disagree", "Owner of slots 12001-12287",
         "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots (first round)"},
        {owner_is_introduced_to_the_candidate, "unknowns",
         "No move is made meanwhile (unknowns): 1 node is in handshake.",
         "1 node is in handshake (first round)"},
        {owner_knows_no_master_of_the_candidate, "unknowns",
         "No move is made meanwhile (unknowns): 1 replica is without a known master in some view.",
         "1 replica is without a known master in some view (first round)"},
        {owner_sees_the_orphan_failed, "", "State of 127.0.99.170:7001",
         "127.0.99.172:7005 sees the target as failed (first round)"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Run r = orphan_at_6000(AUTO_ACT);
        rows[i].change(r.w.f);
        run_rounds(&r, 20);
        assert_string_equal(r.d.rule, rows[i].rule);
        assert_shows(r.w.h, rows[i].shows);
        run_done(&r);
        Try t = try_scenario();
        rows[i].change(t.w.f);
        try_rounds(&t);
        assert_gate_refused(&t, GATE_AGREEMENT, rows[i].gate);
        try_done(&t);
    }
}

static void one_that_is_young_or_wrong_elsewhere_holds_nothing_back(void **state)
{
    (void)state;
    static Change *const rows[] = {young_elsewhere, stranger, old_address_elsewhere};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Run r = orphan_at_6000(AUTO_ACT);
        rows[i](r.w.f);
        run_rounds(&r, 20);
        assert_int_equal(r.w.h->snapshot->n_views_differ, 1);
        assert_int_equal(r.d.verdict, AUTO_DECIDE_ACT);
        assert_shows(r.w.h, "Holds no move back by itself: 3 of 3 slot owners agree");
        run_done(&r);
        Try t = try_scenario();
        rows[i](t.w.f);
        try_rounds(&t);
        assert_true(t.verdict.open);
        try_done(&t);
    }
}

// --- whole views

static void who_knows_hardly_anybody_is_told_once(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (int port = 7001; port <= 7008; port++) {
        if (at(f, port) >= 0 && port != 7002) {
            fixture_view_omits(f, at(f, 7002), at(f, port));
        }
    }
    Asked a = ask(f);
    assert_int_equal(a.o.n, 1);
    assert_says(&a, OPINION_MEMBERS, "nodes of the cluster", "7 nodes", 7002, "1 node",
                "it knows nobody but itself: it was reset, or never met the others");
    done(&a);
}

static void the_smaller_side_is_told_in_one_line_for_all_whom_it_misses(void **state)
{
    (void)state;
    Fixture *f = ten_masters();
    static const int few[] = {7001, 7002, 7101};
    for (int i = 0; i < (int)fixture_count(f); i++) {
        bool inside = false;
        for (int k = 0; k < 3; k++) {
            inside = inside || i == at(f, few[k]);
        }
        for (int k = 0; k < 3 && !inside; k++) {
            fixture_view_says(f, at(f, few[k]), i, NODE_PFAIL);
        }
    }
    Asked a = ask(f);
    assert_int_equal(a.o.n, 1);
    assert_int_equal(a.o.n_differ, 3);
    assert_int_equal(a.o.at[0].n_nodes, 20);
    assert_int_equal(a.o.at[0].at[1].votes, 2);
    for (int k = 0; k < 3; k++) {
        assert_says(&a, OPINION_STATE, a.o.at[0].about, "alive", few[k], "fail?",
                    "on a minority's side: 2 of 10 slot owners are well in its view");
    }
    done(&a);
}

static void views_that_were_not_asked_for_or_not_told_are_counted(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_fail(f, at(f, 7008));
    fixture_node(f, at(f, 7006))->silent = true;
    fixture_node(f, at(f, 7006))->spared = true;
    Asked a = ask(f);
    assert_int_equal(a.o.n_views, 5);
    assert_int_equal(a.o.n_missing, 1);
    assert_int_equal(a.o.n_unasked, 1);
    assert_int_equal(a.o.n, 0);
    done(&a);
}

// Views of which each tells another story: what is compared and told stays bounded.
static void more_differences_than_one_can_read_are_counted(void **state)
{
    (void)state;
    enum { VIEWS = 40, MASTERS = 200 };
    Fixture *f = fixture_new();
    for (int i = 0; i < MASTERS; i++) {
        char addr[40];
        char slots[16];
        snprintf(addr, sizeof(addr), "10.0.%d.1:%d", i, 7000 + i);
        snprintf(slots, sizeof(slots), "%d", i);
        fixture_node(f, fixture_master(f, addr, slots))->silent = i >= VIEWS;
    }
    for (int i = 0; i < VIEWS; i++) {
        for (int k = 0; k < 3; k++) {
            fixture_view_port(f, i, VIEWS + 3 * i + k, 9000 + 3 * i + k);
        }
    }
    Asked a = ask(f);
    assert_int_equal(a.o.n, OPINIONS_MAX);
    assert_true(a.o.n_more > 0);
    assert_int_equal(a.o.n_differ, VIEWS); // from most in something
    assert_shows(a.w.h, "more of which views differ");
    done(&a);
}

TESTS(opinion, cmocka_unit_test(views_that_agree_are_counted_with_their_age),
      cmocka_unit_test(each_disagreement_is_told_with_its_likely_reason),
      cmocka_unit_test(a_disagreement_about_orphan_or_candidate_holds_the_move_back),
      cmocka_unit_test(one_that_is_young_or_wrong_elsewhere_holds_nothing_back),
      cmocka_unit_test(who_knows_hardly_anybody_is_told_once),
      cmocka_unit_test(the_smaller_side_is_told_in_one_line_for_all_whom_it_misses),
      cmocka_unit_test(views_that_were_not_asked_for_or_not_told_are_counted),
      cmocka_unit_test(more_differences_than_one_can_read_are_counted))
