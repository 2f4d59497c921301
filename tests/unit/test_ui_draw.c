// What is drawn stays in its place, at every size and with every name.
#include "desk.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "unit.h"

static void columns_stay_where_they_are(void **state)
{
    (void)state;
    Desk *d = desk_new(healthy(), CONFIRM_COUNTDOWN);
    char before[256];
    StrView rest = sv(screen(d));
    StrView line;
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    snprintf(before, sizeof(before), "%.*s", (int)line.n, line.at);
    FixtureNode *n = fixture_node(d->st->f, fixture_port(d->st->f, 7001));
    n->ops = 7;
    n->used_memory = 999;
    n->keys = 1;
    round_at(d, 4000);
    rest = sv(screen(d));
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    sv_next(&rest, '\n', &line);
    char after[256];
    snprintf(after, sizeof(after), "%.*s", (int)line.n, line.at);
    const char *slots = strstr(before, "0-5460");
    assert_ptr_not_equal(slots, NULL);
    assert_memory_equal(before, after, (size_t)(slots - before) + 6);
    assert_int_equal(text_width(before), text_width(after));
    desk_free(d);
}

// Keys that open every kind of screen, each drawn at every size. Cells are checked by the
// sanitizers; here: no control character, no half of a wide one.
static void drawing_stays_inside_at_every_size(void **state)
{
    (void)state;
    static const char *const screens[] = {"", "m", "4", "?", "Enter", "End m", "End m Esc a a"};
    Stage *st = orphaned();
    st->automatic.mode = AUTO_OBSERVE;
    Canvas *c = canvas_new(1, 1, false);
    for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
        Ui *ui = ui_new(CONFIRM_COUNTDOWN);
        StrView rest = sv(screens[i]);
        StrView one;
        while (sv_next(&rest, ' ', &one)) {
            char name[16];
            snprintf(name, sizeof(name), "%.*s", (int)one.n, one.at);
            ui_key(ui, &st->scene, key_from_name(name));
        }
        for (int h = 1; h <= 60; h += h < 26 ? 1 : 7) {
            for (int w = 1; w <= 200; w += w < 130 ? 1 : 9) {
                canvas_resize(c, w, h);
                ui_draw(ui, &st->scene, c);
                for (int k = 0; k < w * h; k++) {
                    assert_true(c->cells[k].code == 0 || c->cells[k].code >= ' ');
                    assert_true(c->cells[k].code != 0 || k % w > 0);
                }
            }
        }
        ui_free(ui);
    }
    canvas_free(c);
    stage_free(st);
}

static void wide_names_keep_their_columns(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    for (size_t i = 0; i < fixture_count(f); i++) {
        snprintf(fixture_node(f, (int)i)->hostname, sizeof(fixture_node(f, 0)->hostname), "節点%zu",
                 i);
        fixture_node(f, (int)i)->ip[0] = '\0';
    }
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 3000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    StrView rest = sv(screen(d));
    StrView line;
    int rows = 0;
    while (sv_next(&rest, '\n', &line)) {
        char row[512];
        snprintf(row, sizeof(row), "%.*s", (int)line.n, line.at);
        assert_true(text_width(row) <= 80);
        rows++;
    }
    assert_int_equal(rows, 24);
    desk_free(d);
}

static void a_thousand_nodes_scroll(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    for (int i = 0; i < 250; i++) {
        char addr[32];
        char range[32];
        snprintf(addr, sizeof(addr), "10.1.%d.10:7000", i);
        snprintf(range, sizeof(range), "%d-%d", i * 65, i == 249 ? 16383 : i * 65 + 64);
        int master = fixture_master(f, addr, range);
        for (int k = 1; k < 4; k++) {
            snprintf(addr, sizeof(addr), "10.1.%d.10:700%d", (i + k) % 250, k);
            fixture_replica(f, addr, master);
        }
    }
    for (size_t i = 0; i < fixture_count(f); i++) {
        fixture_node(f, (int)i)->silent = i > 3;
    }
    Stage *st = stage_new(f);
    stage_round(st, 1000);
    Desk *d = desk_new(st, CONFIRM_COUNTDOWN);
    screen(d);
    for (int i = 0; i < 300; i++) {
        key(d, "PgDn");
        screen(d);
    }
    assert_true(shows(d, "more above"));
    key(d, "Home");
    assert_true(cursor_is_on(d, "10.1.0.10:7000"));
    assert_true(shows(d, "more below"));
    desk_free(d);
}

TESTS(ui_draw, cmocka_unit_test(columns_stay_where_they_are),
      cmocka_unit_test(drawing_stays_inside_at_every_size),
      cmocka_unit_test(wide_names_keep_their_columns), cmocka_unit_test(a_thousand_nodes_scroll))
