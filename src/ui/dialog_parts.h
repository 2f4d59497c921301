// What the dialogs share: the moves they offer, and how they are drawn.
#ifndef REHOME_UI_DIALOG_PARTS_H
#define REHOME_UI_DIALOG_PARTS_H

#include "dialog.h"
#include "page.h"
#include "rehome/ui/ui.h"

MoveSpec dialog_spec(const Scene *s, int replica, int target, MoveOrigin origin);

// What changed so that the move must not happen any more; false: nothing.
bool dialog_spec_has_changed(const MoveSpec *spec, const Scene *s, char *why, size_t size);

// Announces what ui->bulk holds, as QUEUE or HEAL.
Request dialog_queue(Ui *ui, const Scene *s, DialogKind kind);

int dialog_width(const Canvas *c);
// An empty box in the middle; returns what is inside it.
Rect dialog_box(Canvas *c, int w, int h, Role frame, const char *title);
void dialog_countdown(const Ui *ui, const Scene *s, Canvas *c, int x, int y, int w);

#endif
