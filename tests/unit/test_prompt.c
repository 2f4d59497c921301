// A line of text being typed.
#include "unit.h"

#include <string.h>

#include "../../src/ui/prompt.h"
#include "rehome/base/text.h"
#include "rehome/ui/keys.h"

static void type(Prompt *p, const char *text)
{
    StrView rest = sv(text);
    while (rest.n > 0) {
        assert_int_equal(prompt_key(p, text_next(&rest)), PROMPT_EDITED);
    }
}

static void characters_go_in_at_the_cursor(void **state)
{
    (void)state;
    Prompt p = {.n = 0};
    type(&p, "kernel");
    prompt_key(&p, KEY_IS_HOME);
    type(&p, "new ");
    assert_string_equal(p.text, "new kernel");
    prompt_key(&p, KEY_IS_RIGHT);
    type(&p, "o");
    assert_string_equal(p.text, "new koernel");
    prompt_key(&p, KEY_IS_END);
    type(&p, "!");
    assert_string_equal(p.text, "new koernel!");
}

static void backspace_takes_whole_characters(void **state)
{
    (void)state;
    Prompt p = {.n = 0};
    type(&p, "a日ü");
    prompt_key(&p, KEY_IS_BACKSPACE);
    assert_string_equal(p.text, "a日");
    prompt_key(&p, KEY_IS_LEFT);
    prompt_key(&p, KEY_IS_BACKSPACE);
    assert_string_equal(p.text, "日");
    assert_int_equal(prompt_key(&p, KEY_IS_BACKSPACE), PROMPT_EDITED); // nothing before it
    assert_string_equal(p.text, "日");
    prompt_key(&p, KEY_IS_RIGHT);
    prompt_key(&p, KEY_IS_RIGHT);
    prompt_key(&p, KEY_IS_BACKSPACE);
    assert_string_equal(p.text, "");
}

static void ctrl_u_takes_all_before_the_cursor(void **state)
{
    (void)state;
    Prompt p = {.n = 0};
    type(&p, "abcd");
    prompt_key(&p, KEY_IS_LEFT);
    prompt_key(&p, KEY_IS_CTRL_U);
    assert_string_equal(p.text, "d");
    type(&p, "x");
    assert_string_equal(p.text, "xd");
}

static void what_does_not_fit_is_not_taken(void **state)
{
    (void)state;
    Prompt p = {.n = 0};
    for (int i = 0; i < PROMPT_SIZE; i++) {
        type(&p, "日");
    }
    assert_int_equal(p.n, (PROMPT_SIZE - 1) / 3 * 3);
    assert_int_equal(strlen(p.text), p.n);
}

static void what_nobody_would_see_is_not_taken(void **state)
{
    (void)state;
    Prompt p = {.n = 0};
    static const uint32_t none[] = {0x1B - 1, 1, KEY_IS_TAB, KEY_IS_F1, 0x200B, 0x7F, 0x202E};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(prompt_key(&p, none[i]), PROMPT_NOT_MINE);
    }
    assert_string_equal(p.text, "");
}

static void enter_commits_and_esc_does_not(void **state)
{
    (void)state;
    Prompt p;
    prompt_set(&p, "60\x1b");
    assert_string_equal(p.text, "60?");
    assert_int_equal(prompt_key(&p, KEY_IS_ENTER), PROMPT_COMMIT);
    assert_int_equal(prompt_key(&p, KEY_IS_ESC), PROMPT_CANCEL);
    assert_string_equal(p.text, "60?");
}

static void a_long_text_is_shown_around_the_cursor(void **state)
{
    (void)state;
    Prompt p = {.n = 0};
    Canvas *c = canvas_new(8, 1, false);
    StrBuf out = {0};
    type(&p, "0123456789");
    prompt_draw(&p, c, 1, 0, 6, true);
    canvas_dump_text(c, &out);
    assert_string_equal(strbuf_text(&out), " 56789\n");
    assert_int_equal(c->cells[6].flags, CELL_REVERSE);
    prompt_key(&p, KEY_IS_HOME);
    prompt_draw(&p, c, 1, 0, 6, true);
    strbuf_clear(&out);
    canvas_dump_text(c, &out);
    assert_string_equal(strbuf_text(&out), " 012345\n");
    assert_int_equal(c->cells[1].flags & CELL_REVERSE, CELL_REVERSE);
    strbuf_done(&out);
    canvas_free(c);
}

static void the_cursor_is_as_wide_as_what_it_stands_on(void **state)
{
    (void)state;
    Prompt p = {.n = 0};
    Canvas *c = canvas_new(8, 1, false);
    type(&p, "日本");
    prompt_key(&p, KEY_IS_LEFT);
    prompt_draw(&p, c, 0, 0, 8, true);
    for (int x = 0; x < 8; x++) {
        assert_int_equal(c->cells[x].flags, x == 2 || x == 3 ? CELL_REVERSE : 0);
    }
    canvas_free(c);
}

TESTS(prompt, cmocka_unit_test(characters_go_in_at_the_cursor),
      cmocka_unit_test(backspace_takes_whole_characters),
      cmocka_unit_test(ctrl_u_takes_all_before_the_cursor),
      cmocka_unit_test(what_does_not_fit_is_not_taken),
      cmocka_unit_test(what_nobody_would_see_is_not_taken),
      cmocka_unit_test(enter_commits_and_esc_does_not),
      cmocka_unit_test(a_long_text_is_shown_around_the_cursor),
      cmocka_unit_test(the_cursor_is_as_wide_as_what_it_stands_on))
