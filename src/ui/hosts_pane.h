// The grid of the hosts view beside the tree.
#ifndef REHOME_UI_HOSTS_PANE_H
#define REHOME_UI_HOSTS_PANE_H

#include "rehome/ui/ui.h"

// Lines that it takes with all shards.
int hosts_pane_height(const Health *h);

// node: whose host is asked about; -1: the worst.
void hosts_pane_draw(const Scene *s, int node, Canvas *c, Rect r);

#endif
