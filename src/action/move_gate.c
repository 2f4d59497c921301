// GATE: two complete rounds running, both newer than the decision, then gate_check(). What time may
// cure is waited for, within the state's limit.
#include <stdio.h>
#include <string.h>

#include "move_parts.h"

// Complete: everybody who answers at all has told us INFO since then, and everybody who was asked
// for it its view; in a large cluster that must be a majority of the slot owners. Whoever does not
// answer is the gate's matter. False: out says who is behind.
static bool is_complete(const Health *h, int64_t since_ms, char *out, size_t size)
{
    const Snapshot *s = h->snapshot;
    if (s->now_ms < since_ms) {
        snprintf(out, size, "this round is older than the decision");
        return false;
    }
    size_t spared = 0;
    size_t told = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        const NodeSays *says = n->says;
        if (says == NULL || says->reach != REACH_OK) {
            continue;
        }
        told += node_is_owner(n) && says->view_ms >= since_ms;
        spared += says->view_spared;
        if (says->info_ms < since_ms) {
            snprintf(out, size, "%s has not told its INFO anew", n->addr);
            return false;
        }
        // CLUSTER NODES is refused while loading (server.c, CMD_LOADING; all Redis, not Valkey 8).
        if (!says->view_spared && !says->loading && !says->info.loading &&
            says->view_ms < since_ms) {
            snprintf(out, size, "%s has not told its view anew", n->addr);
            return false;
        }
    }
    if (spared > 0 && 2 * told <= s->n_owners) {
        snprintf(out, size, "only %zu of %zu slot owners were asked for their view", told,
                 s->n_owners);
        return false;
    }
    return true;
}

static MoveEffect gate_refuse(Move *m, int64_t now_ms)
{
    GateRule rule = m->verdict.refused_by;
    char why[sizeof(m->why)];
    snprintf(why, sizeof(why), "%s: %s", gate_rule_text(rule), m->verdict.check[rule].text);
    return move_finish(m, MOVE_REFUSED, now_ms, why);
}

// What time may cure: news that has not reached everybody yet, or a move that the servers are about
// to make themselves.
static bool passes_with_time(GateRule rule)
{
    return rule == GATE_IDENTITY || rule == GATE_MAJORITY || rule == GATE_AGREEMENT ||
           rule == GATE_SERVER_RACE;
}

static MoveEffect gate_closed(Move *m, const GateAsk *ask, int64_t now_ms)
{
    for (int i = 0; i < GATE_RULE_COUNT; i++) {
        GateRule rule = (GateRule)i;
        if (!m->verdict.check[i].passed && gate_refuses(ask, rule) && !passes_with_time(rule)) {
            m->verdict.refused_by = rule;
            return gate_refuse(m, now_ms);
        }
    }
    GateRule rule = m->verdict.refused_by;
    move_say(m, "waiting at the gate: %s", m->verdict.check[rule].text);
    return move_pause(m, now_ms, GATE_GAP_MS);
}

static MoveEffect gate_time_out(Move *m, int64_t now_ms)
{
    if (m->verdict.check[m->verdict.refused_by].text[0] != '\0') {
        return gate_refuse(m, now_ms); // checked, and time did not cure it
    }
    GateCheck *check = &m->verdict.check[GATE_MAJORITY];
    m->verdict.open = false;
    m->verdict.refused_by = GATE_MAJORITY;
    check->passed = false;
    snprintf(check->text, sizeof(check->text), "no two complete rounds in %d s; %.120s",
             (int)(move_limit_ms(m) / 1000), m->why);
    return gate_refuse(m, now_ms);
}

static void remember_goal(Move *m, const Health *h)
{
    const Node *target = move_node(h, m->spec.target);
    if (target != NULL && target->slots.n > 0) {
        m->goal_slot = target->slots.at[0].first;
    }
}

static GateAsk ask_of(const Move *m)
{
    return (GateAsk){
        .replica = m->spec.replica,
        .donor = m->spec.donor,
        .target = m->spec.target,
        .purpose = m->spec.purpose,
        .accept_risk = m->spec.accept_risk,
        .force = m->spec.force,
        .decided_ms = m->started_ms,
    };
}

static MoveEffect gate_round(Move *m, const Health *before, const Health *h, int64_t now_ms)
{
    char behind[160];
    int64_t newer_ms = m->started_ms + 1;
    if (!is_complete(h, newer_ms, behind, sizeof(behind))) {
        move_say(m, "checking the gate: %s", behind);
        return move_round(m, now_ms);
    }
    m->gate_rounds++;
    if (before == NULL || !is_complete(before, newer_ms, behind, sizeof(behind))) {
        // Asked for at once, so that on a slow cluster, where rounds follow each other without a
        // gap, the next one is complete too.
        move_say(m, "checking the gate: the first round is in");
        return move_round(m, now_ms);
    }
    int64_t first_ms = before->snapshot->now_ms;
    if (!is_complete(h, first_ms, behind, sizeof(behind))) {
        move_say(m, "checking the gate: the second round is not complete: %s", behind);
        return move_round(m, now_ms);
    }
    if (h->snapshot->now_ms - first_ms < GATE_GAP_MS) {
        return move_pause(m, now_ms, GATE_GAP_MS);
    }
    GateAsk ask = ask_of(m);
    gate_check(&ask, before, h, &m->verdict);
    if (!m->verdict.open) {
        return gate_closed(m, &ask, now_ms);
    }
    m->gate_ms = h->snapshot->now_ms;
    remember_goal(m, h);
    return fence_enter(m, now_ms);
}

void gate_look_again(Move *m, const Health *before, const Health *h)
{
    if (before == NULL || before->snapshot->now_ms < m->gate_ms) {
        return;
    }
    GateAsk ask = ask_of(m);
    GateVerdict verdict;
    gate_check(&ask, before, h, &verdict);
    m->is_shut = false;
    for (int i = 0; i < GATE_RULE_COUNT && !m->is_shut; i++) {
        GateRule rule = (GateRule)i;
        bool is_asked = rule != GATE_IDENTITY && rule != GATE_MAJORITY;
        if (is_asked && !verdict.check[i].passed && gate_refuses(&ask, rule)) {
            m->is_shut = true;
            m->verdict = verdict;
            m->verdict.open = false;
            m->verdict.refused_by = rule;
        }
    }
}

MoveEffect gate_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    if (in->kind == INPUT_STOP) {
        return move_finish(m, MOVE_FAILED, now_ms, "stopped before anything was moved");
    }
    if (now_ms >= m->state_ms + move_limit_ms(m)) {
        return gate_time_out(m, now_ms);
    }
    if (in->kind == INPUT_ROUND) {
        return gate_round(m, in->before, in->health, now_ms);
    }
    bool is_due = m->pause_ms != 0 ? now_ms >= m->pause_ms
                                   : m->asked_ms == 0 || now_ms >= m->asked_ms + ROUND_AGAIN_MS;
    return is_due ? move_round(m, now_ms) : move_idle(m, now_ms);
}
