#include "rehome/model/slots.h"

#include <stdlib.h>
#include <string.h>

#include "rehome/base/strbuf.h"

static bool slot_parse(StrView text, uint16_t *out)
{
    uint64_t slot;
    if (!sv_to_u64(text, &slot) || slot >= SLOT_COUNT) {
        return false;
    }
    *out = (uint16_t)slot;
    return true;
}

bool slot_range_parse(StrView text, SlotRange *out)
{
    SlotRange range;
    StrView first;
    if (!sv_cut(&text, '-', &first)) {
        first = text; // "42" is the range 42-42
    }
    if (!slot_parse(first, &range.first) || !slot_parse(text, &range.last) ||
        range.first > range.last) {
        return false;
    }
    *out = range;
    return true;
}

static int range_cmp(const void *a, const void *b)
{
    const SlotRange *x = a;
    const SlotRange *y = b;
    return (int)x->first - (int)y->first;
}

SlotRanges slot_ranges_make(Arena *arena, const SlotRange *ranges, size_t n)
{
    if (n == 0) {
        return (SlotRanges){0};
    }
    SlotRange *made = arena_array(arena, n, sizeof(*made));
    memcpy(made, ranges, n * sizeof(*made));
    bool sorted = true; // as servers send them
    for (size_t i = 1; i < n && sorted; i++) {
        sorted = made[i - 1].first <= made[i].first;
    }
    if (!sorted) {
        qsort(made, n, sizeof(*made), range_cmp);
    }
    size_t last = 0;
    for (size_t i = 1; i < n; i++) {
        if (made[i].first <= made[last].last + 1) {
            if (made[i].last > made[last].last) {
                made[last].last = made[i].last;
            }
        } else {
            made[++last] = made[i];
        }
    }
    return (SlotRanges){.at = made, .n = last + 1};
}

int slot_ranges_count(SlotRanges ranges)
{
    int count = 0;
    for (size_t i = 0; i < ranges.n; i++) {
        count += ranges.at[i].last - ranges.at[i].first + 1;
    }
    return count;
}

bool slot_ranges_has(SlotRanges ranges, int slot)
{
    for (size_t i = 0; i < ranges.n && ranges.at[i].first <= slot; i++) {
        if (slot <= ranges.at[i].last) {
            return true;
        }
    }
    return false;
}

bool slot_ranges_eq(SlotRanges a, SlotRanges b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n * sizeof(*a.at)) == 0);
}

char *slot_ranges_text(Arena *arena, SlotRanges ranges)
{
    StrBuf text = {0};
    for (size_t i = 0; i < ranges.n; i++) {
        SlotRange range = ranges.at[i];
        strbuf_addf(&text, i == 0 ? "%d" : " %d", range.first);
        if (range.last != range.first) {
            strbuf_addf(&text, "-%d", range.last);
        }
    }
    char *copy = arena_strdup(arena, strbuf_text(&text));
    strbuf_done(&text);
    return copy;
}
