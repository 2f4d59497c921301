// The way to a server: routes, names, and trying again.
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "peer.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum {
    AGAIN_MS = 10, // just lost: often only the connection was
    BACKOFF_FIRST_MS = 250,
    BACKOFF_MAX_MS = 5000,
};

static void set_trouble(Peer *p, Reach reach, const char *why)
{
    p->trouble = reach;
    snprintf(p->why, sizeof(p->why), "%s", why);
}

// --- trying again --------------------------------------------------------------------------------

// Different for every server, the same in every run: what was lost together does not come back in
// one burst, and tests can be repeated.
static uint32_t scatter(const Peer *p)
{
    uint32_t hash = 2166136261U + (uint32_t)p->failures;
    for (const char *c = link_where(p->link); *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    }
    return hash ^ (hash >> 15);
}

static int64_t backoff_ms(const Peer *p)
{
    int64_t ms = BACKOFF_FIRST_MS;
    for (int i = 1; i < p->failures && ms < BACKOFF_MAX_MS; i++) {
        ms *= 2;
    }
    ms = ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
    return ms - (int64_t)(scatter(p) % (uint32_t)(ms / 4));
}

static void dial_in(Peer *p, int64_t ms)
{
    ev_timer_stop(p->loop, &p->retry);
    ev_timer_set(&p->retry, (double)ms / 1000., 0.);
    ev_timer_start(p->loop, &p->retry);
}

static bool has_route(const Peer *p, RouteKind route)
{
    return p->routes[route].port != 0;
}

// The one in turn behind this one; itself when there is no other.
static RouteKind route_behind(const Peer *p, RouteKind route)
{
    for (int i = 1; i < ROUTES; i++) {
        RouteKind next = (RouteKind)(((int)route + i) % ROUTES);
        if (has_route(p, next)) {
            return next;
        }
    }
    return route;
}

// After an attempt that led to nothing: the next address of this name, the next route, and when all
// were tried, a pause.
static void try_next(Peer *p)
{
    p->ip++;
    if (p->ip < p->found.n) {
        dial_in(p, 0);
        return;
    }
    p->found.n = 0;
    if (!has_route(p, p->good_route)) { // it is not announced any more
        p->good_route = route_behind(p, p->good_route);
    }
    RouteKind next = route_behind(p, p->route);
    if (next != p->good_route && next != p->route) {
        p->route = next;
        dial_in(p, 0);
        return;
    }
    p->route = p->good_route;
    p->tried = true;
    p->failures++;
    dial_in(p, backoff_ms(p));
}

// --- one attempt ---------------------------------------------------------------------------------

static void open_ip(Peer *p)
{
    const Route *route = &p->routes[p->route];
    link_open(p->link, p->found.ips[p->ip], route->port,
              p->called[0] != '\0' ? p->called : route->host);
}

// Why the address does not work says more than that there is no such name either.
static void set_nameless(Peer *p, const char *what)
{
    char host[128];
    char why[320];
    if (p->route == ROUTE_NAME && p->trouble != REACH_CONNECTING) {
        return;
    }
    text_clean_into(host, sizeof(host), sv(p->routes[p->route].host));
    snprintf(why, sizeof(why), "cannot find the address of %s: %s", host, what);
    set_trouble(p, REACH_UNREACHABLE, why);
}

static void on_resolved(void *ctx, const Resolved *resolved)
{
    Peer *p = ctx;
    p->lookup = NULL;
    ev_timer_stop(p->loop, &p->retry);
    p->found = *resolved;
    p->ip = 0;
    if (resolved->n > 0) {
        open_ip(p);
        return;
    }
    set_nameless(p, resolved->why);
    try_next(p);
    p->events.down(p->events.ctx, p, false);
}

// Nobody waits for a name server that does not answer: not the round, and not the other ways to
// this node. Where there is none its answer still counts when it comes.
static void on_overdue_lookup(Peer *p)
{
    char why[100];
    snprintf(why, sizeof(why), "no answer for %.3g s (from a name server?)",
             (double)p->options.connect_timeout_ms / 1000.);
    set_nameless(p, why);
    if (route_behind(p, p->route) != p->route) {
        resolve_cancel(p->lookup);
        p->lookup = NULL;
        try_next(p);
    } else {
        p->tried = true;
    }
    p->events.down(p->events.ctx, p, false);
}

static void set_looking_up(Peer *p)
{
    char host[128];
    char why[160];
    text_clean_into(host, sizeof(host), sv(p->routes[p->route].host));
    snprintf(why, sizeof(why), "looking up the address of %s", host);
    set_trouble(p, REACH_CONNECTING, why);
}

static void attempt(Peer *p)
{
    if (!has_route(p, p->route)) {
        p->route = p->good_route = route_behind(p, p->route);
    }
    if (!has_route(p, p->route)) {
        p->tried = true;
        set_trouble(p, REACH_UNREACHABLE, "its address is not known to the cluster");
        p->events.down(p->events.ctx, p, false);
        return;
    }
    const Route *route = &p->routes[p->route];
    if (p->ip < p->found.n) {
        open_ip(p);
    } else if (is_numeric_ip(route->host)) {
        p->found.n = 1;
        p->ip = 0;
        memcpy(p->found.ips[0], route->host, strnlen(route->host, IP_TEXT - 1) + 1);
        open_ip(p);
    } else {
        if (p->trouble == REACH_CONNECTING) {
            set_looking_up(p);
        }
        p->lookup = resolve(p->resolver, route->host, on_resolved, p);
        dial_in(p, p->options.connect_timeout_ms);
    }
}

static void on_retry(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    Peer *p = timer->data;
    if (p->lookup != NULL) {
        on_overdue_lookup(p);
    } else {
        attempt(p);
    }
}

// --- the link's life -----------------------------------------------------------------------------

static void on_up(void *ctx)
{
    Peer *p = ctx;
    p->tried = true;
    p->proven = false;
    p->up_ms = clock_now_ms();
    p->denied = 0;
    p->stall[0] = '\0';
    p->asked_ms = 0;
    if (p->trouble == REACH_CONNECTING) {
        char why[320];
        snprintf(why, sizeof(why),
                 "%s is connected, but has not answered yet (is it hung, stopped or very busy?)",
                 link_where(p->link));
        set_trouble(p, REACH_LATE, why);
    }
    p->events.up(p->events.ctx, p);
}

static void on_down(void *ctx, Reach reach, const char *why)
{
    Peer *p = ctx;
    bool was_proven = p->proven;
    p->proven = false;
    p->routes[p->route].is_anothers = reach == REACH_WRONG_NODE;
    set_trouble(p, reach, why);
    peer_forget_queries(p);
    if (was_proven) {
        p->found.n = 0; // a name may mean another address now
        p->failures = 0;
        dial_in(p, AGAIN_MS);
    } else {
        try_next(p);
    }
    p->events.down(p->events.ctx, p, was_proven);
}

void peer_hang_up(Peer *p, Reach reach, const char *why)
{
    link_close(p->link);
    p->proven = false; // of no use: not to be tried again at once
    on_down(p, reach, why);
}

// --- for the poller ------------------------------------------------------------------------------

Peer *peer_new(struct ev_loop *loop, Resolver *resolver, const LinkOptions *options,
               const PeerEvents *events)
{
    Peer *p = mem_alloc(sizeof(*p));
    p->loop = loop;
    p->resolver = resolver;
    p->events = *events;
    p->options = *options;
    p->rtt_us = -1;
    p->is_trusted = true;
    set_trouble(p, REACH_CONNECTING, "connecting");
    LinkListener listener = {.ctx = p, .up = on_up, .down = on_down};
    p->link = link_new(loop, &p->options, &listener);
    ev_init(&p->retry, on_retry);
    p->retry.data = p;
    for (int kind = 0; kind < QUERY_KINDS; kind++) {
        p->queries[kind].peer = p;
    }
    return p;
}

void peer_free(Peer *p)
{
    if (p == NULL) {
        return;
    }
    if (p->lookup != NULL) {
        resolve_cancel(p->lookup);
    }
    ev_timer_stop(p->loop, &p->retry);
    link_free(p->link);
    for (int kind = 0; kind < QUERY_KINDS; kind++) {
        mem_free(p->words[kind].text);
    }
    mem_free(p);
}

static void set_route(Peer *p, RouteKind route, const char *host, int port)
{
    snprintf(p->routes[route].host, sizeof(p->routes[route].host), "%s", host);
    p->routes[route].port = port;
    p->routes[route].is_anothers = false;
}

static bool leads_to(const Peer *p, RouteKind route, const char *host, int port)
{
    const Route *r = &p->routes[route];
    return has_route(p, route) && r->port == port && strcmp(r->host, host) == 0;
}

static const Route *route_to(const Peer *p, const char *host, int port)
{
    for (int i = 0; i < ROUTES; i++) {
        if (leads_to(p, (RouteKind)i, host, port)) {
            return &p->routes[i];
        }
    }
    return NULL;
}

bool peer_is_at(const Peer *p, const char *host, int port)
{
    return route_to(p, host, port) != NULL;
}

bool peer_holds(const Peer *p, const char *host, int port)
{
    const Route *route = route_to(p, host, port);
    return route != NULL && !route->is_anothers;
}

void peer_seed(Peer *p, const char *host, int port)
{
    set_route(p, ROUTE_SEED, host, port);
    p->route = p->good_route = ROUTE_SEED;
}

// Nothing known about the old place counts any more.
static void start_over(Peer *p)
{
    if (p->lookup != NULL) {
        resolve_cancel(p->lookup);
        p->lookup = NULL;
    }
    link_close(p->link);
    peer_forget_queries(p);
    p->route = p->good_route = ROUTE_ADDRESS;
    p->found.n = p->ip = 0;
    p->failures = 0;
    dial_in(p, 0);
}

// The name is of interest where the address fails. True: the way in use has changed.
static bool announce_name(Peer *p, const HostPort *name)
{
    if (leads_to(p, ROUTE_NAME, name->host, name->port) ||
        (name->port == 0 && !has_route(p, ROUTE_NAME))) {
        return false;
    }
    set_route(p, ROUTE_NAME, name->host, name->port);
    p->good_route = p->good_route == ROUTE_NAME ? ROUTE_ADDRESS : p->good_route;
    return p->route == ROUTE_NAME;
}

void peer_announce(Peer *p, const HostPort *address, const HostPort *name)
{
    if (address->host[0] == '\0' || address->port == 0) {
        return; // a cluster that lost its address does not make us forget it
    }
    bool is_new = announce_name(p, name);
    if (!leads_to(p, ROUTE_ADDRESS, address->host, address->port)) {
        is_new = true;
        set_route(p, ROUTE_ADDRESS, address->host, address->port);
    }
    if (leads_to(p, ROUTE_SEED, address->host, address->port)) { // the seed's own
        is_new = is_new && p->route != ROUTE_SEED;
        p->routes[ROUTE_SEED].port = 0;
        p->route = p->route == ROUTE_SEED ? ROUTE_ADDRESS : p->route;
        p->good_route = p->good_route == ROUTE_SEED ? ROUTE_ADDRESS : p->good_route;
    }
    if (is_new && !peer_is_up(p)) {
        start_over(p);
    }
}

void peer_dial(Peer *p)
{
    if (link_state(p->link) == LINK_CLOSED && p->lookup == NULL) {
        dial_in(p, 0);
    }
}

void peer_set_login(Peer *p, const char *user, const char *pass)
{
    p->options.user = user;
    p->options.pass = pass;
    if (!peer_is_up(p)) {
        p->failures = 0;
        peer_dial(p);
    }
}

void peer_refuse(Peer *p, const char *why)
{
    p->tried = true;
    set_trouble(p, REACH_UNREACHABLE, why);
}

const char *peer_dialled(Peer *p)
{
    if (link_where(p->link)[0] != '\0') {
        return link_where(p->link);
    }
    const Route *route = &p->routes[has_route(p, p->route) ? p->route : route_behind(p, p->route)];
    bool is_v6 = strchr(route->host, ':') != NULL;
    snprintf(p->dialled, sizeof(p->dialled), "%s%s%s:%d", is_v6 ? "[" : "", route->host,
             is_v6 ? "]" : "", route->port);
    return p->dialled;
}

bool peer_is_up(const Peer *p)
{
    return link_state(p->link) == LINK_UP;
}

bool peer_is_trying(Peer *p)
{
    return link_state(p->link) == LINK_OPENING || p->lookup != NULL ||
           (ev_is_active(&p->retry) && !p->tried);
}
