// What holds for the cluster and for nodes beside their states, and since when.
#ifndef REHOME_SRC_POLICY_CONDITION_H
#define REHOME_SRC_POLICY_CONDITION_H

#include "rehome/policy/health.h"

// Needs the states and the hosts. before may be NULL.
void conditions_note(Health *h, const Health *before);

// The host whose loss alone takes the majority with it; NULL: there is none, or it is the only
// host.
const HostLoss *condition_majority_host(const HostSafety *hosts);

#endif
