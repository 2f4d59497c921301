// `watch`: a line per event until stopped, with automatic mode when asked.
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "rehome/report/event_report.h"
#include "session.h"

typedef struct {
    Session session;
    ev_timer end;      // --for
    char trouble[320]; // what was last said on stderr
    bool seen;         // the cluster, at least once
} Watch;

static void on_event(void *ctx, const Event *event)
{
    Watch *w = ctx;
    StrBuf line = {0};
    if (w->session.options->format == FORMAT_JSON) {
        event_json(&line, event);
    } else {
        event_text(&line, event);
    }
    if (!session_print(&line)) {
        session_end(&w->session, 1);
    }
    strbuf_done(&line);
}

// Trouble before the first picture is talk, not an event: it goes to stderr, once for each kind.
static void on_round(void *ctx)
{
    Watch *w = ctx;
    const char *trouble = engine_trouble(w->session.engine);
    if (*trouble == '\0') {
        w->seen = true;
    } else if (!w->seen && strcmp(trouble, w->trouble) != 0) {
        session_say("%s; trying again", trouble);
        snprintf(w->trouble, sizeof(w->trouble), "%s", trouble);
    }
}

static void on_end(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    Watch *w = timer->data;
    session_end(&w->session, w->seen ? 0 : 1);
}

int command_watch(const Options *o)
{
    Watch w = {0};
    EngineListener listener = {.ctx = &w, .round = on_round, .event = on_event};
    // Without automatic mode nothing is ever to be written from here.
    if (session_start(&w.session, o, o->mode != AUTO_ACT, &listener)) {
        ev_timer_init(&w.end, on_end, (double)o->for_ms / 1000, 0.0);
        w.end.data = &w;
        if (o->for_ms > 0) {
            ev_timer_start(w.session.loop, &w.end);
        }
        session_run(&w.session);
        ev_timer_stop(w.session.loop, &w.end);
    }
    session_done(&w.session);
    return w.session.status;
}
