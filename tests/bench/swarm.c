#include "swarm.h"

#include <errno.h>
#include <ev.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "rehome/base/mem.h"
#include "requests.h"

// What parent and child tell each other.
typedef struct {
    atomic_int delay_ms;
    atomic_size_t hang_every;
    atomic_bool busy;
    atomic_size_t connections;
    atomic_size_t batches;
    atomic_size_t deepest;
    atomic_size_t views;
    atomic_size_t bytes;
} Shared;

struct Swarm {
    Crowd *crowd; // the child has a copy of its own
    Shared *shared;
    int fd;
    pid_t pid;
};

typedef struct {
    Swarm *swarm;
    struct ev_loop *loop;
    int fd;
    size_t node;
    redisReader *reader;
    StrBuf out;
    size_t out_at;
    size_t batches;
    ev_io readable;
    ev_io writable;
    ev_timer delay;
} Client;

// --- answers -------------------------------------------------------------------------------------

static void add_bulk(StrBuf *out, const StrBuf *text)
{
    strbuf_addf(out, "$%zu\r\n", text->n);
    strbuf_add_sv(out, sv_of(text->at, text->n));
    strbuf_add(out, "\r\n");
}

static void add_settings(StrBuf *out, const StrBuf *lines)
{
    StrBuf array = {0};
    StrView rest = sv_of(lines->at, lines->n);
    StrView line;
    size_t n = 0;
    while (sv_next(&rest, '\n', &line)) {
        StrView name;
        if (sv_cut(&line, ' ', &name)) {
            strbuf_addf(&array, "$%zu\r\n%.*s\r\n$%zu\r\n%.*s\r\n", name.n, (int)name.n, name.at,
                        line.n, (int)line.n, line.at);
            n += 2;
        }
    }
    strbuf_addf(out, "*%zu\r\n", n);
    strbuf_add_sv(out, sv_of(array.at, array.n));
    strbuf_done(&array);
}

static bool is_word(const redisReply *request, size_t i, const char *word)
{
    return i < request->elements && strcasecmp(request->element[i]->str, word) == 0;
}

static bool is_hung(const Client *c)
{
    size_t every = c->swarm->shared->hang_every;
    return every > 0 && c->node % every == every - 1;
}

static void answer(void *ctx, const redisReply *request)
{
    Client *c = ctx;
    if (is_hung(c)) {
        return;
    }
    Crowd *crowd = c->swarm->crowd;
    Shared *shared = c->swarm->shared;
    StrBuf text = {0};
    bool is_cluster = is_word(request, 0, "CLUSTER");
    if (is_word(request, 0, "INFO")) {
        if (shared->busy) {
            crowd_work(crowd, c->node);
        }
        crowd_info(crowd, c->node, &text);
        add_bulk(&c->out, &text);
    } else if (is_cluster && is_word(request, 1, "NODES")) {
        shared->views++;
        crowd_nodes(crowd, c->node, &text);
        add_bulk(&c->out, &text);
    } else if (is_cluster && is_word(request, 1, "INFO")) {
        crowd_cluster(crowd, c->node, &text);
        add_bulk(&c->out, &text);
    } else if (is_cluster && is_word(request, 1, "MYID")) {
        strbuf_add(&text, crowd_id(crowd, c->node).hex);
        add_bulk(&c->out, &text);
    } else if (is_word(request, 0, "CONFIG") && is_word(request, 1, "GET")) {
        crowd_settings(crowd, &text);
        add_settings(&c->out, &text);
    } else if (is_word(request, 0, "CLIENT") || is_word(request, 0, "AUTH")) {
        strbuf_add(&c->out, "+OK\r\n");
    } else if (is_word(request, 0, "DBSIZE")) { // redis-cli --cluster check
        strbuf_add(&c->out, ":2000000\r\n");
    } else {
        strbuf_add(&c->out, "-ERR unknown command\r\n");
    }
    strbuf_done(&text);
}

// --- one connection ------------------------------------------------------------------------------

static void client_free(Client *c)
{
    ev_io_stop(c->loop, &c->readable);
    ev_io_stop(c->loop, &c->writable);
    ev_timer_stop(c->loop, &c->delay);
    close(c->fd);
    redisReaderFree(c->reader);
    strbuf_done(&c->out);
    mem_free(c);
}

static void send_some(Client *c)
{
    ssize_t n = send(c->fd, c->out.at + c->out_at, c->out.n - c->out_at, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        client_free(c);
        return;
    }
    if (n > 0) {
        c->out_at += (size_t)n;
        c->swarm->shared->bytes += (size_t)n;
    }
    if (c->out_at < c->out.n) {
        ev_io_start(c->loop, &c->writable);
        return;
    }
    ev_io_stop(c->loop, &c->writable);
    strbuf_done(&c->out); // thousands of them would keep their views
    c->out_at = 0;
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    send_some(io->data);
}

static void on_delay(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    send_some(timer->data);
}

static void begin_batch(Client *c)
{
    Shared *shared = c->swarm->shared;
    shared->batches++;
    if (++c->batches > shared->deepest) {
        shared->deepest = c->batches;
    }
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    Client *c = io->data;
    bool was_idle = c->out.n == 0;
    if (!requests_read(c->fd, c->reader, answer, c)) {
        client_free(c);
        return;
    }
    if (c->out.n == 0 || !was_idle) {
        return;
    }
    begin_batch(c);
    int delay_ms = c->swarm->shared->delay_ms;
    if (delay_ms > 0) {
        ev_now_update(loop);
        ev_timer_set(&c->delay, delay_ms / 1000., 0.);
        ev_timer_start(loop, &c->delay);
    } else {
        send_some(c);
    }
}

static void on_acceptable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    Swarm *s = io->data;
    for (;;) {
        int fd = requests_accept(s->fd);
        if (fd < 0) {
            return;
        }
        struct sockaddr_in own = {0};
        socklen_t size = sizeof(own);
        getsockname(fd, (struct sockaddr *)&own, &size);
        size_t node = crowd_index(s->crowd, own.sin_addr);
        if (node == crowd_size(s->crowd)) {
            close(fd);
            continue;
        }
        Client *c = mem_alloc(sizeof(*c));
        c->swarm = s;
        c->loop = loop;
        c->fd = fd;
        c->node = node;
        c->reader = redisReaderCreate();
        s->shared->connections++;
        ev_io_init(&c->readable, on_readable, fd, EV_READ);
        ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
        ev_init(&c->delay, on_delay);
        c->readable.data = c->writable.data = c->delay.data = c;
        ev_io_start(loop, &c->readable);
    }
}

// --- the child and its parent --------------------------------------------------------------------

static _Noreturn void serve(Swarm *s)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    ev_io acceptable;
    ev_io_init(&acceptable, on_acceptable, s->fd, EV_READ);
    acceptable.data = s;
    ev_io_start(loop, &acceptable);
    ev_run(loop, 0);
    _exit(EXIT_SUCCESS);
}

// Below the ports that the kernel gives to those who ask for none.
static int begin_to_listen(int *port)
{
    enum { FIRST_PORT = 21000, LAST_PORT = 31000 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    for (*port = FIRST_PORT; fd >= 0 && *port < LAST_PORT; ++*port) {
        struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
        if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(fd, 4096) == 0) {
            return fd;
        }
    }
    perror("a cluster of fakes");
    exit(EXIT_FAILURE);
}

Swarm *swarm_start(size_t n)
{
    Swarm *s = mem_alloc(sizeof(*s));
    int port = 0;
    s->fd = begin_to_listen(&port);
    s->crowd = crowd_new(n, port);
    s->shared =
        mmap(NULL, sizeof(*s->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t parent = getpid();
    s->pid = s->shared != MAP_FAILED ? fork() : -1;
    if (s->pid < 0) {
        perror("a cluster of fakes");
        exit(EXIT_FAILURE);
    }
    if (s->pid == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
            _exit(EXIT_FAILURE);
        }
        serve(s);
    }
    close(s->fd);
    return s;
}

void swarm_stop(Swarm *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    munmap(s->shared, sizeof(*s->shared));
    crowd_free(s->crowd);
    mem_free(s);
}

size_t swarm_masters(const Swarm *s)
{
    return crowd_masters(s->crowd);
}

size_t swarm_spares(const Swarm *s)
{
    size_t replicas = crowd_size(s->crowd) - crowd_masters(s->crowd);
    return replicas > crowd_masters(s->crowd) ? replicas - crowd_masters(s->crowd) : 0;
}

const char *swarm_addr(const Swarm *s, size_t i)
{
    return crowd_addr(s->crowd, i);
}

void swarm_delay(Swarm *s, int ms)
{
    s->shared->delay_ms = ms;
}

void swarm_hang(Swarm *s, size_t every)
{
    s->shared->hang_every = every;
}

void swarm_busy(Swarm *s, bool on)
{
    s->shared->busy = on;
}

void swarm_forget(Swarm *s)
{
    s->shared->connections = 0;
    s->shared->batches = 0;
    s->shared->deepest = 0;
    s->shared->views = 0;
    s->shared->bytes = 0;
}

SwarmCount swarm_count(const Swarm *s)
{
    return (SwarmCount){
        .connections = s->shared->connections,
        .batches = s->shared->batches,
        .deepest = s->shared->deepest,
        .views = s->shared->views,
        .bytes = s->shared->bytes,
    };
}
