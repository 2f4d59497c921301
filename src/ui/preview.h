// A move that is not made yet: who takes part in it, and their families now and then.
#ifndef REHOME_UI_PREVIEW_H
#define REHOME_UI_PREVIEW_H

#include "words.h"

// The nodes of a move in the present picture; drawing comes after dialog_check(), so they exist.
typedef struct {
    const Scene *s;
    const Snapshot *p;
    int replica;
    int donor;
    int target;
    char replica_name[NAME_MAX_BYTES];
    char donor_name[NAME_MAX_BYTES];
    char target_name[NAME_MAX_BYTES];
} Cast;

// False: one of them is not there any more.
bool cast_of(const Scene *s, const MoveSpec *spec, Cast *out);

int preview_height(const Cast *cast); // lines that both families need

// The tree before, at the left, and after.
void preview_draw(const Cast *cast, Canvas *c, Rect r);

#endif
