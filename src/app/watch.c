// `watch`: a line per event until stopped, with automatic mode when asked.
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "line_out.h"
#include "rehome/report/event_report.h"
#include "reload.h"
#include "supervisor.h"
#include "watch.h"

typedef struct {
    Session session;
    Supervisor supervisor;
    Reload reload;
    LineOut out;
    ev_timer end;      // --for
    char trouble[320]; // what was last said on stderr
    bool seen;         // the cluster, at least once
} Watch;

void watch_line(StrBuf *line, const Options *o, const Event *event)
{
    if (o->format == FORMAT_JSON) {
        event_json(line, event);
    } else {
        event_text(line, event);
    }
}

static void on_event(void *ctx, const Event *event)
{
    Watch *w = ctx;
    StrBuf line = {0};
    watch_line(&line, w->session.options, event);
    line_out_add(&w->out, &line);
    strbuf_done(&line);
}

static void on_gone(void *ctx)
{
    session_end(ctx, 1);
}

// Trouble before the first picture is talk, not an event: it goes to stderr, once for each kind.
static void on_round(void *ctx)
{
    Watch *w = ctx;
    const char *trouble = engine_trouble(w->session.engine);
    supervisor_round(&w->supervisor, w->session.engine);
    if (*trouble == '\0') {
        w->seen = true;
    } else if (!w->seen && strcmp(trouble, w->trouble) != 0) {
        session_say("%s; trying again", trouble);
        snprintf(w->trouble, sizeof(w->trouble), "%s", trouble);
    }
}

static void on_hangup(void *ctx)
{
    Watch *w = ctx;
    StrBuf wrong = {0};
    supervisor_reloading(&w->supervisor);
    if (!reload_settings(&w->reload, w->session.options, w->session.engine, &wrong)) {
        session_say_lines(&wrong);
        session_say("the settings are not read again: all stays as it was");
    }
    supervisor_reloaded(&w->supervisor);
    strbuf_done(&wrong);
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
    line_out_start(&w.out, ev_default_loop(0), on_gone, &w.session);
    // Without automatic mode nothing is ever to be written from here.
    if (session_start(&w.session, o, o->mode != AUTO_ACT, &listener)) {
        ev_timer_init(&w.end, on_end, (double)o->for_ms / 1000, 0.0);
        w.end.data = &w;
        if (o->for_ms > 0) {
            ev_timer_start(w.session.loop, &w.end);
        }
        session_on_hangup(&w.session, on_hangup);
        supervisor_start(&w.supervisor, w.session.loop);
        session_run(&w.session);
        supervisor_stop(&w.supervisor);
        ev_timer_stop(w.session.loop, &w.end);
    }
    session_done(&w.session);
    line_out_end(&w.out);
    reload_done(&w.reload);
    return w.session.status;
}
