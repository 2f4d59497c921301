// A command of the operator's that runs beside us: in a session of its own, with a document on
// stdin, and with its output read and never shown on our terminal. Nothing here waits.
#ifndef REHOME_APP_HOOK_H
#define REHOME_APP_HOOK_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/strbuf.h"
#include "rehome/report/hook_report.h"

typedef enum {
    HOOK_ENDED,       // number: its exit status
    HOOK_KILLED,      // number: the signal, somebody else's
    HOOK_LATE,        // ours: the deadline came first; number: the milliseconds it had
    HOOK_NOT_STARTED, // number: errno
} HookEndKind;

typedef struct {
    HookEndKind kind;
    int number;
    char line[120]; // the last one it has written, clean; "" none
} HookEnd;

typedef struct Hook Hook;

typedef struct {
    const char *command;          // for /bin/sh -c
    const char *const *variables; // "NAME=value", added to our environment
    size_t n_variables;
    const StrBuf *document; // for its stdin
    int64_t timeout_ms;     // up to a day; then its process group is killed
    // Called once, from the loop, unless hook_kill() or hook_leave() comes first; the hook is gone
    // then.
    void (*done)(void *ctx, const HookEnd *end);
    void *ctx;
} HookSpec;

// All of spec is only borrowed for the call. loop must be the default one: it reaps the children.
Hook *hook_start(struct ev_loop *loop, const HookSpec *spec);

void hook_kill(Hook *h);  // it and what it has started; NULL is fine
void hook_leave(Hook *h); // it may outlive us, without a deadline; NULL is fine

// What came of it in words: "before_move said no (exit 3): the backup is running".
void hook_words(const HookEnd *end, HookEvent event, char *out, size_t size);
bool hook_said_yes(const HookEnd *end);

#endif
