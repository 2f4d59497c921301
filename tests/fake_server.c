#include "fake_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "requests.h"

typedef struct {
    char *command;
    char *raw; // NULL: silence
    size_t n;
    size_t flood; // bytes of zeros behind raw
} Entry;

typedef struct Client {
    struct Client *next;
    FakeServer *server;
    int fd;
    redisReader *reader;
    StrBuf out;
    size_t out_at;
    size_t flood; // behind out
    size_t sent;
    bool silent; // answers nothing any more
    ev_io readable;
    ev_io writable;
    ev_timer drip;
} Client;

struct FakeServer {
    struct ev_loop *loop;
    char ip[64];
    int port;
    int fd;
    ev_io acceptable;
    Client *clients;
    Entry *entries;
    size_t n_entries;
    size_t cap_entries;
    char **asked;
    size_t n_asked;
    size_t cap_asked;
    char *greeting;
    size_t drip_bytes;
    int drip_ms;
    size_t cut_after;
    bool hangs;
    int connections;
    size_t sent;
};

static void client_free(Client *c)
{
    FakeServer *f = c->server;
    for (Client **at = &f->clients; *at != NULL; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    ev_io_stop(f->loop, &c->readable);
    ev_io_stop(f->loop, &c->writable);
    ev_timer_stop(f->loop, &c->drip);
    close(c->fd);
    redisReaderFree(c->reader);
    strbuf_done(&c->out);
    mem_free(c);
}

// --- sending -------------------------------------------------------------------------------------

static size_t waiting(const Client *c)
{
    return c->out.n - c->out_at + c->flood;
}

static void watch_output(Client *c)
{
    FakeServer *f = c->server;
    if (waiting(c) == 0) {
        ev_io_stop(f->loop, &c->writable);
        ev_timer_stop(f->loop, &c->drip);
    } else if (f->drip_bytes == 0) {
        ev_io_start(f->loop, &c->writable);
    } else if (!ev_is_active(&c->drip)) {
        ev_timer_set(&c->drip, f->drip_ms / 1000., f->drip_ms / 1000.);
        ev_timer_start(f->loop, &c->drip);
    }
}

// At most max bytes. False: the client is gone.
static bool send_some(Client *c, size_t max)
{
    static const char zeros[65536];
    FakeServer *f = c->server;
    size_t n = c->out.n - c->out_at;
    const char *from = n > 0 ? c->out.at + c->out_at : zeros;
    if (n == 0) {
        n = c->flood < sizeof(zeros) ? c->flood : sizeof(zeros);
    }
    n = n < max ? n : max;
    if (f->cut_after > 0 && n > f->cut_after - c->sent) {
        n = f->cut_after - c->sent;
    }
    ssize_t wrote = send(c->fd, from, n, MSG_NOSIGNAL);
    if (wrote < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return true;
        }
        client_free(c);
        return false;
    }
    if (from == zeros) {
        c->flood -= (size_t)wrote;
    } else {
        c->out_at += (size_t)wrote;
    }
    c->sent += (size_t)wrote;
    f->sent += (size_t)wrote;
    if (f->cut_after > 0 && c->sent >= f->cut_after) {
        client_free(c);
        return false;
    }
    watch_output(c);
    return true;
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    send_some(io->data, SIZE_MAX);
}

static void on_drip(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    Client *c = timer->data;
    send_some(c, c->server->drip_bytes);
}

// --- answering -----------------------------------------------------------------------------------

static bool begins(const char *command, const char *words)
{
    size_t n = strlen(words);
    return strncasecmp(command, words, n) == 0 && (command[n] == '\0' || command[n] == ' ');
}

static const Entry *find_entry(const FakeServer *f, const char *command)
{
    for (size_t i = f->n_entries; i > 0; i--) {
        if (begins(command, f->entries[i - 1].command)) {
            return &f->entries[i - 1];
        }
    }
    return NULL;
}

static void answer(void *ctx, const redisReply *request)
{
    Client *c = ctx;
    FakeServer *f = c->server;
    StrBuf command = {0};
    for (size_t i = 0; i < request->elements; i++) {
        strbuf_add(&command, i > 0 ? " " : "");
        strbuf_add_sv(&command, sv_of(request->element[i]->str, request->element[i]->len));
    }
    f->asked = mem_grow(f->asked, &f->cap_asked, f->n_asked + 1, sizeof(*f->asked));
    f->asked[f->n_asked++] = mem_strdup(strbuf_text(&command));
    const Entry *entry = find_entry(f, strbuf_text(&command));
    if (c->silent) {
        // as before
    } else if (entry == NULL) {
        strbuf_addf(&c->out, "-ERR unknown command '%s'\r\n", strbuf_text(&command));
    } else if (entry->raw == NULL) {
        c->silent = true;
    } else {
        strbuf_add_sv(&c->out, sv_of(entry->raw, entry->n));
        c->flood += entry->flood;
    }
    strbuf_done(&command);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    Client *c = io->data;
    if (requests_read(c->fd, c->reader, answer, c)) {
        watch_output(c);
    } else {
        client_free(c);
    }
}

// --- connections ---------------------------------------------------------------------------------

static void on_acceptable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    FakeServer *f = io->data;
    int fd = requests_accept(f->fd);
    if (fd < 0) {
        return;
    }
    Client *c = mem_alloc(sizeof(*c));
    c->server = f;
    c->fd = fd;
    c->reader = redisReaderCreate();
    c->next = f->clients;
    f->clients = c;
    f->connections++;
    ev_io_init(&c->readable, on_readable, fd, EV_READ);
    ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
    ev_init(&c->drip, on_drip);
    c->readable.data = c->writable.data = c->drip.data = c;
    if (!f->hangs) {
        ev_io_start(loop, &c->readable);
    }
    if (f->greeting != NULL) {
        strbuf_add(&c->out, f->greeting);
        watch_output(c);
    }
}

static void begin_to_listen(FakeServer *f)
{
    f->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(f->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)f->port)};
    inet_pton(AF_INET, f->ip, &addr.sin_addr);
    int bad = bind(f->fd, (struct sockaddr *)&addr, sizeof(addr));
    bad = bad != 0 ? bad : listen(f->fd, 128);
    assert(bad == 0);
    (void)bad;
    socklen_t n = sizeof(addr);
    getsockname(f->fd, (struct sockaddr *)&addr, &n);
    f->port = ntohs(addr.sin_port);
    ev_io_init(&f->acceptable, on_acceptable, f->fd, EV_READ);
    f->acceptable.data = f;
    ev_io_start(f->loop, &f->acceptable);
}

FakeServer *fake_start(struct ev_loop *loop, const char *ip, int port)
{
    FakeServer *f = mem_alloc(sizeof(*f));
    f->loop = loop;
    memcpy(f->ip, ip, strlen(ip) + 1);
    f->port = port;
    begin_to_listen(f);
    fake_answer(f, "CLIENT SETNAME", "+OK\r\n");
    return f;
}

void fake_cut(FakeServer *f)
{
    while (f->clients != NULL) {
        client_free(f->clients);
    }
}

void fake_listen(FakeServer *f, int on)
{
    if (on != 0 && f->fd < 0) {
        begin_to_listen(f);
    } else if (on == 0 && f->fd >= 0) {
        ev_io_stop(f->loop, &f->acceptable);
        close(f->fd);
        f->fd = -1;
    }
}

void fake_stop(FakeServer *f)
{
    if (f == NULL) {
        return;
    }
    fake_listen(f, 0);
    fake_cut(f);
    for (size_t i = 0; i < f->n_entries; i++) {
        mem_free(f->entries[i].command);
        mem_free(f->entries[i].raw);
    }
    for (size_t i = 0; i < f->n_asked; i++) {
        mem_free(f->asked[i]);
    }
    mem_free(f->entries);
    mem_free(f->asked);
    mem_free(f->greeting);
    mem_free(f);
}

// --- what it is told -----------------------------------------------------------------------------

static Entry *add_entry(FakeServer *f, const char *command)
{
    f->entries = mem_grow(f->entries, &f->cap_entries, f->n_entries + 1, sizeof(*f->entries));
    Entry *entry = &f->entries[f->n_entries++];
    *entry = (Entry){.command = mem_strdup(command)};
    return entry;
}

void fake_answer_bytes(FakeServer *f, const char *command, const char *raw, size_t n)
{
    Entry *entry = add_entry(f, command);
    entry->raw = mem_strndup(raw, n);
    entry->n = n;
}

void fake_answer(FakeServer *f, const char *command, const char *raw)
{
    if (raw == NULL) {
        add_entry(f, command);
    } else {
        fake_answer_bytes(f, command, raw, strlen(raw));
    }
}

void fake_answer_bulk(FakeServer *f, const char *command, const char *text)
{
    StrBuf raw = {0};
    strbuf_addf(&raw, "$%zu\r\n%s\r\n", strlen(text), text);
    fake_answer_bytes(f, command, raw.at, raw.n);
    strbuf_done(&raw);
}

void fake_answer_flood(FakeServer *f, const char *command, size_t n)
{
    StrBuf raw = {0};
    strbuf_addf(&raw, "$%zu\r\n", n);
    fake_answer_bytes(f, command, raw.at, raw.n);
    f->entries[f->n_entries - 1].flood = n;
    strbuf_done(&raw);
}

void fake_greet(FakeServer *f, const char *raw)
{
    mem_free(f->greeting);
    f->greeting = mem_strdup(raw);
}

void fake_drip(FakeServer *f, size_t bytes, int every_ms)
{
    f->drip_bytes = bytes;
    f->drip_ms = every_ms;
}

void fake_cut_after(FakeServer *f, size_t n)
{
    f->cut_after = n;
}

void fake_hang(FakeServer *f, int on)
{
    f->hangs = on != 0;
    for (Client *c = f->clients; c != NULL; c = c->next) {
        if (f->hangs) {
            ev_io_stop(f->loop, &c->readable);
        } else {
            ev_io_start(f->loop, &c->readable);
        }
    }
}

// --- what it saw ---------------------------------------------------------------------------------

int fake_port(const FakeServer *f)
{
    return f->port;
}

const char *fake_ip(const FakeServer *f)
{
    return f->ip;
}

int fake_connections(const FakeServer *f)
{
    return f->connections;
}

int fake_asked(const FakeServer *f, const char *command)
{
    int n = 0;
    for (size_t i = 0; i < f->n_asked; i++) {
        n += begins(f->asked[i], command) ? 1 : 0;
    }
    return n;
}

size_t fake_sent(const FakeServer *f)
{
    return f->sent;
}
