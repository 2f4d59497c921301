// Everything a view may know, gathered once per frame by the app. Borrowed for the frame.
#ifndef REHOME_UI_SCENE_H
#define REHOME_UI_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/action/lease.h"
#include "rehome/action/queue.h"
#include "rehome/model/event.h"
#include "rehome/policy/automatic.h"
#include "rehome/policy/decisions.h"
#include "rehome/policy/finding.h"
#include "rehome/policy/history.h"
#include "rehome/policy/plan.h"

// Where something happened on a tape, by the clock of now_ms.
typedef struct {
    int64_t at_ms;
    Level level;
} ReplayMark;

// What is shown is a tape.
typedef struct {
    bool is_playing;
    bool is_seeking;   // on its way to where it was sent
    const char *speed; // "4x"
    int64_t begin_ms;  // of the tape, by the clock of now_ms
    int64_t end_ms;
    uint64_t round; // that is shown, from 1 on
    uint64_t rounds;
    const ReplayMark *marks; // in order
    size_t n_marks;
} SceneReplay;

typedef struct {
    int64_t now_ms;
    int64_t wall_ms;
    const Health *health;     // NULL before the first complete round
    const Plan *plan;         // NULL with health
    const Findings *findings; // NULL with health
    const char *trouble; // why there is no cluster to show, or that contact was lost; "" otherwise
    const char *seeds;   // what we are trying to reach
    const Automatic *automatic;
    const Lease *lease; // NULL: none is configured
    const Decisions *decisions;
    const char *user;       // as whom we are connected
    const Move *move;       // in flight or last; NULL: none yet
    bool move_busy;         // one is in flight, or about to be
    const MoveSpec *asking; // about to be: before_move is asked, nothing was sent; NULL: it is not
    int64_t asking_ms;      // since when
    const Queue *queue;     // under way, or the last one; NULL or empty: none yet
    bool can_undo;
    const char *undo_text; // "7004 back to 7003"; "" when not can_undo
    const Event *events;   // ring, oldest first
    size_t n_events;
    size_t n_events_before;    // of these, the first so many are of earlier sessions
    const History *history;    // of each node's states; NULL: none is kept
    const SceneReplay *replay; // NULL: what is shown is the present
    bool read_only;
    bool mouse;          // clicks reach us instead of the terminal
    bool slow;           // the screen is painted seldom: times instead of ages
    bool demo;           // a throw-away cluster: its nodes can be killed and restarted
    const char *message; // last message to the operator; "" when none
    Level message_level;
} Scene;

#endif
