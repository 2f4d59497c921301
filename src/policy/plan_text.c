// The planner's reasons, in words.
#include "plan_work.h"

#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "word.h"

const char *plan_rule_text(PlanRule rule)
{
    static const char *const texts[] = {
#define X(name, text, words) [PLAN_RULE_##name] = text,
        PLAN_RULES(X)
#undef X
    };
    return (size_t)rule < ARRAY_LEN(texts) ? texts[rule] : "";
}

const char *plan_rule_words(PlanRule rule)
{
    static const char *const all[] = {
#define X(name, text, words) [PLAN_RULE_##name] = words,
        PLAN_RULES(X)
#undef X
    };
    return (size_t)rule < ARRAY_LEN(all) ? all[rule] : "";
}

static const char *host_text(const Node *n)
{
    return n->host[0] != '\0' ? n->host : "an unknown host";
}

static const char *diversity_text(const PlanWork *w, const PlanCandidate *c)
{
    const Snapshot *s = w->h->snapshot;
    const Node *d = &s->nodes[c->donor];
    if (c->value[PLAN_RULE_DONOR_DIVERSE] != 0) {
        return arena_printf(s->arena, "%s would keep replicas on its own host only", d->addr);
    }
    int kept = plan_kept_elsewhere(w, c->donor, c->replica);
    if (kept < 0) {
        return arena_printf(s->arena, "%s has no replica on another host to lose", d->addr);
    }
    return arena_printf(s->arena, "%s keeps %s on another host", d->addr, s->nodes[kept].addr);
}

// How a legal candidate does by one rule.
static const char *measured(const PlanWork *w, const PlanCandidate *c, int target, PlanRule rule)
{
    const Snapshot *s = w->h->snapshot;
    const Node *r = &s->nodes[c->replica];
    int64_t value = c->value[rule];
    char lag[32];
    switch (rule) {
    case PLAN_RULE_OTHER_HOST:
        if (value == 0) {
            return "on another host than the target";
        }
        return value == 2 ? arena_printf(s->arena, "on the target's own host %s", r->host)
                          : arena_printf(s->arena, "on %s, the target on %s", host_text(r),
                                         host_text(&s->nodes[target]));
    case PLAN_RULE_DONOR_DIVERSE:
        return diversity_text(w, c);
    case PLAN_RULE_DONOR_SPARES:
        return arena_printf(s->arena, "its master has %lld spare%s", (long long)-value,
                            value == -1 ? "" : "s");
    case PLAN_RULE_QUIET_HOST:
        return value == 0 ? "no sync is served on its host" : "its host is serving a sync";
    case PLAN_RULE_LAG:
        format_bytes(lag, sizeof(lag), w->h->of[c->replica].lag_bytes);
        return arena_printf(s->arena, "lag %s", lag);
    case PLAN_RULE_COUNT:
        break;
    }
    return "";
}

void plan_put_in_words(const PlanWork *w, PlanCandidate *c, int target)
{
    const char *all = "";
    for (int i = 0; i < PLAN_RULE_COUNT; i++) {
        c->measured[i] = measured(w, c, target, (PlanRule)i);
        all = arena_printf(w->h->snapshot->arena, "%s%s%s", all, i > 0 ? "; " : "", c->measured[i]);
    }
    c->why = all;
}

const char *plan_reason(const PlanWork *w, const PlanCandidate *best)
{
    const Snapshot *s = w->h->snapshot;
    return arena_printf(s->arena, "%s: %s; %s", s->nodes[best->replica].addr,
                        best->measured[PLAN_RULE_OTHER_HOST],
                        best->measured[PLAN_RULE_DONOR_DIVERSE]);
}

const char *plan_downtime(const Health *h, const PlanCandidate *c, int target)
{
    const Snapshot *s = h->snapshot;
    const int nodes[] = {c->replica, c->donor, target};
    const char *text = "";
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
        if (h->of[nodes[i]].downtime != NULL) {
            char words[320];
            hold_words(words, sizeof(words), h->of[nodes[i]].downtime, s->wall_ms);
            text = arena_printf(s->arena, "%s%s is %s; ", text, s->nodes[nodes[i]].addr, words);
        }
    }
    return text;
}

// A spare that nothing but a downtime holds back, with its words: whose it is says whom to ask. Its
// own downtime rather than one around it. "" when there is none.
static const char *held_spare(const PlanWork *w, const PlanCandidate *all, size_t n)
{
    const Snapshot *s = w->h->snapshot;
    const PlanCandidate *told = NULL;
    size_t held = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i].refused_rule, "downtime") != 0) {
            continue;
        }
        bool better = told == NULL || (w->h->of[told->replica].downtime == NULL &&
                                       w->h->of[all[i].replica].downtime != NULL);
        told = better ? &all[i] : told;
        held++;
    }
    if (told == NULL) {
        return "";
    }
    const char *text =
        arena_printf(s->arena, "%s: %s", s->nodes[told->replica].addr, told->refused);
    return held == 1 ? text : arena_printf(s->arena, "%s; %zu more held back so", text, held - 1);
}

const char *plan_host_words(const PlanWork *w, const PlanCandidate *c, int target)
{
    const Snapshot *s = w->h->snapshot;
    const Node *r = &s->nodes[c->replica];
    if (word_same_host(r, &s->nodes[target])) {
        return arena_printf(s->arena, "it is on %s's own host %s", s->nodes[target].addr, r->host);
    }
    if (!word_other_host(r, &s->nodes[target])) {
        return arena_printf(s->arena, "it is on %s, %s on %s: not known to be another host",
                            host_text(r), s->nodes[target].addr, host_text(&s->nodes[target]));
    }
    return arena_printf(s->arena, "its master %s would keep replicas on its own host only",
                        s->nodes[c->donor].addr);
}

// Different masters among the candidates that were refused by this rule.
static int count_donors(const PlanWork *w, const PlanCandidate *all, size_t n, const char *rule)
{
    bool *seen = mem_array(w->h->snapshot->n_nodes, sizeof(*seen));
    int donors = 0;
    for (size_t i = 0; i < n; i++) {
        if (all[i].donor >= 0 && !seen[all[i].donor] && strcmp(all[i].refused_rule, rule) == 0) {
            seen[all[i].donor] = true;
            donors++;
        }
    }
    mem_free(seen);
    return donors;
}

const char *plan_why_none(const PlanWork *w, const PlanCandidate *all, size_t n, const char **rule)
{
    static const struct {
        const char *rule;
        const char *one;
        const char *many;
    } words[] = {
        {"promised", "spare is promised to a more urgent master",
         "spares are promised to more urgent masters"},
        {"moving", "replica is being moved", "replicas are being moved"},
        {"not-working", "replica is not working", "replicas are not working"},
        {"nofailover", "replica is flagged nofailover", "replicas are flagged nofailover"},
        {"too-small", "replica has too little maxmemory", "replicas have too little maxmemory"},
        {"no-address", "replica has no address for it", "replicas have no address for it"},
        {"same-host", "spare is on the master's own host", "spares are on the master's own host"},
        {"host-unknown", "spare is not known to be on another host",
         "spares are not known to be on another host"},
        {"donor-alone", "replica is the only one of its master on another host",
         "replicas are the only ones of their masters on another host"},
        {"donor-list", "replica's master lists too few others online",
         "replicas' masters list too few others online"},
        {"donor-unknown", "replica's master cannot be asked", "replicas' masters cannot be asked"},
        {"donor-failed", "replica's master has failed", "replicas' masters have failed"},
        {"no-donor", "replica follows no master", "replicas follow no master"},
    };
    const Health *h = w->h;
    Arena *arena = h->snapshot->arena;
    *rule = "no-spare";
    if (n == 0) {
        return "there is no other replica in the cluster";
    }
    const char *text = held_spare(w, all, n);
    if (text[0] != '\0') { // what others lack does not matter then
        *rule = "downtime";
        return text;
    }
    int floored = count_donors(w, all, n, "donor-floor");
    if (floored > 0) {
        text =
            arena_printf(arena, "%d master%s no spare to give: every donor is at its floor of %d",
                         floored, floored == 1 ? " has" : "s have", h->floor);
    }
    for (size_t k = 0; k < ARRAY_LEN(words); k++) {
        int count = 0;
        for (size_t i = 0; i < n; i++) {
            count += strcmp(all[i].refused_rule, words[k].rule) == 0;
        }
        if (count > 0) {
            text = arena_printf(arena, "%s%s%d %s", text, text[0] != '\0' ? "; " : "", count,
                                count == 1 ? words[k].one : words[k].many);
        }
    }
    return text;
}
