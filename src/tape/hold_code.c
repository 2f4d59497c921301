#include "hold_code.h"

void hold_put(StrBuf *out, const Hold *hold, StrView (*rename)(void *ctx, StrView text), void *ctx)
{
    bytes_put(out, hold->on.kind);
    bytes_put(out, hold->on.scope);
    bytes_put_id(out, hold->on.node);
    bytes_put_text(out, rename(ctx, sv(hold->on.host)));
    bytes_put_text(out, rename(ctx, sv(hold->owner)));
    bytes_put_text(out, rename(ctx, sv(hold->reason)));
    bytes_put_signed(out, hold->since_ms);
    bytes_put_signed(out, hold->until_ms);
}

bool hold_get(Bytes *in, Hold *out)
{
    *out = (Hold){0};
    out->on.kind = (HoldKind)bytes_get_below(in, HOLD_KIND_COUNT);
    out->on.scope = (HoldScope)bytes_get_below(in, HOLD_SCOPE_COUNT);
    out->on.node = bytes_get_id(in);
    bytes_get_clean(in, out->on.host, sizeof(out->on.host));
    bytes_get_clean(in, out->owner, sizeof(out->owner));
    bytes_get_clean(in, out->reason, sizeof(out->reason));
    out->since_ms = bytes_get_ms(in);
    out->until_ms = bytes_get_ms(in);
    return !in->is_bad;
}

void hold_put_try(StrBuf *out, const HoldTry *attempt)
{
    bytes_put_signed(out, attempt->at_ms);
    bytes_put_id(out, attempt->replica);
    bytes_put_id(out, attempt->donor);
    bytes_put_id(out, attempt->target);
}

bool hold_get_try(Bytes *in, HoldTry *out)
{
    *out = (HoldTry){.at_ms = bytes_get_ms(in)};
    out->replica = bytes_get_id(in);
    out->donor = bytes_get_id(in);
    out->target = bytes_get_id(in);
    return !in->is_bad;
}
