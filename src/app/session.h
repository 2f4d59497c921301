// One run of a command on the loop: the engine made from the options, ended by a condition of the
// command, by time, or by a signal.
#ifndef REHOME_APP_SESSION_H
#define REHOME_APP_SESSION_H

#include <ev.h>
#include <stdbool.h>
#include <stdio.h>

#include "options.h"
#include "rehome/app/engine.h"
#include "tapes.h"

typedef struct {
    const Options *options; // borrowed
    struct ev_loop *loop;
    Engine *engine;
    int status; // what the command will return
    char *state_dir;
    bool has_folder; // state_dir is one; who only looks can do without
    char *pass;
    struct Tls *tls;  // NULL: no address wants it
    StrBuf redis_cli; // the same for redis-cli
    Labels *labels;
    EngineListener listener; // the command's
    bool log_is_broken;
    void (*hangup)(void *ctx); // SIGHUP of a process that has no terminal; NULL: it ends
    int64_t gave_back_ms;      // memory to the system, last
    bool interrupted;          // SIGINT, SIGTERM or SIGHUP came
    ev_signal signals[3];
    struct Player *player; // the engine is its; NULL: the cluster is looked at
    Tapes tapes;
} Session;

// read_only: the command never writes, whatever the options say. Tells what is wrong on stderr.
bool session_start(Session *s, const Options *o, bool read_only, const EngineListener *listener);

// From now on SIGHUP calls this with the listener's ctx, unless there is a terminal that hung up.
void session_on_hangup(Session *s, void (*hangup)(void *ctx));

// The same with what was recorded in these files, in order. Nothing is written, connected to or
// waited for; whoever has the session moves the tape on.
bool session_replay(Session *s, const Options *o, char *const *files, size_t n,
                    const EngineListener *listener);

// Run until session_end() or a signal.
void session_run(Session *s);
void session_end(Session *s, int status);
// Behind session_run(): until no after_move runs any more, or a signal.
void session_await_hooks(Session *s);
void session_done(Session *s); // after session_start(), also a failed one

// Write the prompt to out and wait for a line, whose end is cut off; without echo it is not shown
// while it is typed. False: there is none, or a signal that ends us came, which the loop hears
// nothing of; its own handlers would let the reading go on.
bool session_ask(FILE *in, FILE *out, const char *prompt, bool echo, char *line, size_t size);

// A line on stderr: "rehome: ..."
void session_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

void session_say_lines(const StrBuf *text); // each line so

// Write to stdout and flush; false when nobody reads or the disk is full (said on stderr once).
bool session_print(const StrBuf *text);

#endif
