#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "label_file.h"
#include "line_file.h"
#include "node_file.h"
#include "paths.h"
#include "player.h"
#include "rehome/base/mem.h"
#include "rehome/redis/tls.h"
#include "rehome/report/event_report.h"

static const int endings[] = {SIGINT, SIGTERM, SIGHUP};

void session_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("rehome: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void session_say_lines(const StrBuf *text)
{
    StrView rest = sv(strbuf_text(text));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        session_say("%.*s", (int)line.n, line.at);
    }
}

bool session_print(const StrBuf *text)
{
    if (fwrite(strbuf_text(text), 1, text->n, stdout) == text->n && fflush(stdout) == 0) {
        return true;
    }
    if (errno != EPIPE) {
        session_say("cannot write to stdout: %s", strerror(errno));
    }
    return false;
}

static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)revents;
    Session *s = w->data;
    if (w->signum == SIGHUP && s->hangup != NULL && !has_terminal()) {
        s->hangup(s->listener.ctx);
        return;
    }
    s->interrupted = true;
    ev_break(loop, EVBREAK_ALL);
}

static void on_interruption(int signal_number)
{
    (void)signal_number; // it has served once the reading ends
}

// The line is waited for with the signals let in only there, so that one that comes a moment
// earlier or later is neither lost nor deadly while the echo is off.
bool session_ask(FILE *in, FILE *out, const char *prompt, bool echo, char *line, size_t size)
{
    struct sigaction before[ARRAY_LEN(endings)];
    struct sigaction interrupt = {.sa_handler = on_interruption};
    sigset_t block;
    sigset_t open;
    sigemptyset(&block);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        sigaddset(&block, endings[i]);
    }
    sigprocmask(SIG_BLOCK, &block, &open);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        sigaction(endings[i], &interrupt, &before[i]);
    }
    struct termios shown = {0};
    bool hides = !echo && tcgetattr(fileno(in), &shown) == 0;
    if (hides) {
        struct termios hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(fileno(in), TCSAFLUSH, &hidden);
    }
    fputs(prompt, out);
    fflush(out);
    struct pollfd answer = {.fd = fileno(in), .events = POLLIN};
    bool ok = ppoll(&answer, 1, NULL, &open) > 0 && fgets(line, (int)size, in) != NULL;
    line[ok ? strcspn(line, "\r\n") : 0] = '\0';
    if (hides) {
        tcsetattr(fileno(in), TCSAFLUSH, &shown);
        fputc('\n', out);
    }
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        sigaction(endings[i], &before[i], NULL);
    }
    sigprocmask(SIG_SETMASK, &open, NULL);
    return ok;
}

// Ask on the terminal itself: stdin may be something else.
static bool ask_password(char **out)
{
    FILE *tty = fopen("/dev/tty", "r+");
    if (tty == NULL) {
        session_say("--askpass needs a terminal; set REDISCLI_AUTH instead");
        return false;
    }
    char line[512];
    bool ok = session_ask(tty, tty, "Password: ", false, line, sizeof(line));
    fclose(tty);
    if (ok) {
        *out = mem_strdup(line);
    }
    explicit_bzero(line, sizeof(line));
    return ok;
}

// --- what the engine tells

static bool log_try(const char *path)
{
    const StrBuf nothing = {0};
    Error err = {0};
    bool ok = line_file_append(path, FILE_NAMED, &nothing, &err);
    if (!ok) {
        session_say("--log %s: %s", path, err.text);
    }
    return ok;
}

// A log that cannot be written any more is an event itself, once, and so is its recovery.
static void keep_log(Session *s, const Event *event)
{
    Error err = {0};
    StrBuf line = {0};
    event_log_line(&line, event);
    bool broken = !line_file_append(s->options->log, FILE_NAMED, &line, &err);
    strbuf_done(&line);
    if (broken == s->log_is_broken) {
        return;
    }
    s->log_is_broken = broken;
    Event about = broken ? event_make(EVENT_LOG, LEVEL_WARNING, event->wall_ms, NULL,
                                      "the log misses what happens now: %s", err.text)
                         : event_make(EVENT_LOG, LEVEL_GOOD, event->wall_ms, NULL,
                                      "the log is written again");
    s->listener.event(s->listener.ctx, &about);
}

static void on_event(void *ctx, const Event *event)
{
    Session *s = ctx;
    if (s->options->log != NULL) {
        keep_log(s, event);
    }
    s->listener.event(s->listener.ctx, event);
}

// What it took to read the answers of a large cluster for the first time are holes between what
// stays, in the end, and of those glibc gives none back by itself.
static void give_memory_back(Session *s)
{
    enum { EVERY_MS = 10000 };
    int64_t now = poller_now_ms();
    if (now - s->gave_back_ms >= EVERY_MS) {
        s->gave_back_ms = now;
        malloc_trim(0);
    }
}

static void on_round(void *ctx)
{
    Session *s = ctx;
    give_memory_back(s);
    s->listener.round(s->listener.ctx);
}

static void between(void *ctx)
{
    Session *s = ctx;
    if (s->listener.between != NULL) {
        s->listener.between(s->listener.ctx);
    }
}

void session_on_hangup(Session *s, void (*hangup)(void *ctx))
{
    s->hangup = hangup;
}

static void heed_signals(Session *s)
{
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct sigaction before;
        if (endings[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 &&
            before.sa_handler == SIG_IGN) {
            continue; // nohup: it is not to end then
        }
        ev_signal_init(&s->signals[i], on_signal, endings[i]);
        s->signals[i].data = s;
        ev_signal_start(s->loop, &s->signals[i]);
    }
}

static bool read_labels(Session *s)
{
    Error err = {0};
    if (s->options->labels != NULL && !label_file_read(s->options->labels, &s->labels, &err)) {
        session_say("%s", err.text);
        s->status = 2;
        return false;
    }
    return true;
}

static TlsOptions tls_options(const Options *o)
{
    return (TlsOptions){
        .sni = o->tls.sni,
        .ca_file = o->tls.ca_file,
        .ca_folder = o->tls.ca_folder,
        .insecure = o->tls.insecure,
        .cert = o->tls.cert,
        .key = o->tls.key,
        .ciphers = o->tls.ciphers,
        .ciphersuites = o->tls.ciphersuites,
    };
}

static bool start_tls(Session *s)
{
    bool wanted = false;
    for (size_t i = 0; i < s->options->n_seeds; i++) {
        wanted = wanted || s->options->seeds[i].tls;
    }
    if (!wanted) {
        return true;
    }
    TlsOptions options = tls_options(s->options);
    Error err = {0};
    s->tls = tls_new(&options, &err);
    if (s->tls == NULL) {
        session_say("%s", err.text);
        s->status = 2;
    }
    tls_redis_cli(&options, &s->redis_cli);
    return s->tls != NULL;
}

bool session_start(Session *s, const Options *o, bool read_only, const EngineListener *listener)
{
    *s = (Session){.options = o, .loop = ev_default_loop(0), .listener = *listener};
    s->gave_back_ms = poller_now_ms();
    Error err = {0};
    if (!read_labels(s) || !start_tls(s)) {
        return false;
    }
    s->has_folder = paths_state_dir(&s->state_dir, &err);
    if (!s->has_folder) {
        if (!read_only && !o->read_only) {
            session_say("%s", err.text);
            s->status = 1;
            return false;
        }
        s->state_dir = mem_strdup("/nonexistent"); // read-only keeps nothing
    }
    EngineListener ours = {.ctx = s, .round = on_round, .event = on_event, .between = between};
    if (!tapes_begin(&s->tapes, o, s->has_folder ? s->state_dir : NULL, &ours, &err)) {
        session_say("%s", err.text);
        s->status = 1;
        return false;
    }
    if (o->ask_pass && !ask_password(&s->pass)) {
        s->status = 1;
        return false;
    }
    if (o->log != NULL && !log_try(o->log)) {
        s->status = 1;
        return false;
    }
    heed_signals(s);
    EngineTap tap = tapes_tap(&s->tapes);
    EngineOptions options = {
        .tap = &tap,
        .poll = poller_options_default(),
        .seeds = o->seeds,
        .n_seeds = o->n_seeds,
        .mode = o->mode,
        .limits = o->limits,
        .floor = o->floor,
        .spread = o->spread,
        .labels = s->labels,
        .redis_cli = strbuf_text(&s->redis_cli),
        .aliases = &o->aliases,
        .fencing = o->fencing,
        .before_move = o->before_move,
        .after_move = o->after_move,
        .hook_timeout_ms = o->hook_timeout_ms,
        .audit = o->audit,
        .lease = o->lease,
        .read_only = read_only || o->read_only,
        .state_dir = s->state_dir,
    };
    options.poll.user = o->user;
    options.poll.pass = s->pass != NULL ? s->pass : o->pass;
    options.poll.map = &o->map;
    options.poll.tls = s->tls;
    options.poll.interval_ms = o->interval_ms;
    s->engine = engine_new(s->loop, &options, &ours);
    return true;
}

bool session_replay(Session *s, const Options *o, char *const *files, size_t n,
                    const EngineListener *listener)
{
    Error err = {0};
    *s = (Session){.options = o, .loop = ev_default_loop(0), .listener = *listener};
    if (!read_labels(s)) {
        return false;
    }
    heed_signals(s);
    s->player = player_new(files, n, o, s->labels, listener, &s->engine, &err);
    if (s->player == NULL) {
        session_say("%s", err.text);
        s->status = 1;
    }
    return s->player != NULL;
}

void session_run(Session *s)
{
    ev_run(s->loop, 0);
}

void session_await_hooks(Session *s)
{
    while (!s->interrupted && engine_is_telling(s->engine)) {
        ev_run(s->loop, EVRUN_ONCE);
    }
}

void session_end(Session *s, int status)
{
    s->status = status;
    ev_break(s->loop, EVBREAK_ALL);
}

void session_done(Session *s)
{
    // The nodes of a tape are not those of the next command.
    if (s->has_folder && s->player == NULL && s->engine != NULL &&
        engine_health(s->engine) != NULL) {
        node_file_keep(s->state_dir, engine_health(s->engine)->snapshot);
    }
    engine_leave(s->engine);
    player_free(s->player);
    engine_free(s->engine);
    tls_free(s->tls);
    strbuf_done(&s->redis_cli);
    tapes_end(&s->tapes);
    for (size_t i = 0; i < ARRAY_LEN(s->signals); i++) {
        if (s->signals[i].data != NULL) {
            ev_signal_stop(s->loop, &s->signals[i]);
        }
    }
    labels_free(s->labels);
    mem_free(s->state_dir);
    if (s->pass != NULL) {
        explicit_bzero(s->pass, strlen(s->pass));
        mem_free(s->pass);
    }
}
