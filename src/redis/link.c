#include "rehome/redis/link.h"

#include <assert.h>
#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "link_words.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "reply.h"
#include "requests.h"
#include "wire.h"

enum {
    HUNG_DEFAULT_MS = 10000,
    LATE_MAX = 64,        // owing more late replies than that, a link is given up
    STOPPED_US = 1000000, // a timer later than that: it was us who stood still
    STOPPED_WAIT_US = 100000,
};

struct Link {
    struct ev_loop *loop;
    const LinkOptions *options;
    LinkListener listener;
    LinkState state;
    Wire *wire;
    int64_t serial;
    int64_t opened_us;
    bool is_connected; // but perhaps not logged in
    bool has_answered; // on this connection
    bool ending;       // telling ANSWER_LOST, down() comes next
    bool *gone;        // set when freed under a callback
    int64_t certificate_ends_ms;
    Requests requests;
    ev_timer timer;   // one for all deadlines: it is re-armed when it fires, not with every send
    int64_t timer_us; // when it should fire
    char where[80];
    char notice[160];
};

static void tell(const Request *request, AnswerKind kind, StrView text, int64_t at_us)
{
    if (request->done != NULL) {
        Answer answer = {.kind = kind, .text = text, .rtt_us = at_us - request->sent_us};
        request->done(request->ctx, &answer);
    }
}

// --- deadlines -----------------------------------------------------------------------------------

static int64_t hung_us(const Link *l)
{
    if (l->options->hung_timeout_ms > 0) {
        return l->options->hung_timeout_ms * 1000;
    }
    int64_t least_ms = 2 * l->options->request_timeout_ms;
    return (least_ms > HUNG_DEFAULT_MS ? least_ms : HUNG_DEFAULT_MS) * 1000;
}

// When there is something to judge next; 0: never.
static int64_t next_deadline_us(const Link *l)
{
    if (l->state == LINK_OPENING) {
        return l->opened_us + l->options->connect_timeout_ms * 1000;
    }
    if (l->state != LINK_UP || l->requests.first == NULL) {
        return 0;
    }
    int64_t hung = l->requests.first->sent_us + hung_us(l);
    const Request *next = requests_first_in_time(&l->requests);
    int64_t late = next == NULL ? hung : next->sent_us + l->options->request_timeout_ms * 1000;
    return late < hung ? late : hung;
}

static void arm(Link *l, int64_t at_us)
{
    ev_timer_stop(l->loop, &l->timer);
    if (at_us != 0) {
        int64_t left_us = at_us - clock_now_us();
        ev_timer_set(&l->timer, left_us > 0 ? (double)left_us / 1e6 : 0., 0.);
        ev_timer_start(l->loop, &l->timer);
        l->timer_us = at_us;
    }
}

// --- the end of a connection ---------------------------------------------------------------------

// The wire is gone already. Every caller must leave the link alone afterwards.
static void end(Link *l, const Trouble *trouble)
{
    ev_timer_stop(l->loop, &l->timer);
    bool gone = false;
    bool *outer = l->gone;
    l->gone = &gone;
    l->ending = true;
    l->state = LINK_CLOSED;
    int64_t at_us = clock_now_us();
    Request *request;
    while (!gone && l->ending && (request = requests_pop(&l->requests)) != NULL) {
        if (request_is_waited_for(request)) {
            tell(request, ANSWER_LOST, (StrView){0}, at_us);
        }
        mem_free(request);
    }
    if (gone) {
        if (outer != NULL) {
            *outer = true;
        }
        return;
    }
    l->gone = outer;
    if (l->ending) { // nobody closed it in the meantime
        l->ending = false;
        l->listener.down(l->listener.ctx, trouble->reach, trouble->why);
    }
}

static void give_up(Link *l, const Trouble *trouble)
{
    Wire *wire = l->wire;
    l->wire = NULL;
    wire_drop(wire);
    end(l, trouble);
}

// A TLS port hears nothing it understands, and says nothing that we would.
static const char *perhaps_tls(const Link *l)
{
    return l->has_answered           ? ""
           : l->options->tls == NULL ? " before it answered (a TLS port? then --tls)"
                                     : " before it answered (does it want --cert and --key?)";
}

static void on_ended(void *ctx, WireEnd how, const char *text)
{
    Link *l = ctx;
    l->wire = NULL;
    Trouble trouble;
    switch (how) {
    case WIRE_REFUSED:
        trouble_of_connect(l->where, text, &trouble);
        break;
    case WIRE_CLOSED:
        trouble_set(&trouble, REACH_UNREACHABLE, "%s closed the connection%s", l->where,
                    perhaps_tls(l));
        break;
    case WIRE_BROKEN:
        trouble_set(&trouble, REACH_UNREACHABLE, "lost the connection to %s: %s%s", l->where, text,
                    perhaps_tls(l));
        break;
    case WIRE_GARBAGE:
        trouble_set(&trouble, REACH_UNREACHABLE, "%s does not answer as a Redis server does: %s%s",
                    l->where, text,
                    l->options->tls != NULL ? " (another service?)"
                                            : " (another service, or a TLS port? then --tls)");
        break;
    case WIRE_UNSAFE:
        trouble_set(&trouble, REACH_UNREACHABLE, "TLS with %s failed: %s", l->where, text);
        break;
    case WIRE_SAID:
        trouble_of_farewell(l->where, l->options->pass != NULL, sv(text), &trouble);
        break;
    }
    end(l, &trouble);
}

static void on_overdue_connect(Link *l)
{
    Trouble trouble;
    double seconds = (double)l->options->connect_timeout_ms / 1000.;
    if (wire_is_shaking(l->wire)) {
        trouble_set(&trouble, REACH_UNREACHABLE,
                    "%s is connected, but has not answered the TLS handshake for %.3g s (a port "
                    "without TLS, or hung?)",
                    l->where, seconds);
    } else if (l->is_connected) {
        trouble_set(&trouble, REACH_UNREACHABLE,
                    "%s is connected, but has not answered the login for %.3g s (hung or stopped?)",
                    l->where, seconds);
    } else {
        trouble_set(
            &trouble, REACH_UNREACHABLE,
            "cannot connect to %s: no answer for %.3g s (host down or hung, or a firewall?)",
            l->where, seconds);
    }
    give_up(l, &trouble);
}

// Marks and tells what is late. False: the link was closed or freed by whom we told.
static bool tell_late(Link *l, int64_t at_us)
{
    bool gone = false;
    l->gone = &gone;
    int64_t serial = l->serial;
    int64_t limit_us = at_us - l->options->request_timeout_ms * 1000;
    bool is_up = l->wire != NULL;
    Request *request;
    while (is_up && (request = requests_first_in_time(&l->requests)) != NULL &&
           request->sent_us <= limit_us) {
        requests_mark_late(&l->requests, request);
        if (request->patient) {
            continue;
        }
        tell(request, ANSWER_LATE, (StrView){0}, at_us);
        if (gone) {
            return false;
        }
        is_up = l->wire != NULL && l->serial == serial;
    }
    l->gone = NULL;
    return is_up;
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    Link *l = timer->data;
    int64_t at_us = clock_now_us();
    if (at_us - l->timer_us > STOPPED_US) {
        // We were suspended: answers may be waiting to be read.
        arm(l, at_us + STOPPED_WAIT_US);
        return;
    }
    if (l->state == LINK_OPENING) {
        if (at_us >= next_deadline_us(l)) {
            on_overdue_connect(l);
        } else {
            arm(l, next_deadline_us(l));
        }
        return;
    }
    if (!tell_late(l, at_us)) {
        return;
    }
    if (l->requests.first != NULL &&
        (at_us - l->requests.first->sent_us >= hung_us(l) || l->requests.late > LATE_MAX)) {
        Trouble trouble;
        trouble_set(&trouble, REACH_UNREACHABLE,
                    "%s is connected, but does not answer (hung or stopped?)", l->where);
        give_up(l, &trouble);
        return;
    }
    arm(l, next_deadline_us(l));
}

// --- login and answers ---------------------------------------------------------------------------

static bool send_request(Link *l, int argc, const char **argv, LinkAnswer *done, void *ctx)
{
    if (l->wire == NULL || !wire_send(l->wire, argc, argv)) {
        return false;
    }
    requests_push(&l->requests, done, ctx, clock_now_us());
    if (!ev_is_active(&l->timer)) {
        arm(l, next_deadline_us(l));
    }
    return true;
}

static void go_up(Link *l)
{
    l->state = LINK_UP;
    arm(l, next_deadline_us(l));
    // For whoever looks at CLIENT LIST there. Who may not do this is still served.
    send_request(l, 3, (const char *[]){"CLIENT", "SETNAME", "rehome"}, NULL, NULL);
    l->listener.up(l->listener.ctx);
}

static void on_login(void *ctx, const Answer *answer)
{
    Link *l = ctx;
    if (answer->kind != ANSWER_OK && answer->kind != ANSWER_ERROR) {
        return; // told as the connection's end
    }
    Trouble trouble;
    if (answer->kind == ANSWER_ERROR) {
        if (trouble_of_login(l->where, l->options->user, answer->text, &trouble)) {
            give_up(l, &trouble);
            return;
        }
        snprintf(l->notice, sizeof(l->notice),
                 "%s needs no password: the one given is not used there", l->where);
    }
    go_up(l);
}

static void on_connected(void *ctx)
{
    Link *l = ctx;
    l->is_connected = true;
    l->certificate_ends_ms = wire_certificate_ends_ms(l->wire);
    if (l->options->pass == NULL) {
        go_up(l);
    } else if (l->options->user == NULL) {
        send_request(l, 2, (const char *[]){"AUTH", l->options->pass}, on_login, l);
    } else {
        send_request(l, 3, (const char *[]){"AUTH", l->options->user, l->options->pass}, on_login,
                     l);
    }
}

static StrView reply_view(const redisReply *reply, StrBuf *rendered)
{
    switch (reply->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        return sv_of(reply->str, reply->len);
    default:
        reply_render(reply, rendered);
        return sv_of(rendered->at, rendered->n);
    }
}

static void on_reply(void *ctx, const redisReply *reply)
{
    Link *l = ctx;
    assert(l->requests.first != NULL); // the wire lets no other reply through
    l->has_answered = true;
    bool is_error = reply->type == REDIS_REPLY_ERROR;
    StrBuf rendered = {0};
    StrView text = reply_view(reply, &rendered);
    Trouble trouble;
    if (is_error && trouble_of_error(l->where, l->options->pass != NULL, text, &trouble)) {
        give_up(l, &trouble); // the request is lost like the rest: nothing is served here
    } else {
        Request *request = requests_pop(&l->requests);
        if (request_is_waited_for(request)) {
            tell(request, is_error ? ANSWER_ERROR : ANSWER_OK, text, clock_now_us());
        }
        mem_free(request);
    }
    strbuf_done(&rendered);
}

// --- the public face -----------------------------------------------------------------------------

Link *link_new(struct ev_loop *loop, const LinkOptions *options, const LinkListener *listener)
{
    Link *l = mem_alloc(sizeof(*l));
    l->loop = loop;
    l->options = options;
    l->listener = *listener;
    ev_init(&l->timer, on_timer);
    ev_set_priority(&l->timer, -1); // what has arrived is read before it is called late
    l->timer.data = l;
    return l;
}

void link_free(Link *l)
{
    if (l == NULL) {
        return;
    }
    link_close(l);
    if (l->gone != NULL) {
        *l->gone = true;
    }
    mem_free(l);
}

void link_open(Link *l, const char *ip, int port, const char *name)
{
    assert(l->state == LINK_CLOSED && !l->ending);
    bool is_v6 = strchr(ip, ':') != NULL;
    snprintf(l->where, sizeof(l->where), "%s%s%s:%d", is_v6 ? "[" : "", ip, is_v6 ? "]" : "", port);
    WireListener listener = {
        .ctx = l, .connected = on_connected, .reply = on_reply, .ended = on_ended};
    l->state = LINK_OPENING;
    l->serial++;
    l->is_connected = false;
    l->has_answered = false;
    l->certificate_ends_ms = 0;
    l->notice[0] = '\0';
    l->opened_us = clock_now_us();
    WireTarget to = {.ip = ip,
                     .port = port,
                     .tls = l->options->tls,
                     .names = {.announced = name, .typed = l->options->tls_name}};
    l->wire = wire_open(l->loop, &to, &listener);
    arm(l, next_deadline_us(l));
}

void link_close(Link *l)
{
    ev_timer_stop(l->loop, &l->timer);
    l->ending = false;
    l->state = LINK_CLOSED;
    requests_drop(&l->requests);
    if (l->wire != NULL) {
        Wire *wire = l->wire;
        l->wire = NULL;
        wire_drop(wire);
    }
}

LinkState link_state(const Link *l)
{
    return l->state;
}

int64_t link_serial(const Link *l)
{
    return l->serial;
}

const char *link_where(const Link *l)
{
    return l->where;
}

const char *link_notice(const Link *l)
{
    return l->notice;
}

bool link_send(Link *l, int argc, const char **argv, LinkAnswer *done, void *ctx)
{
    return l->state == LINK_UP && send_request(l, argc, argv, done, ctx);
}

bool link_ask(Link *l, int argc, const char **argv, LinkAnswer *done, void *ctx)
{
    bool sent = link_send(l, argc, argv, done, ctx);
    if (sent) {
        l->requests.last->patient = true;
    }
    return sent;
}

int link_owed(const Link *l)
{
    return l->requests.owed;
}

int link_late(const Link *l)
{
    return l->requests.late;
}

int64_t link_certificate_ends_ms(const Link *l)
{
    return l->certificate_ends_ms;
}

const char *link_library(void)
{
#define STRINGIFY(number) #number
#define TEXT_OF(number)   STRINGIFY(number)
    return "hiredis " TEXT_OF(HIREDIS_MAJOR) "." TEXT_OF(HIREDIS_MINOR) "." TEXT_OF(HIREDIS_PATCH);
}
