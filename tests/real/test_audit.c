// What --audit leaves behind of an automatic move, and that nothing is done by itself without it.
#include "stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 64 };

typedef struct {
    json_t *at[LINES_MAX];
    size_t n;
} Lines;

// Every line of the file is a JSON document of the schema.
static Lines read_lines(const char *path)
{
    Lines lines = {0};
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    json_error_t why;
    while (lines.n < LINES_MAX) {
        json_t *line = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);
        if (line == NULL) {
            break;
        }
        assert_int_equal(number_in(line, "schema"), 1);
        assert_true(json_is_real(json_object_get(line, "t")));
        lines.at[lines.n++] = line;
    }
    assert_int_equal(getc(file), EOF);
    fclose(file);
    return lines;
}

static void free_lines(Lines *lines)
{
    for (size_t i = 0; i < lines->n; i++) {
        json_decref(lines->at[i]);
    }
}

// The first line of this record that has this word under key; fails the test when there is none.
static const json_t *line_with(const Lines *lines, const char *record, const char *key,
                               const char *word)
{
    for (size_t i = 0; i < lines->n; i++) {
        if (strcmp(word_in(lines->at[i], "record"), record) == 0 &&
            strcmp(word_in(lines->at[i], key), word) == 0) {
            return lines->at[i];
        }
    }
    fail_msg("no %s with %s %s among %zu lines", record, key, word, lines->n);
    return NULL;
}

static void path_in(const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", stage_folder(), name);
}

static double seconds_of(const json_t *move, const char *part)
{
    const json_t *all = json_object_get(move, "durations_s");
    return json_real_value(json_object_get(all, part));
}

// The working replicas of a master in before or after.
static int working_in(const json_t *masters, const char *addr)
{
    size_t i;
    json_t *master;
    json_array_foreach(masters, i, master)
    {
        if (strcmp(word_in(master, "addr"), addr) == 0) {
            return number_in(master, "working");
        }
    }
    fail_msg("%s is not there", addr);
    return -1;
}

static void assert_tells_the_move(const json_t *move, const Lab *lab)
{
    size_t target = stage_port(lab, 7001);
    char command[80];
    snprintf(command, sizeof(command), "CLUSTER REPLICATE %s", lab_id(lab, target));
    assert_string_equal(word_in(move, "command"), command);
    assert_string_equal(word_in(move, "reply"), "OK");
    assert_string_equal(word_in(move, "result"), "done");
    assert_string_equal(word_in(move, "purpose"), "heal");
    assert_string_equal(word_in(json_object_get(move, "replica"), "id"),
                        lab_id(lab, stage_port(lab, 7004)));
    assert_true(word_in(json_object_get(move, "who"), "user")[0] != '\0');
    static const char *const parts[] = {"gate", "fence", "replicate", "ask", "sync", "unfence"};
    double sum = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        sum += seconds_of(move, parts[i]);
    }
    assert_true(fabs(sum - seconds_of(move, "total")) < 0.0005);
    assert_true(seconds_of(move, "sync") > 0);
    assert_int_equal(json_array_size(json_object_get(move, "gate")), 10);
    const json_t *before = json_object_get(move, "before");
    const json_t *after = json_object_get(move, "after");
    assert_int_equal(working_in(before, lab_addr(lab, target)), 0);
    assert_int_equal(working_in(after, lab_addr(lab, target)), 1);
    size_t donor = stage_port(lab, 7003);
    assert_int_equal(working_in(before, lab_addr(lab, donor)), 2);
    assert_int_equal(working_in(after, lab_addr(lab, donor)), 1);
    stage_measured("audit: gate %.3f fence %.3f replicate %.3f sync %.3f total %.3f s",
                   seconds_of(move, "gate"), seconds_of(move, "fence"),
                   seconds_of(move, "replicate"), seconds_of(move, "sync"),
                   seconds_of(move, "total"));
}

static void an_automatic_move_is_on_record_with_what_led_to_it(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    char path[512];
    path_in("audit.jsonl", path, sizeof(path));
    Run *run = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--audit",
                                               path, "--format", "json", NULL});
    run_event(run, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(run, "move-done", 7004, LIMIT_MS);
    run_event(run, "protected", 7001, LIMIT_MS);
    run_signal(run, 15);
    run_end(run, LIMIT_MS);
    Lines lines = read_lines(path);
    const json_t *act = line_with(&lines, "decision", "verdict", "act");
    assert_string_equal(word_in(act, "mode"), "act");
    assert_string_equal(word_in(json_object_get(act, "target"), "addr"),
                        lab_addr(lab, stage_port(lab, 7001)));
    const json_t *best = json_array_get(json_object_get(act, "candidates"), 0);
    assert_true(json_is_true(json_object_get(best, "chosen")));
    assert_true(json_array_size(json_object_get(act, "why")) > 10);
    assert_tells_the_move(line_with(&lines, "move", "origin", "auto"), lab);
    free_lines(&lines);
}

static void a_move_by_command_is_on_record_too(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    char path[512];
    path_in("by-hand.jsonl", path, sizeof(path));
    Run *run =
        stage_run(lab, (const char *[]){"move", ":7004", ":7001", "--yes", "--audit", path, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    // The donor has no other to give: refused, and that is told with what was measured.
    run =
        stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--yes", "--audit", path, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    Lines lines = read_lines(path);
    assert_string_equal(word_in(line_with(&lines, "move", "result", "done"), "origin"), "command");
    const json_t *refused = line_with(&lines, "move", "result", "refused");
    assert_string_equal(word_in(json_object_get(refused, "refused"), "rule"), "donor");
    assert_true(word_in(json_object_get(refused, "refused"), "text")[0] != '\0');
    assert_true(json_is_null(json_object_get(refused, "command")));
    free_lines(&lines);
}

static void without_its_record_it_does_not_act_and_says_so_once(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    Run *run = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--audit",
                                               "/dev/full", "--format", "json", NULL});
    run_event(run, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    const json_t *audit = run_event(run, "audit", 0, LIMIT_MS);
    assert_non_null(strstr(word_in(audit, "text"), "No space left on device; make room there, or "
                                                   "name another file; automatic mode does not "));
    run_mark(run);
    // It goes on looking, and a person may move what it must not.
    Run *move = stage_run(
        lab, (const char *[]){"move", ":7004", ":7001", "--yes", "--audit", "/dev/full", NULL});
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    assert_non_null(strstr(run_err(move), "cannot be written"));
    run_event(run, "protected", 7001, LIMIT_MS);
    assert_null(run_has_event(run, "audit", 0));
    assert_null(strstr(run_out(run), "move-started"));
}

static void once_it_can_be_written_again_it_acts_and_tells_the_gap(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    char folder[480];
    char path[512];
    path_in("not-yet", folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/audit.jsonl", folder);
    Run *run = stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--audit",
                                               path, "--format", "json", NULL});
    run_event(run, "audit", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(run, "decision", 0, LIMIT_MS);
    run_mark(run);
    lab_kill(lab, stage_port(lab, 7006)); // told in a later round: by then the decision was lost
    run_event(run, "unreachable", 7006, LIMIT_MS);
    Run *mkdir = stage_other((const char *[]){"mkdir", folder, NULL});
    assert_int_equal(run_end(mkdir, LIMIT_MS), 0);
    run_event(run, "move-done", 7004, LIMIT_MS);
    Lines lines = read_lines(path);
    assert_string_equal(word_in(lines.at[0], "record"), "gap");
    assert_true(number_in(lines.at[0], "lost") >= 1);
    line_with(&lines, "decision", "verdict", "act");
    free_lines(&lines);
}

TESTS(audit, STAGED(an_automatic_move_is_on_record_with_what_led_to_it),
      STAGED(a_move_by_command_is_on_record_too),
      STAGED(without_its_record_it_does_not_act_and_says_so_once),
      STAGED(once_it_can_be_written_again_it_acts_and_tells_the_gap))
