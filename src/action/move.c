#include "rehome/action/move.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "move_parts.h"
#include "rehome/base/mem.h"

#define TO(state) (1U << MOVE_##state)

// Every way from state to state there is; move_to() holds the machine to it. DONE, REFUSED and
// FAILED lead nowhere.
static const unsigned edges[MOVE_STATE_COUNT] = {
    [MOVE_GATE] = TO(FENCE_READ) | TO(REPLICATE) | TO(REFUSED) | TO(FAILED),
    [MOVE_FENCE_READ] = TO(FENCE) | TO(REPLICATE) | TO(UNFENCE) | TO(REFUSED) | TO(FAILED),
    [MOVE_FENCE] = TO(FENCE_READ) | TO(REPLICATE) | TO(UNFENCE) | TO(REFUSED) | TO(FAILED),
    [MOVE_REPLICATE] = TO(ASK) | TO(SYNC) | TO(UNFENCE) | TO(FAILED),
    [MOVE_ASK] = TO(SYNC) | TO(UNFENCE) | TO(FAILED),
    [MOVE_SYNC] = TO(UNFENCE) | TO(DONE) | TO(FAILED),
    [MOVE_UNFENCE] = TO(DONE) | TO(REFUSED) | TO(FAILED),
};

const char *move_state_text(MoveState state)
{
    static const char *const texts[MOVE_STATE_COUNT] = {
#define X(name, text, waits_for, limit_ms) [MOVE_##name] = text,
        MOVE_STATES(X)
#undef X
    };
    return texts[state];
}

int64_t move_limit_ms(const Move *m)
{
    static const int64_t limits[MOVE_STATE_COUNT] = {
#define X(name, text, waits_for, limit_ms) [MOVE_##name] = limit_ms,
        MOVE_STATES(X)
#undef X
    };
    return limits[m->state];
}

const char *move_origin_text(MoveOrigin origin)
{
    static const char *const texts[] = {
        [ORIGIN_MANUAL] = "manual",
        [ORIGIN_AUTO] = "auto",
        [ORIGIN_UNDO] = "undo",
        [ORIGIN_COMMAND] = "command",
    };
    return texts[origin];
}

bool fence_may_be_ours(Fence fence)
{
    return fence == FENCE_SET || fence == FENCE_MAYBE;
}

Move *move_new(const MoveSpec *spec, int64_t now_ms)
{
    Move *m = mem_alloc(sizeof(*m));
    *m = (Move){
        .spec = *spec,
        .state = MOVE_GATE,
        .serial = now_ms,
        .started_ms = now_ms,
        .state_ms = now_ms,
        .stage = REPLICA_UNVERIFIED,
        .sync_permille = -1,
        .sync_bytes = -1,
        .total_bytes = -1,
        .rate_bytes_s = -1,
        .eta_s = -1,
        .goal = spec->target,
        .goal_slot = -1,
        .gap_bytes = -1,
    };
    memcpy(m->goal_addr, spec->target_addr, sizeof(m->goal_addr));
    move_say(m, "checking the gate: waiting for two fresh rounds");
    return m;
}

void move_free(Move *m)
{
    mem_free(m);
}

bool move_is_over(const Move *m)
{
    return m->state == MOVE_DONE || m->state == MOVE_REFUSED || m->state == MOVE_FAILED;
}

bool move_may_wait_in_vain(const Move *m)
{
    return m->trouble == TROUBLE_LINK_DOWN || m->trouble == TROUBLE_TARGET_FAILED ||
           m->trouble == TROUBLE_TARGET_SILENT || m->trouble == TROUBLE_SYNC_AGAIN;
}

void move_say(Move *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(m->why, sizeof(m->why), format, args);
    va_end(args);
}

void move_to(Move *m, MoveState state, int64_t now_ms, const char *why_format, ...)
{
    assert((edges[m->state] & (1U << state)) != 0);
    m->spent_ms[m->state] += now_ms - m->state_ms;
    m->state = state;
    m->state_ms = now_ms;
    m->waiting = false;
    m->asked_ms = 0;
    m->pause_ms = 0;
    m->trouble = TROUBLE_NONE;
    va_list args;
    va_start(args, why_format);
    vsnprintf(m->why, sizeof(m->why), why_format, args);
    va_end(args);
}

static MoveEffect move_wait(Move *m, int64_t until_ms)
{
    (void)m;
    return (MoveEffect){.kind = EFFECT_WAIT, .until_ms = until_ms};
}

MoveEffect move_round(Move *m, int64_t now_ms)
{
    m->asked_ms = now_ms;
    m->pause_ms = 0;
    MoveEffect e = move_idle(m, now_ms);
    e.kind = EFFECT_ROUND;
    return e;
}

MoveEffect move_pause(Move *m, int64_t now_ms, int64_t ms)
{
    m->asked_ms = 0;
    m->pause_ms = now_ms + ms;
    return move_idle(m, now_ms);
}

MoveEffect move_send(Move *m, bool is_write, int64_t now_ms, const char *a, const char *b,
                     const char *c, const char *d)
{
    m->waiting = true;
    m->sent_ms = now_ms;
    m->pause_ms = 0;
    MoveEffect e = move_idle(m, now_ms);
    e.kind = EFFECT_SEND;
    e.node = m->spec.replica;
    e.is_write = is_write;
    e.journal = is_write;
    const char *args[MOVE_ARGS] = {a, b, c, d};
    while (e.argc < MOVE_ARGS && args[e.argc] != NULL) {
        e.argv[e.argc] = args[e.argc];
        e.argc++;
    }
    return e;
}

MoveEffect move_idle(Move *m, int64_t now_ms)
{
    (void)now_ms;
    int64_t until = 0;
    if (m->waiting) {
        until = m->sent_ms + move_limit_ms(m) + LATE_MARGIN_MS;
    } else if (m->pause_ms != 0) {
        until = m->pause_ms;
    } else if (m->asked_ms != 0) {
        until = m->asked_ms + ROUND_AGAIN_MS;
    }
    if (m->state == MOVE_GATE) {
        int64_t end = m->state_ms + move_limit_ms(m);
        until = until == 0 || until > end ? end : until;
    }
    return move_wait(m, until);
}

MoveEffect move_finish(Move *m, MoveState as, int64_t now_ms, const char *why)
{
    move_to(m, as, now_ms, "%s", why);
    m->ended_ms = now_ms;
    return (MoveEffect){.kind = EFFECT_OVER, .journal = !m->unfinished};
}

MoveEffect move_end(Move *m, MoveState as, int64_t now_ms, const char *why_format, ...)
{
    char why[sizeof(m->end_why)];
    va_list args;
    va_start(args, why_format);
    vsnprintf(why, sizeof(why), why_format, args);
    va_end(args);
    if (!fence_may_be_ours(m->fence)) {
        return move_finish(m, as, now_ms, why);
    }
    m->end_as = as;
    memcpy(m->end_why, why, sizeof(m->end_why));
    return unfence_enter(m, now_ms);
}

const Node *move_node(const Health *h, NodeId id)
{
    int i = snapshot_find(h->snapshot, id);
    return i < 0 ? NULL : &h->snapshot->nodes[i];
}

bool node_answered(const Node *n)
{
    return n != NULL && n->says != NULL && n->says->reach == REACH_OK && n->says->has_info;
}

static bool is_answer(MoveInputKind kind)
{
    return kind == INPUT_REPLY || kind == INPUT_LATE || kind == INPUT_UNSENT;
}

static bool uses_rounds(MoveState state)
{
    return state == MOVE_GATE || state == MOVE_ASK || state == MOVE_SYNC;
}

MoveEffect move_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    static MoveEffect (*const steps[MOVE_STATE_COUNT])(Move *, const MoveInput *, int64_t) = {
        [MOVE_GATE] = gate_step,       [MOVE_FENCE_READ] = fence_read_step,
        [MOVE_FENCE] = fence_step,     [MOVE_REPLICATE] = replicate_step,
        [MOVE_ASK] = ask_step,         [MOVE_SYNC] = sync_step,
        [MOVE_UNFENCE] = unfence_step,
    };
    if (move_is_over(m)) {
        return (MoveEffect){.kind = EFFECT_OVER};
    }
    MoveInput input = *in;
    if (is_answer(input.kind) && !m->waiting) {
        return move_idle(m, now_ms); // an answer to something given up before
    }
    if (input.kind == INPUT_ROUND && (m->state == MOVE_FENCE_READ || m->state == MOVE_FENCE)) {
        gate_look_again(m, input.before, input.health);
    }
    if (input.kind == INPUT_ROUND && !uses_rounds(m->state)) {
        input.kind = INPUT_TICK;
    }
    if (input.kind == INPUT_TICK && m->waiting &&
        now_ms >= m->sent_ms + move_limit_ms(m) + LATE_MARGIN_MS) {
        input.kind = INPUT_LATE;
    }
    if (is_answer(input.kind)) {
        m->waiting = false;
    }
    if (input.reply == NULL) {
        input.reply = "";
    }
    if (input.kind == INPUT_STOP) {
        m->stopping = true;
    }
    return steps[m->state](m, &input, now_ms);
}
