// One group of unit tests a file. The group's name is listed in groups.h; main.c runs them all.
#ifndef REHOME_TESTS_UNIT_H
#define REHOME_TESTS_UNIT_H

// cmocka wants these four before it, in this order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// cmocka's macro has the name of our error function (base/error.h); tests say fail_msg().
#undef fail
#undef fail_msg
#define fail_msg(...)                                                                              \
    do {                                                                                           \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
        _fail(__FILE__, __LINE__);                                                                 \
    } while (0)

// Define a group: TESTS(nodes, cmocka_unit_test(a_claim), ...)
#define TESTS(group, ...)                                                                          \
    extern const struct CMUnitTest group##_tests[];                                                \
    extern const size_t group##_tests_n;                                                           \
    const struct CMUnitTest group##_tests[] = {__VA_ARGS__};                                       \
    const size_t group##_tests_n = sizeof(group##_tests) / sizeof(group##_tests[0]);

#endif
