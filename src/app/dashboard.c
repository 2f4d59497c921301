#include "dashboard.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "dashboard_parts.h"
#include "rehome/base/mem.h"
#include "rehome/ui/term.h"
#include "theme_file.h"

static void tick(Dashboard *d)
{
    Scene scene = dashboard_scene(d);
    Request r = ui_tick(d->ui, &scene);
    dashboard_serve(d, &r);
}

// Of which cluster they are is known only once there is a picture.
static void keep_events(Dashboard *d)
{
    Error err = {0};
    const Health *h = engine_health(d->session.engine);
    if (h != NULL && !dashboard_is_replay(d) &&
        !event_log_keep(d->log, d->session.state_dir, h->snapshot, &err)) {
        dashboard_say(d, LEVEL_WARNING, err.text);
    }
}

static void serve_asked(Dashboard *d)
{
    Request asked = d->asked;
    d->asked.kind = REQUEST_NONE;
    dashboard_serve(d, &asked);
}

static void on_round(void *ctx)
{
    Dashboard *d = ctx;
    if (d->asked.kind != REQUEST_NONE) { // between
        serve_asked(d);
    }
    if (*engine_trouble(d->session.engine) == '\0') {
        history_add(d->history, engine_health(d->session.engine));
    }
    keep_events(d);
    if (!d->replay.is_seeking) { // nobody sees what is passed by
        tick(d);
    }
}

static void on_rewound(void *ctx)
{
    Dashboard *d = ctx;
    event_log_free(d->log);
    history_free(d->history);
    d->log = event_log_new();
    d->history = history_new();
}

static void on_event(void *ctx, const Event *event)
{
    Dashboard *d = ctx;
    event_log_add(d->log, event);
    if (dashboard_is_replay(d)) {
        return; // the line of the tape shows it
    }
    if (event->code == EVENT_MOVE_DONE) {
        undo_remember(&d->undo, pilot_last_move(engine_pilot(d->session.engine)));
        ui_set_undo(d->ui, d->undo.possible ? &d->undo.spec : NULL);
    }
    if (event->code == EVENT_MOVE_DONE || event->code == EVENT_MOVE_FAILED ||
        event->code == EVENT_REFUSED || event->code == EVENT_AUDIT || event->code == EVENT_QUEUE) {
        dashboard_say(d, event->level, event->text);
    }
    pace_want(&d->pace, FRAME_NEWS);
}

static void on_resized(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)loop;
    (void)revents;
    Dashboard *d = w->data;
    term_resized();
    pace_want(&d->pace, FRAME_NOW);
}

static void on_wake(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    tick(w->data);
}

// Not before a terminal that is not read from: it gets one frame for all that it has missed.
static bool draw(Dashboard *d, int64_t now)
{
    if (!term_flush()) {
        return false;
    }
    int w;
    int h;
    term_size(&w, &h);
    if (w != d->canvas->w || h != d->canvas->h) {
        canvas_resize(d->canvas, w, h);
    }
    Scene scene = dashboard_scene(d);
    ui_draw(d->ui, &scene, d->canvas);
    term_show(d->canvas);
    pace_drawn(&d->pace, now);
    return true;
}

// A terminal that is gone is readable for ever and gives nothing.
static bool terminal_is_gone(void)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// False: there is none, or an earlier one still waits for what it asked for.
static bool take_key(Dashboard *d)
{
    int x = 0;
    int y = 0;
    uint32_t key = d->asked.kind == REQUEST_NONE ? term_key(&x, &y) : KEY_IS_NONE;
    if (key == KEY_IS_NONE) {
        return false;
    }
    Scene scene = dashboard_scene(d);
    d->asked =
        key >= KEY_IS_CLICK ? ui_mouse(d->ui, &scene, key, x, y) : ui_key(d->ui, &scene, key);
    return true;
}

// Whoever pressed a key waits for it, not for what else there is to do now.
static void answer_keys(Dashboard *d)
{
    if (d->asked.kind == REQUEST_NONE && d->pace.wish != FRAME_NONE) {
        draw(d, poller_now_ms());
    }
}

// A key that moves the cursor is answered; what asks for more waits for the end of the round, and
// what is typed behind it, too.
static void on_between(void *ctx)
{
    Dashboard *d = ctx;
    bool any = false;
    while (take_key(d)) {
        any = true;
        pace_want(&d->pace, FRAME_CLOCK);
    }
    if (any) {
        answer_keys(d);
    }
}

static void on_keyboard(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)loop;
    (void)revents;
    Dashboard *d = w->data;
    while (take_key(d)) {
        serve_asked(d);
    }
    answer_keys(d);
    if (terminal_is_gone()) {
        session_end(&d->session, 0);
    }
}

// Move the tape on; when to call again.
static int64_t play(Dashboard *d, int64_t now)
{
    bool was_seeking = d->playback.goal_ms != 0;
    int64_t at_ms = d->playback.at_ms;
    d->replay.is_seeking = was_seeking;
    bool is_done = playback_run(&d->playback, now);
    if (was_seeking && is_done) {
        d->replay.is_seeking = false;
        tick(d);
    }
    if (d->playback.at_ms != at_ms || was_seeking) {
        pace_want(&d->pace, FRAME_NEWS);
    }
    return is_done ? playback_wake_ms(&d->playback, now) : now;
}

static void on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)loop;
    (void)w;
    (void)revents; // what is to be written is, before the loop waits again
}

// Once before the loop waits: whatever happened since, there is one frame for it, and one timer
// until something on the screen is due by itself.
static void on_before_wait(struct ev_loop *loop, ev_prepare *w, int revents)
{
    (void)revents;
    Dashboard *d = w->data;
    int64_t now = poller_now_ms();
    int64_t tape_due = dashboard_is_replay(d) ? play(d, now) : 0;
    Scene scene = dashboard_scene(d);
    int64_t due = pace_due_ms(&d->pace, ui_is_in_motion(d->ui, &scene));
    if (due != 0 && now >= due && draw(d, now)) {
        due = 0;
    }
    if (term_flush()) {
        ev_io_stop(loop, &d->writable);
    } else {
        ev_io_start(loop, &d->writable);
        due = 0; // whenever that is
    }
    int64_t at = ui_wake_ms(d->ui, &scene);
    at = at != 0 ? at - scene.now_ms + now : 0; // by the clock that the loop waits by
    at = tape_due != 0 && (at == 0 || tape_due < at) ? tape_due : at;
    at = due != 0 && (at == 0 || due < at) ? due : at;
    ev_timer_stop(loop, &d->wake);
    if (at != 0) {
        ev_timer_set(&d->wake, at > now ? (double)(at - now) / 1000 : 0.001, 0.0);
        ev_timer_start(loop, &d->wake);
    }
}

static void on_crash(int signal_number)
{
    term_restore_async();
    raise(signal_number); // SA_RESETHAND: now by default, with its core
}

static void restore_on_crash(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction crash = {.sa_handler = on_crash, .sa_flags = (int)(SA_NODEFER | SA_RESETHAND)};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        sigaction(signals[i], &crash, NULL);
    }
    mem_on_failure(term_restore_async);
}

static void start_watchers(Dashboard *d)
{
    struct ev_loop *loop = d->session.loop;
    ev_io_init(&d->keyboard, on_keyboard, STDIN_FILENO, EV_READ);
    ev_io_init(&d->writable, on_writable, STDOUT_FILENO, EV_WRITE);
    ev_signal_init(&d->resized, on_resized, SIGWINCH);
    ev_init(&d->wake, on_wake);
    ev_prepare_init(&d->before_wait, on_before_wait);
    d->keyboard.data = d->resized.data = d->wake.data = d->before_wait.data = d;
    ev_set_priority(&d->keyboard, EV_MAXPRI); // a round of a large cluster takes its time
    ev_io_start(loop, &d->keyboard);
    ev_signal_start(loop, &d->resized);
    ev_prepare_start(loop, &d->before_wait);
}

static void stop_watchers(Dashboard *d)
{
    struct ev_loop *loop = d->session.loop;
    ev_io_stop(loop, &d->keyboard);
    ev_io_stop(loop, &d->writable);
    ev_signal_stop(loop, &d->resized);
    ev_timer_stop(loop, &d->wake);
    ev_prepare_stop(loop, &d->before_wait);
}

static void name_seeds(Dashboard *d, const Options *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n_seeds && n < sizeof(d->seeds); i++) {
        n += (size_t)snprintf(d->seeds + n, sizeof(d->seeds) - n, "%s%s:%d", i > 0 ? ", " : "",
                              o->seeds[i].host, o->seeds[i].port);
    }
}

// What is unknown in the theme is no reason to leave somebody without a screen. One line has to do,
// without the folders of the file.
static void say_warnings(Dashboard *d, const StrBuf *warnings)
{
    StrView rest = sv(strbuf_text(warnings));
    StrView line;
    if (!sv_next(&rest, '\n', &line)) {
        return;
    }
    StrView tail = line;
    StrView path = line;
    sv_cut(&tail, ' ', &path);
    size_t folders = (size_t)(sv_rfind(path, '/') + 1);
    char text[240];
    snprintf(text, sizeof(text), "%.*s", (int)(line.n - folders), line.at + folders);
    dashboard_say(d, LEVEL_WARNING, text);
}

static bool start_screen(Dashboard *d, const Options *o)
{
    Error err = {0};
    StrBuf warnings = {0};
    TermOptions term = {.no_color = o->no_color};
    bool ok =
        theme_file_load(o->theme, &d->theme, &warnings, &err) && term_start(&d->theme, &term, &err);
    say_warnings(d, &warnings);
    strbuf_done(&warnings);
    if (!ok) {
        session_say("%s", err.text);
        return false;
    }
    d->theme_watch =
        (ThemeWatch){.loop = d->session.loop, .ctx = d, .changed = dashboard_theme_changed};
    theme_watch_follow(&d->theme_watch, o->theme);
    restore_on_crash();
    int w;
    int h;
    term_size(&w, &h);
    d->canvas = canvas_new(w, h, o->ascii || !term_is_utf8());
    if (o->mouse) {
        dashboard_use_mouse(d, true);
    }
    d->pace = (Pace){.is_slow = o->slow, .wish = FRAME_NOW};
    return true;
}

static const char *parting_words(const Dashboard *d)
{
    const Move *m = pilot_last_move(engine_pilot(d->session.engine));
    return m != NULL && !move_is_over(m)
               ? "left in the middle of a move: the next rehome on this machine sees it through"
               : NULL;
}

// A terminal that nobody reads must not keep us from ending.
static bool takes_words(void)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    return !isatty(STDERR_FILENO) || poll(&p, 1, 0) > 0;
}

// What the screen is to know of the options.
static void configure(Dashboard *d, const Options *o)
{
    const ColumnSet *first =
        o->columns != NULL ? column_sets_find(&o->column_sets, sv(o->columns)) : NULL;
    ui_set_columns(d->ui, &o->column_sets, first != NULL ? first : o->column_sets.at);
    ui_set_keys(d->ui, dashboard_keys(o));
    ThemeFiles themes;
    theme_files_find(&themes);
    for (size_t i = 0; i < themes.n; i++) {
        strbuf_addf(&d->themes, "%s ", themes.at[i].name);
    }
    theme_files_done(&themes);
    d->settings = live_settings(o);
    ui_set_settings(d->ui, d->settings.at, d->settings.n, strbuf_text(&d->themes));
}

static void say_long(void)
{
    session_say("reading the whole tape once, for its events");
}

static bool start_session(Dashboard *d, const Options *o, char *const *files, size_t n)
{
    EngineListener listener = {
        .ctx = d, .round = on_round, .event = on_event, .between = on_between};
    Session *s = &d->session;
    if (n == 0) {
        return session_start(s, o, false, &listener);
    }
    Error err = {0};
    Survey survey;
    if (!session_replay(s, o, files, n, &listener)) {
        return false;
    }
    if (!survey_take(&survey, files, n, o, s->labels, say_long, &err)) {
        session_say("%s", err.text);
        s->status = 1;
        return false;
    }
    d->playback = playback_begin(s->player, survey, on_rewound, d);
    if (survey.damage[0] != '\0') {
        dashboard_say(d, LEVEL_WARNING, survey.damage);
    }
    return true;
}

static int run(const Options *o, Lab *lab, char *const *files, size_t n)
{
    Dashboard d = {
        .lab = lab, .log = event_log_new(), .history = history_new(), .ui = ui_new(o->confirm)};
    const char *parting = NULL;
    configure(&d, o);
    name_seeds(&d, o);
    bool started = start_session(&d, o, files, n);
    if (started && !start_screen(&d, o)) {
        d.session.status = 2;
    } else if (started) {
        start_watchers(&d);
        session_run(&d.session);
        keep_events(&d);
        stop_watchers(&d);
        term_stop();
        parting = parting_words(&d);
    }
    if (parting != NULL && takes_words()) {
        session_say("%s", parting);
    }
    theme_watch_stop(&d.theme_watch);
    strbuf_done(&d.themes);
    playback_done(&d.playback);
    session_done(&d.session);
    ui_free(d.ui);
    canvas_free(d.canvas);
    event_log_free(d.log);
    history_free(d.history);
    return d.session.status;
}

int dashboard_run(const Options *o, Lab *lab)
{
    return run(o, lab, NULL, 0);
}

int dashboard_replay(const Options *o, char *const *files, size_t n)
{
    return run(o, NULL, files, n);
}

int command_dashboard(const Options *o)
{
    if (!isatty(STDOUT_FILENO)) {
        return command_check(o);
    }
    return dashboard_run(o, NULL);
}
