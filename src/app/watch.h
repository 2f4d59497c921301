// What `watch` does with an event, for others that tell events as it does.
#ifndef REHOME_APP_WATCH_H
#define REHOME_APP_WATCH_H

#include "session.h"

// A line on stdout, in the format asked for. Ends the session with status 1 when nobody reads.
void watch_event(Session *s, const Event *event);

#endif
