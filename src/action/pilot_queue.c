// Several moves of one wish: the pilot begins each when the one before it is over.
#include <stdio.h>

#include "pilot_parts.h"
#include "rehome/policy/heal_plan.h"

static void tell(Pilot *p, Level level, const char *text)
{
    pilot_tell(p, EVENT_QUEUE, level, NULL, "%s: %s", queue_is_plan(&p->queue) ? "plan" : "queue",
               text);
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

// Was the picture taken behind the end of the last move? Before, it shows that one as under way.
static bool sees_last_move(const Pilot *p)
{
    const Move *m = runner_move(p->runner);
    return m == NULL || p->snapshot->asked_ms > m->ended_ms;
}

// What waits of an accepted plan, by a picture that knows of all that was done. False: it has been
// dropped.
static bool plan_holds(Pilot *p)
{
    Queue *q = &p->queue;
    HealStep steps[QUEUE_MAX];
    char why[200] = "";
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++) {
        const MoveSpec *spec = &q->at[i].spec;
        if (q->at[i].state == QUEUED_WAITS) {
            steps[n++] = (HealStep){spec->replica, spec->target, spec->purpose};
        }
    }
    const HealPlan *plan =
        heal_plan_renew(p->health, q->kind == QUEUE_SPREADS, steps, n, why, sizeof(why));
    if (plan == NULL) {
        queue_drop(q, why);
        tell_end(p);
    }
    heal_plan_free(plan);
    return plan != NULL;
}

void pilot_queue_go_on(Pilot *p, int64_t now_ms)
{
    while (!p->is_asking && !runner_is_busy(p->runner) && queue_count(&p->queue, QUEUED_WAITS)) {
        if (queue_is_plan(&p->queue) && (!sees_last_move(p) || !plan_holds(p))) {
            return;
        }
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

bool pilot_queue(Pilot *p, const MoveSpec *specs, size_t n, QueueKind kind, int64_t now_ms,
                 Error *err)
{
    char text[160];
    if (!pilot_may_begin(p, err) || !queue_start(&p->queue, specs, n, kind, err)) {
        return false;
    }
    snprintf(text, sizeof(text), "%zu move%s, one after the other; %s", n, n == 1 ? "" : "s",
             kind == QUEUE_GOES_ON ? "one that is refused or fails is passed over"
             : kind == QUEUE_STOPS
                 ? "the first that is refused or fails stops the rest"
                 : "it ends where one is refused or fails, or the cluster changes");
    tell(p, LEVEL_INFO, text);
    pilot_queue_go_on(p, now_ms);
    return true;
}

void pilot_queue_stop(Pilot *p)
{
    bool was_on = queue_is_on(&p->queue);
    if (was_on) {
        queue_drop(&p->queue, "");
    }
    if (was_on && !queue_is_on(&p->queue)) {
        tell_end(p);
    }
}

const Queue *pilot_queued(const Pilot *p)
{
    return &p->queue;
}
