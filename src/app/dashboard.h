// The dashboard: the engine, the screen and the keyboard on one loop.
#ifndef REHOME_APP_DASHBOARD_H
#define REHOME_APP_DASHBOARD_H

#include "options.h"
#include "rehome/app/lab.h"

// lab: the demo's cluster, whose nodes the operator may kill and restart; NULL otherwise.
int dashboard_run(const Options *o, Lab *lab);

// What was recorded in these files, in order; at least one.
int dashboard_replay(const Options *o, char *const *files, size_t n);

#endif
