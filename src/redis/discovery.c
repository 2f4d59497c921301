// Whom to ask: from the addresses of the command line to every node of the cluster, and back when
// all of them are lost.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "poller_state.h"
#include "rehome/base/mem.h"

// A seed that has not answered by then is not waited for: the next one is tried as well.
enum { SEED_STAGGER_MS = 200 };

// --- what happens to a peer ----------------------------------------------------------------------

static void hasten_seeds(Poller *p)
{
    ev_timer_stop(p->loop, &p->seed_timer);
    ev_timer_set(&p->seed_timer, 0., 0.);
    ev_timer_start(p->loop, &p->seed_timer);
}

static void on_up(void *ctx, Peer *peer)
{
    round_on_up(ctx, peer);
}

static void on_down(void *ctx, Peer *peer, bool was_proven)
{
    Poller *p = ctx;
    if (peer->is_seed && p->next_seed < p->n_seeds) {
        hasten_seeds(p);
    }
    round_on_down(p, peer, was_proven);
}

static void on_told(void *ctx, Peer *peer, QueryKind kind)
{
    Poller *p = ctx;
    round_on_told(p, peer, kind);
    if (kind == QUERY_NODES && peer->is_seed && p->n_known == 0) {
        ev_timer_start(p->loop, &p->discover_timer); // not from inside its link's callback
    }
}

static void on_settled(void *ctx, Peer *peer)
{
    round_on_settled(ctx, peer);
}

static Peer *add_peer(Poller *p, const LinkOptions *login)
{
    PeerEvents events = {
        .ctx = p, .up = on_up, .down = on_down, .told = on_told, .settled = on_settled};
    p->peers = mem_grow(p->peers, &p->cap_peers, p->n_peers + 1, sizeof(*p->peers));
    Peer *peer = peer_new(p->loop, p->resolver, login, &events);
    p->peers[p->n_peers++] = peer;
    return peer;
}

// Takes the peers that are not kept out of the list; discovery_bury() frees them.
static void part_with_others(Poller *p)
{
    size_t n = 0;
    p->n_known = 0;
    for (size_t i = 0; i < p->n_peers; i++) {
        Peer *peer = p->peers[i];
        if (peer->kept || poller_awaits(p, peer)) { // who sent a command gets its answer
            p->peers[n++] = peer;
            p->n_known += peer->is_seed ? 0 : 1;
            continue;
        }
        round_forget(p, peer);
        p->parted = mem_grow(p->parted, &p->cap_parted, p->n_parted + 1, sizeof(*p->parted));
        p->parted[p->n_parted++] = peer;
    }
    p->n_peers = n;
}

void discovery_bury(Poller *p)
{
    for (size_t i = 0; i < p->n_parted; i++) {
        peer_free(p->parted[i]);
    }
    p->n_parted = 0;
}

// --- seeds ---------------------------------------------------------------------------------------

// A known node's address of old where somebody else answers now is worth a look as a seed.
static bool is_dialled(const Poller *p, const Address *address)
{
    for (size_t i = 0; i < p->n_peers; i++) {
        if (peer_holds(p->peers[i], address->host, address->port)) {
            return true;
        }
    }
    return false;
}

static void try_seed(Poller *p, size_t i)
{
    const Address *address = &p->seeds[i].address;
    if (is_dialled(p, address)) {
        return;
    }
    LinkOptions login = p->login;
    if (address->pass != NULL) {
        login.user = address->user;
        login.pass = address->pass;
    }
    login.tls = address->tls ? p->options.tls : NULL;
    login.tls_name = is_numeric_ip(address->host) ? NULL : address->host;
    Peer *peer = add_peer(p, &login);
    peer->is_seed = true;
    peer->seed = i;
    peer_seed(peer, address->host, address->port);
    if (address->tls && p->options.tls == NULL) {
        peer_refuse(peer, "rediss:// needs TLS, which this build does not have");
    } else {
        peer_dial(peer);
        round_expect(p, peer);
    }
}

static void on_seed_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    Poller *p = timer->data;
    ev_timer_stop(loop, timer);
    if (p->next_seed < p->n_seeds) {
        try_seed(p, p->next_seed++);
    }
    if (p->next_seed < p->n_seeds) {
        ev_timer_set(timer, SEED_STAGGER_MS / 1000., 0.);
        ev_timer_start(loop, timer);
    } else {
        round_on_seeds_tried(p);
    }
}

void discovery_begin(Poller *p)
{
    p->next_seed = 0;
    hasten_seeds(p);
}

static void end_seeds(Poller *p)
{
    p->next_seed = p->n_seeds;
    ev_timer_stop(p->loop, &p->seed_timer);
}

bool discovery_is_under_way(const Poller *p)
{
    return p->n_known == 0 && p->next_seed < p->n_seeds;
}

// --- from a topology to peers --------------------------------------------------------------------

static const NodeId *key(const Peer *peer)
{
    return node_id_is_none(peer->expected) ? &peer->id : &peer->expected;
}

static int key_cmp(const void *a, const void *b)
{
    return node_id_cmp(*key(*(Peer *const *)a), *key(*(Peer *const *)b));
}

static int id_key_cmp(const void *id, const void *peer)
{
    return node_id_cmp(*(const NodeId *)id, *key(*(Peer *const *)peer));
}

static void set_way(HostPort *way, const char *host, int port)
{
    snprintf(way->host, sizeof(way->host), "%s", host);
    way->port = port;
}

// Where the node is to be dialled: where the map says, else by its address and, should that fail,
// by its name.
static void find_ways(const Poller *p, const Node *node, HostPort *address, HostPort *name)
{
    bool has_ip = node->ip[0] != '\0';
    *name = (HostPort){0};
    if (node->port == 0 || (!has_ip && node->hostname[0] == '\0')) {
        *address = (HostPort){0};
    } else if (!address_map_find(&p->map, node->ip, node->hostname, node->port, address)) {
        set_way(address, has_ip ? node->ip : node->hostname, node->port);
        if (has_ip && node->hostname[0] != '\0') {
            set_way(name, node->hostname, node->port);
        }
    }
}

// A seed that has not said yet who it is, at the node's address.
static Peer *find_nameless(const Poller *p, const Node *node)
{
    HostPort address;
    HostPort name;
    find_ways(p, node, &address, &name);
    for (size_t i = 0; i < p->n_peers; i++) {
        Peer *peer = p->peers[i];
        if (peer->is_seed && node_id_is_none(peer->id) &&
            peer_is_at(peer, address.host, address.port)) {
            return peer;
        }
    }
    return NULL;
}

static void adopt(Poller *p, Peer *peer, const Node *node)
{
    HostPort address;
    HostPort name;
    find_ways(p, node, &address, &name);
    bool was_flagged = peer->flagged;
    peer->is_seed = false;
    peer->expected = node->id;
    peer->kept = true;
    peer->is_owner = node_is_owner(node);
    peer->flagged =
        node_has(node, NODE_FAIL) || node_has(node, NODE_PFAIL) || node_has(node, NODE_NOADDR);
    snprintf(peer->called, sizeof(peer->called), "%s",
             node->hostname[0] != '\0' ? node->hostname : node->ip);
    peer_announce(peer, &address, &name);
    if (was_flagged && !peer->flagged) {
        peer_dial(peer); // the others hear it again: no need to wait any longer
    }
}

static void follow(Poller *p, const Snapshot *s)
{
    size_t n_sorted = p->n_peers;
    Peer **sorted = mem_array(n_sorted, sizeof(*sorted));
    for (size_t i = 0; i < n_sorted; i++) {
        sorted[i] = p->peers[i];
        sorted[i]->kept = false;
    }
    qsort(sorted, n_sorted, sizeof(*sorted), key_cmp);
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        Peer **found = bsearch(&node->id, sorted, n_sorted, sizeof(*sorted), id_key_cmp);
        Peer *peer = found != NULL ? *found : NULL;
        if (peer == NULL && p->n_known == 0) {
            peer = find_nameless(p, node);
        }
        bool is_new = peer == NULL;
        if (is_new) {
            peer = add_peer(p, &p->login);
        }
        adopt(p, peer, node);
        if (is_new) {
            peer_dial(peer);
            round_expect(p, peer);
        }
    }
    mem_free(sorted);
    part_with_others(p);
}

void poller_follow(Poller *p, const Snapshot *s)
{
    if (s->n_nodes > 0) {
        end_seeds(p);
        follow(p, s);
    }
}

// The first seed that told who is there. What the app will make of the whole round's views comes
// later; this only finds out whom to ask for them.
static void on_discover(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    Poller *p = timer->data;
    for (size_t i = 0; i < p->n_peers && p->n_known == 0; i++) {
        Peer *peer = p->peers[i];
        if (peer->words[QUERY_NODES].n == 0) {
            continue;
        }
        Observation o;
        int64_t now_ms = clock_now_ms();
        peer_observe(peer, 0, now_ms, &o);
        RoundInput in = {.at = &o, .n = 1, .name = p->seeds[peer->seed].name, .now_ms = now_ms};
        Snapshot *s = snapshot_build(&in);
        if (s->n_nodes > 0) {
            p->name = peer->seed;
            p->login = peer->options;
            end_seeds(p);
            follow(p, s);
            round_on_discovered(p);
            discovery_bury(p);
            p->wants_again = !p->is_running;
            round_soon(p);
        }
        snapshot_free(s);
    }
    round_on_seeds_tried(p);
}

// --- at the end of a round -----------------------------------------------------------------------

static bool is_heard(const Poller *p, const Peer *peer)
{
    return peer->trouble == REACH_OK && peer->heard_ms >= p->started_ms;
}

Peer *discovery_find(const Poller *p, NodeId node)
{
    for (size_t i = 0; i < p->n_peers; i++) {
        if (!p->peers[i]->is_seed && node_id_eq(p->peers[i]->expected, node)) {
            return p->peers[i];
        }
    }
    return NULL;
}

// A seed turned out to be a node we knew: whoever of the two is heard is that node from now on.
// One that belongs to no node we know is of interest only while no other is heard.
static void unite(const Poller *p, Peer *seed, bool any_heard)
{
    Peer *known = discovery_find(p, seed->id);
    if (known == NULL) {
        seed->kept = !any_heard;
        return;
    }
    seed->kept = false;
    if (!is_heard(p, known) && is_heard(p, seed)) {
        known->kept = false;
        seed->kept = true;
        seed->is_seed = false;
        seed->expected = known->expected;
        seed->is_owner = known->is_owner;
        seed->flagged = known->flagged;
        memcpy(seed->called, known->called, sizeof(seed->called));
        HostPort address;
        HostPort name;
        set_way(&address, known->routes[ROUTE_ADDRESS].host, known->routes[ROUTE_ADDRESS].port);
        set_way(&name, known->routes[ROUTE_NAME].host, known->routes[ROUTE_NAME].port);
        peer_announce(seed, &address, &name);
    }
}

void discovery_tidy(Poller *p)
{
    if (p->n_known == 0) {
        return;
    }
    bool any_heard = false;
    bool any_seed = false;
    for (size_t i = 0; i < p->n_peers; i++) {
        p->peers[i]->kept = true;
        any_heard = any_heard || (!p->peers[i]->is_seed && is_heard(p, p->peers[i]));
        any_seed = any_seed || p->peers[i]->is_seed;
    }
    for (size_t i = 0; i < p->n_peers && any_seed; i++) {
        Peer *peer = p->peers[i];
        if (!peer->is_seed) {
            continue;
        }
        if (!node_id_is_none(peer->id)) {
            unite(p, peer, any_heard);
        } else if (any_heard) {
            peer->kept = false;
        }
    }
    if (any_seed) {
        part_with_others(p);
    }
    if (any_heard) {
        end_seeds(p);
    } else if (!any_seed && p->next_seed == p->n_seeds) {
        discovery_begin(p); // all are lost: perhaps they all moved
    }
}

// --- life ----------------------------------------------------------------------------------------

void discovery_init(Poller *p)
{
    ev_timer_init(&p->seed_timer, on_seed_timer, 0., 0.);
    ev_timer_init(&p->discover_timer, on_discover, 0., 0.);
    p->seed_timer.data = p->discover_timer.data = p;
}

void discovery_done(Poller *p)
{
    ev_timer_stop(p->loop, &p->seed_timer);
    ev_timer_stop(p->loop, &p->discover_timer);
    for (size_t i = 0; i < p->n_peers; i++) {
        peer_free(p->peers[i]);
    }
    discovery_bury(p);
    mem_free(p->peers);
    mem_free(p->parted);
}
