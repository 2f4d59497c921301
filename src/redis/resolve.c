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

// Some names at a time. One that its name server does not answer takes seconds or minutes: when
// all of them hang, twice as many are looked up, until every name waits for itself alone.
enum { THREADS_FEW = 4, THREADS_MAX = 256, HANGING_MS = 100 };

typedef struct Job Job;

// Somebody who waits for a name. Of the loop alone.
struct Lookup {
    Lookup *next;
    ResolveDone *done; // NULL: cancelled
    void *ctx;
};

// A name.
struct Job {
    Job *next;     // in a list of the threads, guarded by the lock
    Job *next_all; // of the loop alone, as are the lookups
    Lookup *lookups;
    char host[256];
    Resolved resolved;
};

// Shared with the threads: whoever is last frees it. All fields below lock are guarded by it.
struct Resolver {
    struct ev_loop *loop;
    ResolveHow *how;
    ev_async wake;
    ev_timer grow;
    unsigned ended_before; // when the timer last looked
    Job *all;              // not yet told
    pthread_mutex_t lock;
    Job *waiting; // oldest first
    Job *ready;
    int threads;
    unsigned ended; // jobs so far
    bool closed;
};

static void append(Job **list, Job *job)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }
    job->next = NULL;
    *list = job;
}

static Job *take(Job **list)
{
    Job *job = *list;
    if (job != NULL) {
        *list = job->next;
    }
    return job;
}

static void free_lookups(Job *job)
{
    while (job->lookups != NULL) {
        Lookup *lookup = job->lookups;
        job->lookups = lookup->next;
        mem_free(lookup);
    }
}

static void destroy(Resolver *r)
{
    while (r->all != NULL) {
        Job *job = r->all;
        r->all = job->next_all;
        free_lookups(job);
        mem_free(job);
    }
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

// --- in a thread: nothing here may touch the loop but ev_async_send() ----------------------------

static void add_family(const struct addrinfo *all, int family, Resolved *out)
{
    for (const struct addrinfo *at = all; at != NULL && out->n < RESOLVED_MAX; at = at->ai_next) {
        if (at->ai_family == family && getnameinfo(at->ai_addr, at->ai_addrlen, out->ips[out->n],
                                                   IP_TEXT, NULL, 0, NI_NUMERICHOST) == 0) {
            out->n++;
        }
    }
}

void resolve_by_system(const char *host, Resolved *out)
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
    Job *job;
    while (!r->closed && (job = take(&r->waiting)) != NULL) {
        Resolved resolved = {0};
        pthread_mutex_unlock(&r->lock);
        r->how(job->host, &resolved); // the job stays: only who has it back, or is last, frees it
        pthread_mutex_lock(&r->lock);
        job->resolved = resolved;
        append(&r->ready, job);
        r->ended++;
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

static void forget(Resolver *r, const Job *job)
{
    Job **at = &r->all;
    while (*at != job) {
        at = &(*at)->next_all;
    }
    *at = job->next_all;
}

static void on_wake(struct ev_loop *loop, ev_async *wake, int events)
{
    (void)loop;
    (void)events;
    Resolver *r = wake->data;
    pthread_mutex_lock(&r->lock);
    Job *ready = r->ready;
    r->ready = NULL;
    pthread_mutex_unlock(&r->lock);
    Job *job;
    while ((job = take(&ready)) != NULL) {
        forget(r, job);
        Lookup *lookup;
        while ((lookup = job->lookups) != NULL) {
            job->lookups = lookup->next;
            Lookup told = *lookup;
            mem_free(lookup);
            if (told.done != NULL) {
                told.done(told.ctx, &job->resolved);
            }
        }
        mem_free(job);
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

// With the lock held. False: nobody is there to do it, now or later.
static bool add_thread(Resolver *r)
{
    r->threads++;
    r->threads -= start_thread(r) ? 0 : 1;
    return r->threads > 0;
}

static void on_grow(struct ev_loop *loop, ev_timer *grow, int events)
{
    (void)events;
    Resolver *r = grow->data;
    pthread_mutex_lock(&r->lock);
    bool all_hang = r->ended == r->ended_before;
    size_t n = 0;
    for (const Job *job = r->waiting; job != NULL; job = job->next) {
        n++;
    }
    int more = all_hang ? r->threads : 0;
    for (int i = 0; i < more && (size_t)i < n && r->threads < THREADS_MAX; i++) {
        add_thread(r);
    }
    r->ended_before = r->ended;
    pthread_mutex_unlock(&r->lock);
    if (n == 0) {
        ev_timer_stop(loop, grow);
    }
}

Resolver *resolver_new(struct ev_loop *loop, ResolveHow *how)
{
    Resolver *r = mem_alloc(sizeof(*r));
    r->loop = loop;
    r->how = how;
    pthread_mutex_init(&r->lock, NULL);
    ev_async_init(&r->wake, on_wake);
    ev_timer_init(&r->grow, on_grow, 0., HANGING_MS / 1000.);
    r->wake.data = r->grow.data = r;
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
    ev_timer_stop(r->loop, &r->grow);
    pthread_mutex_lock(&r->lock);
    r->closed = true;
    bool is_last = r->threads == 0;
    pthread_mutex_unlock(&r->lock);
    if (is_last) {
        destroy(r);
    }
}

static void start_job(Resolver *r, Job *job)
{
    job->next_all = r->all;
    r->all = job;
    pthread_mutex_lock(&r->lock);
    append(&r->waiting, job);
    if (r->threads < THREADS_FEW && !add_thread(r)) {
        take(&r->waiting);
        snprintf(job->resolved.why, sizeof(job->resolved.why), "no thread for it");
        append(&r->ready, job);
        ev_async_send(r->loop, &r->wake);
    }
    r->ended_before = ev_is_active(&r->grow) ? r->ended_before : r->ended;
    pthread_mutex_unlock(&r->lock);
    if (!ev_is_active(&r->grow)) {
        ev_timer_again(r->loop, &r->grow);
    }
}

Lookup *resolve(Resolver *r, const char *host, ResolveDone *done, void *ctx)
{
    Job *job = r->all;
    while (job != NULL && strcmp(job->host, host) != 0) {
        job = job->next_all;
    }
    bool is_new = job == NULL;
    if (is_new) {
        job = mem_alloc(sizeof(*job));
        snprintf(job->host, sizeof(job->host), "%s", host);
    }
    Lookup *lookup = mem_alloc(sizeof(*lookup));
    *lookup = (Lookup){.next = job->lookups, .done = done, .ctx = ctx};
    job->lookups = lookup;
    if (is_new) {
        start_job(r, job);
    }
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
