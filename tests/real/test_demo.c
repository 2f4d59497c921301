// `rehome demo` without a terminal, and what is left of it when it is killed.
#include "stage.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"

static void the_demo_tells_its_story_to_the_end(void **state)
{
    (void)state;
    Run *demo = stage_run(NULL, (const char *[]){"demo", NULL});
    int status = run_end(demo, 4 * LIMIT_MS);
    if (status != 0) {
        fail_msg("demo ended with %d:\n%s%s", status, run_out(demo), run_err(demo));
    }
    static const char *const told[] = {"REPLICATE accepted", "why :7004", "not :7002",
                                       "the server's own migration",
                                       "Every master has a working replica again"};
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        if (strstr(run_out(demo), told[i]) == NULL) {
            fail_msg("demo does not say \"%s\":\n%s", told[i], run_out(demo));
        }
    }
}

static int count_lab_folders(void)
{
    int count = 0;
    DIR *dir = opendir(stage_folder());
    assert_non_null(dir);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        count += strncmp(entry->d_name, "rehome-lab-", 11) == 0;
    }
    closedir(dir);
    return count;
}

static void the_servers_die_with_a_killed_demo_and_the_next_lab_removes_its_folder(void **state)
{
    (void)state;
    Run *demo = stage_run(NULL, (const char *[]){"demo", NULL});
    run_wait_out(demo, "in sync with its master", LIMIT_MS);
    assert_int_equal(count_lab_folders(), 1);
    run_signal(demo, SIGKILL);
    assert_int_equal(run_end(demo, LIMIT_MS), 128 + SIGKILL);
    char addr[64];
    const char *told = strstr(run_out(demo), "servers answer on ");
    assert_non_null(told);
    StrView rest = sv(told + strlen("servers answer on "));
    StrView ip;
    assert_true(sv_cut(&rest, ' ', &ip));
    snprintf(addr, sizeof(addr), "%.*s:7001", (int)ip.n, ip.at);
    Run *look = stage_run(NULL, (const char *[]){"check", addr, NULL});
    assert_int_equal(run_end(look, LIMIT_MS), 3);
    assert_int_equal(count_lab_folders(), 1);
    (void)stage_lab(&lab_scenario);
    assert_int_equal(count_lab_folders(), 1); // its own
    (void)stage_clear(NULL);
    assert_int_equal(count_lab_folders(), 0);
}

static void a_demo_that_is_stopped_while_it_starts_leaves_nothing(void **state)
{
    (void)state;
    Run *demo = stage_run(NULL, (const char *[]){"demo", NULL});
    run_wait_out(demo, "servers answer on ", LIMIT_MS); // far from being a cluster
    run_signal(demo, SIGTERM);
    assert_int_equal(run_end(demo, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(demo), "stopped while waiting"));
    assert_int_equal(count_lab_folders(), 0);
}

TESTS(demo, STAGED(the_demo_tells_its_story_to_the_end),
      STAGED(a_demo_that_is_stopped_while_it_starts_leaves_nothing),
      STAGED(the_servers_die_with_a_killed_demo_and_the_next_lab_removes_its_folder))
