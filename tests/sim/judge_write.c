// What must never take effect, judged by the truth of the world.
//
// identity: a CLUSTER REPLICATE of ours is carried out by the node it is meant for. One that got
//   its ID after the gate had asked is excused: no rule could have known.
// floor: the donor keeps at least the floor of other working replicas. One that stopped working
//   after the questions of the gate's second round went out counts as kept: no rule could have
//   known. With one exception: when it was taken by the server's own migration to a master that its
//   own clock had seen orphaned before those questions, and it held the cluster for well by then,
//   the gate had to know that this was due, unless the write lay on the wire for longer than a
//   second. That clock must have begun when the owners of slots saw the orphan, or soon after: one
//   that began late (the node had only just come back, or its master had only just become one that
//   can give) is not told to anybody, and the gate does not try to guess it.
// race: the same within a second and a half after the write: the server's taking the donor's last
//   one then is a race that we have run into. Excused besides: a clock that had begun when the
//   master was an orphan once before, went on while it was none, and had not run out when it became
//   one again, when our process was started after all that had begun; and a replica that, once it
//   had obeyed us, could not tell anybody of it, because it hung, died or was cut off.
// minority: when the network had been split for longer than it takes the servers to notice (two
//   node timeouts and a second) when the gate asked, the replica and the target are on the side of
//   most of the owners of slots.
// deposed: nobody else whom the cluster knows had taken over the target's slots before the gate
//   asked.
// needless: the target has no replica that was working before the gate asked, and that no owner of
//   slots holds for failed (healing).
// same-host: when it is to spread replicas over hosts, the replica is on another host than the
//   target, and the donor, when it had any on another host than its own, keeps one. Excuses as with
//   the floor.
// ping-pong: automatic mode does not take a replica back to where it took it from, when no fault
//   began or ended, no server changed its mind, and we took nothing else from there, in between,
//   nor another process of ours right before, as two may that have no lease.
#include "history.h"

enum { FORESEEN_MS = 200, ON_WIRE_MS = 1000, RACE_MS = 1500, SERVERS_MS = 5000, GATE_MS = 1000 };

// Was that this replica left unknowable for a gate that asked at evidence_ms?
static bool is_excused(const History *h, int node, int64_t evidence_ms, int64_t on_wire_ms)
{
    const SimNode *n = &h->w.node[node];
    if (n->left_ms < evidence_ms) {
        return false;
    }
    return n->left_why != LEFT_SERVER || h->record[node].left_late || on_wire_ms > ON_WIRE_MS ||
           n->left_orphan_ms > evidence_ms - FORESEEN_MS;
}

// As it was when the gate asked: who died since then could tell nobody.
static bool is_majority_side(const World *w, int node, int64_t evidence_ms)
{
    int same = 0;
    int all = 0;
    for (int i = 0; i < w->n; i++) {
        bool owns = owns_slots(w, i);
        all += owns;
        bool was_up = w->node[i].up || w->node[i].died_ms > evidence_ms;
        same += owns && was_up && w->node[i].side == w->node[node].side;
    }
    return 2 * same > all;
}

static void judge_floor(History *h, const Command *c, int donor)
{
    const World *w = &h->w;
    // The donor loses nothing by it, or another one than it told us of, a moment ago, does.
    if (!node_is_working(w, c->at) || donor != c->donor) {
        return;
    }
    int64_t on_wire_ms = w->now_ms - c->sent_ms;
    int kept = judge_kept_by(w, donor, c->at);
    int excused = 0;
    for (int k = 0; k < w->n; k++) {
        const SimNode *n = &w->node[k];
        bool works_here = master_of(w, k) == donor && node_is_working(w, k);
        excused += k != c->at && !works_here && n->left_from == donor &&
                   is_excused(h, k, c->evidence_ms, on_wire_ms);
    }
    if (kept + excused < judge_floor_of(w)) {
        history_breaks(h, "floor", "our write takes %d from %d, which keeps %d of floor %d",
                       port_of(c->at), port_of(donor), kept, judge_floor_of(w));
    }
}

static void judge_side(History *h, const Command *c, int target)
{
    const World *w = &h->w;
    int64_t noticed_ms = w->split_ms + 2 * w->node_timeout_ms + 1000;
    if (w->is_split && c->evidence_ms > noticed_ms &&
        (!is_majority_side(w, c->at, c->evidence_ms) ||
         !is_majority_side(w, target, c->evidence_ms))) {
        history_breaks(h, "minority", "our write at %d for %d is on the minority's side",
                       port_of(c->at), port_of(target));
    }
}

static bool is_known_to_most_owners(const World *w, int node)
{
    int known = 0;
    int all = 0;
    for (int i = 0; i < w->n; i++) {
        bool counts = i != node && is_owner(w, i) && w->node[i].up;
        all += counts;
        known += counts && w->node[i].view[node].known;
    }
    return 2 * known > all;
}

// Others own all that it believes to own. One whom a person has made the others forget has nothing
// to say in that: the cluster takes the old owner back.
static bool has_successors(const World *w, int target)
{
    unsigned shards = w->node[target].view[target].shards;
    for (int s = 0; s < w->n_shards; s++) {
        int owner = owner_of(w, s);
        if ((shards >> s & 1U) != 0 && owner >= 0 && !is_known_to_most_owners(w, owner)) {
            return false;
        }
    }
    return !owns_slots(w, target);
}

static void judge_target(History *h, const Command *c, int target)
{
    const World *w = &h->w;
    int64_t deposed_ms = w->node[target].deposed_ms;
    if (deposed_ms != 0 && deposed_ms < c->evidence_ms && has_successors(w, target)) {
        history_breaks(h, "deposed", "our write moves %d to %d, which is no owner any more",
                       port_of(c->at), port_of(target));
    }
    for (int k = 0; k < w->n; k++) {
        const SimNode *n = &w->node[k];
        if (c->purpose == PURPOSE_HEAL && master_of(w, k) == target && node_is_working(w, k) &&
            n->link_ms < c->evidence_ms && n->hung_until_ms < c->evidence_ms &&
            !judge_was_failed(h, k, c->evidence_ms)) {
            history_breaks(h, "needless", "our write moves %d to %d, which has %d", port_of(c->at),
                           port_of(target), port_of(k));
        }
    }
}

static void judge_hosts(History *h, const Command *c, int donor, int target)
{
    const World *w = &h->w;
    if (c->purpose != PURPOSE_SPREAD && c->purpose != PURPOSE_STEP) {
        return;
    }
    if (judge_is_anew(w, c, c->at) || judge_is_anew(w, c, donor) || judge_is_anew(w, c, target)) {
        return;
    }
    int host = judge_host_of(w, c->at);
    int home = judge_host_of(w, donor);
    if (host == judge_host_of(w, target)) {
        history_breaks(h, "same-host", "our write moves %d to %d, on the same host", port_of(c->at),
                       port_of(target));
    }
    int64_t on_wire_ms = w->now_ms - c->sent_ms;
    bool has_one = host != home && node_is_working(w, c->at);
    for (int k = 0; k < w->n; k++) {
        bool keeps = master_of(w, k) == donor && node_is_working(w, k);
        bool excused =
            w->node[k].left_from == donor && is_excused(h, k, c->evidence_ms, on_wire_ms);
        if (k != c->at && judge_host_of(w, k) != home && (keeps || excused)) {
            has_one = false;
        }
    }
    if (has_one) {
        history_breaks(h, "same-host", "our write takes %d from %d, which keeps none elsewhere",
                       port_of(c->at), port_of(donor));
    }
}

// Another one, for another orphan, say: that changes what the master needs.
static bool has_given_since(const History *h, int master, int but, int64_t ms)
{
    for (int k = 0; k < h->w.n; k++) {
        const Written *other = &h->record[k].written;
        if (k != but && other->from == master && other->ms > ms) {
            return true;
        }
    }
    return false;
}

static void judge_ping_pong(History *h, const Command *c, int donor, int target)
{
    const World *w = &h->w;
    const Written *last = &h->record[c->at].written;
    int64_t quiet_ms = last->ms - 2 * w->node_timeout_ms - 1000;
    if (last->ms != 0 && last->from == target && last->to == donor && h->fault_ms < quiet_ms &&
        w->upset_ms < last->ms && !has_given_since(h, target, c->at, last->ms - GATE_MS)) {
        history_breaks(h, "ping-pong", "%d goes back from %d to %d", port_of(c->at), port_of(donor),
                       port_of(target));
    }
}

static void judge_identity(History *h, const Command *c)
{
    if (c->at != c->node && h->w.node[c->at].born_ms < c->evidence_ms) {
        history_breaks(h, "identity", "our write meant for %d is carried out by %d",
                       port_of(c->node), port_of(c->at));
    }
}

void judge_replicate(Instance *in, const Command *c, int target)
{
    History *h = in->h;
    int donor = master_of(&h->w, c->at);
    h->writes++;
    judge_identity(h, c);
    if (donor < 0 || donor == target) {
        return;
    }
    judge_floor(h, c, donor);
    judge_side(h, c, target);
    judge_target(h, c, target);
    judge_hosts(h, c, donor, target);
    if (c->is_automatic) {
        judge_ping_pong(h, c, donor, target);
    }
    h->record[c->at].written = (Written){
        .ms = h->w.now_ms,
        .sent_ms = c->sent_ms,
        .evidence_ms = c->evidence_ms,
        .started_ms = in->started_ms,
        .from = donor,
        .to = target,
    };
}

static bool is_left_over(const History *h, const SimNode *mover, const Written *last)
{
    int64_t clock_ms = mover->left_clock_ms;
    int64_t bare_ms = h->record[mover->left_to].bare_ms;
    return clock_ms < last->started_ms && clock_ms < bare_ms && bare_ms < clock_ms + SERVERS_MS;
}

static bool is_mute(const World *w, int node, const Written *last)
{
    return !w->node[node].up || w->node[node].hung_until_ms > last->ms ||
           (w->is_split && w->split_ms > last->ms);
}

// The server's own migration has taken one of a donor's replicas right after we did.
void judge_race(History *h, int mover)
{
    const World *w = &h->w;
    const SimNode *n = &w->node[mover];
    for (int k = 0; k < w->n && !h->record[mover].left_late; k++) {
        const Written *last = &h->record[k].written;
        if (last->ms != 0 && last->from == n->left_from && w->now_ms - last->ms < RACE_MS &&
            last->ms - last->sent_ms <= ON_WIRE_MS && master_of(w, k) == last->to &&
            n->left_orphan_ms <= last->evidence_ms - FORESEEN_MS && !is_left_over(h, n, last) &&
            !is_mute(w, k, last) && judge_kept_by(w, n->left_from, mover) < judge_floor_of(w)) {
            history_breaks(h, "race", "the server takes %d from %d %lld ms after we took %d",
                           port_of(mover), port_of(n->left_from), (long long)(w->now_ms - last->ms),
                           port_of(k));
        }
    }
}
