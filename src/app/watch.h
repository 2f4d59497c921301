// What `watch` does with an event, for others that tell events as it does.
#ifndef REHOME_APP_WATCH_H
#define REHOME_APP_WATCH_H

#include "session.h"

// A line, in the format asked for.
void watch_line(StrBuf *line, const Options *o, const Event *event);

#endif
