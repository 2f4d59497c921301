// Replies of "name<sep>value" lines (INFO, CLUSTER INFO, settings) read into a struct by a table.
#ifndef REHOME_SRC_MODEL_FIELDS_H
#define REHOME_SRC_MODEL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/base/arena.h"
#include "rehome/base/str.h"
#include "rehome/base/strbuf.h"

typedef enum {
    FIELD_INT,   // int; below 0: -1, what does not fit is left alone
    FIELD_I64,   // int64_t; below 0: -1, which says "unknown" everywhere
    FIELD_U64,   // uint64_t
    FIELD_MILLI, // int64_t, thousandths; below 0: -1
    FIELD_IS,    // bool: the value is the word
    FIELD_OR,    // bool: or was true already
    FIELD_TRI,   // Tri: yes, no, else left alone
    FIELD_TEXT,  // const char *: a clean copy in the arena
} FieldKind;

// The name's length is in the table: most of INFO's 200 lines are told from a name by it alone.
#define FIELD_NAME(text)                                                                           \
    {                                                                                              \
        .at = (text), .n = sizeof(text) - 1                                                        \
    }

typedef struct {
    StrView name;
    FieldKind kind;
    size_t at; // offsetof
    const char *word;
} Field;

// The next line that holds sep, with blanks around name and value removed. false at the end.
bool fields_next(StrView *rest, char sep, StrView *name, StrView *value);

// Sets what the table says about name; unreadable values change nothing. false when the table does
// not know the name. It must be sorted: shorter names first, then by bytes. arena may be NULL
// without FIELD_TEXT.
bool fields_set(const Field *table, size_t n, void *out, StrView name, StrView value, Arena *arena);

bool fields_know(const Field *table, size_t n, StrView name); // as fields_set() would

// Appends the lines whose name is read, "name<sep>value" and their end each.
void fields_keep(StrView reply, char sep, bool (*is_read)(StrView name), StrBuf *out);

// A comma-separated list of key=value: the next pair; false at the end.
bool fields_pair(StrView *rest, StrView *key, StrView *value);

#endif
