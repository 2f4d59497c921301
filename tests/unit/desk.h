// A stage, its dashboard and the canvas it is drawn on, for tests of what keys do.
#ifndef REHOME_TESTS_DESK_H
#define REHOME_TESTS_DESK_H

#include "rehome/ui/canvas.h"
#include "stage.h"

typedef struct {
    Stage *st;
    Ui *ui;
    Canvas *c;
    StrBuf text; // as last drawn
} Desk;

Desk *desk_new(Stage *st, ConfirmMode confirm); // takes the stage; one at a time
void desk_free(Desk *d);

Stage *healthy(void);  // the scenario
Stage *orphaned(void); // ... after the loss of :7008

// What the dashboard wants done.
Request key(Desk *d, const char *name); // as in keys.h
Request tick(Desk *d, int64_t now_ms);
Request round_at(Desk *d, int64_t now_ms);
bool is_rescue(const Desk *d, const Request *r); // :7004 from :7003 to :7001

// On the screen. What is missing there is printed.
const char *screen(Desk *d); // drawn anew; until the next call
bool shows(Desk *d, const char *text);
bool cursor_is_on(Desk *d, const char *text); // the line with the cursor's mark
bool is_open(Desk *d);                        // the dialog of a move

#endif
