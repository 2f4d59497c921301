// What holds automatic mode back is kept: from one process to the next, and between processes.
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/app/hold_file.h"
#include "../../src/app/hold_json.h"

// Two masters with a spare, two that may lose their only replica. The server's own migration is
// off, and none of the four is in a move of another.
static const LabNode two_spares[] = {
    {170, 7001, -1, "0-4095"},      {171, 7002, -1, "4096-8191"}, {172, 7003, -1, "8192-12287"},
    {173, 7004, -1, "12288-16383"}, {171, 7101, 0, NULL},         {172, 7201, 0, NULL},
    {172, 7102, 1, NULL},           {173, 7202, 1, NULL},         {173, 7103, 2, NULL},
    {170, 7104, 3, NULL},
};

static const char *const no_migration[] = {"--cluster-allow-replica-migration", "no", NULL};

static Lab *lab_of(const LabNode *nodes, size_t n)
{
    LabSpec spec = lab_scenario;
    spec.extra = no_migration;
    if (nodes != NULL) {
        spec.nodes = nodes;
        spec.n = n;
    }
    return stage_lab(&spec);
}

static Run *act(const Lab *lab, const char *most)
{
    Run *watch =
        stage_run(lab, (const char *[]){"watch", "--auto", "act", "--grace", "0",
                                        "--max-moves-per-hour", most, "--format", "json", NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    return watch;
}

// A command that works and says this.
static void tell(const Lab *lab, const char *const *words, const char *says)
{
    Run *run = stage_run(lab, words);
    int status = run_end(run, LIMIT_MS);
    if (status != 0 || strstr(run_out(run), says) == NULL) {
        fail_msg("exit %d, not \"%s\": %s%s", status, says, run_out(run), run_err(run));
    }
}

// What is held, as `downtime` without WHAT tells.
static void list(const Lab *lab, const char *format, const char *says)
{
    char port[8];
    snprintf(port, sizeof(port), "%d", lab_port(lab, 0));
    tell(NULL,
         (const char *[]){"downtime", "-h", lab_ip(lab, 0), "-p", port, "--format", format, NULL},
         says);
}

static void assert_fails(const Lab *lab, const char *const *words, int status, const char *says)
{
    Run *run = stage_run(lab, words);
    assert_int_equal(run_end(run, LIMIT_MS), status);
    if (strstr(run_err(run), says) == NULL) {
        fail_msg("not \"%s\": %s", says, run_err(run));
    }
}

// An event of this kind, and what it says or another of them.
static void wait_text(Run *run, const char *event, const char *text)
{
    run_event(run, event, 0, LIMIT_MS);
    run_wait_out(run, text, LIMIT_MS);
}

// The end of the first move may have been told and not yet been kept when its process was killed:
// then the second sees it through, which is no move of its own.
static void assert_orphaned(const Lab *lab)
{
    int status;
    assert_int_equal(number_in(stage_check(lab, &status), "orphaned"), 1);
}

static void a_brake_survives_a_restart_until_a_person_releases_it(void **state)
{
    (void)state;
    Lab *lab = lab_of(two_spares, sizeof(two_spares) / sizeof(two_spares[0]));
    Run *first = act(lab, "1");
    lab_kill(lab, stage_port(lab, 7103));
    run_event(first, "move-done", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7104));
    wait_text(first, "brake", "the brake is on");
    run_signal(first, SIGKILL); // no chance to say goodbye
    run_end(first, LIMIT_MS);

    Run *second = act(lab, "1");
    wait_text(second, "brake", "the brake is on since");
    run_event(second, "orphaned", 7004, LIMIT_MS);
    wait_text(second, "brake", "1 orphan, but the brake is on");
    assert_orphaned(lab);
    run_mark(second);
    tell(lab, (const char *[]){"release", "brake", NULL}, "the brake is released");
    wait_text(second, "brake", "the brake was released");
    const json_t *done = run_event(second, "move-done", 0, LIMIT_MS);
    stage_measured("after the release: %s", word_in(done, "text"));
    assert_fails(lab, (const char *[]){"release", "brake", NULL}, 1, "the brake is not on");
}

// Without a brake, the tries alone: whoever restarts the service has not bought it another move.
static void a_restart_buys_no_further_moves(void **state)
{
    (void)state;
    Lab *lab = lab_of(two_spares, sizeof(two_spares) / sizeof(two_spares[0]));
    Run *first = act(lab, "1");
    lab_kill(lab, stage_port(lab, 7103));
    run_event(first, "move-done", 0, LIMIT_MS);
    run_signal(first, SIGKILL);
    run_end(first, LIMIT_MS);
    Run *second = act(lab, "1");
    lab_kill(lab, stage_port(lab, 7104));
    wait_text(second, "decision", "1 moves within an hour, the limit is 1");
    wait_text(second, "brake", "1 orphan, but the brake is on");
    assert_orphaned(lab);
}

static void the_only_spare_in_downtime_stays_until_that_is_over(void **state)
{
    (void)state;
    Lab *lab = lab_of(NULL, 0);
    Run *watch = act(lab, "6");
    tell(lab,
         (const char *[]){"downtime", ":7004", "--for", "600", "--owner", "alice", "--reason",
                          "new disk", NULL},
         ":7004 is in downtime by alice, 10 min left: new disk");
    const json_t *began = run_event(watch, "downtime", 7004, LIMIT_MS);
    assert_non_null(strstr(word_in(began, "text"), "alice, 10 min left: new disk"));
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "orphaned", 7001, LIMIT_MS);
    wait_text(watch, "decision", ":7004: it is in downtime by alice");
    int status;
    const json_t *document = stage_check(lab, &status);
    const json_t *hold = json_array_get(json_object_get(document, "holds"), 0);
    assert_string_equal(word_in(hold, "kind"), "downtime");
    assert_string_equal(word_in(hold, "owner"), "alice");
    assert_null(run_has_event(watch, "move-started", 0));
    Run *plan = stage_run(lab, (const char *[]){"plan", NULL});
    assert_int_equal(run_end(plan, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(plan), "[HELD] "));
    run_mark(watch);
    tell(lab, (const char *[]){"downtime", ":7004", "--for", "1", NULL}, "1 s left");
    wait_text(watch, "downtime", "is over");
    const json_t *done = run_event(watch, "move-done", 0, LIMIT_MS);
    stage_measured("%s", word_in(done, "text"));
}

static void a_pause_holds_until_it_is_ended(void **state)
{
    (void)state;
    Lab *lab = lab_of(NULL, 0);
    tell(lab, (const char *[]){"downtime", "all", "--owner", "bob", NULL},
         "automatic mode is paused by bob, 60 min left");
    Run *watch = act(lab, "6");
    wait_text(watch, "pause", "automatic mode is paused by bob");
    lab_kill(lab, stage_port(lab, 7008));
    wait_text(watch, "decision", "1 orphan, but automatic mode is paused by bob");
    list(lab, "text", "[HELD] automatic mode is paused by bob");
    // A person is not held back.
    tell(lab, (const char *[]){"move", ":7004", ":7001", "--dry-run", NULL}, "would be made");
    run_mark(watch);
    tell(lab, (const char *[]){"release", "all", NULL}, "automatic mode is no longer paused");
    wait_text(watch, "pause", "was ended");
    run_event(watch, "move-done", 0, LIMIT_MS);
}

static void hold_path(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s/rehome/%s", stage_folder(), name);
}

static void write_holds(const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/rehome", stage_folder());
    mkdir(path, 0700);
    hold_path(path, sizeof(path), "holds.json");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_damaged_file_is_a_brake_and_is_not_lost(void **state)
{
    (void)state;
    static const char damaged[] = "{\"schema\": 1, \"holds\": [{\"kind\": \"downti";
    Lab *lab = lab_of(NULL, 0);
    write_holds(damaged);
    Run *watch = act(lab, "6");
    wait_text(watch, "brake", "cannot be understood");
    lab_kill(lab, stage_port(lab, 7008));
    wait_text(watch, "brake", "1 orphan, but the brake is on");
    assert_null(run_has_event(watch, "move-started", 0));
    run_mark(watch);
    tell(lab, (const char *[]){"downtime", ":7006", NULL}, "in downtime"); // puts it aside
    list(lab, "text", "could not be understood");
    tell(lab, (const char *[]){"release", "brake", NULL}, "released");
    run_event(watch, "move-done", 0, LIMIT_MS);
    char command[600];
    snprintf(command, sizeof(command), "cat %s/rehome/holds.json.unreadable-*", stage_folder());
    Run *kept = stage_other((const char *[]){"sh", "-c", command, NULL});
    assert_int_equal(run_end(kept, LIMIT_MS), 0);
    assert_string_equal(run_out(kept), damaged);
}

static void without_a_folder_to_keep_it_in_automatic_mode_does_not_act(void **state)
{
    (void)state;
    Lab *lab = lab_of(NULL, 0);
    char file[512];
    snprintf(file, sizeof(file), "%s/no-folder", stage_folder());
    FILE *made = fopen(file, "we");
    assert_non_null(made);
    assert_int_equal(fclose(made), 0);
    assert_int_equal(setenv("XDG_STATE_HOME", file, 1), 0);
    Run *watch = act(lab, "6");
    assert_fails(lab, (const char *[]){"downtime", ":7006", NULL}, 1, "cannot make the folder");
    assert_int_equal(setenv("XDG_STATE_HOME", stage_folder(), 1), 0);
    lab_kill(lab, stage_port(lab, 7008));
    wait_text(watch, "decision", "what it does cannot be kept: cannot make the folder");
    assert_null(run_has_event(watch, "move-started", 0));
}

static void whom_it_is_about_is_said_as_everywhere(void **state)
{
    (void)state;
    Lab *lab = lab_of(NULL, 0);
    const char *ip = lab_ip(lab, stage_port(lab, 7004));
    char says[160];
    list(lab, "text", "Nothing is held");
    snprintf(says, sizeof(says), "host %s is in downtime", ip);
    tell(lab, (const char *[]){"downtime", ip, NULL}, says);
    list(lab, "json", "\"scope\": \"host\"");
    tell(lab, (const char *[]){"release", ip, NULL}, "no longer in downtime");
    list(lab, "json", "\"holds\": []");
    assert_fails(lab, (const char *[]){"release", ip, NULL}, 1, "is not in downtime");
    assert_fails(lab, (const char *[]){"release", "all", NULL}, 1, "is not paused");
    assert_fails(lab, (const char *[]){"downtime", "nobody", NULL}, 2, "no host is called so");
    assert_fails(lab, (const char *[]){"downtime", ":7004", "--read-only", NULL}, 1, "read-only");
    assert_fails(NULL, (const char *[]){"release", NULL}, 2, "release wants WHAT");
    assert_fails(NULL, (const char *[]){"downtime", "10.0.0.1:7001", NULL}, 2,
                 "rehome downtime -h 10.0.0.1 -p 7001 lists");
}

// --- the file alone

static Holds holds;

static void what_is_written_is_read_the_same(void **state)
{
    (void)state;
    static Holds again;
    StrBuf text = {0};
    Error err = {0};
    memset(&holds, 0, sizeof(holds));
    holds.n = 3;
    holds.at[0].on = (HoldSubject){.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL};
    holds.at[1].on =
        (HoldSubject){.kind = HOLD_DOWNTIME, .scope = HOLD_ON_HOST, .host = "räck \"a\""};
    holds.at[2].on = (HoldSubject){.kind = HOLD_DOWNTIME, .scope = HOLD_ON_NODE};
    for (size_t i = 0; i < holds.n; i++) {
        snprintf(holds.at[i].owner, sizeof(holds.at[i].owner), "alice %zu", i);
        snprintf(holds.at[i].reason, sizeof(holds.at[i].reason), "because\\ %zu", i);
        holds.at[i].since_ms = 1700000000123 + (int64_t)i;
        holds.at[i].until_ms = i == 0 ? 0 : 1800000000123;
        holds.at[i].n_members = i;
    }
    NodeId id = {"0123456789abcdef0123456789abcdef01234567"};
    holds.at[2].on.node = holds.at[1].members[0] = holds.at[2].members[0] = holds.at[2].members[1] =
        id;
    holds.tries[0] = (HoldTry){1700000000456, id, id, id};
    holds.n_tries = 1;
    hold_json_write(&text, &holds);
    assert_true(hold_json_read(sv(strbuf_text(&text)), &again, &err));
    assert_memory_equal(&again, &holds, sizeof(holds));
    strbuf_done(&text);
}

static void what_is_not_understood_is_no_list(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"schema\":2,\"holds\":[],\"tries\":[]}",
        "{\"schema\":1,\"holds\":[]}",
        "{\"schema\":1,\"holds\":{},\"tries\":[]}",
        "{\"schema\":1,\"holds\":[{}],\"tries\":[]}",
        "{\"schema\":1,\"holds\":[],\"tries\":[7]}",
        "{\"schema\":1,\"holds\":[{\"kind\":\"downtime\",\"scope\":\"all\",\"since_ms\":1,"
        "\"until_ms\":2,\"cluster\":[]}],\"tries\":[]}",
        "{\"schema\":1,\"holds\":[{\"kind\":\"pause\",\"scope\":\"all\",\"since_ms\":-1,"
        "\"until_ms\":2,\"cluster\":[]}],\"tries\":[]}",
        "{\"schema\":1,\"holds\":[{\"kind\":\"pause\",\"scope\":\"all\",\"since_ms\":1,"
        "\"until_ms\":2,\"cluster\":[\"x\"]}],\"tries\":[]}",
        "{\"schema\":1,\"holds\":[{\"kind\":\"downtime\",\"scope\":\"host\",\"host\":\"\","
        "\"since_ms\":1,\"until_ms\":2,\"cluster\":[]}],\"tries\":[]}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        Error err = {0};
        if (hold_json_read(sv(texts[i]), &holds, &err) || err.text[0] == '\0') {
            fail_msg("taken: %s", texts[i]);
        }
    }
}

static bool add_try(void *ctx, Holds *all, Error *err)
{
    (void)ctx;
    (void)err;
    holds_try(all, &(HoldTry){.at_ms = 1700000000000,
                              .replica = {"0123456789abcdef0123456789abcdef01234567"},
                              .donor = {"0123456789abcdef0123456789abcdef01234567"},
                              .target = {"0123456789abcdef0123456789abcdef01234567"}});
    return true;
}

static void what_one_process_writes_another_sees_at_its_next_look(void **state)
{
    (void)state;
    char dir[512];
    snprintf(dir, sizeof(dir), "%s/two", stage_folder());
    HoldFile *one = hold_file_new(dir);
    HoldFile *two = hold_file_new(dir);
    Error err = {0};
    assert_int_equal(hold_file_look(two)->n_tries, 0);
    assert_true(hold_file_change(one, add_try, NULL, 1700000000001, &err));
    assert_int_equal(hold_file_look(two)->n_tries, 1);
    assert_true(hold_file_change(two, add_try, NULL, 1700000000001, &err));
    assert_int_equal(hold_file_look(one)->n_tries, 2);
    // An hour later they are of no use any more.
    assert_true(hold_file_change(two, add_try, NULL, 1700003600000, &err));
    assert_int_equal(hold_file_look(one)->n_tries, 1);
    hold_file_free(one);
    hold_file_free(two);
}

TESTS(holds, STAGED(a_brake_survives_a_restart_until_a_person_releases_it),
      STAGED(a_restart_buys_no_further_moves),
      STAGED(the_only_spare_in_downtime_stays_until_that_is_over),
      STAGED(a_pause_holds_until_it_is_ended), STAGED(a_damaged_file_is_a_brake_and_is_not_lost),
      STAGED(without_a_folder_to_keep_it_in_automatic_mode_does_not_act),
      STAGED(whom_it_is_about_is_said_as_everywhere), STAGED(what_is_written_is_read_the_same),
      STAGED(what_is_not_understood_is_no_list),
      STAGED(what_one_process_writes_another_sees_at_its_next_look))
