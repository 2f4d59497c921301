#include "event_log.h"

#include <string.h>

#include "rehome/base/mem.h"

// Dropping the older half at once keeps the events in one run without moving them at every event.
enum { MOST = 2000 };

struct EventLog {
    Event *at;
    size_t n;
    size_t cap;
};

EventLog *event_log_new(void)
{
    return mem_alloc(sizeof(EventLog));
}

void event_log_free(EventLog *log)
{
    if (log != NULL) {
        mem_free(log->at);
        mem_free(log);
    }
}

void event_log_add(EventLog *log, const Event *event)
{
    if (log->n == MOST) {
        memmove(log->at, log->at + MOST / 2, (MOST - MOST / 2) * sizeof(Event));
        log->n = MOST - MOST / 2;
    }
    log->at = mem_grow(log->at, &log->cap, log->n + 1, sizeof(Event));
    log->at[log->n++] = *event;
}

const Event *event_log_all(const EventLog *log, size_t *n)
{
    *n = log->n;
    return log->at;
}
