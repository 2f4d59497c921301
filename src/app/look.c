// `check` and `plan`, and the look that others take too.
#include "look.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "rehome/report/check.h"
#include "rehome/report/heal_report.h"
#include "rehome/report/nagios.h"
#include "rehome/report/plan_report.h"
#include "rehome/report/prometheus.h"
#include "session.h"

// A first picture that is not there by then will not come in time for whoever waits for us.
enum { PATIENCE_MS = 5000, COULD_NOT_LOOK = 3 }; // the status of check and plan

// Writes what goes to stdout in place of a document when nothing could be looked at.
typedef void LookTrouble(StrBuf *out, const Options *o, const char *why);

typedef struct {
    Session session;
    ev_timer patience;
    LookReport *report;
    LookTrouble *trouble; // NULL: nothing but talk
    int could_not;
    bool looked_again;
} Look;

static void tell_trouble(const Look *look, const char *why)
{
    StrBuf out = {0};
    if (look->trouble != NULL) {
        look->trouble(&out, look->session.options, why);
        session_print(&out);
    }
    strbuf_done(&out);
}

static void give_up(Look *look)
{
    const char *why = engine_trouble(look->session.engine);
    session_say("%s", why);
    tell_trouble(look, why);
    session_end(&look->session, look->could_not);
}

// Who is there was learnt from the first that answered. Whom it does not know is known from the
// others' views by now, and has not been asked yet: whoever was forgotten by one, or never met it.
static bool has_unasked(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        if (n->says == NULL && n->port != 0 && !node_has(n, NODE_NOADDR)) {
            return true;
        }
    }
    return false;
}

static void on_round(void *ctx)
{
    Look *look = ctx;
    Engine *e = look->session.engine;
    if (engine_health(e) == NULL) {
        if (engine_is_hopeless(e)) {
            give_up(look);
        }
        return;
    }
    if (!look->looked_again && has_unasked(engine_health(e)->snapshot)) {
        look->looked_again = true;
        engine_refresh(e);
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

static int look_or_say(const Options *o, LookReport *report, LookTrouble *trouble, int could_not)
{
    Look look = {.report = report, .trouble = trouble, .could_not = could_not};
    EngineListener listener = {.ctx = &look, .round = on_round, .event = on_event};
    if (session_start(&look.session, o, true, &listener)) {
        ev_timer_init(&look.patience, on_patience, PATIENCE_MS / 1000.0, 0.0);
        look.patience.data = &look;
        ev_timer_start(look.session.loop, &look.patience);
        look.session.status = could_not;
        session_run(&look.session);
        ev_timer_stop(look.session.loop, &look.patience);
    } else {
        tell_trouble(&look, "it could not begin, see stderr");
        if (look.session.status == 1 || trouble != NULL) { // which would be about the cluster
            look.session.status = could_not;
        }
    }
    session_done(&look.session);
    return look.session.status;
}

int look_once(const Options *o, LookReport *report, int could_not)
{
    return look_or_say(o, report, NULL, could_not);
}

// How the cluster is called in metrics: as it was called for, because series should not change
// their names with whoever answers.
static const char *metrics_name(const Options *o, char *out, size_t size)
{
    const Address *seed = &o->seeds[0];
    bool is_v6 = strchr(seed->host, ':') != NULL;
    snprintf(out, size, is_v6 ? "[%s]:%d" : "%s:%d", seed->host, seed->port);
    return out;
}

static int report_check(StrBuf *out, const Options *o, const Engine *e)
{
    const Health *h = engine_health(e);
    const Findings *findings = engine_findings(e);
    char name[sizeof(Address) + 16];
    switch (o->format) {
    case FORMAT_TEXT:
        check_text(out, h, findings);
        break;
    case FORMAT_JSON:
        check_json(out, h, findings);
        break;
    case FORMAT_NAGIOS:
        nagios_line(out, h, findings);
        break;
    case FORMAT_PROMETHEUS:
        prometheus_page(out, h, findings, metrics_name(o, name, sizeof(name)));
        break;
    }
    return check_status(findings);
}

// Whoever reads these has asked for an answer in any case.
static void say_unknown(StrBuf *out, const Options *o, const char *why)
{
    char name[sizeof(Address) + 16];
    if (o->format == FORMAT_NAGIOS) {
        nagios_unknown(out, why);
    } else {
        prometheus_failed(out, metrics_name(o, name, sizeof(name)));
    }
}

static int report_plan(StrBuf *out, const Options *o, const Engine *e)
{
    const Plan *plan = pilot_plan(engine_pilot(e));
    if (o->format == FORMAT_JSON) {
        plan_json(out, engine_health(e), engine_findings(e), plan);
    } else {
        plan_text(out, engine_health(e), plan);
        heal_prospect_text(out, engine_health(e));
    }
    return plan_status(plan);
}

int command_check(const Options *o)
{
    bool for_monitor = o->format == FORMAT_NAGIOS || o->format == FORMAT_PROMETHEUS;
    return look_or_say(o, report_check, for_monitor ? say_unknown : NULL, COULD_NOT_LOOK);
}

int command_plan(const Options *o)
{
    return look_once(o, report_plan, COULD_NOT_LOOK);
}
