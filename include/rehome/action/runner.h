// Drives one move at a time: performs the effects of move_step() through a Transport and feeds the
// answers back. Small and without opinions.
#ifndef REHOME_ACTION_RUNNER_H
#define REHOME_ACTION_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/action/journal.h"
#include "rehome/action/move.h"

// What the runner needs from the world. All functions are given ctx. None may call back into the
// runner before it has returned.
typedef struct {
    void *ctx;
    void (*ask_round)(void *ctx); // a fresh round as soon as possible; for the gate with the views
                                  // of a majority
    // Send to the node on the connection whose identity was confirmed. False: not sent, will not
    // be. True: exactly one runner_reply/late follows, in the order of sending; it is owed also
    // when the move has given up waiting or is over.
    bool (*send)(void *ctx, NodeId node, int argc, const char **argv);
    // Keep the line durably before returning. False: the write must not happen; err says why.
    bool (*journal)(void *ctx, const char *line, Error *err);
    // The last thing before a write of the move in flight leaves: may it still? Keeping its line
    // may have taken long. False: it must not; why says so. NULL: always.
    bool (*may_write)(void *ctx, char *why, size_t size);
    int64_t (*wall_ms)(void *ctx);
} Transport;

typedef struct Runner Runner;

Runner *runner_new(const Transport *transport, bool read_only, EventSink *sink, void *sink_ctx);
void runner_free(Runner *r);

// Would runner_start() take a move now? Not (err) when one is in flight or the runner is read-only.
// read_only is the one place that makes every write impossible.
bool runner_may_start(const Runner *r, Error *err);
bool runner_start(Runner *r, const MoveSpec *spec, int64_t now_ms, Error *err);
// Take up what journal_unfinished() found; refused in the same cases. Ask again for more when it is
// over: a journal may hold several.
bool runner_resume(Runner *r, const JournalEntry *entry, int64_t now_ms, Error *err);

// A round ended. before is the round right before it, complete or not (NULL: there was none); both
// are borrowed for the call. Incomplete rounds may be given too.
void runner_round(Runner *r, const Health *before, const Health *h, int64_t now_ms);
void runner_reply(Runner *r, bool ok, const char *text, int64_t now_ms);
void runner_late(Runner *r, int64_t now_ms);
void runner_tick(Runner *r, int64_t now_ms);
void runner_stop(Runner *r, int64_t now_ms);

// From now on read-only: no write leaves any more, also of the move in flight. What that still had
// to write stays undone and its journal unfinished.
void runner_forbid_writes(Runner *r);

bool runner_is_busy(const Runner *r);
bool runner_is_read_only(const Runner *r);
const Move *runner_move(const Runner *r); // in flight, or the last one; NULL before the first
int64_t runner_wake_ms(const Runner *r);  // call runner_tick() then at the latest; 0: not needed

// For diff and health: in flight, or done (or left with its outcome unknown) within 60 s of the
// last call.
OwnMove runner_own(const Runner *r);

#endif
