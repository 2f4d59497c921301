#include "rehome/app/engine.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "engine_parts.h"
#include "rehome/base/mem.h"

// A gap between two rounds that says we slept (suspend, SIGSTOP): what we knew is old.
enum { SLEPT_MS = 15000 };

void engine_tell(void *ctx, const Event *event)
{
    Engine *e = ctx;
    e->listener.event(e->listener.ctx, event);
}

void engine_tell_text(Engine *e, EventCode code, Level level, EventBy by, const char *text)
{
    Event event = event_make(code, level, poller_wall_ms(), NULL, "%s", text);
    event.by = by;
    engine_tell(e, &event);
}

static void decide(Engine *e)
{
    bool changed = false;
    AutoDecision d =
        auto_decide(&e->automatic, e->health, &e->plan, runner_is_busy(e->runner), &changed);
    if (changed && *d.text != '\0') {
        bool bad = d.verdict == AUTO_DECIDE_BLOCKED;
        int at = snapshot_find(e->snapshot, d.target);
        Event event = event_make(strcmp(d.rule, "brake") == 0 ? EVENT_BRAKE : EVENT_DECISION,
                                 bad ? LEVEL_WARNING : LEVEL_INFO, poller_wall_ms(),
                                 at < 0 ? NULL : &e->snapshot->nodes[at], "%s", d.text);
        event.by = BY_US;
        engine_tell(e, &event);
    }
    if (d.verdict != AUTO_DECIDE_ACT) {
        return;
    }
    int replica = snapshot_find(e->snapshot, d.replica);
    int target = snapshot_find(e->snapshot, d.target);
    if (replica >= 0 && target >= 0) {
        MoveSpec spec = engine_spec(e, replica, target, ORIGIN_AUTO);
        engine_move(e, &spec, NULL);
    }
}

static void on_round(void *ctx, const RoundInput *in, bool full)
{
    Engine *e = ctx;
    if (e->round_ms != 0 && in->now_ms - e->round_ms > SLEPT_MS) {
        auto_young(&e->automatic);
    }
    e->round_ms = in->now_ms;
    if (engine_take_round(e, in)) {
        poller_follow(e->poller, e->snapshot);
        engine_feed_runner(e);
        engine_feed_rehearsal(e, full);
        engine_recover(e);
        decide(e);
        poller_hurry(e->poller, engine_should_hurry(e));
    }
    e->listener.round(e->listener.ctx);
}

Engine *engine_new(struct ev_loop *loop, const EngineOptions *options,
                   const EngineListener *listener)
{
    Engine *e = mem_alloc(sizeof(*e));
    e->loop = loop;
    e->listener = *listener;
    e->floor = options->floor;
    e->labels = options->labels;
    e->fencing = options->fencing;
    snprintf(e->trouble, sizeof(e->trouble), "no answer yet");
    ev_init(&e->wake, engine_wake);
    e->wake.data = e;
    auto_init(&e->automatic, options->mode, options->limits);
    e->file = move_file_new(options->state_dir);
    Transport transport = engine_transport(e);
    e->runner = runner_new(&transport, options->read_only, engine_tell, e);
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
    runner_free(e->runner);
    move_file_free(e->file);
    snapshot_free(e->before);
    snapshot_free(e->snapshot);
    mem_free(e);
}

const Health *engine_health(const Engine *e)
{
    return e->health;
}

const Findings *engine_findings(const Engine *e)
{
    return e->health == NULL ? NULL : &e->findings;
}

const Plan *engine_plan(const Engine *e)
{
    return e->health == NULL ? NULL : &e->plan;
}

const char *engine_trouble(const Engine *e)
{
    return e->trouble;
}

bool engine_is_hopeless(const Engine *e)
{
    return e->hopeless;
}

const Automatic *engine_automatic(const Engine *e)
{
    return &e->automatic;
}

const Runner *engine_runner(const Engine *e)
{
    return e->runner;
}

bool engine_move(Engine *e, const MoveSpec *spec, Error *err)
{
    MoveSpec fenced = *spec; // may be the last move's own
    fenced.fencing = e->fencing;
    bool ok = runner_start(e->runner, &fenced, poller_now_ms(), err);
    engine_after_runner(e);
    return ok;
}

void engine_stop_move(Engine *e)
{
    runner_stop(e->runner, poller_now_ms());
    engine_after_runner(e);
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
    auto_set_mode(&e->automatic, mode);
    char text[80];
    snprintf(text, sizeof(text), "automatic mode is now %s", auto_mode_text(mode));
    engine_tell_text(e, EVENT_AUTO_MODE, mode == AUTO_ACT ? LEVEL_WARNING : LEVEL_INFO, BY_US,
                     text);
}

void engine_release(Engine *e)
{
    auto_release(&e->automatic);
    engine_tell_text(e, EVENT_BRAKE, LEVEL_INFO, BY_US, "the brake was released by hand");
}

void engine_refresh(Engine *e)
{
    poller_full_round(e->poller);
}

MoveSpec engine_spec(const Engine *e, int replica, int target, MoveOrigin origin)
{
    const Node *r = &e->snapshot->nodes[replica];
    const Node *t = &e->snapshot->nodes[target];
    MoveSpec spec = {
        .replica = r->id,
        .donor = r->master_id,
        .target = t->id,
        .origin = origin,
        .heal = e->health->of[target].master == STATE_ORPHANED,
    };
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), "%s", r->addr);
    snprintf(spec.target_addr, sizeof(spec.target_addr), "%s", t->addr);
    if (r->master >= 0) {
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s",
                 e->snapshot->nodes[r->master].addr);
    }
    return spec;
}
