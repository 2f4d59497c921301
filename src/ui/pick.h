// A replica is picked up: legal masters light up, the others say why not.
#ifndef REHOME_UI_PICK_H
#define REHOME_UI_PICK_H

#include "rehome/ui/ui.h"

typedef struct {
    int node; // the master
    bool legal;
    int rank;        // from 1; 0 when not legal
    char words[160]; // "orphaned, on another host"; or why not
} PickTarget;

typedef struct {
    bool active;
    bool many;      // all marked replicas, and not one
    NodeId replica; // many: where the cursor was
    NodeId donor;   // whose replica it was when it was picked up
    // for the picture below; computed anew with each
    const Health *health;
    uint64_t round;
    PickTarget *at; // one for each master
    int n;
    size_t cap;
} Pick;

void pick_start(Ui *ui, const Scene *s, int replica);
void pick_start_marked(Ui *ui, const Scene *s);
bool pick_holds(const Ui *ui, NodeId replica); // it is picked up
void pick_stop(Ui *ui);                        // the cursor goes back to the replica
void pick_check(Ui *ui, const Scene *s);       // stops when what it is about has changed
void pick_done(Pick *pick);

// Where this replica could go, without picking it up; computed anew with each picture.
void pick_look(Pick *pick, const Scene *s, int replica);

// Keys while active; false: not for us.
bool pick_act(Ui *ui, const Scene *s, Action action, Request *out);

const PickTarget *pick_target(const Pick *pick, int node); // NULL: not a master

#endif
