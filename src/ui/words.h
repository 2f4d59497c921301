// The words, glyphs and roles by which nodes are shown, the same in every part of the screen.
#ifndef REHOME_UI_WORDS_H
#define REHOME_UI_WORDS_H

#include "rehome/ui/canvas.h"
#include "rehome/ui/scene.h"
#include "rehome/ui/theme.h"

enum { NAME_MAX_BYTES = 64, STATE_WIDTH = 15 }; // no state word is wider

typedef struct {
    Glyph glyph;
    Role role;
    char text[40];
} Words;

Words master_words(const Scene *s, int node);  // "ORPHANED 00:12"
Words replica_words(const Scene *s, int node); // "syncing 41%"
Words node_words(const Scene *s, int node);
// Nodes that do not answer, and are not said to be dead; *denied: those that forbid what we ask.
size_t count_silent(const Health *h, size_t *denied);

// Why it is an orphan: "no replica" "its replica failed" "replication link down"; "" when it is
// not.
void orphan_words(const Health *h, int node, char *out, size_t size);

// How a node is called where there is room: its alias, else its address.
const char *node_title(const Node *n);
const char *node_title_in(const Node *n, int w); // what tells it apart, where w cells are too few

// Its alias, else ":7004" when no other node has this port, else the address, of a long one what
// tells it apart.
void short_name(const Snapshot *s, int node, char *out, size_t size);
void short_name_of(const Snapshot *s, NodeId id, const char *addr, char *out, size_t size);

// A sentence with every node's address by its short name, and every long host by its brief one.
void short_text(const Snapshot *s, const char *text, char *out, size_t size);

// Of reasons strung together by "; " those that fit into width cells, but at least the first.
void first_clauses(char *text, int width);

// The text, with an ellipsis at its end where it does not fit; returns the x behind it.
int draw_cut(Canvas *c, int x, int y, int w, Role role, const char *text);

// "..170" for 192.168.99.170, with as many octets as tell hosts apart; of long labels what tells
// them apart; others as they are.
void short_host(const Snapshot *s, const char *host, char *out, size_t size);

// Our own move in flight; NULL: none is.
const Move *move_in_flight(const Scene *s);
bool is_moving_replica(const Scene *s, NodeId id); // it has this node as its replica
bool is_asked_for(const Scene *s, NodeId id);      // before_move is asked about moving this node

// What our move is doing, briefly: "checking" "fencing" "attaching" "syncing" ...
const char *move_stage_words(const Move *m);

// "acts" "would act" "waits" "cannot" "rests"
const char *verdict_words(AutoVerdict verdict);
Role verdict_role(AutoVerdict verdict);

Role level_role(Level level);
Glyph level_glyph(Level level);

#endif
