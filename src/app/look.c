// `check` and `plan`, and the look that others take too.
#include "look.h"

#include <stdio.h>

#include "commands.h"
#include "rehome/report/check.h"
#include "rehome/report/plan_report.h"
#include "session.h"

// A first picture that is not there by then will not come in time for whoever waits for us.
enum { PATIENCE_MS = 5000, COULD_NOT_LOOK = 3 }; // the status of check and plan

typedef struct {
    Session session;
    ev_timer patience;
    LookReport *report;
    int could_not;
} Look;

static void give_up(Look *look)
{
    session_say("%s", engine_trouble(look->session.engine));
    session_end(&look->session, look->could_not);
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
    int status = look->report(&out, look->session.options, e);
    session_end(&look->session, session_print(&out) ? status : look->could_not);
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

int look_once(const Options *o, LookReport *report, int could_not)
{
    Look look = {.report = report, .could_not = could_not};
    EngineListener listener = {.ctx = &look, .round = on_round, .event = on_event};
    if (session_start(&look.session, o, true, &listener)) {
        ev_timer_init(&look.patience, on_patience, PATIENCE_MS / 1000.0, 0.0);
        look.patience.data = &look;
        ev_timer_start(look.session.loop, &look.patience);
        look.session.status = could_not;
        session_run(&look.session);
        ev_timer_stop(look.session.loop, &look.patience);
    } else if (look.session.status == 1) { // which would be a warning about the cluster
        look.session.status = could_not;
    }
    session_done(&look.session);
    return look.session.status;
}

static int report_check(StrBuf *out, const Options *o, const Engine *e)
{
    if (o->format == FORMAT_JSON) {
        check_json(out, engine_health(e), engine_findings(e));
    } else {
        check_text(out, engine_health(e), engine_findings(e));
    }
    return check_status(engine_findings(e));
}

static int report_plan(StrBuf *out, const Options *o, const Engine *e)
{
    const Plan *plan = pilot_plan(engine_pilot(e));
    if (o->format == FORMAT_JSON) {
        plan_json(out, engine_health(e), engine_findings(e), plan);
    } else {
        plan_text(out, engine_health(e), plan);
    }
    return plan_status(plan);
}

int command_check(const Options *o)
{
    return look_once(o, report_check, COULD_NOT_LOOK);
}

int command_plan(const Options *o)
{
    return look_once(o, report_plan, COULD_NOT_LOOK);
}
