#include "rehome/ui/column_sets.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static const char *const column_names[] = {
#define X(id, name, help) name,
    TREE_COLUMNS(X)
#undef X
};

static const char auto_name[] = "auto";

static bool put(ColumnSets *sets, StrView name, StrView columns, Error *err)
{
    ColumnSet set = {.has = {[COLUMN_NAME] = true, [COLUMN_STATE] = true}};
    snprintf(set.name, sizeof(set.name), "%.*s", (int)name.n, name.at);
    StrView word;
    while (sv_next(&columns, ' ', &word)) {
        word = sv_trim(word);
        bool known = word.n == 0;
        for (size_t i = 0; i < COLUMN_COUNT; i++) {
            if (sv_is(word, column_names[i])) {
                set.has[i] = known = true;
            }
        }
        if (!known) {
            char shown[40];
            text_clean_into(shown, sizeof(shown), word);
            return fail(err, ERR_PARSE,
                        "there is no column '%s': name, state, why, bar, slots, memory, ops, keys",
                        shown);
        }
    }
    size_t i = 0;
    while (i < sets->n && strcmp(sets->at[i].name, set.name) != 0) {
        i++;
    }
    if (i == COLUMN_SETS_MAX) {
        return fail(err, ERR_PARSE, "more than %d sets of columns", COLUMN_SETS_MAX);
    }
    sets->n += i == sets->n;
    sets->at[i] = set;
    return true;
}

bool column_sets_put(ColumnSets *sets, StrView name, StrView columns, Error *err)
{
    if (name.n == 0 || name.n >= COLUMN_SET_NAME || memchr(name.at, ' ', name.n) != NULL) {
        return fail(err, ERR_PARSE, "a set of columns has a name of one word, up to %d letters",
                    COLUMN_SET_NAME - 1);
    }
    if (sv_is(name, auto_name)) {
        return fail(err, ERR_PARSE, "the columns of 'auto' follow from the width of the screen");
    }
    return put(sets, name, columns, err);
}

ColumnSets column_sets_default(void)
{
    ColumnSets sets = {.n = 0};
    put(&sets, sv(auto_name), sv("why bar slots memory ops keys"), NULL);
    put(&sets, sv("minimal"), sv("name state"), NULL);
    put(&sets, sv("load"), sv("name state memory ops keys"), NULL);
    return sets;
}

const ColumnSet *column_sets_find(const ColumnSets *sets, StrView name)
{
    for (size_t i = 0; i < sets->n; i++) {
        if (sv_is(name, sets->at[i].name)) {
            return &sets->at[i];
        }
    }
    return NULL;
}

void column_sets_names(const ColumnSets *sets, StrBuf *out)
{
    for (size_t i = 0; i < sets->n; i++) {
        strbuf_addf(out, "%s%s", i > 0 ? ", " : "", sets->at[i].name);
    }
}
