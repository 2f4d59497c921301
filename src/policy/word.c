#include "word.h"

#include <string.h>

bool word_is_fresh(const Snapshot *s, int node, int64_t fresh_ms)
{
    const NodeSays *says = s->nodes[node].says;
    if (says == NULL || !says->has_info) {
        return false;
    }
    return says->reach == REACH_OK || s->now_ms - says->info_ms <= fresh_ms;
}

bool word_is_newer(const Snapshot *s, int node, int64_t since_ms)
{
    const NodeSays *says = s->nodes[node].says;
    return says != NULL && says->reach == REACH_OK && says->has_info && says->info_ms >= since_ms;
}

// Its own view of the cluster is of this round and not older than since_ms, and it knows itself.
static bool has_view(const Snapshot *s, int node, int64_t since_ms)
{
    const Node *n = &s->nodes[node];
    const NodeSays *says = n->says;
    if (says == NULL || says->reach != REACH_OK || !says->has_view || says->view_ms < since_ms ||
        says->view.myself < 0) {
        return false;
    }
    return node_id_eq(says->view.at[says->view.myself].id, n->id);
}

bool word_is_witness(const Snapshot *s, int node, int64_t since_ms)
{
    const NodeSays *says = s->nodes[node].says;
    return node_is_owner(&s->nodes[node]) && has_view(s, node, since_ms) &&
           (says->view.at[says->view.myself].flags & NODE_MASTER) != 0 && says->has_cluster &&
           says->cluster.known && says->cluster_ms >= since_ms;
}

// INFO first: it is asked of every node in every round, views only of some. The server fills
// master_host from its own table of nodes, so it compares with CLUSTER NODES also behind NAT.
int word_master(const Snapshot *s, int replica)
{
    const Node *n = &s->nodes[replica];
    const NodeSays *says = n->says;
    if (says == NULL) {
        return n->master;
    }
    if (says->has_info && !says->info.is_master && says->info.master_host[0] != '\0') {
        const char *host = says->info.master_host;
        int port = says->info.master_port;
        if (n->master >= 0 && node_is_at(&s->nodes[n->master], host, port)) {
            return n->master;
        }
        int other = snapshot_find_at(s, host, port);
        if (other >= 0) {
            return other;
        }
    }
    if (says->has_view && says->view.myself >= 0 &&
        (!says->has_info || says->view_ms >= says->info_ms)) {
        const NodeLine *self = &says->view.at[says->view.myself];
        int own = node_id_is_none(self->master) ? -1 : snapshot_find(s, self->master);
        if (own >= 0) {
            return own;
        }
    }
    return n->master;
}

int word_line_node(const Snapshot *s, const SlaveLine *line)
{
    return snapshot_find_at(s, line->ip, line->port);
}

const SlaveLine *word_slave_line(const Snapshot *s, int master, int replica)
{
    const NodeSays *says = s->nodes[master].says;
    const Node *n = &s->nodes[replica];
    if (says == NULL || !says->has_info) {
        return NULL;
    }
    const SlaveLine *by_port = NULL;
    int same_port = 0;
    for (size_t i = 0; i < says->info.n_slaves; i++) {
        const SlaveLine *line = &says->info.slaves[i];
        if (node_is_at(n, line->ip, line->port)) {
            return line;
        }
        if (line->port == n->port) {
            same_port++;
            by_port = line;
        }
    }
    // Behind NAT the addresses differ; then the port must do, unless it is somebody else's line.
    return same_port == 1 && word_line_node(s, by_port) < 0 ? by_port : NULL;
}

int word_others_online(const Snapshot *s, int master, int replica)
{
    const NodeSays *says = s->nodes[master].says;
    if (says == NULL || !says->has_info || !says->info.is_master) {
        return -1;
    }
    const SlaveLine *own = word_slave_line(s, master, replica);
    int others = 0;
    bool may_be_it = false;
    for (size_t i = 0; i < says->info.n_slaves; i++) {
        const SlaveLine *line = &says->info.slaves[i];
        if (line != own && line->state == SLAVE_ONLINE) {
            others++;
            may_be_it = may_be_it || word_line_node(s, line) < 0;
        }
    }
    // A replica that is not found in the list may be there under an address that we do not know.
    return own == NULL && may_be_it ? others - 1 : others;
}

bool word_can_stand_in(const Health *h, int replica)
{
    return h->of[replica].replica == REPLICA_WORKING &&
           !node_has(&h->snapshot->nodes[replica], NODE_NOFAILOVER);
}

int word_stand_ins(const Health *h, int master, int replica)
{
    const Node *m = &h->snapshot->nodes[master];
    int working = 0;
    for (size_t i = 0; i < m->n_replicas; i++) {
        int r = m->replicas[i];
        working += r != replica && word_can_stand_in(h, r);
    }
    return working;
}

int word_twin(const Snapshot *s, const Snapshot *other, int node)
{
    NodeId id = s->nodes[node].id;
    // Rounds seldom differ, so it mostly is at the same place.
    if ((size_t)node < other->n_nodes && node_id_eq(other->nodes[node].id, id)) {
        return node;
    }
    return snapshot_find(other, id);
}

bool word_has_restarted(const Snapshot *before, const Snapshot *s, int node)
{
    int was = word_twin(s, before, node);
    const NodeSays *then = was < 0 ? NULL : before->nodes[was].says;
    const NodeSays *now = s->nodes[node].says;
    return then != NULL && now != NULL && then->has_info && now->has_info &&
           then->info.run_id[0] != '\0' && now->info.run_id[0] != '\0' &&
           strcmp(then->info.run_id, now->info.run_id) != 0;
}

int word_live_replicas(const Snapshot *s, const Node *master)
{
    int n = 0;
    for (size_t i = 0; i < master->n_replicas; i++) {
        n += !node_has(&s->nodes[master->replicas[i]], NODE_FAIL);
    }
    return n;
}

int word_most_live_replicas(const Snapshot *s)
{
    int most = 2;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *m = &s->nodes[s->masters[i]];
        int live = node_has(m, NODE_FAIL) ? 0 : word_live_replicas(s, m);
        most = live > most ? live : most;
    }
    return most;
}

int word_servers_choice(const Snapshot *s)
{
    int most = word_most_live_replicas(s);
    int choice = -1;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *m = &s->nodes[s->masters[i]];
        for (size_t k = 0; word_live_replicas(s, m) == most && k < m->n_replicas; k++) {
            int r = m->replicas[k];
            bool smaller = choice < 0 || node_id_cmp(s->nodes[r].id, s->nodes[choice].id) < 0;
            choice = smaller ? r : choice;
        }
    }
    return choice;
}

// The server allows cluster-replica-validity-factor times cluster-node-timeout, once the timeout
// itself, and repl-ping-replica-period, which is 10 s by default and not among the settings that
// are asked for: another 10 s are added for who has set it higher.
bool word_is_too_old(const Snapshot *s, int replica)
{
    enum { PING_PERIOD_MS = 20000 };
    const NodeSays *says = s->nodes[replica].says;
    if (says == NULL || says->reach != REACH_OK || !says->has_info || says->info.is_master ||
        says->info.link_up || !says->has_settings || says->settings.validity_factor <= 0 ||
        says->settings.node_timeout_ms <= 0) {
        return false;
    }
    if (says->info.link_down_s < 0) {
        return true;
    }
    int64_t down_ms = says->info.link_down_s * 1000 - PING_PERIOD_MS;
    return down_ms / says->settings.node_timeout_ms > (int64_t)says->settings.validity_factor + 1;
}

// Most slot owners have to vote for it, and who has lost its address sends it nothing.
static bool can_be_voted_for(const Snapshot *s, const Node *r)
{
    int owners = 0;
    int voters = 0;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *m = &s->nodes[s->masters[i]];
        owners += node_is_owner(m);
        voters += node_is_owner(m) && !node_has(m, NODE_FAIL);
    }
    return !node_has(r, NODE_NOADDR) && 2 * (voters - r->blind_views) > owners;
}

int word_heirs(const Snapshot *s, int master)
{
    const Node *m = &s->nodes[master];
    int heirs = 0;
    for (size_t i = 0; i < m->n_replicas; i++) {
        const Node *r = &s->nodes[m->replicas[i]];
        heirs += !node_has(r, NODE_FAIL) && !node_has(r, NODE_NOFAILOVER) &&
                 can_be_voted_for(s, r) && !word_is_too_old(s, m->replicas[i]);
    }
    return heirs;
}

int word_lost_slots(const Snapshot *s)
{
    int lost = SLOT_COUNT - s->slots_covered;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *m = &s->nodes[s->masters[i]];
        if (node_is_owner(m) && node_has(m, NODE_FAIL) && word_heirs(s, s->masters[i]) == 0) {
            lost += m->slot_count;
        }
    }
    return lost;
}

bool word_same_host(const Node *a, const Node *b)
{
    return a->host[0] != '\0' && strcmp(a->host, b->host) == 0;
}

bool word_other_host(const Node *a, const Node *b)
{
    return a->host[0] != '\0' && b->host[0] != '\0' && strcmp(a->host, b->host) != 0;
}
