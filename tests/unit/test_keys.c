#include "unit.h"

#include <string.h>

#include "golden.h"
#include "rehome/base/mem.h"
#include "rehome/ui/key_remap.h"
#include "rehome/ui/keys.h"

static const unsigned scopes[] = {IN_TREE, IN_PROBLEMS, IN_EVENTS, IN_DETAILS, IN_HELP,
                                  IN_PICK, IN_CONFIRM,  IN_AUTO,   IN_WHY,     IN_HOSTS};

// Calls what for each key of the table.
static void each_key(void (*what)(const KeyBinding *binding, const char *name))
{
    for (size_t i = 0; i < keys_built_in.n; i++) {
        StrView rest = sv(keys_built_in.at[i].keys);
        StrView name;
        while (sv_next(&rest, ' ', &name)) {
            char text[16] = "";
            assert_in_range(name.n, 1, sizeof(text) - 1);
            memcpy(text, name.at, name.n);
            what(&keys_built_in.at[i], text);
        }
    }
}

static void is_known(const KeyBinding *binding, const char *name)
{
    char back[16];
    uint32_t key = key_from_name(name);
    if (key == KEY_IS_NONE) {
        fail_msg("'%s' in '%s' is not the name of a key", name, binding->keys);
    }
    assert_string_equal(key_to_name(key, back, sizeof(back)), name);
}

static void every_name_in_the_table_is_a_key(void **state)
{
    (void)state;
    each_key(is_known);
}

static bool has_key(const KeyBinding *binding, uint32_t key)
{
    StrView rest = sv(binding->keys);
    StrView name;
    while (sv_next(&rest, ' ', &name)) {
        char text[16] = "";
        memcpy(text, name.at, name.n);
        if (key_from_name(text) == key) {
            return true;
        }
    }
    return false;
}

// A demo adds its keys to those of any view.
static void is_alone(const KeyBinding *binding, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
        unsigned scope = scopes[i] | IN_DEMO | IN_ANY;
        int n = 0;
        for (size_t k = 0; k < keys_built_in.n; k++) {
            n += (keys_built_in.at[k].scope & scope) != 0 &&
                 has_key(&keys_built_in.at[k], key_from_name(name));
        }
        if ((binding->scope & scope) != 0 && n != 1) {
            fail_msg("'%s' is bound %d times in scope %u", name, n, scopes[i]);
        }
    }
}

static void no_key_means_two_things_in_one_place(void **state)
{
    (void)state;
    each_key(is_alone);
}

static void every_binding_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < keys_built_in.n; i++) {
        const KeyBinding *binding = &keys_built_in.at[i];
        size_t n = strlen(binding->help);
        assert_true(n > 1 && binding->help[n - 1] == '.');
        assert_non_null(binding->label);
        assert_true(strlen(binding->label) <= 16);
        assert_true(binding->scope != 0);
        assert_true(binding->action > ACT_NONE && binding->action < ACT_COUNT);
    }
}

static void every_action_has_a_key(void **state)
{
    (void)state;
    bool bound[ACT_COUNT] = {[ACT_NONE] = true};
    for (size_t i = 0; i < keys_built_in.n; i++) {
        bound[keys_built_in.at[i].action] = true;
    }
    static const char *const names[] = {
#define X(name) #name,
        ACTIONS(X)
#undef X
    };
    for (size_t i = 0; i < ACT_COUNT; i++) {
        if (!bound[i]) {
            fail_msg("no key does %s", names[i]);
        }
    }
}

// One name for them in a configuration, and one set of keys.
static void an_action_has_the_same_keys_wherever_it_has_any(void **state)
{
    (void)state;
    const char *keys[ACT_COUNT] = {NULL};
    for (size_t i = 0; i < keys_built_in.n; i++) {
        const KeyBinding *b = &keys_built_in.at[i];
        if (!key_can_be_remapped(b)) {
            continue;
        }
        if (keys[b->action] != NULL) {
            assert_string_equal(b->keys, keys[b->action]);
        }
        keys[b->action] = b->keys;
    }
}

static void lookup_minds_the_scope(void **state)
{
    (void)state;
    assert_int_equal(keys_lookup(&keys_built_in, 'j', IN_TREE), ACT_ROW_DOWN);
    assert_int_equal(keys_lookup(&keys_built_in, KEY_IS_DOWN, IN_HELP), ACT_ROW_DOWN);
    assert_int_equal(keys_lookup(&keys_built_in, 'j', IN_CONFIRM), ACT_NONE);
    assert_int_equal(keys_lookup(&keys_built_in, KEY_IS_ENTER, IN_TREE), ACT_DETAILS);
    assert_int_equal(keys_lookup(&keys_built_in, KEY_IS_ENTER, IN_PICK), ACT_CHOOSE);
    assert_int_equal(keys_lookup(&keys_built_in, KEY_IS_CTRL_C, IN_CONFIRM), ACT_NONE);
    assert_int_equal(keys_lookup(&keys_built_in, 'K', IN_TREE), ACT_NONE);
    assert_int_equal(keys_lookup(&keys_built_in, 'K', IN_TREE | IN_DEMO), ACT_DEMO_KILL);
    assert_int_equal(keys_lookup(&keys_built_in, '~', IN_TREE), ACT_NONE);
    assert_int_equal(keys_lookup(&keys_built_in, KEY_IS_NONE, IN_TREE), ACT_NONE);
}

// A key pressed twice by mistake, or Enter out of habit, commits nothing.
static void what_starts_a_write_never_commits_it(void **state)
{
    (void)state;
    static const uint32_t starters[] = {'m', 'M', 'u', 'a', KEY_IS_ENTER, ' '};
    for (size_t i = 0; i < ARRAY_LEN(starters); i++) {
        assert_int_equal(keys_lookup(&keys_built_in, starters[i], IN_CONFIRM), ACT_NONE);
    }
}

static void names_of_keys_are_exact(void **state)
{
    (void)state;
    assert_int_equal(key_from_name("Ctrl-L"), KEY_IS_CTRL_L);
    assert_int_equal(key_from_name("Space"), ' ');
    assert_int_equal(key_from_name("\xc3\xa9"), 0xE9);
    static const char *const unknown[] = {"",    "Ctrl-", "Ctrl-!", "Ctrl-LL",
                                          "F13", "up",    "ab",     "\t"};
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        assert_int_equal(key_from_name(unknown[i]), KEY_IS_NONE);
    }
    char text[16];
    assert_string_equal(key_to_name(0xE9, text, sizeof(text)), "\xc3\xa9");
    assert_string_equal(key_to_name(KEY_IS_CTRL_Z, text, sizeof(text)), "Ctrl-Z");
    assert_string_equal(key_to_name(0x12345678, text, sizeof(text)), "?");
}

static void markdown_has_a_row_for_each_binding(void **state)
{
    (void)state;
    StrBuf text = {0};
    keys_markdown(&text);
    StrView rest = sv(strbuf_text(&text));
    StrView row;
    size_t rows = 0;
    while (sv_next(&rest, '\n', &row)) {
        assert_true(sv_starts(row, "|") && row.at[row.n - 1] == '|');
        rows++;
    }
    assert_int_equal(rows, keys_built_in.n + 2);
    assert_non_null(
        strstr(strbuf_text(&text), "| `j` `Down` | Next row. | tree, hosts, problems,"));
    strbuf_done(&text);
}

static void the_readme_has_the_table_as_it_is(void **state)
{
    (void)state;
    StrBuf table = {0};
    keys_markdown(&table);
    bool is_there = golden_contained("README.md", strbuf_text(&table));
    strbuf_done(&table);
    assert_true(is_there);
}

TESTS(keys, cmocka_unit_test(every_name_in_the_table_is_a_key),
      cmocka_unit_test(no_key_means_two_things_in_one_place),
      cmocka_unit_test(every_binding_is_explained), cmocka_unit_test(every_action_has_a_key),
      cmocka_unit_test(an_action_has_the_same_keys_wherever_it_has_any),
      cmocka_unit_test(lookup_minds_the_scope),
      cmocka_unit_test(what_starts_a_write_never_commits_it),
      cmocka_unit_test(names_of_keys_are_exact),
      cmocka_unit_test(markdown_has_a_row_for_each_binding),
      cmocka_unit_test(the_readme_has_the_table_as_it_is))
