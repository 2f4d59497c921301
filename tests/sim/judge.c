// The truth about the cluster, and what must hold at every moment and at the end. What must hold
// when we write is in judge_send.c and judge_write.c.
//
// foreign: no replica that we moved is elected before it holds the data of its new shard, unless
//   its fence could not be set or went with its process, or there are two processes of ours
//   without a lease, of which one lifts the fence that the other relies on.
// done: of a move that we call done the replica has told that it is in sync with its goal.
// orphan-stays, never-ends, fence-left, journal-left: at the end, see history.c. An orphan stays
//   when it could have a spare: one that works, whose donor keeps its floor (all of them nodes that
//   the others list), and that has room for it; when it can save, and no node is left behind it of
//   which nobody can tell how it is, nor behind a failed master (there one whose address everybody
//   has lost will never take over). A lease can be had only where the owner of its key serves it:
//   not while any slot is lost. The fence of a replica that is not in sync stays as long as another
//   process has the lease.
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

// We look only so often.
bool judge_was_failed(const History *h, int node, int64_t since_ms)
{
    return h->record[node].failed_ms + LOOK_MS >= since_ms;
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
                all_wait_for(w, master, k);
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
        r->bare_ms = 0;
    } else if (r->bare_ms == 0) {
        r->bare_ms = w->now_ms;
    }
}

void judge_tick(History *h)
{
    World *w = &h->w;
    for (int k = 0; k < w->n; k++) {
        if (w->node[k].left_why == LEFT_SERVER && w->node[k].left_ms == w->now_ms) {
            int64_t bare_ms = h->record[w->node[k].left_to].bare_ms;
            h->record[k].left_late = w->node[k].left_orphan_ms > bare_ms + LATE_MS;
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

// --- at the end

static bool has_replica(const World *w, int master)
{
    for (int k = 0; k < w->n; k++) {
        if (master_of(w, k) == master && w->node[k].up && !w->node[k].is_broken) {
            return true;
        }
    }
    return false;
}

// i lists a dead replica of the master that it does not call failed: nobody can tell how it is.
static bool is_riddle(const World *w, int i, int replica, int master)
{
    const Belief *b = &w->node[i].view[replica];
    return node_is_awake(w, i) && b->known && b->master == master && !b->fail &&
           !w->node[replica].up;
}

// Its address is lost, and the servers do not look for it any more.
static bool has_riddle(const World *w, int master)
{
    for (int i = 0; i < w->n; i++) {
        for (int k = 0; k < w->n; k++) {
            if (is_riddle(w, i, k, master)) {
                return true;
            }
        }
    }
    return false;
}

// A failed master has one that might yet take over, because not everybody has lost its address.
static bool may_have_heir(const World *w, int master)
{
    for (int i = 0; i < w->n; i++) {
        for (int k = 0; k < w->n; k++) {
            if (is_riddle(w, i, k, master) && w->node[i].view[k].place >= 0) {
                return true;
            }
        }
    }
    return false;
}

static bool waits_for_an_heir(const World *w)
{
    for (int s = 0; s < w->n_shards; s++) {
        int owner = owner_of(w, s);
        if (owner >= 0 && !w->node[owner].up && may_have_heir(w, owner)) {
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

// It works, and somebody else knows it: one whom only a master knew that died is in nobody's view.
static bool is_listed_replica(const World *w, int replica)
{
    return node_is_working(w, replica) && node_is_known(w, replica);
}

static int listed_by(const World *w, int donor, int without)
{
    int n = 0;
    for (int k = 0; k < w->n; k++) {
        n += k != without && master_of(w, k) == donor && is_listed_replica(w, k);
    }
    return n;
}

bool judge_orphan_waits(const History *h, int *orphan, int *spare)
{
    const World *w = &h->w;
    if (!has_quorum(w) || waits_for_an_heir(w) || (h->has_lease && lease_owner(w) < 0)) {
        return false;
    }
    for (int s = 0; s < w->n_shards; s++) {
        int owner = owner_of(w, s);
        if (owner < 0 || !w->node[owner].up || !w->node[owner].bgsave_ok ||
            !node_can_save(w, owner) || has_replica(w, owner) || has_riddle(w, owner)) {
            continue;
        }
        for (int k = 0; k < w->n; k++) {
            int donor = master_of(w, k);
            if (donor >= 0 && is_listed_replica(w, k) && !w->node[k].fence &&
                node_has_room(w, k, memory_of(w, owner)) &&
                listed_by(w, donor, k) >= judge_floor_of(w)) {
                *orphan = owner;
                *spare = k;
                return true;
            }
        }
    }
    return false;
}

// The journal of a move of this replica has no end, though the process that keeps it could see to
// that. Who has no lease must not lift the fence of a replica that is not in sync.
static bool is_neglected(const History *h, const Instance *in, int replica)
{
    JournalEntry entry;
    bool may_end = !h->has_lease || instance_has_lease(in) || node_is_working(&h->w, replica);
    return may_end && instance_unfinished(in, replica, &entry);
}

void judge_end(History *h)
{
    for (int k = 0; k < h->w.n; k++) {
        bool kept = false;
        bool neglected = false;
        for (int i = 0; i < h->n_instances; i++) {
            JournalEntry entry;
            kept = kept || instance_unfinished(&h->instance[i], k, &entry);
            neglected = neglected || is_neglected(h, &h->instance[i], k);
        }
        if (h->w.node[k].fence_is_us && h->w.node[k].up && !kept) {
            history_breaks(h, "fence-left", "%d still has our fence, and no journal knows of it",
                           port_of(k));
        }
        if (neglected && h->w.node[k].up) {
            history_breaks(h, "journal-left", "the journal of %d has no end after three starts",
                           port_of(k));
        }
    }
}
