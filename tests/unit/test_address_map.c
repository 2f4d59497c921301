// Where nodes are dialled instead: the rules of --map.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/redis/address_map.h"

static AddressMap map_of(const char *rules)
{
    AddressMap map = {0};
    Error err = {0};
    if (!address_map_add(&map, sv(rules), &err)) {
        fail_msg("%s: %s", rules, err.text);
    }
    return map;
}

// What becomes of a node; "": it is dialled where it says.
static void assert_way(const char *rules, const char *ip, const char *hostname, int port,
                       const char *way)
{
    AddressMap map = map_of(rules);
    HostPort to;
    char text[300] = "";
    if (address_map_find(&map, ip, hostname, port, &to)) {
        snprintf(text, sizeof(text), "%s %d", to.host, to.port);
    }
    if (strcmp(text, way) != 0) {
        fail_msg("by %s, %s/%s:%d wanted \"%s\", got \"%s\"", rules, ip, hostname, port, way, text);
    }
    address_map_done(&map);
}

static void a_host_keeps_its_ports_unless_told(void **state)
{
    (void)state;
    assert_way("10.0.0.1=127.0.0.1", "10.0.0.1", "", 7001, "127.0.0.1 7001");
    assert_way("10.0.0.1=127.0.0.1:9", "10.0.0.1", "", 7001, "127.0.0.1 9");
    assert_way("10.0.0.1:7001=gate.example", "10.0.0.1", "", 7001, "gate.example 7001");
    assert_way("10.0.0.1:7001=127.0.0.1:9", "10.0.0.1", "", 7001, "127.0.0.1 9");
    assert_way("10.0.0.1:7001=127.0.0.1:9", "10.0.0.1", "", 7002, "");
    assert_way("10.0.0.1=127.0.0.1", "10.0.0.10", "", 7001, "");
    assert_way("", "10.0.0.1", "", 7001, "");
}

static void the_closest_rule_counts(void **state)
{
    (void)state;
    static const char rules[] = "*=any:1, 10.0.0.1=host:2 10.0.0.1:7001=exact:3,db7=name:4";
    assert_way(rules, "10.0.0.1", "", 7001, "exact 3");
    assert_way(rules, "10.0.0.1", "", 7002, "host 2");
    assert_way(rules, "10.0.0.2", "", 7001, "any 1");
    assert_way(rules, "10.0.0.2", "db7", 7001, "name 4");
    assert_way(rules, "10.0.0.1", "db7", 7001, "exact 3");
    assert_way("10.0.0.1=a db7:7001=b", "10.0.0.1", "db7", 7001, "b 7001");
    assert_way("a=b c=d a=e", "a", "", 1, "e 1"); // said again: the later one
}

static void the_same_address_may_be_written_otherwise(void **state)
{
    (void)state;
    assert_way("[FD00:0::1]:7001=[::1]:9", "fd00::1", "", 7001, "::1 9");
    assert_way("fd00::1=::1", "fd00:0:0:0:0:0:0:1", "", 7001, "::1 7001");
    assert_way("DB7.Example=127.0.0.1", "10.0.0.1", "db7.eXample", 7001, "127.0.0.1 7001");
}

static void two_nodes_may_be_behind_one_host(void **state)
{
    (void)state;
    static const char rules[] = "172.17.0.2:6379=127.0.0.1:7001 172.17.0.3:6379=127.0.0.1:7002";
    assert_way(rules, "172.17.0.2", "", 6379, "127.0.0.1 7001");
    assert_way(rules, "172.17.0.3", "", 6379, "127.0.0.1 7002");
}

static void what_is_no_rule_is_refused_and_adds_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "10.0.0.1",        "=",         "a=",        "=a",          "a=b=c",
        "a:0=b",           "a:65536=b", "a=b:x",     "redis://a=b", "a=redis://b",
        "u:p@a=b",         "a=*",       "*:7001=b",  "a b=c",       "[::1=b",
        "fd00::1:17001=b", "7001=b",    "a=\033[2J", "a/8=b",       "a=b,c",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        AddressMap map = map_of("x=y");
        Error err = {0};
        char rules[80];
        snprintf(rules, sizeof(rules), "before=it %s", wrong[i]);
        if (address_map_add(&map, sv(rules), &err)) {
            fail_msg("\"%s\" was taken", wrong[i]);
        }
        assert_int_equal(err.code, ERR_USAGE);
        assert_null(strchr(err.text, '\033'));
        assert_int_equal(map.n, 1);
        address_map_done(&map);
    }
}

static void a_name_too_long_for_the_domain_name_system_is_in_no_rule(void **state)
{
    (void)state;
    char name[400];
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_way("*=any:1", name, name, 7001, "any 1");
    assert_way("a=b", name, "", 7001, "");
}

static void is_shown_as_it_is_taken(void **state)
{
    (void)state;
    static const char rules[] = "*=h a:1=b c=[fd00::1]:7001 fd00::1=::1 [::1]:5=d:6";
    AddressMap map = map_of(rules);
    StrBuf shown = {0};
    AddressMap copy;
    address_map_copy(&map, &copy);
    address_map_done(&map);
    address_map_show(&copy, &shown);
    assert_string_equal(strbuf_text(&shown), rules);
    address_map_done(&copy);
    strbuf_done(&shown);
}

TESTS(address_map, cmocka_unit_test(a_host_keeps_its_ports_unless_told),
      cmocka_unit_test(the_closest_rule_counts),
      cmocka_unit_test(the_same_address_may_be_written_otherwise),
      cmocka_unit_test(two_nodes_may_be_behind_one_host),
      cmocka_unit_test(what_is_no_rule_is_refused_and_adds_nothing),
      cmocka_unit_test(a_name_too_long_for_the_domain_name_system_is_in_no_rule),
      cmocka_unit_test(is_shown_as_it_is_taken))
