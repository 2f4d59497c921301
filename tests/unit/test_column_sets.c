#include "unit.h"

#include <string.h>

#include "desk.h"

static void a_key_goes_from_set_to_set(void **state)
{
    (void)state;
    ColumnSets sets = column_sets_default();
    Desk *d = desk_new(healthy(), CONFIRM_ASK);
    ui_set_columns(d->ui, &sets, sets.at);
    assert_true(shows(d, "0-5460") && shows(d, "12k/s"));
    key(d, "c");
    assert_true(shows(d, "columns: minimal"));
    assert_null(strstr(screen(d), "0-5460"));
    assert_null(strstr(screen(d), "12k/s"));
    assert_true(shows(d, "protected") && shows(d, "lag 0 B 0s"));
    key(d, "c");
    assert_true(shows(d, " keys") && shows(d, "12k/s"));
    assert_null(strstr(screen(d), "0-5460"));
    key(d, "c");
    assert_true(shows(d, "0-5460"));
    desk_free(d);
}

static void the_first_set_can_be_chosen(void **state)
{
    (void)state;
    ColumnSets sets = column_sets_default();
    Error err = {0};
    assert_true(column_sets_put(&sets, sv("mine"), sv("name slots"), &err));
    Desk *d = desk_new(healthy(), CONFIRM_ASK);
    ui_set_columns(d->ui, &sets, column_sets_find(&sets, sv("mine")));
    assert_true(shows(d, "0-5460") && shows(d, "protected"));
    assert_null(strstr(screen(d), "12k/s"));
    desk_free(d);
}

static void a_downtime_is_shown_whatever_the_columns(void **state)
{
    (void)state;
    ColumnSets sets = column_sets_default();
    Stage *st = healthy();
    stage_hold(st, HOLD_DOWNTIME, HOLD_ON_NODE, 7001, 3600000);
    stage_round(st, 4000);
    Desk *d = desk_new(st, CONFIRM_ASK);
    for (size_t i = 0; i < sets.n; i++) {
        ui_set_columns(d->ui, &sets, &sets.at[i]);
        assert_true(shows(d, "downtime 60 min left"));
    }
    desk_free(d);
}

TESTS(column_sets, cmocka_unit_test(a_key_goes_from_set_to_set),
      cmocka_unit_test(the_first_set_can_be_chosen),
      cmocka_unit_test(a_downtime_is_shown_whatever_the_columns))
