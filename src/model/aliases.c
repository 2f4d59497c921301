#include "rehome/model/aliases.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What could be a port or an address is no name.
static bool is_name(StrView name)
{
    bool has_letter = false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.at[i];
        has_letter = has_letter || is_letter(c);
        if (!is_letter(c) && (c < '0' || c > '9') && strchr("-_.", c) == NULL) {
            return false;
        }
    }
    return has_letter && name.n <= ALIAS_MAX_BYTES;
}

bool aliases_add(Aliases *aliases, StrView name, StrView node, Error *err)
{
    char shown[64];
    text_clean_into(shown, sizeof(shown), name);
    if (!is_name(name)) {
        return fail(err, ERR_PARSE,
                    "'%s' is no alias: up to %d letters, digits, '-', '_' and '.', with a letter",
                    shown, ALIAS_MAX_BYTES);
    }
    for (size_t i = 0; i < aliases->n; i++) {
        if (sv_is(name, aliases->at[i].name)) {
            return fail(err, ERR_PARSE, "the alias %s is given twice", shown);
        }
    }
    if (node.n == 0 || node.n >= sizeof(aliases->at[0].node)) {
        return fail(err, ERR_PARSE,
                    "the alias %s wants a node: host:port, or the first digits of its ID", shown);
    }
    aliases->at = mem_grow(aliases->at, &aliases->cap, aliases->n + 1, sizeof(*aliases->at));
    Alias *a = &aliases->at[aliases->n++];
    snprintf(a->name, sizeof(a->name), "%.*s", (int)name.n, name.at);
    snprintf(a->node, sizeof(a->node), "%.*s", (int)node.n, node.at);
    return true;
}

void aliases_done(Aliases *aliases)
{
    mem_free(aliases->at);
    *aliases = (Aliases){.at = NULL};
}
