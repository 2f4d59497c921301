// The last events, for the screen, with those of earlier sessions before them.
#ifndef REHOME_APP_EVENT_LOG_H
#define REHOME_APP_EVENT_LOG_H

#include <stddef.h>

#include "rehome/base/error.h"
#include "rehome/model/event.h"

typedef struct EventLog EventLog;

EventLog *event_log_new(void);
void event_log_free(EventLog *log); // NULL is fine
void event_log_add(EventLog *log, const Event *event);

// Keeps in this folder what was added since the last call, and brings at the first one what earlier
// sessions kept about this cluster. False once, when it cannot be kept: nothing is tried again.
bool event_log_keep(EventLog *log, const char *state_dir, const Snapshot *s, Error *err);

// Oldest first; of *n the first *n_before are of earlier sessions. Borrowed until the next
// event_log_add() or event_log_keep().
const Event *event_log_all(const EventLog *log, size_t *n, size_t *n_before);

#endif
