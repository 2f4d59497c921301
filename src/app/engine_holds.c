// Holds between the file and the pilot. Whoever may not write (read-only) heeds them and changes
// none.
//
// A state folder that cannot be written: automatic mode does not act then, though it could. Its
// brake would end with the process, and a service that is started again and again would have no
// limit at all; the journal, which is in the same folder, could not be kept either. It says so in
// every decision and looks again in every round. A person's move is not held back by it (the
// journal has its own word). When the brake trips and cannot be written just then (the disk became
// full), this process keeps it and tries again in every round.
#include "engine_parts.h"
#include "hold_change.h"

const Holds *engine_holds(void *ctx)
{
    Engine *e = ctx;
    if (e->taped_holds != NULL) {
        return e->taped_holds;
    }
    if (!e->read_only && pilot_automatic(e->pilot)->mode == AUTO_ACT) {
        hold_file_try(e->holds, NULL);
    }
    return hold_file_look(e->holds);
}

bool engine_keep_brake(void *ctx, const char *why, Error *err)
{
    Engine *e = ctx;
    const Snapshot *s = engine_health(e)->snapshot;
    HoldSubject on = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL};
    int64_t wall_ms = engine_wall_ms(e);
    Hold hold = hold_make(s, &on, "rehome", why, wall_ms, 0);
    return hold_change_begin(e->holds, &hold, s, wall_ms, err);
}

bool engine_keep_try(void *ctx, const MoveSpec *spec, Error *err)
{
    Engine *e = ctx;
    HoldTry attempt = {
        .at_ms = engine_wall_ms(e),
        .replica = spec->replica,
        .donor = spec->donor,
        .target = spec->target,
    };
    return hold_change_try(e->holds, &attempt, attempt.at_ms, err);
}

static bool may_change(const Engine *e, Error *err)
{
    if (e->read_only) {
        return fail(err, ERR_REFUSED, "read-only: nothing can be held or released");
    }
    return engine_health(e) != NULL || fail(err, ERR_CONNECT, "%s", engine_trouble(e));
}

bool engine_hold(Engine *e, const HoldSubject *on, const char *owner, const char *reason,
                 int64_t for_ms, Error *err)
{
    if (!may_change(e, err)) {
        return false;
    }
    const Snapshot *s = engine_health(e)->snapshot;
    int64_t wall_ms = engine_wall_ms(e);
    Hold hold = hold_make(s, on, owner, reason, wall_ms, for_ms);
    bool ok = hold_change_begin(e->holds, &hold, s, wall_ms, err);
    engine_refresh(e); // what is in force comes with the next picture
    return ok;
}

bool engine_end_hold(Engine *e, const HoldSubject *on, Error *err)
{
    Error why = {0};
    if (!may_change(e, err)) {
        return false;
    }
    bool ended = hold_change_end(e->holds, on, engine_health(e)->snapshot, engine_wall_ms(e), &why);
    // The brake may be on here and not in the file, when it could not be kept.
    bool releases = on->kind == HOLD_BRAKE && pilot_automatic(e->pilot)->brake;
    if (releases && (ended || why.code == ERR_REFUSED)) {
        pilot_release(e->pilot);
        ended = true;
    }
    engine_refresh(e);
    return ended || fail(err, why.code, "%s", why.text);
}
