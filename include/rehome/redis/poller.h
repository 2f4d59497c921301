// Finds every node of a cluster from a few seeds, keeps one connection to each, and asks them in
// rounds: INFO from every node, CLUSTER NODES from all (small clusters) or a few witnesses, mostly
// slot owners: with its length their sum grows as the square of the cluster's size. A slow
// node never holds a round: it is reported late, with the age of its last word.
//
// Every time that comes with an answer is the time it was asked for: what is known is at least as
// fresh as that. Nothing is called back from inside the functions below.
#ifndef REHOME_REDIS_POLLER_H
#define REHOME_REDIS_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/observation.h"
#include "rehome/model/snapshot.h"
#include "rehome/redis/address.h"
#include "rehome/redis/address_map.h"

struct ev_loop;
typedef struct Poller Poller;

typedef struct {
    const char *user;           // NULL: default user
    const char *pass;           // NULL: none; a seed's own login comes first
    const AddressMap *map;      // for the addresses that nodes tell of; NULL: none
    const struct Tls *tls;      // for seeds with Address.tls and their clusters; borrowed, must
                                // outlive the poller; NULL: such seeds cannot be reached
    int64_t interval_ms;        // between the starts of two rounds; default 1000
    int64_t fast_interval_ms;   // while poller_hurry() is on; default 100
    int64_t round_deadline_ms;  // a round ends at the latest then; default 1000
    int64_t connect_timeout_ms; // default 2000
    int64_t request_timeout_ms; // default 2000
    int64_t hung_timeout_ms;    // unanswered for so long, a connection is made anew; default 10000
    int witnesses;              // clusters with more nodes than this ask only so many for CLUSTER
                                // NODES in a normal round; default 16
    int full_views;             // clusters with more nodes than this ask only slot owners for it in
                                // a full round: so many, or a safe majority; default 100
} PollerOptions;

PollerOptions poller_options_default(void);

// Each has one command under way at most, and an answer never passes for the other's.
typedef enum { CHANNEL_MOVE, CHANNEL_LEASE, CHANNELS } Channel;

typedef struct {
    void *ctx;
    // A round ended. full: as ordered by poller_full_round().
    // in is borrowed. Build the snapshot, then tell the poller whom to ask next with
    // poller_follow(). why may also be set where reach is REACH_OK: a command is not allowed there.
    void (*round)(void *ctx, const RoundInput *in, bool full);
    // To poller_send(). late: no answer in time, or the connection was lost; whether the server
    // executed it is unknown. text is clean and in one line; where an ACL forbids the command, with
    // the line that allows it at its end.
    void (*answer)(void *ctx, Channel channel, bool late, bool ok, const char *text);
} PollerListener;

// seeds: tried in turn until one answers as a cluster node; copied, as are the options and the map.
// Names among them are resolved off the loop.
Poller *poller_new(struct ev_loop *loop, const PollerOptions *options, const Address *seeds,
                   size_t n_seeds, const PollerListener *listener);
void poller_free(Poller *p); // not from within a callback of its own; NULL is fine

// Connect to these nodes too and forget the others. Call from within round(). A snapshot without
// nodes changes nothing.
void poller_follow(Poller *p, const Snapshot *s);

// As soon as the present one is over: a normal round, or one in which every node is asked for its
// ID, INFO and settings, and a majority of the slot owners, if not everybody, for their view.
void poller_round(Poller *p);
void poller_full_round(Poller *p);
void poller_hurry(Poller *p, bool on); // rounds come at fast_interval_ms
void poller_set_interval(Poller *p, int64_t interval_ms);

// Log in with these from now on; copied, NULL as in PollerOptions. Who is connected stays so, and
// who is not is tried at once.
void poller_set_login(Poller *p, const char *user, const char *pass);

// Send one command to the node, on a connection on which it has itself confirmed its ID. False: not
// sent (not connected, identity not confirmed, answers owed, another one under way in the channel).
bool poller_send(Poller *p, Channel channel, NodeId node, int argc, const char **argv);

// Worth telling once although all works ("... needs no password"); "" mostly.
const char *poller_notice(const Poller *p);

int64_t poller_now_ms(void); // monotonic, the clock of every time in an Observation
int64_t poller_wall_ms(void);

#endif
