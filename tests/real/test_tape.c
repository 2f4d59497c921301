// What is recorded of a real cluster is what was seen of it, and nothing of it is lost to a crash.
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

static void path_in_stage(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s/%s", stage_folder(), name);
}

// Events as JSON lines, all times in them made the same.
static void without_times(const char *lines, StrBuf *out)
{
    StrView rest = sv(lines);
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        StrView head;
        const char *t = memmem(line.at, line.n, "\"t\":", 4);
        assert_non_null(t);
        size_t from = (size_t)(t - line.at) + 4;
        StrView tail = sv_of(line.at + from, line.n - from);
        assert_true(sv_cut(&tail, ',', &head));
        strbuf_add_sv(out, sv_of(line.at, from));
        strbuf_add(out, "0,");
        strbuf_add_sv(out, tail);
        strbuf_add(out, "\n");
    }
}

static void assert_same_events(const char *live, const char *replayed)
{
    StrBuf a = {0};
    StrBuf b = {0};
    without_times(live, &a);
    without_times(replayed, &b);
    assert_string_equal(strbuf_text(&b), strbuf_text(&a));
    strbuf_done(&a);
    strbuf_done(&b);
}

// Kill, heal by ourselves, restore.
static void play_the_scenario(Lab *lab, Run *watch)
{
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "move-done", 7004, LIMIT_MS);
    run_event(watch, "protected", 7001, LIMIT_MS);
    run_mark(watch);
    assert_true(lab_restart(lab, stage_port(lab, 7008), NULL));
    run_event(watch, "replica-back", 7008, LIMIT_MS);
}

static void measure(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    stage_measured("tape of the scenario: %lld bytes", (long long)st.st_size);
}

static void a_replay_tells_the_events_that_were_told_live(void **state)
{
    (void)state;
    char tape[300];
    path_in_stage(tape, sizeof(tape), "scenario.tape");
    Lab *lab = stage_lab(&lab_scenario);
    Run *watch = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "0",
                                                 "--format", "json", "--tape", tape, NULL});
    play_the_scenario(lab, watch);
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
    Run *replay = stage_run(NULL, (const char *[]){"replay", tape, "--format", "json", NULL});
    assert_int_equal(run_end(replay, LIMIT_MS), 0);
    assert_string_equal(run_err(replay), "");
    assert_same_events(run_out(watch), run_out(replay));
    measure(tape);
    // The flight recorder has kept the same.
    Run *flight = stage_run(NULL, (const char *[]){"replay", "--format", "json", NULL});
    assert_int_equal(run_end(flight, LIMIT_MS), 0);
    assert_same_events(run_out(watch), run_out(flight));
}

static void what_automatic_mode_would_have_done_is_told_by_a_tape(void **state)
{
    (void)state;
    char tape[300];
    path_in_stage(tape, sizeof(tape), "alone.tape");
    Lab *lab = stage_still_lab();
    Run *record = stage_run(lab, (const char *[]){"record", tape, NULL});
    Run *watch = stage_run(lab, (const char *[]){"watch", "--format", "json", "--auto", "observe",
                                                 "--grace", "1", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_wait_out(watch, "would give", LIMIT_MS);
    run_signal(record, SIGINT);
    assert_int_equal(run_end(record, LIMIT_MS), 0);
    Run *soon = stage_run(
        NULL, (const char *[]){"replay", tape, "--auto", "observe", "--grace", "0", NULL});
    assert_int_equal(run_end(soon, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(soon), "would give"));
    Run *late = stage_run(
        NULL, (const char *[]){"replay", tape, "--auto", "observe", "--grace", "600", NULL});
    assert_int_equal(run_end(late, LIMIT_MS), 0);
    assert_null(strstr(run_out(late), "would give"));
    Run *plain = stage_run(NULL, (const char *[]){"replay", tape, NULL});
    assert_int_equal(run_end(plain, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(plain), "orphaned"));
    assert_null(strstr(run_out(plain), "would give"));
}

static void a_recording_that_was_killed_is_whole_and_can_be_gone_on_with(void **state)
{
    (void)state;
    char tape[300];
    path_in_stage(tape, sizeof(tape), "killed.tape");
    Lab *lab = stage_lab(&lab_scenario);
    Run *watch =
        stage_run(lab, (const char *[]){"watch", "--format", "json", "--tape", tape, NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    Run *other = stage_run(lab, (const char *[]){"record", tape, NULL});
    assert_int_equal(run_end(other, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(other), "another process"));
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    run_signal(watch, SIGKILL);
    (void)run_end(watch, LIMIT_MS);
    struct stat st;
    assert_int_equal(stat(tape, &st), 0);
    assert_int_equal(truncate(tape, st.st_size - 5), 0); // as if the power had gone
    Run *cut = stage_run(NULL, (const char *[]){"replay", tape, NULL});
    assert_int_equal(run_end(cut, LIMIT_MS), 0);
    assert_non_null(strstr(run_err(cut), "not whole"));
    Run *again = stage_run(lab, (const char *[]){"record", tape, "--for", "0.3", NULL});
    assert_int_equal(run_end(again, LIMIT_MS), 0);
    Run *both = stage_run(NULL, (const char *[]){"replay", tape, NULL});
    assert_int_equal(run_end(both, LIMIT_MS), 0);
    assert_string_equal(run_err(both), "");
    const char *first = strstr(run_out(both), "connected to");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "connected to")); // each session begins with it
}

static void what_is_no_tape_is_neither_written_to_nor_read(void **state)
{
    (void)state;
    char path[300];
    path_in_stage(path, sizeof(path), "diary.txt");
    FILE *diary = fopen(path, "w");
    assert_non_null(diary);
    fputs("Dear diary\n", diary);
    fclose(diary);
    Lab *lab = stage_lab(&lab_scenario);
    Run *record = stage_run(lab, (const char *[]){"record", path, NULL});
    assert_int_equal(run_end(record, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(record), "left alone"));
    Run *replay = stage_run(NULL, (const char *[]){"replay", path, NULL});
    assert_int_equal(run_end(replay, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(replay), "no tape"));
}

static void neither_password_nor_redacted_host_is_on_a_tape(void **state)
{
    (void)state;
    char tape[300];
    path_in_stage(tape, sizeof(tape), "redacted.tape");
    LabSpec spec = lab_scenario;
    spec.pass = "hunter2hunter2";
    Lab *lab = stage_lab(&spec);
    Run *watch = stage_run(lab, (const char *[]){"watch", "-a", "hunter2hunter2", "--tape", tape,
                                                 "--redact", "--for", "1", NULL});
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
    Run *replay = stage_run(NULL, (const char *[]){"replay", tape, NULL});
    assert_int_equal(run_end(replay, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(replay), "connected to 198.18.0."));
    assert_null(strstr(run_out(replay), "127.0."));
    // It is packed, so what is looked at is what comes out of it.
    assert_null(strstr(run_out(replay), "hunter2"));
    Run *again = stage_run(lab, (const char *[]){"record", tape, "--redact", NULL});
    assert_int_equal(run_end(again, LIMIT_MS), 1);
}

TESTS(tape, STAGED(a_replay_tells_the_events_that_were_told_live),
      STAGED(what_automatic_mode_would_have_done_is_told_by_a_tape),
      STAGED(a_recording_that_was_killed_is_whole_and_can_be_gone_on_with),
      STAGED(what_is_no_tape_is_neither_written_to_nor_read),
      STAGED(neither_password_nor_redacted_host_is_on_a_tape))
