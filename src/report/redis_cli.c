#include "redis_cli.h"

#include <inttypes.h>

// redis-cli leaves out whom it cannot use: failed nodes and those without address.
static bool is_shown(const Node *n)
{
    return !node_has(n, NODE_FAIL) && !node_has(n, NODE_NOADDR) && !node_has(n, NODE_HANDSHAKE);
}

static size_t shown_replicas(const Snapshot *s, const Node *master)
{
    size_t shown = 0;
    for (size_t i = 0; i < master->n_replicas; i++) {
        shown += is_shown(&s->nodes[master->replicas[i]]);
    }
    return shown;
}

static void add_key_summary(StrBuf *out, const Snapshot *s)
{
    int64_t keys = 0;
    size_t masters = 0;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *n = &s->nodes[s->masters[i]];
        if (!is_shown(n) || n->says == NULL || !n->says->has_info) {
            continue;
        }
        strbuf_addf(out, "%s (%.8s...) -> %" PRId64 " keys | %d slots | %zu slaves.\n", n->addr,
                    n->id.hex, n->says->info.keys, n->slot_count, shown_replicas(s, n));
        keys += n->says->info.keys;
        masters++;
    }
    strbuf_addf(out, "[OK] %" PRId64 " keys in %zu masters.\n", keys, masters);
    strbuf_addf(out, "%.2f keys per slot on average.\n", (double)keys / SLOT_COUNT);
}

static void add_master(StrBuf *out, const Snapshot *s, const Node *n)
{
    strbuf_addf(out, "M: %s %s\n   slots:", n->id.hex, n->addr);
    if (n->slots.n == 0) {
        strbuf_add(out, " ");
    }
    for (size_t i = 0; i < n->slots.n; i++) {
        SlotRange range = n->slots.at[i];
        strbuf_add(out, i > 0 ? ",[" : "[");
        strbuf_addf(out, range.first == range.last ? "%d]" : "%d-%d]", range.first, range.last);
    }
    strbuf_addf(out, "%s(%d slots) master\n", n->slots.n > 0 ? " " : "", n->slot_count);
    strbuf_addf(out, "   %zu additional replica(s)\n", shown_replicas(s, n));
}

static void add_replica(StrBuf *out, const Node *n)
{
    strbuf_addf(out, "S: %s %s\n   slots: (0 slots) slave\n", n->id.hex, n->addr);
    if (!node_id_is_none(n->master_id)) {
        strbuf_addf(out, "   replicates %s\n", n->master_id.hex);
    }
}

// Each master with its replicas behind it, then replicas that are in no master's list.
static void add_nodes(StrBuf *out, const Snapshot *s)
{
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *master = &s->nodes[s->masters[i]];
        if (is_shown(master)) {
            add_master(out, s, master);
        }
        for (size_t r = 0; r < master->n_replicas; r++) {
            const Node *replica = &s->nodes[master->replicas[r]];
            if (is_shown(replica)) {
                add_replica(out, replica);
            }
        }
    }
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        if (!node_is_detached(s, n) || !is_shown(n)) {
            continue;
        }
        add_replica(out, n);
        if (n->master < 0) {
            strbuf_addf(out, "*** WARNING: %s claims to be slave of unknown node ID %s.\n", n->addr,
                        node_id_is_none(n->master_id) ? "-" : n->master_id.hex);
        }
    }
}

static void add_open_slots(StrBuf *out, const Snapshot *s)
{
    strbuf_add(out, ">>> Check for open slots...\n");
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        if (n->open_slots > 0) {
            strbuf_addf(out, "[WARNING] Node %s has slots in migrating or importing state: %d.\n",
                        n->addr, n->open_slots);
        }
    }
}

void redis_cli_check(StrBuf *out, const Snapshot *s)
{
    add_key_summary(out, s);
    strbuf_addf(out, ">>> Performing Cluster Check (using node %s)\n", s->name);
    add_nodes(out, s);
    strbuf_add(out, s->views_agree ? "[OK] All nodes agree about slots configuration.\n"
                                   : "[ERR] Nodes don't agree about configuration!\n");
    add_open_slots(out, s);
    strbuf_add(out, ">>> Check slots coverage...\n");
    // A failed owner's slots are as good as nobody's, here as there.
    strbuf_add(out, s->slots_covered - s->slots_fail == SLOT_COUNT
                        ? "[OK] All 16384 slots covered.\n"
                        : "[ERR] Not all 16384 slots are covered by nodes.\n\n");
}
