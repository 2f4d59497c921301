#include "rehome/app/engine.h"

#include <ev.h>
#include <stdio.h>

#include "engine_parts.h"
#include "rehome/base/mem.h"

void engine_tell(Engine *e, EventCode code, Level level, const char *text)
{
    Event event = event_make(code, level, poller_wall_ms(), NULL, "%s", text);
    e->listener.event(e->listener.ctx, &event);
}

static void on_round(void *ctx, const RoundInput *in, bool full)
{
    Engine *e = ctx;
    if (engine_take_round(e, in)) {
        poller_follow(e->poller, engine_health(e)->snapshot);
        engine_feed_rehearsal(e, full);
        engine_after_pilot(e);
        poller_hurry(e->poller, pilot_is_hurried(e->pilot));
    }
    e->listener.round(e->listener.ctx);
}

Engine *engine_new(struct ev_loop *loop, const EngineOptions *options,
                   const EngineListener *listener)
{
    Engine *e = mem_alloc(sizeof(*e));
    e->loop = loop;
    e->listener = *listener;
    e->labels = options->labels;
    e->aliases = options->aliases;
    e->hooks = (Hooks){
        .before = options->before_move,
        .after = options->after_move,
        .timeout_ms = options->hook_timeout_ms,
    };
    snprintf(e->trouble, sizeof(e->trouble), "no answer yet");
    ev_init(&e->wake, engine_wake);
    e->wake.data = e;
    e->file = move_file_new(options->state_dir);
    e->holds = hold_file_new(options->state_dir);
    e->read_only = options->read_only;
    PilotOptions pilot = {
        .mode = options->mode,
        .limits = options->limits,
        .floor = options->floor,
        .spread = options->spread,
        .fencing = options->fencing,
        .read_only = options->read_only,
    };
    engine_audit_init(&e->audit, options->audit);
    char host[256];
    LeaseOptions lease;
    if (options->lease != NULL) {
        lease = engine_lease_options(options->lease, host, sizeof(host));
        pilot.lease = &lease;
    }
    PilotWorld world = engine_world(e);
    e->pilot = pilot_new(&pilot, &world);
    PollerListener poller = {.ctx = e, .round = on_round, .answer = engine_answer};
    e->poller = poller_new(loop, &options->poll, options->seeds, options->n_seeds, &poller);
    return e;
}

void engine_free(Engine *e)
{
    if (e == NULL) {
        return;
    }
    ev_timer_stop(e->loop, &e->wake);
    poller_free(e->poller);
    pilot_free(e->pilot);
    engine_audit_done(&e->audit);
    engine_leave_hooks(e);
    move_file_free(e->file);
    hold_file_free(e->holds);
    mem_free(e);
}

const Health *engine_health(const Engine *e)
{
    return pilot_health(e->pilot);
}

const Findings *engine_findings(const Engine *e)
{
    return engine_health(e) == NULL ? NULL : &e->findings;
}

const Pilot *engine_pilot(const Engine *e)
{
    return e->pilot;
}

const char *engine_trouble(const Engine *e)
{
    return e->trouble;
}

bool engine_is_hopeless(const Engine *e)
{
    return e->hopeless;
}

bool engine_move(Engine *e, const MoveSpec *spec, Error *err)
{
    bool ok = pilot_move(e->pilot, spec, poller_now_ms(), err);
    engine_after_pilot(e);
    return ok;
}

bool engine_queue(Engine *e, const MoveSpec *specs, size_t n, QueueKind kind, Error *err)
{
    bool ok = pilot_queue(e->pilot, specs, n, kind, poller_now_ms(), err);
    engine_after_pilot(e);
    return ok;
}

void engine_stop_move(Engine *e)
{
    pilot_stop_move(e->pilot, poller_now_ms());
    engine_after_pilot(e);
}

void engine_rehearse(Engine *e, const MoveSpec *spec,
                     void (*done)(void *ctx, const GateVerdict *verdict), void *ctx)
{
    e->rehearsal = (Rehearsal){
        .spec = *spec,
        .decided_ms = poller_now_ms() - 1, // a near node answers within the same millisecond
        .done = done,
        .ctx = ctx,
    };
    poller_full_round(e->poller);
}

void engine_set_mode(Engine *e, AutoMode mode)
{
    pilot_set_mode(e->pilot, mode);
}

void engine_set_policy(Engine *e, AutoLimits limits, int floor, bool spread, int64_t interval_ms,
                       const char *what)
{
    pilot_set_policy(e->pilot, limits, floor, spread);
    poller_set_interval(e->poller, interval_ms);
    Event event = event_make(EVENT_SETTING, LEVEL_INFO, poller_wall_ms(), NULL, "%s", what);
    event.by = BY_US;
    engine_audit_event(e, &event);
    e->listener.event(e->listener.ctx, &event);
}

void engine_set_labels(Engine *e, const Labels *labels)
{
    e->labels = labels;
}

void engine_refresh(Engine *e)
{
    poller_full_round(e->poller);
}
