// Where the journal of moves cannot be kept, nothing is moved: nobody could lift a forgotten fence.
#include "disk.h"
#include "hold.h"
#include "stage.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void start_folder(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", stage_folder(), name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static Run *run_with_journal_in(const Lab *lab, const char *folder, const char *const *words)
{
    assert_int_equal(setenv("XDG_STATE_HOME", folder, 1), 0);
    Run *run = stage_run(lab, words);
    assert_int_equal(setenv("XDG_STATE_HOME", stage_folder(), 1), 0);
    return run;
}

static Run *move_with_journal_in(const Lab *lab, const char *folder)
{
    return run_with_journal_in(lab, folder,
                               (const char *[]){"move", ":7002", ":7005", "--yes", NULL});
}

// :7002 has had the lab's own CLUSTER REPLICATE, and nothing of ours.
static void assert_nothing_sent(const Lab *lab)
{
    const char *stats = stage_ask(lab, 7002, (const char *[]){"INFO", "commandstats", NULL});
    assert_non_null(strstr(stats, "cmdstat_cluster|replicate:calls=1,"));
    assert_null(strstr(stats, "cmdstat_config|set"));
}

static void assert_not_moved(const Lab *lab, const char *folder, const char *says)
{
    Run *move = move_with_journal_in(lab, folder);
    assert_int_equal(run_end(move, LIMIT_MS), 1);
    if (strstr(run_err(move), says) == NULL || strstr(run_err(move), "no journal: ") == NULL ||
        strstr(run_err(move), "nothing was moved") == NULL) {
        fail_msg("it does not say \"%s\": %s", says, run_err(move));
    }
    assert_nothing_sent(lab);
}

static int clear(void **state)
{
    (void)stage_clear(state);
    disk_unmount("full");
    disk_unmount("filling");
    disk_unmount("readable");
    return 0;
}

static void a_journal_folder_that_cannot_be_made_means_no_move(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    char folder[300];
    snprintf(folder, sizeof(folder), "%s/file", stage_folder());
    int fd = open(folder, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_not_moved(lab, folder, "Not a directory");
    // nobody may write there, unless one is root
    start_folder(folder, sizeof(folder), "locked");
    assert_int_equal(chmod(folder, 0500), 0);
    if (access(folder, W_OK) != 0) {
        assert_not_moved(lab, folder, "Permission denied");
    }
}

static void a_read_only_disk_means_no_move(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    char folder[300];
    start_folder(folder, sizeof(folder), "readable");
    disk_mount(folder, "size=64k");
    assert_int_equal(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    assert_not_moved(lab, folder, "Read-only file system");
}

static void a_full_disk_means_no_move_and_the_next_one_works_when_there_is_room(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    char folder[300];
    start_folder(folder, sizeof(folder), "full");
    disk_mount(folder, "size=64k");
    char filler[400];
    snprintf(filler, sizeof(filler), "%s/filler", folder);
    disk_fill(filler);
    assert_not_moved(lab, folder, "No space left on device");
    assert_int_equal(unlink(filler), 0);
    assert_int_equal(run_end(move_with_journal_in(lab, folder), LIMIT_MS), 0);
}

static void assert_fence(const Lab *lab, const char *value)
{
    const char *reply = stage_ask(
        lab, 7002, (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
    assert_non_null(strstr(reply, value));
}

static void
a_disk_that_fills_up_in_a_move_leaves_a_fence_which_is_told_and_lifted_later(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_counts(lab);
    char folder[300];
    start_folder(folder, sizeof(folder), "filling");
    disk_mount(folder, "size=64k");
    Run *move = move_with_journal_in(lab, folder);
    hold_before(move, "REPLICATE\r\n");
    char journal[500];
    snprintf(journal, sizeof(journal), "%s/rehome/moves/%s", folder,
             lab_id(lab, stage_port(lab, 7002)));
    struct stat before;
    assert_int_equal(stat(journal, &before), 0);
    disk_fill(journal);
    hold_release(move);
    assert_int_equal(run_end(move, LIMIT_MS), 1); // moved, but something is left to do
    assert_non_null(strstr(run_err(move), "FENCE STILL ON, lift it: redis-cli -h "));
    assert_non_null(strstr(run_err(move), "in sync with"));
    assert_fence(lab, "no-failover yes");
    assert_int_equal(truncate(journal, before.st_size), 0);
    Run *next = run_with_journal_in(
        lab, folder,
        (const char *[]){"watch", "--auto", "act", "--grace", "3600", "--format", "json", NULL});
    run_event(next, "move-started", 7002, LIMIT_MS);
    run_event(next, "move-done", 7002, LIMIT_MS);
    assert_fence(lab, "no-failover no");
}

TESTS(journal, STAGED(a_journal_folder_that_cannot_be_made_means_no_move),
      cmocka_unit_test_teardown(a_read_only_disk_means_no_move, clear),
      cmocka_unit_test_teardown(a_full_disk_means_no_move_and_the_next_one_works_when_there_is_room,
                                clear),
      cmocka_unit_test_teardown(
          a_disk_that_fills_up_in_a_move_leaves_a_fence_which_is_told_and_lifted_later, clear))
