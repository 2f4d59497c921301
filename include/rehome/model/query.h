// What every node is asked, and the right by which an ACL allows it.
#ifndef REHOME_MODEL_QUERY_H
#define REHOME_MODEL_QUERY_H

#include <stddef.h>

// One row: enum, what a server calls it, the right.
#define QUERIES(X)                                                                                 \
    X(MYID, "CLUSTER MYID", "+cluster|myid")                                                       \
    X(INFO, "INFO", "+info")                                                                       \
    X(NODES, "CLUSTER NODES", "+cluster|nodes")                                                    \
    X(CLUSTER, "CLUSTER INFO", "+cluster|info")                                                    \
    X(SETTINGS, "CONFIG GET", "+config|get")

typedef enum {
#define X(kind, name, right) QUERY_##kind,
    QUERIES(X)
#undef X
} QueryKind;

// Sets of them.
enum {
#define X(kind, name, right) ASK_##kind = 1 << QUERY_##kind,
    QUERIES(X)
#undef X
        QUERY_KINDS = QUERY_SETTINGS + 1,
    ASK_TOPOLOGY = ASK_NODES | ASK_CLUSTER,
    ASK_ALL = ASK_MYID | ASK_INFO | ASK_TOPOLOGY | ASK_SETTINGS,
};

// Enough for all of them, and for the line with a user name of ordinary length.
enum { QUERIES_SIZE = 96, ACL_LINE_SIZE = 176 };

const char *query_name(QueryKind kind);

// "INFO, CLUSTER NODES and CONFIG GET". Returns out.
char *queries_text(char *out, size_t size, unsigned kinds);

// "ACL SETUSER watcher +info +cluster|nodes": what allows them; user: "" when it is not known.
// Returns out.
char *queries_acl_line(char *out, size_t size, const char *user, unsigned kinds);

#endif
