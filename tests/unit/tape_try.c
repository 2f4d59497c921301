#include "tape_try.h"

#include "unit.h"

void tape_try_head(TapeWriter *w, StrBuf *out)
{
    TapeHead head = {.creator = "rehome test", .wall_ms = INT64_C(1700000000000), .floor = 2};
    head.limits = auto_limits_default();
    tape_write_head(w, &head, out->n == 0, out);
}

TapeReader *tape_try_reader(StrView bytes)
{
    Error err = {0};
    TapeReader *r = tape_reader_new(bytes, &err);
    if (r == NULL) {
        fail_msg("no tape: %s", err.text);
    }
    return r;
}
