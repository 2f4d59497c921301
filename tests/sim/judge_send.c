// What must never be sent, judged by what the nodes have told this process and by the truth.
//
// minority: most of the true owners of slots have told their view since the gate asked.
// evidence: the gate's second round ended no longer than a second ago.
// complete: whoever has told anything since then has told both its INFO and, unless it loads or is
//   spared, its view.
// candidate: the replica has told since then that it is in sync with the donor.
// coming: nobody else has told since then that it is there already or on its way (healing).
// failover: no owner of slots that all hold for failed, since before then, has a replica that they
//   do not hold for failed and that may take over.
// target-ready: the target has not told since then that its last bgsave failed or that there is no
//   room for a fork; room: the replica has told of enough memory; unless a person took the risk.
// host: automatic mode does not take a replica of the target's own host when another one that has
//   been as well for a while, of a donor that has, is on another; a person's order does not without
//   accepting the risk, unless one of the two has started anew since the gate asked, which may have
//   been on another machine.
// grace, cool-down, young, cap: automatic mode's clocks, of each process by itself; the second of
//   two steps waits for no cool-down, also when who was to profit from it is an orphan by then. An
//   orphan is one that has had no replica that works and is held for well, for longer than a
//   moment.
// brake, paused, downtime: what was kept before the move began.
// lease: where there is one, no process writes without it, nor while another that has written may
//   still believe in it.
// twice, resumed, journal-first, one-move: of each process by itself.
#include <string.h>

#include "history.h"

enum { HOUR_MS = 3600000, WELL_MS = 3500, EVIDENCE_MS = 1000 };

static bool has_told(const Instance *in, int node, int64_t since_ms)
{
    return in->peer[node].reach == REACH_OK && in->peer[node].said.info_ms >= since_ms;
}

static void judge_witnesses(const Instance *in, const Command *c)
{
    const World *w = &in->h->w;
    int all = 0;
    int told = 0;
    for (int i = 0; i < w->n; i++) {
        bool owns = owns_slots(w, i);
        all += owns;
        told += owns && in->peer[i].said.view_ms >= c->evidence_ms;
    }
    if (2 * told <= all) {
        history_breaks(in->h, "minority", "we write at %d, and %d of %d owners told their view",
                       port_of(c->node), told, all);
    }
}

static void judge_complete(const Instance *in, const Command *c)
{
    for (int i = 0; i < in->h->w.n; i++) {
        const Peer *p = &in->peer[i];
        if (!p->followed || !has_told(in, i, c->evidence_ms) || p->said.loading) {
            continue;
        }
        if (p->said.asks_view && p->said.view_ms < c->evidence_ms) {
            history_breaks(in->h, "complete", "we write at %d before %d has told its view",
                           port_of(c->node), port_of(i));
        }
    }
}

static void judge_candidate(const Instance *in, const Command *c)
{
    const Peer *p = &in->peer[c->node];
    if (has_told(in, c->node, c->evidence_ms) &&
        (p->said.master != c->donor || p->said.link != LINK_UP)) {
        history_breaks(in->h, "candidate", "we take %d from %d, where it says that it is not",
                       port_of(c->node), port_of(c->donor));
    }
}

// A replica that has only just begun to look for its master is on its way.
static bool is_coming(const History *h, const Command *c, const Peer *p, int node)
{
    const World *w = &h->w;
    bool is_new = p->said.link != LINK_CONNECTING || w->now_ms - p->said.link_ms < 8000;
    return is_new && !w->node[node].is_broken && !judge_was_failed(h, node, c->evidence_ms);
}

static void judge_coming(const Instance *in, const Command *c, int target)
{
    const World *w = &in->h->w;
    for (int i = 0; i < w->n; i++) {
        const Peer *p = &in->peer[i];
        if (i != c->node && p->followed && p->confirmed && has_told(in, i, c->evidence_ms) &&
            p->said.master == target && is_coming(in->h, c, p, i)) {
            history_breaks(in->h, "coming", "we send %d to %d, to which %d says that it goes",
                           port_of(c->node), port_of(target), port_of(i));
        }
    }
}

static void judge_failover(const Instance *in, const Command *c)
{
    const History *h = in->h;
    for (int i = 0; i < h->w.n; i++) {
        int64_t since_ms = h->record[i].failover_ms;
        if (since_ms != 0 && since_ms <= c->evidence_ms) {
            history_breaks(in->h, "failover", "we write at %d while %d is being replaced",
                           port_of(c->node), port_of(i));
        }
    }
}

static bool has_room(const Said *said, int64_t bytes)
{
    return said->maxmemory == 0 || said->maxmemory >= bytes;
}

static void judge_memory(const Instance *in, const Command *c, int target)
{
    const Peer *t = &in->peer[target];
    const Peer *r = &in->peer[c->node];
    if (!has_told(in, target, c->evidence_ms) || !has_told(in, c->node, c->evidence_ms)) {
        return;
    }
    if (!t->said.can_save) {
        history_breaks(in->h, "target-ready", "we send %d to %d, which says that it cannot save",
                       port_of(c->node), port_of(target));
    }
    if (!has_room(&r->said, t->said.memory)) {
        history_breaks(in->h, "room", "we send %d to %d, which it has no room for",
                       port_of(c->node), port_of(target));
    }
}

int judge_host_of(const World *w, int node)
{
    return w->place[w->node[node].place].host;
}

// It may be on another host than it was when the gate asked.
bool judge_is_anew(const World *w, const Command *c, int node)
{
    return w->node[node].booted_ms >= c->evidence_ms;
}

static void judge_order(History *h, const Command *c, int target)
{
    if (judge_is_anew(&h->w, c, c->node) || judge_is_anew(&h->w, c, target)) {
        return;
    }
    if (judge_host_of(&h->w, c->node) == judge_host_of(&h->w, target)) {
        history_breaks(h, "host", "a person has us move %d to %d on its own host", port_of(c->node),
                       port_of(target));
    }
}

static void judge_clocks(Instance *in, const Command *c, int target)
{
    History *h = in->h;
    int64_t now_ms = h->w.now_ms;
    int within_hour = 1;
    for (int i = 0; i < in->n_tries; i++) {
        within_hour += now_ms - in->tries_ms[i] < HOUR_MS;
    }
    if (within_hour > h->limits.max_moves_per_hour) {
        history_breaks(h, "cap", "move %d within an hour, the limit is %d", within_hour,
                       h->limits.max_moves_per_hour);
    }
    if (in->n_tries < WRITES_MAX) {
        in->tries_ms[in->n_tries++] = now_ms;
    }
    const int part[] = {c->node, c->donor, target};
    for (int i = 0; i < 3; i++) {
        int64_t *touched_ms = &in->touched_ms[part[i]];
        bool is_second =
            in->stepped[part[i]] && (c->purpose == PURPOSE_SPREAD || target == in->step_for);
        in->stepped[part[i]] = c->purpose == PURPOSE_STEP;
        if (*touched_ms != 0 && now_ms - *touched_ms < h->limits.cool_down_ms && !is_second) {
            history_breaks(h, "cool-down", "%d took part in a move %lld ms ago", port_of(part[i]),
                           (long long)(now_ms - *touched_ms));
        }
        *touched_ms = now_ms;
    }
    int64_t alone_ms = h->record[target].alone_ms;
    alone_ms = alone_ms > in->started_ms ? alone_ms : in->started_ms;
    if (c->purpose == PURPOSE_HEAL && now_ms - alone_ms < h->limits.grace_ms) {
        history_breaks(h, "grace", "%d has been alone for %lld ms, the grace is %lld ms",
                       port_of(target), (long long)(now_ms - alone_ms),
                       (long long)h->limits.grace_ms);
    }
}

void judge_send(Instance *in, const Command *c, int target)
{
    History *h = in->h;
    if (++in->sent_replicates > 1) {
        history_breaks(h, "twice", "%s is sent to %d a second time in one move", c->text,
                       port_of(c->node));
    }
    if (instance_move(in)->resumed) {
        history_breaks(h, "resumed", "a resumed move sends %s", c->text);
    }
    memset(in->synced, 0, sizeof(in->synced));
    if (h->w.now_ms - in->gate_ms > EVIDENCE_MS) {
        history_breaks(h, "evidence", "we write at %d on what was told %lld ms ago",
                       port_of(c->node), (long long)(h->w.now_ms - in->gate_ms));
    }
    judge_witnesses(in, c);
    judge_complete(in, c);
    judge_candidate(in, c);
    judge_failover(in, c);
    if (c->purpose == PURPOSE_HEAL) {
        judge_coming(in, c, target);
    }
    if (!c->accepts_risk) {
        judge_memory(in, c, target);
    }
    if (c->purpose == PURPOSE_MANUAL && !c->accepts_risk) {
        judge_order(h, c, target);
    }
    if (c->is_automatic) {
        judge_clocks(in, c, target);
        judge_holds(in, c, target);
    }
}

// --- the choice

// As long as anybody could see.
static bool is_well(const Instance *in, int node)
{
    const World *w = &in->h->w;
    const SimNode *n = &w->node[node];
    int64_t since_ms = w->now_ms - WELL_MS;
    return node_is_awake(w, node) && n->hung_until_ms < since_ms && n->booted_ms < since_ms &&
           n->link_ms < since_ms && n->met_ms < since_ms &&
           !judge_was_failed(in->h, node, since_ms) && in->peer[node].confirmed &&
           has_told(in, node, in->last_ms) && in->downtime_ms[node] == 0;
}

static bool is_well_replica(const Instance *in, int node, int master)
{
    const World *w = &in->h->w;
    return master_of(w, node) == master && is_well(in, node) && node_is_working(w, node) &&
           in->peer[node].said.master == master && in->peer[node].said.link == LINK_UP;
}

// We do not know what our last move left of it, and keep away from it for a while.
static bool is_left_unfinished(const Instance *in, int node)
{
    const Move *m = instance_move(in);
    return m != NULL && m->unfinished && node_id_eq(m->spec.replica, in->h->w.node[node].id);
}

// The gate would not have it a moment ago.
static bool is_passed_over(const Instance *in, int node)
{
    return node_id_eq(pilot_health(in->pilot)->options.passed_over, in->h->w.node[node].id);
}

static bool is_spare(const Instance *in, int node)
{
    const World *w = &in->h->w;
    int donor = master_of(w, node);
    if (donor < 0 || is_left_unfinished(in, node) || is_passed_over(in, node) ||
        !is_well(in, donor) || !is_well_replica(in, node, donor) || w->node[node].fence ||
        in->h->record[node].fenced_ms > w->now_ms - WELL_MS) {
        return false;
    }
    int kept = 0;
    for (int k = 0; k < w->n; k++) {
        kept += k != node && is_well_replica(in, k, donor) && !w->node[k].fence &&
                in->h->record[k].fenced_ms <= w->now_ms - WELL_MS;
    }
    return kept >= judge_floor_of(w);
}

void judge_choice(Instance *in, const AutoDecision *d)
{
    const World *w = &in->h->w;
    int replica = -1;
    int target = -1;
    for (int i = 0; i < w->n; i++) {
        replica = node_id_eq(w->node[i].id, d->replica) ? i : replica;
        target = node_id_eq(w->node[i].id, d->target) ? i : target;
        bool profits = d->purpose == PURPOSE_STEP && node_id_eq(w->node[i].id, d->for_target);
        in->step_for = profits ? i : in->step_for;
    }
    if (in->n_rounds < in->h->limits.young_rounds) {
        history_breaks(in->h, "young", "a decision after %d rounds", in->n_rounds);
    }
    if (pilot_plan(in->pilot)->n != 1 || judge_host_of(w, replica) != judge_host_of(w, target) ||
        !is_well(in, replica) || !is_well(in, target)) {
        return; // another orphan may have been promised the better one, or one has just moved house
    }
    for (int k = 0; k < w->n; k++) {
        if (master_of(w, k) != target && judge_host_of(w, k) != judge_host_of(w, target) &&
            is_spare(in, k) && w->node[k].view[target].place >= 0 &&
            has_room(&in->peer[k].said, memory_of(w, target))) {
            history_breaks(in->h, "host", "%d is to go to %d on its own host, %d is on another",
                           port_of(replica), port_of(target), port_of(k));
        }
    }
}
