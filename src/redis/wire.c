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
    WireTls *tls;  // NULL: in plain text
    bool shaking;  // the events are the handshake's, not yet hiredis'
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
    if (w->tls != NULL && wire_tls_why(w->tls)[0] != '\0') {
        return WIRE_UNSAFE;
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
    char text[300];
    WireEnd end = end_of(w);
    const char *why = end == WIRE_UNSAFE         ? wire_tls_why(w->tls)
                      : w->guard.refused != NULL ? w->guard.refused
                                                 : w->ac->c.errstr;
    text_clean_into(text, sizeof(text), sv(why));
    wire_tls_free(w->tls);
    tell_end(w, end, text);
    mem_free(w);
}

// The caller must leave the wire alone afterwards.
static void shake_hands(Wire *w)
{
    switch (wire_tls_step(w->tls, &w->ac->c)) {
    case TLS_READS:
        ev_io_stop(w->loop, &w->writable);
        ev_io_start(w->loop, &w->readable);
        break;
    case TLS_WRITES:
        ev_io_start(w->loop, &w->writable);
        break;
    case TLS_DONE:
        w->shaking = false;
        ev_io_stop(w->loop, &w->writable);
        ev_io_start(w->loop, &w->readable);
        if (w->listener.connected != NULL) {
            w->listener.connected(w->listener.ctx);
        }
        break;
    case TLS_FAILED:
        redisAsyncFree(w->ac);
        break;
    }
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    Wire *w = io->data;
    if (w->shaking) {
        shake_hands(w);
        return;
    }
    bool gone = false;
    w->gone = &gone;
    wire_tls_forget_errors();
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
    if (w->shaking) {
        shake_hands(w);
        return;
    }
    wire_tls_forget_errors();
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
        wire_tls_free(w->tls);
        mem_free(w);
    } else if (w->tls != NULL) {
        w->shaking = true;
        shake_hands(w);
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

Wire *wire_open(struct ev_loop *loop, const WireTarget *to, const WireListener *listener)
{
    Wire *w = mem_alloc(sizeof(*w));
    w->loop = loop;
    w->listener = *listener;
    ev_timer_init(&w->soon, on_soon, 0., 0.);
    w->soon.data = w;
    w->tls = to->tls != NULL ? wire_tls_new(to->tls, to->ip, &to->names) : NULL;
    w->ac = redisAsyncConnect(to->ip, to->port);
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
        wire_tls_free(w->tls);
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

bool wire_is_shaking(const Wire *w)
{
    return w->shaking;
}

int64_t wire_certificate_ends_ms(const Wire *w)
{
    return w->tls != NULL ? wire_tls_ends_ms(w->tls) : 0;
}
