#include "rehome/policy/automatic.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "automatic_work.h"
#include "plan_work.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static const int64_t hour_ms = 3600000;

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

void auto_set_limits(Automatic *a, AutoLimits limits)
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
    a->limits = limits;
}

void auto_init(Automatic *a, AutoMode mode, AutoLimits limits)
{
    *a = (Automatic){.mode = mode};
    auto_set_limits(a, limits);
}

void auto_set_mode(Automatic *a, AutoMode mode)
{
    a->mode = mode;
}

void auto_brake(Automatic *a, const char *why)
{
    a->brake = true;
    text_clean_into(a->brake_why, sizeof(a->brake_why), sv(why));
}

void auto_release(Automatic *a)
{
    a->brake = false;
    a->brake_why[0] = '\0';
    a->n_forgiven = a->n_tries;
}

void auto_set_lease(Automatic *a, bool is_ours, const char *at, const char *words)
{
    a->lacks_lease = !is_ours;
    snprintf(a->lease_at, sizeof(a->lease_at), "%s", at);
    snprintf(a->lease, sizeof(a->lease), "%s", words);
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
    a->tries[slot].for_target = (NodeId){0};
    a->tries[slot].at_ms = now_ms;
    a->tries[slot].manual = manual;
    if (!manual && node_id_eq(replica, a->act.replica) && node_id_eq(target, a->act.target)) {
        a->tries[slot].for_target = a->act.for_target;
    }
    if (manual) {
        a->calm_ms = 0; // a person is at work: look anew for the whole grace
    }
}

void auto_refused(Automatic *a, NodeId target, AutoRefuser by, int64_t now_ms)
{
    size_t slot = a->n_refusals++ % AUTO_REFUSALS;
    a->refusals[slot].target = target;
    a->refusals[slot].by = by;
    a->refusals[slot].at_ms = now_ms;
}

size_t auto_first_try(const Automatic *a)
{
    return a->n_tries > AUTO_HISTORY ? a->n_tries - AUTO_HISTORY : 0;
}

int auto_tries_last_hour(const Automatic *a, int64_t now_ms)
{
    int n = 0;
    size_t from = auto_first_try(a) > a->n_forgiven ? auto_first_try(a) : a->n_forgiven;
    for (size_t i = from; i < a->n_tries; i++) {
        size_t slot = i % AUTO_HISTORY;
        n += !a->tries[slot].manual && now_ms - a->tries[slot].at_ms < hour_ms;
    }
    return n;
}

// --- one round

static bool is_go(AutoVerdict verdict)
{
    return verdict == AUTO_DECIDE_WOULD || verdict == AUTO_DECIDE_ACT;
}

static AutoDecision held_by(const AutoCheck *c)
{
    AutoDecision d = {.verdict = c->verdict};
    memcpy(d.rule, c->rule, sizeof(d.rule));
    memcpy(d.text, c->text, sizeof(d.text));
    return d;
}

static AutoDecision go(const Automatic *a, const Health *h, const PlanTarget *t)
{
    const Snapshot *s = h->snapshot;
    const PlanCandidate *c = &t->candidates[t->chosen];
    bool act = a->mode == AUTO_ACT;
    AutoDecision d = {
        .verdict = act ? AUTO_DECIDE_ACT : AUTO_DECIDE_WOULD,
        .replica = s->nodes[c->replica].id,
        .donor = s->nodes[c->donor].id,
        .purpose = t->purpose,
    };
    if (t->for_target >= 0) {
        d.for_target = s->nodes[t->for_target].id;
    }
    // The reason begins with the replica.
    char text[512];
    snprintf(text, sizeof(text), "%s %s the replica %s", act ? "giving" : "would give",
             s->nodes[t->target].addr, t->reason);
    text_clean_into(d.text, sizeof(d.text), sv(text));
    return d;
}

// WOULD or ACT when nothing holds it back.
static AutoDecision decide_for(Automatic *a, const AutoLook *look)
{
    for (int rule = AUTO_RULE_SPARE; rule < AUTO_RULE_COUNT; rule++) {
        AutoCheck c;
        auto_check_one(look, (AutoRule)rule, &c);
        if (c.passed) {
            continue;
        }
        if (rule == AUTO_RULE_CAP) {
            char why[80];
            auto_cap_words(a, look->h->snapshot->now_ms, why, sizeof(why));
            auto_brake(a, why);
        }
        return held_by(&c);
    }
    return go(a, look->h, look->t);
}

// The most urgent orphan that nothing holds back; when there is none, the most urgent one that only
// has to wait; when there is none of these either, the most urgent. Without orphans the same for
// masters to spread, where what is promised to the one that waits stays promised.
static AutoDecision decide_among(Automatic *a, AutoLook *look, const Plan *plan)
{
    const Health *h = look->h;
    AutoDecision held = {0};
    bool someone_waits = false;
    size_t n = plan->n_orphans > 0 ? plan->n_orphans : plan->n;
    for (size_t i = 0; i < n; i++) {
        PlanTarget t = plan->at[i];
        if (t.after_previous) {
            continue;
        }
        if (someone_waits && t.chosen < 0 && t.purpose == PURPOSE_HEAL) {
            // The spare may be promised to the one that waits.
            PlanWork work = plan_work(h, HEED_ALL);
            t = plan_for(&work, &(PlanAsk){t.target, PURPOSE_HEAL, -1, 1});
            plan_work_done(&work);
        }
        look->t = &t;
        AutoDecision d = decide_for(a, look);
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

static AutoDecision decide_round(Automatic *a, AutoLook *look, const Plan *plan)
{
    if (a->mode == AUTO_OFF || plan->n == 0) {
        return (AutoDecision){.verdict = AUTO_DECIDE_NOTHING};
    }
    for (int rule = 0; rule < AUTO_RULE_SPARE; rule++) {
        AutoCheck c;
        auto_check_one(look, (AutoRule)rule, &c);
        if (!c.passed) {
            return held_by(&c);
        }
    }
    return decide_among(a, look, plan);
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
    a->busy = busy;
    AutoLook look = {.a = a, .h = h, .settled = &settled};
    AutoDecision d = decide_round(a, &look, plan);
    if (changed != NULL) {
        *changed = d.verdict != a->last.verdict || strcmp(d.rule, a->last.rule) != 0 ||
                   !node_id_eq(d.target, a->last.target) || !node_id_eq(d.replica, a->last.replica);
    }
    a->last = d;
    if (d.verdict == AUTO_DECIDE_ACT) {
        a->act = d;
    }
    return d;
}
