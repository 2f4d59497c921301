// What a hook is told about a move: one JSON document, and the same in short as variables of its
// environment.
#ifndef REHOME_REPORT_HOOK_REPORT_H
#define REHOME_REPORT_HOOK_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "rehome/action/move.h"
#include "rehome/base/arena.h"
#include "rehome/base/strbuf.h"

typedef enum { HOOK_BEFORE_MOVE, HOOK_AFTER_MOVE } HookEvent;

const char *hook_event_text(HookEvent event); // "before_move" "after_move"

typedef struct {
    HookEvent event;
    int64_t wall_ms;     // Unix time
    const char *cluster; // its name
    const char *reason;  // why this replica for this target; "": nobody knows (any more)
    const MoveSpec *spec;
    const Move *move; // AFTER_MOVE: it is over; else NULL
} HookReport;

// {"schema":1,"t":..,"event":"before_move","cluster":..,"origin":..,"reason":..,"replica":{"id":..,
// "addr":..},"donor":{..},"target":{..}} and a newline. After a move there are also
// "result":"done|refused|failed", "text", "seconds" (null when it was taken up from an earlier
// process), "bytes", "in_sync_with" (the target, or who took over from it; null unless done),
// "resumed" and "unfinished" (something is left for the next start, or for a person).
void hook_json(StrBuf *out, const HookReport *r);

enum { HOOK_VARIABLES = 13 }; // at most

// "REHOME_EVENT=before_move" and so on, in the arena; returns how many.
size_t hook_variables(Arena *arena, const HookReport *r, const char *out[HOOK_VARIABLES]);

#endif
