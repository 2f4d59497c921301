// What writer and reader both remember of the round before, so that the next one can be told by
// what differs.
#ifndef REHOME_SRC_TAPE_SPEAKERS_H
#define REHOME_SRC_TAPE_SPEAKERS_H

#include "rehome/base/strbuf.h"
#include "rehome/model/observation.h"

// The replies, in the order in which they are on the tape.
typedef enum { SAID_NODES, SAID_INFO, SAID_CLUSTER, SAID_SETTINGS, SAID_KINDS } SaidKind;

typedef enum { SAID_NOTHING, SAID_SAME, SAID_ANEW, SAID_WAYS } SaidWay;

typedef struct {
    StrBuf text; // as kept; of CLUSTER NODES the reader's only: the writer would hold too much
    int64_t ms;  // 0: never said
    size_t raw_n;
} Said;

typedef struct {
    NodeId id;
    NodeId expected;
    StrBuf dialled;
    StrBuf why;
    Said said[SAID_KINDS];
} Speaker;

typedef struct {
    Speaker *at;
    size_t n;
    size_t cap;
} Speakers;

// Of the round under way and of the one before it; and the last view that anybody told, to which
// the next one is compared, whoever tells it.
typedef struct {
    Speakers now;
    Speakers before;
    StrBuf view;
    int64_t now_ms;
    int64_t wall_ms;
} Memory;

void memory_turn(Memory *m);   // a round begins: now becomes before
void memory_forget(Memory *m); // nothing is known any more
void memory_done(Memory *m);

// The next speaker of this round: the one at place of the round before, with all that is known of
// it, or (place == before.n) a new one.
Speaker *memory_take(Memory *m, size_t place);

StrView said_text(const Said *said);
StrBuf *memory_reference(Memory *m, Speaker *speaker, SaidKind kind); // what kind is compared to

// In place of what it was, with hardly more room than that takes: there is one for each node.
void memory_keep(StrBuf *reference, StrView text);

#endif
