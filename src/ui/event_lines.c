#include "event_lines.h"

#include <string.h>
#include <time.h>

#include "rehome/base/mem.h"

static bool is_wanted(const Event *e, const EventFilter *filter)
{
    return (filter->kind == EVENT_KIND_COUNT || event_kind(e->code) == filter->kind) &&
           (node_id_is_none(filter->node) || node_id_eq(e->node, filter->node));
}

static int day_of(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm local;
    return localtime_r(&seconds, &local) != NULL ? local.tm_year * 1000 + local.tm_yday : 0;
}

static void add(EventLines *lines, EventLineKind kind, int event)
{
    lines->at = mem_grow(lines->at, &lines->cap, (size_t)lines->n + 1, sizeof(*lines->at));
    lines->at[lines->n++] = (EventLine){kind, event};
    lines->shown += kind == EVENT_LINE;
}

EventLines event_lines(const Scene *s, const EventFilter *filter)
{
    EventLines lines = {0};
    int day = day_of(s->wall_ms); // of today nothing is said, unless yesterday comes before it
    bool says_session = s->n_events_before > 0;
    bool has_earlier = false;
    for (size_t i = 0; i < s->n_events; i++) {
        const Event *e = &s->events[i];
        if (!is_wanted(e, filter)) {
            continue;
        }
        int its_day = day_of(e->wall_ms);
        has_earlier = has_earlier || i < s->n_events_before;
        if (says_session && has_earlier && i >= s->n_events_before) {
            add(&lines, EVENT_LINE_SESSION, (int)i);
            says_session = false;
        } else if (its_day != day) {
            add(&lines, EVENT_LINE_DAY, (int)i);
        }
        day = its_day;
        add(&lines, EVENT_LINE, (int)i);
    }
    return lines;
}

void event_lines_done(EventLines *lines)
{
    mem_free(lines->at);
    *lines = (EventLines){0};
}

static bool same_event(const Event *a, const Event *b)
{
    return a->code == b->code && a->wall_ms == b->wall_ms && node_id_eq(a->node, b->node) &&
           strcmp(a->text, b->text) == 0;
}

int event_lines_find(const EventLines *lines, const Scene *s, const Event *event)
{
    int nearest = -1;
    for (int i = lines->n - 1; i >= 0; i--) {
        if (lines->at[i].kind != EVENT_LINE) {
            continue;
        }
        const Event *e = &s->events[lines->at[i].event];
        if (event->code == EVENT_CODE_COUNT || same_event(e, event)) {
            return i;
        }
        if (nearest < 0 || e->wall_ms >= event->wall_ms) {
            nearest = i;
        }
    }
    return nearest;
}

int event_lines_step(const EventLines *lines, int line, int by)
{
    int direction = by < 0 ? -1 : 1;
    int at = line;
    for (int left = by * direction, i = line + direction; left > 0 && i >= 0 && i < lines->n;
         i += direction) {
        if (lines->at[i].kind == EVENT_LINE) {
            at = i;
            left--;
        }
    }
    return at;
}
