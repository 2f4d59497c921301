// A second opinion: where the nodes' own views of the cluster differ, who says what, how old that
// word is, and why it is likely that it differs. What all agree on is left out.
#ifndef REHOME_POLICY_OPINION_H
#define REHOME_POLICY_OPINION_H

#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/explain.h"
#include "rehome/policy/health.h"

// clang-format off
#define OPINION_TOPICS(X) \
    X(MEMBERS, "members")            /* whole parts of the cluster are not known to somebody */ \
    X(KNOWN, "known")                /* is the node part of the cluster at all */ \
    X(HANDSHAKE, "handshake")        /* is somebody being introduced, who is in nobody's list */ \
    X(STATE, "state")                /* alive, fail?, fail */ \
    X(ROLE, "role")                  /* master or replica */ \
    X(MASTER, "master")              /* whose replica */ \
    X(SLOTS, "slots")                /* who owns them */ \
    X(CONFIG_EPOCH, "config-epoch") \
    X(ADDRESS, "address") \
    X(CLUSTER_STATE, "cluster-state") \
    X(CURRENT_EPOCH, "current-epoch")
// clang-format on

typedef enum {
#define X(name, text) OPINION_##name,
    OPINION_TOPICS(X)
#undef X
        OPINION_TOPIC_COUNT
} OpinionTopic;

// Whose word it is.
typedef struct {
    int node;
    int64_t age_ms;
    const char *reason; // why it likely differs from most, in words; "" for most, or not known
} Voice;

typedef struct {
    const char *word; // "replica of 127.0.99.171:7003", "fail?", "unknown"
    const Voice *at;  // in the order of nodes
    size_t n;
    size_t votes; // of these, slot owners
} Opinion;

typedef struct {
    OpinionTopic topic;
    const char *about; // "master of 127.0.99.171:7004", "slots 0-100 6000"
    const int *nodes;  // all of whom the same is said; none: it is about the cluster
    size_t n_nodes;
    SlotRanges slots;  // of OPINION_SLOTS
    const Opinion *at; // at[0] is what most slot owners say; at least two
    size_t n;
} Disagreement;

typedef struct {
    size_t n_views;         // that we have
    size_t n_differ;        // of these, that are not in all what most say
    int64_t oldest_ms;      // how old the oldest of them is; -1: there is none
    size_t n_unasked;       // nodes that were not asked for theirs: others were
    size_t n_missing;       // nodes whose view we wanted and do not have
    size_t n_uncompared;    // of the views that differ: beyond OPINION_GROUPS_MAX
    const Disagreement *at; // by topic
    size_t n;
    size_t n_more; // beyond OPINIONS_MAX
} Opinions;

// More disagreements than this are only counted; of more different views than this the rarest are
// not compared.
enum { OPINIONS_MAX = 64, OPINION_GROUPS_MAX = 32 };

// Everything lives in the arena. Costs next to nothing while all agree.
Opinions opinions_find(const Health *h, Arena *arena);

const char *opinion_topic_text(OpinionTopic topic);

// What it means for moves that views differ, or do not: as automatic mode and the gate go by.
typedef struct {
    const char *rule; // that holds all moves back: "views-disagree", "failover", ..; "" none does
    const char *text; // "3 of 3 slot owners agree on slots and epoch", or what was seen; clean
} OpinionMeaning;

OpinionMeaning opinions_meaning(const Health *h, Arena *arena);

// As lines: what it means for moves, then each disagreement with who says what.
void opinions_explain(Explanation *e, const Health *h, const Opinions *o);

// Of one node, whose own view is not what most believe: that it is so, and what it means for moves.
void opinion_explain_node(Explanation *e, const Health *h, int node);

#endif
