// One server the poller wants to reach: finds a way to it (peer_dial.c), keeps asking who it is and
// how it does, and remembers its last words (peer_ask.c). It judges nothing about rounds: the
// poller says what to ask, and is told when all of it has been answered, or will not be.
#ifndef REHOME_SRC_REDIS_PEER_H
#define REHOME_SRC_REDIS_PEER_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "rehome/model/node_id.h"
#include "rehome/model/observation.h"
#include "rehome/redis/address_map.h"
#include "rehome/redis/link.h"
#include "resolve.h"

typedef struct Peer Peer;

// None of these comes from inside a function that the poller calls here, and none may free a peer.
typedef struct {
    void *ctx;
    void (*up)(void *ctx, Peer *peer);                    // connected; ask it now
    void (*down)(void *ctx, Peer *peer, bool was_proven); // had it answered on this connection?
    void (*told)(void *ctx, Peer *peer, QueryKind kind);  // a good answer is remembered
    void (*settled)(void *ctx, Peer *peer);               // nothing asked is still to come
} PeerEvents;

typedef struct {
    Peer *peer;
    bool pending;
    int64_t sent_ms;
} Query;

// The last good answer of its kind.
typedef struct {
    char *text;
    size_t n;
    int64_t ms; // when it was asked for: it is at least as fresh as that
} Word;

typedef struct {
    char host[256];
    int port;         // 0: no route
    bool is_anothers; // another node answered there last
} Route;

// As the cluster announces it, by address and by name (under which it may be found where the
// address leads nowhere), and as a seed was given. Tried in this order from the one that was good.
typedef enum { ROUTE_ADDRESS, ROUTE_NAME, ROUTE_SEED, ROUTES } RouteKind;

typedef enum { WAIT_NO, WAIT_SOFT, WAIT_HARD } Wait;

struct Peer {
    struct ev_loop *loop;
    Resolver *resolver;
    PeerEvents events;
    LinkOptions options;
    Link *link;

    // the way to it
    Route routes[ROUTES];
    char called[256];     // by the cluster: a host name or an address, unmapped; "" not yet
    RouteKind route;      // in use, or tried next
    RouteKind good_route; // where it was last proven to be
    Lookup *lookup;       // under way
    Resolved found;       // of the present route
    size_t ip;            // index into found.ips
    ev_timer retry;       // ... or the end of our patience with the lookup
    int failures;         // attempts in a row over all routes
    bool tried;           // at least one attempt over all routes has ended

    // who it is
    NodeId expected; // none: a seed
    NodeId id;       // confirmed at this address, perhaps on an earlier connection
    int64_t identity_ms;
    int64_t confirmed_serial; // link_serial() on which id was confirmed; 0: never

    // how it does
    Reach trouble; // REACH_OK: none
    char why[320];
    char late_why[224];
    char stall[128]; // what it says instead of an answer, and what helps; "" mostly
    char dialled[272];
    int64_t up_ms; // when this connection was made
    bool proven;   // it has answered on this connection
    bool loading;
    int64_t heard_ms;   // asking time of the last good answer, whatever kind
    int64_t took_ms;    // how long the last good answer took
    int64_t asked_ms;   // what was asked first since the last good answer; 0: nothing
    int64_t rtt_us;     // of the last INFO; -1 unknown
    unsigned denied;    // ASK_...: not to be asked again for a while
    unsigned forbidden; // ASK_...: by its ACL, when last asked
    unsigned refused;   // ASK_...: by another error
    char denied_why[320];
    Query queries[QUERY_KINDS];
    unsigned wanted; // ASK_...: to be asked as soon as it can be
    Word words[QUERY_KINDS];
    int64_t settings_asked_ms;

    // the poller's notes
    bool is_seed;    // not yet known to be a node of the cluster
    size_t seed;     // which one it was, or is
    bool is_owner;   // owns slots
    bool flagged;    // FAIL, PFAIL or without address for the cluster
    bool is_trusted; // was in time when last asked
    bool is_witness; // asked for CLUSTER NODES in this round
    bool kept;
    Wait wait;
};

Peer *peer_new(struct ev_loop *loop, Resolver *resolver, const LinkOptions *options,
               const PeerEvents *events);
void peer_free(Peer *p); // NULL is fine

// peer_dial.c
// Where the cluster says it is, by its address and by its name. Empty: nobody knows, and what was
// known is kept; a name alone is not.
void peer_announce(Peer *p, const HostPort *address, const HostPort *name);
void peer_seed(Peer *p, const char *host, int port);
void peer_dial(Peer *p); // now, unless connected, trying, or without a route
void peer_set_login(Peer *p, const char *user, const char *pass); // borrowed as in LinkOptions
void peer_refuse(Peer *p, const char *why);                 // it can never be reached; say why
bool peer_is_at(const Peer *p, const char *host, int port); // one of its routes leads there
bool peer_holds(const Peer *p, const char *host, int port); // ... and to nobody else
bool peer_is_up(const Peer *p);
const char *peer_dialled(Peer *p); // "127.0.0.1:7001"; the name before it is resolved
bool peer_is_trying(Peer *p);

// End the connection because of what was said on it, and try again later. For peer_ask.c: tells
// events.down.
void peer_hang_up(Peer *p, Reach reach, const char *why);

// peer_ask.c
void peer_ask(Peer *p, unsigned kinds); // ASK_...; added to what is still to be asked
void peer_ask_no_more(Peer *p);         // what was not yet sent will not be
bool peer_is_settled(const Peer *p);
void peer_forget_queries(Peer *p);     // the connection is gone
void peer_forget_view(Peer *p);        // its CLUSTER NODES
bool peer_is_confirmed(const Peer *p); // id was confirmed on the present connection
void peer_observe(Peer *p, int64_t started_ms, int64_t now_ms, Observation *out);

#endif
