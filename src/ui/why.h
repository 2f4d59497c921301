// The page that explains: over a view, about a node, a decision, or who is in charge. It holds IDs
// and is written anew with each picture.
#ifndef REHOME_UI_WHY_H
#define REHOME_UI_WHY_H

#include "page.h"
#include "rehome/policy/explain.h"
#include "rehome/policy/hold.h"
#include "rehome/ui/ui.h"

typedef enum {
    WHY_NOTHING,
    WHY_NODE,     // node
    WHY_NOW,      // the present decision
    WHY_DECISION, // an earlier one: serial
    WHY_CHARGE,   // who is in charge
    WHY_LOSS,     // what if this died: host, or node when that is ""
    WHY_VIEWS,    // what the nodes' own views differ in
    WHY_PANE,     // what has to hold, and who is in charge: beside the automatic view
} WhyKind;

typedef struct {
    WhyKind kind;
    NodeId node;
    uint64_t serial;
    char host[HOLD_HOST_SIZE]; // label, or the address of a node on an unknown host
} WhyAsk;

enum { WHY_LOSS_LEFT = 12 }; // width of the words at the left of WHY_LOSS

// One explanation, kept while what it is about stays the same.
typedef struct {
    WhyAsk ask;
    const Health *health;
    uint64_t round;
    uint64_t decisions;
    AutoMode mode;
    bool brake;
    Explanation text;
} Why;

// Borrowed until the next call. The scene has a health.
const Explanation *why_text(Why *why, const Scene *s, WhyAsk ask);
void why_done(Why *why);

void why_fill(Page *page, const Snapshot *p, const Explanation *e, bool ascii);

// The page.
void why_open(Ui *ui, WhyAsk ask);
void why_close(Ui *ui);
void why_check(Ui *ui, const Scene *s); // closes it when its node has gone
void why_draw(Ui *ui, const Scene *s, Canvas *c, Rect r);

#endif
