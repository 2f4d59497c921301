// The files that automatic mode keeps: on a disk that fills up, and shared by two processes.
#include "disk.h"
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/str.h"

static int clear(void **state)
{
    (void)stage_clear(state);
    disk_unmount("small");
    return 0;
}

static const char *path_in_stage(const char *name)
{
    static char path[300];
    snprintf(path, sizeof(path), "%s/%s", stage_folder(), name);
    return path;
}

static Run *run_with_state_in(const Lab *lab, const char *folder, const char *const *words)
{
    assert_int_equal(setenv("XDG_STATE_HOME", folder, 1), 0);
    Run *run = stage_run(lab, words);
    assert_int_equal(setenv("XDG_STATE_HOME", stage_folder(), 1), 0);
    return run;
}

// :7004 has had the lab's own CLUSTER REPLICATE, and so many of ours.
static void assert_sent(const Lab *lab, int ours)
{
    char calls[64];
    snprintf(calls, sizeof(calls), "cmdstat_cluster|replicate:calls=%d,", 1 + ours);
    const char *stats = stage_ask(lab, 7004, (const char *[]){"INFO", "commandstats", NULL});
    if (strstr(stats, calls) == NULL) {
        fail_msg("wanted %s in %s", calls, stats);
    }
}

static void wait_words(Run *run, const char *event, const char *words)
{
    while (strstr(word_in(run_event(run, event, 0, LIMIT_MS), "text"), words) == NULL) {
    }
}

// The disk fills up while all is well; then a replica dies.
static void a_full_disk_keeps_automatic_mode_from_writing_until_there_is_room(void **state)
{
    (void)state;
    char folder[300];
    char log[320];
    char tape[320];
    char filler[320];
    Lab *lab = stage_still_lab();
    snprintf(folder, sizeof(folder), "%s", path_in_stage("small"));
    snprintf(log, sizeof(log), "%s/log", folder);
    snprintf(tape, sizeof(tape), "%s/tape", folder);
    snprintf(filler, sizeof(filler), "%s/filler", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    disk_mount(folder, "size=256k");
    Run *watch =
        run_with_state_in(lab, folder,
                          (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format",
                                           "json", "--log", log, "--tape", tape, NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    disk_fill(filler);
    wait_words(
        watch, "tape",
        "the tape cannot be written: No space left on device; make room there, or name another "
        "file");
    disk_fill(filler); // what the tape had taken back
    run_mark(watch);
    lab_kill(lab, stage_port(lab, 7008));
    wait_words(watch, "decision",
               "No space left on device; make room there, or name another folder");
    run_mark(watch);
    assert_sent(lab, 0);
    assert_int_equal(unlink(filler), 0);
    run_event(watch, "move-done", 7004, LIMIT_MS);
    assert_sent(lab, 1);
}

static void count_lines(const char *path, size_t *n)
{
    Run *run = stage_other((const char *[]){"cat", path, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    StrView rest = sv(run_out(run));
    StrView line;
    *n = 0;
    while (sv_next(&rest, '\n', &line)) {
        json_t *document = json_loadb(line.at, line.n, 0, NULL);
        if (document == NULL) {
            fail_msg("no line of JSON: %.*s", (int)line.n, line.at);
        }
        json_decref(document);
        (*n)++;
    }
}

// Both may act, both record, both keep what they decide in one file.
static void two_processes_on_one_folder_move_once_and_mix_nothing(void **state)
{
    (void)state;
    char folder[300];
    char audit[320];
    Lab *lab = stage_still_lab();
    snprintf(folder, sizeof(folder), "%s", path_in_stage("shared"));
    snprintf(audit, sizeof(audit), "%s/audit", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    const char *const words[] = {"watch",    "--auto", "act",     "--grace", "1",
                                 "--format", "json",   "--audit", audit,     NULL};
    Run *both[2];
    for (size_t i = 0; i < 2; i++) {
        both[i] = run_with_state_in(lab, folder, words);
        run_event(both[i], "connected", 0, LIMIT_MS);
    }
    lab_kill(lab, stage_port(lab, 7008));
    Run *mover = NULL;
    for (size_t i = 0; i < 2; i++) {
        const json_t *moved = run_event(both[i], "replica-moved", 7004, LIMIT_MS);
        mover = strcmp(word_in(moved, "by"), "us") == 0 ? both[i] : mover;
        run_event(both[i], "protected", 7001, LIMIT_MS);
    }
    assert_non_null(mover);
    run_event(mover, "move-done", 7004, LIMIT_MS);
    for (size_t i = 0; i < 2; i++) {
        run_signal(both[i], SIGTERM); // at once: both keep the nodes they saw
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(run_end(both[i], LIMIT_MS), 0);
    }
    assert_sent(lab, 1);
    size_t lines;
    count_lines(audit, &lines);
    assert_true(lines >= 2);
    // The journal is one move from its beginning to its end, each node is there once, and each
    // process has its own tape.
    static const char look[] =
        "set -eu; cd \"$1/rehome\"; test \"$(wc -l <nodes)\" = 7; test \"$(ls)\" = "
        "\"$(printf '%s\\n' flight holds.json holds.lock moves nodes)\"\n"
        "test \"$(ls moves | wc -l)\" = 1; test \"$(ls flight | wc -l)\" = 2\n"
        "for tape in flight/*; do \"$2\" replay \"$tape\" --format json | grep -q "
        "'\"event\":\"protected\"'; done\n"
        "test \"$(cut -d' ' -f3 moves/* | sort -u | wc -l)\" = 1; tail -n1 moves/* | grep done\n";
    Run *run =
        stage_other((const char *[]){"sh", "-c", look, "sh", folder, getenv("REHOME_BIN"), NULL});
    if (run_end(run, LIMIT_MS) != 0) {
        fail_msg("%s%s", run_out(run), run_err(run));
    }
    assert_string_equal(run_err(run), "");
    stage_measured("%s", run_out(run));
}

TESTS(files,
      cmocka_unit_test_teardown(a_full_disk_keeps_automatic_mode_from_writing_until_there_is_room,
                                clear),
      STAGED(two_processes_on_one_folder_move_once_and_mix_nothing))
