// One comparison of views: opinion.c says who speaks and gathers what is said, opinion_compare.c
// finds what differs, opinion_reason.c why somebody likely does.
#ifndef REHOME_SRC_POLICY_OPINION_WORK_H
#define REHOME_SRC_POLICY_OPINION_WORK_H

#include "rehome/policy/opinion.h"

// Views that are alike: the first of them stands for all.
typedef struct {
    const NodesView *view;
    const NodeLine **lines; // what it says of each node of the snapshot; NULL: not listed
    size_t listed;          // of the snapshot's nodes
    bool outside;           // it lists less than half of them: it is not compared any further
} ViewGroup;

// A node that told its view.
typedef struct {
    int node;
    int group; // -1: beyond OPINION_GROUPS_MAX
    bool votes;
    int64_t age_ms;
} Speaker;

typedef struct {
    const Health *h;
    const Snapshot *s;
    Arena *arena;
    ViewGroup groups[OPINION_GROUPS_MAX];
    int n_groups;
    Speaker *speakers; // by node
    size_t n_speakers;
} Compare;

// One disagreement while it is found: the same is said of all of its nodes and slots.
typedef struct {
    OpinionTopic topic;
    const char *subject; // instead of nodes and slots; "" none
    int *nodes;          // heap
    size_t n_nodes;
    size_t nodes_cap;
    SlotRange *ranges; // heap
    size_t n_ranges;
    size_t ranges_cap;
    const char *by_group[OPINION_GROUPS_MAX]; // NULL: says nothing of it
    const char **by_speaker;                  // instead, where that is not a matter of views
} OpinionDraft;

typedef struct {
    Compare c;
    OpinionDraft *at; // heap
    size_t n;
    size_t cap;
    size_t n_more;
    int n_strangers; // in handshake with somebody, and in no list
} OpinionSearch;

// Leaves a draft for everything that is not said alike by all.
void opinions_compare(OpinionSearch *f);

// What the reason for one voice is looked for in.
typedef struct {
    const Compare *c;
    OpinionTopic topic;
    int node; // whom it is about, the first of them; -1: nobody
    int slot; // the first of them; -1: it is not about slots
    const Speaker *most;
    const Speaker *other;
} Dissent;

const char *opinion_reason(const Dissent *d); // in the arena; "" not known

const NodeLine *opinion_line(const Compare *c, const Speaker *speaker, int node); // NULL: none
int opinion_owner(const Compare *c, const Speaker *speaker, int slot);            // -1: nobody

#endif
