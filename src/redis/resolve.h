// Names to numeric addresses without holding the loop: getaddrinfo() blocks, so it runs in threads,
// and the answer comes back through the loop. A name that takes its time holds up no other, and
// whoever asks for it meanwhile waits for the same answer.
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

// May block for as long as it likes; is called in threads, several at a time. out is zeroed.
typedef void ResolveHow(const char *host, Resolved *out);

void resolve_by_system(const char *host, Resolved *out); // getaddrinfo()

Resolver *resolver_new(struct ev_loop *loop, ResolveHow *how);
void resolver_free(Resolver *r); // no callback comes any more; lookups under way end by themselves

// done is called exactly once, later, unless the lookup is cancelled; the lookup is gone then.
Lookup *resolve(Resolver *r, const char *host, ResolveDone *done, void *ctx);
void resolve_cancel(Lookup *lookup);

bool is_numeric_ip(const char *host); // IPv4 or IPv6, with or without a zone

#endif
