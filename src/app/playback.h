// A tape that is played: how fast, where we are on it, and where to go. Times named real_ms are of
// the clock on the wall; all others are the tape's.
#ifndef REHOME_SRC_APP_PLAYBACK_H
#define REHOME_SRC_APP_PLAYBACK_H

#include "player.h"
#include "rehome/ui/keys.h"
#include "rehome/ui/scene.h"
#include "survey.h"

typedef struct {
    Player *player; // borrowed
    Survey survey;
    void (*rewound)(void *ctx); // what was told so far has not happened yet
    void *ctx;
    bool is_playing;
    int speed;       // index of playback_speeds
    int64_t at_ms;   // where we are
    int64_t real_ms; // when that was so
    int64_t goal_ms; // on the way there; 0: nowhere
} Playback;

// Takes the survey over. Shows the first round.
Playback playback_begin(Player *player, Survey survey, void (*rewound)(void *ctx), void *ctx);
void playback_done(Playback *p);

void playback_act(Playback *p, Action action, int64_t real_ms); // of the place `replay`

void playback_seek(Playback *p, int64_t to_ms, int64_t real_ms);

// Feed what is due by now, but for no longer than a moment. False: there is more to do at once.
bool playback_run(Playback *p, int64_t real_ms);

int64_t playback_wake_ms(const Playback *p, int64_t real_ms); // call it then again; 0: not needed

SceneReplay playback_scene(const Playback *p);

#endif
