#include "event_log.h"

#include <string.h>

#include "event_file.h"
#include "rehome/base/mem.h"

// Dropping the older half at once keeps the events in one run without moving them at every event.
enum { MOST = 2000, MOST_BEFORE = 1000 };

struct EventLog {
    Event *at;
    size_t n;
    size_t n_before; // the first ones, of earlier sessions
    size_t n_new;    // the last ones, not kept yet
    size_t cap;
    EventFile *file; // from the first picture on
    bool is_broken;
};

EventLog *event_log_new(void)
{
    return mem_alloc(sizeof(EventLog));
}

void event_log_free(EventLog *log)
{
    if (log != NULL) {
        event_file_free(log->file);
        mem_free(log->at);
        mem_free(log);
    }
}

static size_t less(size_t n, size_t by)
{
    return n > by ? n - by : 0;
}

void event_log_add(EventLog *log, const Event *event)
{
    if (log->n == MOST) {
        memmove(log->at, log->at + MOST / 2, (MOST - MOST / 2) * sizeof(Event));
        log->n = MOST - MOST / 2;
        log->n_before = less(log->n_before, MOST / 2);
        log->n_new = log->n_new < log->n ? log->n_new : log->n;
    }
    log->at = mem_grow(log->at, &log->cap, log->n + 1, sizeof(Event));
    log->at[log->n++] = *event;
    log->n_new++;
}

static void bring_earlier(EventLog *log, const Snapshot *s)
{
    size_t n = 0;
    Event *earlier = event_file_read(log->file, s, MOST_BEFORE, &n);
    size_t own = log->n < MOST - MOST_BEFORE ? log->n : MOST - MOST_BEFORE;
    if (n > 0) {
        log->at = mem_grow(log->at, &log->cap, n + own, sizeof(Event));
        memmove(log->at + n, log->at + (log->n - own), own * sizeof(Event));
        memcpy(log->at, earlier, n * sizeof(Event));
        log->n = n + own;
        log->n_before = n;
        log->n_new = log->n_new < own ? log->n_new : own;
    }
    mem_free(earlier);
}

bool event_log_keep(EventLog *log, const char *state_dir, const Snapshot *s, Error *err)
{
    if (log->file == NULL) {
        log->file = event_file_new(state_dir, s->wall_ms);
        bring_earlier(log, s);
    }
    bool ok = true;
    for (; ok && !log->is_broken && log->n_new > 0; log->n_new--) {
        ok = event_file_add(log->file, &log->at[log->n - log->n_new], s, err);
    }
    log->is_broken = log->is_broken || !ok;
    return ok;
}

const Event *event_log_all(const EventLog *log, size_t *n, size_t *n_before)
{
    *n = log->n;
    *n_before = log->n_before;
    return log->at;
}
