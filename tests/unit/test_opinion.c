// Second opinions: what views differ in, who differs, and the likely reason.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/policy/opinion.h"
#include "watch.h"

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
    opinions_explain(&e, a->w.h);
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
         "127.0.99.171:7104", "an old address"},
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
        {says_fail, OPINION_CLUSTER_STATE, "cluster_state", "ok", "fail",
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

TESTS(opinion, cmocka_unit_test(views_that_agree_are_counted_with_their_age),
      cmocka_unit_test(each_disagreement_is_told_with_its_likely_reason))
