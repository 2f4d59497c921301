// The frames of a tape: what one is, how it is written, and how the next whole one is found.
#ifndef REHOME_SRC_TAPE_FRAME_H
#define REHOME_SRC_TAPE_FRAME_H

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/query.h"

#define TAPE_MAGIC "rehome tape "

// A kind that is not known is passed over: newer ones may add some.
typedef enum {
    FRAME_NONE = 0,
    FRAME_HEAD = 'h',
    FRAME_KEY = 'k',   // a round in full
    FRAME_ROUND = 'r', // what differs from the round before
    FRAME_EVENT = 'e',
    FRAME_MOVE = 'm',
    FRAME_HOLDS = 'o', // from the next round on
} FrameKind;

// What a node refuses, among its traits in a round: places of the two sets.
enum { FORBIDDEN_SHIFT = 3, REFUSED_SHIFT = 3 + QUERY_KINDS };
enum { HAS_CERTIFICATE = 1 << (REFUSED_SHIFT + QUERY_KINDS) }; // its end follows

enum { FRAME_MAX = 64 << 20 }; // bytes of one; more than a round of 1000 nodes has in full

void frame_put(StrBuf *out, FrameKind kind, StrView payload);

typedef struct {
    int kind; // FRAME_NONE: there is no whole one
    StrView payload;
    size_t skipped; // bytes before it that make no frame
} Frame;

// Where the first frame begins. false: no tape, or one of another version.
bool frame_begin(StrView bytes, size_t *at, Error *err);

// The next frame from *at on, which moves behind it; behind damage the next one from which reading
// can begin.
Frame frame_next(StrView bytes, size_t *at);

#endif
