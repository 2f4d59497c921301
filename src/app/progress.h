// A move's progress on stderr: one line that is written over on a terminal, with a bar while there
// is something to measure; elsewhere a line whenever there is something new.
#ifndef REHOME_APP_PROGRESS_H
#define REHOME_APP_PROGRESS_H

#include "rehome/action/move.h"

typedef struct {
    MoveState state; // told last
    int tenths;      // of the sync
    MoveTrouble trouble;
} Progress;

// place: "2 of 3 ", or "". The clock is now.
void progress_show(Progress *p, const char *place, const Move *m, int64_t now_ms);

#endif
