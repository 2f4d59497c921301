#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "label_file.h"
#include "paths.h"
#include "rehome/base/mem.h"

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

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)revents;
    Session *s = w->data;
    s->interrupted = true;
    ev_break(loop, EVBREAK_ALL);
}

static void on_interruption(int signal_number)
{
    (void)signal_number; // it has served once the reading ends
}

bool session_read_line(FILE *in, char *line, size_t size)
{
    struct sigaction before[ARRAY_LEN(endings)];
    struct sigaction interrupt = {.sa_handler = on_interruption};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        sigaction(endings[i], &interrupt, &before[i]);
    }
    bool ok = fgets(line, (int)size, in) != NULL;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        sigaction(endings[i], &before[i], NULL);
    }
    line[ok ? strcspn(line, "\r\n") : 0] = '\0';
    return ok;
}

// Ask on the terminal itself, without echo: stdin may be something else.
static bool ask_password(char **out)
{
    FILE *tty = fopen("/dev/tty", "r+");
    struct termios old;
    if (tty == NULL || tcgetattr(fileno(tty), &old) != 0) {
        session_say("--askpass needs a terminal; set REDISCLI_AUTH instead");
        if (tty != NULL) {
            fclose(tty);
        }
        return false;
    }
    struct termios quiet = old;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fileno(tty), TCSAFLUSH,
              &quiet); // before the prompt: some type as soon as they see it
    fputs("Password: ", tty);
    fflush(tty);
    char line[512];
    bool ok = session_read_line(tty, line, sizeof(line));
    tcsetattr(fileno(tty), TCSAFLUSH, &old);
    fputc('\n', tty);
    fclose(tty);
    if (ok) {
        *out = mem_strdup(line);
    }
    explicit_bzero(line, sizeof(line));
    return ok;
}

bool session_start(Session *s, const Options *o, bool read_only, const EngineListener *listener)
{
    *s = (Session){.options = o, .loop = ev_default_loop(0)};
    Error err = {0};
    if (o->labels != NULL && !label_file_read(o->labels, &s->labels, &err)) {
        session_say("%s", err.text);
        s->status = 2;
        return false;
    }
    if (!paths_state_dir(&s->state_dir, &err)) {
        if (!read_only && !o->read_only) {
            session_say("%s", err.text);
            s->status = 1;
            return false;
        }
        s->state_dir = mem_strdup("/nonexistent"); // read-only keeps nothing
    }
    if (o->ask_pass && !ask_password(&s->pass)) {
        s->status = 1;
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        ev_signal_init(&s->signals[i], on_signal, endings[i]);
        s->signals[i].data = s;
        ev_signal_start(s->loop, &s->signals[i]);
    }
    EngineOptions options = {
        .poll = poller_options_default(),
        .seeds = o->seeds,
        .n_seeds = o->n_seeds,
        .mode = o->mode,
        .limits = o->limits,
        .floor = o->floor,
        .labels = s->labels,
        .read_only = read_only || o->read_only,
        .state_dir = s->state_dir,
    };
    options.poll.user = o->user;
    options.poll.pass = s->pass != NULL ? s->pass : o->pass;
    options.poll.interval_ms = o->interval_ms;
    s->engine = engine_new(s->loop, &options, listener);
    return true;
}

void session_run(Session *s)
{
    ev_run(s->loop, 0);
}

void session_end(Session *s, int status)
{
    s->status = status;
    ev_break(s->loop, EVBREAK_ALL);
}

void session_done(Session *s)
{
    engine_free(s->engine);
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
