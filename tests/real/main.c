// Runs every group of tests that stand on real servers. REHOME_BIN names the program under test.
// They wait far more than they work, so a few groups run at the same time (`-j 3`), each in a
// process of its own; what they print comes out in order. With names of groups as arguments only
// those run; a single one runs in this process, where a debugger finds it.
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
#include "rehome/base/str.h"

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

static bool is_group(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        if (strcmp(name, groups[i].name) == 0) {
            return true;
        }
    }
    fprintf(stderr, "no group is called %s\n", name);
    return false;
}

static int run_group(const char *name)
{
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        if (strcmp(name, groups[i].name) == 0) {
            failed += _cmocka_run_group_tests(name, groups[i].tests, *groups[i].n, NULL, NULL);
        }
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
    fflush(stdout); // else the child would print it as well
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

static int run_groups(const char *const *names, size_t n, size_t at_once)
{
    Child children[ARRAY_LEN(groups)] = {0};
    size_t started = 0;
    size_t printed = 0;
    size_t running = 0;
    int status = EXIT_SUCCESS;
    while (printed < n) {
        while (started < n && running < at_once) {
            if (!start_child(&children[started], names[started])) {
                return EXIT_FAILURE;
            }
            started++;
            running++;
        }
        wait_for_one(children, started);
        running--;
        while (printed < started && children[printed].ended) {
            printf("[  GROUP   ] %s\n", names[printed]);
            print_output(&children[printed]);
            if (children[printed].status != 0) {
                printf("group %s failed\n", names[printed]);
                status = EXIT_FAILURE;
            }
            printed++;
        }
    }
    return status;
}

// `[-j N] [GROUP...]`; without a name all groups. False: wrong usage, told.
static bool read_arguments(int argc, char **argv, const char **names, size_t *n, size_t *at_once)
{
    int at = 1;
    uint64_t number = AT_ONCE;
    if (argc > 2 && strcmp(argv[1], "-j") == 0) {
        if (!sv_to_u64(sv(argv[2]), &number) || number == 0) {
            return false;
        }
        at = 3;
    }
    *at_once = number;
    *n = 0;
    for (size_t i = 0; at == argc && i < ARRAY_LEN(groups); i++) {
        names[(*n)++] = groups[i].name;
    }
    for (; at < argc; at++) {
        if (*n == ARRAY_LEN(groups) || !is_group(argv[at])) {
            return false;
        }
        names[(*n)++] = argv[at];
    }
    return true;
}

int main(int argc, char **argv)
{
    const char *names[ARRAY_LEN(groups)];
    size_t n;
    size_t at_once;
    setlocale(LC_CTYPE, "C.UTF-8");
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    if (!read_arguments(argc, argv, names, &n, &at_once)) {
        return EXIT_FAILURE;
    }
    stage_open();
    int status = n == 1 ? run_group(names[0]) : run_groups(names, n, at_once);
    stage_close();
    return status;
}
