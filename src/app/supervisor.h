// What a service manager is told of a service (sd_notify: Type=notify, WatchdogSec=). Where nobody
// listens, and in a build without libsystemd, nothing happens.
#ifndef REHOME_APP_SUPERVISOR_H
#define REHOME_APP_SUPERVISOR_H

#include <ev.h>

#include "rehome/app/engine.h"

typedef struct {
    struct ev_loop *loop;
    ev_timer watchdog;
    char status[160]; // what was last told
} Supervisor;

// Ready at once: a cluster that is not there yet is waited for.
void supervisor_start(Supervisor *s, struct ev_loop *loop);

// After each round that saw the cluster or said why not: how it is, where that is news.
void supervisor_round(Supervisor *s, const Engine *e);

// Before settings are read again; supervisor_reloaded() when that is over, well or not.
void supervisor_reloading(Supervisor *s);
void supervisor_reloaded(Supervisor *s);

void supervisor_stop(Supervisor *s); // what is under way is being seen to its end

const char *supervisor_library(void); // for --version: "libsystemd", or "no libsystemd"

#endif
