#include "rehome/base/mem.h"
#include "snapshot_merge.h"

// One opinion on a node's role, and who holds it.
typedef struct {
    bool is_master;
    NodeId master;
    int votes;
    uint64_t epoch;  // the highest config epoch told with it
    int64_t view_ms; // the latest view that tells it
} Opinion;

static bool opinion_beats(const Opinion *a, const Opinion *b)
{
    // "slave -" is no opinion, only ignorance: it yields to any other.
    bool knows_a = a->is_master || !node_id_is_none(a->master);
    bool knows_b = b->is_master || !node_id_is_none(b->master);
    if (knows_a != knows_b) {
        return knows_a;
    }
    if (a->votes != b->votes) {
        return a->votes > b->votes;
    }
    if (a->epoch != b->epoch) {
        return a->epoch > b->epoch;
    }
    if (a->view_ms != b->view_ms) {
        return a->view_ms > b->view_ms;
    }
    return node_id_cmp(a->master, b->master) < 0;
}

static void count_opinions(const Merge *m, int node, bool voters_only, Opinion *all, size_t *n,
                           size_t max)
{
    for (size_t v = 0; v < m->n_views; v++) {
        const NodeLine *line = m->views[v].lines[node];
        if (line == NULL || (voters_only && !m->views[v].votes)) {
            continue;
        }
        bool is_master = (line->flags & NODE_MASTER) != 0;
        NodeId master = is_master ? (NodeId){0} : line->master;
        size_t i = 0;
        while (i < *n && (all[i].is_master != is_master || !node_id_eq(all[i].master, master))) {
            i++;
        }
        if (i == max) {
            continue;
        }
        if (i == *n) {
            all[(*n)++] = (Opinion){.is_master = is_master, .master = master};
        }
        all[i].votes++;
        all[i].epoch = line->config_epoch > all[i].epoch ? line->config_epoch : all[i].epoch;
        int64_t view_ms = m->views[v].word->says.view_ms;
        all[i].view_ms = view_ms > all[i].view_ms ? view_ms : all[i].view_ms;
    }
}

// What the others make of it.
static Opinion others_opinion(const Merge *m, int node)
{
    Opinion all[8]; // more than that many different ones are not worth counting
    size_t n = 0;
    count_opinions(m, node, true, all, &n, ARRAY_LEN(all));
    if (n == 0) {
        count_opinions(m, node, false, all, &n, ARRAY_LEN(all));
    }
    Opinion best = all[0];
    for (size_t i = 1; i < n; i++) {
        if (opinion_beats(&all[i], &best)) {
            best = all[i];
        }
    }
    return best;
}

// A replica that has begun anew calls itself a master until its dataset is loaded: only then does a
// server look up in its nodes.conf whom it follows.
static bool is_not_yet_itself(const NodeInfo *info)
{
    return info->is_master && info->loading;
}

// INFO names the master by its address. It decides only where the views' idea is another one.
static void correct_by_info(const Merge *m, const NodeInfo *info, Opinion *role)
{
    if (is_not_yet_itself(info)) {
        return;
    }
    if (info->is_master) {
        *role = (Opinion){.is_master = true};
        return;
    }
    if (info->master_host[0] == '\0') {
        return; // no role told at all
    }
    int believed = role->is_master ? -1 : id_index_find(&m->index, &role->master);
    if (believed >= 0 && node_is_at(&m->s->nodes[believed], info->master_host, info->master_port)) {
        return;
    }
    int told = snapshot_find_at(m->s, info->master_host, info->master_port);
    if (told >= 0) {
        *role = (Opinion){.master = m->s->nodes[told].id};
    } else if (role->is_master) {
        *role = (Opinion){.is_master = false};
    }
}

// A node's own word is the truth: attachment has no epoch by which two others could be compared.
void merge_role(Merge *m, int i)
{
    Node *node = &m->s->nodes[i];
    Word *word = m->word_of[i];
    const NodeLine *own = merge_own_line(m, i);
    Opinion role;
    if (own != NULL) {
        role.is_master = (own->flags & NODE_MASTER) != 0;
        role.master = own->master;
    } else {
        role = others_opinion(m, i);
    }
    if (word != NULL && word->fresh_info && (own == NULL || !word->fresh_view)) {
        correct_by_info(m, &word->says.info, &role);
    }
    if (word != NULL && !role.is_master && is_not_yet_itself(&word->says.info)) {
        word->says.info.is_master = false; // nobody is to believe it
    }
    node->flags = role.is_master ? NODE_MASTER : NODE_REPLICA;
    node->master_id = role.is_master ? (NodeId){0} : role.master;
    node->master = -1;
    if (!node_id_is_none(node->master_id)) {
        int master = id_index_find(&m->index, &node->master_id);
        node->master = master == i ? -1 : master;
    }
}
