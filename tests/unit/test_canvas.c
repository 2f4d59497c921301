#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/ui/canvas.h"

// "日本" takes four cells.
#define WIDE "\xe6\x97\xa5\xe6\x9c\xac"

static void assert_row(const Canvas *c, int y, const char *expected)
{
    StrBuf text = {0};
    canvas_dump_text(c, &text);
    StrView rest = sv(strbuf_text(&text));
    StrView row = rest;
    for (int i = 0; i <= y; i++) {
        assert_true(sv_next(&rest, '\n', &row));
    }
    char *found = mem_strndup(row.at, row.n);
    assert_string_equal(found, expected);
    mem_free(found);
    strbuf_done(&text);
}

static void text_stays_within_its_cells(void **state)
{
    (void)state;
    Canvas *c = canvas_new(10, 1, false);
    assert_int_equal(canvas_text(c, 2, 0, 3, ROLE_OK, "abcdef"), 5);
    assert_row(c, 0, "  abc");
    assert_int_equal(canvas_text(c, 8, 0, 50, ROLE_OK, "xyz"), 10);
    assert_row(c, 0, "  abc   xy");
    assert_int_equal(canvas_text(c, -2, 0, 50, ROLE_OK, "uvw"), 1);
    assert_row(c, 0, "w abc   xy");
    assert_int_equal(canvas_text(c, 3, 1, 5, ROLE_OK, "below"), 3);
    assert_int_equal(canvas_text(c, 3, -1, 5, ROLE_OK, "above"), 3);
    assert_int_equal(canvas_text(c, 40, 0, 5, ROLE_OK, "right"), 40);
    assert_int_equal(canvas_text(c, 4, 0, -1, ROLE_OK, "nothing"), 4);
    assert_row(c, 0, "w abc   xy");
    canvas_free(c);
}

static void wide_characters_are_never_cut_in_half(void **state)
{
    (void)state;
    Canvas *c = canvas_new(8, 1, false);
    assert_int_equal(canvas_text(c, 0, 0, 3, ROLE_TEXT, WIDE), 2);
    assert_int_equal(c->cells[1].code, 0);
    assert_int_equal(c->cells[2].code, ' ');
    canvas_clear(c);
    assert_int_equal(canvas_text(c, -1, 0, 8, ROLE_TEXT, WIDE), 3);
    assert_row(c, 0, " \xe6\x9c\xac");
    canvas_clear(c);
    canvas_text(c, 0, 0, 8, ROLE_TEXT, WIDE);
    canvas_text(c, 1, 0, 2, ROLE_TEXT, "ab");
    assert_row(c, 0, " ab");
    canvas_free(c);
}

static void control_and_combining_characters_take_no_cell(void **state)
{
    (void)state;
    Canvas *c = canvas_new(8, 1, false);
    canvas_text(c, 0, 0, 8, ROLE_TEXT,
                "a\x1b[\tb\xcc\x81\xc2\x9b"
                "c");
    assert_row(c, 0, "a[bc");
    canvas_free(c);
}

static void ascii_canvas_replaces_what_it_cannot_show(void **state)
{
    (void)state;
    Canvas *c = canvas_new(20, 3, true);
    canvas_text(c, 0, 0, 20, ROLE_TEXT, "a" WIDE "\xc3\xa9\xe2\x94\x82\xe2\x96\x88\xe2\x80\xa6");
    assert_row(c, 0, "a?????|#~");
    canvas_clear(c);
    canvas_box(c, (Rect){0, 0, 12, 3}, ROLE_FRAME, "keys");
    assert_row(c, 0, "+- keys ---+");
    assert_row(c, 1, "|          |");
    assert_row(c, 2, "+----------+");
    canvas_free(c);
}

static void middle_truncation_keeps_the_port(void **state)
{
    (void)state;
    static const struct {
        int room;
        const char *shows;
    } cases[] = {
        {30, "cache-17.example.org:7001"},
        {25, "cache-17.example.org:7001"},
        {24, "cache-17.exa…le.org:7001"},
        {11, "cache…:7001"},
        {8, "ca…:7001"},
        {6, "…:7001"},
        {5, "ca…01"},
        {1, "…"},
        {0, ""},
    };
    Canvas *c = canvas_new(30, 1, false);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        canvas_clear(c);
        canvas_text_middle(c, 0, 0, cases[i].room, ROLE_TEXT, "cache-17.example.org:7001");
        assert_row(c, 0, cases[i].shows);
    }
    canvas_free(c);
}

static void right_aligned_text_ends_where_told(void **state)
{
    (void)state;
    Canvas *c = canvas_new(10, 1, false);
    assert_int_equal(canvas_right(c, 9, 0, 6, ROLE_TEXT, "1.2G"), 9);
    assert_row(c, 0, "     1.2G");
    canvas_free(c);
}

static void bar_grows_by_eighths(void **state)
{
    (void)state;
    static const struct {
        int permille;
        const char *utf8;
        const char *ascii;
    } cases[] = {
        {-5, "", ""},           {0, "", ""},          {31, "", ""},
        {32, "▏", ""},          {250, "█", "#"},      {500, "██", "##"},
        {630, "██▌", "##"},     {999, "███▉", "###"}, {1000, "████", "####"},
        {2000, "████", "####"},
    };
    Canvas *utf8 = canvas_new(6, 1, false);
    Canvas *ascii = canvas_new(6, 1, true);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        canvas_bar(utf8, 0, 0, 4, ROLE_SYNC, cases[i].permille);
        assert_row(utf8, 0, cases[i].utf8);
        canvas_bar(ascii, 0, 0, 4, ROLE_SYNC, cases[i].permille);
        assert_row(ascii, 0, cases[i].ascii);
    }
    canvas_free(utf8);
    canvas_free(ascii);
}

static void dumps_show_text_and_roles(void **state)
{
    (void)state;
    Canvas *c = canvas_new(8, 2, false);
    canvas_text(c, 0, 0, 8, ROLE_ORPHAN, "a b");
    canvas_text(c, 4, 0, 8, ROLE_TEXT, "c");
    canvas_text(c, 0, 1, 8, ROLE_OK, WIDE);
    StrBuf text = {0};
    canvas_dump_text(c, &text);
    assert_string_equal(strbuf_text(&text), "a b c\n" WIDE "\n");
    strbuf_clear(&text);
    canvas_dump_roles(c, &text);
    assert_string_equal(strbuf_text(&text), "OOO .\noooo\n");
    strbuf_done(&text);
    canvas_free(c);
}

static void sizes_are_made_reasonable(void **state)
{
    (void)state;
    Canvas *c = canvas_new(0, -3, false);
    assert_int_equal(c->w, 1);
    assert_int_equal(c->h, 1);
    canvas_resize(c, 65535, 65535);
    assert_true(c->w < 65535 && c->h < 65535);
    canvas_free(c);
    canvas_free(NULL);
}

// --- any drawing, anywhere ---------------------------------------------------------------------

typedef struct {
    uint64_t state;
} Random;

static uint32_t random_next(Random *r)
{
    r->state = r->state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(r->state >> 33);
}

static int random_between(Random *r, int low, int high)
{
    return low + (int)(random_next(r) % (uint32_t)(high - low + 1));
}

// Mostly around the canvas, now and then where adding two of them overflows.
static int random_coordinate(Random *r)
{
    static const int extremes[] = {INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX};
    if (random_next(r) % 16 == 0) {
        return extremes[random_next(r) % ARRAY_LEN(extremes)];
    }
    return random_between(r, -12, 30);
}

static const char *const texts[] = {
    "",
    "a",
    "plain text",
    WIDE WIDE WIDE,
    "x" WIDE "y" WIDE,
    "e\xcc\x81\xe2\x80\x8b!",
    "broken \xff\xe6\x97 bytes",
    "\x1b[2Jhost.example:7001",
    "├─ ● 192.168.99.170:7001 …",
};

static void draw_anything(Random *r, Canvas *c)
{
    int x = random_coordinate(r);
    int y = random_next(r) % 4 == 0 ? random_coordinate(r) : random_between(r, 0, c->h - 1);
    int w = random_coordinate(r);
    int h = random_coordinate(r);
    Role role = (Role)(random_next(r) % ROLE_COUNT);
    const char *text = texts[random_next(r) % ARRAY_LEN(texts)];
    static const uint32_t codes[] = {'x', 0, 7, 0x2500, 0x65E5, 0x301, 0x10FFFF, 0xFFFFFFFF};
    switch (random_next(r) % 8) {
    case 0:
        canvas_text(c, x, y, w, role, text);
        break;
    case 1:
        canvas_textf(c, x, y, w, role, "%s %d", text, h);
        break;
    case 2:
        canvas_text_middle(c, x, y, w, role, text);
        break;
    case 3:
        canvas_right(c, x, y, w, role, text);
        break;
    case 4:
        canvas_fill(c, (Rect){x, y, w, h}, role, codes[random_next(r) % ARRAY_LEN(codes)]);
        break;
    case 5:
        canvas_mark(c, (Rect){x, y, w, h}, CELL_REVERSE);
        break;
    case 6:
        canvas_box(c, (Rect){x, y, w, h}, role, text);
        break;
    default:
        canvas_bar(c, x, y, w, role, random_between(r, -100, 1100));
        break;
    }
}

static bool row_is_whole(const Canvas *c, int y)
{
    for (int x = 0; x < c->w; x++) {
        const Cell *cell = &c->cells[y * c->w + x];
        bool is_wide = cell->code != 0 && text_code_width(cell->code) == 2;
        bool has_half = x + 1 < c->w && cell[1].code == 0;
        if (cell->role >= ROLE_COUNT || is_wide != has_half || (x == 0 && cell->code == 0)) {
            return false;
        }
        if (cell->code != 0 && text_code_width(cell->code) == 0) {
            return false;
        }
        if (c->ascii && (cell->code < ' ' || cell->code > '~')) {
            return false;
        }
    }
    return true;
}

static void any_drawing_leaves_a_whole_canvas(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        Random r = {seed};
        Canvas *c = canvas_new(random_between(&r, 1, 24), random_between(&r, 1, 8), seed % 2 == 0);
        for (int step = 0; step < 100; step++) {
            draw_anything(&r, c);
            for (int y = 0; y < c->h; y++) {
                if (!row_is_whole(c, y)) {
                    fail_msg("seed %d, step %d: row %d is broken", (int)seed, step, y);
                }
            }
        }
        canvas_free(c);
    }
}

// Cells beside the bounds given stay as they were.
static void text_respects_its_bounds(void **state)
{
    (void)state;
    enum { W = 24 };
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        Random r = {seed};
        Canvas *c = canvas_new(W, 1, seed % 2 == 0);
        canvas_fill(c, (Rect){0, 0, W, 1}, ROLE_DIM, '.');
        int x = random_between(&r, -6, W + 2);
        int w = random_between(&r, -2, W);
        const char *text = texts[random_next(&r) % ARRAY_LEN(texts)];
        int from = x;
        int end = 0;
        switch (random_next(&r) % 3) {
        case 0:
            end = canvas_text(c, x, 0, w, ROLE_OK, text);
            break;
        case 1:
            end = canvas_text_middle(c, x, 0, w, ROLE_OK, text);
            break;
        default:
            from = w > 0 ? x - w : x;
            end = canvas_right(c, x, 0, w, ROLE_OK, text);
            break;
        }
        int behind = from + (w > 0 ? w : 0);
        for (int i = 0; i < W; i++) {
            if ((i < from || i >= behind) && c->cells[i].code != '.') {
                fail_msg("seed %d: cell %d was written to", (int)seed, i);
            }
        }
        if (end > behind) {
            fail_msg("seed %d: ends at %d behind %d", (int)seed, end, behind);
        }
        canvas_free(c);
    }
}

TESTS(canvas, cmocka_unit_test(text_stays_within_its_cells),
      cmocka_unit_test(wide_characters_are_never_cut_in_half),
      cmocka_unit_test(control_and_combining_characters_take_no_cell),
      cmocka_unit_test(ascii_canvas_replaces_what_it_cannot_show),
      cmocka_unit_test(middle_truncation_keeps_the_port),
      cmocka_unit_test(right_aligned_text_ends_where_told), cmocka_unit_test(bar_grows_by_eighths),
      cmocka_unit_test(dumps_show_text_and_roles), cmocka_unit_test(sizes_are_made_reasonable),
      cmocka_unit_test(any_drawing_leaves_a_whole_canvas),
      cmocka_unit_test(text_respects_its_bounds))
