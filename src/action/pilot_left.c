// What moves left behind: an earlier process by its end, or this one where a fence could not be
// lifted in time. It is seen through as soon as that can be done.
#include <string.h>

#include "move_parts.h"
#include "pilot_parts.h"

enum { AGAIN_MS = 10000 };

bool pilot_needs_no_fence(const Pilot *p, NodeId replica, int64_t now_ms)
{
    int i = p->snapshot == NULL ? -1 : snapshot_find(p->snapshot, replica);
    const NodeSays *says = i < 0 ? NULL : p->snapshot->nodes[i].says;
    if (says == NULL || says->reach != REACH_OK || !says->has_info ||
        now_ms - says->info_ms > GATE_EVIDENCE_MS) {
        return false;
    }
    const NodeInfo *info = &says->info;
    return info->is_master || info_in_sync(info);
}

// --- by this process

static void forget(Pilot *p, size_t i)
{
    memmove(&p->left[i], &p->left[i + 1], (p->n_left - i - 1) * sizeof(p->left[0]));
    p->n_left--;
}

void pilot_note_left(Pilot *p, const Move *ended, int64_t now_ms)
{
    for (size_t i = p->n_left; i-- > 0;) {
        if (node_id_eq(p->left[i].replica, ended->spec.replica)) {
            forget(p, i);
        }
    }
    if (!ended->unfinished || !fence_may_be_ours(ended->fence)) {
        return;
    }
    if (p->n_left == PILOT_LEFT_MAX) {
        forget(p, 0); // the next start finds it
    }
    p->left[p->n_left++] = (LeftBehind){.replica = ended->spec.replica, .since_ms = now_ms};
}

static bool resume(Pilot *p, NodeId replica, int64_t now_ms)
{
    JournalEntry entry;
    bool found = p->world.find_unfinished(p->world.ctx, replica, &entry);
    if (found) {
        pilot_resume(p, &entry, now_ms);
    }
    return found;
}

static void lift_one(Pilot *p, int64_t now_ms)
{
    for (size_t i = 0; i < p->n_left; i++) {
        NodeId replica = p->left[i].replica;
        if (now_ms - p->left[i].since_ms <= AGAIN_MS || !pilot_needs_no_fence(p, replica, now_ms)) {
            continue;
        }
        if (!resume(p, replica, now_ms)) {
            forget(p, i);
        }
        return;
    }
}

// --- by earlier processes

// By ID, because nodes come and go meanwhile; -1: none is left.
static int next_to_recover(const Pilot *p)
{
    const Node *nodes = p->snapshot->nodes;
    int next = -1;
    for (size_t i = 0; i < p->snapshot->n_nodes; i++) {
        bool is_later = node_id_cmp(nodes[i].id, p->recovered_to) > 0;
        if (is_later && (next < 0 || node_id_cmp(nodes[i].id, nodes[next].id) < 0)) {
            next = (int)i;
        }
    }
    return next;
}

// They may have ended in the middle of a move, and several did where the machine went down: say so,
// and see them through, one after the other.
static void recover_next(Pilot *p, int64_t now_ms)
{
    for (int i = next_to_recover(p); i >= 0; i = next_to_recover(p)) {
        p->recovered_to = p->snapshot->nodes[i].id;
        if (resume(p, p->recovered_to, now_ms)) {
            return;
        }
    }
    p->recovered = true;
    p->recovered_to = (NodeId){0};
}

void pilot_recover(Pilot *p, int64_t now_ms)
{
    if (pilot_is_busy(p)) {
        return;
    }
    if (p->recovered) {
        lift_one(p, now_ms);
    } else {
        recover_next(p, now_ms);
    }
}
