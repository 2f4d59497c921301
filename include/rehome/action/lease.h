// The lease by which several instances on one cluster agree who acts: a key in the cluster itself,
// taken with SET NX PX, extended and given back only while it holds our own token. A pure step
// machine over (state, input, now): it says what to send to the owner of the key's slot, one
// command at a time, and is told the answer. No socket, no clock.
//
// Whoever took it may write from the SENDING of its last good SET or extension until the server may
// let the key expire, less a margin: however late the answer comes, and however long we were
// stopped. A time-out means unknown: it extends nothing.
//
// A key can vanish while its holder still believes in it: a failover loses what was not replicated,
// a restart what was not saved, and FLUSHALL, eviction and people do the rest. So whoever takes it
// counts only a whole ttl later, when any holder of before has lost its faith, unless the holder
// before was seen to let it expire. The same when the slot has changed hands.
#ifndef REHOME_ACTION_LEASE_H
#define REHOME_ACTION_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/event.h"
#include "rehome/model/snapshot.h"

enum { LEASE_KEY_MAX = 128, LEASE_ARGS = 8 };

typedef struct {
    const char *key;  // 1..LEASE_KEY_MAX bytes
    const char *host; // who we are, for people: any text
    int64_t pid;
    uint64_t nonce; // random: tells us from an earlier process with the same number
    int64_t ttl_ms; // 0: default, 10 s
} LeaseOptions;

typedef enum {
    LEASE_UNKNOWN,  // nobody knows, or the server does not let us: lease_words() says why
    LEASE_FREE,     // nobody has it
    LEASE_OTHERS,   // another instance has it, or the key holds something else
    LEASE_SETTLING, // taken by us, but whoever had it before may still believe in it
    LEASE_OURS,
} LeaseState;

typedef struct {
    NodeId node; // the owner of the slot
    int argc;
    const char *argv[LEASE_ARGS]; // borrowed from the lease, valid until the next call
} LeaseCommand;

typedef struct Lease Lease;

Lease *lease_new(const LeaseOptions *options);
void lease_free(Lease *l); // NULL is fine

// Do we want to have it? Otherwise it is given back and only looked at. false at first.
void lease_want(Lease *l, bool wanted, int64_t now_ms);

// A round: whose is the slot now?
void lease_round(Lease *l, const Snapshot *s);

// What is to be sent now; true: exactly one of the three below follows. Call it after each of them,
// after each round and at lease_wake_ms().
bool lease_step(Lease *l, int64_t now_ms, LeaseCommand *out);

void lease_unsent(Lease *l, int64_t now_ms); // it was not sent and never will be
void lease_late(Lease *l, int64_t now_ms);   // no answer in time, or lost: whether it happened is
                                             // unknown
// ok: no error. nil is "". Raw text of the server is fine.
void lease_reply(Lease *l, bool ok, const char *text, int64_t now_ms);

int64_t lease_wake_ms(const Lease *l); // 0: nothing to do before something else happens

// Ours, not wanted any more, and not yet given back.
bool lease_is_giving_back(const Lease *l);

// Ours, and still so when a command sent now arrives.
bool lease_may_write(const Lease *l, int64_t now_ms);

LeaseState lease_state(const Lease *l, int64_t now_ms);

// For how long its present holder has had it; the other's by the other's clock. -1: nobody has, or
// it does not say.
int64_t lease_age_ms(const Lease *l, int64_t now_ms);

// Who has it, briefly: "ours" "HOST:pid" "free" "unknown". Borrowed until the next call.
const char *lease_holder(const Lease *l, int64_t now_ms);

// Who else acts with it: "rehome at HOST:pid", or whoever wrote something else into the key; ""
// while nobody else has it.
void lease_other(const Lease *l, int64_t now_ms, char *out, size_t size);

// "lease held by HOST pid 4711 for 12s", or what stands in the way and what to do about it.
void lease_words(const Lease *l, int64_t now_ms, char *out, size_t size);

// Is there something to tell that has not been told? Once for each change; text as for an event.
bool lease_news(Lease *l, int64_t now_ms, Level *level, char *text, size_t size);

#endif
