// Looks at a fixture in rounds, as the program does: each health knows the one before it.
#ifndef REHOME_TESTS_UNIT_WATCH_H
#define REHOME_TESTS_UNIT_WATCH_H

#include "fixture.h"
#include "rehome/policy/health.h"

typedef struct {
    Fixture *f; // freed with the watch
    HealthOptions options;
    int64_t now_ms; // of the last round
    const Health *before;
    const Health *h;
    Snapshot *snapshots[2]; // of before and h
} Watch;

Watch watch_new(Fixture *f);
void watch_done(Watch *w);

const Health *watch_round(Watch *w, int64_t now_ms);
const Health *watch_rounds(Watch *w, int n); // a second each

// By port, in the last round.
int watch_index(const Watch *w, int port);
const NodeHealth *watch_node(const Watch *w, int port);
NodeId watch_id(const Watch *w, int port);

// A knob of the node with this port.
FixtureNode *knob(const Watch *w, int port);

void watch_fail(Watch *w, int port);

// The port of the node with this index in the last round; -1: none.
int watch_port(const Watch *w, int index);

// 10 masters 7001.. on as many hosts, each with one replica 7101.. on the next host, and three more
// replicas 7201..7203: of 7001, 7002 and 7003.
Fixture *ten_masters(void);

// Three hosts, three masters 7001..7003, each with a replica 7101..7103 on the next host: safe.
Fixture *well_placed(void);

#endif
