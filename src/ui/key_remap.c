#include "rehome/ui/key_remap.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/arena.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

struct KeyRemap {
    Arena *arena; // the texts of keys
    KeyBinding *rows;
    int *lines; // where a row's keys were said; 0: built in
    KeyMap map;
};

KeyRemap *key_remap_new(void)
{
    KeyRemap *r = mem_alloc(sizeof(*r));
    size_t n = keys_built_in.n;
    r->arena = arena_new();
    r->rows = mem_alloc(n * sizeof(*r->rows));
    r->lines = mem_alloc(n * sizeof(*r->lines));
    memcpy(r->rows, keys_built_in.at, n * sizeof(*r->rows));
    r->map = (KeyMap){r->rows, n};
    return r;
}

void key_remap_free(KeyRemap *r)
{
    if (r != NULL) {
        arena_free(r->arena);
        mem_free(r->rows);
        mem_free(r->lines);
        mem_free(r);
    }
}

const KeyMap *key_remap_map(const KeyRemap *r)
{
    return &r->map;
}

bool key_can_be_remapped(const KeyBinding *binding)
{
    return (binding->scope & ~IN_TEXT) != 0;
}

static bool fail_action(StrView action, Error *err)
{
    char shown[48];
    char near[32];
    text_clean_into(shown, sizeof(shown), action);
    Action nearest = action_name_nearest(action);
    if (nearest == ACT_NONE) {
        return fail(err, ERR_PARSE, "there is no action '%s'", shown);
    }
    return fail(err, ERR_PARSE, "there is no action '%s'; did you mean %s?", shown,
                action_name(nearest, near, sizeof(near)));
}

static bool fail_key(StrView name, Error *err)
{
    char shown[32];
    text_clean_into(shown, sizeof(shown), name);
    const char *nearest = key_name_nearest(name);
    if (nearest[0] != '\0') {
        return fail(err, ERR_PARSE, "there is no key '%s'; did you mean %s?", shown, nearest);
    }
    return fail(
        err, ERR_PARSE,
        "there is no key '%s': a key is one character, or Esc, Enter, Tab, Space, Up, PgDn, "
        "F1 to F12, Ctrl-A to Ctrl-Z and the like",
        shown);
}

// The names with one blank between them, each a key and none twice.
static bool read_keys(KeyRemap *r, StrView keys, const char **out, Error *err)
{
    StrBuf text = {0};
    StrView name;
    bool ok = true;
    while (ok && sv_next(&keys, ' ', &name)) {
        name = sv_trim(name);
        if (name.n == 0) {
            continue;
        }
        uint32_t key = key_from_view(name);
        KeyBinding so_far = {.keys = strbuf_text(&text)};
        if (key == KEY_IS_NONE) {
            ok = fail_key(name, err);
        } else if (key_binding_has(&so_far, key)) {
            ok = fail(err, ERR_PARSE, "the key %.*s stands there twice", (int)name.n, name.at);
        } else {
            strbuf_add(&text, text.n > 0 ? " " : "");
            strbuf_add_sv(&text, name);
        }
    }
    if (ok) {
        *out = arena_strdup(r->arena, strbuf_text(&text));
    }
    strbuf_done(&text);
    return ok;
}

bool key_remap_bind(KeyRemap *r, StrView action, StrView keys, int line, Error *err)
{
    const char *text = "";
    Action wanted = action_from_name(action);
    if (wanted == ACT_NONE) {
        return fail_action(action, err);
    }
    if (!read_keys(r, keys, &text, err)) {
        return false;
    }
    size_t bound = 0;
    for (size_t i = 0; i < r->map.n; i++) {
        if (r->rows[i].action == wanted && key_can_be_remapped(&r->rows[i])) {
            if (r->lines[i] > 0 && r->lines[i] != line) {
                return fail(err, ERR_PARSE, "'%.*s' stands there twice: in line %d already",
                            (int)action.n, action.at, r->lines[i]);
            }
            r->rows[i].keys = text;
            r->lines[i] = line;
            bound++;
        }
    }
    return bound > 0 ||
           fail(err, ERR_PARSE, "the keys of '%.*s' are fixed, because text is typed there",
                (int)action.n, action.at);
}

// --- the rules ---

typedef struct {
    const KeyRemap *r;
    void (*wrong)(void *ctx, int line, const char *text);
    void *ctx;
} Check;

static void say(const Check *check, int line, const StrBuf *text)
{
    check->wrong(check->ctx, line, strbuf_text(text));
}

// Where both apply; 0: nowhere. The demo's keys are added to those of the tree.
static unsigned common_scope(unsigned a, unsigned b)
{
    a |= (a & IN_DEMO) != 0 ? (unsigned)IN_TREE : 0;
    b |= (b & IN_DEMO) != 0 ? (unsigned)IN_TREE : 0;
    return (a & IN_ANY) != 0 ? b : (b & IN_ANY) != 0 ? a : a & b;
}

static bool is_committing(const KeyBinding *b)
{
    return b->action == ACT_CONFIRM;
}

// Two rows with a key in common, at least one of them not as built in.
static void clash(const Check *check, size_t i, size_t k, StrView key, unsigned scope)
{
    const KeyBinding *rows = check->r->rows;
    const int *lines = check->r->lines;
    size_t said = lines[i] > lines[k] ? i : k; // the later one is told of the earlier one
    size_t other = said == i ? k : i;
    char name[32];
    StrBuf text = {0};
    action_name(rows[other].action, name, sizeof(name));
    strbuf_addf(&text, "the key %.*s is one of `%s`", (int)key.n, key.at, name);
    if (lines[other] > 0) {
        strbuf_addf(&text, " (line %d)", lines[other]);
    }
    if (scope != 0) {
        strbuf_add(&text, " here: ");
        key_scope_words(scope, &text);
    } else {
        strbuf_add(&text, ": what starts or does anything must not commit it as well");
    }
    strbuf_addf(&text, "; give `%s` another key", name);
    say(check, lines[said], &text);
    strbuf_done(&text);
}

static void check_pair(const Check *check, size_t i, size_t k)
{
    const KeyBinding *a = &check->r->rows[i];
    const KeyBinding *b = &check->r->rows[k];
    unsigned scope = common_scope(a->scope, b->scope);
    bool commits = is_committing(a) != is_committing(b);
    StrView rest = sv(a->keys);
    StrView name;
    bool both_built_in = check->r->lines[i] == 0 && check->r->lines[k] == 0;
    if (a->action == b->action || both_built_in || (scope == 0 && !commits)) {
        return;
    }
    while (sv_next(&rest, ' ', &name)) {
        if (key_binding_has(b, key_from_view(name))) {
            clash(check, i, k, name, scope);
            return;
        }
    }
}

// Keys that an action must not lose.
static void check_kept(const Check *check, Action action, uint32_t key)
{
    const KeyRemap *r = check->r;
    char what[32];
    char name[KEY_NAME_SIZE];
    for (size_t i = 0; i < r->map.n; i++) {
        if (r->rows[i].action == action && r->lines[i] > 0 && key_can_be_remapped(&r->rows[i]) &&
            !key_binding_has(&r->rows[i], key)) {
            StrBuf text = {0};
            action_name(action, what, sizeof(what));
            key_to_name(key, name, sizeof(name));
            strbuf_addf(&text, "`%s` keeps the key %s: write %s = %s %s", what, name, what, name,
                        r->rows[i].keys);
            say(check, r->lines[i], &text);
            strbuf_done(&text);
            return;
        }
    }
}

void key_remap_check(const KeyRemap *r, void (*wrong)(void *ctx, int line, const char *text),
                     void *ctx)
{
    Check check = {r, wrong, ctx};
    for (size_t i = 0; i < r->map.n; i++) {
        for (size_t k = i + 1; k < r->map.n; k++) {
            check_pair(&check, i, k);
        }
        if (is_committing(&r->rows[i]) && r->rows[i].keys[0] == '\0') {
            wrong(ctx, r->lines[i], "`confirm` needs a key: nothing could be confirmed without");
        }
    }
    check_kept(&check, ACT_QUIT, 'q');
    check_kept(&check, ACT_QUIT, KEY_IS_CTRL_C);
    check_kept(&check, ACT_CANCEL, KEY_IS_ESC);
}
