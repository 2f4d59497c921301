// The dashboard's own state (view, cursor, dialog) and its two functions: draw a scene, take a key.
// No terminal, no clock, no Redis: it asks for things by returning a Request.
#ifndef REHOME_UI_UI_H
#define REHOME_UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/ui/canvas.h"
#include "rehome/ui/column_sets.h"
#include "rehome/ui/keys.h"
#include "rehome/ui/scene.h"

typedef enum { CONFIRM_COUNTDOWN, CONFIRM_ASK, CONFIRM_NONE } ConfirmMode;

typedef enum {
    REQUEST_NONE,
    REQUEST_QUIT,
    REQUEST_MOVE,         // spec: the operator wants this move now
    REQUEST_QUEUE,        // moves, queue_kind: the operator wants these, one after the other
    REQUEST_STOP_MOVE,    // the one under way, and what waits behind it
    REQUEST_AUTO,         // mode
    REQUEST_HOLD,         // subject, for_ms, reason: automatic mode is to be held back
    REQUEST_END_HOLD,     // subject: no longer; the brake too
    REQUEST_REFRESH,      // a round now
    REQUEST_REDRAW,       // repaint the terminal from scratch
    REQUEST_SUSPEND,      // Ctrl-Z
    REQUEST_THEME,        // the next one
    REQUEST_MOUSE,        // on or off
    REQUEST_COPY,         // text: to the clipboard
    REQUEST_SET,          // name, value: of a setting, as it was typed
    REQUEST_DEMO_KILL,    // node
    REQUEST_DEMO_RESTART, // node
    REQUEST_REPLAY,       // action: of the place `replay`
    REQUEST_SEEK,         // at_ms: on the tape
} RequestKind;

typedef struct {
    RequestKind kind;
    MoveSpec move;
    const MoveSpec *moves; // borrowed from the dashboard until its next call
    size_t n_moves;
    QueueKind queue_kind;
    AutoMode mode;
    NodeId node;
    HoldSubject subject;
    int64_t for_ms;
    char reason[HOLD_REASON_SIZE];
    Action action;
    int64_t at_ms; // by the scene's clock
    char name[32];
    char value[160];
    const char *text; // borrowed from the dashboard until its next call
} Request;

typedef struct Ui Ui;

Ui *ui_new(ConfirmMode confirm);
void ui_free(Ui *ui);
// Instead of auto and the built-in ones; begins with this one. Borrowed.
void ui_set_columns(Ui *ui, const ColumnSets *sets, const ColumnSet *first);
void ui_set_confirm(Ui *ui, ConfirmMode confirm);

// What the command line can set, beside what it can do, and the themes it can name, separated by
// blanks. Borrowed.
typedef struct {
    const char *name;
    const char *arg;
    const char *help;
} UiSetting;

void ui_set_settings(Ui *ui, const UiSetting *settings, size_t n, const char *themes);
void ui_set_keys(Ui *ui, const KeyMap *keys); // instead of the built-in ones; borrowed

void ui_draw(Ui *ui, const Scene *s, Canvas *c);
Request ui_key(Ui *ui, const Scene *s, uint32_t key);

// what: KEY_IS_CLICK or one of the wheel. x and y: the cell, from 0. Never asks for a move, nor for
// anything else that is written.
Request ui_mouse(Ui *ui, const Scene *s, uint32_t what, int x, int y);

// Time passed or a new round came: the countdown may end (REQUEST_MOVE), a dialog whose node
// changed underneath is cancelled. undo: the reverse of the last move, when scene.can_undo.
Request ui_tick(Ui *ui, const Scene *s);

// The move `u` would make; the app sets it after each move of ours that ended well.
void ui_set_undo(Ui *ui, const MoveSpec *spec); // NULL: nothing to undo

// Something on the screen is watched while it goes on: a countdown, a move.
bool ui_is_in_motion(const Ui *ui, const Scene *s);

// Next time ui_tick() or a redraw is wanted though nothing happens (clocks on screen); 0: none.
int64_t ui_wake_ms(const Ui *ui, const Scene *s);

#endif
