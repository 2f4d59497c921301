// A picture of what is not yet: a copy of a snapshot in which some replicas follow other masters.
// Indices are those of the original.
#ifndef REHOME_SRC_POLICY_PICTURE_H
#define REHOME_SRC_POLICY_PICTURE_H

#include "rehome/policy/health.h"

// In the given arena; texts are borrowed from the original.
Snapshot *picture_copy(const Snapshot *s, Arena *arena);

// What the node says of itself, to be changed: a copy in the picture's arena, without its view,
// which was one of another time.
NodeSays *picture_own_says(const Snapshot *picture, int node);

// The replica is told to follow that master, and knows it.
void picture_follow(Snapshot *picture, int replica, int master);

// Who is whose, once all follow whom they should.
void picture_list_replicas(Snapshot *picture);

// The picture once this replica works for that master, by its own word and by theirs. Lives in
// h's arena, as h does.
const Health *picture_moved(const Health *h, int replica, int target);

#endif
