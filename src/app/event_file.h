// What happened, kept in the state folder: a file for each session, named by when it began. Its
// first line says which cluster it is about, the others are events as `watch --format json` writes
// them.
#ifndef REHOME_APP_EVENT_FILE_H
#define REHOME_APP_EVENT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "rehome/base/error.h"
#include "rehome/model/event.h"

typedef struct EventFile EventFile;

// Nothing is touched yet. wall_ms: when the session began.
EventFile *event_file_new(const char *state_dir, int64_t wall_ms);
void event_file_free(EventFile *f); // NULL is fine

// Makes the file with its first event and takes away the oldest ones when there are too many.
// False: it cannot be kept.
bool event_file_add(EventFile *f, const Event *event, const Snapshot *s, Error *err);

// What other sessions kept about this cluster, oldest first, the newest at most; owned by the
// caller. What cannot be read is left out: a line that was not written to its end, a foreign file.
Event *event_file_read(const EventFile *f, const Snapshot *s, size_t most, size_t *n);

#endif
