// A screen that stands still, to be read or copied, while the cluster is watched on.
#ifndef REHOME_UI_FREEZE_H
#define REHOME_UI_FREEZE_H

#include "rehome/ui/scene.h"
#include "rehome/ui/ui.h"

typedef struct {
    int64_t since_ms; // 0: the screen is live
    int64_t wall_ms;
    Canvas *picture; // NULL: none was taken yet
} Freeze;

void freeze_start(Ui *ui, const Scene *s);
void freeze_end(Freeze *f); // NULL pictures are fine

// True: c shows the frozen picture, with a loud mark and what has become of the cluster.
bool freeze_draw(Ui *ui, const Scene *s, Canvas *c);
void freeze_take(Ui *ui, const Scene *s, Canvas *c); // when one is wanted: what c shows now

#endif
