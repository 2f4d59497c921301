#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "labels_rules.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"

enum {
    GROUPS = 10,          // the whole match and \1 to \9
    NAME_MAX_BYTES = 255, // of DNS, and of what Redis lets a node announce
    SUBJECT_BYTES = 2 * NAME_MAX_BYTES + 2,
};

bool ip_address_parse(const char *text, IpAddress *out)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    *out = (IpAddress){0};
    if (inet_pton(AF_INET, text, out->at) == 1) {
        out->family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, text, out->at) != 1) {
        return false;
    }
    out->family = AF_INET6;
    if (memcmp(out->at, mapped, sizeof(mapped)) == 0) {
        out->family = AF_INET;
        memmove(out->at, out->at + sizeof(mapped), 4);
        memset(out->at + 4, 0, sizeof(mapped));
    }
    return true;
}

static bool ip_address_is_in(const IpAddress *address, const IpAddress *network, int bits)
{
    if (address->family != network->family) {
        return false;
    }
    size_t whole = (size_t)bits / 8;
    int mask = 0xff00 >> (bits % 8) & 0xff; // 0 behind whole bytes
    return memcmp(address->at, network->at, whole) == 0 &&
           (mask == 0 || ((address->at[whole] ^ network->at[whole]) & mask) == 0);
}

bool label_piece_next(StrView *rest, LabelPiece *out)
{
    if (rest->n == 0) {
        return false;
    }
    size_t taken = rest->at[0] == '\\' && rest->n > 1 ? 2 : 1;
    char c = rest->at[taken - 1];
    bool is_group = taken == 2 && c >= '1' && c <= '9';
    *out = (LabelPiece){.group = is_group ? c - '0' : -1, .plain = c};
    *rest = sv_of(rest->at + taken, rest->n - taken);
    return true;
}

static const char *name_or_nothing(const char *name)
{
    return strlen(name) <= NAME_MAX_BYTES ? name : "";
}

// What regexes see: the ip's place comes first also where the ip is unknown, so that ^ means it.
static void write_subject(const LabelFacts *facts, char *out)
{
    const char *hostname = name_or_nothing(facts->hostname);
    snprintf(out, SUBJECT_BYTES, "%s%s%s", name_or_nothing(facts->ip), *hostname != '\0' ? " " : "",
             hostname);
}

// NULL when nothing is left of it: a label nobody could read is none.
static const char *clean_label(StrView raw, Arena *arena)
{
    raw = sv_trim(raw);
    return raw.n > 0 ? text_clean(arena, raw, LABEL_MAX_BYTES) : NULL;
}

static const char *expand(const char *label, const char *subject, const regmatch_t *groups,
                          Arena *arena)
{
    StrBuf out = {0};
    StrView rest = sv(label);
    LabelPiece piece;
    while (label_piece_next(&rest, &piece)) {
        if (piece.group < 0) {
            strbuf_add_sv(&out, sv_of(&piece.plain, 1));
        } else if (groups[piece.group].rm_so >= 0) {
            const regmatch_t *g = &groups[piece.group];
            strbuf_add_sv(&out, sv_of(subject + g->rm_so, (size_t)(g->rm_eo - g->rm_so)));
        }
    }
    const char *clean = clean_label(sv(strbuf_text(&out)), arena);
    strbuf_done(&out);
    return clean;
}

static bool is_named(const LabelRule *rule, const LabelFacts *facts)
{
    return strcasecmp(rule->name, facts->hostname) == 0 || strcasecmp(rule->name, facts->ip) == 0 ||
           (rule->is_id && strncasecmp(rule->name, facts->id.hex, strlen(rule->name)) == 0);
}

static bool rule_fits(const LabelRule *rule, const LabelFacts *facts, const IpAddress *address,
                      const char *subject, regmatch_t *groups)
{
    if (rule->port != 0 && rule->port != facts->port) {
        return false;
    }
    switch (rule->kind) {
    case RULE_ANY:
        return true;
    case RULE_NETWORK:
        return ip_address_is_in(address, &rule->network, rule->bits);
    case RULE_NAME:
        return is_named(rule, facts);
    case RULE_REGEX:
        return *subject != '\0' && regexec(rule->regex, subject, GROUPS, groups, 0) == 0;
    }
    return false;
}

const char *labels_of(const Labels *labels, const LabelFacts *facts, Arena *arena)
{
    if (labels == NULL) {
        return NULL;
    }
    char subject[SUBJECT_BYTES];
    write_subject(facts, subject);
    IpAddress address; // of no family when the ip is unknown or a name
    ip_address_parse(facts->ip, &address);
    regmatch_t groups[GROUPS] = {0};
    for (size_t i = 0; i < labels->n; i++) {
        const LabelRule *rule = &labels->at[i];
        if (!rule_fits(rule, facts, &address, subject, groups)) {
            continue;
        }
        const char *label = rule->label == NULL ? clean_label(sv(facts->zone), arena)
                                                : expand(rule->label, subject, groups, arena);
        if (label != NULL) {
            return label;
        }
    }
    return NULL;
}

void labels_free(Labels *labels)
{
    if (labels == NULL) {
        return;
    }
    for (size_t i = 0; i < labels->n; i++) {
        if (labels->at[i].kind == RULE_REGEX) {
            regfree(labels->at[i].regex);
        }
    }
    mem_free(labels->at);
    arena_free(labels->arena);
    mem_free(labels);
}
