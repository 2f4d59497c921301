// The writes: FENCE_READ, FENCE, REPLICATE and UNFENCE, all at the replica.
//
// On Redis a moved replica keeps the old shard's offset until its sync starts loading and could win
// an election with the wrong data; cluster-replica-no-failover holds it back.
#include <stdio.h>
#include <string.h>

#include "move_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static const char SETTING[] = "cluster-replica-no-failover";

static MoveEffect replicate_enter(Move *m, int64_t now_ms, const char *fence_note);

static MoveEffect read_setting(Move *m, int64_t now_ms)
{
    return move_send(m, false, now_ms, "CONFIG", "GET", SETTING, NULL);
}

// The value in a CONFIG GET reply, which may come as "name value" with its line end cleaned to '?'.
static StrView setting_value(const char *reply)
{
    StrView value = sv_trim(sv(reply));
    if (sv_starts(value, SETTING)) {
        size_t name = sizeof(SETTING) - 1;
        value = sv_trim(sv_of(value.at + name, value.n - name));
    }
    while (value.n > 0 && value.at[value.n - 1] == '?') {
        value.n--;
    }
    return sv_trim(value);
}

// Nothing was sent, or what was sent is known not to have happened.
static MoveEffect not_moved(Move *m, int64_t now_ms, const char *what, const char *reason)
{
    return move_end(m, MOVE_FAILED, now_ms, "nothing was moved: %s%s%.180s", what,
                    *reason == '\0' ? "" : ": ", reason);
}

static const char *const policies[] = {
    [FENCE_AUTO] = "auto",
    [FENCE_REQUIRE] = "require",
    [FENCE_OFF] = "off",
};

const char *fence_policy_text(FencePolicy policy)
{
    return policies[policy];
}

bool fence_policy_parse(const char *text, FencePolicy *out)
{
    for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
        if (strcmp(text, policies[i]) == 0) {
            *out = (FencePolicy)i;
            return true;
        }
    }
    return false;
}

static MoveEffect refuse_unfenced(Move *m, int64_t now_ms, const char *reason)
{
    const char *lacks = !sv_starts(sv(reason), "NOPERM") ? ""
                        : m->state == MOVE_FENCE_READ    ? "the user lacks +config|get: "
                                                         : "the user lacks +config|set: ";
    return move_end(m, MOVE_REFUSED, now_ms, "fence: required, but %s%.140s", lacks, reason);
}

static MoveEffect refuse_shut(Move *m, int64_t now_ms)
{
    GateRule rule = m->verdict.refused_by;
    return move_end(m, MOVE_REFUSED, now_ms, "the gate shut again: %s: %.160s",
                    gate_rule_text(rule), m->verdict.check[rule].text);
}

static MoveEffect not_fenced(Move *m, int64_t now_ms, const char *reason)
{
    char note[200];
    m->fence = FENCE_DENIED;
    if (m->spec.fencing == FENCE_REQUIRE) {
        return refuse_unfenced(m, now_ms, reason);
    }
    snprintf(note, sizeof(note), "not fenced (%.180s)", reason);
    return replicate_enter(m, now_ms, note);
}

MoveEffect fence_enter(Move *m, int64_t now_ms)
{
    if (m->spec.fencing == FENCE_OFF) {
        m->fence = FENCE_NOT_NEEDED;
        return replicate_enter(m, now_ms, "not fenced, as asked");
    }
    move_to(m, MOVE_FENCE_READ, now_ms, "the gate is open, asking for %s", SETTING);
    return read_setting(m, now_ms);
}

// After an unanswered FENCE: read what came of it.
static MoveEffect read_again(Move *m, const MoveInput *in, int64_t now_ms)
{
    if (in->kind == INPUT_REPLY && in->reply_ok) {
        StrView value = setting_value(in->reply);
        if (sv_is(value, "yes")) {
            m->fence = FENCE_SET;
            return replicate_enter(m, now_ms, "fenced");
        }
        return not_moved(m, now_ms, "the fence was not set in time", "");
    }
    if (in->kind == INPUT_TICK) {
        bool is_due = m->pause_ms != 0 && now_ms >= m->pause_ms;
        return is_due ? read_setting(m, now_ms) : move_idle(m, now_ms);
    }
    if (m->stopping || ++m->tries >= FENCE_TRIES) {
        return not_moved(m, now_ms, "the replica does not say whether it is fenced", "");
    }
    return move_pause(m, now_ms, FENCE_PAUSE_MS);
}

MoveEffect fence_read_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    if (in->kind == INPUT_STOP) {
        return move_end(m, MOVE_FAILED, now_ms, "stopped before anything was moved");
    }
    if (m->fence == FENCE_MAYBE) {
        return read_again(m, in, now_ms);
    }
    switch (in->kind) {
    case INPUT_LATE:
        return not_moved(m, now_ms, "the replica does not answer", "");
    case INPUT_UNSENT:
        return not_moved(m, now_ms, "the replica could not be asked", in->reply);
    case INPUT_REPLY:
        break;
    case INPUT_ROUND:
    case INPUT_TICK:
    case INPUT_STOP:
        return move_idle(m, now_ms);
    }
    if (!in->reply_ok) {
        return not_fenced(m, now_ms, in->reply);
    }
    StrView value = setting_value(in->reply);
    if (sv_is(value, "yes")) {
        m->fence = FENCE_WAS_SET;
        return replicate_enter(m, now_ms, "was fenced before");
    }
    if (value.n == 0) {
        return not_fenced(m, now_ms, "the server has no such setting");
    }
    if (!sv_is(value, "no")) {
        return not_fenced(m, now_ms, "the setting has a value of its own");
    }
    if (m->is_shut) {
        return refuse_shut(m, now_ms);
    }
    m->fence = FENCE_MAYBE;
    move_to(m, MOVE_FENCE, now_ms, "setting the fence, %s yes", SETTING);
    return move_send(m, true, now_ms, "CONFIG", "SET", SETTING, "yes");
}

MoveEffect fence_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    switch (in->kind) {
    case INPUT_REPLY:
        if (!in->reply_ok) {
            return not_fenced(m, now_ms, in->reply);
        }
        m->fence = FENCE_SET;
        return replicate_enter(m, now_ms, "fenced");
    case INPUT_UNSENT:
        m->fence = FENCE_NONE;
        return not_moved(m, now_ms, "the fence could not be set", in->reply);
    case INPUT_LATE:
        move_to(m, MOVE_FENCE_READ, now_ms, "no answer to the fence, asking what came of it");
        m->tries = 0;
        return read_setting(m, now_ms);
    case INPUT_ROUND:
    case INPUT_TICK:
    case INPUT_STOP: // waits for the answer: the fence may be set
        break;
    }
    return move_idle(m, now_ms);
}

static MoveEffect replicate_enter(Move *m, int64_t now_ms, const char *fence_note)
{
    if (m->stopping) {
        return move_end(m, MOVE_FAILED, now_ms, "stopped before anything was moved");
    }
    if (m->is_shut) {
        return refuse_shut(m, now_ms);
    }
    int64_t age_ms = now_ms - m->gate_ms;
    if (age_ms > GATE_EVIDENCE_MS) {
        char age[32];
        return move_end(
            m, MOVE_FAILED, now_ms,
            "the gate was checked %s ago, which is too long: nothing was moved, try again",
            format_seconds(age, sizeof(age), age_ms));
    }
    move_to(m, MOVE_REPLICATE, now_ms, "%s, sending CLUSTER REPLICATE", fence_note);
    m->write_ms = now_ms;
    return move_send(m, true, now_ms, "CLUSTER", "REPLICATE", m->spec.target.hex, NULL);
}

MoveEffect replicate_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    switch (in->kind) {
    case INPUT_REPLY:
        text_clean_into(m->reply, sizeof(m->reply), sv(in->reply));
        if (in->reply_ok) {
            return sync_enter(m, now_ms);
        }
        return move_end(m, MOVE_FAILED, now_ms, "the server refused: %.200s", in->reply);
    case INPUT_UNSENT:
        m->write_ms = 0;
        return not_moved(m, now_ms, "CLUSTER REPLICATE could not be sent", in->reply);
    case INPUT_LATE:
        return ask_enter(m, now_ms);
    case INPUT_ROUND:
    case INPUT_TICK:
    case INPUT_STOP:
        break;
    }
    return move_idle(m, now_ms);
}

static MoveEffect unfence_try(Move *m, int64_t now_ms)
{
    if (m->reading) {
        return read_setting(m, now_ms);
    }
    return move_send(m, true, now_ms, "CONFIG", "SET", SETTING, "no");
}

MoveEffect unfence_enter(Move *m, int64_t now_ms)
{
    m->tries = 0;
    m->reading = m->fence == FENCE_MAYBE || m->resumed;
    move_to(m, MOVE_UNFENCE, now_ms, "lifting the fence");
    return unfence_try(m, now_ms);
}

static MoveEffect unfence_done(Move *m, int64_t now_ms)
{
    m->fence = FENCE_LIFTED;
    return move_finish(m, m->end_as, now_ms, m->end_why);
}

// Nothing more can be done now: say so with the line to type (first, so that no cut loses it), and
// leave the journal open, so that the next start tries again.
static MoveEffect unfence_give_up(Move *m, int64_t now_ms)
{
    StrView host = sv(m->spec.replica_addr); // redis-cli wants IPv6 without brackets
    int port = 6379;
    sv_host_port(host, &host, &port);
    move_say(m, "FENCE STILL ON, lift it: redis-cli -h %.*s -p %d config set %s no; %s",
             (int)host.n, host.at, port, SETTING, m->end_why);
    char why[sizeof(m->why)];
    memcpy(why, m->why, sizeof(why));
    m->unfinished = true;
    return move_finish(m, m->end_as, now_ms, why);
}

static MoveEffect unfence_vain(Move *m, int64_t now_ms)
{
    if (++m->tries >= FENCE_TRIES) {
        return unfence_give_up(m, now_ms);
    }
    return move_pause(m, now_ms, FENCE_PAUSE_MS);
}

MoveEffect unfence_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    switch (in->kind) {
    case INPUT_REPLY:
        if (!m->reading) {
            return in->reply_ok ? unfence_done(m, now_ms) : unfence_vain(m, now_ms);
        }
        m->reading = false;
        // Not "yes": off already, or off by whoever changed it since.
        if (in->reply_ok && !sv_is(setting_value(in->reply), "yes")) {
            return unfence_done(m, now_ms);
        }
        return unfence_try(m, now_ms);
    case INPUT_LATE:
        m->reading = true;
        return unfence_vain(m, now_ms);
    case INPUT_UNSENT:
        return unfence_vain(m, now_ms);
    case INPUT_TICK:
        if (m->pause_ms != 0 && now_ms >= m->pause_ms) {
            return unfence_try(m, now_ms);
        }
        break;
    case INPUT_ROUND:
    case INPUT_STOP:
        break;
    }
    return move_idle(m, now_ms);
}
