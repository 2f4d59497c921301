// One connection to one server: connects, logs in, carries requests in order, each with its own
// deadline, and tells how it ended. Of the event-driven files of this layer only link.c and wire.c
// (wire_tls.c its TLS) know hiredis; ask.c uses its blocking half.
//
// A link never calls back from inside link_open(), link_send() or link_close(). Names are never
// resolved here: the ip is numeric.
#ifndef REHOME_REDIS_LINK_H
#define REHOME_REDIS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/model/observation.h"

struct ev_loop;
typedef struct Link Link;

typedef enum {
    ANSWER_OK,    // a reply that is not an error
    ANSWER_ERROR, // an error reply: text is the server's own, with its code word first
    ANSWER_LATE,  // the deadline passed; a late reply will be dropped
    ANSWER_LOST,  // the connection ended first; whether the server executed it is unknown
} AnswerKind;

// text: string and status replies as they are; integers in decimal; nil as ""; a flat array
// (CONFIG GET) as "name value" lines; of nested arrays the leaves, two a line. Raw bytes of the
// server, valid during the call only.
typedef struct {
    AnswerKind kind;
    StrView text;
    int64_t rtt_us;
} Answer;

typedef void LinkAnswer(void *ctx, const Answer *answer);

typedef struct {
    void *ctx;
    void (*up)(void *ctx); // connected and logged in
    // The connection could not be made or has ended; why is clean text that says what to do.
    // Requests under way have been answered ANSWER_LOST before. The link is closed, and may be
    // opened again.
    void (*down)(void *ctx, Reach reach, const char *why);
} LinkListener;

typedef struct {
    const char *user;           // NULL: the default user
    const char *pass;           // NULL: no login
    const struct Tls *tls;      // NULL: plain text
    const char *tls_name;       // a name that any certificate of the cluster may be for; NULL: none
    int64_t connect_timeout_ms; // login included
    int64_t request_timeout_ms;
    int64_t hung_timeout_ms; // a request unanswered for so long ends the connection; 0: 10 s
} LinkOptions;

// options are borrowed and must outlive the link.
Link *link_new(struct ev_loop *loop, const LinkOptions *options, const LinkListener *listener);
void link_free(Link *l); // closes; no callback comes any more; NULL is fine

// Only when closed. name: what the server is called, which its certificate may be for; "": unknown.
void link_open(Link *l, const char *ip, int port, const char *name);
void link_close(Link *l); // no callback comes for it

typedef enum { LINK_CLOSED, LINK_OPENING, LINK_UP } LinkState;
LinkState link_state(const Link *l);
int64_t link_serial(const Link *l); // grows with every connection made; which one an answer was on
const char *link_where(const Link *l); // "127.0.0.1:7001" of the last link_open(); "" before

// Worth telling once although the link works ("needs no password: ..."); "" mostly.
const char *link_notice(const Link *l);

// True: done is called exactly once, later, unless the link is closed or freed first. False: not
// sent and never will be (not up).
bool link_send(Link *l, int argc, const char **argv, LinkAnswer *done, void *ctx);

// The same for what only reads: an answer is welcome whenever it comes. It is never ANSWER_LATE,
// but counts as late for link_late() meanwhile.
bool link_ask(Link *l, int argc, const char **argv, LinkAnswer *done, void *ctx);

// Requests sent and not yet answered, late ones included.
int link_owed(const Link *l);
int link_late(const Link *l); // of these, the late ones

// Of the last link_open(): when the server's certificate ends, in Unix time; 0: no TLS, or unknown.
int64_t link_certificate_ends_ms(const Link *l);

const char *link_library(void); // "hiredis 0.14.1", for --version

#endif
