#include "dashboard_parts.h"

#include <stdio.h>
#include <string.h>

#include "person.h"
#include "rehome/base/mem.h"
#include "rehome/ui/term.h"
#include "theme_file.h"

const KeyMap *dashboard_keys(const Options *o)
{
    return o->keys != NULL ? key_remap_map(o->keys) : &keys_built_in;
}

void dashboard_say(Dashboard *d, Level level, const char *text)
{
    snprintf(d->message, sizeof(d->message), "%s", text);
    d->message_level = level;
    d->message_ms = poller_now_ms();
    pace_want(&d->pace, FRAME_NEWS);
}

bool dashboard_is_replay(const Dashboard *d)
{
    return d->session.player != NULL;
}

static void demo_act(Dashboard *d, NodeId node, bool kill_it)
{
    Error err = {0};
    for (size_t i = 0; i < lab_size(d->lab); i++) {
        if (strcmp(lab_id(d->lab, i), node.hex) != 0) {
            continue;
        }
        char text[160];
        char restart[KEY_NAME_SIZE];
        keys_first(dashboard_keys(d->session.options), ACT_DEMO_RESTART, IN_DEMO, restart,
                   sizeof(restart));
        bool done = kill_it ? lab_kill(d->lab, i) : lab_restart(d->lab, i, &err);
        bool was_killed = done && kill_it && *restart != '\0';
        snprintf(text, sizeof(text), "%s %s%s%s", lab_addr(d->lab, i),
                 done      ? (kill_it ? "was killed" : "was started again")
                 : kill_it ? "is not running"
                           : err.text,
                 was_killed ? ": start it again with " : "", was_killed ? restart : "");
        dashboard_say(d, done ? LEVEL_INFO : LEVEL_WARNING, text);
    }
}

static void suspend(Dashboard *d)
{
    term_suspend();
    // Whoever holds the terminal meanwhile may have resized it.
    term_resized();
    pace_want(&d->pace, FRAME_NOW);
}

// The present one; name is how it was asked for.
static void wear_theme(Dashboard *d, const char *name)
{
    theme_watch_follow(&d->theme_watch, name); // first: who sees it may change its file at once
    term_set_theme(&d->theme);
    pace_want(&d->pace, FRAME_NOW);
}

static void next_theme(Dashboard *d)
{
    char text[160];
    if (!theme_file_next(d->theme.name, &d->theme)) {
        dashboard_say(d, LEVEL_INFO,
                      "there is no other theme: rehome --list-themes says where they belong");
        return;
    }
    wear_theme(d, d->theme.name);
    snprintf(text, sizeof(text), "theme %s%s%s", d->theme.name,
             d->theme.about[0] != '\0' ? ": " : "", d->theme.about);
    dashboard_say(d, LEVEL_INFO, text);
}

void dashboard_use_mouse(Dashboard *d, bool on)
{
    d->settings.now.mouse = term_set_mouse(on) && on;
    if (d->settings.now.mouse != on) {
        dashboard_say(d, LEVEL_WARNING, "this terminal does not tell of its mouse");
        return;
    }
    dashboard_say(
        d, LEVEL_INFO,
        on ? "the mouse is on: a click selects, a second one opens; with Shift the terminal's own"
           : "the mouse is off: the terminal selects and copies");
}

static void copy(Dashboard *d, const char *what)
{
    char text[sizeof(d->message)];
    snprintf(text, sizeof(text), "copied, if your terminal allows it (OSC 52): %.150s", what);
    bool ok = term_copy(what);
    dashboard_say(d, ok ? LEVEL_INFO : LEVEL_WARNING, ok ? text : "this terminal has no clipboard");
}

// Its file has changed. What is wrong with it is told, and the theme stays as it was.
void dashboard_theme_changed(void *ctx, const char *name)
{
    Dashboard *d = ctx;
    Error err = {0};
    if (theme_file_load(name, &d->theme, NULL, &err)) {
        term_set_theme(&d->theme);
        pace_want(&d->pace, FRAME_NOW);
    } else {
        dashboard_say(d, LEVEL_WARNING, err.text);
    }
}

static bool use_theme(Dashboard *d, const char *name, Error *err)
{
    if (!theme_file_load(name, &d->theme, NULL, err)) {
        return false;
    }
    wear_theme(d, name);
    return true;
}

static void change_setting(Dashboard *d, const char *name, const char *value)
{
    Error err = {0};
    StrBuf text = {0};
    bool ok = strcmp(name, "theme") == 0 ? use_theme(d, value, &err)
                                         : live_settings_set(&d->settings, name, value,
                                                             d->session.engine, d->ui, &text, &err);
    dashboard_say(d, ok ? LEVEL_INFO : LEVEL_WARNING, ok ? strbuf_text(&text) : err.text);
    strbuf_done(&text);
    d->pace.is_slow = d->settings.now.slow;
    if (d->settings.now.mouse != term_mouse()) {
        dashboard_use_mouse(d, d->settings.now.mouse);
    }
}

// What would reach for the cluster, or for what is kept about it.
static bool is_about_present(RequestKind kind)
{
    return kind == REQUEST_MOVE || kind == REQUEST_QUEUE || kind == REQUEST_STOP_MOVE ||
           kind == REQUEST_AUTO || kind == REQUEST_HOLD || kind == REQUEST_END_HOLD ||
           kind == REQUEST_REFRESH;
}

void dashboard_serve(Dashboard *d, const Request *r)
{
    if (dashboard_is_replay(d) && is_about_present(r->kind)) {
        dashboard_say(d, LEVEL_WARNING, "this is a tape: nothing on it can be changed");
        return;
    }
    Engine *e = d->session.engine;
    Error err = {0};
    switch (r->kind) {
    case REQUEST_NONE:
        break;
    case REQUEST_QUIT:
        session_end(&d->session, 0);
        break;
    case REQUEST_MOVE:
        if (!engine_move(e, &r->move, &err)) {
            dashboard_say(d, LEVEL_WARNING, err.text);
        }
        break;
    case REQUEST_QUEUE:
        if (!engine_queue(e, r->moves, r->n_moves, r->queue_kind, &err)) {
            dashboard_say(d, LEVEL_WARNING, err.text);
        }
        break;
    case REQUEST_STOP_MOVE:
        engine_stop_move(e);
        break;
    case REQUEST_AUTO:
        engine_set_mode(e, r->mode);
        break;
    case REQUEST_HOLD:
        if (!engine_hold(e, &r->subject, person_name(), r->reason, r->for_ms, &err)) {
            dashboard_say(d, LEVEL_WARNING, err.text);
        }
        break;
    case REQUEST_END_HOLD:
        if (!engine_end_hold(e, &r->subject, &err)) {
            dashboard_say(d, LEVEL_WARNING, err.text);
        }
        break;
    case REQUEST_SET:
        change_setting(d, r->name, r->value);
        break;
    case REQUEST_REFRESH:
        engine_refresh(e);
        break;
    case REQUEST_REDRAW:
        term_repaint();
        break;
    case REQUEST_SUSPEND:
        suspend(d);
        break;
    case REQUEST_THEME:
        next_theme(d);
        break;
    case REQUEST_MOUSE:
        dashboard_use_mouse(d, !term_mouse());
        break;
    case REQUEST_COPY:
        copy(d, r->text);
        break;
    case REQUEST_DEMO_KILL:
        demo_act(d, r->node, true);
        break;
    case REQUEST_DEMO_RESTART:
        demo_act(d, r->node, false);
        break;
    case REQUEST_REPLAY:
        playback_act(&d->playback, r->action, poller_now_ms());
        break;
    case REQUEST_SEEK:
        playback_seek(&d->playback, r->at_ms, poller_now_ms());
        break;
    }
    pace_want(&d->pace, r->kind == REQUEST_NONE ? FRAME_CLOCK : FRAME_NEWS);
}
