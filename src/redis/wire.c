#include "wire.h"

#include <ev.h>
#include <fcntl.h>
#include <hiredis/async.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "reply_guard.h"

// hiredis may outlive our interest (it frees itself only behind a running callback), so what its
// hooks touch is not part of the Link. Ends in on_cleanup().
struct Wire {
    redisAsyncContext *ac; // NULL: could not even begin
    struct ev_loop *loop;
    WireListener listener; // all NULL once dropped
    ev_io readable;
    ev_io writable;
    ev_timer soon; // of no length: libev may sleep over ev_feed_event()
    bool *gone;    // set when the wire ends under a function that still holds it
    ReplyGuard guard;
    char failed[128]; // why it could not even begin
};

// --- the reader ----------------------------------------------------------------------------------

// hiredis keeps a buffer of twice the longest answers for ever: 17 MB on a thousand connections. A
// reader that waits for nothing is exchanged for a new one.
static void drop_buffer(Wire *w)
{
    redisReader *old = w->ac->c.reader;
    if (w->guard.owed > 0 || old->ridx >= 0 || old->pos < old->len) {
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
    if (w->guard.refused != NULL) {
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
    guard_leave(&w->guard, w->ac->c.reader);
    char text[128];
    const char *refused = w->guard.refused;
    text_clean_into(text, sizeof(text), sv(refused != NULL ? refused : w->ac->c.errstr));
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
    w->guard.refused = guard_flood(w->ac->c.reader);
    if (w->guard.refused != NULL) {
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
    guard_enter(&w->guard, ac->c.reader);
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
    w->guard.owed++;
    return true;
}
