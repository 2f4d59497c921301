// Which nodes are wanted on the screen: a few words that must all be true of a node.
//
//     state:WORD   its state begins so: "orph" "at-risk" "syncing" "failed" ...
//     role:WORD    master or replica, or the beginning of it
//     host:TEXT    in its host's label
//     name:TEXT    in its address, alias or announced name, or its ID begins so (4 digits at least)
//     TEXT         in any of the last two
//
// "!" before a word says that it must not be true. Case does not matter.
#ifndef REHOME_UI_FILTER_H
#define REHOME_UI_FILTER_H

#include <stdbool.h>

#include "rehome/base/error.h"
#include "rehome/policy/health.h"

enum { FILTER_TERMS = 8, FILTER_TEXT = 64 };

typedef enum { FILTER_ANY, FILTER_NAME, FILTER_HOST, FILTER_STATE, FILTER_ROLE } FilterKind;

typedef struct {
    FilterKind kind;
    bool is_not;
    char text[FILTER_TEXT]; // lower case
} FilterTerm;

typedef struct {
    FilterTerm at[FILTER_TERMS];
    int n; // 0: everything matches
} Filter;

// A word that is not finished ("host:", "!") is left out. Wrong: an unknown key or state, too many
// words, one that is too long; err says what there is, out is not touched.
bool filter_parse(StrView text, Filter *out, Error *err);

bool filter_matches(const Filter *filter, const Health *h, int node);

// A bare word of a filter, for the search: any case. "" is in no node.
bool filter_finds(const char *text, const Node *n);

#endif
