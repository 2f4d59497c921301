// The grid of the hosts view: which node of which shard is where.
#ifndef REHOME_UI_HOSTS_GRID_H
#define REHOME_UI_HOSTS_GRID_H

#include "host_table.h"
#include "rehome/policy/whatif.h"
#include "view.h"

typedef struct {
    const Scene *s;
    const HostTable *t;
    const WhatIf *answer; // for the selected host
    int selected;         // host
    int *left;            // first host shown; moved so that the selected one is in sight
    Scroll *rows;
    Spots *spots;
} HostsGrid;

// How wide it is when nothing has to give way, and when all hosts just fit.
int hosts_grid_width(const HostTable *t);
int hosts_grid_min_width(const HostTable *t);

// Header line and rows. What the selected host's death does to each shard is at the right.
void hosts_grid_draw(const HostsGrid *g, Canvas *c, Rect r);

// What the signs mean.
void hosts_legend_draw(Canvas *c, int x, int y, int w);

#endif
