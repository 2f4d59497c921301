// The README's examples for cron and monitoring, run as they are written there: only addresses and
// folders are ours.
#include "stage.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exposition.h"
#include "readme.h"
#include "rehome/base/str.h"
#include "rehome/base/strbuf.h"

static const char *example(const char *language, int nth)
{
    return readme_block("In cron and in monitoring", language, nth);
}

// With each of what put in its place.
static void put(StrBuf *text, const char *what, const char *instead)
{
    StrBuf out = {0};
    const char *at = strbuf_text(text);
    const char *hit = strstr(at, what);
    assert_non_null(hit); // else the README has changed and this test with it
    for (; hit != NULL; hit = strstr(at, what)) {
        strbuf_add_sv(&out, sv_of(at, (size_t)(hit - at)));
        strbuf_add(&out, instead);
        at = hit + strlen(what);
    }
    strbuf_add(&out, at);
    strbuf_done(text);
    *text = out;
}

// A line of a crontab, run as cron does: its command by /bin/sh, with `rehome` in its PATH.
static Run *run_cron(const char *line, const char *addr, const char *folder)
{
    StrView rest = sv(line);
    StrView field;
    for (int i = 0; i < 5; i++) {
        assert_true(sv_cut(&rest, ' ', &field) && field.n > 0);
    }
    assert_null(memchr(rest.at, '%', rest.n)); // which ends the command in a crontab
    StrBuf command = {0};
    strbuf_addf(&command, "PATH='%s/bin':$PATH\n", stage_folder());
    strbuf_add_sv(&command, rest);
    put(&command, "10.0.0.1:6379", addr);
    if (folder != NULL) {
        put(&command, "/var/lib/prometheus/node-exporter", folder);
    }
    Run *run = stage_other((const char *[]){"/bin/sh", "-c", strbuf_text(&command), NULL});
    strbuf_done(&command);
    return run;
}

// So that `rehome` is the program under test.
static void link_program(void)
{
    char path[PATH_MAX];
    char program[PATH_MAX];
    snprintf(path, sizeof(path), "%s/bin", stage_folder());
    (void)mkdir(path, 0700); // another test may have
    snprintf(path, sizeof(path), "%s/bin/rehome", stage_folder());
    assert_non_null(realpath(getenv("REHOME_BIN"), program));
    unlink(path);
    assert_int_equal(symlink(program, path), 0);
}

// Every master with a replica on another host and no host with the majority: nothing to tell.
static const LabNode well_placed[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 172, .port = 7003, .master = -1, .slots = "10923-16383"},
    {.host = 171, .port = 7101, .master = 0},
    {.host = 172, .port = 7102, .master = 1},
    {.host = 170, .port = 7103, .master = 2},
};

static Lab *calm_lab(void)
{
    LabSpec spec = lab_scenario;
    spec.nodes = well_placed;
    spec.n = 6;
    return stage_lab(&spec);
}

static void orphan(Lab *lab)
{
    lab_kill(lab, stage_port(lab, 7101));
    for (int port = 7001; port <= 7003; port++) {
        stage_wait_reply(lab, port, "slave,fail ", (const char *[]){"CLUSTER", "NODES", NULL});
    }
}

static void cron_mails_only_when_something_is_wrong(void **state)
{
    (void)state;
    link_program();
    Lab *lab = calm_lab();
    Run *run = run_cron(example("cron", 0), lab_addr(lab, 0), NULL);
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    assert_string_equal(run_out(run), "");
    assert_string_equal(run_err(run), "");
    orphan(lab);
    run = run_cron(example("cron", 0), lab_addr(lab, 0), NULL);
    run_end(run, LIMIT_MS);
    assert_non_null(strstr(run_out(run), "[ERR] orphaned: master 127."));
    char nobody[32];
    snprintf(nobody, sizeof(nobody), "%s:7395", stage_ip());
    run = run_cron(example("cron", 0), nobody, NULL);
    run_end(run, LIMIT_MS);
    assert_non_null(strstr(run_out(run), "cannot connect to 127."));
}

static void the_nagios_command_gives_a_line_like_the_one_shown(void **state)
{
    (void)state;
    link_program();
    Lab *lab = calm_lab();
    StrBuf command = {0};
    const char *at = strstr(example("nagios", 0), "command_line");
    assert_non_null(at);
    at += strlen("command_line");
    strbuf_add_sv(&command, sv_of(at, strcspn(at, "\n")));
    char program[PATH_MAX];
    snprintf(program, sizeof(program), "%s/bin/rehome", stage_folder());
    put(&command, "/usr/local/bin/rehome", program);
    put(&command, "$HOSTADDRESS$:6379", lab_addr(lab, 0));
    Run *run = stage_other((const char *[]){"/bin/sh", "-c", strbuf_text(&command), NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    static const char ok[] =
        "REHOME OK - 3 masters protected by 3 replicas, 0 spares, host-safe | ";
    assert_memory_equal(run_out(run), ok, strlen(ok));
    orphan(lab);
    run = stage_other((const char *[]){"/bin/sh", "-c", strbuf_text(&command), NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 2);
    static const char critical[] = "REHOME CRITICAL - 1 orphaned master (127.";
    assert_memory_equal(run_out(run), critical, strlen(critical));
    strbuf_done(&command);
}

// What a page has, in the file that the cron line writes.
static const char *page_in(const char *folder)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/rehome.prom", folder);
    Run *run = stage_other((const char *[]){"cat", path, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    char why[400];
    if (!exposition_valid(run_out(run), why, sizeof(why))) {
        fail_msg("%s", why);
    }
    return run_out(run);
}

static void the_page_of_the_textfile_collector_is_always_there_and_of_now(void **state)
{
    (void)state;
    link_program();
    Lab *lab = calm_lab();
    char nobody[32];
    snprintf(nobody, sizeof(nobody), "%s:7394", stage_ip());
    run_end(run_cron(example("cron", 1), lab_addr(lab, 0), stage_folder()), LIMIT_MS);
    assert_true(exposition_value(page_in(stage_folder()), "rehome_host_safe{") > 0);
    orphan(lab); // exit 2, and written all the same
    run_end(run_cron(example("cron", 1), lab_addr(lab, 0), stage_folder()), LIMIT_MS);
    assert_true(exposition_value(page_in(stage_folder()), "rehome_masters_orphaned{") > 0);
    run_end(run_cron(example("cron", 1), nobody, stage_folder()), LIMIT_MS);
    assert_null(strstr(page_in(stage_folder()), "rehome_masters_orphaned"));
    assert_true(exposition_value(page_in(stage_folder()), "rehome_look_success{") == 0);
}

// Whatever an expression names of ours is on the page.
static size_t count_metrics(const char *rules, const char *page)
{
    size_t n = 0;
    for (const char *at = strstr(rules, "rehome_"); at != NULL; at = strstr(at, "rehome_")) {
        size_t end = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
        char begins[80];
        snprintf(begins, sizeof(begins), "\n%.*s{", (int)end, at);
        if (strstr(page, begins) == NULL) {
            fail_msg("check has no %.*s", (int)end, at);
        }
        n++;
        at += end;
    }
    return n;
}

static void alert_rules_name_what_there_is_and_are_rules(void **state)
{
    (void)state;
    link_program();
    Lab *lab = calm_lab();
    run_end(run_cron(example("cron", 1), lab_addr(lab, 0), stage_folder()), LIMIT_MS);
    const char *rules = example("yaml", 0);
    assert_true(count_metrics(rules, page_in(stage_folder())) >= 5);
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/rules.yml", stage_folder());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(rules, file) >= 0);
    assert_int_equal(fclose(file), 0);
    char command[PATH_MAX + 200];
    snprintf(command, sizeof(command),
             "if command -v promtool >/dev/null; then promtool check rules '%s'; "
             "else echo no promtool; fi",
             path);
    Run *run = stage_other((const char *[]){"/bin/sh", "-c", command, NULL});
    if (run_end(run, LIMIT_MS) != 0) {
        fail_msg("%s%s", run_out(run), run_err(run));
    }
    stage_measured("%s", run_out(run));
}

TESTS(readme, STAGED(cron_mails_only_when_something_is_wrong),
      STAGED(the_nagios_command_gives_a_line_like_the_one_shown),
      STAGED(the_page_of_the_textfile_collector_is_always_there_and_of_now),
      STAGED(alert_rules_name_what_there_is_and_are_rules))
