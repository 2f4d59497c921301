// What is kept for longer than this process lives: the brake and the tries of automatic mode.
#include <stdio.h>

#include "pilot_parts.h"
#include "rehome/base/text.h"

const Holds *pilot_holds(const Pilot *p)
{
    return p->world.holds != NULL ? p->world.holds(p->world.ctx) : NULL;
}

// Those of the last hour, on our own clock.
static void remember_tries(Pilot *p)
{
    const Holds *all = pilot_holds(p);
    const Snapshot *s = p->snapshot;
    if (p->knows_tries || all == NULL) {
        return;
    }
    p->knows_tries = true;
    for (size_t i = 0; i < all->n_tries; i++) {
        const HoldTry *t = &all->tries[i];
        if (hold_try_concerns(t, s)) {
            int64_t ago_ms = s->wall_ms > t->at_ms ? s->wall_ms - t->at_ms : 0;
            auto_moved(&p->automatic, t->replica, t->donor, t->target, false, s->now_ms - ago_ms);
        }
    }
}

void pilot_heed_holds(Pilot *p)
{
    const Hold *brake = p->health->brake;
    Automatic *a = &p->automatic;
    remember_tries(p);
    if (brake != NULL && !a->brake) {
        char since[16];
        auto_brake(a, brake->reason);
        pilot_tell(p, EVENT_BRAKE, LEVEL_WARNING, NULL,
                   "the brake is on since %s (%s): a person has to release it",
                   format_wall(since, sizeof(since), brake->since_ms), brake->reason);
    } else if (brake == NULL && a->brake && p->brake_kept) {
        auto_release(a);
        pilot_tell(p, EVENT_BRAKE, LEVEL_INFO, NULL, "the brake was released");
    }
    p->brake_kept = brake != NULL;
}

void pilot_keep_brake(Pilot *p)
{
    Error err = {0};
    if (!p->automatic.brake || p->brake_kept || p->options.read_only ||
        p->world.keep_brake == NULL) {
        return;
    }
    if (p->world.keep_brake(p->world.ctx, p->automatic.brake_why, &err)) {
        p->brake_kept = true;
        p->brake_unkept = false;
    } else if (!p->brake_unkept) { // it is tried again in every round, but told once
        p->brake_unkept = true;
        pilot_tell(p, EVENT_BRAKE, LEVEL_CRITICAL, NULL,
                   "the brake is on, but would not survive a restart: %s", err.text);
    }
}
