// Replicas that no master lists: of nobody we know ("slave -"), or of another replica.
#ifndef REHOME_REPORT_DETACHED_H
#define REHOME_REPORT_DETACHED_H

#include <stdbool.h>

#include "rehome/model/snapshot.h"

bool replica_is_detached(const Snapshot *s, const Node *n); // false for masters

#endif
