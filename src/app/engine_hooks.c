// The operator's commands around a move: the one that is asked before it, and the one that is told
// after it. What they are told is report/hook_report.c's matter, how they run hook.c's.
#include <stdio.h>

#include "engine_parts.h"
#include "rehome/base/mem.h"

static void tell(Engine *e, Level level, const MoveSpec *spec, const char *text)
{
    const Node about = {.id = spec->replica, .addr = spec->replica_addr};
    Event event = event_make(EVENT_HOOK, level, engine_wall_ms(e), &about, "%s: %s",
                             spec->replica_addr, text);
    event.by = BY_US;
    engine_emit(e, &event);
}

static Hook *start(Engine *e, const char *command, const HookReport *report,
                   void (*done)(void *ctx, const HookEnd *end), void *ctx)
{
    Arena *arena = arena_new();
    StrBuf document = {0};
    const char *variables[HOOK_VARIABLES];
    hook_json(&document, report);
    HookSpec spec = {
        .command = command,
        .variables = variables,
        .n_variables = hook_variables(arena, report, variables),
        .document = &document,
        .timeout_ms = e->hooks.timeout_ms,
        .done = done,
        .ctx = ctx,
    };
    Hook *hook = hook_start(e->loop, &spec);
    strbuf_done(&document);
    arena_free(arena);
    return hook;
}

// --- before

static void on_answer(void *ctx, const HookEnd *end)
{
    Engine *e = ctx;
    char words[200];
    char why[220];
    e->hooks.asked = NULL;
    hook_words(end, HOOK_BEFORE_MOVE, words, sizeof(words));
    if (hook_said_yes(end)) {
        tell(e, LEVEL_INFO, &e->hooks.spec, words);
    }
    snprintf(why, sizeof(why), "hook: %s", words);
    pilot_hook_answer(e->pilot, hook_said_yes(end), why, engine_now_ms(e));
    engine_after_pilot(e);
}

// Why this replica goes there, as the plan has it; "" where it has nothing to say for it.
static void take_reason(Engine *e, const MoveSpec *spec)
{
    const Health *h = engine_health(e);
    int replica = snapshot_find(h->snapshot, spec->replica);
    int target = snapshot_find(h->snapshot, spec->target);
    const char *why = "";
    if (replica >= 0 && target >= 0) {
        PlanCandidate pair = plan_pair(h, replica, target);
        why = pair.legal ? pair.why : "";
    }
    snprintf(e->hooks.reason, sizeof(e->hooks.reason), "%s", why);
}

bool engine_ask_hook(void *ctx, const MoveSpec *spec)
{
    Engine *e = ctx;
    take_reason(e, spec);
    if (e->hooks.before == NULL) {
        return false;
    }
    HookReport report = {
        .event = HOOK_BEFORE_MOVE,
        .wall_ms = engine_wall_ms(e),
        .cluster = engine_health(e)->snapshot->name,
        .reason = e->hooks.reason,
        .spec = spec,
    };
    e->hooks.spec = *spec;
    e->hooks.asked = start(e, e->hooks.before, &report, on_answer, e);
    return true;
}

void engine_cancel_hook(void *ctx)
{
    Engine *e = ctx;
    hook_kill(e->hooks.asked);
    e->hooks.asked = NULL;
}

// --- after

static void on_told(void *ctx, const HookEnd *end)
{
    Telling *t = ctx;
    char words[200];
    t->hook = NULL;
    hook_words(end, HOOK_AFTER_MOVE, words, sizeof(words));
    tell(t->engine, hook_said_yes(end) ? LEVEL_INFO : LEVEL_WARNING, &t->spec, words);
}

static Telling *free_telling(Engine *e)
{
    for (size_t i = 0; i < ARRAY_LEN(e->hooks.tellings); i++) {
        if (e->hooks.tellings[i].hook == NULL) {
            return &e->hooks.tellings[i];
        }
    }
    return NULL;
}

void engine_tell_hook(void *ctx, const Move *m)
{
    Engine *e = ctx;
    if (e->hooks.after == NULL) {
        return;
    }
    Telling *t = free_telling(e);
    if (t == NULL) {
        tell(e, LEVEL_WARNING, &m->spec, "after_move was not told: too many of it still run");
        return;
    }
    HookReport report = {
        .event = HOOK_AFTER_MOVE,
        .wall_ms = engine_wall_ms(e),
        .cluster = engine_health(e)->snapshot->name,
        .reason = m->resumed ? "" : e->hooks.reason,
        .spec = &m->spec,
        .move = m,
    };
    t->engine = e;
    t->spec = m->spec;
    t->hook = start(e, e->hooks.after, &report, on_told, t);
}

bool engine_is_telling(const Engine *e)
{
    for (size_t i = 0; i < ARRAY_LEN(e->hooks.tellings); i++) {
        if (e->hooks.tellings[i].hook != NULL) {
            return true;
        }
    }
    return false;
}

void engine_leave_hooks(Engine *e)
{
    for (size_t i = 0; i < ARRAY_LEN(e->hooks.tellings); i++) {
        hook_leave(e->hooks.tellings[i].hook);
    }
}
