#include "rehome/model/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "snapshot_merge.h"

enum { DISSENTERS_NAMED = 3 };

static const char *ip_or_name(const Node *node)
{
    return node->ip[0] != '\0' ? node->ip : node->hostname;
}

static const char *label_node(const Node *node, const Labels *labels, Arena *arena)
{
    bool tells = node->says != NULL && node->says->has_info;
    LabelFacts facts = {
        .id = node->id,
        .ip = node->ip,
        .hostname = node->hostname,
        .port = node->port,
        .zone = tells ? node->says->info.availability_zone : "",
    };
    const char *label = labels_of(labels, &facts, arena);
    return label != NULL ? label : ip_or_name(node);
}

static void name_nodes(Snapshot *s, const Labels *labels)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        Node *node = &s->nodes[i];
        const char *at = ip_or_name(node);
        if (*at == '\0' || node->port == 0) {
            node->addr = arena_strndup(s->arena, node->id.hex, 8);
        } else if (strchr(at, ':') != NULL) {
            node->addr = arena_printf(s->arena, "[%s]:%d", at, node->port);
        } else {
            node->addr = arena_printf(s->arena, "%s:%d", at, node->port);
        }
        node->host = label_node(node, labels, s->arena);
        node->alias = "";
    }
}

// An alias that could be any of several nodes is none of them's.
static void alias_nodes(Snapshot *s, const Aliases *aliases)
{
    for (size_t i = 0; aliases != NULL && i < aliases->n; i++) {
        int node = snapshot_only(s, aliases->at[i].node);
        if (node >= 0 && s->nodes[node].alias[0] == '\0') {
            s->nodes[node].alias = arena_strdup(s->arena, aliases->at[i].name);
        }
    }
}

static int address_cmp(const Node *a, const Node *b)
{
    int order = str_compare(ip_or_name(a), ip_or_name(b));
    if (order != 0) {
        return order;
    }
    return a->port != b->port ? a->port - b->port : node_id_cmp(a->id, b->id);
}

// Masters in slot order, then slotless masters, then replicas by address.
static int place_cmp(const void *a, const void *b)
{
    const Node *x = *(const Node *const *)a;
    const Node *y = *(const Node *const *)b;
    if (node_is_master(x) != node_is_master(y)) {
        return node_is_master(x) ? -1 : 1;
    }
    if (node_is_owner(x) != node_is_owner(y)) {
        return node_is_owner(x) ? -1 : 1;
    }
    if (node_is_owner(x)) {
        return x->slots.at[0].first - y->slots.at[0].first; // no two own one slot
    }
    return address_cmp(x, y);
}

// From the order of IDs to the one for people. Every index follows.
static void order_nodes(Snapshot *s)
{
    const Node **order = mem_array(s->n_nodes, sizeof(*order));
    int *place = arena_array(s->arena, s->n_nodes, sizeof(*place));
    for (size_t i = 0; i < s->n_nodes; i++) {
        order[i] = &s->nodes[i];
    }
    qsort(order, s->n_nodes, sizeof(*order), place_cmp);
    Node *ordered = arena_array(s->arena, s->n_nodes, sizeof(*ordered));
    for (size_t i = 0; i < s->n_nodes; i++) {
        ordered[i] = *order[i];
        place[order[i] - s->nodes] = (int)i;
    }
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (ordered[i].master >= 0) {
            ordered[i].master = place[ordered[i].master];
        }
    }
    s->nodes = ordered;
    s->by_id = place;
    mem_free(order);
}

// A replica of a replica is in nobody's list.
static Node *list_holder(Snapshot *s, const Node *node)
{
    Node *master = node->master < 0 ? NULL : &s->nodes[node->master];
    return master != NULL && node_is_master(master) ? master : NULL;
}

// Masters, and each one's replicas: both come out sorted because the nodes are.
static void list_nodes(Snapshot *s)
{
    int *masters = arena_array(s->arena, s->n_nodes, sizeof(*masters));
    size_t *listed = mem_array(s->n_nodes, sizeof(*listed));
    int **lists = mem_array(s->n_nodes, sizeof(*lists));
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        if (node_is_master(node)) {
            masters[s->n_masters++] = (int)i;
            s->n_owners += node_is_owner(node) ? 1 : 0;
            continue;
        }
        s->n_replicas++;
        Node *master = list_holder(s, node);
        if (master != NULL) {
            master->n_replicas++;
        }
    }
    for (size_t i = 0; i < s->n_nodes; i++) {
        Node *node = &s->nodes[i];
        lists[i] = arena_array(s->arena, node->n_replicas, sizeof(int));
        node->replicas = lists[i];
        const Node *master = node_is_master(node) ? NULL : list_holder(s, node);
        if (master != NULL) {
            lists[node->master][listed[node->master]++] = (int)i;
        }
    }
    s->masters = masters;
    mem_free(lists);
    mem_free(listed);
}

static void count_slots(Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        s->slots_covered += node->slot_count;
        s->slots_fail += node_has(node, NODE_FAIL) ? node->slot_count : 0;
        s->open_slots += node->open_slots;
    }
}

// The state as most answering slot owners tell it; without any, as most others do.
static void judge_state(Snapshot *s, int64_t started_ms)
{
    int ok[2] = {0}; // [1]: by slot owners
    int told[2] = {0};
    bool first = true;
    uint64_t epoch = 0;
    s->epochs_agree = true;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        if (node->says == NULL || !node->says->has_cluster) {
            continue;
        }
        const ClusterInfo *info = &node->says->cluster;
        if (info->current_epoch > s->current_epoch) {
            s->current_epoch = info->current_epoch;
        }
        if (node->says->cluster_ms < started_ms) {
            continue;
        }
        int is_owner = node_is_owner(node) ? 1 : 0;
        told[is_owner]++;
        ok[is_owner] += info->state_ok ? 1 : 0;
        if (is_owner) {
            s->epochs_agree = s->epochs_agree && (first || epoch == info->current_epoch);
            epoch = info->current_epoch;
            first = false;
        }
    }
    int by = told[1] > 0 ? 1 : 0;
    s->state_known = told[by] > 0;
    s->state_ok = ok[by] * 2 > told[by];
}

// What the servers themselves may do. Before 6.2.2 there is no switch: they migrate.
static void judge_settings(Snapshot *s)
{
    int allowing = 0;
    int forbidding = 0;
    s->barrier = -1;
    s->barrier_min = -1;
    s->node_timeout_ms = -1;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says == NULL || !says->has_settings) {
            continue;
        }
        const ServerSettings *settings = &says->settings;
        s->barrier = settings->barrier > s->barrier ? settings->barrier : s->barrier;
        if (settings->barrier >= 0 && (s->barrier_min < 0 || settings->barrier < s->barrier_min)) {
            s->barrier_min = settings->barrier;
        }
        if (settings->node_timeout_ms > s->node_timeout_ms) {
            s->node_timeout_ms = settings->node_timeout_ms;
        }
        if (says->reach == REACH_OK || says->reach == REACH_LATE) {
            allowing += settings->allow_migration != TRI_NO;
            forbidding += settings->allow_migration == TRI_NO;
        }
    }
    s->server_migration = allowing > 0 ? TRI_YES : forbidding > 0 ? TRI_NO : TRI_UNKNOWN;
    s->migration_mixed = allowing > 0 && forbidding > 0;
}

typedef uint64_t (*Signature)(const View *view);

static uint64_t slots_signature(const View *view)
{
    return view->word->says.view.signature;
}

static uint64_t belief_signature(const View *view)
{
    return view->word->says.view.belief;
}

static int views_with(const Merge *m, Signature of, uint64_t signature, bool voters_only)
{
    int count = 0;
    for (size_t v = 0; v < m->n_views; v++) {
        count += of(&m->views[v]) == signature && (m->views[v].votes || !voters_only);
    }
    return count;
}

// The signature that most voters have, or among equals most views.
static uint64_t majority_signature(const Merge *m, Signature of)
{
    uint64_t best = 0;
    int best_votes = -1;
    int best_views = -1;
    for (size_t v = 0; v < m->n_views; v++) {
        uint64_t signature = of(&m->views[v]);
        if (best_votes >= 0 && signature == best) {
            continue; // as nearly always
        }
        int votes = views_with(m, of, signature, true);
        int views = views_with(m, of, signature, false);
        if (votes > best_votes || (votes == best_votes && views > best_views)) {
            best = signature;
            best_votes = votes;
            best_views = views;
        }
    }
    return best;
}

static void add_dissenter(Snapshot *s, const View *view)
{
    const char *addr =
        view->reporter >= 0 ? s->nodes[view->reporter].addr : view->word->says.dialled;
    if (s->views_agree) {
        s->views_agree = false;
        s->dissenter = addr;
        s->dissenter_id = view->word->id;
    }
    s->n_dissenters++;
    if (s->n_dissenters <= DISSENTERS_NAMED) {
        const char *joint = s->n_dissenters == 1 ? "" : ", ";
        s->dissenters = arena_printf(s->arena, "%s%s%s", s->dissenters, joint, addr);
    }
}

static void close_dissenters(Snapshot *s)
{
    if (s->n_dissenters > DISSENTERS_NAMED) {
        s->dissenters = arena_printf(s->arena, "%s and %zu more", s->dissenters,
                                     s->n_dissenters - DISSENTERS_NAMED);
    }
}

static void note_handshake(Snapshot *s, const NodeLine *line)
{
    if (s->handshake_addr[0] == '\0' && line->ip[0] != '\0') {
        bool is_v6 = strchr(line->ip, ':') != NULL;
        s->handshake_addr =
            arena_printf(s->arena, is_v6 ? "[%s]:%d" : "%s:%d", line->ip, line->port);
    }
}

// Before order_nodes(): views know their reporters by the order of IDs.
static void judge_views(Snapshot *s, const Merge *m)
{
    uint64_t majority = majority_signature(m, slots_signature);
    s->belief = majority_signature(m, belief_signature);
    s->n_views = m->n_views;
    for (size_t v = 0; v < m->n_views; v++) {
        const View *view = &m->views[v];
        const NodesView *told = &view->word->says.view;
        if (told->signature != majority) {
            add_dissenter(s, view);
        }
        s->n_views_differ += told->belief != s->belief;
        s->n_bad_lines = told->bad_lines > s->n_bad_lines ? told->bad_lines : s->n_bad_lines;
        if (!view->votes) {
            continue;
        }
        size_t handshakes = 0;
        size_t orphan_lines = 0;
        for (size_t i = 0; i < told->n; i++) {
            unsigned flags = told->at[i].flags;
            if ((flags & NODE_HANDSHAKE) != 0) {
                handshakes++;
                note_handshake(s, &told->at[i]);
            }
            // One that has failed is no help to anybody, whoever its master was.
            orphan_lines += (flags & NODE_REPLICA) != 0 && (flags & NODE_FAIL) == 0 &&
                            node_id_is_none(told->at[i].master);
        }
        s->n_handshake = handshakes > s->n_handshake ? handshakes : s->n_handshake;
        s->n_orphan_lines = orphan_lines > s->n_orphan_lines ? orphan_lines : s->n_orphan_lines;
        if (view->word->fresh_view && view->reporter >= 0) {
            s->n_owners_asked += node_is_owner(&s->nodes[view->reporter]) ? 1 : 0;
        }
    }
}

Snapshot *snapshot_build(const RoundInput *in)
{
    Arena *arena = arena_new();
    Snapshot *s = arena_alloc(arena, sizeof(*s));
    *s = (Snapshot){
        .arena = arena,
        .round = in->round,
        .asked_ms = in->started_ms,
        .now_ms = in->now_ms,
        .wall_ms = in->wall_ms,
        .name = arena_strdup(arena, in->name == NULL ? "" : in->name),
        .user = text_clean(arena, sv(in->user == NULL ? "" : in->user), 0),
        .redis_cli = arena_strdup(arena, in->redis_cli == NULL ? "" : in->redis_cli),
        .views_agree = true,
        .dissenter = "",
        .dissenters = "",
        .handshake_addr = "",
    };
    Merge m = {.s = s};
    m.words = words_read(in, arena, &m.n_words);
    m.views = mem_array(m.n_words, sizeof(*m.views));
    for (size_t i = 0; i < m.n_words; i++) {
        if (m.words[i].says.has_view) {
            m.views[m.n_views++].word = &m.words[i];
        }
    }
    merge_nodes(&m);
    name_nodes(s, in->labels);
    brief_nodes(s);
    alias_nodes(s, in->aliases);
    judge_views(s, &m);
    close_dissenters(s);
    merge_done(&m);
    order_nodes(s);
    list_nodes(s);
    count_slots(s);
    judge_state(s, in->started_ms);
    judge_settings(s);
    return s;
}

void snapshot_free(Snapshot *s)
{
    if (s != NULL) {
        arena_free(s->arena); // which holds s too
    }
}
