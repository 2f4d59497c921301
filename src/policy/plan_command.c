// Command lines for people. Whatever a server calls itself, nothing of it may mean something to a
// shell.
#include "rehome/policy/plan.h"

#include <string.h>

static const char *shell_word(Arena *arena, const char *text)
{
    char *word = arena_strdup(arena, text);
    for (char *p = word; *p != '\0'; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        bool digit = *p >= '0' && *p <= '9';
        bool mark = *p == '.' || *p == ':' || *p == '_' || (*p == '-' && p != word);
        if (!letter && !digit && !mark) {
            *p = '_';
        }
    }
    return word;
}

static const char *dial_host(const Snapshot *s, int node)
{
    const Node *n = &s->nodes[node];
    const char *host = n->ip[0] != '\0' ? n->ip : n->hostname;
    return host[0] != '\0' ? shell_word(s->arena, host) : "HOST";
}

const char *plan_dial(const Snapshot *s, int node)
{
    return arena_printf(s->arena, "-h %s -p %d", dial_host(s, node), s->nodes[node].port);
}

const char *plan_contact(const Snapshot *s, int node)
{
    return arena_printf(s->arena, "%s:%d", dial_host(s, node), s->nodes[node].port);
}

const char *plan_name(const Snapshot *s, int node)
{
    const Node *n = &s->nodes[node];
    // A v6 address needs brackets, which a shell may take for a pattern.
    bool plain = (n->ip[0] != '\0' || n->hostname[0] != '\0') && n->port > 0 &&
                 strchr(dial_host(s, node), ':') == NULL;
    return plain ? plan_contact(s, node) : n->id.hex;
}

const char *plan_command(const Snapshot *s, int replica, int target)
{
    return arena_printf(s->arena, "redis-cli %s CLUSTER REPLICATE %s", plan_dial(s, replica),
                        s->nodes[target].id.hex);
}
