#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/plan.h"

#define ID_A "07c37dfeb235213a872192d90877d0cd55635b91"
#define ID_B "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca"
#define ID_C "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1"

static Observation seed(const char *dialled, const char *nodes)
{
    return (Observation){
        .dialled = dialled, .why = "", .nodes = sv(nodes), .nodes_ms = 900, .rtt_us = -1};
}

static Snapshot *build(const Observation *at_, size_t n)
{
    return snapshot_build(&(RoundInput){.at = at_, .n = n, .started_ms = 800, .now_ms = 1000});
}

static void a_node_alone_is_known_by_the_address_dialled(void **state)
{
    (void)state;
    const struct {
        const char *dialled, *column, *addr, *ip, *host;
    } cases[] = {
        {"10.0.0.1:6379", ":6379@16379", "10.0.0.1:6379", "10.0.0.1", "10.0.0.1"},
        {"10.0.0.1:7000", ":6379@16379", "10.0.0.1:7000", "10.0.0.1", "10.0.0.1"},
        {"[fd00::1]:6379", ":6379@16379", "[fd00::1]:6379", "fd00::1", "fd00::1"},
        {"nonsense", ":6379@16379", "07c37dfe", "", ""},
        {"10.0.0.1:6379", "fd00::1:2:6379@16379", "[fd00::1:2]:6379", "fd00::1:2", "fd00::1:2"},
        {"10.0.0.1:6379", ":6379@16379,a.example", "a.example:6379", "", "a.example"},
        {"10.0.0.1:6379", "10.0.0.9:6379@16379,a.example", "10.0.0.9:6379", "10.0.0.9", "10.0.0.9"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        StrBuf text = {0};
        strbuf_addf(&text, ID_A " %s myself,master - 0 0 0 connected\n", cases[i].column);
        Observation o = seed(cases[i].dialled, strbuf_text(&text));
        Snapshot *s = build(&o, 1);
        assert_int_equal(s->n_nodes, 1);
        assert_string_equal(s->nodes[0].addr, cases[i].addr);
        assert_string_equal(s->nodes[0].ip, cases[i].ip);
        assert_string_equal(s->nodes[0].host, cases[i].host);
        assert_string_equal(s->name, "");
        snapshot_free(s);
        strbuf_done(&text);
    }
}

static void the_others_know_the_address_of_one_that_does_not(void **state)
{
    (void)state;
    Observation all[] = {
        seed("1.1.1.1:1", ID_A " :1@2 myself,master - 0 0 1 connected 0-9\n" ID_B
                               " 2.2.2.2:2@3 master - 0 5 2 connected 10\n"),
        seed("2.2.2.2:2", ID_A " 9.9.9.9:1@2 master - 0 5 1 connected 0-9\n" ID_B
                               " 2.2.2.2:2@3 myself,master - 0 0 2 connected 10\n"),
    };
    Snapshot *s = build(all, 2);
    assert_string_equal(s->nodes[0].addr, "9.9.9.9:1");
    assert_int_equal(s->n_owners_asked, 2);
    snapshot_free(s);
}

static void who_came_back_elsewhere_is_where_the_others_say_if_it_answers_there(void **state)
{
    (void)state;
    static const struct {
        const char *dialled, *addr;
        Reach reach;
    } cases[] = {{"9.9.9.9:1", "9.9.9.9:1", REACH_OK},    // the others are right
                 {"1.1.1.1:1", "1.1.1.1:1", REACH_OK},    // it is
                 {"127.0.0.1:1", "1.1.1.1:1", REACH_OK},  // behind NAT: who knows
                 {"9.9.9.9:1", "1.1.1.1:1", REACH_LATE}}; // perhaps not
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Observation all[] = {
            seed(cases[i].dialled, ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9\n" ID_B
                                        " 2.2.2.2:2@3 master - 0 5 2 connected 10\n"),
            seed("2.2.2.2:2", ID_A " 9.9.9.9:1@2 master - 0 5 1 connected 0-9\n" ID_B
                                   " 2.2.2.2:2@3 myself,master - 0 0 2 connected 10\n"),
        };
        all[0].reach = cases[i].reach;
        Snapshot *s = build(all, 2);
        assert_string_equal(s->nodes[0].addr, cases[i].addr);
        snapshot_free(s);
    }
}

static void of_two_addresses_the_one_heard_from_last_is_right(void **state)
{
    (void)state;
    static const char *const pongs[][2] = {{"500", "600"}, {"600", "500"}};
    for (size_t i = 0; i < ARRAY_LEN(pongs); i++) {
        StrBuf one = {0};
        StrBuf two = {0};
        strbuf_addf(&one,
                    ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9\n" ID_C
                         " 3.3.3.3:3@4 slave " ID_A " 0 %s 1 connected\n",
                    pongs[i][0]);
        strbuf_addf(&two,
                    ID_B " 2.2.2.2:2@3 myself,master - 0 0 2 connected 10\n" ID_C
                         " 4.4.4.4:4@5 slave " ID_A " 0 %s 1 connected\n",
                    pongs[i][1]);
        Observation all[] = {seed("1.1.1.1:1", strbuf_text(&one)),
                             seed("2.2.2.2:2", strbuf_text(&two))};
        Snapshot *s = build(all, 2);
        int found = snapshot_find(s, (NodeId){.hex = ID_C});
        assert_true(found >= 0);
        assert_string_equal(s->nodes[found].addr, i == 0 ? "4.4.4.4:4" : "3.3.3.3:3");
        snapshot_free(s);
        strbuf_done(&one);
        strbuf_done(&two);
    }
}

// Whichever of two connections to one node comes first, the better one is taken.
static void expect_better(Observation better, Observation worse)
{
    for (int turn = 0; turn < 2; turn++) {
        Observation all[2] = {turn == 0 ? better : worse, turn == 0 ? worse : better};
        // Somebody else's view lists the node in any case.
        Observation three[3] = {all[0], all[1],
                                seed("witness:9",
                                     ID_B " 9.9.9.9:9@9 myself,master - 0 0 2 connected\n" ID_A
                                          " 1.1.1.1:1@2 master - 0 5 1 connected\n")};
        Snapshot *s = build(three, 3);
        int found = snapshot_find(s, (NodeId){.hex = ID_A});
        assert_true(found >= 0);
        assert_string_equal(s->nodes[found].says->dialled, better.dialled);
        snapshot_free(s);
    }
}

static void of_two_connections_to_one_node_the_better_counts(void **state)
{
    (void)state;
    Observation better = seed("better:1", "");
    better.id = (NodeId){.hex = ID_A};
    better.info = sv("role:master\r\n");
    better.info_ms = 900;
    Observation worse = better;
    worse.dialled = "worse:1";
    worse.info_ms = 890;
    expect_better(better, worse);
    // A view is worth more than being a little newer, and an answer more than either.
    const char *nodes = ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected\n";
    better.nodes = sv(nodes);
    better.nodes_ms = 850;
    better.info_ms = 850;
    expect_better(better, worse);
    worse.nodes = sv(nodes);
    worse.nodes_ms = 900;
    worse.reach = REACH_LATE;
    better.nodes = sv(NULL);
    expect_better(better, worse);
}

static void a_stranger_at_an_address_is_not_the_node(void **state)
{
    (void)state;
    NodeId id = {.hex = ID_A};
    Observation all[] = {
        seed("2.2.2.2:2", ID_A " 1.1.1.1:1@2 master - 0 5 1 connected 0-9\n" ID_B
                               " 2.2.2.2:2@3 myself,master - 0 0 2 connected 10\n"),
        seed("1.1.1.1:1",
             "3333333333333333333333333333333333333333 1.1.1.1:1@2 myself,master - 0 0 1 "
             "connected 0-16383\n"),
    };
    all[1].reach = REACH_WRONG_NODE;
    all[1].why = "another node answers there";
    all[1].expected = id;
    all[1].info = sv("role:master\r\nused_memory:5\r\n");
    all[1].info_ms = 900;
    Snapshot *s = build(all, 2);
    assert_int_equal(s->n_nodes, 2);
    const Node *node = &s->nodes[snapshot_find(s, id)];
    assert_int_equal(node->says->reach, REACH_WRONG_NODE);
    assert_false(node->says->has_info || node->says->has_view);
    assert_string_equal(node->says->why, "another node answers there");
    snapshot_free(s);
    // A view by another than the one who has just told its ID is not believed.
    all[1].reach = REACH_OK;
    all[1].id = id;
    s = build(all, 2);
    assert_int_equal(s->n_nodes, 2);
    snapshot_free(s);
}

static void without_a_view_there_are_no_nodes_but_a_reason(void **state)
{
    (void)state;
    Observation all[] = {seed("a:1", ""), seed("b:1", "-ERR nothing"), seed("c:1", "")};
    all[0].reach = REACH_UNREACHABLE;
    all[0].why = "a:1: Connection refused";
    all[2].reach = REACH_DENIED;
    all[2].why = "c:1: wants a password";
    RoundInput in = {.at = all, .n = 3, .started_ms = 800, .now_ms = 1000, .name = "a:1"};
    Snapshot *s = snapshot_build(&in);
    assert_int_equal(s->n_nodes, 0);
    assert_int_equal(s->n_masters, 0);
    assert_false(s->state_known);
    assert_true(s->views_agree);
    assert_int_equal(s->server_migration, TRI_UNKNOWN);
    assert_string_equal(snapshot_trouble(&in), "c:1: wants a password");
    in.n = 2;
    assert_non_null(strstr(snapshot_trouble(&in), "CLUSTER NODES"));
    all[1].loading = true;
    assert_non_null(strstr(snapshot_trouble(&in), "loading"));
    in.n = 1;
    assert_string_equal(snapshot_trouble(&in), "a:1: Connection refused");
    in.n = 0;
    assert_string_equal(snapshot_trouble(&in), "");
    snapshot_free(s);
    s = snapshot_build(&in);
    assert_int_equal(s->n_nodes, 0);
    snapshot_free(s);
}

static void a_person_names_nodes_in_several_ways(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    snprintf(fixture_node(f, 3)->hostname, sizeof(fixture_node(f, 3)->hostname), "eight.example");
    int twin = fixture_replica(f, "127.0.99.173:7002", 0);
    int v6 = fixture_replica(f, "[fd00::1]:7009", 0);
    fixture_node(f, twin)->id = (NodeId){.hex = "1c6e0000000000000000000000000000000070ff"};
    fixture_node(f, v6)->id = (NodeId){.hex = "7004aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    Snapshot *s = fixture_snapshot(f, 1000);
    const struct {
        const char *text;
        int node;
    } good[] = {{":7008", 3},
                {"7008", 3},
                {"127.0.99.172:7008", 3},
                {"eight.example:7008", 3},
                {"e91b", 3},
                {"e91b64d07c3fa852de0b7169f4c8a3d52f706e1b", 3},
                {"127.0.99.170:7002", 6},
                {"1c6ea", 6},
                {"[fd00::1]:7009", v6},
                {"fd00::1:7009", v6},
                {":7004", 5},
                {"7004a", v6}};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        Error err = {0};
        int found = snapshot_name(s, good[i].text, &err);
        if (found < 0) {
            fail_msg("%s: %s", good[i].text, err.text);
        }
        assert_string_equal(s->nodes[found].id.hex, fixture_id(f, good[i].node).hex);
    }
    static const char *const none[] = {
        "",     ":", "e91",  "7999", "127.0.99.170", "127.0.99.170:7003", "nobody\033[2J",
        "E91B", "0", "-7008"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        Error err = {0};
        assert_int_equal(snapshot_name(s, none[i], &err), -1);
        assert_int_equal(err.code, ERR_USAGE);
        assert_null(strchr(err.text, '\033'));
    }
    static const char *const several[] = {":7002", "7002", "1c6e", "7004"};
    for (size_t i = 0; i < ARRAY_LEN(several); i++) {
        Error err = {0};
        assert_int_equal(snapshot_name(s, several[i], &err), -1);
        assert_non_null(strstr(err.text, "any of 2 nodes"));
        assert_int_equal(snapshot_name(s, several[i], NULL), -1);
    }
    fixture_free(f);
    snapshot_free(s);
}

static void where_a_node_answers_is_a_name_of_it_and_what_to_type(void **state)
{
    (void)state;
    const char *nodes = ID_A " 172.17.0.2:6379@1 myself,master - 0 0 1 connected 0-9\n" ID_B
                             " 172.17.0.3:6379@1 master - 0 5 2 connected 10\n";
    Observation all[] = {seed("127.0.0.1:7001", nodes), seed("127.0.0.1:7002", "")};
    all[1].expected = (NodeId){.hex = ID_B};
    all[1].reach = REACH_UNREACHABLE;
    Snapshot *s = build(all, 2);
    int a = snapshot_find(s, (NodeId){.hex = ID_A});
    int b = snapshot_find(s, (NodeId){.hex = ID_B});
    assert_string_equal(s->nodes[a].addr, "172.17.0.2:6379");
    assert_int_equal(snapshot_name(s, "127.0.0.1:7001", NULL), a);
    assert_int_equal(snapshot_name(s, "172.17.0.2:6379", NULL), a);
    assert_int_equal(snapshot_name(s, "127.0.0.1:7002", NULL), -1); // nobody answers there
    assert_string_equal(plan_dial(s, a), "-h 127.0.0.1 -p 7001");
    assert_string_equal(plan_dial(s, b), "-h 127.0.0.1 -p 7002"); // but perhaps soon again
    snapshot_free(s);
    all[1].reach = REACH_WRONG_NODE;
    s = build(all, 2);
    assert_string_equal(plan_dial(s, b), "-h 172.17.0.3 -p 6379");
    snapshot_free(s);
}

static void a_node_on_ipv6_is_dialled_without_brackets_and_named_with(void **state)
{
    (void)state;
    Observation one = seed("[fd00::2]:7001", ID_A " fd00::1:7001@1 myself,master - 0 0 1 "
                                                  "connected 0-9\n");
    Snapshot *s = build(&one, 1);
    assert_string_equal(s->nodes[0].addr, "[fd00::1]:7001");
    assert_string_equal(plan_dial(s, 0), "-h fd00::2 -p 7001");
    assert_string_equal(plan_contact(s, 0), "fd00::2:7001"); // as redis-cli --cluster takes it
    assert_string_equal(plan_address(s, 0), "[fd00::2]:7001");
    assert_string_equal(plan_name(s, 0), ID_A);
    snapshot_free(s);
}

TESTS(snapshot_seed, cmocka_unit_test(a_node_alone_is_known_by_the_address_dialled),
      cmocka_unit_test(the_others_know_the_address_of_one_that_does_not),
      cmocka_unit_test(who_came_back_elsewhere_is_where_the_others_say_if_it_answers_there),
      cmocka_unit_test(of_two_addresses_the_one_heard_from_last_is_right),
      cmocka_unit_test(of_two_connections_to_one_node_the_better_counts),
      cmocka_unit_test(a_stranger_at_an_address_is_not_the_node),
      cmocka_unit_test(without_a_view_there_are_no_nodes_but_a_reason),
      cmocka_unit_test(a_person_names_nodes_in_several_ways),
      cmocka_unit_test(where_a_node_answers_is_a_name_of_it_and_what_to_type),
      cmocka_unit_test(a_node_on_ipv6_is_dialled_without_brackets_and_named_with))
