// From a round's answers to the present picture, what was thought about it, and the events between
// two pictures.
#include <stdio.h>

#include "engine_parts.h"

static bool anybody_answered(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says != NULL && says->reach == REACH_OK) {
            return true;
        }
    }
    return false;
}

static bool is_reachable(const Node *n)
{
    return n->says != NULL && n->says->reach == REACH_OK;
}

static bool reach_changed(const Snapshot *before, const Snapshot *after)
{
    for (size_t i = 0; i < after->n_nodes; i++) {
        int was = snapshot_find(before, after->nodes[i].id);
        if (was < 0 || is_reachable(&before->nodes[was]) != is_reachable(&after->nodes[i])) {
            return true;
        }
    }
    return before->n_nodes != after->n_nodes;
}

static bool anybody_suspected(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (node_has(&s->nodes[i], NODE_PFAIL)) {
            return true;
        }
    }
    return false;
}

bool engine_should_hurry(const Engine *e)
{
    const Move *m = runner_move(e->runner);
    bool deciding = runner_is_busy(e->runner) &&
                    (m->state != MOVE_SYNC || e->round_ms - m->state_ms < HURRY_MS);
    bool disturbed = e->disturbed_ms != 0 && e->round_ms - e->disturbed_ms < HURRY_MS;
    return deciding || disturbed || anybody_suspected(e->snapshot);
}

// runner_own() goes on for a while after the end, so that the diff can say who did it. A move that
// ended well must not hide an orphan for so long, nor keep its replica from helping again.
static OwnMove move_in_flight(const Engine *e)
{
    const Move *m = runner_move(e->runner);
    bool counts = runner_is_busy(e->runner) || (m != NULL && m->unfinished);
    return counts ? runner_own(e->runner) : (OwnMove){0};
}

// What may be told as our doing: before the write went out, whoever moved it was not us.
static OwnMove move_written(const Engine *e)
{
    const Move *m = runner_move(e->runner);
    return m != NULL && m->write_ms != 0 ? runner_own(e->runner) : (OwnMove){0};
}

static void take_picture(Engine *e, Snapshot *s)
{
    HealthOptions options = {
        .floor = e->floor,
        .moving = move_in_flight(e),
    };
    const Health *health = health_assess(s, e->health, &options);
    if (e->snapshot == NULL || *e->trouble != '\0') {
        char text[200];
        snprintf(text, sizeof(text), "connected to %s: %zu masters, %zu replicas", s->name,
                 s->n_masters, s->n_replicas);
        engine_tell_text(e, EVENT_CONNECTED, LEVEL_INFO, BY_NOBODY, text);
        const char *notice = poller_notice(e->poller);
        if (*notice != '\0') {
            engine_tell_text(e, EVENT_CONNECTED, LEVEL_WARNING, BY_NOBODY, notice);
        }
    }
    OwnMove own = move_written(e);
    snapshot_diff(e->snapshot, s, &own, engine_tell, e);
    health_diff(e->health, health, engine_tell, e);
    if (e->snapshot != NULL && reach_changed(e->snapshot, s)) {
        e->disturbed_ms = e->round_ms;
    }
    *e->trouble = '\0';
    e->hopeless = false;
    e->before = e->snapshot;
    e->health_before = e->health;
    e->snapshot = s;
    e->health = health;
    e->findings = findings_find(health);
    e->plan = plan_make(health);
}

static bool is_settled(const RoundInput *in)
{
    for (size_t i = 0; i < in->n; i++) {
        Reach reach = in->at[i].reach;
        if (reach == REACH_CONNECTING || reach == REACH_LATE || reach == REACH_OK) {
            return false;
        }
    }
    return true;
}

static void lose_contact(Engine *e, const RoundInput *in)
{
    e->hopeless = is_settled(in);
    bool was_in_contact = *e->trouble == '\0' && e->snapshot != NULL;
    const char *trouble = snapshot_trouble(in);
    snprintf(e->trouble, sizeof(e->trouble), "%s", *trouble != '\0' ? trouble : "no answer yet");
    if (was_in_contact) {
        engine_tell_text(e, EVENT_LOST, LEVEL_CRITICAL, BY_NOBODY, e->trouble);
    }
    auto_young(&e->automatic);
}

bool engine_take_round(Engine *e, const RoundInput *in)
{
    // The picture before the present one has served; three at a time would be the most we ever
    // hold.
    snapshot_free(e->before);
    e->before = NULL;
    e->health_before = NULL;
    RoundInput labelled = *in;
    labelled.labels = e->labels;
    Snapshot *s = snapshot_build(&labelled);
    if (s->n_nodes > 0 && anybody_answered(s)) {
        take_picture(e, s);
        return true;
    }
    lose_contact(e, in);
    snapshot_free(s);
    return false;
}
