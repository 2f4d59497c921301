// The gate's rules about who says so: IDENTITY, MAJORITY, AGREEMENT.
#include <stdio.h>

#include "gate_work.h"
#include "settled.h"
#include "word.h"

// --- IDENTITY

static bool is_itself(const GateRound *r, int node, const char *role, NodeId id, GateCheck *c)
{
    if (node < 0) {
        return gate_refuse_check(c, "%s %.8s is not known to the cluster", role,
                                 node_id_is_none(id) ? "(none)" : id.hex);
    }
    const Node *n = &r->s->nodes[node];
    if (n->says == NULL || n->says->reach != REACH_OK) {
        const char *why = n->says != NULL ? n->says->why : "";
        return gate_refuse_check(c, "%s %s does not answer%s%s", role, n->addr,
                                 why[0] != '\0' ? ": " : "", why);
    }
    if (n->says->identity_ms < r->since_ms) {
        return gate_refuse_check(c, "%s %s has not confirmed its ID since the decision", role,
                                 n->addr);
    }
    return true;
}

void gate_identity(const GateWork *w, GateCheck *c)
{
    const GateRound *r = &w->round[1];
    if (is_itself(r, r->replica, "replica", w->ask->replica, c) &&
        is_itself(r, r->donor, "donor", w->ask->donor, c) &&
        is_itself(r, r->target, "target", w->ask->target, c)) {
        gate_pass(c, "%s, %s and %s confirmed their IDs", r->s->nodes[r->replica].addr,
                  r->s->nodes[r->donor].addr, r->s->nodes[r->target].addr);
    }
}

// --- MAJORITY

static size_t count_witnesses(const GateRound *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->s->n_masters; i++) {
        n += word_is_witness(r->s, r->s->masters[i], r->since_ms);
    }
    return n;
}

void gate_majority(const GateWork *w, GateCheck *c)
{
    size_t least = 0;
    for (int i = 0; i < GATE_ROUNDS; i++) {
        const GateRound *r = &w->round[i];
        size_t n = count_witnesses(r);
        if (2 * n <= r->s->n_owners) {
            gate_refuse_check(c,
                              "%zu of %zu slot owners answered directly in the %s round, more than "
                              "half are needed",
                              n, r->s->n_owners, r->name);
            return;
        }
        least = i == 0 || n < least ? n : least;
    }
    gate_pass(c, "%zu of %zu slot owners answered directly, twice", least, w->round[1].s->n_owners);
}

// --- AGREEMENT

// Somebody sees this node behind the target. It is of no use there when it is dead or cut off, and
// not there at all when it says itself, now, that it follows another.
static bool is_no_help(const GateRound *r, int node)
{
    if (node < 0) {
        return false;
    }
    ReplicaState state = r->health->of[node].replica;
    bool is_elsewhere =
        word_is_newer(r->s, node, r->since_ms) && r->s->nodes[node].master != r->target;
    return is_elsewhere || state == REPLICA_FAILED || state == REPLICA_LINK_DOWN;
}

// This slot owner's own view has the target as a live master and, when healing, nobody usable
// behind it.
static bool view_knows_target(const GateWork *w, const GateRound *r, const Node *n, GateCheck *c)
{
    const NodesView *view = &n->says->view;
    const NodeLine *line = nodes_find(view, w->ask->target);
    if (line == NULL) {
        return gate_refuse_check(c, "%s does not know the target (%s round)", n->addr, r->name);
    }
    if ((line->flags & NODE_MASTER) == 0 || (line->flags & NODE_FAIL) != 0) {
        return gate_refuse_check(c, "%s sees the target as %s (%s round)", n->addr,
                                 (line->flags & NODE_MASTER) == 0 ? "no master" : "failed",
                                 r->name);
    }
    for (size_t i = 0; w->ask->purpose == PURPOSE_HEAL && i < view->n; i++) {
        const NodeLine *other = &view->at[i];
        if (!node_id_eq(other->master, w->ask->target) || (other->flags & NODE_FAIL) != 0) {
            continue;
        }
        int node = snapshot_find(r->s, other->id);
        if (!is_no_help(r, node)) {
            return gate_refuse_check(c, "%s sees %s following the target (%s round)", n->addr,
                                     node >= 0 ? r->s->nodes[node].addr : other->ip, r->name);
        }
    }
    return true;
}

static bool views_know_target(const GateWork *w, const GateRound *r, GateCheck *c)
{
    for (size_t i = 0; i < r->s->n_masters; i++) {
        const Node *n = &r->s->nodes[r->s->masters[i]];
        if (word_is_witness(r->s, r->s->masters[i], r->since_ms) &&
            !view_knows_target(w, r, n, c)) {
            return false;
        }
    }
    return true;
}

static bool nothing_changed(const GateWork *w, GateCheck *c)
{
    const Snapshot *before = w->round[0].s;
    const Snapshot *s = w->round[1].s;
    if (s == before || s->round <= before->round) {
        return gate_refuse_check(c, "these are not two rounds running");
    }
    for (size_t i = 0; i < before->n_nodes; i++) {
        if (word_twin(before, s, (int)i) < 0) {
            return gate_refuse_check(c, "%s left between the two rounds", before->nodes[i].addr);
        }
    }
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        int was = word_twin(s, before, (int)i);
        if (was < 0) {
            return gate_refuse_check(c, "%s joined between the two rounds", n->addr);
        }
        if (node_is_master(n) != node_is_master(&before->nodes[was])) {
            return gate_refuse_check(c, "%s changed its role between the two rounds", n->addr);
        }
        if (!node_id_eq(n->master_id, before->nodes[was].master_id)) {
            return gate_refuse_check(c, "%s changed its master between the two rounds", n->addr);
        }
    }
    return true;
}

void gate_agreement(const GateWork *w, GateCheck *c)
{
    Settled settled[GATE_ROUNDS];
    for (int i = 0; i < GATE_ROUNDS; i++) {
        const GateRound *r = &w->round[i];
        settled[i] = settled_look(r->s, r->since_ms);
        if (!settled[i].is_so) {
            gate_refuse_check(c, "%s (%s round)", settled[i].text, r->name);
            return;
        }
        if (!views_know_target(w, r, c)) {
            return;
        }
    }
    if (settled[0].signature != settled[1].signature) {
        gate_refuse_check(c, "slots changed their owner between the two rounds");
        return;
    }
    if (settled[0].epoch != settled[1].epoch) {
        gate_refuse_check(c, "the epoch went from %llu to %llu between the two rounds",
                          (unsigned long long)settled[0].epoch,
                          (unsigned long long)settled[1].epoch);
        return;
    }
    if (!nothing_changed(w, c)) {
        return;
    }
    char about[64] = "";
    if (settled[1].lost_slots > 0) {
        snprintf(about, sizeof(about), "; %d slots are lost for good", settled[1].lost_slots);
    }
    gate_pass(c, "slots, masters and epoch %llu the same for all, twice%s",
              (unsigned long long)settled[1].epoch, about);
}
