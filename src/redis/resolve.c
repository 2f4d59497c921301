#include "resolve.h"

#include <arpa/inet.h>
#include <ev.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "rehome/base/mem.h"

// A name server that does not answer takes seconds for each name; a few of those may overlap.
enum { THREADS_MAX = 4 };

struct Lookup {
    Lookup *next;
    Resolver *resolver;
    char host[256];
    ResolveDone *done; // NULL: cancelled
    void *ctx;
    Resolved resolved;
};

// Shared with the threads: whoever is last frees it. All fields below lock are guarded by it.
struct Resolver {
    struct ev_loop *loop;
    ev_async wake;
    pthread_mutex_t lock;
    Lookup *waiting; // oldest first
    Lookup *ready;
    int threads;
    bool closed;
};

static void append(Lookup **list, Lookup *lookup)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }
    lookup->next = NULL;
    *list = lookup;
}

static Lookup *take(Lookup **list)
{
    Lookup *lookup = *list;
    if (lookup != NULL) {
        *list = lookup->next;
    }
    return lookup;
}

static void destroy(Resolver *r)
{
    Lookup *lookup;
    while ((lookup = take(&r->waiting)) != NULL || (lookup = take(&r->ready)) != NULL) {
        mem_free(lookup);
    }
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

// --- in a thread: nothing here may touch the loop but ev_async_send()
// -------------------------------

static void add_family(const struct addrinfo *all, int family, Resolved *out)
{
    for (const struct addrinfo *at = all; at != NULL && out->n < RESOLVED_MAX; at = at->ai_next) {
        if (at->ai_family == family && getnameinfo(at->ai_addr, at->ai_addrlen, out->ips[out->n],
                                                   IP_TEXT, NULL, 0, NI_NUMERICHOST) == 0) {
            out->n++;
        }
    }
}

static void look_up(const char *host, Resolved *out)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *all = NULL;
    int error = getaddrinfo(host, NULL, &hints, &all);
    if (error == 0) {
        add_family(all, AF_INET, out);
        add_family(all, AF_INET6, out);
        freeaddrinfo(all);
    }
    if (out->n == 0) {
        snprintf(out->why, sizeof(out->why), "%s",
                 error != 0 ? gai_strerror(error) : "no usable address");
    }
}

static void *run(void *p)
{
    Resolver *r = p;
    pthread_mutex_lock(&r->lock);
    Lookup *lookup;
    while (!r->closed && (lookup = take(&r->waiting)) != NULL) {
        char host[sizeof(lookup->host)];
        memcpy(host, lookup->host, sizeof(host));
        Resolved resolved = {0};
        pthread_mutex_unlock(&r->lock);
        look_up(host, &resolved);
        pthread_mutex_lock(&r->lock);
        lookup->resolved = resolved;
        append(&r->ready, lookup);
        if (!r->closed) {
            ev_async_send(r->loop, &r->wake);
        }
    }
    r->threads--;
    bool is_last = r->closed && r->threads == 0;
    pthread_mutex_unlock(&r->lock);
    if (is_last) {
        destroy(r);
    }
    return NULL;
}

// --- on the loop ---------------------------------------------------------------------------------

static void on_wake(struct ev_loop *loop, ev_async *wake, int events)
{
    (void)loop;
    (void)events;
    Resolver *r = wake->data;
    pthread_mutex_lock(&r->lock);
    Lookup *ready = r->ready;
    r->ready = NULL;
    pthread_mutex_unlock(&r->lock);
    Lookup *lookup;
    while ((lookup = take(&ready)) != NULL) {
        ResolveDone *done = lookup->done;
        void *ctx = lookup->ctx;
        Resolved resolved = lookup->resolved;
        mem_free(lookup);
        if (done != NULL) {
            done(ctx, &resolved);
        }
    }
}

// Signals are the loop's business: threads get none.
static bool start_thread(Resolver *r)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    bool ok = pthread_create(&thread, &attr, run, r) == 0;
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

Resolver *resolver_new(struct ev_loop *loop)
{
    Resolver *r = mem_alloc(sizeof(*r));
    r->loop = loop;
    pthread_mutex_init(&r->lock, NULL);
    ev_async_init(&r->wake, on_wake);
    r->wake.data = r;
    ev_async_start(loop, &r->wake);
    ev_unref(loop); // waiting for nothing must not keep the loop alive
    return r;
}

void resolver_free(Resolver *r)
{
    if (r == NULL) {
        return;
    }
    ev_ref(r->loop);
    ev_async_stop(r->loop, &r->wake);
    pthread_mutex_lock(&r->lock);
    r->closed = true;
    bool is_last = r->threads == 0;
    pthread_mutex_unlock(&r->lock);
    if (is_last) {
        destroy(r);
    }
}

Lookup *resolve(Resolver *r, const char *host, ResolveDone *done, void *ctx)
{
    Lookup *lookup = mem_alloc(sizeof(*lookup));
    snprintf(lookup->host, sizeof(lookup->host), "%s", host);
    lookup->resolver = r;
    lookup->done = done;
    lookup->ctx = ctx;
    pthread_mutex_lock(&r->lock);
    append(&r->waiting, lookup);
    if (r->threads < THREADS_MAX) {
        r->threads++;
        if (!start_thread(r)) {
            r->threads--;
            if (r->threads == 0) { // nobody to do it, now or later
                take(&r->waiting);
                snprintf(lookup->resolved.why, sizeof(lookup->resolved.why), "no thread for it");
                append(&r->ready, lookup);
                ev_async_send(r->loop, &r->wake);
            }
        }
    }
    pthread_mutex_unlock(&r->lock);
    return lookup;
}

// A lookup is only ever freed on the loop, or with the resolver, so the caller's pointer is good.
void resolve_cancel(Lookup *lookup)
{
    lookup->done = NULL;
}

bool is_numeric_ip(const char *host)
{
    char bare[IP_TEXT];
    snprintf(bare, sizeof(bare), "%s", host);
    char *zone = strchr(bare, '%');
    if (zone != NULL && strchr(bare, ':') != NULL) {
        *zone = '\0';
    }
    struct in6_addr ignored;
    return inet_pton(AF_INET, bare, &ignored) == 1 || inet_pton(AF_INET6, bare, &ignored) == 1;
}
