#include "spots.h"

#include "rehome/base/mem.h"

void spots_done(Spots *spots)
{
    mem_free(spots->at);
    *spots = (Spots){0};
}

Spot *spot_add(Spots *spots, Rect at)
{
    spots->at = mem_grow(spots->at, &spots->cap, spots->n + 1, sizeof(*spots->at));
    Spot *spot = &spots->at[spots->n++];
    *spot = (Spot){.at = at};
    return spot;
}

const Spot *spot_find(const Spots *spots, int x, int y)
{
    for (size_t i = spots->n; i-- > 0;) {
        Rect r = spots->at[i].at;
        if (x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h) {
            return &spots->at[i];
        }
    }
    return NULL;
}
