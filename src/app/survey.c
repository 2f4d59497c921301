#include "survey.h"

#include <stdio.h>

#include "rehome/base/mem.h"

enum { PATIENCE_MS = 1000 };

typedef struct {
    Survey *survey;
    Engine *engine;
} Look;

static void on_round(void *ctx)
{
    (void)ctx; // events are enough
}

static void on_event(void *ctx, const Event *event)
{
    const Look *look = ctx;
    Survey *s = look->survey;
    s->marks = mem_grow(s->marks, &s->cap, s->n_marks + 1, sizeof(*s->marks));
    s->marks[s->n_marks++] = (ReplayMark){engine_now_ms(look->engine), event->level};
}

bool survey_take(Survey *out, char *const *files, size_t n, const Options *o, const Labels *labels,
                 void (*is_long)(void), Error *err)
{
    *out = (Survey){0};
    Look look = {.survey = out};
    EngineListener listener = {.ctx = &look, .round = on_round, .event = on_event};
    Player *p = player_new(files, n, o, labels, &listener, &look.engine, err);
    if (p == NULL) {
        return false;
    }
    int64_t patient_ms = poller_now_ms() + PATIENCE_MS;
    for (int64_t at_ms = player_next_ms(p); player_step(p); at_ms = player_next_ms(p)) {
        out->times = mem_grow(out->times, &out->cap_times, out->rounds + 1, sizeof(*out->times));
        out->times[out->rounds++] = at_ms;
        if (patient_ms != 0 && poller_now_ms() > patient_ms) {
            patient_ms = 0;
            is_long();
        }
    }
    snprintf(out->damage, sizeof(out->damage), "%s", player_damage(p));
    out->begin_ms = out->times[0]; // a player has one at least
    out->end_ms = out->times[out->rounds - 1];
    player_free(p);
    return true;
}

// How many rounds were before this time.
static size_t count_before(const Survey *s, int64_t at_ms)
{
    size_t low = 0;
    size_t high = s->rounds;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->times[mid] < at_ms) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

int64_t survey_round_before(const Survey *s, int64_t at_ms)
{
    size_t n = count_before(s, at_ms);
    return s->times[n > 0 ? n - 1 : 0];
}

int64_t survey_round_after(const Survey *s, int64_t at_ms)
{
    size_t n = count_before(s, at_ms + 1);
    return s->times[n < s->rounds ? n : s->rounds - 1];
}

void survey_done(Survey *s)
{
    mem_free(s->times);
    mem_free(s->marks);
    *s = (Survey){0};
}
