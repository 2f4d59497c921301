// Runs every group of tests that stand on real servers. REHOME_BIN names the program under test.
#include "stage.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"

#define X(group)                                                                                   \
    extern const struct CMUnitTest group##_tests[];                                                \
    extern const size_t group##_tests_n;
TEST_GROUPS(X)
#undef X

// With a group's name as argument only that group runs.
int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    stage_open();
    int failed = 0;
#define X(group)                                                                                   \
    if (argc < 2 || strcmp(argv[1], #group) == 0) {                                                \
        failed += _cmocka_run_group_tests(#group, group##_tests, group##_tests_n, NULL, NULL);     \
    }
    TEST_GROUPS(X)
#undef X
    stage_close();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
