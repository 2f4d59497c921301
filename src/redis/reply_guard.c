#include "reply_guard.h"

#include <stdbool.h>
#include <string.h>

#if HIREDIS_MAJOR >= 1
typedef size_t ArrayLen;
#else
typedef int ArrayLen;
#endif

static bool is_too_deep(const redisReadTask *task)
{
    int depth = 0;
    while (task != NULL && depth <= REPLY_DEPTH_MAX) {
        task = task->parent;
        depth++;
    }
    return depth > REPLY_DEPTH_MAX;
}

// Refusing makes hiredis end the connection as if out of memory.
static bool admit(const redisReadTask *task, size_t bytes)
{
    ReplyGuard *g = task->privdata;
    if (task->parent == NULL) {
        // hiredis asserts on a reply without a request, unless it is an error.
        if (g->owed == 0 && task->type != REDIS_REPLY_ERROR) {
            g->refused = "a reply to nothing that was asked";
            return false;
        }
        g->owed -= g->owed > 0 ? 1 : 0;
        g->reply_bytes = 0;
    }
    if (is_too_deep(task)) {
        g->refused = "a reply nested too deeply";
        return false;
    }
    if (bytes > REPLY_MAX_BYTES - g->reply_bytes) {
        g->refused = "a reply of more than 64 MB";
        return false;
    }
    g->reply_bytes += bytes;
    return true;
}

static const redisReplyObjectFunctions *plain(const redisReadTask *task)
{
    return ((const ReplyGuard *)task->privdata)->plain;
}

static void *create_string(const redisReadTask *task, char *text, size_t n)
{
    return admit(task, sizeof(redisReply) + n) ? plain(task)->createString(task, text, n) : NULL;
}

static void *create_array(const redisReadTask *task, ArrayLen n)
{
    // Counted before any element has come: the array's memory is taken now.
    size_t elements = (size_t)n > REPLY_MAX_BYTES ? REPLY_MAX_BYTES : (size_t)n;
    return admit(task, sizeof(redisReply) + elements * sizeof(redisReply *))
               ? plain(task)->createArray(task, n)
               : NULL;
}

static void *create_integer(const redisReadTask *task, long long number)
{
    return admit(task, sizeof(redisReply)) ? plain(task)->createInteger(task, number) : NULL;
}

static void *create_nil(const redisReadTask *task)
{
    return admit(task, sizeof(redisReply)) ? plain(task)->createNil(task) : NULL;
}

#if HIREDIS_MAJOR >= 1
static void *create_double(const redisReadTask *task, double number, char *text, size_t n)
{
    return admit(task, sizeof(redisReply) + n) ? plain(task)->createDouble(task, number, text, n)
                                               : NULL;
}

static void *create_bool(const redisReadTask *task, int value)
{
    return admit(task, sizeof(redisReply)) ? plain(task)->createBool(task, value) : NULL;
}
#endif

void guard_enter(ReplyGuard *g, redisReader *reader)
{
    g->plain = reader->fn;
    g->guarded = *reader->fn;
    g->guarded.createString = create_string;
    g->guarded.createArray = create_array;
    g->guarded.createInteger = create_integer;
    g->guarded.createNil = create_nil;
#if HIREDIS_MAJOR >= 1
    g->guarded.createDouble = create_double;
    g->guarded.createBool = create_bool;
#endif
    reader->fn = &g->guarded;
    reader->privdata = g;
}

void guard_leave(const ReplyGuard *g, redisReader *reader)
{
    if (g->plain != NULL) {
        reader->fn = g->plain; // it still frees what it holds
    }
}

const char *guard_flood(const redisReader *reader)
{
    size_t waiting = reader->len - reader->pos;
    if (waiting > REPLY_MAX_BYTES) {
        return "a reply of more than 64 MB";
    }
    if (waiting > REPLY_LINE_MAX_BYTES &&
        memchr(reader->buf + reader->pos, '\n', REPLY_LINE_MAX_BYTES) == NULL) {
        return "a line without an end";
    }
    return NULL;
}
