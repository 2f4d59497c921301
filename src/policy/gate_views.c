// The gate's rules about who says so: IDENTITY, MAJORITY, AGREEMENT.
#include <stdio.h>

#include "gate_work.h"
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

// What the slot owners agree on in one round.
typedef struct {
    uint64_t signature;
    uint64_t epoch;
} Agreed;

static bool same_slots_and_epoch(const GateRound *r, Agreed *out, GateCheck *c)
{
    const Node *other = NULL;
    for (size_t i = 0; i < r->s->n_masters; i++) {
        const Node *n = &r->s->nodes[r->s->masters[i]];
        if (!word_is_witness(r->s, r->s->masters[i], r->since_ms)) {
            continue;
        }
        uint64_t signature = n->says->view.signature;
        uint64_t epoch = n->says->cluster.current_epoch;
        if (other == NULL) {
            other = n;
            *out = (Agreed){.signature = signature, .epoch = epoch};
        } else if (signature != out->signature) {
            return gate_refuse_check(c, "%s and %s disagree on who owns which slots (%s round)",
                                     other->addr, n->addr, r->name);
        } else if (epoch != out->epoch) {
            return gate_refuse_check(c, "%s is at epoch %llu, %s at %llu (%s round)", other->addr,
                                     (unsigned long long)out->epoch, n->addr,
                                     (unsigned long long)epoch, r->name);
        }
    }
    return other != NULL ||
           gate_refuse_check(c, "no slot owner answered directly (%s round)", r->name);
}

static bool nobody_is_new(const GateRound *r, GateCheck *c)
{
    if (r->s->n_handshake > 0) {
        return gate_refuse_check(c, "%zu node(s) in handshake (%s round)", r->s->n_handshake,
                                 r->name);
    }
    if (r->s->n_orphan_lines > 0) {
        return gate_refuse_check(c, "%zu replica(s) without a known master in some view (%s round)",
                                 r->s->n_orphan_lines, r->name);
    }
    return true;
}

static bool failovers_are_settled(const GateRound *r, GateCheck *c)
{
    for (size_t i = 0; i < r->s->n_masters; i++) {
        const Node *m = &r->s->nodes[r->s->masters[i]];
        int live = word_live_replicas(r->s, r->s->masters[i]);
        if (node_is_owner(m) && node_has(m, NODE_FAIL) && live > 0) {
            return gate_refuse_check(
                c, "a failover is due: %s has failed and has %d live replica(s)", m->addr, live);
        }
    }
    return true;
}

// The state, by everyone's own word, is ok or failed for no other reason than slots that are gone.
static bool state_is_explained(const GateRound *r, GateCheck *c)
{
    int lost = word_lost_slots(r->s);
    for (size_t i = 0; i < r->s->n_masters && lost == 0; i++) {
        const Node *n = &r->s->nodes[r->s->masters[i]];
        if (word_is_witness(r->s, r->s->masters[i], r->since_ms) && !n->says->cluster.state_ok) {
            return gate_refuse_check(c, "%s says cluster_state:fail and no slot is lost (%s round)",
                                     n->addr, r->name);
        }
    }
    return true;
}

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
    for (size_t i = 0; w->ask->heal && i < view->n; i++) {
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
    Agreed agreed[GATE_ROUNDS] = {{0}};
    for (int i = 0; i < GATE_ROUNDS; i++) {
        const GateRound *r = &w->round[i];
        if (!same_slots_and_epoch(r, &agreed[i], c) || !nobody_is_new(r, c) ||
            !failovers_are_settled(r, c) || !state_is_explained(r, c) ||
            !views_know_target(w, r, c)) {
            return;
        }
    }
    if (agreed[0].signature != agreed[1].signature) {
        gate_refuse_check(c, "slots changed their owner between the two rounds");
        return;
    }
    if (agreed[0].epoch != agreed[1].epoch) {
        gate_refuse_check(c, "the epoch went from %llu to %llu between the two rounds",
                          (unsigned long long)agreed[0].epoch, (unsigned long long)agreed[1].epoch);
        return;
    }
    if (!nothing_changed(w, c)) {
        return;
    }
    int lost = word_lost_slots(w->round[1].s);
    char about[64] = "";
    if (lost > 0) {
        snprintf(about, sizeof(about), "; %d slots are lost for good", lost);
    }
    gate_pass(c, "slots, masters and epoch %llu the same for all, twice%s",
              (unsigned long long)agreed[1].epoch, about);
}
