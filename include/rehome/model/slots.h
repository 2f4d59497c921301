// Hash slots as sorted ranges.
#ifndef REHOME_MODEL_SLOTS_H
#define REHOME_MODEL_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/arena.h"
#include "rehome/base/str.h"

enum { SLOT_COUNT = 16384 };

typedef struct {
    uint16_t first; // both ends inclusive, first <= last < SLOT_COUNT
    uint16_t last;
} SlotRange;

// Sorted, disjoint and not adjacent. Borrowed from an arena.
typedef struct {
    const SlotRange *at;
    size_t n;
} SlotRanges;

bool slot_range_parse(StrView text, SlotRange *out); // "42" or "0-5460"; out only on success

// Sort and merge n ranges (any order, overlaps allowed) into the arena.
SlotRanges slot_ranges_make(Arena *arena, const SlotRange *ranges, size_t n);

int slot_ranges_count(SlotRanges ranges); // 0..SLOT_COUNT
bool slot_ranges_has(SlotRanges ranges, int slot);
bool slot_ranges_eq(SlotRanges a, SlotRanges b);

// "0-5460 6000" into the arena; "" when there are none.
char *slot_ranges_text(Arena *arena, SlotRanges ranges);

#endif
