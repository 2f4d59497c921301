// A hiredis connection on our loop, with the edges taken off: nothing is called back from inside
// the functions below, a reply nobody asked for cannot trip hiredis' assert, and no reply may grow
// without bound. link.c gives it deadlines, a login and words.
#ifndef REHOME_SRC_REDIS_WIRE_H
#define REHOME_SRC_REDIS_WIRE_H

#include <hiredis/hiredis.h>
#include <stdbool.h>

#include "wire_tls.h"

struct ev_loop;
typedef struct Wire Wire;

typedef enum {
    WIRE_REFUSED, // no connection was made
    WIRE_CLOSED,  // by the server, in order
    WIRE_BROKEN,  // an error of the socket
    WIRE_GARBAGE, // what came is not a reply, or not one we take
    WIRE_SAID,    // the server sent an error by itself, then closed: text is that error, raw
    WIRE_UNSAFE,  // TLS could not be agreed on; text says why, and what to do
} WireEnd;

typedef struct {
    void *ctx;
    void (*connected)(void *ctx);                            // TLS included
    void (*reply)(void *ctx, const redisReply *reply);       // to the oldest unanswered wire_send()
    void (*ended)(void *ctx, WireEnd end, const char *text); // the wire is gone
} WireListener;

// Where to, and how. tls is borrowed; NULL: in plain text.
typedef struct {
    const char *ip; // numeric
    int port;
    const Tls *tls;
    WireNames names;
} WireTarget;

// Never NULL: what fails at once is told by ended(), later.
Wire *wire_open(struct ev_loop *loop, const WireTarget *to, const WireListener *listener);
void wire_drop(Wire *w); // ends it; no callback comes any more
bool wire_send(Wire *w, int argc, const char **argv);
bool wire_is_shaking(const Wire *w);             // connected, and TLS is being agreed on
int64_t wire_certificate_ends_ms(const Wire *w); // Unix time; 0: none, or not known

#endif
