// The users of the README: with exactly those lines all works that is promised for them, and
// without any one right of theirs just what the README says is missed.
#include "acl_lines.h"
#include "clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/str.h"

// --- watching

// What watching gives, each by one right.
#define VIEWS(X)                                                                                   \
    X(STATES, "+info")                                                                             \
    X(TOPOLOGY, "+cluster|nodes")                                                                  \
    X(CLUSTER_STATE, "+cluster|info")                                                              \
    X(IDENTITY, "+cluster|myid")                                                                   \
    X(SETTINGS, "+config|get")                                                                     \
    X(NAME, "+client|setname")

enum {
#define X(view, right) VIEW_##view,
    VIEWS(X)
#undef X
        VIEW_COUNT,
    ALL_VIEWS = (1 << VIEW_COUNT) - 1,
};

static const char *const view_rights[] = {
#define X(view, right) [VIEW_##view] = right,
    VIEWS(X)
#undef X
};

static bool is_named(const Lab *lab, const char *user)
{
    char whose[40];
    snprintf(whose, sizeof(whose), " user=%s ", user);
    StrView rest = sv(stage_ask(lab, 7001, (const char *[]){"CLIENT", "LIST", NULL}));
    StrView line;
    bool named = false;
    while (sv_next(&rest, '\n', &line)) {
        char text[600];
        snprintf(text, sizeof(text), "%.*s", (int)line.n, line.at);
        named = named || (strstr(text, whose) != NULL && strstr(text, " name=rehome ") != NULL);
    }
    return named;
}

static unsigned bit(bool holds, int view)
{
    return holds ? 1U << view : 0;
}

// What this user is given, as bits by VIEW_..; text: the whole of `check` as text.
static unsigned look_as(const Lab *lab, const char *user, bool connects, StrBuf *text)
{
    Run *watch = run_as(lab, user, (const char *[]){"watch", NULL});
    if (connects) {
        run_wait_out(watch, "connected to", LIMIT_MS);
    } else {
        run_wait_err(watch, "trying again", LIMIT_MS);
    }
    Run *check = run_as(lab, user, (const char *[]){"check", "--format", "json", NULL});
    Run *report = run_as(lab, user, (const char *[]){"check", NULL});
    unsigned views = bit(is_named(lab, user), VIEW_NAME);
    run_end(check, LIMIT_MS);
    run_end(report, LIMIT_MS);
    strbuf_clear(text);
    strbuf_addf(text, "%s%s", run_out(report), run_err(report));
    run_signal(watch, SIGTERM);
    const json_t *document = run_json(check);
    if (document == NULL) {
        return views;
    }
    const json_t *cluster = json_object_get(document, "cluster");
    const json_t *migration = json_object_get(cluster, "server_migration");
    return views | bit(true, VIEW_TOPOLOGY) |
           bit(strcmp(word_in(replica_in(document, 7002), "state"), "working") == 0, VIEW_STATES) |
           bit(strcmp(word_in(cluster, "state"), "ok") == 0, VIEW_CLUSTER_STATE) |
           bit(json_is_boolean(migration), VIEW_SETTINGS) |
           bit(strstr(strbuf_text(text), "CLUSTER MYID") == NULL, VIEW_IDENTITY);
}

static unsigned lost_without(const char *right)
{
    for (int view = 0; view < VIEW_COUNT; view++) {
        if (strcmp(view_rights[view], right) == 0) {
            return view == VIEW_TOPOLOGY ? ALL_VIEWS & ~bit(true, VIEW_NAME) : bit(true, view);
        }
    }
    fail_msg("%s is there in vain", right);
    return 0;
}

// Told with the line that mends it; a name is nobody's business.
static bool is_told(const char *text, const char *user, const char *right)
{
    char line[100];
    snprintf(line, sizeof(line), "ACL SETUSER %s %s", user, right);
    return strstr(text, line) != NULL || strcmp(right, view_rights[VIEW_NAME]) == 0;
}

// One look may come too late for a busy server, so it is taken again until it is as it has to be.
// right: what this user lacks; NULL: nothing.
static void assert_view(const Lab *lab, const char *user, const char *right)
{
    unsigned expected = right == NULL ? ALL_VIEWS : ALL_VIEWS & ~lost_without(right);
    bool connects = (expected & bit(true, VIEW_TOPOLOGY)) != 0;
    int64_t limit = clock_ms() + LIMIT_MS;
    StrBuf text = {0};
    for (;;) {
        unsigned views = look_as(lab, user, connects, &text);
        bool told = right == NULL ? strstr(strbuf_text(&text), "ACL SETUSER") == NULL
                                  : is_told(strbuf_text(&text), user, right);
        if (views == expected && told) {
            break;
        }
        if (clock_ms() >= limit) {
            fputs(strbuf_text(&text), stdout);
            fail_msg("without %s: views %#x instead of %#x", right != NULL ? right : "nothing",
                     views, expected);
        }
    }
    strbuf_done(&text);
}

static void the_watcher_sees_all_and_without_one_right_just_what_it_gives_is_missed(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_rights(lab);
    Line line = readme_line(WATCHER);
    type_line(lab, &line, "watcher", NULL, NULL);
    assert_view(lab, "watcher", NULL);
    int proved = 0;
    for (size_t i = 3; i < line.n; i++) {
        if (is_right(line.words[i])) {
            char user[16];
            snprintf(user, sizeof(user), "watcher%zu", i);
            type_line(lab, &line, user, line.words[i], NULL);
            assert_view(lab, user, line.words[i]);
            proved++;
        }
    }
    assert_int_equal(proved, VIEW_COUNT);
}

// --- moving

static const char *const mover_rights[] = {"+cluster|replicate", "+config|set"};

static void the_mover_has_two_rights_more_than_the_watcher(void **state)
{
    (void)state;
    Line watcher = readme_line(WATCHER);
    Line mover = readme_line(MOVER);
    for (size_t i = 3; i < watcher.n; i++) {
        assert_true(has_word(&mover, watcher.words[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(mover_rights); i++) {
        assert_true(has_word(&mover, mover_rights[i]));
    }
    assert_int_equal(mover.n, watcher.n + ARRAY_LEN(mover_rights));
}

static Run *move_as(const Lab *lab, const char *user, const char *target)
{
    return run_as(lab, user, (const char *[]){"move", ":7002", target, "--yes", NULL});
}

static void the_mover_moves_and_without_a_right_it_does_not_or_has_no_fence(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_rights(lab);
    Line line = readme_line(MOVER);
    type_line(lab, &line, "mover", NULL, NULL);
    type_line(lab, &line, "still", "+cluster|replicate", NULL);
    type_line(lab, &line, "bare", "+config|set", NULL);
    Run *move = move_as(lab, "still", ":7005");
    assert_int_equal(run_end(move, LIMIT_MS), 1);
    assert_true(is_told(run_err(move), "still", "+cluster|replicate"));
    int status;
    assert_int_equal(master_of(stage_check(lab, &status), 7002), 7003);
    move = move_as(lab, "bare", ":7005");
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    assert_non_null(strstr(run_err(move), "not fenced"));
    assert_true(is_told(run_err(move), "bare", "+config|set"));
    assert_int_equal(master_of(stage_check(lab, &status), 7002), 7005);
    move = move_as(lab, "mover", ":7003");
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    assert_null(strstr(run_err(move), "not fenced"));
    assert_null(strstr(run_err(move), "ACL SETUSER"));
    assert_int_equal(master_of(stage_check(lab, &status), 7002), 7003);
}

// --- another password, while it runs

static const char *write_login(const char *pass)
{
    static char path[300];
    snprintf(path, sizeof(path), "%s/login.ini", stage_folder());
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    assert_non_null(file);
    fprintf(file, "[rehome]\nuser = watcher\npass = %s\n", pass);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void tell_all(const Lab *lab, const char *const *argv)
{
    for (size_t i = 0; i < lab_size(lab); i++) {
        stage_ask(lab, lab_port(lab, i), argv);
    }
}

// Whoever comes a second time has heard of the first refusal.
static void wait_for_two_refusals(const Lab *lab, int port)
{
    const char *const count[] = {"INFO", "commandstats", NULL};
    int64_t limit = clock_ms() + LIMIT_MS;
    int64_t refused = 0;
    while (refused < 2) {
        assert_true(clock_ms() < limit);
        const char *stats = stage_wait_reply(lab, port, "cmdstat_auth:", count);
        const char *failed = strstr(strstr(stats, "cmdstat_auth:"), "failed_calls=");
        assert_non_null(failed);
        failed += strlen("failed_calls=");
        assert_true(sv_to_i64(sv_of(failed, strspn(failed, "0123456789")), &refused));
        (void)poll(NULL, 0, 50); // before asking again
    }
}

static void another_password_is_told_and_the_new_one_is_taken_from_the_file(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_rights(lab);
    Line line = readme_line(WATCHER);
    type_line(lab, &line, "watcher", NULL, NULL);
    Run *watch = stage_other((const char *[]){"setsid", getenv("REHOME_BIN"), "watch", "--config",
                                              write_login(ACL_PASSWORD), "--format", "json",
                                              lab_addr(lab, 0), NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    run_mark(watch);
    const char *const change[] = {"ACL", "SETUSER", "watcher", "resetpass", ">n3w-w0rd", NULL};
    const char *const kill[] = {"CLIENT", "KILL", "USER", "watcher", NULL};
    stage_ask(lab, 7002, change); // one refuses, and the rest goes on being watched
    stage_ask(lab, 7002, kill);
    run_event(watch, "unreachable", 7002, LIMIT_MS); // since it hung up, or since it refused
    wait_for_two_refusals(lab, 7002);
    tell_all(lab, change);
    tell_all(lab, kill);
    const json_t *lost = run_event(watch, "lost", 0, LIMIT_MS);
    assert_non_null(strstr(word_in(lost, "text"), "refused the login of user watcher"));
    run_mark(watch);
    (void)write_login("n3w-w0rd");
    run_signal(watch, SIGHUP);
    const json_t *told = run_event(watch, "setting", 0, LIMIT_MS);
    assert_non_null(strstr(word_in(told, "text"), "logins are made with another password"));
    run_event(watch, "connected", 0, LIMIT_MS);
    assert_null(strstr(run_out(watch), ACL_PASSWORD));
    assert_null(strstr(run_out(watch), "n3w-w0rd"));
    assert_null(strstr(run_err(watch), "n3w-w0rd"));
}

// --- the password

static const char keeps_argv[] = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done "
                                 ">\"$SESSION/argv\" 2>/dev/null; "
                                 "env >\"$SESSION/env\"; cat >\"$SESSION/told\"";

static void nothing_that_a_session_leaves_or_starts_has_the_password(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_rights(lab);
    Line line = readme_line(MOVER);
    type_line(lab, &line, "mover", NULL, NULL);
    char folder[280];
    char log[300];
    char audit[300];
    char tape[300];
    snprintf(folder, sizeof(folder), "%s/session", stage_folder());
    snprintf(log, sizeof(log), "%s/log", folder);
    snprintf(audit, sizeof(audit), "%s/audit", folder);
    snprintf(tape, sizeof(tape), "%s/tape", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    setenv("XDG_STATE_HOME", folder, 1);
    setenv("SESSION", folder, 1);
    Run *watch = stage_run(
        lab, (const char *[]){
                 "watch",  "--auto", "act", "--grace",       "0",        "--format", "json",
                 "--user", "mover",  "-a",  ACL_PASSWORD,    "--log",    log,        "--audit",
                 audit,    "--tape", tape,  "--before-move", keeps_argv, NULL});
    setenv("XDG_STATE_HOME", stage_folder(), 1);
    unsetenv("SESSION");
    run_event(watch, "connected", 0, LIMIT_MS);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(watch, "move-done", 0, LIMIT_MS);
    run_signal(watch, SIGTERM);
    run_end(watch, LIMIT_MS);
    assert_null(strstr(run_out(watch), ACL_PASSWORD));
    assert_null(strstr(run_err(watch), ACL_PASSWORD));
    static const char search[] =
        "cd \"$1\" && test -s log && test -s audit && test -s tape && test -s told && "
        "grep -q mover argv && ! grep -rl -- \"$2\" .";
    Run *found =
        stage_other((const char *[]){"sh", "-c", search, "sh", folder, ACL_PASSWORD, NULL});
    if (run_end(found, LIMIT_MS) != 0) {
        fail_msg("%s%s", run_out(found), run_err(found));
    }
    Run *replay = stage_run(NULL, (const char *[]){"replay", tape, NULL}); // as text, unpacked
    run_end(replay, LIMIT_MS);
    assert_non_null(strstr(run_out(replay), "orphaned"));
    assert_null(strstr(run_out(replay), ACL_PASSWORD));
}

TESTS(acl, STAGED(the_watcher_sees_all_and_without_one_right_just_what_it_gives_is_missed),
      cmocka_unit_test(the_mover_has_two_rights_more_than_the_watcher),
      STAGED(the_mover_moves_and_without_a_right_it_does_not_or_has_no_fence),
      STAGED(another_password_is_told_and_the_new_one_is_taken_from_the_file),
      STAGED(nothing_that_a_session_leaves_or_starts_has_the_password))
