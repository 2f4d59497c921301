// Runs every group of unit tests. This binary links the pure layers only: if it links, none of
// them needs ncurses, hiredis or libev.
#include "unit.h"

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"

#define X(group)                                                                                   \
    extern const struct CMUnitTest group##_tests[];                                                \
    extern const size_t group##_tests_n;
TEST_GROUPS(X)
#undef X

typedef struct {
    const char *name;
    const struct CMUnitTest *tests;
    const size_t *n;
} Group;

static const Group groups[] = {
#define X(group) {#group, group##_tests, &group##_tests_n},
    TEST_GROUPS(X)
#undef X
};

// With a group's name as argument only that group runs.
int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    int failed = 0;
    bool known = argc < 2;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        if (argc < 2 || strcmp(argv[1], groups[i].name) == 0) {
            known = true;
            failed +=
                _cmocka_run_group_tests(groups[i].name, groups[i].tests, *groups[i].n, NULL, NULL);
        }
    }
    if (!known) {
        fprintf(stderr, "no group is called %s\n", argv[1]);
    }
    return known && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
