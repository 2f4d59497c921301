#include "rehome/action/runner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum { OWN_AFTER_MS = 60000 };

struct Runner {
    Transport transport;
    bool read_only;
    EventSink *sink;
    void *sink_ctx;
    Move *move; // in flight or the last one; NULL before the first
    bool busy;
    int64_t wake_ms;
    int64_t now_ms; // of the last call
    uint64_t sent;  // answers come in this order, exactly one for each
    uint64_t answered;
};

Runner *runner_new(const Transport *transport, bool read_only, EventSink *sink, void *sink_ctx)
{
    Runner *r = mem_alloc(sizeof(*r));
    r->transport = *transport;
    r->read_only = read_only;
    r->sink = sink;
    r->sink_ctx = sink_ctx;
    return r;
}

void runner_free(Runner *r)
{
    if (r != NULL) {
        move_free(r->move);
        mem_free(r);
    }
}

__attribute__((format(printf, 4, 5))) static void tell(Runner *r, EventCode code, Level level,
                                                       const char *format, ...)
{
    if (r->sink == NULL) {
        return;
    }
    const MoveSpec *spec = &r->move->spec;
    const Node node = {.id = spec->replica, .addr = spec->replica_addr};
    char text[sizeof(((Event *)NULL)->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    Event event =
        event_make(code, level, r->transport.wall_ms(r->transport.ctx), &node, "%s", text);
    event.by = BY_US;
    r->sink(r->sink_ctx, &event);
}

static void tell_why(Runner *r, EventCode code, Level level)
{
    tell(r, code, level, "%s: %s", r->move->spec.replica_addr, r->move->why);
}

static void tell_start(Runner *r)
{
    const MoveSpec *spec = &r->move->spec;
    tell(r, EVENT_MOVE_STARTED, LEVEL_INFO, "moving %s from %s to %s (%s%s)", spec->replica_addr,
         spec->donor_addr, spec->target_addr, move_origin_text(spec->origin),
         spec->fencing == FENCE_OFF ? ", without a fence" : "");
}

static void tell_resume(Runner *r, const JournalEntry *entry)
{
    const MoveSpec *spec = &entry->spec;
    char clock[16];
    tell(r, EVENT_MOVE_STARTED, LEVEL_WARNING,
         "a move was under way when the last process ended: %s from %s to %s (%s, %s)",
         spec->replica_addr, spec->donor_addr, spec->target_addr, move_state_text(entry->state),
         format_wall(clock, sizeof(clock), entry->wall_ms));
}

static void tell_progress(Runner *r, MoveState was, MoveTrouble trouble_was)
{
    const Move *m = r->move;
    switch (m->state) {
    case MOVE_DONE:
        tell_why(r, EVENT_MOVE_DONE, m->unfinished ? LEVEL_CRITICAL : LEVEL_GOOD);
        break;
    case MOVE_REFUSED:
        tell_why(r, EVENT_REFUSED, LEVEL_WARNING);
        break;
    case MOVE_FAILED:
        tell_why(r, EVENT_MOVE_FAILED, m->unfinished ? LEVEL_CRITICAL : LEVEL_WARNING);
        break;
    case MOVE_GATE:
    case MOVE_FENCE_READ:
    case MOVE_FENCE:
    case MOVE_REPLICATE:
    case MOVE_ASK:
    case MOVE_SYNC:
    case MOVE_UNFENCE:
    case MOVE_STATE_COUNT:
        if (m->state != was) {
            bool unfenced = m->state == MOVE_REPLICATE && m->fence == FENCE_DENIED;
            tell_why(r, EVENT_MOVE_STEP, unfenced ? LEVEL_WARNING : LEVEL_INFO);
        } else if (m->trouble != trouble_was && m->trouble != TROUBLE_NONE) {
            tell_why(r, EVENT_MOVE_STEP, LEVEL_WARNING);
        }
        break;
    }
}

static bool keep_line(Runner *r, Error *err)
{
    char line[JOURNAL_LINE_MAX];
    journal_format(line, r->move, r->transport.wall_ms(r->transport.ctx));
    return r->transport.journal(r->transport.ctx, line, err);
}

// The only place where anything is sent. False: it was not, and why says so.
static bool perform_send(Runner *r, MoveEffect *e, char *why, size_t size)
{
    if (e->is_write && r->read_only) {
        snprintf(why, size, "this is a read-only session");
        return false;
    }
    if (e->is_write || e->journal) {
        Error err = {0};
        if (!keep_line(r, &err)) {
            snprintf(why, size, "no journal: %.180s", err.text);
            return false;
        }
    }
    if (e->is_write && r->transport.may_write != NULL &&
        !r->transport.may_write(r->transport.ctx, why, size)) {
        return false;
    }
    if (!r->transport.send(r->transport.ctx, e->node, e->argc, e->argv)) {
        snprintf(why, size, "no confirmed connection to it");
        return false;
    }
    r->sent++;
    return true;
}

static void end(Runner *r, const MoveEffect *e)
{
    r->busy = false;
    r->wake_ms = 0;
    Error err = {0};
    if (e->journal && !keep_line(r, &err)) {
        tell(r, EVENT_MOVE_STEP, LEVEL_WARNING,
             "%s: the end of the move is missing in the journal: %s", r->move->spec.replica_addr,
             err.text);
    }
}

// Step until there is something to wait for.
static void drive(Runner *r, MoveInput in, int64_t now_ms)
{
    r->now_ms = now_ms;
    char why[200];
    while (r->busy) {
        MoveState was = r->move->state;
        MoveTrouble trouble_was = r->move->trouble;
        MoveEffect e = move_step(r->move, &in, now_ms);
        r->wake_ms = e.until_ms;
        tell_progress(r, was, trouble_was);
        switch (e.kind) {
        case EFFECT_WAIT:
            return;
        case EFFECT_ROUND:
            r->transport.ask_round(r->transport.ctx);
            return;
        case EFFECT_OVER:
            end(r, &e);
            return;
        case EFFECT_SEND:
            if (perform_send(r, &e, why, sizeof(why))) {
                return;
            }
            in = (MoveInput){.kind = INPUT_UNSENT, .reply = why};
            break;
        }
    }
}

bool runner_may_start(const Runner *r, Error *err)
{
    if (r->read_only) {
        return fail(err, ERR_REFUSED, "this is a read-only session: nothing can be moved");
    }
    if (r->busy) {
        return fail(err, ERR_REFUSED, "a move is under way: %s to %s", r->move->spec.replica_addr,
                    r->move->spec.target_addr);
    }
    return true;
}

static bool take(Runner *r, Error *err)
{
    if (!runner_may_start(r, err)) {
        return false;
    }
    move_free(r->move);
    r->move = NULL;
    r->busy = true;
    return true;
}

bool runner_start(Runner *r, const MoveSpec *spec, int64_t now_ms, Error *err)
{
    MoveSpec copy = *spec; // may be the last move's own
    if (!take(r, err)) {
        return false;
    }
    r->move = move_new(&copy, now_ms);
    tell_start(r);
    drive(r, (MoveInput){.kind = INPUT_TICK}, now_ms);
    return true;
}

bool runner_resume(Runner *r, const JournalEntry *entry, int64_t now_ms, Error *err)
{
    if (!take(r, err)) {
        return false;
    }
    r->move = journal_resume(entry, now_ms);
    tell_resume(r, entry);
    drive(r, (MoveInput){.kind = INPUT_TICK}, now_ms);
    return true;
}

void runner_round(Runner *r, const Health *before, const Health *h, int64_t now_ms)
{
    drive(r, (MoveInput){.kind = INPUT_ROUND, .health = h, .before = before}, now_ms);
}

// Is the answer that has just come the one to the last SEND? The move itself knows whether it
// still waits for that.
static bool is_to_last_send(Runner *r)
{
    if (r->answered < r->sent) {
        r->answered++;
    }
    return r->answered == r->sent;
}

void runner_reply(Runner *r, bool ok, const char *text, int64_t now_ms)
{
    if (is_to_last_send(r)) {
        drive(r, (MoveInput){.kind = INPUT_REPLY, .reply_ok = ok, .reply = text}, now_ms);
    }
}

void runner_late(Runner *r, int64_t now_ms)
{
    if (is_to_last_send(r)) {
        drive(r, (MoveInput){.kind = INPUT_LATE}, now_ms);
    }
}

void runner_tick(Runner *r, int64_t now_ms)
{
    drive(r, (MoveInput){.kind = INPUT_TICK}, now_ms);
}

void runner_stop(Runner *r, int64_t now_ms)
{
    drive(r, (MoveInput){.kind = INPUT_STOP}, now_ms);
}

void runner_forbid_writes(Runner *r)
{
    r->read_only = true;
}

bool runner_is_busy(const Runner *r)
{
    return r->busy;
}

bool runner_is_read_only(const Runner *r)
{
    return r->read_only;
}

const Move *runner_move(const Runner *r)
{
    return r->move;
}

int64_t runner_wake_ms(const Runner *r)
{
    return r->wake_ms;
}

OwnMove runner_own(const Runner *r)
{
    const Move *m = r->move;
    if (m == NULL) {
        return (OwnMove){0};
    }
    bool counts = r->busy;
    if (!r->busy && r->now_ms - m->ended_ms < OWN_AFTER_MS) {
        counts = m->state == MOVE_DONE || (m->unfinished && m->write_ms != 0);
    }
    return counts ? (OwnMove){.replica = m->spec.replica, .target = m->goal} : (OwnMove){0};
}
