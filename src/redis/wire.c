#include "wire.h"

#include <ev.h>
#include <fcntl.h>
#include <hiredis/async.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// A whole CLUSTER NODES reply of a large, badly fragmented cluster may take tens of MB.
#define REPLY_MAX ((size_t)64 << 20)
// Status and error lines, and the lengths in front of strings and arrays. hiredis searches the end
// of such a line from its beginning with every read.
#define LINE_MAX_BYTES ((size_t)64 << 10)

// hiredis may outlive our interest (it frees itself only behind a running callback), so what its
// hooks touch is not part of the Link. Ends in on_cleanup().
struct Wire {
    redisAsyncContext *ac; // NULL: could not even begin
    struct ev_loop *loop;
    WireListener listener; // all NULL once dropped
    ev_io readable;
    ev_io writable;
    ev_timer soon;       // of no length: libev may sleep over ev_feed_event()
    bool *gone;          // set when the wire ends under a function that still holds it
    const char *refused; // why the reader was stopped
    char failed[128];    // why it could not even begin
    size_t owed;         // replies still to come
    size_t reply_bytes;  // of the reply being read, so far
    redisReplyObjectFunctions guarded;
    redisReplyObjectFunctions *plain;
};

// --- what the reader may build -------------------------------------------------------------------

#if HIREDIS_MAJOR >= 1
typedef size_t ArrayLen;
#else
typedef int ArrayLen;
#endif

// Refusing makes hiredis end the connection as if out of memory.
static bool admit(const redisReadTask *task, size_t bytes)
{
    Wire *w = task->privdata;
    if (task->parent == NULL) {
        // hiredis asserts on a reply without a request, unless it is an error.
        if (w->owed == 0 && task->type != REDIS_REPLY_ERROR) {
            w->refused = "a reply to nothing that was asked";
            return false;
        }
        w->owed -= w->owed > 0 ? 1 : 0;
        w->reply_bytes = 0;
    }
    if (bytes > REPLY_MAX - w->reply_bytes) {
        w->refused = "a reply of more than 64 MB";
        return false;
    }
    w->reply_bytes += bytes;
    return true;
}

static const redisReplyObjectFunctions *plain(const redisReadTask *task)
{
    return ((const Wire *)task->privdata)->plain;
}

static void *create_string(const redisReadTask *task, char *text, size_t n)
{
    return admit(task, sizeof(redisReply) + n) ? plain(task)->createString(task, text, n) : NULL;
}

static void *create_array(const redisReadTask *task, ArrayLen n)
{
    // Counted before any element has come: the array's memory is taken now.
    size_t elements = (size_t)n > REPLY_MAX ? REPLY_MAX : (size_t)n;
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

static void guard_reader(Wire *w)
{
    redisReader *reader = w->ac->c.reader;
    w->plain = reader->fn;
    w->guarded = *reader->fn;
    w->guarded.createString = create_string;
    w->guarded.createArray = create_array;
    w->guarded.createInteger = create_integer;
    w->guarded.createNil = create_nil;
#if HIREDIS_MAJOR >= 1
    w->guarded.createDouble = create_double;
    w->guarded.createBool = create_bool;
#endif
    reader->fn = &w->guarded;
    reader->privdata = w;
}

// What the reader holds but cannot use yet: the beginning of a string, or a line without an end.
static const char *flood(const redisReader *reader)
{
    size_t waiting = reader->len - reader->pos;
    if (waiting > REPLY_MAX) {
        return "a reply of more than 64 MB";
    }
    if (waiting > LINE_MAX_BYTES &&
        memchr(reader->buf + reader->pos, '\n', LINE_MAX_BYTES) == NULL) {
        return "a line without an end";
    }
    return NULL;
}

// hiredis keeps a buffer of twice the longest answers for ever: 17 MB on a thousand connections. A
// reader that waits for nothing is exchanged for a new one.
static void drop_buffer(Wire *w)
{
    redisReader *old = w->ac->c.reader;
    if (w->owed > 0 || old->ridx >= 0 || old->pos < old->len) {
        return;
    }
    redisReader *fresh = redisReaderCreateWithFunctions(old->fn);
    if (fresh != NULL) {
        fresh->privdata = old->privdata;
        w->ac->c.reader = fresh;
        redisReaderFree(old);
    }
}

// --- hiredis' hooks into the loop ----------------------------------------------------------------

static void tell_end(Wire *w, WireEnd end, const char *text)
{
    WireListener listener = w->listener;
    w->listener = (WireListener){0};
    if (listener.ended != NULL) {
        listener.ended(listener.ctx, end, text);
    }
}

static WireEnd end_of(const Wire *w)
{
    if (w->refused != NULL) {
        return WIRE_GARBAGE;
    }
    if ((w->ac->c.flags & REDIS_CONNECTED) == 0) {
        return WIRE_REFUSED;
    }
    switch (w->ac->c.err) {
    case REDIS_ERR_IO:
        return WIRE_BROKEN;
    case REDIS_ERR_OTHER:
        return WIRE_SAID;
    case REDIS_ERR_PROTOCOL:
    case REDIS_ERR_OOM:
        return WIRE_GARBAGE;
    default:
        return WIRE_CLOSED;
    }
}

// The one place every wire passes at its end, whoever ended it. hiredis frees the context next.
static void on_cleanup(void *p)
{
    Wire *w = p;
    ev_io_stop(w->loop, &w->readable);
    ev_io_stop(w->loop, &w->writable);
    ev_timer_stop(w->loop, &w->soon);
    if (w->gone != NULL) {
        *w->gone = true;
    }
    if (w->plain != NULL) {
        w->ac->c.reader->fn = w->plain; // it still frees what it holds
    }
    char text[128];
    text_clean_into(text, sizeof(text), sv(w->refused != NULL ? w->refused : w->ac->c.errstr));
    tell_end(w, end_of(w), text);
    mem_free(w);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    Wire *w = io->data;
    bool gone = false;
    w->gone = &gone;
    redisAsyncHandleRead(w->ac);
    if (gone) {
        return;
    }
    w->gone = NULL;
    w->refused = flood(w->ac->c.reader);
    if (w->refused != NULL) {
        redisAsyncFree(w->ac);
        return;
    }
    drop_buffer(w);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    Wire *w = io->data;
    redisAsyncHandleWrite(w->ac);
}

static void add_read(void *p)
{
    Wire *w = p;
    ev_io_start(w->loop, &w->readable);
}

static void del_read(void *p)
{
    Wire *w = p;
    ev_io_stop(w->loop, &w->readable);
}

static void add_write(void *p)
{
    Wire *w = p;
    ev_io_start(w->loop, &w->writable);
}

static void del_write(void *p)
{
    Wire *w = p;
    ev_io_stop(w->loop, &w->writable);
}

// Told later: on 0.14 and 1.0 the context must not be freed from inside this callback.
static void on_connect(const redisAsyncContext *ac, int status)
{
    Wire *w = ac->data;
    if (status == REDIS_OK) {
        ev_timer_start(w->loop, &w->soon);
    }
}

static void on_soon(struct ev_loop *loop, ev_timer *soon, int events)
{
    (void)loop;
    (void)events;
    Wire *w = soon->data;
    if (w->ac == NULL) {
        tell_end(w, WIRE_REFUSED, w->failed);
        mem_free(w);
    } else if (w->listener.connected != NULL) {
        w->listener.connected(w->listener.ctx);
    }
}

static void on_reply(redisAsyncContext *ac, void *reply, void *p)
{
    (void)ac;
    Wire *w = p;
    if (reply != NULL && w->listener.reply != NULL) {
        w->listener.reply(w->listener.ctx, reply);
    }
}

// --- the wire ------------------------------------------------------------------------------------

static void attach(Wire *w)
{
    redisAsyncContext *ac = w->ac;
    fcntl(ac->c.fd, F_SETFD, FD_CLOEXEC);
    guard_reader(w);
    ev_io_init(&w->readable, on_readable, ac->c.fd, EV_READ);
    ev_io_init(&w->writable, on_writable, ac->c.fd, EV_WRITE);
    w->readable.data = w;
    w->writable.data = w;
    ac->data = w;
    ac->ev.data = w;
    ac->ev.addRead = add_read;
    ac->ev.delRead = del_read;
    ac->ev.addWrite = add_write;
    ac->ev.delWrite = del_write;
    ac->ev.cleanup = on_cleanup;
    redisAsyncSetConnectCallback(ac, on_connect); // after the hooks: it asks for the write event
}

Wire *wire_open(struct ev_loop *loop, const char *ip, int port, const WireListener *listener)
{
    Wire *w = mem_alloc(sizeof(*w));
    w->loop = loop;
    w->listener = *listener;
    ev_timer_init(&w->soon, on_soon, 0., 0.);
    w->soon.data = w;
    w->ac = redisAsyncConnect(ip, port);
    if (w->ac == NULL || w->ac->err != 0) {
        text_clean_into(w->failed, sizeof(w->failed),
                        sv(w->ac == NULL ? "out of memory" : w->ac->c.errstr));
        if (w->ac != NULL) {
            redisAsyncFree(w->ac);
            w->ac = NULL;
        }
        ev_timer_start(loop, &w->soon);
        return w;
    }
    attach(w);
    return w;
}

void wire_drop(Wire *w)
{
    w->listener = (WireListener){0};
    if (w->ac == NULL) {
        ev_timer_stop(w->loop, &w->soon);
        mem_free(w);
        return;
    }
    redisAsyncFree(w->ac); // inside a reply's callback: behind it
}

bool wire_send(Wire *w, int argc, const char **argv)
{
    if (w->ac == NULL || redisAsyncCommandArgv(w->ac, on_reply, w, argc, argv, NULL) != REDIS_OK) {
        return false;
    }
    w->owed++;
    return true;
}
