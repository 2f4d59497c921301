// From many views to one picture, in five files: snapshot_read.c parses what came,
// snapshot_merge.c makes one list of nodes of it, snapshot_slots.c decides who owns which slots,
// snapshot_role.c who is master and who follows whom,
// snapshot_brief.c how nodes are called in few cells.
#ifndef REHOME_SRC_MODEL_SNAPSHOT_MERGE_H
#define REHOME_SRC_MODEL_SNAPSHOT_MERGE_H

#include "id_index.h"
#include "rehome/model/snapshot.h"

// What one node said, by its ID. Sorted by ID, one for each.
typedef struct {
    NodeId id;
    bool fresh_info; // of this round
    bool fresh_view;
    size_t place;  // among the observations
    NodeSays says; // has_view only when the view counts
} Word;

// One view that counts.
typedef struct {
    const Word *word;
    int reporter;           // index into Snapshot.nodes
    bool votes;             // its reporter is a master that owns slots
    const NodeLine **lines; // what it says of each node of Snapshot.nodes; NULL: not listed
} View;

typedef struct {
    Snapshot *s;
    Word *words;
    size_t n_words;
    View *views; // heap
    size_t n_views;
    IdIndex index;          // of s->nodes
    const NodeLine **lines; // memory of all views' lines
    int *own_view;          // by node: index of its own view, or -1
    Word **word_of;         // by node: what it said, or NULL
} Merge;

// One word for each node that we know by ID, sorted; in the arena.
Word *words_read(const RoundInput *in, Arena *arena, size_t *n);

// Fills s->nodes in the order of IDs, all but Node's names and lists, and the rest of m from words
// and views (their words). merge_done() frees what m holds, the views too.
void merge_nodes(Merge *m);
void merge_done(Merge *m);

// Who claims which slots, and by that whose views vote (sets View.votes).
typedef struct SlotClaims SlotClaims;
SlotClaims *claims_read(Merge *m);

// Sets the slots of all nodes; needs their roles. Frees claims.
void claims_settle(Merge *m, SlotClaims *claims);

// Sets the role, the master and its ID of node i. Needs all addresses, and who votes.
void merge_role(Merge *m, int i);

// What the node says of itself; NULL when it gave no view.
const NodeLine *merge_own_line(const Merge *m, int node);

// Sets brief and brief_host of all nodes. Needs their addresses and labels.
void brief_nodes(Snapshot *s);

// The only node that a person can mean by this, a bare host name included; -1: none, or several.
int snapshot_only(const Snapshot *s, const char *text);

#endif
