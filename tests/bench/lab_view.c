#include "lab_view.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include "unit/unit.h"

static void let_go(LabView *v, size_t i)
{
    redisFree(v->to[i]);
    v->to[i] = NULL;
}

static void dial(LabView *v, size_t i)
{
    struct timeval patience = {.tv_sec = 1};
    v->to[i] = redisConnectWithTimeout(lab_ip(v->lab, i), lab_port(v->lab, i), patience);
    if (v->to[i] == NULL || v->to[i]->err != 0) {
        let_go(v, i);
        return;
    }
    redisSetTimeout(v->to[i], patience);
}

void lab_view_open(LabView *v, Lab *lab)
{
    assert_true(lab_size(lab) <= LAB_VIEW_NODES);
    *v = (LabView){.lab = lab};
    for (size_t i = 0; i < lab_size(lab); i++) {
        assert_true(node_id_parse(sv(lab_id(lab, i)), &v->id[i]));
    }
    lab_view_look(v);
}

void lab_view_close(LabView *v)
{
    for (size_t i = 0; i < lab_size(v->lab); i++) {
        let_go(v, i);
    }
    arena_free(v->arena);
}

static void send_questions(LabView *v, size_t i)
{
    int done = 0;
    if (v->to[i] == NULL && lab_is_running(v->lab, i)) {
        dial(v, i);
    }
    if (v->to[i] == NULL) {
        return;
    }
    if (redisAppendCommand(v->to[i], "CLUSTER NODES") != REDIS_OK ||
        redisAppendCommand(v->to[i], "INFO replication") != REDIS_OK) {
        let_go(v, i);
        return;
    }
    while (done == 0) {
        if (redisBufferWrite(v->to[i], &done) != REDIS_OK) {
            let_go(v, i);
            return;
        }
    }
}

// NULL, and the node let go, when there is none.
static redisReply *next_reply(LabView *v, size_t i)
{
    void *reply = NULL;
    if (v->to[i] != NULL && redisGetReply(v->to[i], &reply) != REDIS_OK) {
        let_go(v, i);
    }
    return reply;
}

static void read_answers(LabView *v, size_t i)
{
    redisReply *nodes = next_reply(v, i);
    redisReply *info = next_reply(v, i);
    v->view[i] = (NodesView){.myself = -1};
    v->info[i] = (NodeInfo){.repl_offset = -1};
    if (nodes != NULL && info != NULL && nodes->type == REDIS_REPLY_STRING &&
        info->type == REDIS_REPLY_STRING) {
        (void)nodes_parse(sv_of(nodes->str, nodes->len), v->arena, &v->view[i], NULL);
        info_parse(sv_of(info->str, info->len), v->arena, &v->info[i]);
    }
    freeReplyObject(nodes);
    freeReplyObject(info);
}

void lab_view_look(LabView *v)
{
    arena_free(v->arena);
    v->arena = arena_new();
    for (size_t i = 0; i < lab_size(v->lab); i++) {
        send_questions(v, i);
    }
    for (size_t i = 0; i < lab_size(v->lab); i++) {
        read_answers(v, i);
    }
}

const NodeLine *lab_view_own(const LabView *v, size_t i)
{
    const NodesView *view = &v->view[i];
    return view->at != NULL && view->myself >= 0 ? &view->at[view->myself] : NULL;
}

const NodeLine *lab_view_line(const LabView *v, size_t reporter, size_t of)
{
    return nodes_find(&v->view[reporter], v->id[of]);
}

bool lab_view_is_master(const LabView *v, size_t i)
{
    const NodeLine *own = lab_view_own(v, i);
    return own != NULL && (own->flags & NODE_MASTER) != 0;
}

ptrdiff_t lab_view_master(const LabView *v, size_t i)
{
    const NodeLine *own = lab_view_own(v, i);
    for (size_t m = 0; own != NULL && m < lab_size(v->lab); m++) {
        if (node_id_eq(own->master, v->id[m])) {
            return (ptrdiff_t)m;
        }
    }
    return -1;
}

size_t lab_view_count(const LabView *v, size_t of, NodeFlag flag)
{
    size_t n = 0;
    for (size_t i = 0; i < lab_size(v->lab); i++) {
        const NodeLine *line = lab_view_line(v, i, of);
        n += line != NULL && (line->flags & (unsigned)flag) != 0;
    }
    return n;
}

size_t lab_view_up(const LabView *v)
{
    size_t n = 0;
    for (size_t i = 0; i < lab_size(v->lab); i++) {
        n += lab_view_own(v, i) != NULL;
    }
    return n;
}

size_t lab_view_working(const LabView *v, size_t master)
{
    size_t n = 0;
    for (size_t i = 0; i < lab_size(v->lab); i++) {
        n += lab_view_master(v, i) == (ptrdiff_t)master && v->info[i].link_up;
    }
    return n;
}

bool lab_view_in_sync(const LabView *v, size_t replica)
{
    ptrdiff_t master = lab_view_master(v, replica);
    const NodeInfo *own = &v->info[replica];
    if (master < 0 || !own->link_up || own->sync_in_progress) {
        return false;
    }
    const NodeInfo *at = &v->info[master];
    for (size_t k = 0; k < at->n_slaves; k++) {
        if (at->slaves[k].port == lab_port(v->lab, replica) &&
            strcmp(at->slaves[k].ip, lab_ip(v->lab, replica)) == 0) {
            return at->slaves[k].state == SLAVE_ONLINE;
        }
    }
    return false;
}
