#include "document.h"

#include "value.h"

static json_t *id_value(NodeId id)
{
    return value_word(id.hex);
}

static json_t *tri_value(Tri tri)
{
    return tri == TRI_UNKNOWN ? json_null() : json_boolean(tri == TRI_YES);
}

static const char *cluster_state(const Snapshot *s)
{
    if (!s->state_known) {
        return "unknown";
    }
    return s->state_ok ? "ok" : "fail";
}

static json_t *cluster_value(const Snapshot *s)
{
    json_t *cluster = json_object();
    value_set(cluster, "name", value_text(s->name));
    value_set(cluster, "state", json_string(cluster_state(s)));
    value_set(cluster, "slots_covered", json_integer(s->slots_covered));
    value_set(cluster, "known_nodes", json_integer((json_int_t)s->n_nodes));
    value_set(cluster, "current_epoch", json_integer((json_int_t)s->current_epoch));
    value_set(cluster, "server_migration", tri_value(s->server_migration));
    value_set(cluster, "barrier", value_known(s->barrier));
    return cluster;
}

// What the replica says of its link now; an older word is not evidence.
static json_t *link_value(const Node *n)
{
    if (n->says == NULL || n->says->reach != REACH_OK || !n->says->has_info ||
        n->says->info.is_master) {
        return json_null();
    }
    return json_string(n->says->info.link_up ? "up" : "down");
}

static json_t *percent_value(int permille)
{
    return permille < 0 ? json_null() : json_real(permille / 10.0);
}

static json_t *replica_value(const Health *h, int i)
{
    const Node *n = &h->snapshot->nodes[i];
    const NodeHealth *health = &h->of[i];
    json_t *replica = json_object();
    value_set(replica, "id", id_value(n->id));
    value_set(replica, "addr", value_text(n->addr));
    value_set(replica, "host", value_text(n->host));
    value_set(replica, "state", json_string(replica_state_text(health->replica)));
    value_set(replica, "link", link_value(n));
    value_set(replica, "lag_bytes", value_known(health->lag_bytes));
    value_set(replica, "lag_s", value_known(health->lag_s));
    value_set(replica, "same_host", json_boolean(health->same_host));
    value_set(replica, "sync_percent", percent_value(health->sync_permille));
    return replica;
}

// Replicas that are in no master's list; in the contract's list of masters they have no place.
static json_t *detached_value(const Health *h)
{
    json_t *detached = json_array();
    for (size_t i = 0; i < h->snapshot->n_nodes; i++) {
        const Node *n = &h->snapshot->nodes[i];
        if (node_is_detached(h->snapshot, n)) {
            json_t *replica = replica_value(h, (int)i);
            value_set(replica, "replicates", id_value(n->master_id));
            value_push(detached, replica);
        }
    }
    return detached;
}

json_t *document_ranges(SlotRanges slots)
{
    json_t *ranges = json_array();
    for (size_t i = 0; i < slots.n; i++) {
        json_t *range = json_array();
        value_push(range, json_integer(slots.at[i].first));
        value_push(range, json_integer(slots.at[i].last));
        value_push(ranges, range);
    }
    return ranges;
}

json_t *document_master(const Health *h, int i)
{
    const Node *n = &h->snapshot->nodes[i];
    const NodeHealth *health = &h->of[i];
    bool orphaned = health->master == STATE_ORPHANED;
    json_t *master = json_object();
    value_set(master, "id", id_value(n->id));
    value_set(master, "addr", value_text(n->addr));
    value_set(master, "host", value_text(n->host));
    value_set(master, "state", json_string(master_state_text(health->master)));
    value_set(master, "orphan_kind", value_word(orphaned ? orphan_kind_text(health->orphan) : ""));
    value_set(master, "orphaned_for_s",
              value_seconds(orphaned ? h->snapshot->now_ms - health_told_since_ms(h, i) : -1));
    value_set(master, "slots", json_integer(n->slot_count));
    value_set(master, "slot_ranges", document_ranges(n->slots));
    value_set(master, "working", json_integer(health->working));
    value_set(master, "spares", json_integer(health->spares));
    json_t *replicas = json_array();
    for (size_t r = 0; r < n->n_replicas; r++) {
        value_push(replicas, replica_value(h, n->replicas[r]));
    }
    value_set(master, "replicas", replicas);
    return master;
}

static json_t *masters_value(const Health *h)
{
    json_t *masters = json_array();
    for (size_t i = 0; i < h->snapshot->n_masters; i++) {
        value_push(masters, document_master(h, h->snapshot->masters[i]));
    }
    return masters;
}

static json_t *finding_value(const Finding *f, int64_t now_ms)
{
    json_t *finding = json_object();
    value_set(finding, "code", json_string(finding_code_text(f->code)));
    value_set(finding, "severity",
              json_string(f->severity == LEVEL_CRITICAL ? "critical" : "warning"));
    value_set(finding, "node", id_value(f->node));
    value_set(finding, "since_s", value_seconds(now_ms - f->since_ms));
    value_set(finding, "text", value_text(f->text));
    value_set(finding, "remedy", value_text(f->remedy));
    return finding;
}

static json_t *findings_value(const Findings *findings, int64_t now_ms)
{
    json_t *all = json_array();
    for (size_t i = 0; i < findings->n; i++) {
        value_push(all, finding_value(&findings->at[i], now_ms));
    }
    return all;
}

json_t *document_head(const Health *h)
{
    const Snapshot *s = h->snapshot;
    json_t *document = json_object();
    value_set(document, "schema", json_integer(1));
    value_set(document, "t", value_seconds(s->wall_ms));
    value_set(document, "cluster", cluster_value(s));
    value_set(document, "orphaned", json_integer(h->orphaned));
    value_set(document, "spares", json_integer(h->spares));
    value_set(document, "host_safe", json_boolean(h->hosts.safe));
    value_set(document, "worst_host", value_word(h->hosts.worst));
    return document;
}

json_t *document_make(const Health *h, const Findings *findings)
{
    json_t *document = document_head(h);
    value_set(document, "holds", document_holds(h));
    value_set(document, "masters", masters_value(h));
    value_set(document, "detached", detached_value(h));
    value_set(document, "findings", findings_value(findings, h->snapshot->now_ms));
    return document;
}
