// The tapes that a session keeps: the one that was asked for, and the flight recorder's.
#ifndef REHOME_SRC_APP_TAPES_H
#define REHOME_SRC_APP_TAPES_H

#include "options.h"
#include "recorder.h"

typedef struct {
    Recorder *at[2];         // --tape, flight; NULL: not kept
    EngineListener listener; // is told when one cannot be written, and when it can be again
} Tapes;

// Without a state folder (NULL) there is no flight recorder.
bool tapes_begin(Tapes *t, const Options *o, const char *state_dir, const EngineListener *listener,
                 Error *err);
EngineTap tapes_tap(Tapes *t); // borrows t
void tapes_end(Tapes *t);      // also after tapes_begin() failed

#endif
