#include "rehome/policy/automatic.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plan_work.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "settled.h"

static const int64_t hour_ms = 3600000;

// What made the gate refuse is often over soon, and an orphan should not wait longer than that.
enum { REFUSED_PAUSE_MS = 5000 };

static const char *const mode_texts[] = {
    [AUTO_OFF] = "off",
    [AUTO_OBSERVE] = "observe",
    [AUTO_ACT] = "act",
};

const char *auto_mode_text(AutoMode mode)
{
    return (size_t)mode < ARRAY_LEN(mode_texts) ? mode_texts[mode] : "";
}

bool auto_mode_parse(const char *text, AutoMode *out)
{
    for (size_t i = 0; i < ARRAY_LEN(mode_texts); i++) {
        if (strcmp(text, mode_texts[i]) == 0) {
            *out = (AutoMode)i;
            return true;
        }
    }
    return false;
}

AutoLimits auto_limits_default(void)
{
    return (AutoLimits){
        .grace_ms = 10000,
        .max_moves_per_hour = 6,
        .cool_down_ms = 60000,
        .young_rounds = 3,
    };
}

void auto_init(Automatic *a, AutoMode mode, AutoLimits limits)
{
    if (limits.grace_ms < 0) {
        limits.grace_ms = 0;
    }
    if (limits.cool_down_ms < 0) {
        limits.cool_down_ms = 0;
    }
    if (limits.max_moves_per_hour < 1) {
        limits.max_moves_per_hour = 1;
    }
    if (limits.max_moves_per_hour > AUTO_HISTORY) {
        limits.max_moves_per_hour = AUTO_HISTORY;
    }
    if (limits.young_rounds < 1) {
        limits.young_rounds = 1;
    }
    *a = (Automatic){.mode = mode, .limits = limits};
}

void auto_set_mode(Automatic *a, AutoMode mode)
{
    a->mode = mode;
}

void auto_release(Automatic *a)
{
    a->brake = false;
    a->brake_why[0] = '\0';
    a->n_forgiven = a->n_tries;
}

void auto_young(Automatic *a)
{
    a->rounds_seen = 0;
    a->calm_ms = 0;
}

void auto_moved(Automatic *a, NodeId replica, NodeId donor, NodeId target, bool manual,
                int64_t now_ms)
{
    size_t slot = a->n_tries++ % AUTO_HISTORY;
    a->tries[slot].replica = replica;
    a->tries[slot].donor = donor;
    a->tries[slot].target = target;
    a->tries[slot].at_ms = now_ms;
    a->tries[slot].manual = manual;
    if (manual) {
        a->calm_ms = 0; // a person is at work: look anew for the whole grace
    }
}

void auto_refused(Automatic *a, NodeId target, int64_t now_ms)
{
    size_t slot = a->n_refusals++ % AUTO_REFUSALS;
    a->refusals[slot].target = target;
    a->refusals[slot].at_ms = now_ms;
}

// The oldest try still remembered.
static size_t first_try(const Automatic *a)
{
    return a->n_tries > AUTO_HISTORY ? a->n_tries - AUTO_HISTORY : 0;
}

int auto_tries_last_hour(const Automatic *a, int64_t now_ms)
{
    int n = 0;
    size_t from = first_try(a) > a->n_forgiven ? first_try(a) : a->n_forgiven;
    for (size_t i = from; i < a->n_tries; i++) {
        size_t slot = i % AUTO_HISTORY;
        n += !a->tries[slot].manual && now_ms - a->tries[slot].at_ms < hour_ms;
    }
    return n;
}

static AutoDecision decide(AutoVerdict verdict, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static AutoDecision decide(AutoVerdict verdict, const char *rule, const char *format, ...)
{
    AutoDecision d = {.verdict = verdict};
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_clean_into(d.text, sizeof(d.text), sv(text));
    text_clean_into(d.rule, sizeof(d.rule), sv(rule));
    return d;
}

// --- what holds one orphan back

static bool is_one_of(NodeId id, const NodeId *of, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!node_id_is_none(id) && node_id_eq(id, of[i])) {
            return true;
        }
    }
    return false;
}

// The node of this move that took part in another too short a while ago; left_ms: for how long yet.
static const Node *cooling(const Automatic *a, const Snapshot *s, const int nodes[3],
                           int64_t *left_ms)
{
    const Node *found = NULL;
    for (size_t i = first_try(a); i < a->n_tries; i++) {
        size_t slot = i % AUTO_HISTORY;
        const NodeId took_part[] = {a->tries[slot].replica, a->tries[slot].donor,
                                    a->tries[slot].target};
        int64_t left = a->tries[slot].at_ms + a->limits.cool_down_ms - s->now_ms;
        for (int k = 0; k < 3 && left > 0; k++) {
            const Node *n = &s->nodes[nodes[k]];
            if (is_one_of(n->id, took_part, ARRAY_LEN(took_part)) &&
                (found == NULL || left > *left_ms)) {
                found = n;
                *left_ms = left;
            }
        }
    }
    return found;
}

// For how long yet this target is left alone because the gate has just refused.
static int64_t refusal_left_ms(const Automatic *a, NodeId target, int64_t now_ms)
{
    int64_t left = 0;
    for (size_t i = 0; i < AUTO_REFUSALS && i < a->n_refusals; i++) {
        int64_t yet = a->refusals[i].at_ms + REFUSED_PAUSE_MS - now_ms;
        if (node_id_eq(a->refusals[i].target, target) && yet > left) {
            left = yet;
        }
    }
    return left;
}

static AutoDecision wait_for_grace(const Automatic *a, const Node *target, int64_t held_ms)
{
    char held[32];
    char grace[32];
    format_seconds(held, sizeof(held), held_ms);
    format_seconds(grace, sizeof(grace), a->limits.grace_ms);
    return decide(AUTO_DECIDE_WAIT, "grace", "%s: orphaned for %s, acting at %s", target->addr,
                  held, grace);
}

// WOULD or ACT when nothing holds it back.
static AutoDecision decide_for(Automatic *a, const Health *h, const PlanTarget *t)
{
    const Snapshot *s = h->snapshot;
    const Node *target = &s->nodes[t->target];
    int64_t since = h->of[t->target].since_ms;
    int64_t held = s->now_ms - (since > a->calm_ms ? since : a->calm_ms);
    if (t->chosen < 0) {
        return decide(AUTO_DECIDE_BLOCKED, t->refused_rule,
                      "%d orphan%s, no legal donor for %s: %s", h->orphaned,
                      h->orphaned == 1 ? "" : "s", target->addr, t->reason);
    }
    if (held < a->limits.grace_ms) {
        return wait_for_grace(a, target, held);
    }
    int64_t left_ms = refusal_left_ms(a, target->id, s->now_ms);
    if (left_ms > 0) {
        char left[32];
        format_seconds(left, sizeof(left), left_ms);
        return decide(AUTO_DECIDE_WAIT, "refused", "%s: the gate refused, looking again in %s",
                      target->addr, left);
    }
    const PlanCandidate *c = &t->candidates[t->chosen];
    const Node *hot = cooling(a, s, (const int[3]){t->target, c->donor, c->replica}, &left_ms);
    if (hot != NULL) {
        char left[32];
        format_seconds(left, sizeof(left), left_ms);
        return decide(AUTO_DECIDE_WAIT, "cool-down",
                      "%s: %s took part in a move, cooling down for %s", target->addr, hot->addr,
                      left);
    }
    int tries = auto_tries_last_hour(a, s->now_ms);
    if (tries >= a->limits.max_moves_per_hour) {
        a->brake = true;
        snprintf(a->brake_why, sizeof(a->brake_why), "%d moves within an hour, the limit is %d",
                 tries, a->limits.max_moves_per_hour);
        return decide(AUTO_DECIDE_BLOCKED, "cap", "%s; the brake is on until a person releases it",
                      a->brake_why);
    }
    bool act = a->mode == AUTO_ACT;
    // The reason begins with the replica.
    AutoDecision d = decide(act ? AUTO_DECIDE_ACT : AUTO_DECIDE_WOULD, "", "%s %s %s",
                            act ? "giving" : "would give", target->addr, t->reason);
    d.replica = s->nodes[c->replica].id;
    d.donor = s->nodes[c->donor].id;
    return d;
}

// --- one round

static bool is_go(AutoVerdict verdict)
{
    return verdict == AUTO_DECIDE_WOULD || verdict == AUTO_DECIDE_ACT;
}

// The most urgent orphan that nothing holds back; when there is none, the most urgent one that only
// has to wait; when there is none of these either, the most urgent.
static AutoDecision decide_among(Automatic *a, const Health *h, const Plan *plan)
{
    AutoDecision held = {0};
    bool someone_waits = false;
    for (size_t i = 0; i < plan->n; i++) {
        PlanTarget t = plan->at[i];
        if (someone_waits && t.chosen < 0) {
            // The spare may be promised to the one that waits.
            PlanWork work = plan_work(h);
            t = plan_for(&work, t.target, 1);
            plan_work_done(&work);
        }
        AutoDecision d = decide_for(a, h, &t);
        d.target = h->snapshot->nodes[t.target].id;
        if (is_go(d.verdict) || a->brake) {
            return d;
        }
        bool waits = d.verdict == AUTO_DECIDE_WAIT;
        if (i == 0 || (waits && !someone_waits)) {
            held = d;
        }
        someone_waits = someone_waits || waits;
    }
    return held;
}

static AutoDecision decide_round(Automatic *a, const Health *h, const Plan *plan,
                                 const Settled *settled, bool busy)
{
    if (a->mode == AUTO_OFF || plan->n == 0) {
        return (AutoDecision){.verdict = AUTO_DECIDE_NOTHING};
    }
    if (a->brake) {
        return decide(AUTO_DECIDE_BLOCKED, "brake",
                      "%d orphan%s, but the brake is on (%s): a person has to release it",
                      h->orphaned, h->orphaned == 1 ? "" : "s", a->brake_why);
    }
    if (busy) {
        return decide(AUTO_DECIDE_WAIT, "busy", "a move is under way: one at a time");
    }
    if (a->rounds_seen < a->limits.young_rounds) {
        return decide(AUTO_DECIDE_WAIT, "young", "looked at the cluster for %d of %d rounds",
                      a->rounds_seen, a->limits.young_rounds);
    }
    if (!settled->is_so) {
        return decide(AUTO_DECIDE_WAIT, settled->rule, "%s", settled->text);
    }
    return decide_among(a, h, plan);
}

AutoDecision auto_decide(Automatic *a, const Health *h, const Plan *plan, bool busy, bool *changed)
{
    if (a->rounds_seen < INT_MAX) {
        a->rounds_seen++;
    }
    Settled settled = settled_look(h->snapshot, h->snapshot->now_ms - h->options.fresh_ms);
    if (!settled.is_so) {
        a->calm_ms = 0;
    } else if (a->calm_ms == 0) {
        a->calm_ms = h->snapshot->now_ms;
    }
    AutoDecision d = decide_round(a, h, plan, &settled, busy);
    if (changed != NULL) {
        *changed = d.verdict != a->last.verdict || strcmp(d.rule, a->last.rule) != 0 ||
                   !node_id_eq(d.target, a->last.target) || !node_id_eq(d.replica, a->last.replica);
    }
    a->last = d;
    return d;
}
