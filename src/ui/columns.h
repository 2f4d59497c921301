// Where the columns of the tree are: from the widest address and the width there is, never from
// numbers that change.
#ifndef REHOME_UI_COLUMNS_H
#define REHOME_UI_COLUMNS_H

#include "rehome/ui/column_sets.h"

typedef struct {
    int x;
    int w; // 0: not shown
} Column;

// A master's row: mark, glyph, name, state, slot bar, ranges, memory, operations, keys.
// A replica's: branch, glyph, name, state, and what is to say in the place of the rest.
typedef struct {
    int name_master;  // x
    int name_replica; // x
    int name_end;
    Column state;
    Column why; // why it is an orphan, where there is plenty of room
    Column bar; // with its ends
    Column ranges;
    Column memory; // right-aligned, as all behind it
    Column ops;
    Column keys;
    int rest; // where a replica's free text begins
    int end;
} Columns;

// The most cells that a name may take of so many.
int columns_name_most(int width);

// name_w: cells of the widest address. ranges_w: cells of the longest text of slot ranges.
// set: which of them there may be; NULL: any.
Columns columns_for(int x, int width, int name_w, int ranges_w, const ColumnSet *set);

#endif
