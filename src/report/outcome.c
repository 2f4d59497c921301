#include "outcome.h"

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
