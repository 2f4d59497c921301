#include "move_code.h"

static void put_spec(StrBuf *out, const MoveSpec *spec)
{
    bytes_put_id(out, spec->replica);
    bytes_put_id(out, spec->donor);
    bytes_put_id(out, spec->target);
    bytes_put_text(out, sv(spec->replica_addr));
    bytes_put_text(out, sv(spec->donor_addr));
    bytes_put_text(out, sv(spec->target_addr));
    bytes_put(out, spec->origin);
    bytes_put(out, spec->purpose);
    bytes_put(out, spec->fencing);
}

void move_put(StrBuf *out, const Move *m)
{
    put_spec(out, &m->spec);
    bytes_put(out, m->state);
    bytes_put(out, m->fence);
    bytes_put(out, m->trouble);
    bytes_put(out, m->stage);
    bytes_put(out, (m->resumed ? 1U : 0U) | (m->stopping ? 2U : 0U) | (m->unfinished ? 4U : 0U));
    bytes_put_signed(out, m->started_ms);
    bytes_put_signed(out, m->state_ms);
    bytes_put_signed(out, m->replicated_ms);
    bytes_put_signed(out, m->write_ms);
    bytes_put_signed(out, m->ended_ms);
    bytes_put_signed(out, m->sync_permille);
    bytes_put_signed(out, m->sync_bytes);
    bytes_put_signed(out, m->total_bytes);
    bytes_put_signed(out, m->rate_bytes_s);
    bytes_put_signed(out, m->eta_s);
    for (size_t i = 0; i < MOVE_STATE_COUNT; i++) {
        bytes_put_signed(out, m->spent_ms[i]);
    }
    bytes_put_text(out, sv(m->reply));
    bytes_put_text(out, sv(m->why));
    bytes_put_id(out, m->goal);
    bytes_put_text(out, sv(m->goal_addr));
}

static void get_spec(Bytes *in, MoveSpec *spec)
{
    spec->replica = bytes_get_id(in);
    spec->donor = bytes_get_id(in);
    spec->target = bytes_get_id(in);
    bytes_get_clean(in, spec->replica_addr, sizeof(spec->replica_addr));
    bytes_get_clean(in, spec->donor_addr, sizeof(spec->donor_addr));
    bytes_get_clean(in, spec->target_addr, sizeof(spec->target_addr));
    spec->origin = (MoveOrigin)bytes_get_below(in, ORIGIN_COMMAND + 1);
    spec->purpose = (MovePurpose)bytes_get_below(in, PURPOSE_COUNT);
    spec->fencing = (FencePolicy)bytes_get_below(in, FENCE_OFF + 1);
}

static int get_permille(Bytes *in)
{
    int64_t permille = bytes_get_signed(in);
    return permille >= 0 && permille <= 1000 ? (int)permille : -1;
}

bool move_get(Bytes *in, Move *out)
{
    *out = (Move){0};
    get_spec(in, &out->spec);
    out->state = (MoveState)bytes_get_below(in, MOVE_STATE_COUNT);
    out->fence = (Fence)bytes_get_below(in, FENCE_LIFTED + 1);
    out->trouble = (MoveTrouble)bytes_get_below(in, TROUBLE_SYNC_AGAIN + 1);
    out->stage = (ReplicaState)bytes_get_below(in, REPLICA_UNVERIFIED + 1);
    uint64_t traits = bytes_get(in);
    out->resumed = (traits & 1) != 0;
    out->stopping = (traits & 2) != 0;
    out->unfinished = (traits & 4) != 0;
    out->started_ms = bytes_get_ms(in);
    out->state_ms = bytes_get_ms(in);
    out->replicated_ms = bytes_get_ms(in);
    out->write_ms = bytes_get_ms(in);
    out->ended_ms = bytes_get_ms(in);
    out->sync_permille = get_permille(in);
    out->sync_bytes = bytes_get_signed(in);
    out->total_bytes = bytes_get_signed(in);
    out->rate_bytes_s = bytes_get_signed(in);
    out->eta_s = bytes_get_signed(in);
    for (size_t i = 0; i < MOVE_STATE_COUNT; i++) {
        out->spent_ms[i] = bytes_get_ms(in);
    }
    bytes_get_clean(in, out->reply, sizeof(out->reply));
    bytes_get_clean(in, out->why, sizeof(out->why));
    out->goal = bytes_get_id(in);
    bytes_get_clean(in, out->goal_addr, sizeof(out->goal_addr));
    return !in->is_bad;
}
