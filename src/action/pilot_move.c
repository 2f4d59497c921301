// The pilot's hands: a move from the wish to its end, with hook and journal, and what a round means
// for the one under way.
#include <stdio.h>

#include "pilot_parts.h"

// Flushing a large dataset keeps a replica silent for up to ten minutes (seen by users); nobody has
// told of fifteen.
enum { STUCK_MS = 900000 };

// --- the world of the runner

static void ask_round(void *ctx)
{
    Pilot *p = ctx;
    // After the gate it is INFO that tells.
    p->world.ask_round(p->world.ctx, runner_move(p->runner)->state == MOVE_GATE);
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Pilot *p = ctx;
    return p->world.send(p->world.ctx, node, argc, argv);
}

// A move that never came to a write leaves nothing behind, so its end needs no line.
static bool keep_line(void *ctx, const char *line, Error *err)
{
    Pilot *p = ctx;
    const Move *m = runner_move(p->runner);
    if (!p->journal_is_open) {
        if (move_is_over(m)) {
            return true;
        }
        if (!p->world.open_journal(p->world.ctx, m->spec.replica, err)) {
            return false;
        }
        p->journal_is_open = true;
        // Now it writes for the first time: from here on it counts.
        if (m->spec.origin == ORIGIN_AUTO && p->world.keep_try != NULL &&
            !p->world.keep_try(p->world.ctx, &m->spec, err)) {
            return false;
        }
    }
    return p->world.keep_line(p->world.ctx, line, err);
}

static void close_journal(Pilot *p)
{
    if (p->journal_is_open) {
        p->world.close_journal(p->world.ctx);
        p->journal_is_open = false;
    }
}

static int64_t wall_ms(void *ctx)
{
    Pilot *p = ctx;
    return p->world.wall_ms(p->world.ctx);
}

Transport pilot_transport(Pilot *p)
{
    return (Transport){
        .ctx = p,
        .ask_round = ask_round,
        .send = send_command,
        .journal = keep_line,
        .may_write = pilot_may_write,
        .wall_ms = wall_ms,
    };
}

// A move ended: automatic mode heeds it, whoever wished it.
static void count(Pilot *p, const Move *m, bool is_counted, int64_t now_ms)
{
    bool manual = m->spec.origin != ORIGIN_AUTO;
    if (m->state != MOVE_REFUSED && !is_counted) {
        auto_moved(&p->automatic, m->spec.replica, m->spec.donor, m->spec.target, manual, now_ms);
    } else if (m->state == MOVE_REFUSED && !manual) {
        auto_refused(&p->automatic, m->spec.target,
                     m->verdict.open ? AUTO_REFUSER_FENCE : AUTO_REFUSER_GATE, now_ms);
        if (!m->verdict.open && m->verdict.refused_by == GATE_CANDIDATE) {
            p->passed_over = m->spec.replica;
        }
    }
    if (m->state == MOVE_DONE) {
        p->passed_over = (NodeId){0};
    }
}

void pilot_taped_move(Pilot *p, const Move *m)
{
    p->taped_is_busy = !move_is_over(m);
    if (p->taped_is_busy) {
        p->taped_started_ms = m->started_ms;
    } else if (p->taped_started_ms == m->started_ms) {
        p->taped_started_ms = 0; // it is counted once
        count(p, m, false, m->ended_ms);
    }
}

// After every call into the runner: notices the end of a move.
static void after_runner(Pilot *p, int64_t now_ms)
{
    bool busy = runner_is_busy(p->runner);
    if (p->was_busy && !busy) {
        const Move *m = runner_move(p->runner);
        bool manual = m->spec.origin != ORIGIN_AUTO;
        // What an earlier process began by itself it also kept as a try.
        bool counted = p->is_resumed && !manual && p->knows_tries;
        p->is_resumed = false;
        count(p, m, counted, now_ms);
        close_journal(p);
        pilot_note_left(p, m, now_ms);
        pilot_queue_ended_one(p,
                              m->state == MOVE_DONE      ? QUEUED_DONE
                              : m->state == MOVE_REFUSED ? QUEUED_REFUSED
                                                         : QUEUED_FAILED,
                              m->why);
        p->world.ask_round(p->world.ctx, true);
        if (p->world.move_over != NULL) {
            p->world.move_over(p->world.ctx, m);
        }
    }
    p->was_busy = busy;
}

void pilot_reply(Pilot *p, bool ok, const char *text, int64_t now_ms)
{
    runner_reply(p->runner, ok, text, now_ms);
    after_runner(p, now_ms);
}

void pilot_late(Pilot *p, int64_t now_ms)
{
    runner_late(p->runner, now_ms);
    after_runner(p, now_ms);
}

void pilot_tick(Pilot *p, int64_t now_ms)
{
    runner_tick(p->runner, now_ms);
    after_runner(p, now_ms);
    pilot_lease_go_on(p, now_ms);
}

int64_t pilot_wake_ms(const Pilot *p)
{
    int64_t move_ms = runner_wake_ms(p->runner);
    int64_t lease_ms = p->lease == NULL ? 0 : lease_wake_ms(p->lease);
    if (move_ms == 0 || lease_ms == 0) {
        return move_ms + lease_ms;
    }
    return move_ms < lease_ms ? move_ms : lease_ms;
}

// --- begin and stop

MoveSpec pilot_spec(const Pilot *p, int replica, int target, MoveOrigin origin)
{
    const Node *r = &p->snapshot->nodes[replica];
    const Node *t = &p->snapshot->nodes[target];
    MoveSpec spec = {
        .replica = r->id,
        .donor = r->master_id,
        .target = t->id,
        .origin = origin,
        .purpose = p->health->of[target].master == STATE_ORPHANED ? PURPOSE_HEAL : PURPOSE_MANUAL,
    };
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), "%s", r->addr);
    snprintf(spec.target_addr, sizeof(spec.target_addr), "%s", t->addr);
    if (r->master >= 0) {
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s",
                 p->snapshot->nodes[r->master].addr);
    }
    return spec;
}

static bool start(Pilot *p, const MoveSpec *spec, int64_t now_ms, Error *err)
{
    pilot_lease_warn(p, spec, now_ms);
    bool ok = runner_start(p->runner, spec, now_ms, err);
    after_runner(p, now_ms);
    return ok;
}

bool pilot_may_begin(const Pilot *p, Error *err)
{
    if (p->is_asking) {
        return fail(err, ERR_REFUSED, "a move is about to begin: %s to %s", p->asking.replica_addr,
                    p->asking.target_addr);
    }
    return runner_may_start(p->runner, err);
}

bool pilot_begin(Pilot *p, const MoveSpec *spec, int64_t now_ms, Error *err)
{
    if (!pilot_may_begin(p, err)) {
        return false;
    }
    MoveSpec fenced = *spec; // may be the last move's own
    fenced.fencing = p->options.fencing;
    if (p->world.ask_hook != NULL && p->world.ask_hook(p->world.ctx, &fenced)) {
        p->is_asking = true;
        p->asking = fenced;
        p->asking_ms = now_ms;
        return true;
    }
    return start(p, &fenced, now_ms, err);
}

bool pilot_move(Pilot *p, const MoveSpec *spec, int64_t now_ms, Error *err)
{
    if (queue_is_on(&p->queue)) {
        return fail(err, ERR_REFUSED, "a queue of moves is under way: one at a time");
    }
    return pilot_begin(p, spec, now_ms, err);
}

static void call_off(Pilot *p, const char *why)
{
    const MoveSpec *spec = &p->asking;
    const Node about = {.id = spec->replica, .addr = spec->replica_addr};
    p->is_asking = false;
    pilot_tell(p, EVENT_REFUSED, LEVEL_WARNING, &about, "%s: %s", spec->replica_addr, why);
    pilot_queue_ended_one(p, QUEUED_REFUSED, why);
}

static void drop_asking(Pilot *p, AutoRefuser by, const char *why, int64_t now_ms)
{
    call_off(p, why);
    if (p->asking.origin == ORIGIN_AUTO) {
        auto_refused(&p->automatic, p->asking.target, by, now_ms);
    }
}

static bool is_in_downtime(const Pilot *p, NodeId id)
{
    int i = snapshot_find(p->snapshot, id);
    return i >= 0 && p->health->of[i].downtime != NULL;
}

// While the hook was thinking, or the gate was waited for, somebody may have switched automatic
// mode off, paused it, or begun to work on one of the nodes; its brake may be on.
bool pilot_is_held(const Pilot *p, const MoveSpec *spec, char *why, size_t size)
{
    if (spec->origin != ORIGIN_AUTO) {
        return false;
    }
    AutoCheck check[AUTO_RULE_COUNT];
    auto_check(&p->automatic, p->health, NULL, check);
    for (int rule = 0; rule < AUTO_RULE_BUSY; rule++) {
        if (!check[rule].passed) {
            snprintf(why, size, "%s", check[rule].text);
            return true;
        }
    }
    bool is_worked_on = is_in_downtime(p, spec->replica) || is_in_downtime(p, spec->donor) ||
                        is_in_downtime(p, spec->target);
    snprintf(why, size, "%s",
             is_worked_on ? "one of its nodes is in downtime" : "automatic mode only observes");
    return is_worked_on || p->automatic.mode != AUTO_ACT;
}

void pilot_hook_answer(Pilot *p, bool allowed, const char *text, int64_t now_ms)
{
    if (!p->is_asking) {
        return;
    }
    if (!allowed) {
        drop_asking(p, AUTO_REFUSER_HOOK, text, now_ms);
        return;
    }
    char held[240];
    char why[320];
    if (pilot_is_held(p, &p->asking, held, sizeof(held))) {
        snprintf(why, sizeof(why), "called off while the hook was asked: %s", held);
        call_off(p, why);
        return;
    }
    p->is_asking = false;
    MoveSpec spec = p->asking;
    Error err = {0};
    if (!start(p, &spec, now_ms, &err)) {
        drop_asking(p, AUTO_REFUSER_GATE, err.text, now_ms);
    }
}

void pilot_stop_move(Pilot *p, int64_t now_ms)
{
    pilot_queue_stop(p);
    if (p->is_asking) {
        p->world.cancel_hook(p->world.ctx);
        drop_asking(p, AUTO_REFUSER_PERSON, "stopped before anything was sent", now_ms);
        return;
    }
    runner_stop(p->runner, now_ms);
    after_runner(p, now_ms);
}

bool pilot_is_busy(const Pilot *p)
{
    return p->taped_is_busy || p->is_asking || runner_is_busy(p->runner) || queue_is_on(&p->queue);
}

const MoveSpec *pilot_asking(const Pilot *p, int64_t *since_ms)
{
    *since_ms = p->is_asking ? p->asking_ms : 0;
    return p->is_asking ? &p->asking : NULL;
}

// --- what a round means for moves

// runner_own() goes on for a while after the end, so that the diff can say who did it. A move that
// ended well must not hide an orphan for so long, nor keep its replica from helping again.
static OwnMove move_in_flight(const Pilot *p)
{
    const Move *m = runner_move(p->runner);
    bool counts = runner_is_busy(p->runner) || (m != NULL && m->unfinished);
    return counts ? runner_own(p->runner) : (OwnMove){0};
}

// What may be told as our doing: before the write went out, whoever moved it was not us.
static OwnMove move_written(const Pilot *p)
{
    const Move *m = runner_move(p->runner);
    return m != NULL && m->write_ms != 0 ? runner_own(p->runner) : (OwnMove){0};
}

void pilot_own(const Pilot *p, OwnMove *in_flight, OwnMove *written)
{
    if (p->world.taped_moves != NULL) {
        p->world.taped_moves(p->world.ctx, in_flight, written);
        return;
    }
    *in_flight = move_in_flight(p);
    *written = move_written(p);
}

// The replica of the move has been silent, or without a master to sync from, for so long that it
// will not get well by itself, and the next orphan waits for this move to end.
static bool move_is_stuck(const Move *m, int64_t now_ms)
{
    bool sent = m->state == MOVE_SYNC || m->state == MOVE_ASK;
    int64_t heard_ms = m->heard_ms > m->state_ms ? m->heard_ms : m->state_ms;
    int64_t since_ms = move_may_wait_in_vain(m) ? m->trouble_ms : heard_ms;
    return sent && !m->stopping && now_ms - since_ms > STUCK_MS;
}

void pilot_feed_runner(Pilot *p, int64_t now_ms)
{
    runner_round(p->runner, p->health_before, p->health, now_ms);
    if (runner_is_busy(p->runner) && move_is_stuck(runner_move(p->runner), now_ms)) {
        runner_stop(p->runner, now_ms);
    }
    after_runner(p, now_ms);
}

void pilot_resume(Pilot *p, const JournalEntry *entry, int64_t now_ms)
{
    p->journal_is_open = true;
    p->is_resumed = runner_resume(p->runner, entry, now_ms, NULL);
    if (!p->is_resumed) {
        close_journal(p);
        pilot_tell(p, EVENT_REFUSED, LEVEL_WARNING, NULL,
                   "an earlier rehome left a move of %s to %s unfinished: start without "
                   "--read-only to see it through",
                   entry->spec.replica_addr, entry->spec.target_addr);
    }
    after_runner(p, now_ms);
}
