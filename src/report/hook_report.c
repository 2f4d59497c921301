#include "rehome/report/hook_report.h"

#include <assert.h>
#include <string.h>

#include "outcome.h"
#include "rehome/base/text.h"
#include "value.h"

const char *hook_event_text(HookEvent event)
{
    return event == HOOK_BEFORE_MOVE ? "before_move" : "after_move";
}

void hook_json(StrBuf *out, const HookReport *r)
{
    const MoveSpec *spec = r->spec;
    json_t *document = json_object();
    value_set(document, "schema", json_integer(1));
    value_set(document, "t", value_seconds(r->wall_ms));
    value_set(document, "event", json_string(hook_event_text(r->event)));
    value_set(document, "cluster", value_text(r->cluster));
    value_set(document, "origin", json_string(move_origin_text(spec->origin)));
    value_set(document, "reason", value_word(r->reason));
    value_set(document, "replica", value_node(spec->replica, spec->replica_addr));
    value_set(document, "donor", value_node(spec->donor, spec->donor_addr));
    value_set(document, "target", value_node(spec->target, spec->target_addr));
    if (r->move != NULL) {
        outcome_add(document, r->move);
    }
    value_write(out, document, JSON_COMPACT);
}

typedef struct {
    Arena *arena;
    const char **out;
    size_t n;
} Variables;

static void add(Variables *v, const char *name, const char *value)
{
    assert(v->n < HOOK_VARIABLES);
    v->out[v->n++] =
        arena_printf(v->arena, "REHOME_%s=%s", name, text_clean(v->arena, sv(value), 0));
}

size_t hook_variables(Arena *arena, const HookReport *r, const char *out[HOOK_VARIABLES])
{
    Variables v = {.arena = arena, .out = out};
    const MoveSpec *spec = r->spec;
    add(&v, "EVENT", hook_event_text(r->event));
    add(&v, "CLUSTER", r->cluster);
    add(&v, "ORIGIN", move_origin_text(spec->origin));
    add(&v, "REASON", r->reason);
    add(&v, "REPLICA_ID", spec->replica.hex);
    add(&v, "REPLICA_ADDR", spec->replica_addr);
    add(&v, "DONOR_ID", spec->donor.hex);
    add(&v, "DONOR_ADDR", spec->donor_addr);
    add(&v, "TARGET_ID", spec->target.hex);
    add(&v, "TARGET_ADDR", spec->target_addr);
    if (r->move != NULL) {
        int64_t ms = outcome_took_ms(r->move);
        add(&v, "RESULT", move_state_text(r->move->state));
        add(&v, "TEXT", r->move->why);
        add(&v, "SECONDS",
            ms < 0 ? ""
                   : arena_printf(arena, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000)));
    }
    return v.n;
}
