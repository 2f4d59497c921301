// What people hold automatic mode back with, and what it holds itself back with: the brake, a
// pause, the downtime of a node or a host. Kept in a file, so that it survives a restart; times
// are Unix time, because no other clock does.
#ifndef REHOME_POLICY_HOLD_H
#define REHOME_POLICY_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/snapshot.h"

// The names are part of the contract of `check --format json`.
#define HOLD_KINDS(X)                                                                              \
    X(BRAKE, "brake")       /* automatic mode stopped itself; until a person releases it */        \
    X(PAUSE, "pause")       /* a person stopped automatic mode */                                  \
    X(DOWNTIME, "downtime") /* a person works on these nodes */

typedef enum {
#define X(name, text) HOLD_##name,
    HOLD_KINDS(X)
#undef X
        HOLD_KIND_COUNT
} HoldKind;

#define HOLD_SCOPES(X)                                                                             \
    X(ALL, "all")                                                                                  \
    X(NODE, "node")                                                                                \
    X(HOST, "host")

typedef enum {
#define X(name, text) HOLD_ON_##name,
    HOLD_SCOPES(X)
#undef X
        HOLD_SCOPE_COUNT
} HoldScope;

const char *hold_kind_text(HoldKind kind);
const char *hold_scope_text(HoldScope scope);
bool hold_kind_parse(const char *text, HoldKind *out);
bool hold_scope_parse(const char *text, HoldScope *out);

enum {
    HOLD_HOST_SIZE = 256, // no label, and no name in DNS, is longer
    HOLD_OWNER_SIZE = 48,
    HOLD_REASON_SIZE = 160,
    HOLD_MEMBERS = 16, // of a cluster's masters that are remembered
    HOLDS_MAX = 64,    // of all clusters together
    HOLD_TRIES_MAX = 256,
};

// What is held: brake and pause are on ALL, a downtime on a node or a host.
typedef struct {
    HoldKind kind;
    HoldScope scope;
    NodeId node;               // of scope NODE
    char host[HOLD_HOST_SIZE]; // of scope HOST: a label, or an address; clean
} HoldSubject;

typedef struct {
    HoldSubject on;
    char owner[HOLD_OWNER_SIZE];   // clean
    char reason[HOLD_REASON_SIZE]; // clean; may be ""
    int64_t since_ms;              // Unix time
    int64_t until_ms;              // Unix time; 0: until a person releases it
    // A cluster has no ID of its own: it is the one that has any of these nodes. None: it is every
    // cluster. What is on a node needs only that node.
    NodeId members[HOLD_MEMBERS];
    size_t n_members;
} Hold;

// A move that automatic mode began: whoever restarts the program must not thereby allow it more.
typedef struct {
    int64_t at_ms; // Unix time
    NodeId replica;
    NodeId donor;
    NodeId target;
} HoldTry;

// All that is kept, of all clusters that this machine looks at.
typedef struct {
    Hold at[HOLDS_MAX];
    size_t n;
    HoldTry tries[HOLD_TRIES_MAX]; // oldest first
    size_t n_tries;
    char unkept[240]; // why nothing can be kept here, which automatic mode cannot act without; ""
} Holds;

// By which nodes this cluster is known again; returns how many there are.
size_t hold_members(const Snapshot *s, NodeId out[HOLD_MEMBERS]);

// A hold of this cluster from now on, for so long (0: until it is released). Texts are cleaned.
Hold hold_make(const Snapshot *s, const HoldSubject *on, const char *owner, const char *reason,
               int64_t wall_ms, int64_t for_ms);

bool hold_is_over(const Hold *hold, int64_t wall_ms);
bool hold_concerns(const Hold *hold, const Snapshot *s); // it is about this cluster
bool hold_covers(const Hold *hold, const Node *node);    // a downtime of this node or of its host
// What a person means: "all" (a pause), a node as everywhere, or a host by its label or address.
// The kind is that of holding it back.
bool hold_subject_find(const Snapshot *s, const char *what, HoldSubject *out, Error *err);
bool hold_subject_eq(const HoldSubject *a, const HoldSubject *b);

// Put it in place of the one on the same subject, if there is one. False: there are too many.
bool holds_put(Holds *all, const Hold *hold, const Snapshot *s);

// Take away what this cluster has on this subject; with the brake go its tries: a person has seen
// them. Returns how many there were.
size_t holds_drop(Holds *all, const HoldSubject *on, const Snapshot *s);

void holds_try(Holds *all, const HoldTry *attempt); // the oldest gives way when there are too many
void holds_prune(Holds *all, int64_t wall_ms);      // without what is over, and tries of long ago

bool hold_try_concerns(const HoldTry *attempt, const Snapshot *s);

// For people. "42 min left" "until released"
char *hold_left(char *out, size_t size, const Hold *hold, int64_t wall_ms);

// "in downtime by alice, 42 min left: new kernel", "paused by ...", "braked by ..."
char *hold_words(char *out, size_t size, const Hold *hold, int64_t wall_ms);

// "127.0.99.171:7004", "host rack-a", "automatic mode"
char *hold_subject_text(char *out, size_t size, const HoldSubject *on, const Snapshot *s);

#endif
