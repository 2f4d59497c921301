#include "rehome/policy/heal_plan.h"

#include <stdio.h>
#include <string.h>

#include "heal_search.h"
#include "picture.h"
#include "plan_work.h"
#include "rehome/base/mem.h"
#include "word.h"

// Moves made one after the other, each in the picture that the one before has left.
typedef struct {
    const Health *first;
    const Health *now;
    HealMove at[HEAL_MOVES_MAX];
    size_t n;
} Play;

// In an arena of its own, with whatever is wished of spreading.
static const Health *first_picture(const Health *h, bool spread, Arena *arena)
{
    HealthOptions options = h->options;
    options.spread = spread;
    return health_assess(picture_copy(h->snapshot, arena), h, &options);
}

static MovePurpose purpose_of(const Health *h, int replica, int target)
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

static bool play(Play *p, int replica, int target, MovePurpose purpose, const char **why)
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

static int count_alone(const Health *h)
{
    int n = 0;
    for (size_t i = 0; i < h->snapshot->n_masters; i++) {
        n += plan_is_alone(h, h->snapshot->masters[i]);
    }
    return n;
}

static HealScore score_of(const Play *p)
{
    HealScore score = {p->now->orphaned, count_alone(p->now), (int)p->n, 0};
    for (size_t i = 0; i < p->n; i++) {
        score.bytes += p->at[i].cost_bytes > 0 ? p->at[i].cost_bytes : 0;
    }
    return score;
}

// --- what automatic mode would do, to its end

// What one plan promises may all be done; then there may be a new one. Where hundreds of masters are
// to be spread over a thousand nodes each plan costs a while: then the first few have to do, and
// whoever carries them out may ask again.
static void play_plan(Play *p)
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
                        play(p, t->candidates[t->chosen].replica, t->target, t->purpose, &why);
            goes_on = goes_on || made;
        }
    }
}

// --- what a search has found

static bool play_pairs(Play *p, const HealPair *pairs, size_t n)
{
    const char *why;
    bool legal = true;
    for (size_t i = 0; i < n && legal; i++) {
        MovePurpose purpose = purpose_of(p->now, pairs[i].replica, pairs[i].target);
        legal = play(p, pairs[i].replica, pairs[i].target, purpose, &why);
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
static void orphans_first(Play *p)
{
    HealPair pairs[HEAL_MOVES_MAX];
    for (size_t i = 0; i < p->n; i++) {
        pairs[i] = (HealPair){p->at[i].replica, p->at[i].target};
    }
    HealScore score = score_of(p);
    size_t helped = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->at[i].purpose != PURPOSE_HEAL) {
            continue;
        }
        for (size_t to = helped; to < i; to++) {
            HealPair other[HEAL_MOVES_MAX];
            memcpy(other, pairs, p->n * sizeof(*other));
            shift(other, i, to);
            Play tried = {.first = p->first, .now = p->first};
            HealScore reached = {0};
            if (play_pairs(&tried, other, p->n)) {
                reached = score_of(&tried);
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
static void improve(Play *p)
{
    HealPair pairs[HEAL_MOVES_MAX];
    HealScore found;
    HealScore have = score_of(p);
    int least = p->first->orphaned + count_alone(p->first);
    if (p->first->spares == 0 || (have.orphans + have.alone == 0 && have.moves == least)) {
        return;
    }
    size_t n = heal_search(p->first, pairs, ARRAY_LEN(pairs), &found);
    if (heal_score_compare(&found, &have) >= 0) {
        return;
    }
    Play *better = mem_alloc(sizeof(*better));
    *better = (Play){.first = p->first, .now = p->first};
    if (play_pairs(better, pairs, n)) {
        HealScore reached = score_of(better);
        if (heal_score_compare(&reached, &have) < 0) {
            *p = *better;
            orphans_first(p);
        }
    }
    mem_free(better);
}

// --- the end of it

static void add_rest(HealPlan *out, HealRest *rest, HealRest one)
{
    rest[out->n_rest++] = one;
}

static const char *rule_of_failed(const Health *h, int master, const char **text)
{
    const Snapshot *s = h->snapshot;
    int heirs = word_heirs(s, master);
    *text =
        heirs > 0
            ? arena_printf(s->arena,
                           "%s has failed; %d replica%s may yet take over, and until then "
                           "nothing is moved",
                           s->nodes[master].addr, heirs, heirs == 1 ? "" : "s")
            : arena_printf(s->arena, "%s has failed, and nobody is left to take over its %d slots",
                           s->nodes[master].addr, s->nodes[master].slot_count);
    return "failed";
}

static void add_masters(HealPlan *out, HealRest *rest)
{
    const Health *h = out->after;
    const Snapshot *s = h->snapshot;
    Plan plan = plan_make(h);
    for (size_t i = 0; i < plan.n; i++) {
        const PlanTarget *t = &plan.at[i];
        if (t->chosen < 0) {
            add_rest(
                out, rest,
                (HealRest){t->target, "", t->refused_rule, t->reason, t->purpose != PURPOSE_HEAL});
        }
    }
    for (size_t i = 0; i < s->n_masters; i++) {
        int master = s->masters[i];
        HealRest one = {.master = master, .host = ""};
        if (h->of[master].master == STATE_AT_RISK) {
            one.text = plan_waits_for(h, master, PURPOSE_HEAL, &one.rule);
            add_rest(out, rest, one);
        } else if (h->of[master].master == STATE_FAILED && node_is_owner(&s->nodes[master])) {
            one.rule = rule_of_failed(h, master, &one.text);
            add_rest(out, rest, one);
        }
    }
}

static void add_hosts(HealPlan *out, HealRest *rest)
{
    const Health *h = out->after;
    const Snapshot *s = h->snapshot;
    if (h->hosts.n == 1) {
        add_rest(out, rest,
                 (HealRest){-1, h->hosts.at[0].host, "host",
                            arena_printf(s->arena, "every node is on %s: there is no other host",
                                         h->hosts.at[0].host),
                            true});
        return;
    }
    for (size_t i = 0; i < h->hosts.n; i++) {
        const HostLoss *loss = &h->hosts.at[i];
        if (!loss->majority_kept && loss->masters > 0) {
            const char *text =
                arena_printf(s->arena,
                             "%s holds %d of %zu masters, so that its loss leaves no majority: no "
                             "move of a replica cures that, a failover to another host does",
                             loss->host, loss->masters, s->n_owners);
            add_rest(out, rest, (HealRest){-1, loss->host, "majority", text, true});
        }
    }
}

// "...; then it can give :7102 to :7001": what a step is for shows only later.
static void tell_steps(HealPlan *out, HealMove *moves)
{
    const Snapshot *s = out->before->snapshot;
    for (size_t i = 0; i < out->n; i++) {
        size_t k = i + 1;
        while (k < out->n && moves[k].donor != moves[i].target) {
            k++;
        }
        if (moves[i].purpose == PURPOSE_STEP && k < out->n) {
            moves[i].reason =
                arena_printf(s->arena, "%s; then it can give %s to %s", moves[i].reason,
                             s->nodes[moves[k].replica].addr, s->nodes[moves[k].target].addr);
        }
    }
}

static const HealPlan *plan_of(const Play *p, bool spread)
{
    Arena *arena = p->first->snapshot->arena;
    HealPlan *out = arena_alloc(arena, sizeof(*out));
    HealMove *moves = arena_array(arena, p->n, sizeof(*moves));
    const Snapshot *s = p->now->snapshot;
    HealRest *rest = arena_array(arena, 2 * s->n_masters + p->now->hosts.n + 1, sizeof(*rest));
    memcpy(moves, p->at, p->n * sizeof(*moves));
    *out = (HealPlan){
        .arena = arena,
        .before = p->first,
        .after = p->now,
        .spread = spread,
        .moves = moves,
        .n = p->n,
        .rest = rest,
    };
    for (size_t i = 0; i < p->n; i++) {
        bool known = moves[i].cost_bytes >= 0 && out->cost_bytes >= 0;
        out->cost_bytes = known ? out->cost_bytes + moves[i].cost_bytes : -1;
    }
    tell_steps(out, moves);
    add_masters(out, rest);
    if (spread) {
        add_hosts(out, rest);
    }
    return out;
}

static Play *play_new(const Health *h, bool spread)
{
    Play *p = mem_alloc(sizeof(*p));
    p->first = p->now = first_picture(h, spread, arena_new());
    return p;
}

const HealPlan *heal_plan_make(const Health *h, bool spread)
{
    Play *p = play_new(h, spread);
    play_plan(p);
    if (spread) {
        improve(p);
    }
    const HealPlan *out = plan_of(p, spread);
    mem_free(p);
    return out;
}

void heal_plan_free(const HealPlan *p)
{
    if (p != NULL) {
        arena_free(p->arena);
    }
}

// --- an accepted one

static bool play_step(Play *p, const HealStep *step, char *why, size_t size)
{
    const Snapshot *s = p->now->snapshot;
    int replica = snapshot_find(s, step->replica);
    int target = snapshot_find(s, step->target);
    const char *refused = "";
    if (replica < 0 || target < 0 || node_is_master(&s->nodes[replica])) {
        snprintf(why, size, "%.12s is %s", replica < 0 ? step->replica.hex : step->target.hex,
                 replica >= 0 && target >= 0 ? "no replica any more" : "gone");
        return false;
    }
    if (!p->now->of[target].is_master || purpose_of(p->now, replica, target) != step->purpose) {
        snprintf(why, size, "%s is %s now", s->nodes[target].addr,
                 p->now->of[target].is_master ? master_state_text(p->now->of[target].master)
                                              : "a replica");
        return false;
    }
    if (!play(p, replica, target, step->purpose, &refused)) {
        snprintf(why, size, "%s may not go to %s: %s", s->nodes[replica].addr,
                 s->nodes[target].addr, refused);
        return false;
    }
    return true;
}

// Is another plan better now, whatever it costs in bytes? Those may change from one round to the
// next without anything having happened.
static bool is_outdone(const Play *accepted, const HealPlan *anew, char *why, size_t size)
{
    HealScore have = score_of(accepted);
    HealScore can = {anew->after->orphaned, count_alone(anew->after), (int)anew->n, have.bytes};
    if (heal_score_compare(&can, &have) >= 0) {
        return false;
    }
    bool fewer_moves = can.orphans == have.orphans && can.alone == have.alone;
    snprintf(why, size,
             fewer_moves ? "the cluster has changed: %zu move%s would do now"
                         : "the cluster has changed: a new plan of %zu move%s covers more",
             anew->n, anew->n == 1 ? "" : "s");
    return true;
}

const HealPlan *heal_plan_renew(const Health *h, bool spread, const HealStep *steps, size_t n,
                                char *why, size_t size)
{
    const HealPlan *anew = heal_plan_make(h, spread);
    Play *p = play_new(h, spread);
    const HealPlan *out = NULL;
    bool holds = true;
    for (size_t i = 0; i < n && holds; i++) {
        holds = play_step(p, &steps[i], why, size);
    }
    if (holds && !is_outdone(p, anew, why, size)) {
        out = plan_of(p, spread);
    } else {
        arena_free(p->first->snapshot->arena);
    }
    mem_free(p);
    heal_plan_free(anew);
    return out;
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
