// Who is said to be in charge, by mode, lease and what the servers are set to.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/policy/charge.h"

static const Charge migrating = {.on = 6};
static const Charge resting = {.off = 6};
static const Charge untold = {.off = 5, .denied = 1};

static void assert_charge(const Charge *c, const Automatic *a, const char *wanted)
{
    char words[128];
    assert_string_equal(charge_words(c, a, words, sizeof(words)), wanted);
}

static void without_a_lease_the_mode_says_it(void **state)
{
    (void)state;
    Automatic a;
    auto_init(&a, AUTO_ACT, auto_limits_default());
    assert_charge(&migrating, &a, "rehome and the servers");
    assert_charge(&resting, &a, "rehome alone");
    assert_charge(&untold, &a, "rehome, perhaps the servers too");
    auto_init(&a, AUTO_OBSERVE, auto_limits_default());
    assert_charge(&migrating, &a, "the servers alone");
    assert_charge(&resting, &a, "nobody");
    assert_charge(&untold, &a, "perhaps the servers");
}

static void who_has_the_lease_is_in_charge_whatever_the_mode_here(void **state)
{
    (void)state;
    static const AutoMode modes[] = {AUTO_OFF, AUTO_OBSERVE, AUTO_ACT};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        Automatic a;
        auto_init(&a, modes[i], auto_limits_default());
        auto_set_lease(&a, false, "rehome at cedar:5", "lease held by cedar pid 5");
        assert_charge(&migrating, &a, "rehome at cedar:5 (lease) and the servers");
        assert_charge(&resting, &a, "rehome at cedar:5 (lease) alone");
    }
}

static void without_the_lease_it_is_not_in_charge_yet(void **state)
{
    (void)state;
    Automatic a;
    auto_init(&a, AUTO_ACT, auto_limits_default());
    auto_set_lease(&a, false, "", "nobody holds the lease");
    assert_charge(&migrating, &a, "rehome (once it has the lease) and the servers");
    auto_set_lease(&a, true, "", "we hold the lease");
    assert_charge(&migrating, &a, "rehome and the servers");
}

TESTS(charge, cmocka_unit_test(without_a_lease_the_mode_says_it),
      cmocka_unit_test(who_has_the_lease_is_in_charge_whatever_the_mode_here),
      cmocka_unit_test(without_the_lease_it_is_not_in_charge_yet))
