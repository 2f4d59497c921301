// A fixture's cluster as the dashboard sees it: pictures, health, plan, events, and the scene made
// of them. For tests of the screen.
#ifndef REHOME_TESTS_UNIT_STAGE_H
#define REHOME_TESTS_UNIT_STAGE_H

#include "fixture.h"
#include "rehome/ui/scene.h"
#include "rehome/ui/ui.h"

enum { STAGE_EVENTS = 64, STAGE_PICTURES = 64 };

typedef struct {
    Fixture *f;
    Scene scene; // to turn knobs on between rounds
    Automatic automatic;
    History *history;
    Decisions decisions;
    Move move;   // shown when scene.move points here
    OwnMove own; // given to the health
    Holds holds; // the same
    bool spread; // the same
    Plan plan;
    Findings findings;
    Event events[STAGE_EVENTS];
    Snapshot *pictures[STAGE_PICTURES]; // all kept: nothing a screen borrowed may vanish too early
    size_t n_pictures;
} Stage;

Stage *stage_new(Fixture *f); // takes the fixture over
void stage_free(Stage *st);

// A round ends now, and the scene shows it at once.
void stage_round(Stage *st, int64_t now_ms);

// Rounds every second until now_ms.
void stage_rounds(Stage *st, int64_t from_ms, int64_t to_ms);

// Only the clock goes on.
void stage_time(Stage *st, int64_t now_ms);

// Our move in flight in a stage of its life.
void stage_move(Stage *st, int replica, int donor, int target, MoveState state);

// Alice's, for so long from now on; seen in the next round.
void stage_hold(Stage *st, HoldKind kind, HoldScope scope, int port, int64_t for_ms);

int stage_port(const Stage *st, int port); // index in the present snapshot; -1: none

#endif
