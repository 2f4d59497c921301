// A model of a Redis cluster on virtual time: nodes that gossip, suspect, fail, elect, migrate and
// copy as redis-server does (cluster.c of 7.0), with everything that can go wrong. Every node has
// a view of its own; the truth about a node is its view of itself.
//
// What is rough: messages take no time (news spreads at the pings), an election is held in one
// moment, a shard is one range of slots that is never split, offsets are the time of the last
// write.
#ifndef REHOME_TESTS_SIM_WORLD_H
#define REHOME_TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/base/strbuf.h"
#include "rehome/model/node_id.h"

enum { NODES_MAX = 12, SHARDS_MAX = 4, TICK_MS = 10, CRON_MS = 100, PORT_FIRST = 7001 };

// What one node believes of another, or knows of itself.
typedef struct {
    bool known; // it is in the list at all
    int place;  // its address; -1: none (noaddr)
    bool is_master;
    int master;      // -1: none
    unsigned shards; // owned, a bit each
    uint64_t epoch;  // config epoch
    bool nofailover;
    bool pfail;
    bool fail;
    int64_t fail_ms;
    int64_t pong_ms;
    int64_t ping_ms;              // an unanswered ping is out since then; 0: none
    int64_t report_ms[NODES_MAX]; // when this master last told that the node does not answer it
    bool migrate_to;              // it has or had replicas: the server's own migration may help it
    int64_t orphaned_ms;          // the server's own clock; kept when the orphan is none any more
    bool forgotten;               // never learnt again from others
} Belief;

typedef enum { LINK_UP, LINK_CONNECTING, LINK_SYNCING, LINK_LOADING } Link;

// Why a replica no longer works for its master.
typedef enum { LEFT_NOT, LEFT_FAULT, LEFT_SERVER, LEFT_OPERATOR, LEFT_US } Leave;

// An address, and the machine it is on.
typedef struct {
    int node; // who runs there; -1: nobody
    int host;
    uint64_t serial; // changes when a process starts there: no connection outlives that
    char text[40];   // "127.0.99.170:7001"
} Place;

typedef struct {
    NodeId id;
    int place;
    bool up;
    bool gone; // for good
    int64_t hung_until_ms;
    int side;     // of a partition
    bool cut_off; // from us only
    // memory
    int64_t maxmemory;  // 0: no limit
    int64_t total;      // of the machine
    bool bgsave_broken; // its disk is full
    bool bgsave_ok;     // so went the last one
    // replication
    Link link;
    int64_t link_ms;  // in this state since
    int64_t down_ms;  // repl_down_since: when it was last up; -1: never since its process began
    int64_t next_ms;  // the link goes on to its next step
    int64_t quiet_ms; // the other end does not answer since; 0: it does
    bool is_broken;   // no link of it comes up: masterauth, say
    int data;         // the shard whose keys it holds; -1: none
    int64_t offset;
    char key[256]; // what the lease's key holds, in its memory
    int64_t key_until_ms;
    // cluster
    int64_t met_ms; // a person had it meet somebody; 0: never
    uint64_t current_epoch;
    uint64_t vote_epoch;
    int64_t voted_ms[NODES_MAX]; // for a replica of this master
    int64_t election_ms;         // 0: none
    bool asked_votes;
    bool state_ok;
    int64_t free_ms; // the server's own migration may take it, since then; 0: it may not
    int64_t minority_ms;
    int64_t booted_ms;
    int64_t died_ms;  // its process last ended
    int64_t born_ms;  // it got its ID; 0: it was there before all
    bool fence;       // cluster-replica-no-failover
    bool fence_stays; // so says its redis.conf
    bool fence_is_us; // set by us
    int arrived_by;   // who sent it to its present master: a Leave
    // the last time it stopped being a working replica
    int64_t left_ms;
    int left_from;
    Leave left_why;
    int64_t deposed_ms;     // another took over its slots; 0: never
    int left_to;            // SERVER: the orphan,
    int64_t left_orphan_ms; // since when nothing but its own clock held it back,
    int64_t left_clock_ms;  // and when that had begun
    Belief view[NODES_MAX];
} SimNode;

typedef struct World {
    uint64_t random;
    int64_t now_ms;
    int n; // the last one is not there at first: a node that is born in the history
    int n_shards;
    int n_first; // nodes at first
    SimNode node[NODES_MAX];
    Place place[NODES_MAX];
    int64_t shard_bytes[SHARDS_MAX];
    int64_t node_timeout_ms;
    int validity_factor; // cluster-replica-validity-factor
    int barrier;
    bool allow_migration;
    int64_t repl_timeout_ms;
    int64_t sync_ms;     // a full sync takes about so long,
    int64_t load_ms;     // and then loading
    bool load_is_silent; // it answers nothing meanwhile
    bool is_slow;        // answers and commands take long or are lost
    bool config_denied;
    int heirless; // a person has forbidden all replicas of this master to take over; -1: of none
    bool is_split;
    int64_t split_ms;  // since when
    int64_t upset_ms;  // the servers last changed their mind about roles and failures
    bool told_foreign; // a master was elected with another shard's data, after a move of ours
    StrBuf *story;     // NULL: nobody listens
} World;

// Same seed, same world: 3 or 4 masters, 2 to 7 replicas, all of one mind.
void world_make(World *w, uint64_t seed);
void world_tick(World *w); // TICK_MS later

unsigned pick(uint64_t *random, unsigned n);     // 0..n-1
bool chance(uint64_t *random, unsigned percent); //
void tell(World *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
int port_of(int node); // how it is called: the port that it had, or would have had, at first

bool node_is_awake(const World *w, int i); // it runs and answers
bool node_is_known(const World *w, int i); // to anybody but itself
bool nodes_talk(const World *w, int a, int b);
bool node_is_working(const World *w, int replica); // up, and in sync with its own master
int master_of(const World *w, int i);              // by its own word; -1: it is a master
bool is_owner(const World *w, int i);              // by its own word: a master with slots
int owner_of(const World *w, int shard);           // the truth: highest epoch; -1: nobody
bool owns_slots(const World *w, int i);            // by the truth
int64_t memory_of(const World *w, int i);          // its dataset
bool node_can_save(const World *w, int i);         // a bgsave for a replica would work
bool node_has_room(const World *w, int i, int64_t bytes);

// What happens to nodes.
void node_crash(World *w, int i);
void node_boot(World *w, int i);             // where it was, unless another runs there now
void node_leave(World *w, int i, Leave why); // before it stops working for its master
void node_follow(World *w, int i, int master, Leave by);
// Both start anew, each where the other was. Each then finds itself at the address that it knows of
// the other, drops that, and servers do not look for it again: a person has to have them meet.
void node_swap(World *w, int i, int k);
void node_meet(World *w, int i, int k);         // CLUSTER MEET
int node_reborn(World *w, int i, bool restart); // CLUSTER RESET HARD, or an empty disk; and it
                                                // joins again; -1: it cannot
void node_forget(World *w, int i);              // CLUSTER FORGET, everywhere

// Parts of the cron: gossip.c, failover.c, links.c.
int believed_size(const World *w, int i);
int believed_live(const World *w, int i, int master, bool pfail_too);
void believe_role(World *w, int i, int k, int master); // -1: a master
void node_learn(World *w, int i, int from);            // i gets a message of from
void gossip_cron(World *w, int i);
void failover_cron(World *w, int i);
bool node_is_too_old(const World *w, int i); // a replica, to ask for votes
void migration_cron(World *w, int i);
void link_cron(World *w, int i);

#endif
