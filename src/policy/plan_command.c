// Command lines for people. Whatever a server calls itself, nothing of it may mean something to a
// shell.
#include "rehome/policy/plan.h"

#include <string.h>

static const char *shell_word(Arena *arena, StrView text)
{
    char *word = arena_strndup(arena, text.at, text.n);
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

static const char *dialled(const Node *n)
{
    return n->says != NULL && n->says->reach != REACH_WRONG_NODE ? n->says->dialled : "";
}

// Where it is dialled, unless another answers there; else where it says it is.
static const char *dial_host(const Snapshot *s, int node, int *port)
{
    const Node *n = &s->nodes[node];
    StrView host = sv(n->ip[0] != '\0' ? n->ip : n->hostname);
    *port = n->port;
    sv_host_port(sv(dialled(n)), &host, port);
    return host.n > 0 ? shell_word(s->arena, host) : "HOST";
}

const char *plan_dial(const Snapshot *s, int node)
{
    int port;
    const char *host = dial_host(s, node, &port);
    return arena_printf(s->arena, "-h %s -p %d", host, port);
}

const char *plan_contact(const Snapshot *s, int node)
{
    int port;
    const char *host = dial_host(s, node, &port);
    return arena_printf(s->arena, "%s:%d", host, port);
}

const char *plan_address(const Snapshot *s, int node)
{
    int port;
    const char *host = dial_host(s, node, &port);
    return arena_printf(s->arena, strchr(host, ':') != NULL ? "[%s]:%d" : "%s:%d", host, port);
}

const char *plan_name(const Snapshot *s, int node)
{
    const Node *n = &s->nodes[node];
    // A v6 address needs brackets, which a shell may take for a pattern.
    bool plain = (n->ip[0] != '\0' || n->hostname[0] != '\0') && n->port > 0;
    const char *name = plain ? plan_contact(s, node) : "";
    return plain && strchr(name, ':') == strrchr(name, ':') ? name : n->id.hex;
}

const char *plan_command(const Snapshot *s, int replica, int target)
{
    return arena_printf(s->arena, "redis-cli%s %s CLUSTER REPLICATE %s", s->redis_cli,
                        plan_dial(s, replica), s->nodes[target].id.hex);
}
