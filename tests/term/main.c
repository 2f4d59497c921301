// Runs every group of terminal tests: programs on a pseudo-terminal, looked at through libvterm.
// They need ncurses' description of a few terminals, and nothing else of this machine.
#include "../unit/unit.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"

#define X(group)                                                                                   \
    extern const struct CMUnitTest group##_tests[];                                                \
    extern const size_t group##_tests_n;
TERM_TEST_GROUPS(X)
#undef X

// With a group's name as argument only that group runs.
int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    int failed = 0;
#define X(group)                                                                                   \
    if (argc < 2 || strcmp(argv[1], #group) == 0) {                                                \
        failed += _cmocka_run_group_tests(#group, group##_tests, group##_tests_n, NULL, NULL);     \
    }
    TERM_TEST_GROUPS(X)
#undef X
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
