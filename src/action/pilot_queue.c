// Several moves of one wish: the pilot begins each when the one before it is over.
#include <stdio.h>

#include "pilot_parts.h"

static void tell(Pilot *p, Level level, const char *text)
{
    pilot_tell(p, EVENT_QUEUE, level, NULL, "queue: %s", text);
}

// Its last move is over, or the rest was dropped.
static void tell_end(Pilot *p)
{
    char text[320];
    queue_words(&p->queue, text, sizeof(text));
    tell(p, queue_count(&p->queue, QUEUED_DONE) == p->queue.n ? LEVEL_GOOD : LEVEL_WARNING, text);
}

void pilot_queue_ended_one(Pilot *p, QueuedState how, const char *why)
{
    if (queue_count(&p->queue, QUEUED_MOVES) == 0) {
        return;
    }
    queue_end_one(&p->queue, how, why);
    if (!queue_is_on(&p->queue)) {
        tell_end(p);
    }
}

void pilot_queue_go_on(Pilot *p, int64_t now_ms)
{
    while (!p->is_asking && !runner_is_busy(p->runner)) {
        const MoveSpec *next = queue_begin_next(&p->queue);
        Error err = {0};
        if (next == NULL) {
            return;
        }
        if (!pilot_begin(p, next, now_ms, &err)) {
            pilot_queue_ended_one(p, QUEUED_REFUSED, err.text);
        }
    }
}

bool pilot_queue(Pilot *p, const MoveSpec *specs, size_t n, bool goes_on, int64_t now_ms,
                 Error *err)
{
    char text[160];
    if (!pilot_may_begin(p, err) || !queue_start(&p->queue, specs, n, goes_on, err)) {
        return false;
    }
    snprintf(text, sizeof(text), "%zu moves, one after the other; %s", n,
             goes_on ? "one that is refused or fails is passed over"
                     : "the first that is refused or fails stops the rest");
    tell(p, LEVEL_INFO, text);
    pilot_queue_go_on(p, now_ms);
    return true;
}

void pilot_queue_stop(Pilot *p)
{
    bool was_on = queue_is_on(&p->queue);
    queue_drop(&p->queue);
    if (was_on && !queue_is_on(&p->queue)) {
        tell_end(p);
    }
}

const Queue *pilot_queued(const Pilot *p)
{
    return &p->queue;
}
