// A target that throws a replica out in the middle of its sync, as one does whose output buffer for
// it is full, and again when it comes back.
#include "stage.h"

#include <stdio.h>
#include <string.h>

enum { TARGET = 7005, REPLICA = 7002, N_KEYS = 100, VALUE_BYTES = 20000 };

static const char *const replication[] = {"INFO", "replication", NULL};

static void set(const Lab *lab, int port, const char *setting, const char *value)
{
    stage_wait_reply(lab, port, "OK", (const char *[]){"CONFIG", "SET", setting, value, NULL});
}

// Each key takes a while to be sent, so that a sync lasts until it is ended. 7.0 notices that
// nobody is left to send to when it has something to send: each is more than it keeps back.
static void fill_target(const Lab *lab)
{
    char value[VALUE_BYTES + 1];
    int kept = 0;
    memset(value, 'v', VALUE_BYTES);
    value[VALUE_BYTES] = '\0';
    for (int i = 0; kept < N_KEYS; i++) {
        char key[16];
        snprintf(key, sizeof(key), "key%d", i);
        const char *reply = stage_ask(lab, TARGET, (const char *[]){"SET", key, value, NULL});
        kept += strstr(reply, "OK") != NULL; // else it is another master's
    }
    set(lab, TARGET, "rdbcompression", "no");
    set(lab, TARGET, "rdb-key-save-delay", "200000"); // microseconds
}

// Whoever looks on has asked while it was so.
static void wait_until_seen(const Lab *lab, const char *says)
{
    stage_wait_reply(lab, REPLICA, "master_port:7005", replication);
    stage_wait_reply(lab, REPLICA, says, replication);
    stage_wait_reply(lab, REPLICA, "OK", (const char *[]){"SLOWLOG", "RESET", NULL});
    stage_wait_reply(lab, REPLICA, "INFO", (const char *[]){"SLOWLOG", "GET", "100", NULL});
}

static void throw_out(const Lab *lab)
{
    stage_ask(lab, TARGET, (const char *[]){"CLIENT", "KILL", "TYPE", "replica", NULL});
}

static void begin_and_throw_out(const Lab *lab)
{
    stage_hold_syncs(lab, TARGET, false);
    wait_until_seen(lab, "master_sync_in_progress:1");
    stage_hold_syncs(lab, TARGET, true);
    throw_out(lab);
    wait_until_seen(lab, "master_sync_in_progress:0");
}

static void a_sync_that_begins_again_and_again_is_told_and_seen_through(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    set(lab, TARGET, "repl-diskless-sync", "yes");
    set(lab, REPLICA, "slowlog-log-slower-than", "0"); // all commands
    fill_target(lab);
    Run *move = stage_run(lab, (const char *[]){"move", ":7002", ":7005", "--yes", NULL});
    begin_and_throw_out(lab);
    begin_and_throw_out(lab);
    assert_null(strstr(run_err(move), "the full sync"));
    stage_hold_syncs(lab, TARGET, false);
    run_wait_err(move, "the full sync with ", LIMIT_MS);
    assert_non_null(strstr(run_err(move), ":7005 began 3 times: "));
    set(lab, TARGET, "rdb-key-save-delay", "0");
    throw_out(lab);
    assert_int_equal(run_end(move, LIMIT_MS), 0);
    stage_wait_reply(lab, REPLICA, "no-failover no",
                     (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
}

TESTS(thrown_out, STAGED(a_sync_that_begins_again_and_again_is_told_and_seen_through))
