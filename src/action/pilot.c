// From a round's picture to what is thought about it, the events between two pictures, and what
// automatic mode makes of them.
#include "rehome/action/pilot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pilot_parts.h"
#include "rehome/base/mem.h"

enum {
    // A gap between two rounds that says we slept (suspend, SIGSTOP): what we knew is old.
    SLEPT_MS = 15000,
    // A gap in which an orphan may have been helped and orphaned again without our seeing it.
    MISSED_MS = 4500,
    // The cluster takes up to one and a half node timeouts to call a node failed.
    HURRY_MS = 30000,
};

void pilot_tell(Pilot *p, EventCode code, Level level, const Node *about, const char *format, ...)
{
    char text[sizeof(((Event *)NULL)->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    Event event = event_make(code, level, p->world.wall_ms(p->world.ctx), about, "%s", text);
    event.by = BY_US;
    p->world.event(p->world.ctx, &event);
}

Pilot *pilot_new(const PilotOptions *options, const PilotWorld *world)
{
    Pilot *p = mem_alloc(sizeof(*p));
    p->options = *options;
    if (p->options.hurry_ms == 0) {
        p->options.hurry_ms = HURRY_MS;
    }
    p->world = *world;
    auto_init(&p->automatic, options->mode, options->limits);
    p->lease = options->lease == NULL ? NULL : lease_new(options->lease);
    Transport transport = pilot_transport(p);
    p->runner = runner_new(&transport, options->read_only, world->event, world->ctx);
    return p;
}

void pilot_free(Pilot *p)
{
    if (p == NULL) {
        return;
    }
    if (p->is_asking) {
        p->world.cancel_hook(p->world.ctx);
    }
    runner_free(p->runner);
    lease_free(p->lease);
    decisions_done(&p->decisions);
    queue_done(&p->queue);
    snapshot_free(p->before);
    snapshot_free(p->snapshot);
    mem_free(p);
}

// --- a round

static bool is_reachable(const Node *n)
{
    return n->says != NULL && n->says->reach == REACH_OK;
}

static bool reach_changed(const Snapshot *before, const Snapshot *after)
{
    for (size_t i = 0; i < after->n_nodes; i++) {
        int was = snapshot_find(before, after->nodes[i].id);
        if (was < 0 || is_reachable(&before->nodes[was]) != is_reachable(&after->nodes[i])) {
            return true;
        }
    }
    return before->n_nodes != after->n_nodes;
}

static bool anybody_suspected(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (node_has(&s->nodes[i], NODE_PFAIL)) {
            return true;
        }
    }
    return false;
}

bool pilot_is_hurried(const Pilot *p)
{
    const Move *m = runner_move(p->runner);
    bool deciding = p->is_asking ||
                    (runner_is_busy(p->runner) &&
                     (m->state != MOVE_SYNC || p->round_ms - m->state_ms < p->options.hurry_ms));
    bool disturbed = p->disturbed_ms != 0 && p->round_ms - p->disturbed_ms < p->options.hurry_ms;
    return deciding || disturbed || (p->snapshot != NULL && anybody_suspected(p->snapshot));
}

static void take_picture(Pilot *p, Snapshot *s)
{
    OwnMove in_flight;
    OwnMove own;
    pilot_own(p, &in_flight, &own);
    HealthOptions options = {
        .floor = p->options.floor,
        .spread = p->options.spread,
        .moving = in_flight,
        .passed_over = p->passed_over,
        .holds = pilot_holds(p),
    };
    const Health *health = health_assess(s, p->health, &options);
    snapshot_diff(p->snapshot, s, &own, p->world.event, p->world.ctx);
    health_diff(p->health, health, p->world.event, p->world.ctx);
    if (p->snapshot != NULL && reach_changed(p->snapshot, s)) {
        p->disturbed_ms = p->round_ms;
    }
    p->before = p->snapshot;
    p->health_before = p->health;
    p->snapshot = s;
    p->health = health;
    p->plan = plan_make(health);
}

static void tell_decision(Pilot *p, const AutoDecision *d)
{
    bool bad = d->verdict == AUTO_DECIDE_BLOCKED;
    int at = snapshot_find(p->snapshot, d->target);
    pilot_tell(p, strcmp(d->rule, "brake") == 0 ? EVENT_BRAKE : EVENT_DECISION,
               bad ? LEVEL_WARNING : LEVEL_INFO, at < 0 ? NULL : &p->snapshot->nodes[at], "%s",
               d->text);
}

static bool can_record(Pilot *p)
{
    Error err = {0};
    bool can = p->world.can_record == NULL || p->world.can_record(p->world.ctx, &err);
    snprintf(p->automatic.unrecorded, sizeof(p->automatic.unrecorded), "%s", can ? "" : err.text);
    return can;
}

static void decide(Pilot *p, bool busy, int64_t now_ms)
{
    bool changed = false;
    can_record(p);
    AutoDecision d = auto_decide(&p->automatic, p->health, &p->plan, busy, &changed);
    bool acts = d.verdict == AUTO_DECIDE_ACT;
    if (changed && *d.text != '\0') {
        tell_decision(p, &d);
    }
    if (changed || acts) {
        decisions_add(&p->decisions, p->health, &p->plan, &p->automatic, p->snapshot->wall_ms);
        if (p->world.decided != NULL) {
            p->world.decided(p->world.ctx, &d);
        }
    }
    int replica = snapshot_find(p->snapshot, d.replica);
    int target = snapshot_find(p->snapshot, d.target);
    bool is_tape = p->world.taped_moves != NULL;
    if (acts && !is_tape && replica >= 0 && target >= 0 && can_record(p)) {
        MoveSpec spec = pilot_spec(p, replica, target, ORIGIN_AUTO);
        spec.purpose = d.purpose;
        pilot_move(p, &spec, now_ms, NULL);
    }
}

void pilot_round(Pilot *p, Snapshot *s, int64_t now_ms)
{
    int64_t gap_ms = p->round_ms != 0 ? now_ms - p->round_ms : 0;
    bool slept = gap_ms > SLEPT_MS;
    if (slept || (gap_ms > MISSED_MS && gap_ms > 2 * p->gap_ms)) { // more than is usual here
        auto_young(&p->automatic);
    }
    if (slept) {
        pilot_queue_stop(p); // whoever wished it no longer watches it
    }
    p->gap_ms = gap_ms;
    p->round_ms = now_ms;
    pilot_drop_before(p);
    bool was_busy = pilot_is_busy(p);
    take_picture(p, s);
    pilot_heed_holds(p);
    pilot_lease_round(p, now_ms);
    pilot_feed_runner(p, now_ms);
    pilot_recover(p, now_ms);
    pilot_queue_go_on(p, now_ms);
    // The plan of this round holds the replica of a move that ends in it for promised.
    decide(p, was_busy || pilot_is_busy(p), now_ms);
    pilot_keep_brake(p);
}

void pilot_lose_contact(Pilot *p)
{
    auto_young(&p->automatic);
}

void pilot_drop_before(Pilot *p)
{
    snapshot_free(p->before);
    p->before = NULL;
    p->health_before = NULL;
}

// --- what a person decides, and what others may know

void pilot_set_mode(Pilot *p, AutoMode mode)
{
    auto_set_mode(&p->automatic, mode);
    pilot_tell(p, EVENT_AUTO_MODE, mode == AUTO_ACT ? LEVEL_WARNING : LEVEL_INFO, NULL,
               "automatic mode is now %s", auto_mode_text(mode));
}

void pilot_set_policy(Pilot *p, AutoLimits limits, int floor, bool spread)
{
    auto_set_limits(&p->automatic, limits);
    p->options.floor = floor;
    p->options.spread = spread;
}

void pilot_release(Pilot *p)
{
    auto_release(&p->automatic);
    p->brake_kept = false;
    pilot_tell(p, EVENT_BRAKE, LEVEL_INFO, NULL, "the brake was released by hand");
}

const Health *pilot_health(const Pilot *p)
{
    return p->health;
}

const Health *pilot_health_before(const Pilot *p)
{
    return p->health_before;
}

const Plan *pilot_plan(const Pilot *p)
{
    return p->health == NULL ? NULL : &p->plan;
}

const Automatic *pilot_automatic(const Pilot *p)
{
    return &p->automatic;
}

const Move *pilot_last_move(const Pilot *p)
{
    return runner_move(p->runner);
}

const Decisions *pilot_decisions(const Pilot *p)
{
    return &p->decisions;
}

const Lease *pilot_lease(const Pilot *p)
{
    return p->lease;
}

bool pilot_is_read_only(const Pilot *p)
{
    return runner_is_read_only(p->runner);
}
