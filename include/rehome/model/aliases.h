// The operator's own names for nodes: each stands for an ID's first digits, host:port, or a host
// name as announced.
#ifndef REHOME_MODEL_ALIASES_H
#define REHOME_MODEL_ALIASES_H

#include <stddef.h>

#include "rehome/base/error.h"
#include "rehome/base/str.h"

enum { ALIAS_MAX_BYTES = 31 };

typedef struct {
    char name[ALIAS_MAX_BYTES + 1];
    char node[80]; // as it was written
} Alias;

typedef struct {
    Alias *at;
    size_t n;
    size_t cap;
} Aliases;

// A name is of letters, digits, '-', '_' and '.', with a letter in it, and none twice.
bool aliases_add(Aliases *aliases, StrView name, StrView node, Error *err);
void aliases_done(Aliases *aliases);

#endif
