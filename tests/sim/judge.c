// The truth about the cluster, and what must hold at every moment. What must hold when we write is
// in judge_send.c and judge_write.c, at the end in judge_end.c.
//
// foreign: no replica that we moved is elected before it holds the data of its new shard, unless
//   its fence could not be set or went with its process, or there are two processes of ours
//   without a lease, of which one lifts the fence that the other relies on.
// done: of a move that we call done the replica has told that it is in sync with its goal.
#include "history.h"

enum { LOOK_MS = 50, MOMENT_MS = 4500, LATE_MS = 1500 };

int judge_floor_of(const World *w)
{
    return w->barrier > 1 ? w->barrier : 1;
}

int judge_kept_by(const World *w, int donor, int without)
{
    int n = 0;
    for (int k = 0; k < w->n; k++) {
        n += k != without && master_of(w, k) == donor && node_is_working(w, k);
    }
    return n;
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

static bool is_called_fenced(const World *w, int node)
{
    for (int i = 0; i < w->n; i++) {
        if (w->node[i].view[node].nofailover) {
            return true;
        }
    }
    return w->node[node].fence;
}

// We look only so often, and processes act before we do.
bool judge_was_failed(const History *h, int node, int64_t since_ms)
{
    return is_called_failed(&h->w, node) || h->record[node].failed_ms + LOOK_MS >= since_ms;
}

// --- at every moment

static bool is_covered(const World *w, int master)
{
    for (int k = 0; k < w->n; k++) {
        if (master_of(w, k) == master && node_is_working(w, k) && !w->node[k].cut_off &&
            !is_called_failed(w, k)) {
            return true;
        }
    }
    return false;
}

static void note_cover(History *h, int master)
{
    Record *r = &h->record[master];
    if (is_covered(&h->w, master)) {
        r->covered_ms = r->covered_ms == 0 ? h->w.now_ms : r->covered_ms;
    } else if (r->covered_ms != 0) {
        r->alone_ms = h->w.now_ms - r->covered_ms > MOMENT_MS ? h->w.now_ms : r->alone_ms;
        r->covered_ms = 0;
    }
}

// Do all owners that are awake hold it for failed, and this one for its well replica?
static bool all_wait_for(const World *w, int master, int heir)
{
    bool anybody = false;
    for (int i = 0; i < w->n; i++) {
        if (i == master || !is_owner(w, i) || !node_is_awake(w, i)) {
            continue;
        }
        const Belief *m = &w->node[i].view[master];
        const Belief *r = &w->node[i].view[heir];
        if (!m->fail || m->shards == 0 || !r->known || r->master != master || r->fail ||
            r->nofailover || r->place < 0) {
            return false;
        }
        anybody = true;
    }
    return anybody;
}

static void note_failover(History *h, int master)
{
    const World *w = &h->w;
    Record *r = &h->record[master];
    bool waits = false;
    for (int k = 0; k < w->n && !waits; k++) {
        waits = node_is_awake(w, k) && master_of(w, k) == master && !w->node[k].fence &&
                !node_is_too_old(w, k) && all_wait_for(w, master, k);
    }
    if (!waits) {
        r->failover_ms = 0;
    } else if (r->failover_ms == 0) {
        r->failover_ms = w->now_ms;
    }
}

static void note_bare(History *h, int master)
{
    const World *w = &h->w;
    int bare = 0;
    int all = 0;
    for (int i = 0; i < w->n; i++) {
        if (is_owner(w, i) && node_is_awake(w, i)) {
            all++;
            bare += believed_live(w, i, master, true) == 0;
        }
    }
    Record *r = &h->record[master];
    if (2 * bare <= all) {
        r->was_bare_ms = r->bare_ms != 0 ? r->bare_ms : r->was_bare_ms;
        r->bare_ms = 0;
    } else if (r->bare_ms == 0) {
        r->bare_ms = w->now_ms;
    }
}

// By a clock that began late, in this time without a replica or in the one before.
static bool is_late(const History *h, const SimNode *mover)
{
    const Record *orphan = &h->record[mover->left_to];
    bool is_old = mover->left_clock_ms < orphan->bare_ms;
    return mover->left_orphan_ms > orphan->bare_ms + LATE_MS ||
           (is_old && mover->left_clock_ms > orphan->was_bare_ms + LATE_MS &&
            orphan->was_bare_ms != 0);
}

void judge_tick(History *h)
{
    World *w = &h->w;
    for (int k = 0; k < w->n; k++) {
        if (w->node[k].left_why == LEFT_SERVER && w->node[k].left_ms == w->now_ms) {
            h->record[k].left_late = is_late(h, &w->node[k]);
            judge_race(h, k);
        }
    }
    for (int k = 0; k < w->n && w->now_ms % LOOK_MS == 0; k++) {
        if (is_called_fenced(w, k)) {
            h->record[k].fenced_ms = w->now_ms;
        }
        if (is_called_failed(w, k)) {
            h->record[k].failed_ms = w->now_ms;
        }
        if (is_owner(w, k)) {
            note_cover(h, k);
            note_bare(h, k);
            note_failover(h, k);
        } else {
            h->record[k].failover_ms = 0;
        }
    }
    bool may_unfence = h->n_instances > 1 && !h->has_lease;
    if (w->told_foreign && !may_unfence) {
        history_breaks(h, "foreign", "a replica that we moved was elected with the wrong data");
    }
}

void judge_done(Instance *in, const Move *m)
{
    const World *w = &in->h->w;
    int replica = -1;
    int goal = -1;
    for (int i = 0; i < w->n; i++) {
        goal = node_id_eq(w->node[i].id, m->goal) ? i : goal;
        replica = node_id_eq(w->node[i].id, m->spec.replica) ? i : replica;
    }
    if (replica >= 0 && goal >= 0 && (in->synced[replica] >> goal & 1U) == 0) {
        history_breaks(in->h, "done", "%d has not said that it is in sync with %s",
                       port_of(replica), m->goal_addr);
    }
}
