// What must hold when all faults are over, and history.c has waited for it.
//
// orphan-stays: no orphan stays that could have a spare: one that works, whose donor keeps its
//   floor (all of them nodes that the others list), and that has room for it; when it can save, and
//   no node is left behind it of which nobody can tell how it is, nor behind a failed master (there
//   one whose address everybody has lost will never take over). Where the servers took back what it
//   was given, or where an owner has lost the addresses of most others, there is no cure from
//   outside: one of them counts a node that nobody can find. A lease can be had only where the
//   owner of its key serves it: not while any slot is lost.
// fence-left, journal-left: no fence of ours stays, and no journal without an end. The fence of a
//   replica that is not in sync stays as long as another process has the lease.
// never-ends: no move goes on for ever, see history.c.
#include "history.h"

enum { ROBBED_MS = 20000 };

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

// Most others are failed to this owner, or it has lost their addresses: so does one see it that is
// cut off, and nobody can tell them apart.
static bool sees_few(const World *w, int owner)
{
    int all = 0;
    int well = 0;
    for (int k = 0; k < w->n; k++) {
        const Belief *b = &w->node[owner].view[k];
        all += owns_slots(w, k);
        well += owns_slots(w, k) && (k == owner || (!b->fail && !b->pfail && b->place >= 0));
    }
    return 2 * well <= all;
}

static bool somebody_sees_few(const World *w)
{
    for (int i = 0; i < w->n; i++) {
        if (owns_slots(w, i) && node_is_awake(w, i) && sees_few(w, i)) {
            return true;
        }
    }
    return false;
}

// It works, and somebody else knows it: one whom only a master knew that died is in nobody's view.
static bool is_listed_replica(const World *w, int replica)
{
    return node_is_working(w, replica) && node_is_known(w, replica);
}

// That could stand in for it.
static int listed_by(const World *w, int donor, int without)
{
    int n = 0;
    for (int k = 0; k < w->n; k++) {
        n += k != without && master_of(w, k) == donor && is_listed_replica(w, k) &&
             !w->node[k].fence;
    }
    return n;
}

// Who has lost a node's address without calling it failed has it in its count for good, and no
// longer hears whose replica it is.
static bool is_robbed(const World *w, int master)
{
    for (int k = 0; k < w->n; k++) {
        const SimNode *n = &w->node[k];
        if (n->left_from == master && n->left_why == LEFT_SERVER &&
            w->now_ms - n->left_ms < ROBBED_MS) {
            return true;
        }
    }
    return false;
}

bool judge_orphan_waits(const History *h, int *orphan, int *spare)
{
    const World *w = &h->w;
    if (!has_quorum(w) || somebody_sees_few(w) || waits_for_an_heir(w) ||
        (h->has_lease && lease_owner(w) < 0)) {
        return false;
    }
    for (int s = 0; s < w->n_shards; s++) {
        int owner = owner_of(w, s);
        if (owner < 0 || !w->node[owner].up || !w->node[owner].bgsave_ok ||
            !node_can_save(w, owner) || has_replica(w, owner) || has_riddle(w, owner) ||
            is_robbed(w, owner)) {
            continue;
        }
        for (int k = 0; k < w->n; k++) {
            int donor = master_of(w, k);
            const Belief *b = &w->node[k].view[owner]; // it has to find its new master
            if (donor >= 0 && is_listed_replica(w, k) && !w->node[k].fence && b->known &&
                b->place >= 0 && node_has_room(w, k, memory_of(w, owner)) &&
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
