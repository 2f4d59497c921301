#include "undo.h"

#include <stdio.h>
#include <string.h>

void undo_remember(Undo *u, const Move *m)
{
    const MoveSpec *done = &m->spec;
    *u = (Undo){.possible = done->origin != ORIGIN_UNDO};
    u->spec = (MoveSpec){
        .replica = done->replica,
        .donor = done->target,
        .target = done->donor,
        .origin = ORIGIN_UNDO,
    };
    memcpy(u->spec.replica_addr, done->replica_addr, sizeof(u->spec.replica_addr));
    memcpy(u->spec.donor_addr, done->target_addr, sizeof(u->spec.donor_addr));
    memcpy(u->spec.target_addr, done->donor_addr, sizeof(u->spec.target_addr));
    snprintf(u->text, sizeof(u->text), "%s back to %s", done->replica_addr, done->donor_addr);
}

bool undo_is_possible(const Undo *u, const Health *health)
{
    if (!u->possible || health == NULL) {
        return false;
    }
    const Snapshot *s = health->snapshot;
    int replica = snapshot_find(s, u->spec.replica);
    int donor = snapshot_find(s, u->spec.donor);
    int target = snapshot_find(s, u->spec.target);
    return replica >= 0 && donor >= 0 && target >= 0 && s->nodes[replica].master == donor &&
           health->of[replica].replica == REPLICA_WORKING && node_is_master(&s->nodes[target]) &&
           health->of[target].master != STATE_FAILED;
}
