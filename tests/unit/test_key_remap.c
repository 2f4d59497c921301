#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/ui/key_remap.h"

static void on_wrong(void *ctx, int line, const char *text)
{
    strbuf_addf(ctx, "%d: %s\n", line, text);
}

// What is wrong with these lines: "move = m F5\n...".
static char *wrong_with(const char *lines)
{
    KeyRemap *r = key_remap_new();
    StrBuf out = {0};
    StrView rest = sv(lines);
    StrView line;
    for (int n = 1; sv_next(&rest, '\n', &line); n++) {
        StrView action;
        Error err = {0};
        assert_true(sv_cut(&line, '=', &action));
        if (!key_remap_bind(r, sv_trim(action), sv_trim(line), n, &err)) {
            on_wrong(&out, n, err.text);
        }
    }
    key_remap_check(r, on_wrong, &out);
    char *text = mem_strdup(strbuf_text(&out));
    strbuf_done(&out);
    key_remap_free(r);
    return text;
}

static void assert_wrong(const char *lines, const char *says)
{
    char *text = wrong_with(lines);
    if (strstr(text, says) == NULL || (says[0] == '\0' && text[0] != '\0')) {
        fail_msg("of \"%s\" wanted \"%s\", got \"%s\"", lines, says, text);
    }
    mem_free(text);
}

static void an_action_gets_the_keys_it_was_given_and_no_others(void **state)
{
    (void)state;
    KeyRemap *r = key_remap_new();
    Error err = {0};
    char first[KEY_NAME_SIZE];
    assert_true(key_remap_bind(r, sv("move"), sv("F5  Ctrl-N"), 1, &err));
    const KeyMap *map = key_remap_map(r);
    assert_int_equal(keys_lookup(map, key_from_name("F5"), IN_TREE), ACT_MOVE);
    assert_int_equal(keys_lookup(map, key_from_name("Ctrl-N"), IN_DETAILS), ACT_MOVE);
    assert_int_equal(keys_lookup(map, 'm', IN_TREE), ACT_NONE);
    assert_int_equal(keys_lookup(&keys_built_in, 'm', IN_TREE), ACT_MOVE);
    assert_string_equal(keys_first(map, ACT_MOVE, IN_TREE, first, sizeof(first)), "F5");
    assert_true(key_remap_bind(r, sv("sort"), sv(""), 2, &err));
    assert_int_equal(keys_lookup(map, 's', IN_TREE), ACT_NONE);
    assert_string_equal(keys_first(map, ACT_SORT, IN_TREE, first, sizeof(first)), "");
    key_remap_free(r);
}

static void what_is_built_in_breaks_no_rule_when_it_is_said_again(void **state)
{
    (void)state;
    KeyRemap *r = key_remap_new();
    StrBuf out = {0};
    for (size_t i = 0; i < keys_built_in.n; i++) {
        char name[32];
        Error err = {0};
        const KeyBinding *b = &keys_built_in.at[i];
        if (key_can_be_remapped(b)) {
            action_name(b->action, name, sizeof(name));
            assert_int_equal(action_from_name(sv(name)), b->action);
            assert_true(key_remap_bind(r, sv(name), sv(b->keys), 1, &err));
        }
    }
    key_remap_check(r, on_wrong, &out);
    assert_string_equal(strbuf_text(&out), "");
    strbuf_done(&out);
    key_remap_free(r);
}

static void no_key_does_two_things_in_one_place(void **state)
{
    (void)state;
    assert_wrong("move = u", "1: the key u is one of `undo` here: tree");
    assert_wrong("undo = m\nmove = m", "2: the key m is one of `undo` (line 1)");
    assert_wrong("undo = m\nmove = u", ""); // they have changed places
    assert_wrong("sort = q", "1: the key q is one of `quit` here");
    assert_wrong("sort = K", "`demo-kill` here: tree"); // a demo adds its keys to the tree's
    assert_wrong("move = F5 F5", "the key F5 stands there twice");
    assert_wrong("move = F5\nmove = F6", "2: 'move' stands there twice: in line 1 already");
}

static void what_starts_never_commits(void **state)
{
    (void)state;
    assert_wrong("confirm = m", "1: the key m is one of `move`: what starts or does anything");
    assert_wrong("confirm = Enter", "must not commit it as well");
    assert_wrong("move = y", "1: the key y is one of `confirm`");
    assert_wrong("confirm =", "`confirm` needs a key");
    assert_wrong("confirm = Y F9", "");
}

static void the_ways_out_cannot_be_lost(void **state)
{
    (void)state;
    assert_wrong("quit = F10", "`quit` keeps the key q: write quit = q F10");
    assert_wrong("quit = q", "`quit` keeps the key Ctrl-C");
    assert_wrong("quit =", "`quit` keeps the key Ctrl-C");
    assert_wrong("cancel = F9", "`cancel` keeps the key Esc");
    assert_wrong("quit = Ctrl-C q Q", "");
}

static void mistakes_are_named_with_what_was_meant(void **state)
{
    (void)state;
    assert_wrong("moev = m", "there is no action 'moev'; did you mean move?");
    assert_wrong("gizmo = m", "there is no action 'gizmo'\n");
    assert_wrong("move = pgdn", "there is no key 'pgdn'; did you mean PgDn?");
    assert_wrong("move = foo", "there is no key 'foo': a key is one character");
    assert_wrong("next-field = F5", "the keys of 'next-field' are fixed");
}

TESTS(key_remap, cmocka_unit_test(an_action_gets_the_keys_it_was_given_and_no_others),
      cmocka_unit_test(what_is_built_in_breaks_no_rule_when_it_is_said_again),
      cmocka_unit_test(no_key_does_two_things_in_one_place),
      cmocka_unit_test(what_starts_never_commits), cmocka_unit_test(the_ways_out_cannot_be_lost),
      cmocka_unit_test(mistakes_are_named_with_what_was_meant))
