#include "rehome/app/engine.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "engine_parts.h"
#include "rehome/base/mem.h"

int64_t engine_now_ms(const Engine *e)
{
    return e->source.now_ms(e->source.ctx);
}

int64_t engine_wall_ms(const Engine *e)
{
    return e->source.wall_ms(e->source.ctx);
}

void engine_emit(Engine *e, const Event *event)
{
    if (e->is_quiet && event_is_ours(event->code)) {
        return;
    }
    engine_feed_event(e, event);
}

void engine_feed_event(Engine *e, const Event *event)
{
    if (e->tap.event != NULL) {
        e->tap.event(e->tap.ctx, event);
    }
    e->listener.event(e->listener.ctx, event);
}

void engine_tell(Engine *e, EventCode code, Level level, const char *text)
{
    Event event = event_make(code, level, engine_wall_ms(e), NULL, "%s", text);
    engine_emit(e, &event);
}

// Of all that is kept, what this cluster is held by: a tape may be given away.
static void take_holds(Engine *e, const Snapshot *s, TapeRound *round)
{
    const Holds *all = engine_holds(e);
    Hold *at = arena_array(s->arena, all->n, sizeof(*at));
    round->holds = at;
    round->unkept = all->unkept;
    for (size_t i = 0; i < all->n; i++) {
        if (!hold_is_over(&all->at[i], s->wall_ms) && hold_concerns(&all->at[i], s)) {
            at[round->n_holds++] = all->at[i];
        }
    }
    HoldTry *tries = arena_array(s->arena, all->n_tries, sizeof(*tries));
    round->tries = tries;
    for (size_t i = 0; i < all->n_tries; i++) {
        if (hold_try_concerns(&all->tries[i], s)) {
            tries[round->n_tries++] = all->tries[i];
        }
    }
}

void engine_tap_round(Engine *e, const RoundInput *in, const Snapshot *s)
{
    const Move *last = pilot_last_move(e->pilot);
    if (e->tap.after != NULL && last != NULL && move_is_over(last)) {
        e->tap.after(e->tap.ctx, last); // it may have ended since the round before
    }
    if (e->tap.round != NULL) {
        TapeRound round = {
            .in = *in,
            .notice = e->source.notice(e->source.ctx),
            .mode = pilot_automatic(e->pilot)->mode,
        };
        pilot_own(e->pilot, &round.in_flight, &round.written);
        take_holds(e, s, &round);
        e->tap.round(e->tap.ctx, &round);
    }
}

static void on_round(void *ctx, const RoundInput *in, bool full)
{
    Engine *e = ctx;
    if (engine_take_round(e, in)) {
        e->source.follow(e->source.ctx, engine_health(e)->snapshot);
        engine_feed_rehearsal(e, full);
        engine_after_pilot(e);
        e->source.hurry(e->source.ctx, pilot_is_hurried(e->pilot));
    }
    if (e->tap.after != NULL) {
        e->tap.after(e->tap.ctx, pilot_last_move(e->pilot));
    }
    e->listener.round(e->listener.ctx);
}

void engine_feed(Engine *e, const TapeRound *round)
{
    e->own_in_flight = round->in_flight;
    e->own_written = round->written;
    snprintf(e->taped_holds->unkept, sizeof(e->taped_holds->unkept), "%s", round->unkept);
    e->taped_holds->n = round->n_holds;
    memcpy(e->taped_holds->at, round->holds, round->n_holds * sizeof(*round->holds));
    e->taped_holds->n_tries = round->n_tries;
    memcpy(e->taped_holds->tries, round->tries, round->n_tries * sizeof(*round->tries));
    on_round(e, &round->in, false);
}

void engine_feed_move(Engine *e, const Move *m)
{
    pilot_taped_move(e->pilot, m);
}

// It calls back later, never from here.
static void begin_source(Engine *e, const EngineOptions *options)
{
    if (options->source != NULL) {
        e->source = *options->source;
        e->taped_holds = mem_alloc(sizeof(*e->taped_holds));
        return;
    }
    PollerListener poller = {.ctx = e, .round = on_round, .answer = engine_answer};
    e->poller = poller_new(e->loop, &options->poll, options->seeds, options->n_seeds, &poller);
    e->source = source_live(e->poller);
}

Engine *engine_new(struct ev_loop *loop, const EngineOptions *options,
                   const EngineListener *listener)
{
    Engine *e = mem_alloc(sizeof(*e));
    e->loop = loop;
    e->listener = *listener;
    e->is_quiet = options->is_quiet;
    if (options->tap != NULL) {
        e->tap = *options->tap;
    }
    begin_source(e, options);
    e->labels = options->labels;
    e->redis_cli = options->redis_cli;
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
    mem_free(e->taped_holds);
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
    bool ok = pilot_move(e->pilot, spec, engine_now_ms(e), err);
    engine_after_pilot(e);
    return ok;
}

bool engine_queue(Engine *e, const MoveSpec *specs, size_t n, QueueKind kind, Error *err)
{
    bool ok = pilot_queue(e->pilot, specs, n, kind, engine_now_ms(e), err);
    engine_after_pilot(e);
    return ok;
}

void engine_stop_move(Engine *e)
{
    pilot_stop_move(e->pilot, engine_now_ms(e));
    engine_after_pilot(e);
}

void engine_rehearse(Engine *e, const MoveSpec *spec,
                     void (*done)(void *ctx, const GateVerdict *verdict), void *ctx)
{
    e->rehearsal = (Rehearsal){
        .spec = *spec,
        .decided_ms = engine_now_ms(e) - 1, // a near node answers within the same millisecond
        .done = done,
        .ctx = ctx,
    };
    e->source.round(e->source.ctx, true);
}

void engine_set_mode(Engine *e, AutoMode mode)
{
    pilot_set_mode(e->pilot, mode);
}

void engine_set_policy(Engine *e, AutoLimits limits, int floor, bool spread, int64_t interval_ms,
                       const char *what)
{
    pilot_set_policy(e->pilot, limits, floor, spread);
    e->source.set_interval(e->source.ctx, interval_ms);
    Event event = event_make(EVENT_SETTING, LEVEL_INFO, engine_wall_ms(e), NULL, "%s", what);
    event.by = BY_US;
    engine_audit_event(e, &event);
    engine_emit(e, &event);
}

void engine_set_login(Engine *e, const char *user, const char *pass)
{
    e->source.set_login(e->source.ctx, user, pass);
}

void engine_set_labels(Engine *e, const Labels *labels)
{
    e->labels = labels;
}

void engine_refresh(Engine *e)
{
    e->source.round(e->source.ctx, true);
}
