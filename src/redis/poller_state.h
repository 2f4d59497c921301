// The poller's inside, shared by poller.c (its face), discovery.c (whom to ask) and round.c (when,
// and what).
#ifndef REHOME_SRC_REDIS_POLLER_STATE_H
#define REHOME_SRC_REDIS_POLLER_STATE_H

#include <ev.h>

#include "peer.h"
#include "rehome/redis/poller.h"

// One address of the command line. Tried in turn; as a Peer it lives until it turns out which node
// it is.
typedef struct {
    Address address;
    char name[280]; // "host:port"
} Seed;

// A command under way.
typedef struct {
    Poller *poller;
    Channel channel;
    Peer *to;       // NULL: none is
    char right[48]; // by which an ACL allows it: "+cluster|replicate"
} Sent;

struct Poller {
    struct ev_loop *loop;
    PollerOptions options;
    PollerListener listener;
    Resolver *resolver;
    AddressMap map;
    LinkOptions login; // for nodes; a seed may have its own

    // discovery.c
    Seed *seeds;
    size_t n_seeds;
    size_t next_seed; // not yet tried; n_seeds: all were
    ev_timer seed_timer;
    ev_timer discover_timer; // of no length: a seed told the topology
    Peer **peers;
    size_t n_peers;
    size_t cap_peers;
    Peer **parted; // forgotten in this round's callback, which may still look at their words
    size_t n_parted;
    size_t cap_parted;
    size_t n_known; // peers that are nodes of the cluster
    size_t name;    // the seed that worked; the first one before

    // round.c
    uint64_t round;
    bool is_running;
    bool is_full;
    bool wants_round;
    bool wants_full;
    bool wants_again; // a connection was lost
    bool hurries;
    int64_t started_ms;
    size_t n_hard; // peers the round waits for
    size_t n_soft; // ... for a moment
    size_t rotor;  // where the choice of witnesses went on
    size_t witnesses_left;
    bool has_new_view; // one of this round
    ev_timer start_timer;
    ev_timer deadline_timer;
    ev_timer slack_timer;
    Observation *observations;
    size_t cap_observations;

    // poller.c
    Sent sent[CHANNELS];
    char notice[160];
};

// poller.c
const char *poller_user(const Poller *p);              // whom the servers take us for
bool poller_awaits(const Poller *p, const Peer *peer); // an answer to something sent to it

// discovery.c
void discovery_init(Poller *p);
void discovery_done(Poller *p);
void discovery_begin(Poller *p);              // try the seeds from the first on
bool discovery_is_under_way(const Poller *p); // no node known, and a seed not yet tried
void discovery_tidy(Poller *p);               // before a round is reported
void discovery_bury(Poller *p);               // behind the report
Peer *discovery_find(const Poller *p, NodeId node);

// round.c
void round_init(Poller *p);
void round_done(Poller *p);
void round_expect(Poller *p, Peer *peer); // it was just found, and is being dialled
void round_on_up(Poller *p, Peer *peer);
void round_on_told(Poller *p, Peer *peer, QueryKind kind);
void round_on_settled(Poller *p, Peer *peer);
void round_on_down(Poller *p, Peer *peer, bool was_proven);
void round_forget(Poller *p, Peer *peer);
void round_on_seeds_tried(Poller *p);
void round_on_discovered(Poller *p);
void round_soon(Poller *p); // wants_full, wants_again or the interval changed

#endif
