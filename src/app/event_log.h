// The last events, for the screen.
#ifndef REHOME_APP_EVENT_LOG_H
#define REHOME_APP_EVENT_LOG_H

#include <stddef.h>

#include "rehome/model/event.h"

typedef struct EventLog EventLog;

EventLog *event_log_new(void);
void event_log_free(EventLog *log); // NULL is fine
void event_log_add(EventLog *log, const Event *event);

// Oldest first; borrowed until the next event_log_add().
const Event *event_log_all(const EventLog *log, size_t *n);

#endif
