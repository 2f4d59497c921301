// What the files of the lease share: lease.c has it or has it not, lease_ask.c asks the
// server, lease_words.c puts it into words.
#ifndef REHOME_ACTION_LEASE_PARTS_H
#define REHOME_ACTION_LEASE_PARTS_H

#include "rehome/action/lease.h"

enum {
    LEASE_TTL_MS = 10000,
    LEASE_MARGIN_SHARE = 5, // of the ttl: a write sent at the last moment must also arrive
    LEASE_EXTEND_SHARE = 3,
    LEASE_LOOK_MS = 1000,     // between two looks at another's
    LEASE_AGAIN_MS = 500,     // after an answer that did not come
    LEASE_REFUSED_MS = 15000, // after one that only a person can change
    LEASE_WHY_MAX = 200,
};

typedef enum {
    LEASE_ASK_NOTHING,
    LEASE_ASK_LOOK,    // what stands in the key
    LEASE_ASK_LEFT,    // and for how long yet
    LEASE_ASK_TAKE,    // when nothing stands there
    LEASE_ASK_EXTEND,  // when it is our token that stands there
    LEASE_ASK_RELEASE, // the same
} LeaseAsk;

struct Lease {
    char key[LEASE_KEY_MAX + 1];
    char shown_key[LEASE_KEY_MAX + 1]; // clean
    int slot;
    char host[64];
    int64_t pid;
    uint64_t nonce;
    int64_t ttl_ms;
    char ttl[24];
    bool wanted;

    // the owner of the slot, as last seen
    NodeId owner; // none: there is nobody to ask
    char owner_addr[64];
    uint64_t owner_epoch;
    char owner_run[48];    // its run_id
    NodeId known_owner;    // the last one there was
    int64_t owner_told_ms; // its last INFO
    int64_t settled_ms;    // nobody counts before
    int64_t wall_offset_ms;

    LeaseState state;  // as of the last answer: OURS also while it is settling or has run out
    bool may_extend;   // the server has carried out an extension: what we take we can keep
    char token[160];   // our own, as of the last TAKE
    bool take_is_open; // a TAKE with this token may still be carried out
    int vain_takes;    // in a row
    int64_t since_ms;  // OURS: taken
    int64_t counts_ms;
    int64_t good_ms;       // ... until
    char holder[72];       // OTHERS: "HOST pid 4711", or what stands there in quotes
    char holder_brief[48]; // "HOST:4711"
    bool holder_says_since;
    int64_t holder_since_ms; // monotonic; negative when it is older than this machine
    int64_t holder_seen_ms;
    int64_t holder_ends_ms;  // as last seen; 0: not known; -1: never
    char why[LEASE_WHY_MAX]; // UNKNOWN: what stands in the way

    LeaseAsk asked; // in flight
    int64_t asked_ms;
    bool is_stale; // the owner has changed since
    LeaseAsk next;
    int64_t next_ms;
    // the last news
    LeaseState told;
    char told_who[LEASE_WHY_MAX];
};

void lease_ask_next(Lease *l, LeaseAsk ask, int64_t at_ms);
void lease_say_why(Lease *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

// What was sent at asked_ms has taken or extended it.
void lease_hold(Lease *l, int64_t now_ms);

// Ours, but not extended for so long that another may have it: it is not ours any more.
void lease_run_out(Lease *l, int64_t now_ms);

// A round that began after we took it has found the same server.
bool lease_is_confirmed(const Lease *l);

// What an error means for us and what to do about it; returns when to try again.
int64_t lease_read_error(Lease *l, const char *error);

// What stands in the key is another's.
void lease_read_holder(Lease *l, const char *value, int64_t now_ms);

// A token of the present moment.
void lease_make_token(Lease *l, int64_t now_ms);

#endif
