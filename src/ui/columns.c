#include "columns.h"

#include <stdbool.h>

#include "words.h"

enum {
    MASTER_INDENT = 3,  // cursor mark, glyph, blank
    REPLICA_INDENT = 6, // cursor mark, branch, blank, glyph, blank
    MIN_NAME = 12,
    MIN_RANGES = 12, // "12288-16383" and one more cell
    WHY_WIDTH = 22,  // "all its replicas failed" less what cutting may cost
    MIN_BAR = 10,
    MAX_BAR = 34,
};

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

// Takes width cells and a gap of what is left, where they are there and the set has it.
static void take(int *left, const ColumnSet *set, TreeColumn id, Column *column, int width, int gap)
{
    if (*left >= width + gap && (set == NULL || set->has[id])) {
        *left -= width + gap;
        column->w = width;
    }
}

static void grow(int *left, Column *column, int most)
{
    int more = column->w > 0 ? at_most(*left, most - column->w) : 0;
    if (more > 0) {
        column->w += more;
        *left -= more;
    }
}

static int place(Column *column, int x, int gap)
{
    if (column->w == 0) {
        return x;
    }
    column->x = x + gap;
    return column->x + column->w;
}

int columns_name_most(int width)
{
    int most = (width - REPLICA_INDENT - STATE_WIDTH - 3) * 3 / 5;
    return most < MIN_NAME ? MIN_NAME : most;
}

Columns columns_for(int x, int width, int name_w, int ranges_w, const ColumnSet *set)
{
    Columns k = {
        .name_master = x + MASTER_INDENT, .name_replica = x + REPLICA_INDENT, .end = x + width};
    int name = at_most(name_w, columns_name_most(width));
    k.name_end = k.name_replica + name;
    k.state = (Column){.x = k.name_end + 2, .w = STATE_WIDTH};
    int left = width - (k.state.x + k.state.w - x);

    // In the order of what is missed most.
    take(&left, set, COLUMN_SLOTS, &k.ranges, MIN_RANGES, 1);
    take(&left, set, COLUMN_MEMORY, &k.memory, 4, 1);
    take(&left, set, COLUMN_OPS, &k.ops, 6, 1);
    take(&left, set, COLUMN_BAR, &k.bar, MIN_BAR, 1);
    grow(&left, &k.ranges, at_most(ranges_w, 24));
    take(&left, set, COLUMN_WHY, &k.why, WHY_WIDTH + 1, 1);
    take(&left, set, COLUMN_KEYS, &k.keys, 9, 2);
    grow(&left, &k.ranges, at_most(ranges_w, 40));
    grow(&left, &k.bar, MAX_BAR);

    int at = place(&k.why, k.state.x + k.state.w, 1);
    k.rest = at + 1;
    at = place(&k.bar, at, 1);
    at = place(&k.ranges, at, 1);
    at = place(&k.memory, at, 1);
    at = place(&k.ops, at, 1);
    place(&k.keys, at, 2);
    return k;
}
