// `move REPLICA MASTER`: one move, through the same gate as every other, with its progress on
// stderr.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "progress.h"
#include "session.h"

enum { PATIENCE_MS = 5000 };

typedef struct {
    Session session;
    ev_timer patience; // for the first picture
    bool started;
    bool ended;
    Progress progress;
} MoveCommand;

static void end(MoveCommand *c, int status)
{
    c->ended = true;
    session_end(&c->session, status);
}

static bool ask_yes(const MoveSpec *spec, const char *command)
{
    fprintf(stderr, "Move %s from %s to %s?\n  %s\n", spec->replica_addr, spec->donor_addr,
            spec->target_addr, command);
    char line[16];
    return session_ask(stdin, stderr, "Type y to do it: ", true, line, sizeof(line)) &&
           (strcmp(line, "y") == 0 || strcmp(line, "yes") == 0);
}

static bool find_spec(const MoveCommand *c, MoveSpec *out, const char **command, Error *err)
{
    const Options *o = c->session.options;
    const Snapshot *s = engine_health(c->session.engine)->snapshot;
    int replica = snapshot_name(s, o->args[0], err);
    int target = replica < 0 ? -1 : snapshot_name(s, o->args[1], err);
    if (replica < 0 || target < 0) {
        return false;
    }
    if (node_is_master(&s->nodes[replica])) {
        return fail(err, ERR_USAGE,
                    "%s is a master; name the replica first, then the master that gets it",
                    s->nodes[replica].addr);
    }
    if (!node_is_master(&s->nodes[target])) {
        return fail(err, ERR_USAGE, "%s is a replica; a replica can only follow a master",
                    s->nodes[target].addr);
    }
    *out = pilot_spec(engine_pilot(c->session.engine), replica, target, ORIGIN_COMMAND);
    out->accept_risk = true; // named by hand; the rules that protect data still hold
    out->force = o->force;
    *command = plan_command(s, replica, target);
    return true;
}

static void on_rehearsed(void *ctx, const GateVerdict *v)
{
    MoveCommand *c = ctx;
    StrBuf out = {0};
    for (int i = 0; i < GATE_RULE_COUNT; i++) {
        strbuf_addf(&out, "%-8s %-13s %s\n", v->check[i].passed ? "ok" : "REFUSES",
                    gate_rule_text((GateRule)i), v->check[i].text);
    }
    strbuf_addf(&out, "dry run: nothing was sent; %s\n",
                v->open ? "the move would be made" : "the move would be refused");
    bool printed = session_print(&out);
    strbuf_done(&out);
    end(c, printed && v->open ? 0 : 1);
}

static void start(MoveCommand *c)
{
    const Options *o = c->session.options;
    MoveSpec spec;
    const char *command = "";
    Error err = {0};
    if (!find_spec(c, &spec, &command, &err)) {
        session_say("%s", err.text);
        end(c, err.code == ERR_USAGE ? 2 : 1);
        return;
    }
    if (o->dry_run) {
        engine_rehearse(c->session.engine, &spec, on_rehearsed, c);
        return;
    }
    if (!o->yes && (!isatty(STDIN_FILENO) || !ask_yes(&spec, command))) {
        session_say(isatty(STDIN_FILENO)
                        ? "nothing was moved"
                        : "stdin is no terminal: --yes is needed to move without asking");
        end(c, isatty(STDIN_FILENO) ? 1 : 2);
        return;
    }
    if (!engine_move(c->session.engine, &spec, &err)) {
        session_say("%s", err.text);
        end(c, 1);
    }
}

static void follow(MoveCommand *c)
{
    const Move *m = pilot_last_move(engine_pilot(c->session.engine));
    if (m == NULL) {
        return;
    }
    progress_show(&c->progress, "", m, poller_now_ms());
    if (move_is_over(m)) {
        end(c, m->state == MOVE_DONE && !m->unfinished ? 0 : 1);
    } else if (c->session.options->no_wait && m->state == MOVE_SYNC) {
        end(c, 0);
    }
}

static void on_round(void *ctx)
{
    MoveCommand *c = ctx;
    const Engine *e = c->session.engine;
    if (c->ended) {
        return;
    }
    if (engine_health(e) == NULL) {
        if (engine_is_hopeless(e)) {
            session_say("%s", engine_trouble(e));
            end(c, 1);
        }
        return;
    }
    if (pilot_is_busy(engine_pilot(e)) && !c->started) {
        return; // an earlier process' move is being seen through first
    }
    if (!c->started) {
        c->started = true;
        ev_timer_stop(c->session.loop, &c->patience);
        start(c);
    } else {
        follow(c);
    }
}

static void on_event(void *ctx, const Event *event)
{
    MoveCommand *c = ctx;
    bool own = event->code == EVENT_MOVE_STARTED || event->code == EVENT_MOVE_DONE ||
               event->code == EVENT_MOVE_FAILED || event->code == EVENT_REFUSED ||
               event->code == EVENT_HOOK || event->code == EVENT_AUDIT ||
               (event->code == EVENT_MOVE_STEP && event->level == LEVEL_WARNING);
    if (own) {
        session_say("%s", event->text);
    }
    if (c->started && (event->code == EVENT_MOVE_DONE || event->code == EVENT_MOVE_FAILED ||
                       event->code == EVENT_REFUSED)) {
        bool left = event->level == LEVEL_CRITICAL; // something for a person to do
        end(c, event->code == EVENT_MOVE_DONE && !left ? 0 : 1);
    }
}

static void on_patience(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    MoveCommand *c = w->data;
    if (!c->started && !pilot_is_busy(engine_pilot(c->session.engine))) {
        session_say("%s", engine_trouble(c->session.engine));
        end(c, 1);
    }
}

int command_move(const Options *o)
{
    MoveCommand c = {0};
    EngineListener listener = {.ctx = &c, .round = on_round, .event = on_event};
    Options own = *o;
    own.mode = AUTO_OFF; // whatever the settings say: it is about this one
    if (session_start(&c.session, &own, o->dry_run, &listener)) {
        ev_timer_init(&c.patience, on_patience, PATIENCE_MS / 1000.0, 0.0);
        c.patience.data = &c;
        ev_timer_start(c.session.loop, &c.patience);
        session_run(&c.session);
        session_await_hooks(&c.session);
        ev_timer_stop(c.session.loop, &c.patience);
        if (c.session.interrupted && !c.ended) {
            const Move *m = pilot_last_move(engine_pilot(c.session.engine));
            session_say(
                m != NULL && !move_is_over(m)
                    ? "stopped in the middle of a move: the next rehome on this machine sees "
                      "it through"
                    : "stopped; nothing was moved");
            c.session.status = 1;
        }
    }
    session_done(&c.session);
    return c.session.status;
}
