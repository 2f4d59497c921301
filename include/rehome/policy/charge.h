// Who is in charge of moving replicas: rehome, the servers' own migration, both or nobody. What
// each node is set to, and the lines that would settle it: shown, never sent.
#ifndef REHOME_POLICY_CHARGE_H
#define REHOME_POLICY_CHARGE_H

#include "rehome/policy/explain.h"

typedef struct {
    int on;      // nodes with cluster-allow-replica-migration yes, or too old to have the switch
    int off;     // ... no
    int denied;  // nodes where the ACL does not allow CONFIG GET
    int lacking; // nodes that do not know it: renamed, or nobody's who pays for the server
    int unknown; // nodes that have not told
    int barrier_min; // of the nodes that told; -1: nobody did
    int barrier_max;
} Charge;

Charge charge_look(const Snapshot *s);

// "rehome and the servers" "the servers alone" "rehome alone" "nobody"; "rehome at HOST:pid (lease)
// and the servers" when another instance has the lease. Returns out.
char *charge_words(const Charge *c, const Automatic *a, char *out, size_t size);

// "on at 5, off at 1, not allowed to ask 1 of 7 nodes; barrier 1"
void charge_settings_text(StrBuf *out, const Charge *c);

// "CONFIG GET is not allowed at 7 of 7 nodes: ..", what is missed, and the line that helps; ""
// where everybody told.
void charge_gap_text(StrBuf *out, const Snapshot *s);

// The whole story: who may act, what differs by node, and how to settle it. user: as whom we are
// connected, for the ACL line.
void explain_charge(Explanation *e, const Health *h, const Automatic *a, const char *user);

#endif
