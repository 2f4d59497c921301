// The events as lines: those that the operator wants to see, with a line where a day begins and one
// where this session does.
#ifndef REHOME_UI_EVENT_LINES_H
#define REHOME_UI_EVENT_LINES_H

#include "rehome/ui/scene.h"

typedef struct {
    EventKind kind; // EVENT_KIND_COUNT: all
    NodeId node;    // none: all
} EventFilter;

typedef enum { EVENT_LINE, EVENT_LINE_DAY, EVENT_LINE_SESSION } EventLineKind;

typedef struct {
    EventLineKind kind;
    int event; // into the scene's events; of the others: the one that comes next
} EventLine;

typedef struct {
    EventLine *at;
    int n;
    size_t cap;
    int shown; // events
} EventLines;

EventLines event_lines(const Scene *s, const EventFilter *filter); // event_lines_done() at the end
void event_lines_done(EventLines *lines);

// The line of this event; where it is not shown, of the one nearest in time; of a code out of range
// the newest. -1: no event is shown.
int event_lines_find(const EventLines *lines, const Scene *s, const Event *event);

// The next line with an event, so many further on: as far as there are any.
int event_lines_step(const EventLines *lines, int line, int by);

#endif
