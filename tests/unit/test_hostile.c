// Servers that lie, are broken, or mean harm: what they say becomes a picture all the same, and
// nothing of it reaches a screen raw. (Bytes at random are the fuzzers' part.)
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/snapshot.h"

#define ID_A "07c37dfeb235213a872192d90877d0cd55635b91"
#define ID_B "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca"
#define ID_C "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1"
#define ID_D "292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f"
#define ID_E "6ec23923021cf3ffec47632106199cb7f496ce01"

static Observation said(const char *nodes)
{
    return (Observation){
        .dialled = "10.0.0.1:1", .why = "", .nodes = sv(nodes), .nodes_ms = 900, .rtt_us = -1};
}

static Snapshot *build(const Observation *all, size_t n)
{
    return snapshot_build(&(RoundInput){.at = all, .n = n, .started_ms = 800, .now_ms = 1000});
}

static void who_does_not_say_its_own_role_has_that_of_the_others(void **state)
{
    (void)state;
    const Observation all[] = {
        said(ID_A " 10.0.0.1:1@2 myself - 0 0 1 connected 0-9\n"),
        said(ID_A " 10.0.0.1:1@2 master - 0 5 1 connected 0-9\n" ID_B
                  " 10.0.0.2:1@2 myself,master - 0 0 2 connected 10-16383\n"),
        said(ID_A " 10.0.0.1:1@2 myself,handshake - 0 0 1 connected\n"),
    };
    for (size_t i = 0; i < 2; i++) {
        Snapshot *s = build(&all[i], 2);
        assert_int_equal(s->n_nodes, 2);
        assert_int_equal(s->n_masters, 2);
        assert_int_equal(s->slots_covered, SLOT_COUNT);
        assert_int_equal(s->n_owners_asked, 1); // whoever has no role has no vote
        snapshot_free(s);
    }
}

// --- names

static void names_with_anything_in_them_come_out_clean_and_short(void **state)
{
    (void)state;
    static const char nul[] = ID_A " 10.0\0.0.1:1@2 myself,master - 0 0 1 connected 0-16383\n";
    static const char turned[] = {'\xe2', '\x80', '\xae', '\0'}; // turns what follows around
    StrBuf text = {0};
    strbuf_addf(&text, "%s evil\033[2J%smoc:1@2,", ID_A, turned);
    for (int i = 0; i < 5000; i++) {
        strbuf_add(&text, "\xe7\xaf\x80"); // longer than any name, and cut between characters
    }
    strbuf_add(&text, " myself,master - 0 0 1 connected 0-16383\n");
    Observation o = said(strbuf_text(&text));
    Snapshot *s = build(&o, 1);
    assert_string_equal(s->nodes[0].ip, "evil?[2J?moc");
    assert_int_equal(strlen(s->nodes[0].hostname), 255);
    snapshot_free(s);
    strbuf_done(&text);
    o.nodes = sv_of(nul, sizeof(nul) - 1);
    s = build(&o, 1);
    assert_string_equal(s->nodes[0].addr, "10.0?.0.1:1");
    snapshot_free(s);
}

// --- numbers at their edges

static void numbers_at_their_edges_are_themselves_or_unknown(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        size_t n;
        uint64_t epoch;
    } cases[] = {
        {"10.0.0.1:65535@2 myself,master - 0 0 1 connected 16383", 1, 1},
        {"10.0.0.1:65536@2 myself,master - 0 0 1 connected 0", 0, 0},
        {"10.0.0.1:-1@2 myself,master - 0 0 1 connected 0", 0, 0},
        {"10.0.0.1:1@99999999999 myself,master - 0 0 1 connected 0", 1, 1},
        {"10.0.0.1:1@2 myself,master - 0 0 18446744073709551615 connected 0", 1, UINT64_MAX},
        {"10.0.0.1:1@2 myself,master - 0 0 18446744073709551616 connected 0", 0, 0},
        {"10.0.0.1:1@2 myself,master - 0 9223372036854775807 1 connected 0", 1, 1},
        {"10.0.0.1:1@2 myself,master - 0 9223372036854775808 1 connected 0", 0, 0},
        {"10.0.0.1:1@2 myself,master - -9223372036854775808 0 1 connected 0", 1, 1},
        {"10.0.0.1:1@2 myself,master - 0 0 1 connected 16384", 0, 0},
        {"10.0.0.1:1@2 myself,master - 0 0 1 connected 5-4", 0, 0},
        {"10.0.0.1:1@2 myself,master - 0 0 1 connected 0-18446744073709551616", 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        StrBuf text = {0};
        strbuf_addf(&text, ID_A " %s\n", cases[i].line);
        Observation o = said(strbuf_text(&text));
        Snapshot *s = build(&o, 1);
        if (s->n_nodes != cases[i].n ||
            (s->n_nodes > 0 && s->nodes[0].config_epoch != cases[i].epoch)) {
            fail_msg("%s", cases[i].line);
        }
        snapshot_free(s);
        strbuf_done(&text);
    }
}

// --- topologies that cannot be

static void
replicas_of_nobody_of_each_other_and_of_themselves_are_replicas_of_no_master(void **state)
{
    (void)state;
    Observation o =
        said(ID_A " 10.0.0.1:1@2 myself,slave " ID_B " 0 0 1 connected\n" ID_B
                  " 10.0.0.2:1@2 slave " ID_A " 0 0 1 connected\n" ID_C " 10.0.0.3:1@2 slave " ID_C
                  " 0 0 1 connected\n" ID_D " 10.0.0.4:1@2 slave " ID_E " 0 0 1 connected\n" ID_A
                  " 10.0.0.5:1@2 myself,master - 0 0 9 connected 0-16383\n");
    Snapshot *s = build(&o, 1);
    assert_int_equal(s->n_nodes, 4); // of two lines for one ID the first counts
    assert_int_equal(s->n_masters, 0);
    assert_int_equal(s->slots_covered, 0);
    assert_int_equal(s->n_bad_lines, 1);
    for (size_t i = 0; i < s->n_nodes; i++) {
        assert_true(node_is_detached(s, &s->nodes[i]));
    }
    snapshot_free(s);
}

static void a_line_too_many_is_left_out_and_counted(void **state)
{
    (void)state;
    StrBuf text = {0};
    strbuf_add(&text, ID_A " 10.0.0.1:1@2 myself,master - 0 0 1 connected 0-16383\n");
    for (int i = 1; i < CLUSTER_NODES_MAX + 3; i++) {
        // Alike but for the last digits, as a server would choose them that wants to be slow.
        strbuf_addf(&text, "%040x 10.0.0.1:1@2 slave " ID_A " 0 1 1 connected\n", (unsigned)i);
    }
    Observation o = said("");
    o.nodes = sv_of(text.at, text.n);
    Snapshot *s = build(&o, 1);
    assert_int_equal(s->n_nodes, CLUSTER_NODES_MAX);
    assert_int_equal(s->n_bad_lines, 3);
    assert_int_equal(s->nodes[0].n_replicas, CLUSTER_NODES_MAX - 1);
    snapshot_free(s);
    strbuf_done(&text);
}

// The replies of real servers, cut at every byte, and with every line moved by a column.
static void cut_and_shifted_lines_are_left_out_and_nothing_else_is(void **state)
{
    (void)state;
    static const char good[] = ID_B " 10.0.0.2:1@2 myself,master - 0 0 2 connected 0-16383\n";
    static const char line[] = ID_A " 10.0.0.1:1@2 slave " ID_B " 0 1 1 connected\n";
    for (size_t cut = 1; cut < sizeof(line) - 2; cut++) {
        StrBuf text = {0};
        strbuf_addf(&text, "%s\n%s", line + cut, good);
        Observation o = said(strbuf_text(&text));
        Snapshot *s = build(&o, 1);
        assert_int_equal(s->n_nodes, 1); // its end is no line
        assert_string_equal(s->nodes[0].addr, "10.0.0.2:1");
        snapshot_free(s);
        strbuf_clear(&text);
        strbuf_addf(&text, "%s%.*s", good, (int)cut, line);
        o = said(strbuf_text(&text));
        s = build(&o, 1);
        assert_true(s->n_nodes == 1 ||
                    cut > 100); // "connecte" is a state of the link we do not know
        assert_string_equal(s->nodes[0].addr, "10.0.0.2:1");
        snapshot_free(s);
        strbuf_done(&text);
    }
}

TESTS(
    hostile, cmocka_unit_test(who_does_not_say_its_own_role_has_that_of_the_others),
    cmocka_unit_test(names_with_anything_in_them_come_out_clean_and_short),
    cmocka_unit_test(numbers_at_their_edges_are_themselves_or_unknown),
    cmocka_unit_test(replicas_of_nobody_of_each_other_and_of_themselves_are_replicas_of_no_master),
    cmocka_unit_test(a_line_too_many_is_left_out_and_counted),
    cmocka_unit_test(cut_and_shifted_lines_are_left_out_and_nothing_else_is))
