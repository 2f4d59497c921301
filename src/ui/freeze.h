// A screen that stands still, to be read or copied, while the cluster is watched on.
#ifndef REHOME_UI_FREEZE_H
#define REHOME_UI_FREEZE_H

#include "rehome/ui/scene.h"
#include "rehome/ui/ui.h"
#include "scroll.h"

typedef struct {
    int64_t since_ms; // 0: the screen is live
    int64_t wall_ms;
    Canvas *picture; // NULL: none was taken yet
    // The same drawn as tall as its list is long; NULL: all of that is in the picture.
    Canvas *tall;
    Rect list;     // where the list is in it
    Scroll scroll; // how far the reader is; `at`: where the list is in the picture
} Freeze;

void freeze_start(Ui *ui, const Scene *s);
void freeze_end(Freeze *f); // NULL pictures are fine

// True: c shows the frozen picture, with a loud mark and what has become of the cluster.
bool freeze_draw(Ui *ui, const Scene *s, Canvas *c);

// When one is wanted: what c shows now. has_list: of which screen_scroll() is a part.
void freeze_take(Ui *ui, const Scene *s, Canvas *c, bool has_list);

// A list key on a picture that has more than fits: scrolls in it. False: it was none.
bool freeze_scroll(Freeze *f, Action action);

#endif
