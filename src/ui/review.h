// The whole plan before it is carried out: its moves, what each is for, and what it makes of the
// cluster. What was shown is what is accepted: when the cluster changes underneath, so that the
// moves would be others, the review ends.
#ifndef REHOME_UI_REVIEW_H
#define REHOME_UI_REVIEW_H

#include "rehome/policy/heal_plan.h"
#include "rehome/ui/ui.h"

typedef struct {
    const HealPlan *plan; // of the present picture; NULL: no review is open
    HealStep steps[HEAL_MOVES_MAX];
} Review;

void review_done(Review *r);

// Announce what would make the cluster host-safe, or say that nothing does. A request when nothing
// is asked.
Request review_open(Ui *ui, const Scene *s);

// The plan in the present picture. True: it does not hold any more, and why.
bool review_has_changed(Ui *ui, const Scene *s, char *why, size_t size);

// A key that walks through it; whoever reads is not hurried.
bool review_key(Ui *ui, uint32_t key);

void review_draw(Ui *ui, const Scene *s, Canvas *c);

#endif
