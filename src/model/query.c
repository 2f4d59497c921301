#include "rehome/model/query.h"

#include <stdbool.h>
#include <stdio.h>

#include "rehome/base/mem.h"

static const struct {
    const char *name;
    const char *right;
} queries[] = {
#define X(kind, name, right) [QUERY_##kind] = {name, right},
    QUERIES(X)
#undef X
};

const char *query_name(QueryKind kind)
{
    return (size_t)kind < ARRAY_LEN(queries) ? queries[kind].name : "";
}

static size_t add(char *out, size_t size, size_t n, const char *joint, const char *text)
{
    int added = n < size ? snprintf(out + n, size - n, "%s%s", joint, text) : 0;
    return n + (size_t)(added > 0 ? added : 0);
}

char *queries_text(char *out, size_t size, unsigned kinds)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        if ((kinds & 1U << i) != 0) {
            bool is_last = kinds >> i == 1U;
            n = add(out, size, n, n == 0 ? "" : is_last ? " and " : ", ", queries[i].name);
        }
    }
    return out;
}

char *queries_acl_line(char *out, size_t size, const char *user, unsigned kinds)
{
    size_t n = add(out, size, 0, "ACL SETUSER ", user[0] != '\0' ? user : "USER");
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        if ((kinds & 1U << i) != 0) {
            n = add(out, size, n, " ", queries[i].right);
        }
    }
    return out;
}
