// From the cluster's FAIL to the replica that has accepted its new master, on real servers. Both
// ends are seen in the servers' own CLUSTER NODES; `watch` in automatic mode does the rest.
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "real/stage.h"
#include "rehome/model/nodes.h"

enum { MAX_NODES = 16, LOOK_EVERY_MS = 2, SETTLE_MS = 3000, LOST_MS = 20000 };

typedef struct {
    Lab *lab;
    Arena *arena;
    redisContext *to[MAX_NODES]; // NULL: down
    NodesView view[MAX_NODES];   // of the last look
} Stand;

// --- looking -------------------------------------------------------------------------------------

static void connect_to(Stand *s, size_t i)
{
    struct timeval patience = {.tv_sec = 1};
    s->to[i] = redisConnectWithTimeout(lab_ip(s->lab, i), lab_port(s->lab, i), patience);
    if (s->to[i] == NULL || s->to[i]->err != 0) {
        fprintf(stderr, "%s does not answer\n", lab_addr(s->lab, i));
        exit(EXIT_FAILURE);
    }
    redisSetTimeout(s->to[i], patience);
}

static void disconnect_from(Stand *s, size_t i)
{
    redisFree(s->to[i]);
    s->to[i] = NULL;
}

static void look(Stand *s)
{
    arena_free(s->arena);
    s->arena = arena_new();
    for (size_t i = 0; i < lab_size(s->lab); i++) {
        Error err;
        s->view[i] = (NodesView){.myself = -1};
        redisReply *reply = s->to[i] != NULL ? redisCommand(s->to[i], "CLUSTER NODES") : NULL;
        if (reply != NULL && reply->type == REDIS_REPLY_STRING) {
            (void)nodes_parse(sv_of(reply->str, reply->len), s->arena, &s->view[i], &err);
        }
        freeReplyObject(reply);
    }
}

static bool anybody_says_failed(const Stand *s, NodeId id)
{
    for (size_t i = 0; i < lab_size(s->lab); i++) {
        const NodeLine *line = nodes_find(&s->view[i], id);
        if (line != NULL && (line->flags & NODE_FAIL) != 0) {
            return true;
        }
    }
    return false;
}

// What the node says of itself; NULL when it is down.
static const NodeLine *own_line(const Stand *s, size_t i)
{
    const NodesView *view = &s->view[i];
    return view->at != NULL && view->myself >= 0 ? &view->at[view->myself] : NULL;
}

// By their own word.
static size_t replicas_of(const Stand *s, NodeId master, size_t *last)
{
    size_t n = 0;
    for (size_t i = 0; i < lab_size(s->lab); i++) {
        const NodeLine *own = own_line(s, i);
        if (own != NULL && node_id_eq(own->master, master)) {
            n++;
            *last = i;
        }
    }
    return n;
}

static NodeId id_of(const Stand *s, size_t i)
{
    NodeId id = {.hex = ""};
    (void)node_id_parse(sv(lab_id(s->lab, i)), &id);
    return id;
}

static bool is_master(const Stand *s, size_t i)
{
    const NodeLine *own = own_line(s, i);
    return own != NULL && (own->flags & NODE_MASTER) != 0;
}

// --- one run -------------------------------------------------------------------------------------

// A master with one replica; they take turns, so that each is orphaned as late again as can be.
static bool choose(const Stand *s, size_t run, size_t *master, size_t *replica)
{
    size_t n = lab_size(s->lab);
    for (size_t k = 0; k < n; k++) {
        *master = (run * 2 + k) % n;
        if (is_master(s, *master) && replicas_of(s, id_of(s, *master), replica) == 1) {
            return true;
        }
    }
    return false;
}

static void wait_for_link(const Stand *s, size_t i)
{
    stage_wait_reply(s->lab, lab_port(s->lab, i), "master_link_status:up",
                     (const char *[]){"INFO", "replication", NULL});
}

// -1: nobody came.
static int64_t heal_once(Stand *s, size_t run)
{
    size_t master = 0;
    size_t replica = 0;
    size_t newcomer = 0;
    look(s);
    if (!choose(s, run, &master, &replica)) {
        return -1;
    }
    NodeId lost = id_of(s, replica);
    NodeId target = id_of(s, master);
    Run *watch =
        run_start((const char *[]){bench_program(), "watch", "--auto", "act", "--grace", "0",
                                   "--format", "json", lab_addr(s->lab, master), NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    bench_let_run(SETTLE_MS);
    disconnect_from(s, replica);
    lab_kill(s->lab, replica);
    int64_t failed_us = 0;
    int64_t moved_us = 0;
    int64_t end_us = bench_now_us() + (int64_t)LOST_MS * 1000;
    while (moved_us == 0 && bench_now_us() < end_us) {
        bench_let_run(LOOK_EVERY_MS);
        look(s);
        failed_us = failed_us == 0 && anybody_says_failed(s, lost) ? bench_now_us() : failed_us;
        moved_us = replicas_of(s, target, &newcomer) > 0 ? bench_now_us() : 0;
    }
    if (moved_us != 0) {
        run_event(watch, "move-done", 0, LIMIT_MS);
        wait_for_link(s, newcomer);
    }
    run_signal(watch, 15);
    (void)run_end(watch, LIMIT_MS);
    run_free(watch);
    Error err;
    if (!lab_restart(s->lab, replica, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    wait_for_link(s, replica);
    connect_to(s, replica);
    return moved_us != 0 ? (moved_us - failed_us) / 1000 : -1;
}

static void measure(const char *what, const char *const *extra, size_t runs)
{
    int64_t ms[8];
    LabSpec spec = lab_scenario;
    spec.extra = extra;
    Stand s = {.lab = stage_lab(&spec)};
    for (size_t i = 0; i < lab_size(s.lab); i++) {
        connect_to(&s, i);
    }
    size_t n = 0;
    for (size_t run = 0; run < runs; run++) {
        int64_t took_ms = heal_once(&s, run);
        if (took_ms >= 0) {
            ms[n++] = took_ms;
        }
    }
    for (size_t i = 0; i < lab_size(s.lab); i++) {
        disconnect_from(&s, i);
    }
    arena_free(s.arena);
    stage_clear(NULL);
    if (n == 0) {
        bench_row(what, "< 300 ms", "nobody came");
        return;
    }
    int64_t median_ms = bench_median(ms, n);
    bench_row(what, "< 300 ms", "%lld ms, %lld to %lld (%zu of %zu healed)", (long long)median_ms,
              (long long)ms[0], (long long)ms[n - 1], n, runs);
}

void bench_heal(void)
{
    measure("healing, --grace 0: from FAIL to REPLICATE accepted",
            (const char *[]){"--cluster-allow-replica-migration", "no", NULL}, 5);
    // Three masters, once each: the servers act at once where a master is orphaned again.
    measure("  ... with the servers' own migration on", NULL, 3);
}
