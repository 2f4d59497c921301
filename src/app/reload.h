// Settings read again while a service runs (SIGHUP): those that the dashboard can change too, user
// and password, and the labels of hosts.
#ifndef REHOME_APP_RELOAD_H
#define REHOME_APP_RELOAD_H

#include "options.h"
#include "rehome/app/engine.h"

typedef struct {
    Options now; // what holds; freed by reload_done()
    bool done;   // once at least
    Labels *labels;
} Reload;

// From what the process began with, and what an earlier call took over. Tells the engine what is
// another now. False: something is wrong with the file or the labels, a line each in wrong, and all
// stays as it was.
bool reload_settings(Reload *r, const Options *began_with, Engine *e, StrBuf *wrong);

void reload_done(Reload *r); // zero-initialised is fine; behind the engine's end

#endif
