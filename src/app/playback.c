#include "playback.h"

#include "rehome/base/mem.h"

enum {
    SLICE_MS = 15, // keys are answered between two slices
    MINUTE_MS = 60000,
    GAP_MS = 10000, // nothing was recorded for longer: nobody wants to wait for it
    FRAME_MS = 50,
};

static const struct {
    const char *text;
    int64_t quarters;
} speeds[] = {
    {"1/4x", 1}, {"1/2x", 2}, {"1x", 4},    {"2x", 8},    {"4x", 16},
    {"8x", 32},  {"16x", 64}, {"32x", 128}, {"64x", 256},
};

enum { AS_IT_WAS = 2 };

static void stay(Playback *p, int64_t real_ms)
{
    player_set_now(p->player, p->at_ms);
    p->real_ms = real_ms;
}

// The next round, whenever it was.
static bool step(Playback *p)
{
    int64_t next_ms = player_next_ms(p->player);
    if (!player_step(p->player)) {
        return false;
    }
    p->at_ms = next_ms;
    return true;
}

Playback playback_begin(Player *player, Survey survey, void (*rewound)(void *ctx), void *ctx)
{
    Playback p = {
        .player = player,
        .survey = survey,
        .rewound = rewound,
        .ctx = ctx,
        .is_playing = true,
        .speed = AS_IT_WAS,
        .at_ms = survey.begin_ms,
        .goal_ms = survey.begin_ms,
    };
    return p;
}

void playback_done(Playback *p)
{
    survey_done(&p->survey);
}

// --- going somewhere

static void go(Playback *p, int64_t goal_ms)
{
    const Survey *s = &p->survey;
    goal_ms = goal_ms < s->begin_ms ? s->begin_ms : goal_ms > s->end_ms ? s->end_ms : goal_ms;
    if (goal_ms < p->at_ms) {
        player_rewind(p->player);
        p->rewound(p->ctx);
        p->at_ms = s->begin_ms;
    }
    p->goal_ms = goal_ms;
}

static int64_t mark_after(const Survey *s, int64_t at_ms)
{
    for (size_t i = 0; i < s->n_marks; i++) {
        if (s->marks[i].at_ms > at_ms) {
            return s->marks[i].at_ms;
        }
    }
    return s->end_ms;
}

static int64_t mark_before(const Survey *s, int64_t at_ms)
{
    for (size_t i = s->n_marks; i-- > 0;) {
        if (s->marks[i].at_ms < at_ms) {
            return s->marks[i].at_ms;
        }
    }
    return s->begin_ms;
}

static void stop(Playback *p)
{
    p->is_playing = false;
}

static void change_speed(Playback *p, int by)
{
    int speed = p->speed + by;
    p->speed = speed < 0 ? 0 : speed >= (int)ARRAY_LEN(speeds) ? (int)ARRAY_LEN(speeds) - 1 : speed;
}

static void play_or_stop(Playback *p)
{
    p->is_playing = !p->is_playing;
    if (p->is_playing && player_next_ms(p->player) == 0) {
        go(p, p->survey.begin_ms);
    }
}

void playback_act(Playback *p, Action action, int64_t real_ms)
{
    int64_t from_ms = p->goal_ms != 0 ? p->goal_ms : p->at_ms; // keys may come faster than we
    p->real_ms = real_ms;
    if (action == ACT_PLAY) {
        play_or_stop(p);
    } else if (action == ACT_STEP) {
        stop(p);
        go(p, survey_round_after(&p->survey, from_ms));
    } else if (action == ACT_STEP_BACK) {
        stop(p);
        go(p, survey_round_before(&p->survey, from_ms));
    } else if (action == ACT_FASTER || action == ACT_SLOWER) {
        change_speed(p, action == ACT_FASTER ? 1 : -1);
    } else if (action == ACT_NEXT_EVENT) {
        go(p, mark_after(&p->survey, from_ms));
    } else if (action == ACT_PREVIOUS_EVENT) {
        go(p, mark_before(&p->survey, from_ms));
    } else if (action == ACT_MINUTE_ON || action == ACT_MINUTE_BACK) {
        go(p, from_ms + (action == ACT_MINUTE_ON ? MINUTE_MS : -MINUTE_MS));
    } else if (action == ACT_TAPE_BEGIN) {
        go(p, p->survey.begin_ms);
    } else if (action == ACT_TAPE_END) {
        go(p, p->survey.end_ms);
    }
}

void playback_seek(Playback *p, int64_t to_ms, int64_t real_ms)
{
    p->real_ms = real_ms;
    go(p, to_ms);
}

// --- time

// Until there. False: the slice was not enough.
static bool feed_until(Playback *p, int64_t until_ms)
{
    int64_t begun_ms = poller_now_ms();
    for (;;) {
        int64_t next_ms = player_next_ms(p->player);
        if (next_ms == 0 || next_ms > until_ms) {
            return true;
        }
        step(p);
        if (poller_now_ms() - begun_ms >= SLICE_MS) {
            next_ms = player_next_ms(p->player);
            return next_ms == 0 || next_ms > until_ms;
        }
    }
}

static bool run_to_goal(Playback *p, int64_t real_ms)
{
    if (!feed_until(p, p->goal_ms)) {
        return false;
    }
    p->at_ms = p->goal_ms;
    p->goal_ms = 0;
    stay(p, real_ms);
    return true;
}

bool playback_run(Playback *p, int64_t real_ms)
{
    if (p->goal_ms != 0) {
        return run_to_goal(p, real_ms);
    }
    if (!p->is_playing) {
        p->real_ms = real_ms;
        return true;
    }
    int64_t until_ms = p->at_ms + (real_ms - p->real_ms) * speeds[p->speed].quarters / 4;
    int64_t next_ms = player_next_ms(p->player);
    if (next_ms == 0) {
        stop(p);
        return true;
    }
    if (next_ms - p->at_ms > GAP_MS) {
        until_ms = next_ms;
    }
    if (until_ms == p->at_ms) { // too early to tell, at a slow speed
        return true;
    }
    bool is_done = feed_until(p, until_ms);
    if (is_done) {
        p->at_ms = until_ms < p->survey.end_ms ? until_ms : p->survey.end_ms;
    }
    stay(p, real_ms);
    return is_done;
}

int64_t playback_wake_ms(const Playback *p, int64_t real_ms)
{
    int64_t next_ms = player_next_ms(p->player);
    if (p->goal_ms != 0) {
        return real_ms;
    }
    if (!p->is_playing) {
        return 0;
    }
    int64_t left_ms = next_ms == 0 ? 0 : (next_ms - p->at_ms) * 4 / speeds[p->speed].quarters;
    int64_t wait_ms = left_ms < FRAME_MS ? FRAME_MS : left_ms > 1000 ? 1000 : left_ms;
    return p->real_ms + wait_ms;
}

SceneReplay playback_scene(const Playback *p)
{
    return (SceneReplay){
        .is_playing = p->is_playing,
        .is_seeking = p->goal_ms != 0,
        .speed = speeds[p->speed].text,
        .begin_ms = p->survey.begin_ms,
        .end_ms = p->survey.end_ms,
        .round = player_rounds(p->player),
        .rounds = p->survey.rounds,
        .marks = p->survey.marks,
        .n_marks = p->survey.n_marks,
    };
}
