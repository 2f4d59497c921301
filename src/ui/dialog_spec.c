// What a dialog asks for: a move between two nodes of the picture, and whether it still may be.
#include <stdio.h>

#include "dialog_parts.h"
#include "words.h"

MoveSpec dialog_spec(const Scene *s, int replica, int target, MoveOrigin origin)
{
    const Snapshot *p = s->health->snapshot;
    const Node *r = &p->nodes[replica];
    const Node *t = &p->nodes[target];
    MoveSpec spec = {
        .replica = r->id,
        .target = t->id,
        .origin = origin,
        .purpose = s->health->of[target].master == STATE_ORPHANED ? PURPOSE_HEAL : PURPOSE_MANUAL,
    };
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), "%s", r->addr);
    snprintf(spec.target_addr, sizeof(spec.target_addr), "%s", t->addr);
    if (r->master >= 0) {
        spec.donor = p->nodes[r->master].id;
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s", p->nodes[r->master].addr);
    }
    return spec;
}

bool dialog_spec_has_changed(const MoveSpec *spec, const Scene *s, char *why, size_t size)
{
    const Snapshot *p = s->health->snapshot;
    int replica = snapshot_find(p, spec->replica);
    int target = snapshot_find(p, spec->target);
    char name[NAME_MAX_BYTES];
    if (replica < 0 || target < 0) {
        snprintf(why, size, "%s is gone", replica < 0 ? spec->replica_addr : spec->target_addr);
        return true;
    }
    int master = p->nodes[replica].master;
    short_name(p, replica, name, sizeof(name));
    if (master < 0 || !node_id_eq(p->nodes[master].id, spec->donor)) {
        snprintf(why, size, "%s is no longer a replica of %s", name, spec->donor_addr);
        return true;
    }
    const NodeHealth *th = &s->health->of[target];
    if (spec->purpose == PURPOSE_HEAL && th->master != STATE_ORPHANED) {
        short_name(p, target, name, sizeof(name));
        snprintf(why, size, "%s is %s now", name,
                 th->is_master ? master_state_text(th->master) : "a replica");
        return true;
    }
    PlanCandidate pair = plan_pair(s->health, replica, target);
    if (!pair.legal) {
        short_name(p, replica, name, sizeof(name));
        snprintf(why, size, "%s may not go: %s", name, pair.refused);
    }
    return !pair.legal;
}
