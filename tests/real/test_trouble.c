// Nothing to look at: one clear line, exit status 3, and never a hang.
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const LabNode three_masters[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 171, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 172, .port = 7003, .master = -1, .slots = "10923-16383"},
};

static LabSpec small_cluster(void)
{
    LabSpec spec = lab_scenario;
    spec.nodes = three_masters;
    spec.n = 3;
    return spec;
}

// check says one line on stderr with says in it, nothing on stdout, and exits with 3.
static void assert_cannot_look(const Lab *lab, const char *const *words, const char *says)
{
    Run *check = stage_run(lab, words);
    int status = run_end(check, LIMIT_MS);
    const char *err = run_err(check);
    const char *end = strchr(err, '\n');
    if (status != 3 || run_out(check)[0] != '\0' || strstr(err, says) == NULL || end == NULL ||
        end[1] != '\0') {
        fail_msg("wanted exit 3 and one line with \"%s\"; got exit %d, \"%s\" and \"%s\"", says,
                 status, run_out(check), err);
    }
    stage_measured("%s", err);
}

static void a_wrong_or_missing_password_is_said(void **state)
{
    (void)state;
    LabSpec spec = small_cluster();
    spec.pass = "right and proper";
    Lab *lab = stage_lab(&spec);
    assert_cannot_look(lab, (const char *[]){"check", NULL}, "password");
    assert_cannot_look(lab, (const char *[]){"check", "-a", "wrong one", NULL}, "password");
    Run *check = stage_run(lab, (const char *[]){"check", "-a", "right and proper", NULL});
    assert_int_equal(run_end(check, LIMIT_MS), 2); // it looked: three bare masters
    assert_null(strstr(run_out(check), "proper"));
    assert_null(strstr(run_err(check), "proper"));
}

static void a_server_without_cluster_mode_is_said(void **state)
{
    (void)state;
    char addr[32];
    snprintf(addr, sizeof(addr), "%s:7399", stage_ip());
    Run *server =
        stage_other((const char *[]){"redis-server", "--port", "7399", "--bind", stage_ip(),
                                     "--save", "", "--dir", stage_folder(), NULL});
    run_wait_out(server, "Ready to accept connections", LIMIT_MS);
    assert_cannot_look(NULL, (const char *[]){"check", addr, NULL}, "cluster");
}

static void nobody_there_is_said_with_the_address(void **state)
{
    (void)state;
    char addr[32];
    snprintf(addr, sizeof(addr), "%s:7398", stage_ip());
    assert_cannot_look(NULL, (const char *[]){"check", addr, NULL}, addr);
    assert_cannot_look(NULL, (const char *[]){"check", "no-such-host.invalid:7398", NULL},
                       "no-such-host.invalid");
}

static void servers_that_hang_from_the_start_are_said_and_not_waited_for_for_ever(void **state)
{
    (void)state;
    LabSpec spec = small_cluster();
    Lab *lab = stage_lab(&spec);
    for (size_t i = 0; i < lab_size(lab); i++) {
        lab_signal(lab, i, SIGSTOP);
    }
    assert_cannot_look(lab, (const char *[]){"check", NULL}, "answer");
    Run *plan = stage_run(lab, (const char *[]){"plan", NULL});
    assert_int_equal(run_end(plan, LIMIT_MS), 3);
    for (size_t i = 0; i < lab_size(lab); i++) {
        lab_signal(lab, i, SIGCONT);
    }
    stage_wait_reply(lab, 7001, "cluster_state:ok", (const char *[]){"CLUSTER", "INFO", NULL});
    Run *check = stage_run(lab, (const char *[]){"check", NULL});
    assert_int_equal(run_end(check, LIMIT_MS), 2);
}

static void one_server_that_hangs_holds_nobody_up(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    Run *watch = stage_run(lab, (const char *[]){"watch", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_signal(lab, stage_port(lab, 7006), SIGSTOP);
    int status;
    const json_t *document = stage_check(lab, &status); // at once, with the others' word
    assert_string_equal(word_in(master_in(document, 7001), "state"), "protected");
    assert_string_not_equal(word_in(replica_in(document, 7006), "state"), "working");
    run_event(watch, "orphaned", 7005, LIMIT_MS); // once the cluster agrees that it failed
    run_mark(watch);
    lab_signal(lab, stage_port(lab, 7006), SIGCONT);
    run_event(watch, "protected", 7005, LIMIT_MS);
}

static void a_lost_cluster_is_told_and_found_again(void **state)
{
    (void)state;
    LabSpec spec = small_cluster();
    Lab *lab = stage_lab(&spec);
    Run *watch = stage_run(lab, (const char *[]){"watch", "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    for (size_t i = 0; i < lab_size(lab); i++) {
        lab_kill(lab, i);
    }
    run_event(watch, "lost", 0, LIMIT_MS);
    run_mark(watch);
    for (size_t i = 0; i < lab_size(lab); i++) {
        assert_true(lab_restart(lab, i, NULL));
    }
    run_event(watch, "connected", 0, LIMIT_MS);
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
}

TESTS(trouble, STAGED(a_wrong_or_missing_password_is_said),
      STAGED(a_server_without_cluster_mode_is_said), STAGED(nobody_there_is_said_with_the_address),
      STAGED(servers_that_hang_from_the_start_are_said_and_not_waited_for_for_ever),
      STAGED(one_server_that_hangs_holds_nobody_up), STAGED(a_lost_cluster_is_told_and_found_again))
