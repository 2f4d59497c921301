// The orphan that automatic mode looks at, with its candidates and their rules as a table.
#ifndef REHOME_UI_AUTOMATIC_TABLE_H
#define REHOME_UI_AUTOMATIC_TABLE_H

#include "rehome/ui/canvas.h"
#include "rehome/ui/keys.h"
#include "rehome/ui/scene.h"

// Returns the lines drawn, at most r.h.
int automatic_table_draw(const Scene *s, const KeyMap *keys, Canvas *c, Rect r);

#endif
