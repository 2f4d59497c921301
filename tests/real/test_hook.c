// The operator's commands around a move: one that is asked before it and may say no, and one that
// is told after it.
#include "stage.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/strbuf.h"

// The hooks find the test's folder in their environment.
static const char *path_of(const char *name)
{
    static char path[512];
    setenv("HOOK_FOLDER", stage_folder(), 1);
    snprintf(path, sizeof(path), "%s/%s", stage_folder(), name);
    return path;
}

static const char *text_of(const char *name)
{
    static char text[65536];
    FILE *file = fopen(path_of(name), "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static bool exists(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

// What hooks say to the test while they run: a pipe with a name, which ends when the last of those
// who hold it has died. Open it before the program starts.
static int open_fifo(const char *name)
{
    const char *path = path_of(name);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

// Until text came; NULL: until nobody holds it any more.
static void wait_fifo(int fd, const char *text)
{
    char all[256] = "";
    size_t n = 0;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, LIMIT_MS) <= 0) {
            fail_msg("never \"%s\" but \"%s\"", text != NULL ? text : "the end", all);
        }
        ssize_t got = read(fd, all + n, sizeof(all) - 1 - n);
        if (got <= 0) {
            assert_null(text);
            return;
        }
        n += (size_t)got;
        all[n] = '\0';
        if (text != NULL && strstr(all, text) != NULL) {
            return;
        }
    }
}

static Run *move_with(const Lab *lab, const char *option, const char *command, const char *more)
{
    (void)path_of("");
    return stage_run(
        lab, (const char *[]){"move", ":7002", ":7005", "--yes", option, command, more, NULL});
}

// The lab itself has sent one to make the cluster.
static void assert_not_moved(const Lab *lab)
{
    const char *stats = stage_ask(lab, 7002, (const char *[]){"INFO", "commandstats", NULL});
    assert_non_null(strstr(stats, "cmdstat_cluster|replicate:calls=1,"));
    assert_null(strstr(stats, "cmdstat_config|set"));
}

static void assert_vetoed(const Lab *lab, const char *command, const char *more, const char *says)
{
    Run *move = move_with(lab, "--before-move", command, more);
    assert_int_equal(run_end(move, LIMIT_MS), 1);
    if (strstr(run_err(move), says) == NULL) {
        fail_msg("wanted \"%s\", got: %s", says, run_err(move));
    }
    assert_null(strstr(run_err(move), "moving"));
    assert_not_moved(lab);
}

static void a_hook_that_does_not_say_yes_stops_the_move_and_says_why(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    assert_vetoed(lab, "echo first; echo 'the backup is running'; echo; exit 3", NULL,
                  "7002: hook: before_move said no (exit 3): the backup is running\n");
    assert_vetoed(lab, "printf '\\033[31mred' >&2; false", "--force",
                  "hook: before_move said no (exit 1): ?[31mred\n");
    assert_vetoed(lab, "/no/such/program", NULL, "hook: before_move could not be run (exit 127): ");
    assert_vetoed(lab, "kill -9 $$", NULL, "hook: before_move was killed by signal 9\n");
    assert_vetoed(lab, "yes | head -c 3000000; exit 1", NULL, "said no (exit 1): y\n");
}

static const char sleeper[] = "trap '' TERM INT HUP; exec 9>\"$HOOK_FOLDER/sleeper\"; echo up >&9; "
                              "sleep 100000 & while :; do sleep 1000; done";

static void a_hook_that_sleeps_for_ever_is_killed_with_all_it_started(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    int fifo = open_fifo("sleeper");
    Run *move = stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--yes", "--hook-timeout",
                                                "0.5", "--before-move", sleeper, NULL});
    assert_int_equal(run_end(move, LIMIT_MS), 1);
    assert_non_null(
        strstr(run_err(move), "hook: before_move did not end within 0.5s and was killed"));
    assert_not_moved(lab);
    wait_fifo(fifo, NULL);
    close(fifo);
}

static const char keeps_all[] = "env > \"$HOOK_FOLDER/env\"; cat > \"$HOOK_FOLDER/before\"; "
                                "tr '\\0' ' ' < /proc/$PPID/cmdline > \"$HOOK_FOLDER/args\"";
static const char keeps_that_too[] =
    "env > \"$HOOK_FOLDER/env2\"; cat > \"$HOOK_FOLDER/after\"; echo ok";

static void a_hook_is_told_what_and_why_and_never_a_password(void **state)
{
    (void)state;
    LabSpec spec = lab_scenario;
    spec.pass = "sEcret";
    Lab *lab = stage_lab(&spec);
    (void)path_of("");
    setenv("REDISCLI_AUTH", "sEcret", 1);
    Run *move = stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--yes", "--before-move",
                                                keeps_all, "--after-move", keeps_that_too, NULL});
    unsetenv("REDISCLI_AUTH");
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    assert_non_null(strstr(run_err(move), "after_move was told: ok"));
    const char *environment = text_of("env");
    assert_null(strstr(environment, "sEcret"));
    assert_null(strstr(environment, "REDISCLI_AUTH"));
    assert_non_null(strstr(environment, "REHOME_EVENT=before_move\n"));
    assert_non_null(strstr(environment, "REHOME_ORIGIN=command\n"));
    char target[80];
    snprintf(target, sizeof(target), "REHOME_TARGET_ADDR=%s\n",
             lab_addr(lab, stage_port(lab, 7005)));
    assert_non_null(strstr(environment, target));
    environment = text_of("env2");
    assert_null(strstr(environment, "sEcret"));
    assert_non_null(strstr(environment, "REHOME_RESULT=done\n"));
    assert_null(strstr(text_of("args"), "sEcret"));
    json_t *before = json_load_file(path_of("before"), 0, NULL);
    json_t *after = json_load_file(path_of("after"), 0, NULL);
    assert_int_equal(number_in(before, "schema"), 1);
    assert_string_equal(word_in(before, "event"), "before_move");
    assert_int_equal(addr_port(word_in(json_object_get(before, "donor"), "addr")), 7003);
    assert_true(word_in(before, "reason")[0] != '\0');
    assert_string_equal(word_in(after, "event"), "after_move");
    assert_string_equal(word_in(after, "result"), "done");
    assert_string_equal(word_in(after, "reason"), word_in(before, "reason"));
    assert_string_equal(word_in(json_object_get(after, "in_sync_with"), "id"),
                        lab_id(lab, stage_port(lab, 7005)));
    json_decref(before);
    json_decref(after);
}

static void a_refused_move_is_told_too_and_a_rehearsal_asks_nobody(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    (void)path_of("");
    static const char *const both[] = {"touch \"$HOOK_FOLDER/asked\"",
                                       "echo $REHOME_RESULT > \"$HOOK_FOLDER/told\"; exit 7"};
    Run *dry =
        stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--dry-run", "--before-move",
                                        both[0], "--after-move", both[1], NULL});
    assert_int_equal(run_end(dry, LIMIT_MS), 0);
    assert_false(exists("asked") || exists("told"));
    Run *refused =
        stage_run(lab, (const char *[]){"move", ":7006", ":7001", "--yes", "--before-move", both[0],
                                        "--after-move", both[1], NULL});
    assert_int_equal(run_end(refused, LIMIT_MS), 1);
    assert_true(exists("asked"));
    assert_string_equal(text_of("told"), "refused\n");
    assert_non_null(strstr(run_err(refused), "after_move failed (exit 7)"));
}

// An orphan, automatic mode, and these hooks; one of them may be NULL.
static Run *watch_with(Lab *lab, const char *before, const char *after)
{
    (void)path_of("");
    const char *words[12] = {"watch", "--auto",        "act",  "--grace",      "0",  "--format",
                             "json",  "--before-move", before, "--after-move", after};
    if (before == NULL) {
        words[7] = "--after-move";
        words[8] = after;
        words[9] = NULL;
    } else if (after == NULL) {
        words[9] = NULL;
    }
    Run *watch = stage_run(lab, words);
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    return watch;
}

static void automatic_mode_asks_again_only_after_a_while(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    Run *watch = watch_with(lab, "echo x >> \"$HOOK_FOLDER/asks\"; exit 1", NULL);
    const json_t *refused = run_event(watch, "refused", 7004, LIMIT_MS);
    assert_non_null(strstr(word_in(refused, "text"), "hook: before_move said no (exit 1)"));
    run_mark(watch);
    const json_t *decision = run_event(watch, "decision", 7001, LIMIT_MS);
    assert_non_null(strstr(word_in(decision, "text"), "the hook said no, looking again in"));
    int status;
    for (int i = 0; i < 3; i++) {
        (void)stage_check(lab, &status); // rounds go by
    }
    assert_string_equal(text_of("asks"), "x\n");
    assert_null(run_has_event(watch, "move-started", 0));
}

static void whoever_leaves_takes_the_asked_along(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    int fifo = open_fifo("asked_pipe");
    Run *watch = watch_with(
        lab, "exec 9>\"$HOOK_FOLDER/asked_pipe\"; echo up >&9; sleep 100000; exit 0", NULL);
    wait_fifo(fifo, "up\n");
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
    wait_fifo(fifo, NULL);
    close(fifo);
    int status;
    assert_int_equal(number_in(stage_check(lab, &status), "orphaned"), 1);
}

// It has half of its work behind it, and goes on talking.
static void whoever_leaves_lets_the_told_finish(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    int said = open_fifo("told_pipe");
    int unused = open_fifo("go_on");
    Run *watch = watch_with(lab, NULL,
                            "exec 9>\"$HOOK_FOLDER/told_pipe\"; echo up >&9; "
                            "read line < \"$HOOK_FOLDER/go_on\"; i=0; while [ $i -lt 20000 ]; do "
                            "echo noise noise; i=$((i+1)); done; "
                            "echo finished $REHOME_RESULT >&9");
    wait_fifo(said, "up\n");
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
    close(unused);
    int go_on = open(path_of("go_on"), O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(go_on, "go\n", 3), 3);
    close(go_on);
    wait_fifo(said, "finished done\n");
    close(said);
}

static void a_move_taken_up_again_is_told_and_not_asked_about(void **state)
{
    (void)state;
    LabSpec spec = lab_scenario;
    spec.extra = (const char *[]){"--cluster-allow-replica-migration", "no",
                                  "--repl-diskless-sync-delay", "3", NULL};
    Lab *lab = stage_lab(&spec);
    Run *first = watch_with(lab, "exit 0", NULL);
    run_event(first, "move-started", 7004, LIMIT_MS);
    stage_wait_reply(lab, 7004, "master_port:7001", (const char *[]){"INFO", "replication", NULL});
    run_signal(first, SIGKILL);
    (void)run_end(first, LIMIT_MS);
    Run *second = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "3600", "--format", "json",
                              "--before-move", "touch \"$HOOK_FOLDER/again\"; exit 1",
                              "--after-move", "cat > \"$HOOK_FOLDER/resumed\"", NULL});
    run_event(second, "move-done", 7004, LIMIT_MS);
    run_event(second, "hook", 7004, LIMIT_MS);
    json_t *told = json_load_file(path_of("resumed"), 0, NULL);
    assert_true(json_is_true(json_object_get(told, "resumed")));
    assert_true(json_is_null(json_object_get(told, "seconds")));
    assert_string_equal(word_in(told, "result"), "done");
    json_decref(told);
    assert_false(exists("again"));
}

TESTS(hook, STAGED(a_hook_that_does_not_say_yes_stops_the_move_and_says_why),
      STAGED(a_hook_that_sleeps_for_ever_is_killed_with_all_it_started),
      STAGED(a_hook_is_told_what_and_why_and_never_a_password),
      STAGED(a_refused_move_is_told_too_and_a_rehearsal_asks_nobody),
      STAGED(automatic_mode_asks_again_only_after_a_while),
      STAGED(whoever_leaves_takes_the_asked_along), STAGED(whoever_leaves_lets_the_told_finish),
      STAGED(a_move_taken_up_again_is_told_and_not_asked_about))
