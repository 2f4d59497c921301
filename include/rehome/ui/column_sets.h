// Which columns the tree has, by the names of sets of them.
#ifndef REHOME_UI_COLUMN_SETS_H
#define REHOME_UI_COLUMN_SETS_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/base/error.h"
#include "rehome/base/str.h"
#include "rehome/base/strbuf.h"

// Name in a configuration, and what it is.
#define TREE_COLUMNS(X)                                                                            \
    X(NAME, "name", "its alias or address; always there")                                          \
    X(STATE, "state", "the word for how it is; always there")                                      \
    X(WHY, "why", "why it is an orphan")                                                           \
    X(BAR, "bar", "where in the slots its own lie")                                                \
    X(SLOTS, "slots", "the ranges of its slots")                                                   \
    X(MEMORY, "memory", "used by its dataset and buffers")                                         \
    X(OPS, "ops", "operations a second")                                                           \
    X(KEYS, "keys", "keys it holds")

typedef enum {
#define X(id, name, help) COLUMN_##id,
    TREE_COLUMNS(X)
#undef X
        COLUMN_COUNT
} TreeColumn;

enum { COLUMN_SETS_MAX = 16, COLUMN_SET_NAME = 24 };

typedef struct {
    char name[COLUMN_SET_NAME];
    bool has[COLUMN_COUNT];
} ColumnSet;

typedef struct {
    ColumnSet at[COLUMN_SETS_MAX];
    size_t n;
} ColumnSets;

// "auto", which has all that the width allows and cannot be changed, and a few more.
ColumnSets column_sets_default(void);

// Another set, or another meaning of one. columns: names separated by blanks.
bool column_sets_put(ColumnSets *sets, StrView name, StrView columns, Error *err);

const ColumnSet *column_sets_find(const ColumnSets *sets, StrView name); // NULL: there is none
void column_sets_names(const ColumnSets *sets, StrBuf *out);             // "auto, minimal"

#endif
