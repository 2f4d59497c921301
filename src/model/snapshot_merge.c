#include "snapshot_merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"

static int id_cmp(const void *a, const void *b)
{
    return strcmp(((const NodeId *)a)->hex, ((const NodeId *)b)->hex);
}

// A handshake has a random ID, and an entry without a role is a ghost of which nothing is known.
static bool is_member(const NodeLine *line)
{
    return (line->flags & NODE_HANDSHAKE) == 0 && (line->flags & (NODE_MASTER | NODE_REPLICA)) != 0;
}

static void collect_nodes(Merge *m)
{
    IdIndex seen = {0};
    NodeId *ids = NULL;
    size_t cap = 0;
    size_t n = 0;
    for (size_t v = 0; v < m->n_views; v++) {
        const NodesView *view = &m->views[v].word->says.view;
        for (size_t i = 0; i < view->n && n < CLUSTER_NODES_MAX; i++) {
            if (is_member(&view->at[i]) && id_index_add(&seen, &view->at[i].id, 0)) {
                ids = mem_grow(ids, &cap, n + 1, sizeof(*ids));
                ids[n++] = view->at[i].id;
            }
        }
    }
    id_index_done(&seen);
    if (n > 0) {
        qsort(ids, n, sizeof(*ids), id_cmp); // so that every instance counts alike
    }
    Snapshot *s = m->s;
    s->nodes = arena_array(s->arena, n, sizeof(*s->nodes));
    s->n_nodes = n;
    for (size_t i = 0; i < n; i++) {
        s->nodes[i].id = ids[i];
        id_index_add(&m->index, &s->nodes[i].id, (int)i);
    }
    mem_free(ids);
}

static void index_lines(Merge *m)
{
    Snapshot *s = m->s;
    m->lines = mem_array(m->n_views * s->n_nodes, sizeof(*m->lines));
    m->own_view = mem_array(s->n_nodes, sizeof(*m->own_view));
    m->word_of = mem_array(s->n_nodes, sizeof(*m->word_of));
    for (size_t i = 0; i < s->n_nodes; i++) {
        m->own_view[i] = -1;
    }
    for (size_t i = 0; i < m->n_words; i++) {
        int node = id_index_find(&m->index, &m->words[i].id);
        if (node >= 0) {
            m->word_of[node] = &m->words[i];
            s->nodes[node].says = &m->words[i].says;
        }
    }
    for (size_t v = 0; v < m->n_views; v++) {
        View *view = &m->views[v];
        const NodesView *told = &view->word->says.view;
        view->lines = m->lines + v * s->n_nodes;
        for (size_t i = 0; i < told->n; i++) {
            int node = is_member(&told->at[i]) ? id_index_find(&m->index, &told->at[i].id) : -1;
            if (node >= 0) {
                view->lines[node] = &told->at[i];
            }
        }
        view->reporter = id_index_find(&m->index, &view->word->id);
        if (view->reporter >= 0) {
            m->own_view[view->reporter] = (int)v;
        }
    }
}

const NodeLine *merge_own_line(const Merge *m, int node)
{
    return m->own_view[node] < 0 ? NULL : m->views[m->own_view[node]].lines[node];
}

// Of what the others say of a node's address, the best: one that has an address, heard from last.
// There is always one: a node is in the list because some view lists it.
static const NodeLine *others_line(const Merge *m, int node)
{
    const NodeLine *best = NULL;
    for (size_t v = 0; v < m->n_views; v++) {
        const NodeLine *line = m->views[v].lines[node];
        if (line == NULL) {
            continue;
        }
        bool knows = line->ip[0] != '\0';
        bool knew = best != NULL && best->ip[0] != '\0';
        if (best == NULL || (knows && (!knew || line->pong_ms > best->pong_ms))) {
            best = line;
        }
    }
    return best;
}

static void take_dialled_address(Node *node, Arena *arena)
{
    StrView host;
    if (sv_host_port(sv(node->says->dialled), &host, &node->port)) {
        node->ip = arena_strndup(arena, host.at, host.n);
    }
}

static bool answers_at(const Node *node, const NodeLine *line)
{
    StrView host;
    int port;
    return node->says->reach == REACH_OK && sv_host_port(sv(node->says->dialled), &host, &port) &&
           sv_is(host, line->ip) && port == line->port;
}

// Its own word, unless it does not know itself: what was heard from it last. A server that came
// back somewhere else may tell its old place for ever; then the others are right, where it answers
// us.
static const NodeLine *best_line(const Merge *m, int i)
{
    const Node *node = &m->s->nodes[i];
    const NodeLine *own = merge_own_line(m, i);
    if (own == NULL || own->ip[0] == '\0') {
        return others_line(m, i);
    }
    if (answers_at(node, own)) {
        return own;
    }
    const NodeLine *others = others_line(m, i);
    return answers_at(node, others) ? others : own;
}

// The address; where nobody knows it, what we dialled.
static void merge_address(Merge *m, int i)
{
    Node *node = &m->s->nodes[i];
    const NodeLine *own = merge_own_line(m, i);
    const NodeLine *line = best_line(m, i);
    assert(line != NULL);
    node->ip = line->ip;
    node->hostname = line->hostname;
    node->port = line->port;
    if (own != NULL && line->ip[0] == '\0' && line->hostname[0] == '\0') {
        take_dialled_address(node, m->s->arena);
    }
}

static void merge_flags(Merge *m, int i)
{
    Node *node = &m->s->nodes[i];
    const NodeLine *own = merge_own_line(m, i);
    bool no_address = own == NULL;
    unsigned told = 0;
    for (size_t v = 0; v < m->n_views; v++) {
        const NodeLine *line = m->views[v].lines[i];
        if (line != NULL) {
            no_address = no_address && (line->flags & NODE_NOADDR) != 0;
            told |= line->flags;
            if (own == NULL && line->config_epoch > node->config_epoch) {
                node->config_epoch = line->config_epoch;
            }
        }
        if (m->views[v].votes && m->views[v].reporter != i) {
            node->views++;
            node->unlisted_views += line == NULL;
            node->fail_views += line != NULL && (line->flags & NODE_FAIL) != 0;
            node->pfail_views += line != NULL && (line->flags & NODE_PFAIL) != 0;
            node->blind_views += line != NULL && (line->flags & NODE_NOADDR) != 0;
        }
    }
    if (own != NULL) {
        told = own->flags;
        node->config_epoch = own->config_epoch;
        node->open_slots = own->open_slots;
        node->importing = own->importing;
    }
    node->flags |= told & NODE_NOFAILOVER;
    node->flags |= no_address ? NODE_NOADDR : 0U;
    if (node->fail_views * 2 > node->views) {
        node->flags |= NODE_FAIL;
    } else if (node->fail_views + node->pfail_views > 0) {
        node->flags |= NODE_PFAIL;
    }
}

// The last pong that a view tells of. Some node has always just answered, so that is nearly "now"
// by the reporter's own clock, which need not be ours.
static int64_t last_pong_ms(const Merge *m, const View *view)
{
    int64_t last = 0;
    for (size_t i = 0; i < m->s->n_nodes; i++) {
        const NodeLine *line = view->lines[i];
        last = line != NULL && line->pong_ms > last ? line->pong_ms : last;
    }
    return last;
}

static void merge_silence(Merge *m)
{
    Snapshot *s = m->s;
    for (size_t i = 0; i < s->n_nodes; i++) {
        s->nodes[i].silent_ms = -1;
    }
    bool any_failed = snapshot_failed(s) > 0;
    for (size_t v = 0; v < m->n_views && any_failed; v++) {
        int64_t now = m->views[v].votes ? last_pong_ms(m, &m->views[v]) : 0;
        for (size_t i = 0; i < s->n_nodes && now > 0; i++) {
            const NodeLine *line = m->views[v].lines[i];
            if (line == NULL || line->pong_ms <= 0 || !node_has(&s->nodes[i], NODE_FAIL)) {
                continue;
            }
            int64_t silent = now - line->pong_ms;
            int64_t *least = &s->nodes[i].silent_ms;
            *least = *least < 0 || silent < *least ? silent : *least;
        }
    }
}

void merge_nodes(Merge *m)
{
    collect_nodes(m);
    index_lines(m);
    int n = (int)m->s->n_nodes;
    SlotClaims *claims = claims_read(m);
    for (int i = 0; i < n; i++) {
        merge_address(m, i);
    }
    for (int i = 0; i < n; i++) {
        merge_role(m, i);
    }
    claims_settle(m, claims);
    for (int i = 0; i < n; i++) {
        merge_flags(m, i);
    }
    merge_silence(m);
}

void merge_done(Merge *m)
{
    id_index_done(&m->index);
    mem_free(m->views);
    mem_free(m->lines);
    mem_free(m->own_view);
    mem_free(m->word_of);
}
