// `check` and `plan`: one look, one document, one exit status.
#include <stdio.h>

#include "commands.h"
#include "rehome/report/check.h"
#include "rehome/report/plan_report.h"
#include "session.h"

// A first picture that is not there by then will not come in time for whoever waits for us.
enum { PATIENCE_MS = 5000, COULD_NOT_LOOK = 3 };

typedef struct {
    Session session;
    ev_timer patience;
    void (*write)(StrBuf *out, const Options *o, const Engine *e);
    int (*status)(const Engine *e);
} Look;

static void give_up(Look *look)
{
    session_say("%s", engine_trouble(look->session.engine));
    session_end(&look->session, COULD_NOT_LOOK);
}

static void on_round(void *ctx)
{
    Look *look = ctx;
    const Engine *e = look->session.engine;
    if (engine_health(e) == NULL) {
        if (engine_is_hopeless(e)) {
            give_up(look);
        }
        return;
    }
    StrBuf out = {0};
    look->write(&out, look->session.options, e);
    int status = look->status(e);
    session_end(&look->session, session_print(&out) ? status : COULD_NOT_LOOK);
    strbuf_done(&out);
}

static void on_event(void *ctx, const Event *event)
{
    (void)ctx; // one look has no history to tell
    (void)event;
}

static void on_patience(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    give_up(w->data);
}

static int look_once(Look *look, const Options *o)
{
    EngineListener listener = {.ctx = look, .round = on_round, .event = on_event};
    if (session_start(&look->session, o, true, &listener)) {
        ev_timer_init(&look->patience, on_patience, PATIENCE_MS / 1000.0, 0.0);
        look->patience.data = look;
        ev_timer_start(look->session.loop, &look->patience);
        look->session.status = COULD_NOT_LOOK;
        session_run(&look->session);
        ev_timer_stop(look->session.loop, &look->patience);
    } else if (look->session.status == 1) { // which would be a warning about the cluster
        look->session.status = COULD_NOT_LOOK;
    }
    session_done(&look->session);
    return look->session.status;
}

static void write_check(StrBuf *out, const Options *o, const Engine *e)
{
    if (o->format == FORMAT_JSON) {
        check_json(out, engine_health(e), engine_findings(e));
    } else {
        check_text(out, engine_health(e), engine_findings(e));
    }
}

static int status_check(const Engine *e)
{
    return check_status(engine_findings(e));
}

static void write_plan(StrBuf *out, const Options *o, const Engine *e)
{
    if (o->format == FORMAT_JSON) {
        plan_json(out, engine_health(e), engine_findings(e), pilot_plan(engine_pilot(e)));
    } else {
        plan_text(out, engine_health(e), pilot_plan(engine_pilot(e)));
    }
}

static int status_plan(const Engine *e)
{
    return plan_status(pilot_plan(engine_pilot(e)));
}

int command_check(const Options *o)
{
    Look look = {.write = write_check, .status = status_check};
    return look_once(&look, o);
}

int command_plan(const Options *o)
{
    Look look = {.write = write_plan, .status = status_plan};
    return look_once(&look, o);
}
