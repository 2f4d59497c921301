#include "tapes.h"

#include "command_table.h"
#include "rehome/base/mem.h"

static void tell_news(Tapes *t, Recorder *r)
{
    char text[sizeof(((Event *)NULL)->text)];
    if (recorder_news(r, text, sizeof(text))) {
        Level level = recorder_is_broken(r) ? LEVEL_WARNING : LEVEL_GOOD;
        Event event = event_make(EVENT_TAPE, level, poller_wall_ms(), NULL, "%s", text);
        t->listener.event(t->listener.ctx, &event);
    }
}

static void on_round(void *ctx, const TapeRound *round)
{
    Tapes *t = ctx;
    for (size_t i = 0; i < ARRAY_LEN(t->at); i++) {
        if (t->at[i] != NULL) {
            recorder_round(t->at[i], round);
            tell_news(t, t->at[i]);
        }
    }
}

static void on_event(void *ctx, const Event *event)
{
    Tapes *t = ctx;
    for (size_t i = 0; i < ARRAY_LEN(t->at); i++) {
        if (t->at[i] != NULL) {
            recorder_event(t->at[i], event);
        }
    }
}

static void on_thought(void *ctx, const Move *last)
{
    Tapes *t = ctx;
    for (size_t i = 0; i < ARRAY_LEN(t->at); i++) {
        if (t->at[i] != NULL) {
            recorder_after(t->at[i], last);
        }
    }
}

bool tapes_begin(Tapes *t, const Options *o, const char *state_dir, const EngineListener *listener,
                 Error *err)
{
    TapeHead head = {
        .creator = "rehome " REHOME_VERSION,
        .wall_ms = poller_wall_ms(),
        .redacted = o->redact,
        .floor = o->floor,
        .spread = o->spread,
        .limits = o->limits,
    };
    *t = (Tapes){.listener = *listener};
    if (o->tape != NULL) {
        t->at[0] = recorder_to_file(o->tape, &head, err);
        if (t->at[0] == NULL) {
            return false;
        }
    }
    if (o->command->is_flight && o->flight_mb > 0 && state_dir != NULL) {
        head.redacted = false; // it does not leave the machine
        t->at[1] = recorder_of_flight(state_dir, &head, (int64_t)o->flight_mb << 20);
    }
    return true;
}

EngineTap tapes_tap(Tapes *t)
{
    return (EngineTap){.ctx = t, .round = on_round, .event = on_event, .after = on_thought};
}

void tapes_end(Tapes *t)
{
    for (size_t i = 0; i < ARRAY_LEN(t->at); i++) {
        recorder_free(t->at[i]);
        t->at[i] = NULL;
    }
}
