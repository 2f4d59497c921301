// Every key of the table, in every place where the help page promises it, does what it says: each
// is pressed, and its effect looked at. A key without a case fails.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../src/ui/view.h"
#include "desk.h"
#include "key_cases.h"
#include "rehome/base/mem.h"
#include "screen.h"

static int n_wrong; // all are told before the test fails

static const struct {
    unsigned place;
    const char *keys; // that lead there
} ways[] = {
    {IN_TREE, ""},
    {IN_HOSTS, "2"},
    {IN_PROBLEMS, "3"},
    {IN_EVENTS, "4"},
    {IN_AUTO, "5"},
    {IN_WHY, "e"},
    {IN_HELP, "?"},
    {IN_DETAILS, "Enter"},
    {IN_CONFIRM, "M"},
    {IN_FILTER, "f"},
    {IN_FORM, "p"},
    {IN_COMMAND, ":"},
    {IN_PICK, "/ 7 0 0 4 Enter m"},
};

static Desk *open_desk(const KeyCase *c, const char *way, const char *more)
{
    Desk *d = desk_new(c->stage != NULL ? c->stage() : orphaned(), CONFIRM_COUNTDOWN);
    if (c->prepare != NULL) {
        c->prepare(d);
    }
    screen(d); // a page is as long as it was last drawn
    StrView rest = sv(way);
    for (int i = 0; i < 2; i++, rest = sv(more)) {
        StrView one;
        while (sv_next(&rest, ' ', &one)) {
            char name[KEY_NAME_SIZE];
            snprintf(name, sizeof(name), "%.*s", (int)one.n, one.at);
            key(d, name);
            screen(d);
        }
    }
    return d;
}

static bool looks_like(const KeyCase *c, const char *path, const char *now)
{
    Desk *d = open_desk(c, path, "");
    bool same = strcmp(screen(d), now) == 0;
    desk_free(d);
    return same;
}

// What is wrong with what the key did; NULL: nothing.
static const char *judge(const KeyCase *c, Desk *d, const Request *r, const char *before)
{
    const char *now = screen(d);
    if (r->kind != c->request) {
        return "it asks for something else";
    }
    if (c->then != 0 && ui_scope(d->ui) != c->then) {
        return "it leads somewhere else";
    }
    if (c->shows != NULL && strstr(before, c->shows) != NULL) {
        return "what it should bring is there already";
    }
    if (c->shows != NULL && strstr(now, c->shows) == NULL) {
        return "what it should bring is not there";
    }
    if (c->hides != NULL && strstr(before, c->hides) == NULL) {
        return "what it should take away is not there";
    }
    if (c->hides != NULL && strstr(now, c->hides) != NULL) {
        return "what it should take away is still there";
    }
    return NULL;
}

static void press(const KeyCase *c, unsigned place, const char *name)
{
    const char *way = c->way;
    for (size_t i = 0; i < ARRAY_LEN(ways) && way == NULL; i++) {
        way = ways[i].place == place ? ways[i].keys : NULL;
    }
    Desk *d = open_desk(c, way, c->path);
    unsigned scope = ui_scope(d->ui);
    char *before = mem_strdup(screen(d));
    Request r = key(d, name);
    screen_press(d->ui, &d->st->scene, c->after != NULL ? c->after : "");
    const char *wrong = scope != place ? "the way does not lead there" : judge(c, d, &r, before);
    char *now = mem_strdup(screen(d));
    desk_free(d); // there is one at a time
    if (wrong == NULL && c->like != NULL && !looks_like(c, c->like, now)) {
        wrong = "it should look as after other keys";
    }
    if (wrong == NULL && c->unlike != NULL && looks_like(c, c->unlike, now)) {
        wrong = "it should look unlike after other keys";
    }
    if (wrong != NULL) {
        StrBuf where = {0};
        key_scope_words(place, &where);
        print_error("before:\n%s\nthen:\n%s\n", before, now);
        print_error("%s in %s, after '%s' '%s': %s\n", name, strbuf_text(&where), way, c->path,
                    wrong);
        strbuf_done(&where);
        n_wrong++;
    }
    mem_free(before);
    mem_free(now);
}

static void press_in(const KeyBinding *binding, unsigned place)
{
    int n = 0;
    for (size_t i = 0; i < key_cases_n; i++) {
        const KeyCase *c = &key_cases[i];
        if (c->action != binding->action || (c->in & place) == 0) {
            continue;
        }
        n++;
        StrView rest = sv(binding->keys);
        StrView one;
        while (sv_next(&rest, ' ', &one)) {
            char name[KEY_NAME_SIZE];
            snprintf(name, sizeof(name), "%.*s", (int)one.n, one.at);
            press(c, place, name);
        }
    }
    if (n == 0) {
        StrBuf where = {0};
        key_scope_words(place, &where);
        print_error("'%s' in %s has no case in key_cases.c\n", binding->keys, strbuf_text(&where));
        strbuf_done(&where);
        n_wrong++;
    }
}

static void every_key_does_what_the_help_page_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < keys_built_in.n; i++) {
        const KeyBinding *binding = &keys_built_in.at[i];
        for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
            bool is_added = (binding->scope == IN_DEMO || binding->scope == IN_REPLAY) &&
                            ways[w].place == IN_TREE;
            if ((binding->scope & (ways[w].place | IN_ANY)) != 0 || is_added) {
                press_in(binding, ways[w].place);
            }
        }
    }
    assert_int_equal(n_wrong, 0);
}

TESTS(every_key, cmocka_unit_test(every_key_does_what_the_help_page_says))
