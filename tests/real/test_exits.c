// Exit statuses where nobody can read what is said: stdout closed, the disk full, no cluster there.
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rehome/base/mem.h"

// What it has to tell goes elsewhere: stdout is no matter to it.
enum { SAYS_NOTHING = -1 };

// Commands without a screen; each has an address behind it as HOST and PORT.
static const struct {
    const char *words;
    int cannot_tell; // the status when what was found cannot be written
    int could_not;   // the status when nothing could be looked at
    int looks;       // the status on the cluster below
} commands[] = {
    {"check", 3, 3, 2},
    {"check --format json", 3, 3, 2},
    {"check --format nagios", 3, 3, 2},
    {"check --format prometheus", 3, 3, 2},
    {"", 3, 3, 2}, // like check where stdout is no terminal
    {"plan", 3, 3, 4},
    {"plan --format json", 3, 3, 4},
    {"whatif", 1, 1, 0},
    {"whatif --format json", 1, 1, 0},
    {"watch --for 1", 1, 1, 0},
    {"watch --for 1 --format json", 1, 1, 0},
    {"move :7004 :7001 --dry-run", 1, 1, 0},
    {"heal --dry-run", 1, 3, 0},
    {"heal --dry-run --format json", 1, 3, 0},
    {"downtime", 1, 1, 0},
    {"downtime --format json", 1, 1, 0},
    {"downtime :7004", 1, 1, 0},
    {"release :7004", 1, 1, 0},
    {"replay \"$TAPE\"", 1, 0, 0}, // looks at no cluster
    {"replay \"$TAPE\" --format json", 1, 0, 0},
    {"record \"$RECORD\" --for 1", SAYS_NOTHING, 1, 0},
};

// A tape to look at, and where to record one, as $TAPE and $RECORD.
static void name_tapes(void)
{
    char path[512];
    const char *root = getenv("REHOME_ROOT");
    snprintf(path, sizeof(path), "%s/tests/tapes/scenario.tape", root != NULL ? root : ".");
    setenv("TAPE", path, 1);
    snprintf(path, sizeof(path), "%s/exits.tape", stage_folder());
    setenv("RECORD", path, 1);
}

static int run_in_shell(const char *words, const char *host, int port, const char *redirection,
                        const char **err)
{
    char command[4600];
    snprintf(command, sizeof(command), "exec '%s' %s -h %s -p %d %s", getenv("REHOME_BIN"), words,
             host, port, redirection);
    Run *run = stage_other((const char *[]){"sh", "-c", command, NULL});
    int status = run_end(run, LIMIT_MS);
    *err = run_err(run);
    return status;
}

// An orphan with a spare: each command has something to say.
static Lab *orphaned_lab(void)
{
    Lab *lab = stage_still_lab(); // else the servers would be first some day
    lab_kill(lab, stage_port(lab, 7008));
    for (int port = 7001; port <= 7005; port += 2) {
        stage_wait_reply(lab, port, "slave,fail ", (const char *[]){"CLUSTER", "NODES", NULL});
    }
    return lab;
}

// says: on stderr; NULL: nothing is in the way.
static void assert_statuses(const Lab *lab, const char *redirection, const char *says)
{
    name_tapes();
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const char *err;
        bool speaks = commands[i].cannot_tell != SAYS_NOTHING;
        const char *host = lab != NULL ? lab_ip(lab, 0) : stage_ip();
        int port = lab != NULL ? lab_port(lab, 0) : 7396;
        bool fails = says != NULL && (lab == NULL ? commands[i].could_not != 0 : speaks);
        int expected = lab == NULL ? commands[i].could_not
                       : fails     ? commands[i].cannot_tell
                                   : commands[i].looks;
        int status = run_in_shell(commands[i].words, host, port, redirection, &err);
        if (status != expected || (fails && strstr(err, says) == NULL)) {
            fail_msg("rehome %s %s: wanted exit %d and \"%s\", got exit %d and \"%s\"",
                     commands[i].words, redirection, expected, fails ? says : "", status, err);
        }
    }
}

static void each_command_ends_as_promised(void **state)
{
    (void)state;
    assert_statuses(orphaned_lab(), ">/dev/null", NULL);
}

static void a_closed_stdout_is_no_success(void **state)
{
    (void)state;
    assert_statuses(orphaned_lab(), ">&-", "cannot write to stdout: Bad file descriptor");
}

static void a_full_disk_is_no_success(void **state)
{
    (void)state;
    assert_statuses(orphaned_lab(), ">/dev/full", "cannot write to stdout: No space left");
}

// SIGPIPE kills nobody, and nothing is said: `| head -1` is no mistake.
static void a_reader_that_left_is_no_success_and_no_death(void **state)
{
    (void)state;
    char fifo[300];
    snprintf(fifo, sizeof(fifo), "%s/left", stage_folder());
    assert_int_equal(mkfifo(fifo, 0600), 0);
    setenv("LEFT", fifo, 1);
    assert_statuses(orphaned_lab(), "3<>\"$LEFT\" >\"$LEFT\" 3<&-", "");
}

static void no_cluster_is_no_success(void **state)
{
    (void)state;
    assert_statuses(NULL, "", "cannot connect to 127.");
}

// These need no cluster.
static void what_only_prints_says_so_too(void **state)
{
    (void)state;
    static const char *const words[] = {"--help", "--version", "--default-config", "--list-themes"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const char *err;
        assert_int_equal(run_in_shell(words[i], "127.0.0.1", 1, ">&-", &err), 1);
        assert_int_equal(run_in_shell(words[i], "127.0.0.1", 1, ">/dev/full", &err), 1);
        assert_non_null(strstr(err, "cannot write to stdout: No space left"));
        assert_int_equal(run_in_shell(words[i], "127.0.0.1", 1, ">/dev/null", &err), 0);
    }
}

TESTS(exits, STAGED(each_command_ends_as_promised), STAGED(a_closed_stdout_is_no_success),
      STAGED(a_full_disk_is_no_success), STAGED(no_cluster_is_no_success),
      STAGED(a_reader_that_left_is_no_success_and_no_death), STAGED(what_only_prints_says_so_too))
