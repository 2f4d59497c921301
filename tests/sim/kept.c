// What holds automatic mode back and outlives a process: its brake and its tries, and what people
// asked for.
#include <stdio.h>

#include "answers.h"
#include "history.h"
#include "rehome/base/mem.h"

static const HoldSubject on_brake = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL};

const Holds *kept_holds(void *ctx)
{
    const Instance *in = ctx;
    return in->kept;
}

bool kept_brake(void *ctx, const char *why, Error *err)
{
    Instance *in = ctx;
    if (in->h->disk_full) {
        return fail(err, ERR_IO, "the disk is full");
    }
    const Snapshot *s = pilot_health(in->pilot)->snapshot;
    Hold hold = hold_make(s, &on_brake, "rehome", why, sim_wall_ms(&in->h->w), 0);
    in->is_braked = holds_put(in->kept, &hold, s);
    return in->is_braked;
}

bool kept_try(void *ctx, const MoveSpec *spec, Error *err)
{
    Instance *in = ctx;
    if (in->h->disk_full) {
        return fail(err, ERR_IO, "the disk is full");
    }
    HoldTry attempt = {
        .at_ms = sim_wall_ms(&in->h->w),
        .replica = spec->replica,
        .donor = spec->donor,
        .target = spec->target,
    };
    holds_try(in->kept, &attempt);
    return true;
}

// A pause, or the downtime of a node.
static HoldSubject subject_of(const History *h, const Fault *f)
{
    HoldSubject on = {.kind = HOLD_PAUSE, .scope = HOLD_ON_ALL};
    if (f->kind == FAULT_DOWNTIME) {
        on = (HoldSubject){
            .kind = HOLD_DOWNTIME, .scope = HOLD_ON_NODE, .node = h->w.node[f->node].id};
    }
    return on;
}

void kept_hold(History *h, Fault *f)
{
    Instance *in = &h->instance[0];
    const Health *health = in->alive ? pilot_health(in->pilot) : NULL;
    if (in->kept == NULL || health == NULL) {
        f->ended = true;
        return;
    }
    HoldSubject on = subject_of(h, f);
    Hold hold = hold_make(health->snapshot, &on, "somebody", "", sim_wall_ms(&h->w), 0);
    holds_put(in->kept, &hold, health->snapshot);
    int64_t *since_ms = f->kind == FAULT_PAUSE ? &in->paused_ms : &in->downtime_ms[f->node];
    *since_ms = h->w.now_ms;
    if (f->kind == FAULT_PAUSE) {
        tell(&h->w, "a person pauses us, for %.1f s", (double)f->ms / 1000);
    } else {
        tell(&h->w, "a person works on %d, for %.1f s", port_of(f->node), (double)f->ms / 1000);
    }
}

void kept_end_hold(History *h, const Fault *f)
{
    Instance *in = &h->instance[0];
    HoldSubject on = subject_of(h, f);
    size_t left = 0;
    for (size_t i = 0; i < in->kept->n; i++) {
        if (!hold_subject_eq(&in->kept->at[i].on, &on)) {
            in->kept->at[left++] = in->kept->at[i];
        }
    }
    in->kept->n = left;
    int64_t *since_ms = f->kind == FAULT_PAUSE ? &in->paused_ms : &in->downtime_ms[f->node];
    *since_ms = 0;
    tell(&h->w, f->kind == FAULT_PAUSE ? "the pause is over" : "the work on a node is over");
}

static bool was_held(int64_t since_ms, int64_t decided_ms)
{
    return since_ms != 0 && since_ms < decided_ms;
}

void judge_holds(Instance *in, const Command *c, int target)
{
    History *h = in->h;
    // The hook's yes is heeded on what the last look has shown.
    int64_t decided_ms = h->has_hook ? in->allowed_ms : instance_move(in)->started_ms;
    if (in->is_braked) {
        history_breaks(h, "brake", "we write at %d with the brake on", port_of(c->node));
    }
    if (was_held(in->paused_ms, decided_ms)) {
        history_breaks(h, "paused", "we write at %d though a person has paused us",
                       port_of(c->node));
    }
    const int part[] = {c->node, c->donor, target};
    for (int i = 0; i < 3; i++) {
        if (was_held(in->downtime_ms[part[i]], decided_ms)) {
            history_breaks(h, "downtime", "%d takes part in a move while a person works on it",
                           port_of(part[i]));
        }
    }
}
