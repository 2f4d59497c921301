// The language of filters.
#include "../../src/ui/filter.h"

#include <stdio.h>
#include <string.h>

#include "stage.h"
#include "unit.h"

static Stage *stage;

// The ports that match, in order: "7001 7005".
static const char *matching(const char *text)
{
    static char ports[128];
    Filter f;
    Error err = {0};
    ports[0] = '\0';
    if (!filter_parse(sv(text), &f, &err)) {
        return "wrong";
    }
    static const int all[] = {7001, 7002, 7003, 7004, 7005, 7006, 7008};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (filter_matches(&f, stage->scene.health, stage_port(stage, all[i]))) {
            size_t n = strlen(ports);
            snprintf(ports + n, sizeof(ports) - n, "%s%d", n > 0 ? " " : "", all[i]);
        }
    }
    return ports;
}

static int begin(void **state)
{
    (void)state;
    stage = stage_new(fixture_scenario());
    fixture_fail(stage->f, fixture_port(stage->f, 7008));
    stage_rounds(stage, 1000, 3000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_free(stage);
    return 0;
}

static void nothing_said_matches_everything(void **state)
{
    (void)state;
    assert_string_equal(matching(""), "7001 7002 7003 7004 7005 7006 7008");
    assert_string_equal(matching("  ! host: !state: "), "7001 7002 7003 7004 7005 7006 7008");
}

static void a_state_is_told_by_its_beginning(void **state)
{
    (void)state;
    assert_string_equal(matching("state:orphaned"), "7001");
    assert_string_equal(matching("STATE:Orph"), "7001");
    assert_string_equal(matching("state:failed"), "7008");
    assert_string_equal(matching("state:working"), "7002 7004 7006");
}

static void roles_hosts_and_names_are_told_apart(void **state)
{
    (void)state;
    assert_string_equal(matching("role:master"), "7001 7003 7005");
    assert_string_equal(matching("role:r"), "7002 7004 7006 7008");
    assert_string_equal(matching("host:99.170"), "7001 7002");
    assert_string_equal(matching("host:7002"), "");
    assert_string_equal(matching("name:7002"), "7002");
    assert_string_equal(matching(":7002"), "7002");
    assert_string_equal(matching("127.0.99.171:7004"), "7004");
    char id[16];
    snprintf(id, sizeof(id), "name:%.5s", fixture_id(stage->f, fixture_port(stage->f, 7004)).hex);
    assert_non_null(strstr(matching(id), "7004"));
    id[8] = '\0'; // three digits of it are no name
    assert_null(strstr(matching(id), "7004"));
}

static void every_word_must_be_true(void **state)
{
    (void)state;
    assert_string_equal(matching("role:master 99.170"), "7001");
    assert_string_equal(matching("role:master !state:orphaned"), "7003 7005");
    assert_string_equal(matching("!role:master !host:99.171"), "7002 7006 7008");
}

static void what_makes_no_sense_is_said_and_changes_nothing(void **state)
{
    (void)state;
    Filter f = {.n = 1};
    Error err = {0};
    assert_false(filter_parse(sv("state:orphant"), &f, &err));
    assert_non_null(strstr(err.text, "orphaned"));
    assert_false(filter_parse(sv("role:mistress"), &f, &err));
    assert_non_null(strstr(err.text, "replica"));
    assert_false(filter_parse(sv("zone:a"), &f, &err));
    assert_non_null(strstr(err.text, "host:"));
    assert_false(filter_parse(sv("a b c d e f g h i"), &f, &err));
    char wide[FILTER_TEXT + 2];
    memset(wide, 'x', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = '\0';
    assert_false(filter_parse(sv(wide), &f, &err));
    assert_int_equal(f.n, 1);
}

static void addresses_are_words_and_no_keys(void **state)
{
    (void)state;
    Filter f;
    Error err = {0};
    static const char *const words[] = {"fd00::1", "node-a:7001", "127.0.0.1:7001", "abc:def"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_true(filter_parse(sv(words[i]), &f, &err));
        assert_int_equal(f.at[0].kind, FILTER_ANY);
    }
}

TESTS(filter, cmocka_unit_test_setup_teardown(nothing_said_matches_everything, begin, end),
      cmocka_unit_test_setup_teardown(a_state_is_told_by_its_beginning, begin, end),
      cmocka_unit_test_setup_teardown(roles_hosts_and_names_are_told_apart, begin, end),
      cmocka_unit_test_setup_teardown(every_word_must_be_true, begin, end),
      cmocka_unit_test(what_makes_no_sense_is_said_and_changes_nothing),
      cmocka_unit_test(addresses_are_words_and_no_keys))
