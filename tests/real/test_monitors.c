// `check` for Nagios and for Prometheus, on real servers and where there are none.
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exposition.h"

static const char *check(const Lab *lab, const char *format, int expected_status)
{
    Run *run = stage_run(lab, (const char *[]){"check", "--format", format, NULL});
    int status = run_end(run, LIMIT_MS);
    if (status != expected_status) {
        fail_msg("wanted exit %d, got %d: %s%s", expected_status, status, run_out(run),
                 run_err(run));
    }
    return run_out(run);
}

static void assert_starts(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)) != 0) {
        fail_msg("wanted \"%s...\", got \"%s\"", start, text);
    }
}

static void assert_value(const char *page, const char *series, double expected)
{
    double value = exposition_value(page, series);
    if (value < expected || value > expected) {
        fail_msg("%s is %g, not %g", series, value, expected);
    }
}

// By our own reading of the format, and by Prometheus' where that is installed.
static void assert_page(const char *page)
{
    char why[400];
    if (!exposition_valid(page, why, sizeof(why))) {
        fail_msg("%s", why);
    }
    char path[512];
    snprintf(path, sizeof(path), "%s/page.prom", stage_folder());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(page, 1, strlen(page), file), strlen(page));
    assert_int_equal(fclose(file), 0);
    char command[640];
    snprintf(command, sizeof(command),
             "if command -v promtool; then promtool check metrics <'%s'; else echo no promtool; fi",
             path);
    Run *run = stage_other((const char *[]){"sh", "-c", command, NULL});
    if (run_end(run, LIMIT_MS) != 0 || run_err(run)[0] != '\0') {
        fail_msg("promtool: %s%s", run_out(run), run_err(run));
    }
    stage_measured("%s", run_out(run));
}

static void both_tell_an_orphan_by_number_and_by_status(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    assert_starts(check(lab, "nagios", 1), "REHOME WARNING - on one host (127.0."); // the owner's
    const char *page = check(lab, "prometheus", 1);
    assert_page(page);
    assert_value(page, "rehome_masters_orphaned{", 0);
    assert_value(page, "rehome_spares{", 1);
    lab_kill(lab, stage_port(lab, 7008));
    stage_wait_reply(lab, 7001, "slave,fail ", (const char *[]){"CLUSTER", "NODES", NULL});
    stage_wait_reply(lab, 7003, "slave,fail ", (const char *[]){"CLUSTER", "NODES", NULL});
    stage_wait_reply(lab, 7005, "slave,fail ", (const char *[]){"CLUSTER", "NODES", NULL});
    const char *line = check(lab, "nagios", 2);
    char start[128];
    snprintf(start, sizeof(start), "REHOME CRITICAL - 1 orphaned master (%s lost 00:0",
             lab_addr(lab, stage_port(lab, 7001)));
    assert_starts(line, start);
    assert_non_null(strstr(line, " | orphaned=1;;0;0 "));
    stage_measured("%s", line);
    page = check(lab, "prometheus", 2);
    assert_page(page);
    assert_value(page, "rehome_masters_orphaned{", 1);
    assert_value(page, "rehome_nodes_failed{", 1);
    assert_value(page, "rehome_look_success{", 1);
}

static void nobody_there_is_unknown_and_a_page_that_says_so(void **state)
{
    (void)state;
    char addr[32];
    snprintf(addr, sizeof(addr), "%s:7397", stage_ip());
    Run *run = stage_run(NULL, (const char *[]){"check", addr, "--format", "nagios", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 3);
    assert_starts(run_out(run), "REHOME UNKNOWN - cannot connect to 127.");
    run = stage_run(NULL, (const char *[]){"check", addr, "--format=prometheus", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 3);
    assert_page(run_out(run));
    char series[80];
    snprintf(series, sizeof(series), "rehome_look_success{cluster=\"%s\"}", addr);
    assert_value(run_out(run), series, 0);
}

// Nagios would take 2 for a critical cluster; everything else knows 2 as wrong usage.
static void wrong_usage_is_unknown_to_nagios_alone(void **state)
{
    (void)state;
    static const char *const usages[][5] = {
        {"check", "--format", "nagios", "--bogus", NULL},
        {"check", "--bogus", "--format=nagios", NULL},
        {"check", "--format", "nagios", "--config=/nonexistent/c", NULL},
        {"check", "--format", "nagios", "--labels=/nonexistent/l", NULL},
        {"plan", "--format", "nagios", NULL},
    };
    for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++) {
        Run *run = stage_run(NULL, usages[i]);
        assert_int_equal(run_end(run, LIMIT_MS), 3);
        assert_starts(run_out(run), "REHOME UNKNOWN - ");
        assert_string_not_equal(run_err(run), "");
    }
    Run *run =
        stage_run(NULL, (const char *[]){"check", "--format", "prometheus", "--bogus", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 2);
    assert_string_equal(run_out(run), "");
    run = stage_run(NULL, (const char *[]){"watch", "--format", "prometheus", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 2);
    run = stage_run(NULL, (const char *[]){"check", "--format", "xml", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 2);
    assert_non_null(strstr(run_err(run), "text, json, nagios or prometheus, got 'xml'"));
}

TESTS(monitors, STAGED(both_tell_an_orphan_by_number_and_by_status),
      STAGED(nobody_there_is_unknown_and_a_page_that_says_so),
      STAGED(wrong_usage_is_unknown_to_nagios_alone))
