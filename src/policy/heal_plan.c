#include "rehome/policy/heal_plan.h"

#include <string.h>

#include "heal_work.h"
#include "picture.h"
#include "plan_work.h"
#include "rehome/base/mem.h"
#include "word.h"

// In an arena of its own, with whatever is wished of spreading.
static const Health *first_picture(const Health *h, bool spread, Arena *arena)
{
    HealthOptions options = h->options;
    options.spread = spread;
    return health_assess(picture_copy(h->snapshot, arena), h, &options);
}

MovePurpose heal_purpose(const Health *h, int replica, int target)
{
    const Node *nodes = h->snapshot->nodes;
    bool cures = plan_is_alone(h, target) && word_other_host(&nodes[replica], &nodes[target]);
    return h->of[target].master == STATE_ORPHANED ? PURPOSE_HEAL
           : cures                                ? PURPOSE_SPREAD
                                                  : PURPOSE_STEP;
}

// By the same rules as any move of the plan. False: *why says why not.
static bool judge(const Health *h, int replica, int target, MovePurpose purpose, HealMove *out,
                  const char **why)
{
    const Snapshot *s = h->snapshot;
    const NodeSays *says = s->nodes[target].says;
    const char *rule;
    PlanWork w = plan_work(h, HEED_ALL);
    PlanVerdict verdict = plan_target_verdict(&w, target);
    const char *waits =
        verdict.rule[0] != '\0' ? verdict.text : plan_waits_for(h, target, purpose, &rule);
    PlanCandidate c = {.refused = waits};
    if (s->nodes[replica].master == target) {
        c.refused = arena_printf(s->arena, "it follows %s already", s->nodes[target].addr);
    } else if (waits == NULL) {
        c = plan_judge(&w, replica, target, purpose);
        if (!c.legal && c.refused[0] == '\0') {
            c.refused = plan_host_words(&w, &c, target);
        }
    }
    if (c.legal) {
        plan_put_in_words(&w, &c, target);
        *out = (HealMove){
            .purpose = purpose,
            .replica = replica,
            .donor = c.donor,
            .target = target,
            .cost_bytes = says->info.used_memory,
            .same_host = c.value[PLAN_RULE_OTHER_HOST] == 2,
            .reason = plan_reason(&w, &c),
            .command = plan_command(s, replica, target),
        };
    }
    plan_work_done(&w);
    *why = c.refused;
    return c.legal;
}

bool heal_play(HealPlay *p, int replica, int target, MovePurpose purpose, const char **why)
{
    HealMove *move = &p->at[p->n];
    if (p->n == HEAL_MOVES_MAX || !judge(p->now, replica, target, purpose, move, why)) {
        return false;
    }
    HealMove first;
    const char *unused;
    move->now = p->n == 0 || judge(p->first, replica, target, purpose, &first, &unused);
    p->now = picture_moved(p->now, replica, target);
    p->n++;
    return true;
}

int heal_count_alone(const Health *h)
{
    int n = 0;
    for (size_t i = 0; i < h->snapshot->n_masters; i++) {
        n += plan_is_alone(h, h->snapshot->masters[i]);
    }
    return n;
}

HealScore heal_play_score(const HealPlay *p)
{
    HealScore score = {p->now->orphaned, heal_count_alone(p->now), (int)p->n, 0};
    for (size_t i = 0; i < p->n; i++) {
        score.bytes += p->at[i].cost_bytes > 0 ? p->at[i].cost_bytes : 0;
    }
    return score;
}

// --- what automatic mode would do, to its end

// What one plan promises may all be done; then there may be a new one. Where hundreds of masters
// are to be spread over a thousand nodes each plan costs a while: then the first few have to do,
// and whoever carries them out may ask again.
static void play_plan(HealPlay *p)
{
    enum { PAIRS_MAX = 1000000 };
    const char *why;
    size_t pairs = 0;
    for (bool goes_on = true; goes_on && pairs < PAIRS_MAX;) {
        Plan plan = plan_make(p->now);
        pairs += plan.n * p->now->snapshot->n_nodes;
        goes_on = false;
        for (size_t i = 0; i < plan.n; i++) {
            const PlanTarget *t = &plan.at[i];
            bool made = t->chosen >= 0 &&
                        heal_play(p, t->candidates[t->chosen].replica, t->target, t->purpose, &why);
            goes_on = goes_on || made;
        }
    }
}

// --- what a search has found

static bool play_pairs(HealPlay *p, const HealPair *pairs, size_t n)
{
    const char *why;
    bool legal = true;
    for (size_t i = 0; i < n && legal; i++) {
        MovePurpose purpose = heal_purpose(p->now, pairs[i].replica, pairs[i].target);
        legal = heal_play(p, pairs[i].replica, pairs[i].target, purpose, &why);
    }
    return legal;
}

static void shift(HealPair *pairs, size_t from, size_t to)
{
    HealPair pair = pairs[from];
    memmove(&pairs[to + 1], &pairs[to], (from - to) * sizeof(*pairs));
    pairs[to] = pair;
}

// Whoever has nobody is helped before others are spread, as early as the rest allows.
static void orphans_first(HealPlay *p)
{
    HealPair pairs[HEAL_MOVES_MAX];
    for (size_t i = 0; i < p->n; i++) {
        pairs[i] = (HealPair){p->at[i].replica, p->at[i].target};
    }
    HealScore score = heal_play_score(p);
    size_t helped = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->at[i].purpose != PURPOSE_HEAL) {
            continue;
        }
        for (size_t to = helped; to < i; to++) {
            HealPair other[HEAL_MOVES_MAX];
            memcpy(other, pairs, p->n * sizeof(*other));
            shift(other, i, to);
            HealPlay tried = {.first = p->first, .now = p->first};
            HealScore reached = {0};
            if (play_pairs(&tried, other, p->n)) {
                reached = heal_play_score(&tried);
            }
            if (tried.n == p->n && heal_score_compare(&reached, &score) == 0) {
                memcpy(pairs, other, p->n * sizeof(*other));
                *p = tried;
                break;
            }
        }
        helped++;
    }
}

// No move cures more than one master: so many are the least, and who reaches everything with them
// needs no search.
static void improve(HealPlay *p)
{
    HealPair pairs[HEAL_MOVES_MAX];
    HealScore found;
    HealScore have = heal_play_score(p);
    int least = p->first->orphaned + heal_count_alone(p->first);
    if (p->first->spares == 0 || (have.orphans + have.alone == 0 && have.moves == least)) {
        return;
    }
    size_t n = heal_search(p->first, pairs, ARRAY_LEN(pairs), &found);
    if (heal_score_compare(&found, &have) >= 0) {
        return;
    }
    HealPlay *better = mem_alloc(sizeof(*better));
    *better = (HealPlay){.first = p->first, .now = p->first};
    if (play_pairs(better, pairs, n)) {
        HealScore reached = heal_play_score(better);
        if (heal_score_compare(&reached, &have) < 0) {
            *p = *better;
            orphans_first(p);
        }
    }
    mem_free(better);
}

HealPlay *heal_play_new(const Health *h, bool spread)
{
    HealPlay *p = mem_alloc(sizeof(*p));
    p->first = p->now = first_picture(h, spread, arena_new());
    return p;
}

const HealPlan *heal_plan_make(const Health *h, bool spread)
{
    HealPlay *p = heal_play_new(h, spread);
    play_plan(p);
    if (spread) {
        improve(p);
    }
    const HealPlan *out = heal_play_plan(p, spread);
    mem_free(p);
    return out;
}

void heal_plan_free(const HealPlan *p)
{
    if (p != NULL) {
        arena_free(p->arena);
    }
}

// --- at a glance

bool heal_plan_exists(const Health *h, const Plan *plan)
{
    enum { LOOKED_AT = 4 };
    if (plan->n_moves > 0) {
        return true;
    }
    const Snapshot *s = h->snapshot;
    bool found = false;
    PlanWork w = plan_work(h, HEED_ALL);
    size_t looked = 0;
    for (size_t i = 0; i < s->n_owners && h->spares > 0 && !found && looked < LOOKED_AT; i++) {
        if (plan_is_alone(h, s->masters[i])) {
            looked++;
            PlanTarget t = plan_for(&w, &(PlanAsk){s->masters[i], PURPOSE_SPREAD, -1, 1});
            found = t.chosen >= 0 ||
                    (strcmp(t.refused_rule, "no-spare") == 0 && plan_has_step(&w, s->masters[i]));
        }
    }
    plan_work_done(&w);
    return found;
}
