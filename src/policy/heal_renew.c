// An accepted plan, in a later picture.
#include <stdio.h>

#include "heal_work.h"
#include "rehome/base/mem.h"

static bool play_step(HealPlay *p, const HealStep *step, char *why, size_t size)
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
    if (!p->now->of[target].is_master || heal_purpose(p->now, replica, target) != step->purpose) {
        snprintf(why, size, "%s is %s now", s->nodes[target].addr,
                 p->now->of[target].is_master ? master_state_text(p->now->of[target].master)
                                              : "a replica");
        return false;
    }
    if (!heal_play(p, replica, target, step->purpose, &refused)) {
        snprintf(why, size, "%s may not go to %s: %s", s->nodes[replica].addr,
                 s->nodes[target].addr, refused);
        return false;
    }
    return true;
}

// Is another plan better now, whatever it costs in bytes? Those may change from one round to the
// next without anything having happened.
static bool is_outdone(const HealPlay *accepted, const HealPlan *anew, char *why, size_t size)
{
    HealScore have = heal_play_score(accepted);
    HealScore can = {anew->after->orphaned, heal_count_alone(anew->after), (int)anew->n,
                     have.bytes};
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
    HealPlay *p = heal_play_new(h, spread);
    const HealPlan *out = NULL;
    bool holds = true;
    for (size_t i = 0; i < n && holds; i++) {
        holds = play_step(p, &steps[i], why, size);
    }
    if (holds && !is_outdone(p, anew, why, size)) {
        out = heal_play_plan(p, spread);
    } else {
        arena_free(p->first->snapshot->arena);
    }
    mem_free(p);
    heal_plan_free(anew);
    return out;
}
