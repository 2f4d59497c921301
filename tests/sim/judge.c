// What must never happen, judged by the truth of the world.
//
// floor: when a CLUSTER REPLICATE of ours takes effect, the donor keeps at least the floor of other
//   working replicas. One that stopped working after the questions of the gate's second round went
//   out counts as kept: no rule could have known. With one exception: when it was taken by the
//   server's own migration to a master that its own clock had seen orphaned before those questions,
//   the gate had to know that this was due, unless the write lay on the wire for longer than a
//   second. The same within a second and a half after the write: the server's taking the donor's
//   last one then is a race that we have run into.
// minority: when it takes effect, and the network had been split for longer than it takes the
//   servers to notice (two node timeouts and a second) when the gate asked, the replica and the
//   target are on the side of most of the owners of slots.
//   And when it is sent, most of the true owners of slots have told their view since the gate
//   asked.
// deposed: when it takes effect, nobody else had taken over the target's slots before the gate
//   asked.
// needless: when it takes effect to heal, the target has no replica that was working before the
//   gate asked, and that no owner of slots holds for failed.
// same-host: when it takes effect to spread replicas over hosts, the replica is on another host
// than
//   the target, and the donor, when it had any on another host than its own, keeps one. Excuses as
//   with the floor.
// one-move, cap, twice, journal-first: of each process by itself, at the moment of sending.
// ping-pong: automatic mode does not take a replica back to where it took it from, when no fault
//   began or ended, and no server changed its mind, in between.
// foreign: no replica that we moved is elected before it holds the data of its new shard, unless
//   its fence could not be set or went with its process.
// orphan-stays, fence-left, journal-left: at the end, see history.c.
#include <string.h>

#include "history.h"

enum { FORESEEN_MS = 200, ON_WIRE_MS = 1000, RACE_MS = 1500, HOUR_MS = 3600000 };

static int floor_of(const World *w)
{
    return w->barrier > 1 ? w->barrier : 1;
}

static int kept_by(const World *w, int donor, int without)
{
    int n = 0;
    for (int k = 0; k < w->n; k++) {
        n += k != without && master_of(w, k) == donor && node_is_working(w, k);
    }
    return n;
}

// Was that this replica left unknowable for a gate that asked at evidence_ms?
static bool is_excused(const SimNode *n, int64_t evidence_ms, int64_t on_wire_ms)
{
    if (n->left_ms < evidence_ms) {
        return false;
    }
    return n->left_why != LEFT_SERVER || on_wire_ms > ON_WIRE_MS ||
           n->left_orphan_ms > evidence_ms - FORESEEN_MS;
}

// By the truth: nobody with a higher epoch owns them.
static bool owns_slots(const World *w, int node)
{
    for (int s = 0; s < w->n_shards; s++) {
        if (owner_of(w, s) == node) {
            return true;
        }
    }
    return false;
}

static bool is_majority_side(const World *w, int node)
{
    int same = 0;
    int all = 0;
    for (int i = 0; i < w->n; i++) {
        bool owns = owns_slots(w, i);
        all += owns;
        same += owns && w->node[i].up && w->node[i].side == w->node[node].side;
    }
    return 2 * same > all;
}

static void judge_floor(History *h, const Command *c, int donor)
{
    const World *w = &h->w;
    if (!node_is_working(w, c->node)) {
        return; // the donor loses nothing by it
    }
    int64_t on_wire_ms = w->now_ms - c->sent_ms;
    int kept = kept_by(w, donor, c->node);
    int excused = 0;
    for (int k = 0; k < w->n; k++) {
        const SimNode *n = &w->node[k];
        bool works_here = master_of(w, k) == donor && node_is_working(w, k);
        excused += k != c->node && !works_here && n->left_from == donor &&
                   is_excused(n, c->evidence_ms, on_wire_ms);
    }
    if (kept + excused < floor_of(w)) {
        history_breaks(h, "floor", "our write takes %d from %d, which keeps %d of floor %d",
                       port_of(c->node), port_of(donor), kept, floor_of(w));
    }
}

static void judge_side(History *h, const Command *c, int target)
{
    const World *w = &h->w;
    int64_t noticed_ms = w->split_ms + 2 * w->node_timeout_ms + 1000;
    if (w->is_split && c->evidence_ms > noticed_ms &&
        (!is_majority_side(w, c->node) || !is_majority_side(w, target))) {
        history_breaks(h, "minority", "our write at %d for %d is on the minority's side",
                       port_of(c->node), port_of(target));
    }
}

static bool is_called_failed(const World *w, int node)
{
    for (int i = 0; i < w->n; i++) {
        if (i != node && is_owner(w, i) && w->node[i].view[node].fail) {
            return true;
        }
    }
    return false;
}

static void judge_target(History *h, const Command *c, int target)
{
    const World *w = &h->w;
    int64_t deposed_ms = w->node[target].deposed_ms;
    if (!owns_slots(w, target) && deposed_ms != 0 && deposed_ms < c->evidence_ms) {
        history_breaks(h, "deposed", "our write moves %d to %d, which is no owner any more",
                       port_of(c->node), port_of(target));
    }
    for (int k = 0; c->purpose == PURPOSE_HEAL && k < w->n; k++) {
        const SimNode *n = &w->node[k];
        if (master_of(w, k) == target && node_is_working(w, k) && n->link_ms < c->evidence_ms &&
            n->hung_until_ms < c->evidence_ms && !is_called_failed(w, k)) {
            history_breaks(h, "needless", "our write moves %d to %d, which has %d",
                           port_of(c->node), port_of(target), port_of(k));
        }
    }
}

static void judge_hosts(History *h, const Command *c, int donor, int target)
{
    const World *w = &h->w;
    if (c->purpose != PURPOSE_SPREAD && c->purpose != PURPOSE_STEP) {
        return;
    }
    if (w->node[c->node].host == w->node[target].host) {
        history_breaks(h, "same-host", "our write moves %d to %d, on the same host",
                       port_of(c->node), port_of(target));
    }
    int64_t on_wire_ms = w->now_ms - c->sent_ms;
    bool has_one = w->node[c->node].host != w->node[donor].host && node_is_working(w, c->node);
    for (int k = 0; k < w->n; k++) {
        const SimNode *n = &w->node[k];
        bool keeps = master_of(w, k) == donor && node_is_working(w, k);
        bool excused = n->left_from == donor && is_excused(n, c->evidence_ms, on_wire_ms);
        if (k != c->node && n->host != w->node[donor].host && (keeps || excused)) {
            has_one = false;
        }
    }
    if (has_one) {
        history_breaks(h, "same-host", "our write takes %d from %d, which keeps none elsewhere",
                       port_of(c->node), port_of(donor));
    }
}

static void judge_witnesses(const Instance *in, const Command *c)
{
    const World *w = &in->h->w;
    int all = 0;
    int told = 0;
    for (int i = 0; i < w->n; i++) {
        bool owns = owns_slots(w, i);
        all += owns;
        told += owns && in->heard[i].nodes_ms >= c->evidence_ms;
    }
    if (2 * told <= all) {
        history_breaks(in->h, "minority", "we write at %d, and %d of %d owners told their view",
                       port_of(c->node), told, all);
    }
}

static void judge_ping_pong(History *h, const Command *c, int donor, int target)
{
    const World *w = &h->w;
    const Written *last = &h->written[c->node];
    int64_t quiet_ms = last->ms - 2 * w->node_timeout_ms - 1000;
    if (last->ms != 0 && last->from == target && last->to == donor && h->fault_ms < quiet_ms &&
        w->upset_ms < last->ms) {
        history_breaks(h, "ping-pong", "%d goes back from %d to %d", port_of(c->node),
                       port_of(donor), port_of(target));
    }
}

void judge_replicate(Instance *in, const Command *c, int target)
{
    History *h = in->h;
    int donor = master_of(&h->w, c->node);
    h->writes++;
    if (donor < 0 || donor == target) {
        return;
    }
    judge_floor(h, c, donor);
    judge_side(h, c, target);
    judge_target(h, c, target);
    judge_hosts(h, c, donor, target);
    judge_ping_pong(h, c, donor, target);
    h->written[c->node] = (Written){
        .ms = h->w.now_ms,
        .sent_ms = c->sent_ms,
        .evidence_ms = c->evidence_ms,
        .from = donor,
        .to = target,
    };
}

void judge_send(Instance *in, const Command *c)
{
    History *h = in->h;
    if (strncmp(c->text, "CLUSTER REPLICATE", 17) != 0) {
        return;
    }
    if (++in->sent_replicates > 1) {
        history_breaks(h, "twice", "%s is sent to %d a second time in one move", c->text,
                       port_of(c->node));
    }
    if (instance_move(in)->resumed) {
        history_breaks(h, "resumed", "a resumed move sends %s", c->text);
    }
    judge_witnesses(in, c);
    int within_hour = 1;
    for (int i = 0; i < in->n_tries; i++) {
        within_hour += h->w.now_ms - in->tries_ms[i] < HOUR_MS;
    }
    if (within_hour > h->limits.max_moves_per_hour) {
        history_breaks(h, "cap", "move %d within an hour, the limit is %d", within_hour,
                       h->limits.max_moves_per_hour);
    }
    if (in->n_tries < WRITES_MAX) {
        in->tries_ms[in->n_tries++] = h->w.now_ms;
    }
}

// The server's own migration has taken one of a donor's replicas right after we did.
static void judge_race(History *h, int mover)
{
    const World *w = &h->w;
    const SimNode *n = &w->node[mover];
    for (int k = 0; k < w->n; k++) {
        const Written *last = &h->written[k];
        if (last->ms != 0 && last->from == n->left_from && w->now_ms - last->ms < RACE_MS &&
            last->ms - last->sent_ms <= ON_WIRE_MS && master_of(w, k) == last->to &&
            n->left_orphan_ms <= last->evidence_ms - FORESEEN_MS &&
            kept_by(w, n->left_from, mover) < floor_of(w)) {
            history_breaks(h, "race", "the server takes %d from %d %lld ms after we took %d",
                           port_of(mover), port_of(n->left_from), (long long)(w->now_ms - last->ms),
                           port_of(k));
        }
    }
}

void judge_tick(History *h)
{
    World *w = &h->w;
    for (int k = 0; k < w->n; k++) {
        if (w->node[k].left_why == LEFT_SERVER && w->node[k].left_ms == w->now_ms) {
            judge_race(h, k);
        }
    }
    if (w->told_foreign) {
        history_breaks(h, "foreign", "a replica that we moved was elected with the wrong data");
    }
}

static bool has_replica(const World *w, int master)
{
    for (int k = 0; k < w->n; k++) {
        if (master_of(w, k) == master && w->node[k].up && !w->node[k].is_broken) {
            return true;
        }
    }
    return false;
}

// Without most owners of slots alive nothing is agreed on any more, and no move is legal.
static bool has_quorum(const World *w)
{
    int alive = 0;
    int all = 0;
    for (int i = 0; i < w->n; i++) {
        bool owns = owns_slots(w, i);
        all += owns;
        alive += owns && w->node[i].up;
    }
    return 2 * alive > all;
}

bool judge_orphan_waits(const History *h, int *orphan, int *spare)
{
    const World *w = &h->w;
    if (!has_quorum(w)) {
        return false;
    }
    for (int s = 0; s < w->n_shards; s++) {
        int owner = owner_of(w, s);
        if (owner < 0 || !w->node[owner].up || has_replica(w, owner)) {
            continue;
        }
        for (int k = 0; k < w->n; k++) {
            int donor = master_of(w, k);
            if (donor >= 0 && node_is_working(w, k) && !w->node[k].fence &&
                kept_by(w, donor, k) >= floor_of(w)) {
                *orphan = owner;
                *spare = k;
                return true;
            }
        }
    }
    return false;
}

void judge_end(History *h)
{
    for (int k = 0; k < h->w.n; k++) {
        bool kept = false;
        for (int i = 0; i < h->n_instances; i++) {
            JournalEntry entry;
            kept = kept || instance_unfinished(&h->instance[i], k, &entry);
        }
        if (h->w.node[k].fence_is_us && h->w.node[k].up && !kept) {
            history_breaks(h, "fence-left", "%d still has our fence, and no journal knows of it",
                           port_of(k));
        }
        if (kept && h->w.node[k].up) {
            history_breaks(h, "journal-left", "the journal of %d has no end after three starts",
                           port_of(k));
        }
    }
}
