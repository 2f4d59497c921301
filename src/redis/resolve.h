// Names to numeric addresses without holding the loop: getaddrinfo() blocks, so it runs in a few
// threads, and the answer comes back through the loop.
#ifndef REHOME_SRC_REDIS_RESOLVE_H
#define REHOME_SRC_REDIS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

struct ev_loop;
typedef struct Resolver Resolver;
typedef struct Lookup Lookup;

enum { RESOLVED_MAX = 8, IP_TEXT = 64 };

// IPv4 first, as redis-cli has it. n 0: not found, and why is clean text.
typedef struct {
    char ips[RESOLVED_MAX][IP_TEXT];
    size_t n;
    char why[160];
} Resolved;

typedef void ResolveDone(void *ctx, const Resolved *resolved);

Resolver *resolver_new(struct ev_loop *loop);
void resolver_free(Resolver *r); // no callback comes any more; lookups under way end by themselves

// done is called exactly once, later, unless the lookup is cancelled; the lookup is gone then.
Lookup *resolve(Resolver *r, const char *host, ResolveDone *done, void *ctx);
void resolve_cancel(Lookup *lookup);

bool is_numeric_ip(const char *host); // IPv4 or IPv6, with or without a zone

#endif
