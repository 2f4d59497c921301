// Rules of host labels: what is read from a file, and whom it fits.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"
#include "rehome/model/labels.h"

typedef struct {
    Labels *labels;
    Arena *arena;
} Rules;

static Rules rules(const char *text)
{
    Rules r = {.arena = arena_new()};
    Error err = {0};
    if (!labels_parse(sv(text), "racks.txt", &r.labels, &err)) {
        fail_msg("not read: %s", err.text);
    }
    return r;
}

static void rules_done(Rules *r)
{
    labels_free(r->labels);
    arena_free(r->arena);
}

static LabelFacts node_at(const char *ip, const char *hostname, int port)
{
    return (LabelFacts){
        .id = {"07c37dfeb2352a0b07c37dfeb2352a0b00000000"},
        .ip = ip,
        .hostname = hostname,
        .port = port,
        .zone = "",
    };
}

static void assert_label(const Rules *r, LabelFacts facts, const char *label)
{
    const char *got = labels_of(r->labels, &facts, r->arena);
    if (label == NULL) {
        assert_null(got);
    } else {
        assert_non_null(got);
        assert_string_equal(got, label);
    }
}

static void assert_wrong(const char *text, const char *says)
{
    Labels *labels = NULL;
    Error err = {0};
    if (labels_parse(sv(text), "racks.txt", &labels, &err) || strcmp(err.text, says) != 0) {
        fail_msg("of \"%s\" wanted: %s\ngot: %s", text, says, err.text);
    }
    assert_int_equal(err.code, ERR_PARSE);
}

static void an_address_fits_with_any_port_or_with_the_one_given(void **state)
{
    (void)state;
    Rules r = rules("10.0.0.1:7001 = one\n10.0.0.1 = all\n[fd00::1]:7001 = six\nfd00::2 = seven\n");
    assert_label(&r, node_at("10.0.0.1", "", 7001), "one");
    assert_label(&r, node_at("10.0.0.1", "", 7002), "all");
    assert_label(&r, node_at("10.0.0.11", "", 7001), NULL);
    assert_label(&r, node_at("fd00::1", "", 7001), "six");
    assert_label(&r, node_at("fd00::1", "", 7002), NULL);
    assert_label(&r, node_at("fd00:0:0::2", "", 1), "seven"); // however it is written
    assert_label(&r, node_at("::ffff:10.0.0.1", "", 1), "all");
    rules_done(&r);
}

static void a_host_name_fits_in_either_case(void **state)
{
    (void)state;
    Rules r = rules("db7.example.com = rack-b\ndb8:7001 = rack-c\n");
    assert_label(&r, node_at("10.0.0.1", "DB7.example.com", 7001), "rack-b");
    assert_label(&r, node_at("10.0.0.1", "db7.example.community", 7001), NULL);
    assert_label(&r, node_at("10.0.0.1", "db8", 7001), "rack-c");
    assert_label(&r, node_at("10.0.0.1", "db8", 7002), NULL);
    assert_label(&r, node_at("db8", "", 7001), "rack-c"); // an address that was dialled by name
    rules_done(&r);
}

static void a_node_is_known_by_the_start_of_its_id(void **state)
{
    (void)state;
    Rules r = rules("07c37dfeb2 = by-id\n");
    assert_label(&r, node_at("10.0.0.1", "", 7001), "by-id");
    LabelFacts other = node_at("10.0.0.1", "", 7001);
    other.id.hex[9] = '0';
    assert_label(&r, other, NULL);
    rules_done(&r);
    r = rules("07c37df = too-short\n"); // a host's name, as far as anybody can tell
    assert_label(&r, node_at("10.0.0.1", "", 7001), NULL);
    assert_label(&r, node_at("10.0.0.1", "07c37df", 7001), "too-short");
    rules_done(&r);
}

static void a_network_fits_its_addresses_to_the_bit(void **state)
{
    (void)state;
    Rules r =
        rules("10.1.0.0/16 = b\n10.2.0.128/25 = half\n10.3.0.4/30 = four\n2001:db8::/33 = v6\n");
    assert_label(&r, node_at("10.1.255.255", "", 1), "b");
    assert_label(&r, node_at("10.2.0.127", "", 1), NULL);
    assert_label(&r, node_at("10.2.0.128", "", 1), "half");
    assert_label(&r, node_at("10.3.0.7", "", 1), "four");
    assert_label(&r, node_at("10.3.0.8", "", 1), NULL);
    assert_label(&r, node_at("2001:db8:7fff::1", "", 1), "v6");
    assert_label(&r, node_at("2001:db8:8000::1", "", 1), NULL);
    assert_label(&r, node_at("not an address", "", 1), NULL);
    assert_label(&r, node_at("", "", 0), NULL);
    rules_done(&r);
    r = rules("0.0.0.0/0 = four\n::/0 = six\n");
    assert_label(&r, node_at("255.1.2.3", "", 1), "four");
    assert_label(&r, node_at("fe80::1", "", 1), "six");
    rules_done(&r);
}

static void a_regex_sees_ip_and_host_name_and_gives_its_groups(void **state)
{
    (void)state;
    Rules r =
        rules("/^10\\.(\\d+)\\.(0|1)\\./ = zone-\\1 \\2\\\\\n/ db([[:digit:]/]+)-r([^-]+)$/ = "
              "rack \\2\n/^fd00:/ = \\\\six\n");
    assert_label(&r, node_at("10.12.1.5", "", 1), "zone-12 1\\");
    assert_label(&r, node_at("10.x.1.5", "", 1), NULL);
    assert_label(&r, node_at("11.0.0.1", "db3-rA", 1), "rack A");
    assert_label(&r, node_at("", "db3-rA", 1), "rack A"); // the ip is not known
    assert_label(&r, node_at("11.0.0.1", "db3", 1), NULL);
    assert_label(&r, node_at("fd00::1", "", 1), "\\six");
    rules_done(&r);
    r = rules("/a\\/b=[/#\\/]/ = slashes # \"a/b=\" and one more\n");
    assert_label(&r, node_at("x", "a/b=#", 1), "slashes");
    assert_label(&r, node_at("x", "a/b=\\", 1), NULL);
    rules_done(&r);
}

static void a_group_that_took_no_part_leaves_the_node_to_later_rules(void **state)
{
    (void)state;
    Rules r = rules("/^10\\.(1)?/ = \\1\n* = rest\n");
    assert_label(&r, node_at("10.1.0.0", "", 1), "1");
    assert_label(&r, node_at("10.2.0.0", "", 1), "rest");
    rules_done(&r);
}

static void a_zone_is_taken_from_the_server_that_tells_it(void **state)
{
    (void)state;
    Rules r = rules("10.9.0.0/16 = elsewhere\n* = availability_zone\n10.0.0.1 = rack-a\n");
    LabelFacts facts = node_at("10.0.0.1", "", 1);
    assert_label(&r, facts, "rack-a");
    facts.zone = "eu-west-1a";
    assert_label(&r, facts, "eu-west-1a");
    facts.ip = "10.9.0.1";
    assert_label(&r, facts, "elsewhere");
    rules_done(&r);
}

static void the_first_rule_that_fits_wins_and_the_rest_is_blank_or_comment(void **state)
{
    (void)state;
    Rules r = rules("\xEF\xBB\xBF# racks\r\n\r\n  10.0.0.0/8\t=  rack #1 # the old one\r\n"
                    "10.0.0.1 = never\r\n10.0.0.2=no#comment");
    assert_label(&r, node_at("10.0.0.1", "", 1), "rack");
    rules_done(&r);
    r = rules("10.0.0.2=no#comment"); // and no newline at the end
    assert_label(&r, node_at("10.0.0.2", "", 1), "no#comment");
    rules_done(&r);
    r = rules("");
    assert_label(&r, node_at("10.0.0.2", "", 1), NULL);
    rules_done(&r);
    Rules none = {.arena = arena_new()};
    assert_label(&none, node_at("10.0.0.2", "", 1), NULL);
    rules_done(&none);
}

static void what_is_no_rule_is_told_with_its_line(void **state)
{
    (void)state;
    static const char *const who[] = {
        "10.0.0.999",
        "1234",
        "10.0.0.1:0",
        "10.0.0.1:65536",
        "a b",
        "[fd00::1",
        "[10.0.0.1]",
        "fd00:::1",
        "x/8",
        "",
        ":7001",
        "[]:7001",
        "07c37dfeb2352a0b07c37dfeb2352a0b0000000é",
    };
    for (size_t i = 0; i < ARRAY_LEN(who); i++) {
        char text[100];
        char says[320];
        snprintf(text, sizeof(text), "\n# x\n%s = rack", who[i]);
        snprintf(says, sizeof(says),
                 "racks.txt:3: expected an address, address:port, network/bits, host name, 8 or "
                 "more digits of a node ID, /regex/ or *, got '%s'",
                 who[i]);
        assert_wrong(text, says);
    }
    assert_wrong("10.0.0.1 rack-a", "racks.txt:1: expected WHO = LABEL, got '10.0.0.1 rack-a'");
    assert_wrong("10.0.0.1 = # none", "racks.txt:1: expected a label behind the =");
    assert_wrong("10.0.0.0/33 = a",
                 "racks.txt:1: expected a network of 0 to 32 bits, got '10.0.0.0/33'");
    assert_wrong("10.1.2.3/20 = a", "racks.txt:1: '10.1.2.3/20' has bits behind the network; did "
                                    "you mean 10.1.0.0/20 or 10.1.2.3?");
    assert_wrong("10.0.0.1 = 123456789 123456789 123456789 123456789 12345678",
                 "racks.txt:1: expected a label of at most 47 bytes, got '123456789 123456789 "
                 "123456789 123456789 12345678'");
}

static void what_is_no_regex_is_told(void **state)
{
    (void)state;
    assert_wrong("/10", "racks.txt:1: expected /regex/ = LABEL: there is no / at its end");
    assert_wrong("/[/] = a", "racks.txt:1: expected /regex/ = LABEL: there is no / at its end");
    assert_wrong("// = a", "racks.txt:1: expected /regex/ = LABEL: there is no regex");
    assert_wrong("/a/ b", "racks.txt:1: expected a = behind the regex, got 'b'");
    assert_wrong("/a/", "racks.txt:1: expected a = behind the regex, got ''");
    assert_wrong("/a(/ = b", "racks.txt:1: the regex 'a(' is not one: Unmatched ( or \\(");
    assert_wrong("/[\\d]/ = b",
                 "racks.txt:1: within [] of a regex \\ is just a character; write 0-9 for \\d");
    assert_wrong("/(a)\\1/ = b",
                 "racks.txt:1: a regex here is an extended one (regex(7)): it knows no \\1");
    assert_wrong("/(a)/ = \\2",
                 "racks.txt:1: a \\ in a label is \\1 to \\9, a group of the regex, which has 1");
    assert_wrong("10.0.0.1 = \\1",
                 "racks.txt:1: a \\ in a label is \\1 to \\9, a group of the regex, which has 0");
    assert_wrong("/(a)/ = b\\",
                 "racks.txt:1: a \\ in a label is \\1 to \\9, a group of the regex, which has 1");
}

static void a_label_is_clean_and_short_whoever_told_it(void **state)
{
    (void)state;
    Rules r = rules("/ (.*)/ = \\1\n10.0.0.7 = a\xE2\x80\xAE"
                    "b\n* = availability_zone\n");
    assert_label(&r, node_at("10.0.0.7", "", 1), "a?b"); // text that turns around
    assert_label(&r, node_at("10.0.0.1", "evil\x1b[2Jhost", 1), "evil?[2Jhost");
    LabelFacts facts = node_at("10.0.0.1", "", 1);
    facts.zone = "\x1b]0;gotcha\a";
    assert_label(&r, facts, "?]0;gotcha?");
    facts.zone = "  ";
    assert_label(&r, facts, NULL);
    char long_name[400];
    memset(long_name, 'z', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    facts.zone = long_name;
    assert_int_equal(strlen(labels_of(r.labels, &facts, r.arena)), LABEL_MAX_BYTES);
    facts.hostname = long_name; // no host has such a name: regexes do not see it
    facts.ip = long_name;
    facts.zone = "";
    assert_label(&r, facts, NULL);
    rules_done(&r);
}

static void bytes_that_no_file_should_have_are_refused_and_harmless(void **state)
{
    (void)state;
    Labels *labels = NULL;
    Error err = {0};
    static const char nul[] = "10.0.0.1\0junk = a";
    assert_false(labels_parse(sv_of(nul, sizeof(nul) - 1), "racks.txt", &labels, &err));
    assert_string_equal(err.text, "racks.txt:1: a control character in '10.0.0.1?junk = a'");
    assert_wrong("10.0.0.1 = \x1b[31mred", "racks.txt:1: a control character in '10.0.0.1 = "
                                           "?[31mred'");
    // Every cut of, and every wrong byte in, a good file is either read or refused with its line.
    static const char good[] = "10.0.0.1:1 = a\n[fd00::1]:7 = b\n10.0.0.0/8=c\n"
                               "/^([[:digit:]]+)[^]a]\\.\\// = \\1 # x\n* = availability_zone\n";
    static const char bytes[] = "\0/[]\\=:*#\x80\n(";
    for (size_t cut = 0; cut < sizeof(good); cut++) {
        for (size_t b = 0; b < sizeof(bytes); b++) {
            char text[sizeof(good)];
            memcpy(text, good, sizeof(good));
            text[cut] = bytes[b];
            char *exact = mem_alloc(cut + 1); // so that reading behind the end is noticed
            memcpy(exact, text, cut + 1);
            err = (Error){0};
            labels = NULL;
            if (labels_parse(sv_of(exact, cut + 1), "f", &labels, &err)) {
                Arena *arena = arena_new();
                LabelFacts facts = node_at("10.0.0.1", exact[0] == '\0' ? "" : "12b./", 1);
                labels_of(labels, &facts, arena);
                arena_free(arena);
                labels_free(labels);
            } else {
                assert_int_equal(strncmp(err.text, "f:", 2), 0);
            }
            mem_free(exact);
        }
    }
}

TESTS(labels, cmocka_unit_test(an_address_fits_with_any_port_or_with_the_one_given),
      cmocka_unit_test(a_host_name_fits_in_either_case),
      cmocka_unit_test(a_node_is_known_by_the_start_of_its_id),
      cmocka_unit_test(a_network_fits_its_addresses_to_the_bit),
      cmocka_unit_test(a_regex_sees_ip_and_host_name_and_gives_its_groups),
      cmocka_unit_test(a_group_that_took_no_part_leaves_the_node_to_later_rules),
      cmocka_unit_test(a_zone_is_taken_from_the_server_that_tells_it),
      cmocka_unit_test(the_first_rule_that_fits_wins_and_the_rest_is_blank_or_comment),
      cmocka_unit_test(what_is_no_rule_is_told_with_its_line),
      cmocka_unit_test(what_is_no_regex_is_told),
      cmocka_unit_test(a_label_is_clean_and_short_whoever_told_it),
      cmocka_unit_test(bytes_that_no_file_should_have_are_refused_and_harmless))
