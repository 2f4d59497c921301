// What the dashboard keeps for its next start, on the demo's real servers.
#include "../unit/unit.h"
#include "drive.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pty.h"
#include "rehome/app/lab.h"

typedef struct {
    Lab *lab;
    char folder[64];
    char state[96]; // "XDG_STATE_HOME=..."
} World;

static World world_start(void)
{
    World w = {.folder = "/tmp/rehome-memory-XXXXXX"};
    Error err = {0};
    assert_non_null(mkdtemp(w.folder));
    snprintf(w.state, sizeof(w.state), "XDG_STATE_HOME=%s", w.folder);
    LabSpec spec = lab_scenario;
    spec.net = 77;
    w.lab = lab_start(&spec, NULL, NULL, &err);
    if (w.lab == NULL) {
        fail_msg("%s", err.text);
    }
    return w;
}

static void remove_tree(const char *folder)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void world_end(World *w)
{
    lab_free(w->lab);
    remove_tree(w->folder);
}

static Pty *dashboard(const World *w)
{
    const char *path = getenv("REHOME_BIN");
    const char *argv[] = {path != NULL ? path : pty_beside("rehome"), lab_addr(w->lab, 0), NULL};
    const char *env[] = {w->state, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 120, .h = 40, .env = env});
    assert_non_null(p);
    drive_wait_long(p, "3 masters");
    return p;
}

static void quit(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    pty_end(p);
}

// A line that a crash cut off does no harm.
static void tear_last_line(const World *w)
{
    char folder[128];
    snprintf(folder, sizeof(folder), "%s/rehome/events", w->folder);
    DIR *d = opendir(folder);
    assert_non_null(d);
    int files = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[400];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        if (S_ISREG(st.st_mode)) {
            assert_int_equal(st.st_mode & 0777, 0600);
            FILE *file = fopen(path, "a");
            assert_non_null(file);
            fputs("{\"schema\":1,\"t\":17000", file);
            fclose(file);
            files++;
        }
    }
    closedir(d);
    assert_int_equal(files, 1);
}

static void events_and_problems_survive_a_restart(void **state)
{
    (void)state;
    World w = world_start();
    Pty *p = dashboard(&w);
    lab_kill(w.lab, (size_t)lab_by_port(w.lab, 7008));
    drive_wait_long(p, "1 orphaned");
    pty_keys(p, "3");
    drive_wait_long(p, "why it matters");
    assert_true(pty_contains(p, "Orphaned"));
    pty_keys(p, "m");
    drive_wait_long(p, "Esc stops it");
    pty_keys(p, "Esc");
    pty_keys(p, "Enter");
    assert_true(pty_wait_gone(p, "why it matters"));
    pty_keys(p, "4");
    drive_wait_long(p, "is orphaned");
    assert_false(pty_contains(p, "this session"));
    quit(p);
    tear_last_line(&w);
    p = dashboard(&w);
    pty_keys(p, "4");
    drive_wait_long(p, "this session");
    assert_true(pty_contains(p, "is orphaned: its only replica :7008 failed"));
    quit(p);
    world_end(&w);
}

static void another_cluster_is_not_told_of_it(void **state)
{
    (void)state;
    World w = world_start();
    Pty *p = dashboard(&w);
    quit(p);
    lab_free(w.lab);
    Error err = {0};
    LabSpec spec = lab_scenario;
    spec.net = 77;
    w.lab = lab_start(&spec, NULL, NULL, &err); // at the same addresses, with other IDs
    assert_non_null(w.lab);
    p = dashboard(&w);
    pty_keys(p, "4");
    drive_wait_long(p, "all kinds");
    assert_true(pty_contains(p, "connected to"));
    assert_false(pty_contains(p, "this session"));
    quit(p);
    world_end(&w);
}

static void what_cannot_be_kept_is_said_once_and_goes_on(void **state)
{
    (void)state;
    World w = world_start();
    char path[128];
    snprintf(path, sizeof(path), "%s/rehome", w.folder);
    FILE *file = fopen(path, "w"); // where the folder should be
    assert_non_null(file);
    fclose(file);
    Pty *p = dashboard(&w);
    drive_wait_long(p, "events are not kept for the next start");
    pty_keys(p, "4");
    drive_wait_long(p, "connected to");
    quit(p);
    world_end(&w);
}

TESTS(memory, cmocka_unit_test(events_and_problems_survive_a_restart),
      cmocka_unit_test(another_cluster_is_not_told_of_it),
      cmocka_unit_test(what_cannot_be_kept_is_said_once_and_goes_on))
