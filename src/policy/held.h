// Holds as a part of health: which of all that are kept hold here and now.
#ifndef REHOME_SRC_POLICY_HELD_H
#define REHOME_SRC_POLICY_HELD_H

#include "rehome/policy/health.h"

// Fill in what of them is in force in this cluster at the time of the snapshot. Copies: whoever
// keeps them may change them at any time. NULL: there are none.
void held_take(Health *h, const Holds *all);

// Pauses and downtimes that began or ended. before may be NULL: then all that hold are told.
void held_diff(const Health *before, const Health *after, EventSink *sink, void *ctx);

#endif
