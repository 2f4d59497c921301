// Runs every group of tests that stand on real servers. REHOME_BIN names the program under test.
// They wait far more than they work, so a few groups run at the same time, each in a process of its
// own; what they print comes out in order. With a group's name as argument only that group runs.
#include "stage.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "groups.h"
#include "rehome/base/mem.h"

#define X(group)                                                                                   \
    extern const struct CMUnitTest group##_tests[];                                                \
    extern const size_t group##_tests_n;
TEST_GROUPS(X)
#undef X

static const struct {
    const char *name;
    const struct CMUnitTest *tests;
    const size_t *n;
} groups[] = {
#define X(group) {#group, group##_tests, &group##_tests_n},
    TEST_GROUPS(X)
#undef X
};

static int run_group(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        if (strcmp(name, groups[i].name) == 0) {
            int failed = _cmocka_run_group_tests(name, groups[i].tests, *groups[i].n, NULL, NULL);
            return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    }
    fprintf(stderr, "no group is called %s\n", name);
    return EXIT_FAILURE;
}

typedef struct {
    pid_t pid;
    int output; // a file in memory
    int status;
    bool ended;
} Child;

enum { AT_ONCE = 3 };

static void become_child(const Child *child, pid_t parent, const char *group)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
    dup2(child->output, STDOUT_FILENO);
    dup2(child->output, STDERR_FILENO);
    stage_open(); // below the parent's folder, which goes in any case
    int status = run_group(group);
    stage_close();
    exit(status);
}

static bool start_child(Child *child, const char *group)
{
    pid_t parent = getpid();
    child->output = memfd_create(group, MFD_CLOEXEC);
    child->pid = child->output < 0 ? -1 : fork();
    if (child->pid == 0) {
        become_child(child, parent, group);
    }
    if (child->pid < 0) {
        perror(group);
    }
    return child->pid > 0;
}

static void wait_for_one(Child *children, size_t n)
{
    int status = 0;
    pid_t pid = wait(&status);
    for (size_t i = 0; i < n; i++) {
        if (children[i].pid == pid) {
            children[i].status = status;
            children[i].ended = true;
        }
    }
}

static void print_output(const Child *child)
{
    char block[4096];
    ssize_t n;
    lseek(child->output, 0, SEEK_SET);
    while ((n = read(child->output, block, sizeof(block))) > 0) {
        fwrite(block, 1, (size_t)n, stdout);
    }
    fflush(stdout);
    close(child->output);
}

static int run_all(void)
{
    Child children[ARRAY_LEN(groups)] = {0};
    size_t started = 0;
    size_t printed = 0;
    size_t running = 0;
    int status = EXIT_SUCCESS;
    while (printed < ARRAY_LEN(groups)) {
        while (started < ARRAY_LEN(groups) && running < AT_ONCE) {
            if (!start_child(&children[started], groups[started].name)) {
                return EXIT_FAILURE;
            }
            started++;
            running++;
        }
        wait_for_one(children, started);
        running--;
        while (printed < started && children[printed].ended) {
            print_output(&children[printed]);
            if (children[printed].status != 0) {
                printf("group %s failed\n", groups[printed].name);
                status = EXIT_FAILURE;
            }
            printed++;
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    stage_open();
    int status = argc > 1 ? run_group(argv[1]) : run_all();
    stage_close();
    return status;
}
