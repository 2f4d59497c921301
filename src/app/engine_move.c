// The world of the runner: the journal, the wire, its clock; and what a round means for moves.
#include <stdio.h>

#include "engine_parts.h"

// Flushing a large dataset keeps a replica silent for up to ten minutes (seen by users); nobody has
// told of fifteen.
enum { STUCK_MS = 900000 };

static void ask_round(void *ctx)
{
    Engine *e = ctx;
    if (runner_move(e->runner)->state == MOVE_GATE) {
        poller_full_round(e->poller);
    } else { // from there on it is INFO that tells
        poller_round(e->poller);
    }
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Engine *e = ctx;
    return poller_send(e->poller, node, argc, argv);
}

// A move that never came to a write leaves nothing behind, so its end needs no line.
static bool keep_line(void *ctx, const char *line, Error *err)
{
    Engine *e = ctx;
    const Move *m = runner_move(e->runner);
    if (!move_file_is_open(e->file)) {
        if (move_is_over(m)) {
            return true;
        }
        if (!move_file_open(e->file, m->spec.replica, err)) {
            return false;
        }
    }
    return move_file_append(e->file, line, err);
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return poller_wall_ms();
}

Transport engine_transport(Engine *e)
{
    return (Transport){
        .ctx = e,
        .ask_round = ask_round,
        .send = send_command,
        .journal = keep_line,
        .wall_ms = wall_ms,
    };
}

static void schedule_wake(Engine *e)
{
    ev_timer_stop(e->loop, &e->wake);
    int64_t at = runner_wake_ms(e->runner);
    if (at == 0) {
        return;
    }
    int64_t left = at - poller_now_ms();
    ev_timer_set(&e->wake, left > 0 ? (double)left / 1000 : 0.0, 0.0);
    ev_timer_start(e->loop, &e->wake);
}

void engine_after_runner(Engine *e)
{
    bool busy = runner_is_busy(e->runner);
    if (e->was_busy && !busy) {
        const Move *m = runner_move(e->runner);
        bool manual = m->spec.origin != ORIGIN_AUTO;
        if (m->state != MOVE_REFUSED) {
            auto_moved(&e->automatic, m->spec.replica, m->spec.donor, m->spec.target, manual,
                       poller_now_ms());
        } else if (!manual) {
            auto_refused(&e->automatic, m->spec.target, poller_now_ms());
        }
        move_file_close(e->file);
        poller_full_round(e->poller);
    }
    e->was_busy = busy;
    schedule_wake(e);
}

void engine_wake(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    Engine *e = w->data;
    runner_tick(e->runner, poller_now_ms());
    engine_after_runner(e);
}

void engine_answer(void *ctx, bool late, bool ok, const char *text)
{
    Engine *e = ctx;
    if (late) {
        runner_late(e->runner, poller_now_ms());
    } else {
        runner_reply(e->runner, ok, text, poller_now_ms());
    }
    engine_after_runner(e);
}

// The replica of the move has been silent, or without a master to sync from, for so long that it
// will not get well by itself, and the next orphan waits for this move to end.
static bool move_is_stuck(const Move *m, int64_t now_ms)
{
    bool sent = m->state == MOVE_SYNC || m->state == MOVE_ASK;
    int64_t heard_ms = m->heard_ms > m->state_ms ? m->heard_ms : m->state_ms;
    bool waits_in_vain = m->trouble == TROUBLE_LINK_DOWN || m->trouble == TROUBLE_TARGET_FAILED;
    return sent && !m->stopping && now_ms - (waits_in_vain ? m->state_ms : heard_ms) > STUCK_MS;
}

void engine_feed_runner(Engine *e)
{
    runner_round(e->runner, e->health_before, e->health, poller_now_ms());
    if (runner_is_busy(e->runner) && move_is_stuck(runner_move(e->runner), poller_now_ms())) {
        runner_stop(e->runner, poller_now_ms());
    }
    engine_after_runner(e);
}

void engine_feed_rehearsal(Engine *e, bool full)
{
    Rehearsal *r = &e->rehearsal;
    if (r->done == NULL || !full) {
        return;
    }
    if (++r->rounds < 2) {
        poller_full_round(e->poller);
        return;
    }
    GateAsk ask = {
        .replica = r->spec.replica,
        .donor = r->spec.donor,
        .target = r->spec.target,
        .heal = r->spec.heal,
        .accept_risk = r->spec.accept_risk,
        .force = r->spec.force,
        .decided_ms = r->decided_ms,
    };
    GateVerdict verdict;
    gate_check(&ask, e->health_before, e->health, &verdict);
    void (*done)(void *, const GateVerdict *) = r->done;
    r->done = NULL;
    done(r->ctx, &verdict);
}

// An earlier process may have ended in the middle of a move: say so, and see it through.
void engine_recover(Engine *e)
{
    if (e->recovered || runner_is_busy(e->runner)) {
        return;
    }
    e->recovered = true; // one process leaves at most one behind
    for (size_t i = 0; i < e->snapshot->n_nodes; i++) {
        JournalEntry entry;
        if (!move_file_unfinished(e->file, e->snapshot->nodes[i].id, &entry)) {
            continue;
        }
        Error err;
        if (!runner_resume(e->runner, &entry, poller_now_ms(), &err)) {
            move_file_close(e->file);
            char text[200];
            snprintf(
                text, sizeof(text),
                "an earlier rehome left a move of %s to %s unfinished: start without --read-only "
                "to see it through",
                entry.spec.replica_addr, entry.spec.target_addr);
            engine_tell_text(e, EVENT_REFUSED, LEVEL_WARNING, BY_US, text);
        }
        engine_after_runner(e);
        return;
    }
}
