#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "rehome/base/mem.h"

// plan-nothing.txt, a file of one line, is what these compare with. They must not rewrite it.
static int hide_generate(void **state)
{
    const char *generate = getenv("GENERATE");
    *state = generate != NULL ? mem_strdup(generate) : NULL;
    unsetenv("GENERATE");
    return 0;
}

static int show_generate(void **state)
{
    if (*state != NULL) {
        setenv("GENERATE", *state, 1);
        mem_free(*state);
    }
    return 0;
}

static void the_same_text_is_equal(void **state)
{
    (void)state;
    assert_true(golden_equal("plan-nothing.txt", "Nothing to do: no master is orphaned.\n"));
}

static void any_difference_is_one(void **state)
{
    (void)state;
    assert_false(golden_equal("plan-nothing.txt", "Nothing to do: no master is orphaned!\n"));
    assert_false(golden_equal("plan-nothing.txt", "Nothing to do: no master is orphaned."));
    assert_false(golden_equal("plan-nothing.txt", "Nothing to do: no master is orphaned.\n\n"));
    assert_false(golden_equal("plan-nothing.txt", ""));
}

static void a_missing_file_is_a_difference(void **state)
{
    (void)state;
    assert_false(golden_equal("no-such-file.txt", ""));
}

TESTS(golden, cmocka_unit_test_setup_teardown(the_same_text_is_equal, hide_generate, show_generate),
      cmocka_unit_test_setup_teardown(any_difference_is_one, hide_generate, show_generate),
      cmocka_unit_test_setup_teardown(a_missing_file_is_a_difference, hide_generate, show_generate))
