// The reverse of our last move, and whether it may still be made.
#ifndef REHOME_APP_UNDO_H
#define REHOME_APP_UNDO_H

#include <stdbool.h>

#include "rehome/action/move.h"
#include "rehome/policy/health.h"

typedef struct {
    bool possible; // there is a move to take back
    MoveSpec spec; // the reverse move
    char text[160];
} Undo;

// A move of ours ended well. An undo is not itself undone: that would be the move again.
void undo_remember(Undo *u, const Move *m);

// Both ends are still what they were and healthy. health may be NULL.
bool undo_is_possible(const Undo *u, const Health *health);

#endif
