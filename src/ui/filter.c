#include "filter.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "rehome/base/mem.h"

enum { ID_DIGITS = 4 }; // fewer would find half the cluster

static const struct {
    const char *key;
    FilterKind kind;
} keys[] = {
    {"name:", FILTER_NAME},
    {"host:", FILTER_HOST},
    {"state:", FILTER_STATE},
    {"role:", FILTER_ROLE},
};

static const char *const roles[] = {"master", "replica"};

static bool begins(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

// ASCII letters only: what nodes are called is ASCII, and other bytes compare as they are.
static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text != '\0'; text++) {
        if (strncasecmp(text, part, n) == 0) {
            return n > 0;
        }
    }
    return false;
}

static bool is_role(const char *word)
{
    return begins(roles[0], word) || begins(roles[1], word);
}

static bool is_state(const char *word)
{
    bool known = false;
    for (int i = STATE_PROTECTED; i <= STATE_EMPTY; i++) {
        known = known || begins(master_state_text((MasterState)i), word);
    }
    for (int i = REPLICA_WORKING; i <= REPLICA_UNVERIFIED; i++) {
        known = known || begins(replica_state_text((ReplicaState)i), word);
    }
    return known;
}

static FilterKind kind_of(StrView *word)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        size_t n = strlen(keys[i].key);
        if (word->n >= n && strncasecmp(word->at, keys[i].key, n) == 0) {
            *word = sv_of(word->at + n, word->n - n);
            return keys[i].kind;
        }
    }
    return FILTER_ANY;
}

// "sate:orphaned" is a slip, "127.0.0.1:7001" and "fd00::1" are addresses.
static bool is_unknown_key(StrView word)
{
    size_t n = 0;
    bool is_hex = true;
    while (n < word.n && isalpha((unsigned char)word.at[n])) {
        is_hex = is_hex && isxdigit((unsigned char)word.at[n]);
        n++;
    }
    bool number = n + 1 < word.n && isdigit((unsigned char)word.at[n + 1]);
    return n > 0 && n < word.n && word.at[n] == ':' && !is_hex && !number;
}

static bool parse_word(StrView word, FilterTerm *out, Error *err)
{
    *out = (FilterTerm){.is_not = word.n > 0 && word.at[0] == '!'};
    if (out->is_not) {
        word = sv_of(word.at + 1, word.n - 1);
    }
    out->kind = kind_of(&word);
    if (out->kind == FILTER_ANY && is_unknown_key(word)) {
        return fail(err, ERR_USAGE, "a filter knows state: role: host: name: and bare words");
    }
    if (word.n >= sizeof(out->text)) {
        return fail(err, ERR_USAGE, "a word of a filter has at most %d letters", FILTER_TEXT - 1);
    }
    for (size_t i = 0; i < word.n; i++) {
        out->text[i] = (char)tolower((unsigned char)word.at[i]);
    }
    if (out->kind == FILTER_STATE && !is_state(out->text)) {
        return fail(err, ERR_USAGE,
                    "states: protected at-risk orphaned failed empty, working linking syncing "
                    "loading link-down unverified");
    }
    if (out->kind == FILTER_ROLE && !is_role(out->text)) {
        return fail(err, ERR_USAGE, "roles: master replica");
    }
    return true;
}

bool filter_parse(StrView text, Filter *out, Error *err)
{
    Filter f = {.n = 0};
    StrView word;
    while (sv_next(&text, ' ', &word)) {
        FilterTerm term;
        if (!parse_word(word, &term, err)) {
            return false;
        }
        if (term.text[0] == '\0') {
            continue;
        }
        if (f.n == FILTER_TERMS) {
            return fail(err, ERR_USAGE, "a filter has at most %d words", FILTER_TERMS);
        }
        f.at[f.n++] = term;
    }
    *out = f;
    return true;
}

static bool is_named(const Node *n, const char *text)
{
    return contains(n->addr, text) || contains(n->hostname, text) || contains(n->alias, text) ||
           (strlen(text) >= ID_DIGITS && begins(n->id.hex, text));
}

bool filter_finds(const char *text, const Node *n)
{
    return is_named(n, text) || contains(n->host, text);
}

static bool term_matches(const FilterTerm *term, const Health *h, int node)
{
    const Node *n = &h->snapshot->nodes[node];
    const NodeHealth *nh = &h->of[node];
    switch (term->kind) {
    case FILTER_ANY:
        return filter_finds(term->text, n);
    case FILTER_NAME:
        return is_named(n, term->text);
    case FILTER_HOST:
        return contains(n->host, term->text);
    case FILTER_STATE:
        return begins(nh->is_master ? master_state_text(nh->master)
                                    : replica_state_text(nh->replica),
                      term->text);
    case FILTER_ROLE:
        return begins(roles[!nh->is_master], term->text);
    }
    return false;
}

bool filter_matches(const Filter *filter, const Health *h, int node)
{
    for (int i = 0; i < filter->n; i++) {
        if (term_matches(&filter->at[i], h, node) == filter->at[i].is_not) {
            return false;
        }
    }
    return true;
}
