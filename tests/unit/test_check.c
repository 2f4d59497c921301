#include "unit.h"

#include <string.h>

#include "golden.h"
#include "look.h"
#include "rehome/report/check.h"

// With the findings given; NULL: with those that policy finds.
static void check_golden(Fixture *f, const char *name, const Findings *given)
{
    Look l = look(f);
    Findings found = given != NULL ? *given : findings_find(l.health);
    StrBuf out = {0};
    check_text(&out, l.health, &found);
    assert_true(golden_equal(name, strbuf_text(&out)));
    strbuf_done(&out);
    look_done(&l);
    fixture_free(f);
}

static const NodeId nobody;

static void status_is_that_of_the_worst_finding(void **state)
{
    (void)state;
    Finding at[] = {
        look_finding(FINDING_SAME_HOST, LEVEL_WARNING, nobody, "t", "r"),
        look_finding(FINDING_ORPHANED, LEVEL_CRITICAL, nobody, "t", "r"),
        look_finding(FINDING_NO_SPARE, LEVEL_WARNING, nobody, "t", "r"),
    };
    assert_int_equal(check_status(&(Findings){NULL, 0}), 0);
    assert_int_equal(check_status(&(Findings){at, 1}), 1);
    assert_int_equal(check_status(&(Findings){at, 3}), 2);
}

static void text_of_a_healthy_cluster(void **state)
{
    (void)state;
    check_golden(fixture_scenario(), "check-healthy.txt", &(Findings){NULL, 0});
}

static void text_of_an_orphan(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    fixture_fail(f, fixture_port(f, 7008));
    NodeId orphan = fixture_id(f, fixture_port(f, 7001));
    Finding at[] = {
        look_finding(FINDING_ORPHANED, LEVEL_CRITICAL, orphan,
                     "127.0.99.170:7001 is orphaned: its only replica failed", "rehome heal"),
        look_finding(FINDING_SAME_HOST, LEVEL_WARNING, fixture_id(f, fixture_port(f, 7006)),
                     "127.0.99.172:7006 shares the host of its master", "rehome heal --spread"),
    };
    check_golden(f, "check-orphaned.txt", &(Findings){at, 2});
}

static void text_of_every_trouble(void **state)
{
    (void)state;
    check_golden(look_troubled(), "check-troubled.txt", NULL);
}

static void text_counts_replicas_also_when_there_are_none(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    fixture_master(f, "10.0.0.1:6379", "0-16383");
    Look l = look(f);
    StrBuf out = {0};
    check_text(&out, l.health, &(Findings){NULL, 0});
    assert_non_null(strstr(strbuf_text(&out), "\n   0 additional replica(s)\n"));
    strbuf_done(&out);
    look_done(&l);
    fixture_free(f);
}

TESTS(check, cmocka_unit_test(status_is_that_of_the_worst_finding),
      cmocka_unit_test(text_of_a_healthy_cluster), cmocka_unit_test(text_of_an_orphan),
      cmocka_unit_test(text_of_every_trouble),
      cmocka_unit_test(text_counts_replicas_also_when_there_are_none))
