// The upper part of the automatic view: what it does now, who is in charge, limits and clocks, the
// lease, holds, and what moved last.
#ifndef REHOME_UI_AUTOMATIC_FIELDS_H
#define REHOME_UI_AUTOMATIC_FIELDS_H

#include "rehome/ui/canvas.h"
#include "rehome/ui/keys.h"
#include "rehome/ui/scene.h"
#include "spots.h"

// Rows that the cursor can be on, in this order: the present decision, who is in charge, and behind
// them the decisions so far, newest first.
enum { AUTOMATIC_NOW, AUTOMATIC_CHARGE, AUTOMATIC_DECISIONS };

// How the cursor's row is kept: a decision by its serial, the rows above by these.
#define SERIAL_NOW    0
#define SERIAL_CHARGE UINT64_MAX

uint64_t automatic_serial(const Scene *s, int row);

typedef struct {
    const Scene *s;
    const KeyMap *keys;
    Canvas *c;
    int x;
    int w;
    int y; // the next line
    Spots *spots;
    int row;   // the cursor is on
    bool tall; // there is room for long sentences
} AutomaticPen;

void automatic_fields_draw(AutomaticPen *p);

// What has been drawn from line y on is this row: the cursor may be on it.
void automatic_mark(const AutomaticPen *p, int row, int y, int lines);

#endif
