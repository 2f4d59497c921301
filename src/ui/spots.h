// Where on the screen a click does something, as last drawn. A spot knows what it is about by its
// identity, not by its row: the next picture may have come since.
#ifndef REHOME_UI_SPOTS_H
#define REHOME_UI_SPOTS_H

#include "problem_rows.h"
#include "rehome/model/event.h"
#include "rehome/policy/hold.h"
#include "rehome/ui/canvas.h"
#include "rehome/ui/keys.h"

typedef struct {
    Rect at;
    Action opens; // a view; ACT_NONE: a row of the present view
    union {
        NodeId node; // of the tree
        char host[HOLD_HOST_SIZE];
        ProblemMark problem;
        Event event;
        uint64_t decision; // as in Ui
    } of;
} Spot;

typedef struct {
    Spot *at;
    size_t n;
    size_t cap;
} Spots;

void spots_done(Spots *spots);

// A new one, to be told what it is about; until the next call.
Spot *spot_add(Spots *spots, Rect at);

// The one that was drawn last there; NULL: none.
const Spot *spot_find(const Spots *spots, int x, int y);

#endif
