// What holds automatic mode back: each rule with what it measures, whether it holds or not.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "automatic_work.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static const char *rule_text(AutoRule rule)
{
    static const char *const texts[] = {
#define X(name, text) [AUTO_RULE_##name] = text,
        AUTO_RULES(X)
#undef X
    };
    return (size_t)rule < ARRAY_LEN(texts) ? texts[rule] : "";
}

__attribute__((format(printf, 2, 0))) static void say(AutoCheck *c, const char *format,
                                                      va_list args)
{
    char text[512];
    vsnprintf(text, sizeof(text), format, args);
    text_clean_into(c->text, sizeof(c->text), sv(text));
}

__attribute__((format(printf, 2, 3))) static void pass(AutoCheck *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(c, format, args);
    va_end(args);
    c->passed = true;
}

__attribute__((format(printf, 3, 4))) static void hold(AutoCheck *c, AutoVerdict verdict,
                                                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(c, format, args);
    va_end(args);
    c->verdict = verdict;
}

// Under a name that says more exactly what it is.
static void name_rule(AutoCheck *c, const char *rule)
{
    text_clean_into(c->rule, sizeof(c->rule), sv(rule));
}

static const char *target_addr(const AutoLook *l)
{
    return l->h->snapshot->nodes[l->t->target].addr;
}

// The master that is helped in the end.
static int helped(const AutoLook *l)
{
    return l->t->for_target >= 0 ? l->t->for_target : l->t->target;
}

static const char *helped_addr(const AutoLook *l)
{
    return l->h->snapshot->nodes[helped(l)].addr;
}

static bool spreads(const AutoLook *l)
{
    return l->t->purpose == PURPOSE_SPREAD || l->t->purpose == PURPOSE_STEP;
}

// "2 orphans, but "; "" without any.
typedef struct {
    char text[32];
} Orphans;

static Orphans orphans_but(const AutoLook *l)
{
    Orphans out = {""};
    if (l->h->orphaned > 0) {
        snprintf(out.text, sizeof(out.text), "%d orphan%s, but ", l->h->orphaned,
                 plural(l->h->orphaned));
    }
    return out;
}

// --- the cluster

static void check_mode(const AutoLook *l, AutoCheck *c)
{
    switch (l->a->mode) {
    case AUTO_OFF:
        hold(c, AUTO_DECIDE_NOTHING, "automatic mode is off");
        break;
    case AUTO_OBSERVE:
        pass(c, "observe: says what it would do, and moves nothing");
        break;
    case AUTO_ACT:
        pass(c, "act: gives orphaned masters a spare by itself%s",
             l->h->options.spread ? ", then spreads replicas over hosts" : "");
        break;
    }
}

static void check_brake(const AutoLook *l, AutoCheck *c)
{
    if (!l->a->brake) {
        pass(c, "off");
        return;
    }
    hold(c, AUTO_DECIDE_BLOCKED, "%sthe brake is on (%s): a person has to release it",
         orphans_but(l).text, l->a->brake_why);
}

static void check_paused(const AutoLook *l, AutoCheck *c)
{
    if (l->h->pause == NULL) {
        pass(c, "nobody has paused it");
        return;
    }
    char words[320];
    hold_words(words, sizeof(words), l->h->pause, l->h->snapshot->wall_ms);
    hold(c, AUTO_DECIDE_WAIT, "%sautomatic mode is %s", orphans_but(l).text, words);
}

// Whoever only observes trips no brake that others would have to know of.
static void check_kept(const AutoLook *l, AutoCheck *c)
{
    if (l->a->mode != AUTO_ACT || l->h->unkept[0] == '\0') {
        pass(c, "what it does is kept for the next start");
        return;
    }
    hold(c, AUTO_DECIDE_BLOCKED, "%s%s", orphans_but(l).text, l->h->unkept);
    name_rule(c, "not-kept");
}

// Nobody may find out later that it acted, and not why. Whoever only observes does no harm.
static void check_audit(const AutoLook *l, AutoCheck *c)
{
    if (l->a->mode != AUTO_ACT || l->a->unrecorded[0] == '\0') {
        pass(c, "nothing would be missing on record");
    } else {
        hold(c, AUTO_DECIDE_BLOCKED, "%s%s", orphans_but(l).text, l->a->unrecorded);
    }
}

static void check_busy(const AutoLook *l, AutoCheck *c)
{
    if (l->a->busy) {
        hold(c, AUTO_DECIDE_WAIT, "a move is under way: one at a time");
    } else {
        pass(c, "no move is under way");
    }
}

static void check_young(const AutoLook *l, AutoCheck *c)
{
    int seen = l->a->rounds_seen;
    int needed = l->a->limits.young_rounds;
    if (seen < needed) {
        hold(c, AUTO_DECIDE_WAIT, "looked at the cluster for %d of %d rounds", seen, needed);
    } else {
        pass(c, "looked at the cluster for %d rounds or more", needed);
    }
}

static void check_settled(const AutoLook *l, AutoCheck *c)
{
    const Settled *settled = l->settled;
    if (settled->is_so) {
        pass(c, "%zu of %zu slot owners answered, and all agree", settled->witnesses,
             l->h->snapshot->n_owners);
        return;
    }
    hold(c, AUTO_DECIDE_WAIT, "%s", settled->text);
    name_rule(c, settled->rule);
}

// --- one master

static void check_spare(const AutoLook *l, AutoCheck *c)
{
    const Snapshot *s = l->h->snapshot;
    if (l->t->chosen >= 0) {
        const PlanCandidate *chosen = &l->t->candidates[l->t->chosen];
        pass(c, "%s of %s may go", s->nodes[chosen->replica].addr, s->nodes[chosen->donor].addr);
        return;
    }
    if (strcmp(l->t->refused_rule, "downtime") == 0) {
        hold(c, AUTO_DECIDE_WAIT, "%s waits: %s", target_addr(l), l->t->reason);
    } else if (spreads(l)) {
        hold(c, AUTO_DECIDE_BLOCKED, "%s is on one host with all its replicas: %s", target_addr(l),
             l->t->reason);
    } else {
        hold(c, AUTO_DECIDE_BLOCKED, "%d orphan%s, no legal donor for %s: %s", l->h->orphaned,
             plural(l->h->orphaned), target_addr(l), l->t->reason);
    }
    name_rule(c, l->t->refused_rule);
}

// A master to spread is safe as long as no host dies; one without a working replica is not.
static void check_orphans_first(const AutoLook *l, AutoCheck *c)
{
    const Health *h = l->h;
    if (h->orphaned + h->at_risk == 0) {
        pass(c, "no master is orphaned or at risk");
    } else {
        hold(c, AUTO_DECIDE_WAIT, "%s: %d orphaned and %d at risk come first", helped_addr(l),
             h->orphaned, h->at_risk);
    }
}

static void check_grace(const AutoLook *l, AutoCheck *c)
{
    const NodeHealth *health = &l->h->of[helped(l)];
    const char *how = spreads(l) ? "on one host with all its replicas" : "orphaned";
    int64_t now_ms = l->h->snapshot->now_ms;
    int64_t since = spreads(l) ? health->host_alone_ms : health->since_ms;
    int64_t calm = l->a->calm_ms != 0 ? l->a->calm_ms : now_ms;
    int64_t held_ms = now_ms - (since > calm ? since : calm);
    char held[32];
    char grace[32];
    format_seconds(held, sizeof(held), held_ms);
    format_seconds(grace, sizeof(grace), l->a->limits.grace_ms);
    if (held_ms < l->a->limits.grace_ms) {
        hold(c, AUTO_DECIDE_WAIT, "%s: %s for %s, acting at %s", helped_addr(l), how, held, grace);
    } else {
        pass(c, "%s for %s, %s had to pass", how, held, grace);
    }
}

static const struct {
    const char *words;
    int64_t pause_ms;
} refusers[] = {
#define X(name, words, pause_ms) [AUTO_REFUSER_##name] = {words, pause_ms},
    AUTO_REFUSERS(X)
#undef X
};

static int64_t refusal_left_ms(const Automatic *a, NodeId target, int64_t now_ms, AutoRefuser *by)
{
    int64_t left = 0;
    for (size_t i = 0; i < AUTO_REFUSALS && i < a->n_refusals; i++) {
        int64_t yet = a->refusals[i].at_ms + refusers[a->refusals[i].by].pause_ms - now_ms;
        if (node_id_eq(a->refusals[i].target, target) && yet > left) {
            left = yet;
            *by = a->refusals[i].by;
        }
    }
    return left;
}

static void check_refused(const AutoLook *l, AutoCheck *c)
{
    const Snapshot *s = l->h->snapshot;
    AutoRefuser by = AUTO_REFUSER_GATE;
    int64_t left_ms = refusal_left_ms(l->a, s->nodes[l->t->target].id, s->now_ms, &by);
    if (left_ms > 0) {
        char left[32];
        hold(c, AUTO_DECIDE_WAIT, "%s: %s, looking again in %s", target_addr(l), refusers[by].words,
             format_seconds(left, sizeof(left), left_ms));
    } else {
        pass(c, "the gate has not refused it just now");
    }
}

// What the step for this master (none: no step counts as such) does not make it wait for.
static int64_t cooling_ms(const Automatic *a, NodeId node, NodeId stepped_for, int64_t now_ms)
{
    int64_t left = 0;
    for (size_t i = auto_first_try(a); i < a->n_tries && !node_id_is_none(node); i++) {
        size_t slot = i % AUTO_HISTORY;
        bool took_part = node_id_eq(node, a->tries[slot].replica) ||
                         node_id_eq(node, a->tries[slot].donor) ||
                         node_id_eq(node, a->tries[slot].target);
        bool own_step =
            !node_id_is_none(stepped_for) && node_id_eq(stepped_for, a->tries[slot].for_target);
        int64_t yet = a->tries[slot].at_ms + a->limits.cool_down_ms - now_ms;
        left = took_part && !own_step && yet > left ? yet : left;
    }
    return left;
}

int64_t auto_cooling_ms(const Automatic *a, NodeId node, int64_t now_ms)
{
    return cooling_ms(a, node, (NodeId){0}, now_ms);
}

static void check_cool_down(const AutoLook *l, AutoCheck *c)
{
    const Snapshot *s = l->h->snapshot;
    char text[32];
    const Node *hot = NULL;
    int64_t longest = 0;
    if (l->t->chosen >= 0) {
        const PlanCandidate *chosen = &l->t->candidates[l->t->chosen];
        const int nodes[] = {l->t->target, chosen->donor, chosen->replica};
        for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
            int64_t left =
                cooling_ms(l->a, s->nodes[nodes[i]].id, s->nodes[l->t->target].id, s->now_ms);
            if (left > longest) {
                longest = left;
                hot = &s->nodes[nodes[i]];
            }
        }
    }
    if (hot != NULL) {
        hold(c, AUTO_DECIDE_WAIT, "%s: %s took part in a move, cooling down for %s", target_addr(l),
             hot->addr, format_seconds(text, sizeof(text), longest));
    } else {
        pass(c, "none of the three took part in a move within %s",
             format_seconds(text, sizeof(text), l->a->limits.cool_down_ms));
    }
}

void auto_cap_words(const Automatic *a, int64_t now_ms, char *out, size_t size)
{
    snprintf(out, size, "%d moves within an hour, the limit is %d", auto_tries_last_hour(a, now_ms),
             a->limits.max_moves_per_hour);
}

static void check_cap(const AutoLook *l, AutoCheck *c)
{
    int64_t now_ms = l->h->snapshot->now_ms;
    int tries = auto_tries_last_hour(l->a, now_ms);
    if (tries >= l->a->limits.max_moves_per_hour) {
        char words[80];
        auto_cap_words(l->a, now_ms, words, sizeof(words));
        hold(c, AUTO_DECIDE_BLOCKED, "%s; the brake is on until a person releases it", words);
    } else {
        pass(c, "%d move%s within the hour, at most %d", tries, plural(tries),
             l->a->limits.max_moves_per_hour);
    }
}

// The last of all, so that whoever does not hold it says what it would do.
static void check_lease(const AutoLook *l, AutoCheck *c)
{
    if (l->a->mode != AUTO_ACT || !l->a->lacks_lease) {
        pass(c, "%s", l->a->lease);
    } else if (l->t == NULL || l->t->chosen < 0) {
        hold(c, AUTO_DECIDE_WAIT, "%s", l->a->lease);
    } else {
        hold(c, AUTO_DECIDE_WAIT, "%s; would give %s the replica %s", l->a->lease, target_addr(l),
             l->t->reason);
    }
}

void auto_check_one(const AutoLook *look, AutoRule rule, AutoCheck *out)
{
    static void (*const checks[AUTO_RULE_COUNT])(const AutoLook *, AutoCheck *) = {
        [AUTO_RULE_MODE] = check_mode,           [AUTO_RULE_BRAKE] = check_brake,
        [AUTO_RULE_PAUSED] = check_paused,       [AUTO_RULE_KEPT] = check_kept,
        [AUTO_RULE_AUDIT] = check_audit,         [AUTO_RULE_BUSY] = check_busy,
        [AUTO_RULE_YOUNG] = check_young,         [AUTO_RULE_SETTLED] = check_settled,
        [AUTO_RULE_SPARE] = check_spare,         [AUTO_RULE_ORPHANS_FIRST] = check_orphans_first,
        [AUTO_RULE_GRACE] = check_grace,         [AUTO_RULE_REFUSED] = check_refused,
        [AUTO_RULE_COOL_DOWN] = check_cool_down, [AUTO_RULE_CAP] = check_cap,
        [AUTO_RULE_LEASE] = check_lease,
    };
    *out = (AutoCheck){0};
    name_rule(out, rule_text(rule));
    out->asked = look->t != NULL || rule < AUTO_RULE_SPARE || rule == AUTO_RULE_CAP;
    if (rule == AUTO_RULE_ORPHANS_FIRST) {
        out->asked = look->t != NULL && spreads(look);
    } else if (rule == AUTO_RULE_LEASE) {
        out->asked = look->a->lease[0] != '\0';
    }
    if (out->asked) {
        checks[rule](look, out);
    } else {
        out->passed = true;
    }
}

void auto_check(const Automatic *a, const Health *h, const PlanTarget *t,
                AutoCheck out[AUTO_RULE_COUNT])
{
    Settled settled = settled_look(h->snapshot, h->snapshot->now_ms - h->options.fresh_ms);
    AutoLook look = {.a = a, .h = h, .settled = &settled, .t = t};
    for (int rule = 0; rule < AUTO_RULE_COUNT; rule++) {
        auto_check_one(&look, (AutoRule)rule, &out[rule]);
    }
}
