// What the dashboard's files share: dashboard.c (screen, loop, events), dashboard_scene.c (what
// there is to draw) and dashboard_serve.c (what keys ask for).
#ifndef REHOME_APP_DASHBOARD_PARTS_H
#define REHOME_APP_DASHBOARD_PARTS_H

#include <ev.h>

#include "event_log.h"
#include "live_settings.h"
#include "playback.h"
#include "rehome/app/lab.h"
#include "rehome/ui/pace.h"
#include "rehome/ui/ui.h"
#include "session.h"
#include "theme_watch.h"
#include "undo.h"

typedef struct Dashboard {
    Session session;
    Lab *lab;
    Ui *ui;
    Canvas *canvas;
    EventLog *log;
    History *history;
    Undo undo;
    Theme theme;
    ThemeWatch theme_watch;
    StrBuf themes; // names, each with a blank behind it
    LiveSettings settings;
    Playback playback;   // of a tape, where the session has a player
    SceneReplay replay;  // for the scene
    Automatic automatic; // the same
    char seeds[160];
    char message[240];
    Level message_level;
    int64_t message_ms;
    Pace pace;
    Request asked; // what a key asked for in the middle of a round: done at its end
    ev_io keyboard;
    ev_io writable; // while the terminal has not taken all that it was sent
    ev_signal resized;
    ev_timer wake; // clocks on the screen, the countdown, a frame that was too soon
    ev_prepare before_wait;
} Dashboard;

// For the message line, for a while.
void dashboard_say(Dashboard *d, Level level, const char *text);

bool dashboard_is_replay(const Dashboard *d);
Scene dashboard_scene(Dashboard *d); // borrowed for the frame
const KeyMap *dashboard_keys(const Options *o);

// Does what the screen asks for.
void dashboard_serve(Dashboard *d, const Request *r);

// The file of the theme in use is another now; for theme_watch, ctx is the dashboard.
void dashboard_theme_changed(void *ctx, const char *name);

void dashboard_use_mouse(Dashboard *d, bool on);

#endif
