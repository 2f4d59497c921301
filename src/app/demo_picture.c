#include "demo_picture.h"
#include "rehome/base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

const Node *demo_node(const Snapshot *s, int port)
{
    size_t i = 0;
    while (i < s->n_nodes && s->nodes[i].port != port) {
        i++;
    }
    assert(i < s->n_nodes);
    return &s->nodes[i];
}

static void add_replica(StrBuf *out, const Health *h, int i, bool last)
{
    const NodeHealth *health = &h->of[i];
    strbuf_addf(out, "            %s %s  %-9s", last ? "└─" : "├─", h->snapshot->nodes[i].addr,
                replica_state_text(health->replica));
    if (health->lag_bytes >= 0) {
        strbuf_addf(out, "  lag %" PRId64 " B", health->lag_bytes);
    }
    strbuf_add(out, health->same_host ? "  same host\n" : "\n");
}

static void add_master(StrBuf *out, const Health *h, int i)
{
    const Node *n = &h->snapshot->nodes[i];
    strbuf_addf(out, "            %s  %s", n->addr, master_state_text(h->of[i].master));
    if (h->of[i].spares > 0) {
        strbuf_addf(out, ", %d spare", h->of[i].spares);
    }
    if (n->slot_count > 0) {
        strbuf_addf(out, ", slots %s", slot_ranges_text(h->snapshot->arena, n->slots));
    }
    strbuf_add(out, "\n");
    for (size_t r = 0; r < n->n_replicas; r++) {
        add_replica(out, h, n->replicas[r], r + 1 == n->n_replicas);
    }
}

void demo_tree(StrBuf *out, const Health *h)
{
    for (size_t i = 0; i < h->snapshot->n_masters; i++) {
        add_master(out, h, h->snapshot->masters[i]);
    }
    strbuf_addf(out, "            %d orphaned, %d spare%s; ", h->orphaned, h->spares,
                plural(h->spares));
    if (h->hosts.safe) {
        strbuf_add(out, "any single host may be lost\n");
    } else {
        strbuf_addf(out, "host-safe NO: %s must not be lost\n", h->hosts.worst);
    }
}

// The server counts replicas that are not FAIL, and looks at nothing else.
static size_t count_not_failed(const Snapshot *s, const Node *master)
{
    size_t count = 0;
    for (size_t i = 0; i < master->n_replicas; i++) {
        count += !node_has(&s->nodes[master->replicas[i]], NODE_FAIL);
    }
    return count;
}

// As clusterHandleSlaveMigration() of Redis 7.0 (cluster.c): the smallest node ID among all
// replicas of the masters that have most of them.
static const Node *server_choice(const Snapshot *s)
{
    size_t most = 0;
    const Node *choice = NULL;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *m = &s->nodes[s->masters[i]];
        size_t count = node_has(m, NODE_FAIL) ? 0 : count_not_failed(s, m);
        if (count < 2 || count < most) {
            continue;
        }
        choice = count > most ? NULL : choice;
        most = count;
        for (size_t r = 0; r < m->n_replicas; r++) {
            const Node *replica = &s->nodes[m->replicas[r]];
            if (choice == NULL || node_id_cmp(replica->id, choice->id) < 0) {
                choice = replica;
            }
        }
    }
    return choice;
}

static void add_server_choice(StrBuf *out, const Snapshot *s, const PlanTarget *t)
{
    const Node *target = &s->nodes[t->target];
    const Node *choice = server_choice(s);
    if (choice == NULL) {
        return;
    }
    const char *what = "another host, by luck";
    if (strcmp(choice->host, target->host) == 0) {
        what = "the same host as its new master";
    } else if (t->chosen >= 0 && choice != &s->nodes[t->candidates[t->chosen].replica]) {
        what = "another host, but not the best choice";
    }
    strbuf_addf(
        out,
        "            the server's own migration: 5 s from now at the earliest, the smallest "
        "node ID, :%d (%s)\n",
        choice->port, what);
}

void demo_reasons(StrBuf *out, const Health *h, const Plan *plan)
{
    if (plan->n == 0) {
        return;
    }
    const Snapshot *s = h->snapshot;
    const PlanTarget *t = &plan->at[0];
    for (size_t i = 0; i < t->n; i++) {
        const PlanCandidate *c = &t->candidates[i];
        const char *word = (int)i == t->chosen ? "why" : "not";
        strbuf_addf(out, "            %s :%d: %s\n", word, s->nodes[c->replica].port,
                    c->legal ? c->why : c->refused);
    }
    add_server_choice(out, s, t);
}
