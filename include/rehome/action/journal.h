// The journal: exactly one line before each write and one at the end of each move, so that after a
// crash the next start knows what was under way. Text only: where lines are kept is the app's
// matter.
#ifndef REHOME_ACTION_JOURNAL_H
#define REHOME_ACTION_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/action/move.h"
#include "rehome/base/error.h"

enum { JOURNAL_LINE_MAX = 512 };

typedef struct {
    int64_t wall_ms;
    int64_t serial;  // of the move
    MoveState state; // FENCE, REPLICATE, UNFENCE: about to be written; DONE, REFUSED, FAILED: over
    Fence fence;     // as known before that write; MAYBE: ours, and perhaps on
    MoveSpec spec;
} JournalEntry;

// One line with its newline; returns its length. The last word is a checksum, so that a torn line
// is recognised.
size_t journal_format(char out[JOURNAL_LINE_MAX], const Move *m, int64_t wall_ms);

bool journal_parse(StrView line, JournalEntry *out, Error *err); // without the newline

// The last move in the text that has no end. False when there is none. Torn or foreign lines are
// skipped, also where a good one was appended to a torn one. A later move of the same replica ends
// an earlier one too, unless the earlier one left a fence that the later one took for somebody's.
bool journal_unfinished(StrView text, JournalEntry *out);

// A move that continues where the entry left off: first finds out whom the replica follows, then
// finishes verifying and lifts the fence, or reports that it never happened. It never sends
// REPLICATE again.
Move *journal_resume(const JournalEntry *entry, int64_t now_ms);

#endif
