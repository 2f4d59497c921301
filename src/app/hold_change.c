#include "hold_change.h"

typedef struct {
    const Hold *hold;
    const HoldSubject *on;
    const HoldTry *attempt;
    const Snapshot *s;
} Change;

static bool begin(void *ctx, Holds *all, Error *err)
{
    const Change *c = ctx;
    return holds_put(all, c->hold, c->s) ||
           fail(err, ERR_REFUSED, "%d holds are kept already: release one first", HOLDS_MAX);
}

static bool end(void *ctx, Holds *all, Error *err)
{
    const Change *c = ctx;
    char what[HOLD_HOST_SIZE + 8];
    if (holds_drop(all, c->on, c->s) > 0) {
        return true;
    }
    hold_subject_text(what, sizeof(what), c->on, c->s);
    switch (c->on->kind) {
    case HOLD_BRAKE:
        return fail(err, ERR_REFUSED, "the brake is not on");
    case HOLD_PAUSE:
        return fail(err, ERR_REFUSED, "automatic mode is not paused");
    case HOLD_DOWNTIME:
    case HOLD_KIND_COUNT:
        break;
    }
    return fail(err, ERR_REFUSED, "%s is not in downtime", what);
}

static bool add_try(void *ctx, Holds *all, Error *err)
{
    (void)err;
    const Change *c = ctx;
    holds_try(all, c->attempt);
    return true;
}

bool hold_change_begin(HoldFile *f, const Hold *hold, const Snapshot *s, int64_t wall_ms,
                       Error *err)
{
    return hold_file_change(f, begin, &(Change){.hold = hold, .s = s}, wall_ms, err);
}

bool hold_change_end(HoldFile *f, const HoldSubject *on, const Snapshot *s, int64_t wall_ms,
                     Error *err)
{
    return hold_file_change(f, end, &(Change){.on = on, .s = s}, wall_ms, err);
}

bool hold_change_try(HoldFile *f, const HoldTry *attempt, int64_t wall_ms, Error *err)
{
    return hold_file_change(f, add_try, &(Change){.attempt = attempt}, wall_ms, err);
}
