#include "outcome.h"

#include "rehome/base/mem.h"
#include "value.h"

int64_t outcome_took_ms(const Move *m)
{
    return m->resumed ? -1 : m->ended_ms - m->started_ms;
}

void outcome_add(json_t *document, const Move *m)
{
    bool done = m->state == MOVE_DONE;
    value_set(document, "result", json_string(move_state_text(m->state)));
    value_set(document, "text", value_text(m->why));
    value_set(document, "seconds", value_seconds(outcome_took_ms(m)));
    value_set(document, "bytes", value_known(m->total_bytes > 0 ? m->total_bytes : m->sync_bytes));
    value_set(document, "in_sync_with", done ? value_node(m->goal, m->goal_addr) : json_null());
    value_set(document, "resumed", json_boolean(m->resumed));
    value_set(document, "unfinished", json_boolean(m->unfinished));
}

json_t *outcome_durations(const Move *m)
{
    // What was spent after the write before it was known what came of it counts for itself.
    static const struct {
        const char *name;
        MoveState states[2];
    } parts[] = {
        {"gate", {MOVE_GATE, MOVE_GATE}},
        {"fence", {MOVE_FENCE_READ, MOVE_FENCE}},
        {"replicate", {MOVE_REPLICATE, MOVE_REPLICATE}},
        {"ask", {MOVE_ASK, MOVE_ASK}},
        {"sync", {MOVE_SYNC, MOVE_SYNC}},
        {"unfence", {MOVE_UNFENCE, MOVE_UNFENCE}},
    };
    json_t *value = json_object();
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        int64_t ms = m->spent_ms[parts[i].states[0]];
        ms += parts[i].states[1] != parts[i].states[0] ? m->spent_ms[parts[i].states[1]] : 0;
        value_set(value, parts[i].name, value_seconds(ms));
    }
    value_set(value, "total", value_seconds(m->ended_ms - m->started_ms));
    return value;
}
