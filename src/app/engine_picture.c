// From a round's answers to a picture for the pilot, or to the trouble that there is none.
#include <stdio.h>

#include "engine_parts.h"

// At the time of the picture, so that a tape of it tells the same.
static void tell_at(Engine *e, int64_t wall_ms, EventCode code, Level level, const char *text)
{
    Event event = event_make(code, level, wall_ms, NULL, "%s", text);
    engine_emit(e, &event);
}

static void take_picture(Engine *e, Snapshot *s)
{
    if (engine_health(e) == NULL || *e->trouble != '\0') {
        char text[200];
        snprintf(text, sizeof(text), "connected to %s: %zu masters, %zu replicas", s->name,
                 s->n_masters, s->n_replicas);
        tell_at(e, s->wall_ms, EVENT_CONNECTED, LEVEL_INFO, text);
        const char *notice = e->source.notice(e->source.ctx);
        if (*notice != '\0') {
            tell_at(e, s->wall_ms, EVENT_CONNECTED, LEVEL_WARNING, notice);
        }
    }
    *e->trouble = '\0';
    e->hopeless = false;
    pilot_round(e->pilot, s, engine_now_ms(e));
    e->findings = findings_find(engine_health(e));
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
    bool was_in_contact = *e->trouble == '\0' && engine_health(e) != NULL;
    const char *trouble = snapshot_trouble(in);
    snprintf(e->trouble, sizeof(e->trouble), "%s", *trouble != '\0' ? trouble : "no answer yet");
    if (was_in_contact) {
        tell_at(e, in->wall_ms, EVENT_LOST, LEVEL_CRITICAL, e->trouble);
    }
    pilot_lose_contact(e->pilot);
}

static void let_others_in(Engine *e)
{
    if (e->poller != NULL && e->listener.between != NULL) {
        e->listener.between(e->listener.ctx);
    }
}

bool engine_take_round(Engine *e, const RoundInput *in)
{
    pilot_drop_before(e->pilot);
    RoundInput labelled = *in;
    labelled.labels = e->labels;
    labelled.aliases = e->aliases;
    labelled.redis_cli = e->redis_cli;
    Snapshot *s = snapshot_build(&labelled);
    let_others_in(e);
    engine_tap_round(e, in, s);
    let_others_in(e);
    if (snapshot_is_news(s)) {
        take_picture(e, s);
        return true;
    }
    lose_contact(e, in);
    snapshot_free(s);
    return false;
}
