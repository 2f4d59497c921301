// Several moves as one wish: from the marks to a list that is announced as a whole, and made one
// after the other.
#ifndef REHOME_UI_BULK_H
#define REHOME_UI_BULK_H

#include "rehome/ui/ui.h"

enum { BULK_LEFT_OUT = 4 };

typedef struct {
    MoveSpec at[QUEUE_MAX];
    int n;
    QueueKind kind;
    struct {
        char who[64];
        char why[160];
    } left_out[BULK_LEFT_OUT];
    int n_left_out; // in all; the first few are kept
} Bulk;

// Announce: all marked replicas to this target; or the best spare for each marked orphan (for
// every orphan when none is marked), of the marked replicas when there are any. A request when
// nothing is asked.
Request bulk_to(Ui *ui, const Scene *s, int target);
Request bulk_one_each(Ui *ui, const Scene *s);

bool bulk_marks_orphans(const Ui *ui, const Scene *s);

// What changed so that the list must not be carried out; false: nothing.
bool bulk_has_changed(const Bulk *bulk, const Scene *s, char *why, size_t size);

void bulk_draw(const Ui *ui, const Scene *s, Canvas *c);

#endif
