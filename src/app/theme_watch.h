// Tells when the file of the theme in use has changed.
#ifndef REHOME_APP_THEME_WATCH_H
#define REHOME_APP_THEME_WATCH_H

#include <ev.h>

// Zero but for loop, ctx and changed; must not move while it watches.
typedef struct {
    struct ev_loop *loop;
    ev_stat file;
    ev_timer again; // a change within the same second as the one before it shows in no time stamp
    char *name;
    char *path; // NULL: none is watched
    void *ctx;
    void (*changed)(void *ctx, const char *name);
} ThemeWatch;

// Watch this theme instead of the one before; names as for theme_file_load().
void theme_watch_follow(ThemeWatch *w, const char *name);
void theme_watch_stop(ThemeWatch *w); // also where nothing was ever watched

#endif
