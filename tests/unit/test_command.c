// The command line: what it does, what it says when it cannot, completion and history.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "rehome/base/mem.h"

static const UiSetting settings[] = {{"grace", "SECONDS", "how long"}, {"interval", "SECONDS", ""}};

static Desk *desk_with(Stage *st)
{
    static ColumnSets sets;
    sets = column_sets_default();
    Desk *d = desk_new(st, CONFIRM_ASK);
    ui_set_columns(d->ui, &sets, sets.at);
    ui_set_settings(d->ui, settings, ARRAY_LEN(settings), "dark light");
    return d;
}

static void type(Desk *d, const char *text)
{
    for (; *text != '\0'; text++) {
        ui_key(d->ui, &d->st->scene, (uint32_t)*text);
    }
}

static Request enter(Desk *d, const char *line)
{
    key(d, ":");
    type(d, line);
    return key(d, "Enter");
}

static void assert_wrong(Desk *d, const char *line, const char *says)
{
    Request r = enter(d, line);
    assert_int_equal(r.kind, REQUEST_NONE);
    assert_true(shows(d, says));
    assert_true(shows(d, line)); // it stays, to be mended
    key(d, "Esc");
}

static void a_command_does_what_its_key_does(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    assert_int_equal(enter(d, "quit").kind, REQUEST_QUIT);
    assert_int_equal(enter(d, "refresh").kind, REQUEST_REFRESH);
    assert_int_equal(enter(d, "view events").kind, REQUEST_NONE);
    assert_true(shows(d, "nothing has happened yet"));
    enter(d, "view tree");
    enter(d, "goto :7004");
    assert_true(cursor_is_on(d, ":7004"));
    enter(d, "columns minimal");
    assert_null(strstr(screen(d), "0-5460"));
    enter(d, "set columns=auto");
    assert_true(shows(d, "0-5460"));
    Request r = enter(d, "auto observe");
    assert_int_equal(r.kind, REQUEST_AUTO);
    assert_int_equal(r.mode, AUTO_OBSERVE);
    desk_free(d);
}

static void a_move_is_shown_before_it_is_made(void **state)
{
    (void)state;
    Desk *d = desk_with(orphaned());
    assert_int_equal(enter(d, "move :7004 :7001").kind, REQUEST_NONE);
    assert_true(is_open(d));
    Request r = key(d, "y");
    assert_true(is_rescue(d, &r));
    desk_free(d);
}

static void automatic_mode_is_asked_about_before_it_acts(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    assert_int_equal(enter(d, "auto act").kind, REQUEST_NONE); // from off
    assert_true(shows(d, "y lets it act"));
    Request r = key(d, "y");
    assert_true(r.kind == REQUEST_AUTO && r.mode == AUTO_ACT);
    assert_int_equal(enter(d, "set auto=act").kind, REQUEST_NONE);
    assert_true(shows(d, "y lets it act"));
    desk_free(d);
}

static void settings_are_handed_on_as_they_were_typed(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    static const char *const lines[][3] = {
        {"grace 20", "grace", "20"},         {"set grace=2.5", "grace", "2.5"},
        {"set grace = x", "grace", "x"},     {"theme light", "theme", "light"},
        {"set theme=/a b", "theme", "/a b"},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        Request r = enter(d, lines[i][0]);
        assert_int_equal(r.kind, REQUEST_SET);
        assert_string_equal(r.name, lines[i][1]);
        assert_string_equal(r.value, lines[i][2]);
    }
    desk_free(d);
}

static void a_downtime_has_a_subject_a_time_and_a_reason(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    Request r = enter(d, "downtime :7008 30 new  kernel");
    assert_int_equal(r.kind, REQUEST_HOLD);
    assert_int_equal(r.subject.scope, HOLD_ON_NODE);
    assert_int_equal(r.for_ms, 30 * 60000);
    assert_string_equal(r.reason, "new  kernel");
    r = enter(d, "downtime 127.0.99.170 5");
    assert_int_equal(r.subject.scope, HOLD_ON_HOST);
    r = enter(d, "pause 10 lunch");
    assert_int_equal(r.subject.kind, HOLD_PAUSE);
    assert_string_equal(r.reason, "lunch");
    r = enter(d, "release all");
    assert_int_equal(r.kind, REQUEST_END_HOLD);
    d->st->scene.read_only = true;
    assert_wrong(d, "pause 10", "read-only");
    desk_free(d);
}

static void mistakes_are_said_and_the_line_stays(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    assert_wrong(d, "vieuw", "there is no command 'vieuw'; did you mean view?");
    assert_wrong(d, "undoo", "did you mean undo?");
    assert_wrong(d, "xyzzy", "Tab shows what there is");
    assert_wrong(d, "view", "view wants NAME");
    assert_wrong(d, "view hoats", "there is no view 'hoats': tree");
    assert_wrong(d, "quit now", "quit wants no more words");
    assert_wrong(d, "goto :1", "no node is called");
    assert_wrong(d, "move :7001 :7003", ":7001 is a master: the command is move REPLICA MASTER");
    assert_wrong(d, "columns all", "there is no set of columns 'all': auto");
    assert_wrong(d, "sort up", "there is no order 'up': worst, slot, name");
    assert_wrong(d, "downtime :7001 soon", "minutes are a number from 1");
    assert_wrong(d, "grace", "grace wants SECONDS");
    assert_wrong(d, "set labels=x", "'labels' cannot be set here");
    assert_wrong(d, "set grace", "set wants NAME=VALUE");
    assert_wrong(d, "confirm", "no command 'confirm'"); // a key of questions is no command
    desk_free(d);
}

static void tab_writes_what_is_certain_and_then_goes_through_the_rest(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    key(d, ":");
    type(d, "vi");
    key(d, "Tab");
    assert_true(shows(d, "view NAME"));
    type(d, "ev");
    key(d, "Tab");
    assert_true(shows(d, ":view events"));
    key(d, "Ctrl-U");
    type(d, "theme ");
    assert_true(shows(d, "dark  light"));
    key(d, "Tab");
    assert_true(shows(d, ":theme dark"));
    key(d, "Tab");
    assert_true(shows(d, ":theme light"));
    key(d, "Tab");
    assert_true(shows(d, ":theme dark"));
    key(d, "Ctrl-U");
    type(d, "move ");
    assert_true(shows(d, "move REPLICA MASTER"));
    key(d, "Tab");
    assert_true(shows(d, ":move :700"));
    assert_null(strstr(screen(d), ":move :7001")); // a master cannot be moved
    desk_free(d);
}

// Whatever completion offers for a whole command is one that is understood.
static void every_command_that_is_offered_is_known(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    for (int c = 'a'; c <= 'z'; c++) {
        char first[2] = {(char)c, '\0'};
        for (int tabs = 1; tabs < 12; tabs++) {
            key(d, ":");
            type(d, first);
            for (int i = 0; i < tabs; i++) {
                key(d, "Tab");
            }
            char offered[32];
            StrView line = sv(strstr(screen(d), "\n:") + 2);
            StrView word;
            assert_true(sv_next(&line, ' ', &word));
            snprintf(offered, sizeof(offered), "'%.*s'", (int)word.n, word.at);
            key(d, "Enter");
            if (word.n > 1 && strstr(screen(d), offered) != NULL) {
                fail_msg("%s is offered, and not known", offered);
            }
            for (int i = 0; i < 3; i++) {
                key(d, "Esc");
            }
        }
    }
    desk_free(d);
}

static void lines_come_back(void **state)
{
    (void)state;
    Desk *d = desk_with(healthy());
    enter(d, "sort name");
    enter(d, "sort worst");
    enter(d, "sort worst"); // kept once
    key(d, ":");
    type(d, "gra");
    key(d, "Up");
    assert_true(shows(d, ":sort worst"));
    key(d, "Up");
    assert_true(shows(d, ":sort name"));
    key(d, "Up");
    assert_true(shows(d, ":sort name"));
    key(d, "Down");
    key(d, "Down");
    assert_true(shows(d, ":gra"));
    desk_free(d);
}

static void letters_are_letters_in_it(void **state)
{
    (void)state;
    Desk *d = desk_with(orphaned());
    key(d, ":");
    type(d, "qMya");
    assert_false(is_open(d));
    assert_true(shows(d, ":qMya"));
    key(d, "Ctrl-C");
    assert_null(strstr(screen(d), ":qMya"));
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT);
    key(d, ":");
    key(d, "Backspace"); // on nothing: leaves
    assert_int_equal(key(d, "q").kind, REQUEST_QUIT);
    desk_free(d);
}

static void it_fits_any_size(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {2, 2}, {10, 3}, {59, 14}, {300, 4}};
    Desk *d = desk_with(healthy());
    key(d, ":");
    type(d, "move :7004 :7001 and a long line of words that no narrow screen has room for");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        canvas_resize(d->c, sizes[i][0], sizes[i][1]);
        screen(d);
    }
    desk_free(d);
}

static void it_works_without_a_cluster(void **state)
{
    (void)state;
    Ui *ui = ui_new(CONFIRM_ASK);
    Scene nothing = {.trouble = "no answer yet", .seeds = "127.0.0.1:1"};
    Desk d = {.ui = ui};
    Request r = {0};
    ui_set_settings(ui, settings, ARRAY_LEN(settings), "dark light");
    static const char *const lines[] = {"goto :7001", "theme light"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        ui_key(d.ui, &nothing, ':');
        for (const char *at = lines[i]; *at != '\0'; at++) {
            ui_key(ui, &nothing, (uint32_t)*at);
        }
        r = ui_key(ui, &nothing, KEY_IS_ENTER);
        assert_int_equal(r.kind, i == 0 ? REQUEST_NONE : REQUEST_SET);
        ui_key(ui, &nothing, KEY_IS_ESC);
    }
    ui_free(ui);
}

TESTS(command, cmocka_unit_test(a_command_does_what_its_key_does),
      cmocka_unit_test(a_move_is_shown_before_it_is_made),
      cmocka_unit_test(automatic_mode_is_asked_about_before_it_acts),
      cmocka_unit_test(settings_are_handed_on_as_they_were_typed),
      cmocka_unit_test(a_downtime_has_a_subject_a_time_and_a_reason),
      cmocka_unit_test(mistakes_are_said_and_the_line_stays),
      cmocka_unit_test(tab_writes_what_is_certain_and_then_goes_through_the_rest),
      cmocka_unit_test(every_command_that_is_offered_is_known), cmocka_unit_test(lines_come_back),
      cmocka_unit_test(letters_are_letters_in_it), cmocka_unit_test(it_fits_any_size),
      cmocka_unit_test(it_works_without_a_cluster))
