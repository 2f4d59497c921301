#include "theme_watch.h"

#include "rehome/base/mem.h"
#include "theme_file.h"

enum { LOOK_S = 1 }; // where the system does not tell

static void on_again(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    const ThemeWatch *w = timer->data;
    w->changed(w->ctx, w->name);
}

static void on_file(struct ev_loop *loop, ev_stat *file, int revents)
{
    (void)revents;
    ThemeWatch *w = file->data;
    if (file->attr.st_nlink == 0) {
        return; // an editor is about to put another one in its place
    }
    if (file->attr.st_size > 0) { // else it is being written: as it is now it would be all defaults
        w->changed(w->ctx, w->name);
    }
    ev_timer_stop(loop, &w->again);
    ev_timer_set(&w->again, 1.02, 0.0);
    ev_timer_start(loop, &w->again);
}

void theme_watch_stop(ThemeWatch *w)
{
    if (w->path != NULL) {
        ev_stat_stop(w->loop, &w->file);
        ev_timer_stop(w->loop, &w->again);
        mem_free(w->path);
        mem_free(w->name);
        w->path = w->name = NULL;
    }
}

void theme_watch_follow(ThemeWatch *w, const char *name)
{
    theme_watch_stop(w);
    w->path = theme_file_path(name);
    if (w->path != NULL) {
        w->name = name != NULL ? mem_strdup(name) : NULL;
        ev_init(&w->again, on_again);
        ev_stat_init(&w->file, on_file, w->path, LOOK_S);
        w->file.data = w->again.data = w;
        ev_stat_start(w->loop, &w->file);
    }
}
