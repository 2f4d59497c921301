// Questions over the screen: a move about to happen, why one cannot, automatic mode, leaving. A
// dialog holds IDs and looks its nodes up anew in every picture.
#ifndef REHOME_UI_DIALOG_H
#define REHOME_UI_DIALOG_H

#include "hold_form.h"
#include "rehome/ui/ui.h"

typedef enum {
    DIALOG_NONE,
    DIALOG_MOVE,
    DIALOG_QUEUE,
    DIALOG_HEAL,
    DIALOG_REFUSED,
    DIALOG_AUTO,
    DIALOG_QUIT,
    DIALOG_HOLD,
    DIALOG_END_HOLD
} DialogKind;

enum { COUNTDOWN_MS = 3000, DIALOG_REFUSALS = 6 };

typedef struct {
    DialogKind kind;
    MoveSpec spec; // MOVE; REFUSED: its target
    bool counting; // MOVE, QUEUE, HEAL: it happens by itself when the time is over
    int64_t opened_ms;
    bool wrong_key; // the last key did nothing: say louder how to stop
    // words about the picture below, renewed with each
    uint64_t round;
    const Health *health;
    int64_t cost_bytes;
    char reason[200];
    char command[1024]; // with the files of a TLS session
    struct {
        char who[64];
        char text[160];
    } refusal[DIALOG_REFUSALS];
    int n_refusals;   // in all; the first few are kept
    HoldForm form;    // HOLD
    HoldSubject held; // END_HOLD
} Dialog;

// Offer the best move for a master, or say why there is none. REQUEST_MOVE when nothing is asked.
Request dialog_best(Ui *ui, const Scene *s, int target);
Request dialog_pair(Ui *ui, const Scene *s, int replica, int target, MoveOrigin origin);
Request dialog_urgent(Ui *ui, const Scene *s);
Request dialog_undo(Ui *ui, const Scene *s);
Request dialog_auto(Ui *ui, const Scene *s);                // the next mode; asks before act
Request dialog_mode(Ui *ui, const Scene *s, AutoMode mode); // this one; asks before act
Request dialog_quit(Ui *ui, const Scene *s);                // asks while a move is under way

// Asks for a downtime of a node, or (-1) for a pause; for its end where there is one already.
Request dialog_hold(Ui *ui, const Scene *s, int node);

// Cancels the dialog when what it is about has changed. Before drawing, keys and ticks.
void dialog_check(Ui *ui, const Scene *s);
Request dialog_key(Ui *ui, const Scene *s, uint32_t key);
void dialog_click(Ui *ui, const Scene *s); // is never a yes: it stops what is offered
// The operator goes away for a while: no countdown runs out meanwhile.
void dialog_unwatched(Ui *ui, const Scene *s);

Request dialog_tick(Ui *ui, const Scene *s);

// In a box, or where there is no room in the last line.
void dialog_draw(Ui *ui, const Scene *s, Canvas *c);

#endif
