// What hiredis' reader may build of what a server sends: no reply that nobody asked for, none
// beyond a bound, none nested without end.
#ifndef REHOME_SRC_REDIS_REPLY_GUARD_H
#define REHOME_SRC_REDIS_REPLY_GUARD_H

#include <hiredis/hiredis.h>
#include <stddef.h>

// A whole CLUSTER NODES reply of a large, badly fragmented cluster may take tens of MB.
#define REPLY_MAX_BYTES ((size_t)64 << 20)
// Status and error lines, and the lengths in front of strings and arrays. hiredis searches the end
// of such a line from its beginning with every read.
#define REPLY_LINE_MAX_BYTES ((size_t)64 << 10)
// What hiredis 0.14 accepts. 1.x has no bound, and it and we walk through a reply by recursion.
enum { REPLY_DEPTH_MAX = 8 };

typedef struct {
    size_t owed;         // replies still to come
    const char *refused; // why the reader was stopped; NULL: it was not
    size_t reply_bytes;  // of the reply being read, so far
    redisReplyObjectFunctions guarded;
    redisReplyObjectFunctions *plain; // NULL: not at work
} ReplyGuard;

// The reader's replies pass through g, which stays where it is, until guard_leave().
void guard_enter(ReplyGuard *g, redisReader *reader);
void guard_leave(const ReplyGuard *g, redisReader *reader); // fine without guard_enter()

// What the reader holds but cannot use yet, when that is too much: the beginning of a string, or a
// line without an end. NULL: all is well.
const char *guard_flood(const redisReader *reader);

#endif
