// `watch` before somebody who does not read: it acts all the same, ends when it is told to, and
// whoever reads later is told everything.
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/strbuf.h"

static int pipe_fd = -1;

// A pipe with a name, in which there is no room left.
static const char *full_pipe(void)
{
    static char path[512];
    char junk[4096];
    snprintf(path, sizeof(path), "%s/unread", stage_folder());
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    pipe_fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_true(pipe_fd >= 0);
    memset(junk, '.', sizeof(junk));
    for (size_t n = sizeof(junk); n > 0; n /= 2) {
        while (write(pipe_fd, junk, n) > 0) {
        }
    }
    assert_int_equal(errno, EAGAIN);
    return path;
}

static int clear(void **state)
{
    int left = stage_clear(state);
    if (pipe_fd >= 0) {
        close(pipe_fd);
        pipe_fd = -1;
    }
    return left;
}

static Run *watch_into(const char *path, const Lab *lab)
{
    static const char command[] = "exec \"$0\" watch --auto act --grace 0 \"$1\" > \"$2\"";
    return stage_other((const char *[]){"sh", "-c", command, getenv("REHOME_BIN"),
                                        lab_addr(lab, stage_port(lab, 7003)), path, NULL});
}

static bool is_healed(const Lab *lab)
{
    int status;
    return number_in(stage_check(lab, &status), "orphaned") == 0;
}

static void orphan_and_wait_until_healed(Lab *lab)
{
    char line[64];
    lab_kill(lab, stage_port(lab, 7008));
    snprintf(line, sizeof(line), "%s@17008 slave,fail ", lab_addr(lab, stage_port(lab, 7008)));
    stage_wait_reply(lab, 7003, line, (const char *[]){"CLUSTER", "NODES", NULL});
    stage_wait_reply(lab, 7001, "state=online", (const char *[]){"INFO", "replication", NULL});
    assert_true(is_healed(lab));
}

static void read_until(StrBuf *all, const char *text)
{
    while (strstr(strbuf_text(all), text) == NULL) {
        char bytes[4096];
        struct pollfd p = {.fd = pipe_fd, .events = POLLIN};
        if (poll(&p, 1, LIMIT_MS) <= 0) {
            fail_msg("\"%s\" is missing: %s", text,
                     strbuf_text(all) + strspn(strbuf_text(all), "."));
        }
        ssize_t n = read(pipe_fd, bytes, sizeof(bytes));
        assert_true(n > 0);
        strbuf_add_sv(all, sv_of(bytes, (size_t)n));
    }
}

static void who_reads_late_is_told_everything(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    Run *watch = watch_into(full_pipe(), lab);
    orphan_and_wait_until_healed(lab);
    StrBuf all = {0};
    read_until(&all, " move-done ");
    const char *text = strbuf_text(&all);
    assert_non_null(strstr(text, " connected "));
    assert_non_null(strstr(text, " replica-failed "));
    assert_true(strstr(text, " move-started ") < strstr(text, " move-done "));
    strbuf_done(&all);
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
    assert_string_equal(run_err(watch), "");
}

static void it_ends_when_it_is_told_to_though_nobody_reads(void **state)
{
    (void)state;
    Lab *lab = stage_still_lab();
    Run *watch = watch_into(full_pipe(), lab);
    orphan_and_wait_until_healed(lab);
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
}

TESTS(unread, cmocka_unit_test_teardown(who_reads_late_is_told_everything, clear),
      cmocka_unit_test_teardown(it_ends_when_it_is_told_to_though_nobody_reads, clear))
