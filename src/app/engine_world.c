// The world of the pilot: the wire, the journal files, the clock; and the rehearsal of a move,
// which looks as the gate does and writes nothing.
#include <stdio.h>

#include "engine_parts.h"

static void ask_round(void *ctx, bool full)
{
    Engine *e = ctx;
    e->source.round(e->source.ctx, full);
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Engine *e = ctx;
    return e->source.send(e->source.ctx, CHANNEL_MOVE, node, argc, argv);
}

static bool send_lease(void *ctx, NodeId node, int argc, const char **argv)
{
    Engine *e = ctx;
    return e->source.send(e->source.ctx, CHANNEL_LEASE, node, argc, argv);
}

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    Engine *e = ctx;
    return move_file_open(e->file, replica, err);
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    Engine *e = ctx;
    return move_file_append(e->file, line, err);
}

static void close_journal(void *ctx)
{
    Engine *e = ctx;
    move_file_close(e->file);
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    Engine *e = ctx;
    return move_file_unfinished(e->file, replica, out);
}

static int64_t now_ms(void *ctx)
{
    return engine_now_ms(ctx);
}

static int64_t wall_ms(void *ctx)
{
    return engine_wall_ms(ctx);
}

static void taped_moves(void *ctx, OwnMove *in_flight, OwnMove *written)
{
    const Engine *e = ctx;
    *in_flight = e->own_in_flight;
    *written = e->own_written;
}

static void tell(void *ctx, const Event *event)
{
    Engine *e = ctx;
    engine_audit_event(e, event);
    engine_emit(e, event);
}

static void move_over(void *ctx, const Move *m)
{
    engine_audit_move_over(ctx, m);
    engine_tell_hook(ctx, m);
}

PilotWorld engine_world(Engine *e)
{
    return (PilotWorld){
        .ctx = e,
        .ask_round = ask_round,
        .send = send_command,
        .send_lease = send_lease,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .ask_hook = engine_ask_hook,
        .cancel_hook = engine_cancel_hook,
        .holds = engine_holds,
        .keep_brake = engine_keep_brake,
        .keep_try = engine_keep_try,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = tell,
        .decided = engine_audit_decided,
        .can_record = engine_can_record,
        .move_over = move_over,
        .taped_moves = e->poller == NULL ? taped_moves : NULL,
    };
}

void engine_after_pilot(Engine *e)
{
    ev_timer_stop(e->loop, &e->wake);
    int64_t at = pilot_wake_ms(e->pilot);
    if (at == 0) {
        return;
    }
    int64_t left = at - engine_now_ms(e);
    ev_timer_set(&e->wake, left > 0 ? (double)left / 1000 : 0.0, 0.0);
    ev_timer_start(e->loop, &e->wake);
}

void engine_wake(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    Engine *e = w->data;
    pilot_tick(e->pilot, engine_now_ms(e));
    engine_after_pilot(e);
}

void engine_answer(void *ctx, Channel channel, bool late, bool ok, const char *text)
{
    Engine *e = ctx;
    int64_t now = engine_now_ms(e);
    if (channel == CHANNEL_LEASE && late) {
        pilot_lease_late(e->pilot, now);
    } else if (channel == CHANNEL_LEASE) {
        pilot_lease_reply(e->pilot, ok, text, now);
    } else if (late) {
        pilot_late(e->pilot, now);
    } else {
        pilot_reply(e->pilot, ok, text, now);
    }
    engine_after_pilot(e);
}

void engine_feed_rehearsal(Engine *e, bool full)
{
    Rehearsal *r = &e->rehearsal;
    if (r->done == NULL || !full) {
        return;
    }
    if (++r->rounds < 2) {
        e->source.round(e->source.ctx, true);
        return;
    }
    GateAsk ask = {
        .replica = r->spec.replica,
        .donor = r->spec.donor,
        .target = r->spec.target,
        .purpose = r->spec.purpose,
        .accept_risk = r->spec.accept_risk,
        .force = r->spec.force,
        .decided_ms = r->decided_ms,
    };
    GateVerdict verdict;
    gate_check(&ask, pilot_health_before(e->pilot), pilot_health(e->pilot), &verdict);
    void (*done)(void *, const GateVerdict *) = r->done;
    r->done = NULL;
    done(r->ctx, &verdict);
}
