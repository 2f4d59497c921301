// Names that are longer than what tells them apart: in few cells only that is shown.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../src/ui/words.h"
#include "look.h"
#include "rehome/base/mem.h"
#include "screen.h"

enum { NODES = 7, PORT = 6379 };

// The owner's cluster with other addresses: the number of the node, with that many digits, between
// two texts.
typedef struct {
    const char *before;
    int digits;
    const char *after;
} Names;

static Fixture *named(Names names, int port)
{
    Fixture *f = fixture_scenario();
    for (int i = 0; i < NODES; i++) {
        FixtureNode *n = fixture_node(f, i);
        snprintf(n->ip, sizeof(n->ip), "%s%0*d%s", names.before, names.digits, i + 1, names.after);
        n->port = port > 0 ? port : n->port;
    }
    return f;
}

static const Names in_kubernetes = {"redis-cluster-node-", 4,
                                    ".redis-cluster-headless.production.svc.cluster.local"};
static const Names long_ipv6 = {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:", 4, ""};

// Frees the fixture.
static void assert_called(Fixture *f, int node, const char *brief, const char *host)
{
    Snapshot *s = fixture_snapshot(f, 1000);
    const Node *n = fixture_seen(f, s, node);
    assert_string_equal(n->brief, brief);
    assert_string_equal(n->brief_host, host);
    for (int i = 0; i < NODES; i++) { // whoever reads a name can type it
        Error err = {0};
        const Node *one = fixture_seen(f, s, i);
        assert_int_equal(snapshot_name(s, one->brief, &err), (int)(one - s->nodes));
    }
    fixture_free(f);
    snapshot_free(s);
}

static void what_fits_anywhere_is_called_as_it_is(void **state)
{
    (void)state;
    assert_called(named((Names){"10.0.0.", 1, ""}, PORT), 0, "10.0.0.1:6379", "10.0.0.1");
    assert_called(named((Names){"redis-", 1, ".redis.shop.svc"}, PORT), 0,
                  "redis-1.redis.shop.svc:6379", "redis-1.redis.shop.svc");
    assert_called(named((Names){"2001:db8::1:", 1, ""}, PORT), 0, "[2001:db8::1:1]:6379",
                  "2001:db8::1:1");
}

static void a_domain_that_all_have_goes_first(void **state)
{
    (void)state;
    assert_called(named(in_kubernetes, PORT), 6, "redis-cluster-node-0007",
                  "redis-cluster-node-0007");
}

static void ports_that_differ_stay(void **state)
{
    (void)state;
    assert_called(named(in_kubernetes, 0), 0, "redis-cluster-node-0001:7001",
                  "redis-cluster-node-0001");
}

static void then_the_beginning_that_all_have(void **state)
{
    (void)state;
    assert_called(
        named((Names){"the-cache-of-the-shop-in-europe-west-one-node-", 4, ".example.com"}, PORT),
        2, "..0003", "..0003");
    assert_called(named(long_ipv6, PORT), 3, "..0004", "..0004");
    assert_called(named(long_ipv6, 0), 0, "..0001:7001", "..0001");
    assert_called(named((Names){"2001:db8:", 1, ":bbbb:cccc:dddd:eeee:ffff"}, PORT), 0,
                  "..1:bbbb:cccc:dddd:eeee:ffff", "..1:bbbb:cccc:dddd:eeee:ffff");
}

// The last two differ in their third byte only.
static void a_beginning_without_parts_goes_by_characters(void **state)
{
    (void)state;
    Fixture *f =
        named((Names){"\xe3\x83\x87\xe3\x83\xbc\xe3\x82\xbf\xe3\x83\x99\xe3\x83\xbc\xe3\x82\xb9"
                      "\xe3\x83\x87\xe3\x83\xbc\xe3\x82\xbf\xe3\x83\x99\xe3\x83\xbc\xe3\x82\xb9",
                      1, ""},
              PORT);
    snprintf(fixture_node(f, 6)->ip, sizeof(fixture_node(f, 6)->ip),
             "\xe3\x83\x87\xe3\x83\xbc\xe3\x82\xbf\xe3\x83\x99\xe3\x83\xbc\xe3\x82\xb9"
             "\xe3\x83\x87\xe3\x83\xbc\xe3\x82\xbf\xe3\x83\x99\xe3\x83\xbc\xe3\x82\xba");
    assert_called(f, 6, "..\xe3\x82\xba", "..\xe3\x82\xba");
}

static void a_short_name_among_long_ones_changes_nothing(void **state)
{
    (void)state;
    Fixture *f = named(in_kubernetes, PORT);
    snprintf(fixture_node(f, 0)->ip, sizeof(fixture_node(f, 0)->ip), "10.0.0.1");
    assert_called(f, 6, "redis-cluster-node-0007", "redis-cluster-node-0007");
    f = named(in_kubernetes, PORT);
    snprintf(fixture_node(f, 0)->ip, sizeof(fixture_node(f, 0)->ip), "10.0.0.1");
    assert_called(f, 0, "10.0.0.1:6379", "10.0.0.1");
}

// A name that begins as the others end, or is the beginning of another, keeps something.
static void something_of_each_name_is_left(void **state)
{
    (void)state;
    Fixture *f = named((Names){"a-node-with-a-name-of-some-length.", 1, ".example.com"}, PORT);
    snprintf(fixture_node(f, 0)->ip, sizeof(fixture_node(f, 0)->ip),
             "a-node-with-a-name-of-some-length.example.com");
    assert_called(f, 0, "..length", "..length");
}

static void nodes_behind_one_long_name_are_told_by_their_ports(void **state)
{
    (void)state;
    Fixture *f = named(in_kubernetes, 0);
    for (int i = 0; i < NODES; i++) {
        FixtureNode *n = fixture_node(f, i);
        snprintf(n->ip, sizeof(n->ip), "ec2-12-34-56-78.eu-west-1.compute.amazonaws.com");
    }
    assert_called(f, 0, "ec2-12-34-56-78:7001", "ec2-12-34-56-78");
}

static void hosts_of_several_networks_are_told_by_more_than_one_octet(void **state)
{
    (void)state;
    static const struct {
        const char *last;
        int octets;
        const char *brief;
    } cases[] = {
        {"10.0.0.7", 1, "..7"},      {"10.0.1.6", 2, "..1.6"}, {"10.1.0.6", 3, "..1.0.6"},
        {"11.0.0.6", 4, "11.0.0.6"}, {"rack-7", 1, "rack-7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Fixture *f = named((Names){"10.0.0.", 1, ""}, PORT);
        snprintf(fixture_node(f, 6)->ip, sizeof(fixture_node(f, 6)->ip), "%s", cases[i].last);
        Snapshot *s = fixture_snapshot(f, 1000);
        char host[32];
        short_host(s, fixture_seen(f, s, 6)->host, host, sizeof(host));
        assert_string_equal(host, cases[i].brief);
        assert_int_equal(s->host_octets, cases[i].octets);
        fixture_free(f);
        snapshot_free(s);
    }
}

// What is shown to be typed is understood: an IPv6 address and a port do not run into each other.
static void no_remedy_for_us_joins_an_ipv6_address_and_a_port(void **state)
{
    (void)state;
    Fixture *f = named(long_ipv6, PORT);
    fixture_fail(f, 3);
    Look l = look(f);
    Findings all = findings_find(l.health);
    size_t ours = 0;
    for (size_t i = 0; i < all.n; i++) {
        const char *command = strstr(all.at[i].remedy, "rehome ");
        if (command != NULL) {
            ours++;
            assert_non_null(strstr(command, " -h 2001:db8:"));
            assert_null(strstr(command, ":6379"));
        }
    }
    assert_true(ours >= 2);
    look_done(&l);
    fixture_free(f);
}

static Stage *orphaned(Names names)
{
    Stage *st = stage_new(named(names, PORT));
    stage_rounds(st, 1000, 3000);
    fixture_lose(st->f, 3);
    stage_round(st, 4000);
    fixture_fail(st->f, 3);
    stage_rounds(st, 5000, 17000);
    stage_time(st, 17400);
    return st;
}

static void names_as_in_kubernetes(void **state)
{
    (void)state;
    Stage *st = orphaned(in_kubernetes);
    screen_at("long-names", st, "", 80, 24);
    screen_at("long-names", st, "", 60, 15);
    screen_at("long-names", st, "", 200, 60);
    screen_at("long-names-details", st, "Enter", 80, 24);
    screen_at("long-names-hosts", st, "2", 80, 24);
    screen_at("long-names-hosts", st, "2", 120, 40);
    screen_at("long-names-move", st, "m", 80, 24);
    screen_at("long-names-downtime", st, "d", 80, 24);
    stage_free(st);
}

static void long_ipv6_addresses(void **state)
{
    (void)state;
    Stage *st = orphaned(long_ipv6);
    screen_at("ipv6", st, "", 80, 24);
    screen_at("ipv6", st, "", 120, 40);
    screen_at("ipv6-hosts", st, "2", 80, 24);
    stage_free(st);
}

// The answer is about the host that was asked for, however long its name is.
static void what_a_host_with_a_long_name_costs(void **state)
{
    (void)state;
    Stage *st = orphaned(in_kubernetes);
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    Canvas *c = canvas_new(120, 40, false);
    StrBuf text = {0};
    screen_press(ui, &st->scene, "2");
    ui_draw(ui, &st->scene, c);
    screen_press(ui, &st->scene, "j x");
    ui_draw(ui, &st->scene, c);
    canvas_dump_text(c, &text);
    assert_non_null(strstr(strbuf_text(&text), "If host redis-cluster-node-0002"));
    assert_null(strstr(strbuf_text(&text), "Nothing changes"));
    strbuf_done(&text);
    canvas_free(c);
    ui_free(ui);
    stage_free(st);
}

TESTS(long_names, cmocka_unit_test(what_fits_anywhere_is_called_as_it_is),
      cmocka_unit_test(a_domain_that_all_have_goes_first), cmocka_unit_test(ports_that_differ_stay),
      cmocka_unit_test(then_the_beginning_that_all_have),
      cmocka_unit_test(a_beginning_without_parts_goes_by_characters),
      cmocka_unit_test(a_short_name_among_long_ones_changes_nothing),
      cmocka_unit_test(something_of_each_name_is_left),
      cmocka_unit_test(nodes_behind_one_long_name_are_told_by_their_ports),
      cmocka_unit_test(hosts_of_several_networks_are_told_by_more_than_one_octet),
      cmocka_unit_test(no_remedy_for_us_joins_an_ipv6_address_and_a_port),
      cmocka_unit_test(names_as_in_kubernetes), cmocka_unit_test(long_ipv6_addresses),
      cmocka_unit_test(what_a_host_with_a_long_name_costs))
