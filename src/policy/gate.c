#include "rehome/policy/gate.h"

#include <stdarg.h>
#include <stdio.h>

#include "gate_work.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static const struct {
    const char *text;
    bool protects_data;
} rules[] = {
#define X(name, text_, protects) [GATE_##name] = {.text = text_, .protects_data = (protects)},
    GATE_RULES(X)
#undef X
};

static void (*const checks[])(const GateWork *w, GateCheck *c) = {
    [GATE_IDENTITY] = gate_identity,   [GATE_MAJORITY] = gate_majority,
    [GATE_AGREEMENT] = gate_agreement, [GATE_SERVER_RACE] = gate_server_race,
    [GATE_TARGET] = gate_target,       [GATE_TARGET_READY] = gate_target_ready,
    [GATE_DONOR] = gate_donor,         [GATE_CANDIDATE] = gate_candidate,
    [GATE_ROOM] = gate_room,           [GATE_HOST] = gate_host,
};

const char *gate_rule_text(GateRule rule)
{
    return (size_t)rule < ARRAY_LEN(rules) ? rules[rule].text : "";
}

bool gate_rule_protects_data(GateRule rule)
{
    return (size_t)rule < ARRAY_LEN(rules) && rules[rule].protects_data;
}

static void fill_in(GateCheck *c, bool passed, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void fill_in(GateCheck *c, bool passed, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof(text), format, args);
    text_clean_into(c->text, sizeof(c->text), sv(text));
    c->passed = passed;
}

bool gate_pass(GateCheck *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill_in(c, true, format, args);
    va_end(args);
    return true;
}

bool gate_refuse_check(GateCheck *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill_in(c, false, format, args);
    va_end(args);
    return false;
}

static GateRound round_of(const GateAsk *ask, const Health *h, const char *name, int64_t since_ms)
{
    return (GateRound){
        .health = h,
        .s = h->snapshot,
        .name = name,
        .since_ms = since_ms,
        .replica = snapshot_find(h->snapshot, ask->replica),
        .donor = snapshot_find(h->snapshot, ask->donor),
        .target = snapshot_find(h->snapshot, ask->target),
    };
}

bool gate_refuses(const GateAsk *ask, GateRule rule)
{
    if (rule == GATE_IDENTITY) {
        return true;
    }
    return rules[rule].protects_data ? !ask->force : !ask->force && !ask->accept_risk;
}

void gate_check(const GateAsk *ask, const Health *first, const Health *second, GateVerdict *out)
{
    *out = (GateVerdict){.open = true, .refused_by = GATE_RULE_COUNT};
    int64_t newer = ask->decided_ms + 1;
    int64_t later = first->snapshot->now_ms > newer ? first->snapshot->now_ms : newer;
    const GateWork w = {
        .ask = ask,
        .round = {round_of(ask, first, "first", newer), round_of(ask, second, "second", later)},
    };
    for (int i = 0; i < GATE_RULE_COUNT; i++) {
        checks[i](&w, &out->check[i]);
        if (!out->check[i].passed && out->open && gate_refuses(ask, (GateRule)i)) {
            out->open = false;
            out->refused_by = (GateRule)i;
        }
    }
}
